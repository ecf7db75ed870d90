"""Classes of lines that hold measurements. Their names say what is measured: an angle, Cobb's angle, else a length."""

from __future__ import annotations

from enum import StrEnum

from storage.model import ontology_edit
from storage.model.geometry import ShapeKind
from storage.model.ontology import ObjectClass, Ontology


class Measure(StrEnum):
    """As new classes are called."""

    LENGTH = "Length"
    ANGLE = "Angle"
    COBB = "Cobb angle"


def measure_of(name: str, points: int) -> Measure:
    """What a line of so many points measures in a class of that name: three points are an angle, four are two lines."""
    folded = name.casefold()
    if points == 3 and "angle" in folded:
        return Measure.ANGLE
    return Measure.COBB if points == 4 and ("cobb" in folded or "angle" in folded) else Measure.LENGTH


def draws_two_lines(thing: ObjectClass) -> bool:
    """Four points of this class are seen as two lines that need not meet."""
    return thing.shape is ShapeKind.POLYLINE and "cobb" in thing.name.casefold()


def _fits(thing: ObjectClass, what: Measure) -> bool:
    if thing.shape is not ShapeKind.POLYLINE:
        return False
    meant = {measure_of(thing.name, 3), measure_of(thing.name, 4)}
    return what in meant and (what is not Measure.LENGTH or len(meant) == 1)


def line_classes(ontology: Ontology, what: Measure) -> list[ObjectClass]:
    """Those that may hold it and are for nothing else."""
    return [c for c in ontology.objects if not c.archived and _fits(c, what) and _own(c, what)]


def line_class(ontology: Ontology, what: Measure, armed: str | None = None, last: str | None = None) -> ObjectClass | None:
    """Where a measurement is kept: in the armed class if that fits, else where the last one went, else in the class that is
    called so. None: the person is asked."""
    found = [c for c in ontology.objects if not c.archived and _fits(c, what)]
    for wanted in (armed, last):
        if known := next((c for c in found if c.feature_hash == wanted), None):
            return known
    return next((c for c in found if _called(c, what)), None)


def with_line_class(ontology: Ontology, what: Measure) -> Ontology:
    """With a class that is called so; one that was archived comes back."""
    known = next((c for c in ontology.objects if c.shape is ShapeKind.POLYLINE and _called(c, what)), None)
    if known is None:
        return ontology_edit.add_object(ontology, what.value, ShapeKind.POLYLINE)[0]
    return ontology_edit.set_archived(ontology, known.feature_hash, False) if known.archived else ontology


def _called(thing: ObjectClass, what: Measure) -> bool:
    return thing.name.casefold() == what.value.casefold()


def _own(thing: ObjectClass, what: Measure) -> bool:
    """Angles in a class for Cobb's, and the other way round, only where the person has armed it."""
    return draws_two_lines(thing) is (what is Measure.COBB)
