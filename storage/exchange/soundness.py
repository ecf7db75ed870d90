"""Whether what was read from a stranger's file can be kept: every field of the kind its record declares, every number
finite and of a size that a picture or the database can hold. The readers take files apart; this is the last gate."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from storage.model.geometry import Box, Circle, Ellipse, RotatedBox
from storage.model.labels import KIND_OF, Annotation, Answer, LabelDocument, Record

FURTHEST = 1e9  # pixels: beyond, a coordinate is a slip, and sums with it lose the pixel
_LARGEST = 1e300  # what still can be reckoned with
_INTEGERS = range(-(2**63), 2**63)


def keep_sound(made: LabelDocument, present: LabelDocument) -> Iterator[tuple[Record, str]]:
    """Puts back (or takes out) every record of `made` that cannot be kept, with what hangs on it; yields each and why."""
    for record in list(made.records()):
        kind = KIND_OF[type(record)]
        before = present.get(kind, record.uuid)
        if record is before:
            continue
        why = fault_of(record)
        if why:
            made.drop(kind, record.uuid)
            if before is not None:
                made.put(before)
            yield record, why
    owners = {*made.instances, *made.classifications}
    for annotation in [a for a in made.annotations.values() if a.instance not in owners]:
        made.drop("annotation", annotation.uuid)
        yield annotation, "its object cannot be kept"
    for answer in [a for a in made.answers.values() if a.owner not in owners]:
        made.drop("answer", answer.uuid)
    carried = {a.instance for a in made.annotations.values()}
    for instance in [i for i in made.instances.values() if i.uuid not in carried and i.uuid not in present.instances]:
        for answer in made.answers_of(instance.uuid):
            made.drop("answer", answer.uuid)
        made.drop("instance", instance.uuid)


def fault_of(record: Record) -> str:
    """Empty when the record can be kept."""
    why = _fault(record)
    if why:
        return why
    if isinstance(record, Annotation):
        shape = record.geometry
        sizes = {Box: ("w", "h"), RotatedBox: ("w", "h"), Circle: ("r",), Ellipse: ("rx", "ry")}.get(type(shape), ())
        if any(getattr(shape, name) < 0 for name in sizes):
            return "its size is negative"
        if any(abs(v) > FURTHEST for v in shape.bounds()):
            return "it lies farther away than any picture reaches"
    if isinstance(record, Answer) and (record.first is None) != (record.last is None):
        return "its range has only one end"
    return ""


def _fault(value: Any) -> str:
    for name, hint in _hints(type(value)):
        held = getattr(value, name)
        if not _fits(held, hint):
            shown = repr(held)
            return f"its {name.replace('_', ' ')} cannot be {shown if len(shown) < 40 else shown[:40] + '…'}"
        if is_dataclass(held) and (why := _fault(held)):
            return why
    return ""


_known: dict[type, tuple[tuple[str, Any], ...]] = {}


def _hints(of: type) -> tuple[tuple[str, Any], ...]:
    if of not in _known:
        hints = get_type_hints(of)
        _known[of] = tuple((f.name, hints[f.name]) for f in fields(of))
    return _known[of]


def _fits(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, part) for part in get_args(hint))
    if origin is tuple:
        parts = get_args(hint)
        if not isinstance(value, tuple):
            return False
        if len(parts) == 2 and parts[1] is Ellipsis:
            return all(_fits(v, parts[0]) for v in value)
        return len(value) == len(parts) and all(map(_fits, value, parts))
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and value in _INTEGERS
    if hint is str:
        return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return isinstance(value, hint)
    if is_dataclass(hint):
        return isinstance(value, hint) and not _fault(value)  # type: ignore[arg-type]
    return isinstance(value, hint)
