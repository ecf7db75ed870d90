"""Embedded colour profiles: pictures are shown in sRGB, whatever colours they were stored in (littlecms through Pillow).

Conversion happens where pixels are decoded, strip by strip. Values of 16 bits in one channel stay as they are: they are
measurements, shown through a window. Relative colorimetric with the black point matched, as browsers and editors do.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from storage.media.icc import is_srgb, space_of
from viewers.decode.arrays import Array
from viewers.decode.faults import Check
from viewers.decode.request import PixelKind, Region

_STRIP_BYTES = 8 << 20
_RELATIVE, _BLACK_POINT = 1, 0x2000
_MODES = {"RGB": "RGB", "CMYK": "CMYK", "GRAY": "L"}
DAMAGED = "Its colour profile is damaged: colours are shown as they are stored."


@lru_cache(maxsize=8)
def transform(profile: bytes) -> Any:
    """From a profile's colours to sRGB; None where they are sRGB already. Raises ValueError for what is no usable profile."""
    space = space_of(profile)
    if space not in _MODES:
        raise ValueError(f"a profile of {space or 'nothing known'}")
    if is_srgb(profile):
        return None
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.buildTransform(
            source, ImageCms.createProfile("sRGB"), _MODES[space], "RGB",
            renderingIntent=ImageCms.Intent(_RELATIVE), flags=ImageCms.Flags(_BLACK_POINT),
        )  # fmt: skip
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError) as error:
        raise ValueError(str(error)) from error
    return None if space != "CMYK" and _changes_nothing(made, _MODES[space]) else made


def to_srgb(values: Array, made: Any, mode: str) -> Array:
    """(h, w, channels) of 8 bits in `mode` to (h, w, 3) RGB."""
    from PIL import Image, ImageCms

    height, width = values.shape[:2]
    image = Image.frombuffer(mode, (width, height), np.ascontiguousarray(values), "raw", mode, 0, 1)
    out = ImageCms.applyTransform(image, made)
    assert out is not None
    return np.asarray(out)


def usable(profile: bytes, channels: int) -> tuple[Any, str, str]:
    """The transform for a picture of so many channels (alpha not counted), its mode, and a warning for the person."""
    space = space_of(profile)
    fits = {"RGB": channels == 3, "CMYK": channels == 4, "GRAY": channels == 1}.get(space, False)
    if not profile or (space and not fits):
        return None, "", ""  # a profile for other colours than the picture has counts as none
    try:
        return transform(profile), _MODES[space], ""
    except (ValueError, KeyError):
        return None, "", DAMAGED


def managed_image(image: Any, profile: bytes) -> Any:
    """A small Pillow picture (RGB, L, CMYK) in sRGB."""
    made, mode, _ = usable(profile, len(image.getbands()))
    if made is None or image.mode != mode:
        return image
    from PIL import ImageCms

    return ImageCms.applyTransform(image, made)


def _changes_nothing(made: Any, mode: str) -> bool:
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    if mode == "L":
        return bool(np.abs(to_srgb(steps[None], made, mode)[0, :, 0].astype(int) - steps).max() <= 1)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(1, -1, 3)
    return bool(np.abs(to_srgb(grid, made, mode).astype(int) - grid).max() <= 1)


class ManagedPage:
    """A page (`frame.Page`) whose 8-bit colours come out in sRGB."""

    def __init__(self, page: Any, convert: Callable[[Array], Array]) -> None:
        self._page = page
        self._convert = convert
        self.width, self.height, self.orientation = page.width, page.height, page.orientation
        self.kind, self.bits, self.channels, self.direct = page.kind, page.bits, page.channels, page.direct

    @property
    def warnings(self) -> list[str]:
        found: list[str] = self._page.warnings
        return found

    def decode_into(self, stored: Array, check: Check) -> Iterator[None]:
        yield from self._page.decode_into(stored, check)
        rows = max(1, _STRIP_BYTES // max(1, stored[:1].nbytes))
        for y in range(0, stored.shape[0], rows):
            stored[y : y + rows] = self._convert(stored[y : y + rows])
            yield

    def quick(self, level: int, check: Check) -> Array | None:
        found = self._page.quick(level, check)
        return None if found is None else self._convert(found)

    def region(self, level: int, box: Region, check: Check) -> Array | None:
        found = self._page.region(level, box, check)
        return None if found is None else self._convert(found)

    def native_levels(self) -> tuple[int, ...]:
        levels: tuple[int, ...] = self._page.native_levels()
        return levels


def managed(page: Any, profile: bytes) -> Any:
    """The page itself where there is nothing to convert. Inks (CMYK) are converted by the page, before they are colours."""
    channels = {PixelKind.BGRA8: 3, PixelKind.RGBA8: 3, PixelKind.GRAY8: 1}.get(page.kind, 0)
    if not profile or channels == 0 or space_of(profile) == "CMYK":
        return page
    convert, warning = converter(profile, page.kind)
    if warning and warning not in page.warnings:
        page.warnings.append(warning)
    return page if convert is None else ManagedPage(page, convert)


def converter(profile: bytes, kind: PixelKind) -> tuple[Callable[[Array], Array] | None, str]:
    """What makes sRGB of pixels as they are decoded; None where nothing is to be done. And a warning."""
    made, mode, warning = usable(profile, 1 if kind is PixelKind.GRAY8 else 3)
    return (None if made is None else _conversion(made, mode, kind)), warning


def _conversion(made: Any, mode: str, kind: PixelKind) -> Callable[[Array], Array]:
    if mode == "L":
        table = np.ascontiguousarray(to_srgb(np.arange(256, dtype=np.uint8)[None], made, "L")[0, :, 1])
        return lambda a: table[a]

    def convert(a: Array) -> Array:
        import cv2

        a = np.ascontiguousarray(a)
        bgr = kind is PixelKind.BGRA8
        rgb = to_srgb(cv2.cvtColor(a, cv2.COLOR_BGRA2RGB if bgr else cv2.COLOR_RGBA2RGB), made, "RGB")
        out = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA if bgr else cv2.COLOR_RGB2RGBA))
        if not bgr:
            out[..., 3] = a[..., 3]
        return out

    return convert
