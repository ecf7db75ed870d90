"""Hypothesis strategies: objects over time, of every shape."""

from __future__ import annotations

import uuid

from hypothesis import strategies as st

from storage.ids import new_hash8
from storage.model.geometry import PICTURE_SHAPES, Geometry, ShapeKind
from storage.model.labels import Annotation, Answer, Instance, LabelDocument
from storage.model.ontology import SkeletonTemplate, TemplatePoint
from tests.support.label_strategies import geometries, hash8_of

TEMPLATE = SkeletonTemplate(
    "joints", new_hash8(), 0.5, 0.5, tuple(TemplatePoint(0.2 * i, 0.5, f"j{i}", "#00FF00", f"j{i}", new_hash8()) for i in range(3)),
    ((0, 1, "#FF0000"),),
)  # fmt: skip
FRAMES = 24


def shape(kind: ShapeKind) -> st.SearchStrategy[Geometry]:
    return geometries(kind, 24, 16, TEMPLATE)


@st.composite
def tracks(draw: st.DrawFn, *, kinds: tuple[ShapeKind, ...] = PICTURE_SHAPES, objects: int = 3) -> LabelDocument:
    """Objects of two classes with rows of every sort, static answers and answers over ranges."""
    document = LabelDocument(str(uuid.uuid4()))
    for i in range(draw(st.integers(1, objects))):
        kind = draw(st.sampled_from(kinds))
        own = str(uuid.uuid4())
        document.put(Instance(own, hash8_of(own), f"class {kind}", i + 1, 0, 1, "a@x.org", 1, "a@x.org"))
        for frame in sorted(draw(st.sets(st.integers(0, FRAMES - 1), min_size=1, max_size=5))):
            document.put(
                Annotation(
                    str(uuid.uuid4()), own, draw(shape(kind)), frame, keyframe=draw(st.sampled_from([True, True, False])),
                    outside=draw(st.sampled_from([False, False, True])), occluded=draw(st.booleans()),
                    confidence=draw(st.sampled_from([1.0, 0.5])), created_at=1, created_by="a@x.org", edited_at=1,
                )
            )  # fmt: skip
        if draw(st.booleans()):
            document.put(Answer(str(uuid.uuid4()), own, "static", "s"))
        cuts = sorted(draw(st.sets(st.integers(0, FRAMES - 1), max_size=4)))
        for first, last in zip(cuts[::2], cuts[1::2], strict=False):
            document.put(Answer(str(uuid.uuid4()), own, "moving", draw(st.sampled_from("ab")), first, last))
    return document


def seen(document: LabelDocument, instance: str, frames: range = range(FRAMES)) -> dict[int, Geometry]:
    """What is to be seen of an object, by frame."""
    from storage.model.interpolation import present

    found = {f: present(document, instance, f) for f in frames}
    return {f: shown.geometry for f, shown in found.items() if shown is not None and not shown.outside}
