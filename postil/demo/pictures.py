"""The sample's pictures, drawn by number: each comes with the outlines of what is in it, so that its labels fit.

Every picture is one `Scene`: pixels, a file name that says its format, and the things to be labelled in pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from storage.model.geometry import Point, Points

SCALE = 2  # drawn twice as large and halved: soft edges
Color = tuple[int, int, int]


@dataclass(slots=True)
class Thing:
    """`what` names a class of the sample's ontology; `points` and `facts` are what its shape is made of."""

    what: str
    points: Points
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Scene:
    file: str
    image: Image.Image
    things: list[Thing]
    more: list[Image.Image] = field(default_factory=list)  # further pages


def clouds(rng: np.random.Generator, height: int, width: int, *, octaves: int = 5) -> NDArray[np.float32]:
    """Soft noise between 0 and 1: sums of ever finer random grids."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        n = 3 * 2**octave
        grid = Image.fromarray(rng.random((n, n), np.float32))
        total += np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC), np.float32) / 2**octave
    total -= total.min()
    return total / max(float(total.max()), 1e-6)


def _mix(a: Color, b: Color, t: NDArray[np.float32]) -> NDArray[np.uint8]:
    ground, top = np.asarray(a, np.float32), np.asarray(b, np.float32)
    return np.clip(ground + (top - ground) * t[..., None], 0, 255).astype(np.uint8)


def _grain(rng: np.random.Generator, image: Image.Image, amount: float = 5.0) -> Image.Image:
    a = np.asarray(image.convert("RGB"), np.float32)
    noisy = a + rng.normal(0, amount, a.shape[:2]).astype(np.float32)[..., None]
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


class _Pen:
    """Draws in final pixels on the enlarged picture."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image)

    def polygon(self, points: Points, color: Color) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=color)

    def box(self, x: float, y: float, w: float, h: float, color: Color, radius: float = 0) -> None:
        corners = [x * SCALE, y * SCALE, (x + w) * SCALE, (y + h) * SCALE]
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=color)

    def disc(self, x: float, y: float, r: float, color: Color) -> None:
        self._draw.ellipse([(x - r) * SCALE, (y - r) * SCALE, (x + r) * SCALE, (y + r) * SCALE], fill=color)

    def line(self, points: Points, width: float, color: Color) -> None:
        self._draw.line([(x * SCALE, y * SCALE) for x, y in points], fill=color, width=round(width * SCALE), joint="curve")


CAR_COLORS: dict[str, Color] = {"Red": (186, 52, 44), "Blue": (46, 92, 160), "White": (226, 228, 230), "Other": (112, 140, 82)}


def street(number: int, file: str, width: int = 1280, height: int = 800) -> Scene:
    """A street: houses, trees, a kerb, cars with wheels, a lamp, a person."""
    rng = np.random.default_rng(100 + number)
    sky = _mix(
        (150, 186, 222), (236, 232, 222), np.linspace(0, 1, height * SCALE, dtype=np.float32)[:, None].repeat(width * SCALE, 1)
    )
    cloud = clouds(rng, height * SCALE, width * SCALE)
    sky = np.clip(sky + (np.clip(cloud - 0.55, 0, 1) * 90)[..., None], 0, 255).astype(np.uint8)
    image = Image.fromarray(sky)
    pen, things = _Pen(image), []
    ground = height * 0.62
    pen.polygon(((0, ground - 24), (width, ground - 24), (width, ground), (0, ground)), (112, 128, 96))
    pen.polygon(((0, ground), (width, ground), (width, height), (0, height)), (118, 116, 112))
    things += _houses(rng, pen, width, ground)
    pen.polygon(((0, ground), (width, ground), (width, ground + 42), (0, ground + 42)), (168, 162, 150))
    kerb: Points = tuple((x, ground + 42 + 3 * math.sin(x / 190 + number)) for x in np.linspace(0, width, 9).tolist())
    pen.line(kerb, 5, (206, 202, 194))
    things.append(Thing("Kerb", kerb))
    for x in np.linspace(60, width - 160, 8).tolist():
        pen.box(x, height - 96, 86, 9, (226, 222, 208), 3)
    things += [_tree(rng, pen, float(x), ground) for x in rng.uniform(0.06, 0.94, 3) * width]
    things.append(_lamp(pen, float(rng.uniform(0.4, 0.6)) * width, ground))
    things.append(_person(rng, pen, float(rng.uniform(0.3, 0.7)) * width, ground + 38))
    names = list(CAR_COLORS)
    for lane, x in enumerate((np.array([0.03, 0.36, 0.67]) + rng.uniform(0, 0.14, 3)) * width):
        things += _car(pen, float(x), ground + 60 + 52 * (lane % 2), names[(number + lane) % 4])
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    return Scene(file, _grain(rng, image), things)


