"""Small pictures of every format, made on the spot."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

LEFT_TOP, RIGHT_TOP, LEFT_BOTTOM, RIGHT_BOTTOM = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def corners(width: int = 40, height: int = 24) -> np.ndarray:
    """Red, green, blue and white quarters: tells which way up a picture is."""
    a = np.zeros((height, width, 3), np.uint8)
    h, w = height // 2, width // 2
    a[:h, :w], a[:h, w:], a[h:, :w], a[h:, w:] = LEFT_TOP, RIGHT_TOP, LEFT_BOTTOM, RIGHT_BOTTOM
    return a


def noise(width: int, height: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def smooth(width: int, height: int) -> np.ndarray:
    """Gradients that survive JPEG within a few grey levels."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack(
        [x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), 255 - x * 255 // max(1, width - 1)], -1
    ).astype(np.uint8)


def encode(a: np.ndarray, format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(a).save(out, format, **options)
    return out.getvalue()


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def stored_for(upright: np.ndarray, orientation: int) -> np.ndarray:
    """The pixels a camera would store so that the picture is upright under this EXIF orientation (by Pillow's words)."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return np.asarray(Image.fromarray(upright).transpose(undo[orientation])) if orientation in undo else upright


def write(path: Path, a: np.ndarray, format: str = "PNG", **options: Any) -> Path:
    path.write_bytes(encode(a, format, **options))
    return path


def examples() -> dict[str, bytes]:
    """One small valid file of each format, for tests that damage them."""
    import tifffile

    rgb = smooth(48, 32)
    rgba = np.dstack([rgb, rgb[..., 0]])
    tiff = io.BytesIO()
    with tifffile.TiffWriter(tiff) as writer:
        writer.write(rgb, photometric="rgb", compression="lzw", tile=(16, 16))
        writer.write(rgb[..., 0])
    return {
        "jpeg": encode(rgb, "JPEG", exif=exif(6)),
        "progressive": encode(rgb, "JPEG", progressive=True),
        "png": encode(rgb, "PNG"),
        "alpha": encode(rgba, "PNG"),
        "webp": encode(rgba, "WEBP"),
        "avif": encode(rgb, "AVIF"),
        "bmp": encode(rgb, "BMP"),
        "gif": encode(rgb, "GIF"),
        "tiff": tiff.getvalue(),
    }
