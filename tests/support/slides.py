"""A slide as an Aperio scanner writes it: tiled levels, a thumbnail, the paper label and the whole glass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tifffile

WIDTH, HEIGHT, MPP = 6144, 4096, 0.499
LABEL, MACRO = (250, 10, 10), (10, 10, 250)


def field() -> np.ndarray:  # type: ignore[type-arg]
    """Squares of 64 px in colours by chance."""
    rng = np.random.default_rng(1)
    squares = rng.integers(60, 240, (HEIGHT // 64, WIDTH // 64, 3), np.uint8)
    return np.kron(squares, np.ones((64, 64, 1), np.uint8))


def aperio(
    path: Path, base: np.ndarray | None = None, *, profile: bytes | None = None, compression: str | None = None
) -> np.ndarray:  # type: ignore[type-arg]
    """Writes the file and returns what it shows at full size."""
    base = field() if base is None else base
    h, w = base.shape[:2]
    said = "Aperio Image Library v11.2.1 \r\n{0}x{1} [0,0 {0}x{1}] (256x256) none|AppMag = 20|MPP = {2}"
    tiled = {
        "photometric": "rgb",
        "metadata": None,
        "tile": (256, 256),
        "subfiletype": 0,
        "iccprofile": profile,
        "compression": compression,
    }
    strips = {"photometric": "rgb", "metadata": None, "rowsperstrip": 16}
    with tifffile.TiffWriter(path) as tiff:
        tiff.write(base, description=said.format(w, h, MPP), **tiled)
        tiff.write(np.ascontiguousarray(base[::8, ::8]), description="Aperio Image Library\r\nthumbnail", **strips)
        for step in (4, 16):
            small = np.ascontiguousarray(base[::step, ::step])
            tiff.write(small, description=said.format(small.shape[1], small.shape[0], MPP * step), **tiled)
        for name, color, size, kind in (("label", LABEL, (100, 120), 1), ("macro", MACRO, (100, 300), 9)):
            picture = np.full((*size, 3), color, np.uint8)
            tiff.write(picture, description=f"Aperio Image Library\r\n{name} {size[1]}x{size[0]}", subfiletype=kind, **strips)
    return base
