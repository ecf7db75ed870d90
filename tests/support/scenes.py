"""Documents with shapes, pictures and canvases for tests, benchmarks and looking."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.media.source import FileSource, MemorySource
from storage.model.geometry import Bitmask, Geometry, Polygon, ShapeKind
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.ontology import ObjectClass, Ontology, SkeletonTemplate, TemplatePoint
from tests.support.sent import stored
from viewers.decode.images import open_image
from viewers.scene.pictures import PictureSource

RED, GREEN, BLUE, YELLOW = "#E60000", "#00B400", "#0050FF", "#FFC800"
COLORS = (RED, GREEN, BLUE, YELLOW)


def ontology(shape: ShapeKind = ShapeKind.POLYGON) -> Ontology:
    """Four classes, "c0" to "c3", red, green, blue, yellow, and a skeleton template for "c3"."""
    names = ("Red", "Green", "Blue", "Yellow")
    objects = tuple(ObjectClass(str(i), names[i], COLORS[i], shape, f"c{i}", hotkey=str(i + 1)) for i in range(4))
    points = tuple(TemplatePoint(0, 0, n, "#00B400", n, f"p{i}") for i, n in enumerate(("a", "b", "c", "d")))
    template = SkeletonTemplate("Yellow", "c3", 1, 1, points, ((0, 1, RED), (1, 2, GREEN), (2, 3, BLUE)))
    return Ontology(objects, skeleton_templates=(template,))


def document(shapes: Sequence[Geometry], *, classes: Sequence[int] | None = None, occluded: bool = False) -> LabelDocument:
    """One instance a shape: uuids "i0", "i1", ... and "a0", "a1", ..."""
    made = LabelDocument("row")
    for n, shape in enumerate(shapes):
        kind = classes[n] if classes is not None else n % 4
        made.put(Instance(f"i{n}", f"h{n}", f"c{kind}", n + 1))
        made.put(Annotation(f"a{n}", f"i{n}", shape, occluded=occluded))
    return made


def session(shapes: Sequence[Geometry], **more: object) -> EditSession:
    return EditSession(document(shapes, **more), stored, author="ann@example.org")  # type: ignore[arg-type]


def star(x: float, y: float, r: float, n: int = 20, rng: random.Random | None = None) -> Polygon:
    rng = rng or random.Random(7)
    turns = [2 * math.pi * i / n for i in range(n)]
    radii = [r * rng.uniform(0.6, 1.0) for _ in turns]
    return Polygon.simple(tuple((x + k * math.cos(t), y + k * math.sin(t)) for t, k in zip(turns, radii, strict=True)))


def coast(x: float, y: float, r: float, n: int) -> Polygon:
    """A long winding outline, as one traces an island."""
    rng = random.Random(9)
    points = []
    for i in range(n):
        t = 2 * math.pi * i / n
        k = r * (1 + 0.06 * math.sin(17 * t) + 0.02 * math.sin(90 * t) + rng.uniform(-0.002, 0.002))
        points.append((x + k * math.cos(t), y + k * math.sin(t)))
    return Polygon.simple(tuple(points))


def many(n: int, width: int, height: int, *, vertices: int = 20, radius: float = 30.0, seed: int = 3) -> list[Polygon]:
    rng = random.Random(seed)
    margin = radius + 1
    return [
        star(rng.uniform(margin, width - margin), rng.uniform(margin, height - margin), radius, vertices, rng) for _ in range(n)
    ]


def mask(x: int, y: int, rows: Sequence[str]) -> Bitmask:
    """From drawn rows, "#" set: `mask(5, 5, ["##.", ".##"])`."""
    flat = [c == "#" for row in rows for c in row]
    runs, value = [0], False
    for bit in flat:
        if bit != value:
            runs.append(0)
            value = bit
        runs[-1] += 1
    return Bitmask(x, y, len(rows[0]), len(rows), np.array(runs, "<u4").tobytes())


def png(array: np.ndarray) -> bytes:  # type: ignore[type-arg]
    out = io.BytesIO()
    Image.fromarray(array).save(out, "PNG")
    return out.getvalue()


def picture(array: np.ndarray) -> PictureSource:  # type: ignore[type-arg]
    """A real decoder over a PNG made of the array."""
    data = png(array)
    return PictureSource(lambda: open_image(MemorySource(data), {}, cache_dir=None))


def picture_file(path: Path) -> PictureSource:
    return PictureSource(lambda: open_image(FileSource(path), {}, cache_dir=None))


def plain(width: int, height: int, color: tuple[int, int, int] = (128, 128, 128)) -> PictureSource:
    array = np.empty((height, width, 3), np.uint8)
    array[:] = color
    return picture(array)


def focus() -> Focus:
    return Focus()