def _houses(rng: np.random.Generator, pen: _Pen, width: int, ground: float) -> list[Thing]:
    things, x = [], -20.0
    while x < width:
        w, h = float(rng.uniform(120, 210)), float(rng.uniform(170, 330))
        tone = int(rng.integers(0, 40))
        front: Points = ((x, ground - h), (x + w, ground - h), (x + w, ground), (x, ground))
        depth: Point = (34.0, -22.0)
        pen.polygon(tuple((a + depth[0], b + depth[1]) for a, b in front), (120 + tone, 104 + tone, 96 + tone))
        pen.polygon((front[0], front[1], (x + w + 34, ground - h - 22), (x + 34, ground - h - 22)), (150 + tone, 84, 70))
        pen.polygon(front, (190 + tone, 170 + tone // 2, 150))
        for wx in np.arange(x + 16, x + w - 30, 40).tolist():
            for wy in np.arange(ground - h + 18, ground - 50, 54).tolist():
                pen.box(wx, wy, 22, 32, (96, 118, 138), 2)
        if x > 0 and x + w + 34 < width:
            things.append(Thing("Building", front, {"offset": depth}))
        x += w + 44
    return things[:2]


def _tree(rng: np.random.Generator, pen: _Pen, x: float, ground: float) -> Thing:
    crown, base = float(rng.uniform(46, 74)), ground + 22
    top = base - crown * 2.5
    pen.box(x - 7, top + crown, 14, base - top - crown, (96, 72, 52), 3)
    angles = np.linspace(0, 2 * math.pi, 26, endpoint=False)
    radii = crown * (1 + 0.13 * rng.standard_normal(26).clip(-1.4, 1.4))
    outline: Points = tuple(
        (x + float(r * math.cos(a)), top + crown * 0.5 + float(r * math.sin(a))) for a, r in zip(angles, radii, strict=True)
    )
    pen.polygon(outline, (70, 112, 62))
    for a, r in zip(angles[::2], radii[::2], strict=True):
        pen.disc(
            x + float(0.5 * r * math.cos(a)), top + crown * 0.4 + float(0.5 * r * math.sin(a)), crown * 0.24, (86, 132, 72)
        )
    return Thing("Tree", outline)


def _lamp(pen: _Pen, x: float, ground: float) -> Thing:
    pen.line(((x, ground + 30), (x, ground - 210), (x + 34, ground - 222)), 6, (62, 64, 68))
    pen.disc(x + 36, ground - 218, 10, (250, 236, 176))
    return Thing("Lamp", ((x + 36, ground - 218),))


JOINTS = ("Head", "Neck", "Left hand", "Right hand", "Hip", "Left foot", "Right foot")


def _person(rng: np.random.Generator, pen: _Pen, x: float, foot: float) -> Thing:
    stride = float(rng.uniform(8, 16))
    head, neck, hip = (x, foot - 112), (x, foot - 94), (x - 1, foot - 52)
    left, right = (x - 22, foot - 58), (x + 21, foot - 62)
    feet = ((x - stride, foot), (x + stride, foot - 2))
    for end in feet:
        pen.line((hip, end), 9, (52, 58, 84))
    for end in (left, right):
        pen.line((neck, end), 7, (188, 98, 60))
    pen.line((neck, hip), 18, (188, 98, 60))
    pen.disc(*head, 11, (222, 178, 148))
    return Thing("Person", (head, neck, left, right, hip, *feet), {"occluded": 2})


def _car(pen: _Pen, x: float, y: float, color: str) -> list[Thing]:
    paint = CAR_COLORS[color]
    dark: Color = (paint[0] // 2, paint[1] // 2, paint[2] // 2)
    pen.box(x, y + 26, 190, 44, paint, 14)
    pen.polygon(((x + 38, y + 30), (x + 62, y), (x + 128, y), (x + 158, y + 30)), paint)
    pen.polygon(((x + 50, y + 28), (x + 67, y + 6), (x + 92, y + 6), (x + 92, y + 28)), (168, 196, 214))
    pen.polygon(((x + 98, y + 28), (x + 98, y + 6), (x + 124, y + 6), (x + 145, y + 28)), (168, 196, 214))
    pen.box(x + 182, y + 36, 9, 12, (250, 230, 160), 3)
    pen.line(((x + 95, y + 28), (x + 95, y + 64)), 1.5, dark)
    things = [Thing("Car", ((x, y), (x + 191, y + 86)), {"color": color, "plate": f"PO {round(x):03d}"})]
    for wx in (x + 42, x + 150):
        pen.disc(wx, y + 68, 18, (38, 38, 42))
        pen.disc(wx, y + 68, 8, (170, 172, 176))
        things.append(Thing("Wheel", ((wx, y + 68),), {"r": 18.0}))
    return things


def fields(file: str, width: int = 1600, height: int = 1200) -> Scene:
    """Farmland from above: fields, ponds, lorries on a road at an angle."""
    rng = np.random.default_rng(7)
    seeds = rng.uniform(0, 1, (26, 2)) * (width, height)
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    nearest = np.full((height, width), np.inf, np.float32)
    owner = np.zeros((height, width), np.int32)
    for i, (sx, sy) in enumerate(seeds):
        distance = (xx - sx) ** 2 + (yy - sy) ** 2
        closer = distance < nearest
        nearest[closer], owner[closer] = distance[closer], i
    tones = np.array(
        [(116, 138, 74), (150, 160, 86), (186, 170, 104), (92, 120, 66), (168, 142, 96), (134, 150, 92)], np.float32
    )
    pixels = tones[owner % 6]
    angle = rng.uniform(0, math.pi, 26)[owner]
    rows = np.sin((xx * np.cos(angle) + yy * np.sin(angle)) * 0.42) * 5
    pixels = pixels + rows[..., None] + ((clouds(rng, height, width) - 0.5) * 46)[..., None]
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).resize(
        (width * SCALE, height * SCALE), Image.Resampling.BICUBIC
    )
    pen, things = _Pen(image), []
    pen.line(((0, height * 0.78), (width, height * 0.3)), 46, (132, 130, 126))
    pen.line(((0, height * 0.78), (width, height * 0.3)), 3, (214, 210, 196))
    for x, y, rx, ry, theta in ((330, 300, 120, 72, 24), (1240, 930, 150, 84, -18)):
        a, turn = np.linspace(0, 2 * math.pi, 60), math.radians(theta)
        ring = tuple(
            (
                x + rx * math.cos(t) * math.cos(turn) - ry * math.sin(t) * math.sin(turn),
                y + rx * math.cos(t) * math.sin(turn) + ry * math.sin(t) * math.cos(turn),
            )
            for t in a.tolist()
        )
        pen.polygon(ring, (74, 108, 128))
        things.append(Thing("Pond", ((float(x), float(y)),), {"rx": float(rx), "ry": float(ry), "theta": float(theta)}))
    slope = math.degrees(math.atan2(-0.48 * height, width))
    for t in (0.22, 0.47, 0.71):
        cx, cy = width * t, height * (0.78 - 0.48 * t) + 12
        things.append(_lorry(pen, cx, cy, slope))
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    return Scene(file, _grain(rng, image, 3), things)


def _lorry(pen: _Pen, cx: float, cy: float, theta: float) -> Thing:
    from storage.model.geometry import RotatedBox, rotate

    body = RotatedBox(cx - 44, cy - 11, 88, 22, theta)
    pen.polygon(body.corners(), (228, 226, 220))
    cab = ((cx + 24, cy - 11), (cx + 44, cy - 11), (cx + 44, cy + 11), (cx + 24, cy + 11))
    pen.polygon(rotate(cab, (cx, cy), theta), (176, 58, 46))
    return Thing("Lorry", ((body.x, body.y), (body.w, body.h)), {"theta": theta})


def cells(file: str, *, pages: int = 1, size: int = 1024) -> Scene:
    """Nuclei under a microscope: 16-bit grey, one or several focal planes."""
    rng = np.random.default_rng(23 + pages)
    yy, xx = np.mgrid[0:size, 0:size].astype(np.float32)
    signal, things = np.zeros((size, size), np.float32), []
    centres: list[tuple[float, float]] = []
    while len(centres) < 34:
        x, y = (float(v) for v in rng.uniform(60, size - 60, 2))
        if all(math.hypot(x - a, y - b) > 96 for a, b in centres):
            centres.append((x, y))
    for x, y in centres:
        rx, ry, theta = float(rng.uniform(26, 44)), float(rng.uniform(22, 36)), float(rng.uniform(0, math.pi))
        u = (xx - x) * math.cos(theta) + (yy - y) * math.sin(theta)
        v = -(xx - x) * math.sin(theta) + (yy - y) * math.cos(theta)
        d = (u / rx) ** 2 + (v / ry) ** 2
        signal += np.clip(1.25 - d, 0, 1) ** 0.6 * float(rng.uniform(0.5, 1.0))
        things.append(Thing("Nucleus", ((x, y),), {"rx": rx, "ry": ry, "theta": math.degrees(theta)}))
    texture = clouds(rng, size, size, octaves=7)
    planes = []
    for page in range(pages):
        away = 1 + abs(page - pages // 2)  # out of focus: made small and large again
        sharp = Image.fromarray(signal * (0.6 + 0.6 * texture))
        blur = sharp.resize((size // (2 * away),) * 2, Image.Resampling.BOX).resize((size, size), Image.Resampling.BICUBIC)
        plane = np.asarray(blur, np.float32) * 26000 + 1800 + rng.normal(0, 420, (size, size)).astype(np.float32)
        planes.append(Image.fromarray(np.clip(plane, 0, 65535).astype(np.uint16)))
    return Scene(file, planes[0], things, planes[1:])


def leaf(file: str, width: int = 900, height: int = 900) -> Scene:
    """A leaf on nothing: transparency, a hole eaten into it."""
    rng = np.random.default_rng(5)
    image = Image.new("RGBA", (width * SCALE, height * SCALE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    t = np.linspace(0, 2 * math.pi, 72, endpoint=False)
    r = 300 * (0.55 + 0.45 * np.abs(np.cos(t / 2)) + 0.05 * np.cos(9 * t))
    outer: Points = tuple(
        (width / 2 + float(b * math.sin(a)) * 0.72, height / 2 - float(b * math.cos(a)) + 70) for a, b in zip(t, r, strict=True)
    )
    hole: Points = tuple((width / 2 + 96 + 40 * math.cos(a), height / 2 + 36 + 30 * math.sin(a)) for a in t[::4].tolist())
    pen.polygon([(x * SCALE, y * SCALE) for x, y in outer], fill=(84, 142, 70, 255))
    middle = width / 2
    veins = [((middle, 250.0), (middle, 780.0))]
    veins += [((middle, y), (middle + side * 118, y - 84)) for y in (430.0, 530.0, 630.0, 720.0) for side in (-1, 1)]
    for start, end in veins:
        pen.line([(start[0] * SCALE, start[1] * SCALE), (end[0] * SCALE, end[1] * SCALE)], fill=(126, 178, 104, 255), width=6)
    pen.polygon([(x * SCALE, y * SCALE) for x, y in hole], fill=(0, 0, 0, 0))
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    pixels = np.asarray(image).copy()
    shade = (clouds(rng, height, width, octaves=6) - 0.5) * 40
    pixels[..., :3] = np.clip(pixels[..., :3] + shade[..., None] * (pixels[..., 3:] > 0), 0, 255)
    return Scene(file, Image.fromarray(pixels), [Thing("Leaf", outer, {"hole": hole})])
