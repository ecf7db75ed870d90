"""Colours of DICOM as RGB (PS3.3 C.7.6.3.1.2). Window and level never apply to them."""

from __future__ import annotations

import numpy as np

from storage.media.dicom_index import PixelFormat
from viewers.decode.arrays import Array


def to_rgb(values: Array, photometric: str) -> Array:
    """(rows, columns, 3) uint8 as the header calls its colours."""
    import cv2

    if not photometric.startswith("YBR"):
        return np.ascontiguousarray(values)
    if photometric.startswith("YBR_PARTIAL"):
        return _partial(values)
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(values[..., [0, 2, 1]]), cv2.COLOR_YCrCb2RGB))


def from_422(data: Array, fmt: PixelFormat) -> Array:
    """Two luminances and the colour differences they share: Y Y Cb Cr."""
    fours = data.reshape(fmt.rows, -1, 4)
    values = np.empty((fmt.rows, fours.shape[1] * 2, 3), np.uint8)
    values[:, 0::2, 0], values[:, 1::2, 0] = fours[..., 0], fours[..., 1]
    for channel in (1, 2):
        values[..., channel] = np.repeat(fours[..., channel + 1], 2, axis=1)
    return to_rgb(values[:, : fmt.columns], fmt.photometric)


def _partial(values: Array) -> Array:
    """Luminance 16 to 235, differences 16 to 240 around 128."""
    y, cb, cr = (values[..., k].astype(np.float32) for k in range(3))
    y, cb, cr = (y - 16) * (255 / 219), (cb - 128) * (255 / 224), (cr - 128) * (255 / 224)
    rgb = np.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], axis=-1)
    return np.clip(rgb + 0.5, 0, 255).astype(np.uint8)
