"""Colour profiles for tests: of a camera's kind of RGB, of greys with a gamma, of inks."""

from __future__ import annotations

import itertools
import struct

import imagecodecs
import numpy as np

# Chromaticities of Adobe RGB (1998); gamma 563/256.
ADOBE = [0.64, 0.33, 1.0, 0.21, 0.71, 1.0, 0.15, 0.06, 1.0]
D65 = [0.3127, 0.3290, 1.0]
ADOBE_GAMMA = 563 / 256


def adobe_rgb() -> bytes:
    return _named(imagecodecs.cms_profile("rgb", whitepoint=D65, primaries=ADOBE, gamma=ADOBE_GAMMA))


def gray(gamma: float) -> bytes:
    return _named(imagecodecs.cms_profile("gray", gamma=gamma))


def srgb() -> bytes:
    return bytes(imagecodecs.cms_profile("srgb"))


def inks() -> bytes:
    """A printer's profile with a table of two steps an ink: no ink is white, black is black, cyan a dull blue."""
    paper, cyan, magenta, yellow = ((255, 128, 128), (140, 90, 80), (120, 200, 120), (230, 120, 220))
    table = []
    for c, m, y, k in itertools.product((0, 1), repeat=4):
        mix = np.array(paper, float)
        for used, ink in ((c, cyan), (m, magenta), (y, yellow)):
            mix = mix * np.array(ink) / np.array(paper) if used else mix
        table += [0, 128, 128] if k else [round(v) for v in mix]
    ramp = bytes(range(256))
    identity = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity + ramp * 4 + bytes(table) + ramp * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    desc = b"desc" + bytes(4) + struct.pack(">I", 10) + b"Test inks\0" + bytes(79)
    return _packed(b"prtr", b"CMYK", b"Lab ", {b"desc": desc, b"wtpt": white, b"A2B0": lut})


def _packed(kind: bytes, space: bytes, pcs: bytes, tags: dict[bytes, bytes]) -> bytes:
    directory, body, offset = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        directory += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data
    head = bytearray(128)
    head[0:4] = struct.pack(">I", offset + len(body))
    head[8:12] = bytes((2, 0x20, 0, 0))
    head[12:16], head[16:20], head[20:24], head[36:40] = kind, space, pcs, b"acsp"
    head[68:80] = struct.pack(">3i", 63190, 65536, 54061)
    return bytes(head) + directory + body


def _named(profile: object) -> bytes:
    return bytes(profile)  # type: ignore[call-overload]


def adobe_to_srgb(rgb: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """The same by the book: both have the white of D65, so a matrix and two curves are enough."""
    linear = (np.asarray(rgb, float) / 255) ** ADOBE_GAMMA
    to_xyz = [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
    to_srgb = [[3.24045, -1.53714, -0.49853], [-0.96927, 1.87601, 0.04156], [0.05564, -0.20403, 1.05723]]
    out = np.clip(linear @ np.array(to_xyz).T @ np.array(to_srgb).T, 0, 1)
    return np.where(out <= 0.0031308, 12.92 * out, 1.055 * out ** (1 / 2.4) - 0.055) * 255
