"""Which kinds of files an ontology has nothing to draw on with. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable

from storage.model.geometry import PICTURE_SHAPES, ShapeKind
from storage.model.items import Kind
from storage.model.ontology import Ontology
from storage.model.query import ItemQuery
from storage.model.reads import Reads

#: What a new class for a kind of file is drawn as.
SHAPE_FOR = {Kind.AUDIO: ShapeKind.AUDIO, Kind.TEXT: ShapeKind.TEXT}


def shapes_on(kind: Kind) -> frozenset[ShapeKind]:
    """What can be drawn on a kind of file."""
    needed = SHAPE_FOR.get(kind)
    return frozenset({needed}) if needed is not None else frozenset(PICTURE_SHAPES)


def kinds_in(reads: Reads, dataset_ids: Iterable[int]) -> frozenset[Kind]:
    """The kinds of files that datasets hold. May be slow: in a read job."""
    datasets = tuple(dataset_ids)
    return frozenset(
        kind for kind in Kind if any(reads.count(ItemQuery(dataset_id=d, kinds=frozenset({kind})), stop_at=1) for d in datasets)
    )


def without_classes(kinds: Iterable[Kind], ontology: Ontology) -> list[Kind]:
    """Kinds for which no class can be drawn. Classifications suffice for pictures, not for regions of sound and text."""
    living = {o.shape for o in ontology.objects if not o.archived}
    found = []
    for kind in kinds:
        possible = not living.isdisjoint(shapes_on(kind))
        if kind not in SHAPE_FOR:
            possible = possible or any(not c.archived for c in ontology.classifications)
        if not possible:
            found.append(kind)
    return sorted(found)
