"""What the readers of DICOM labels share: which series a file belongs to, and which class its codes and names mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.exchange import dicom_read as dr
from storage.exchange.dicom_write import PRIVATE_SCHEME, class_code
from storage.exchange.volumes import DocumentFiller, Series
from storage.model.dicom_codes import Code
from storage.model.geometry import ShapeKind
from storage.model.ontology import ObjectClass

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


@dataclass(frozen=True)
class References:
    """What a file of labels says it belongs to."""

    series: frozenset[str]
    instances: frozenset[str]
    frame_of_reference: str = ""
    study: str = ""


def lies_elsewhere(series: Series, there: Dataset, name: str) -> bool:
    """Whether the millimetres of what names its space in the attribute `name` are not those of the series."""
    reference = dr.text(there, name)
    own = dr.text(series.first_header(), "FrameOfReferenceUID") if series.header else ""
    return bool(reference and own and reference != own)


def class_of(
    filler: DocumentFiller,
    code: tuple[str, str, str],
    *names: str,
    shapes: Sequence[ShapeKind],
    coded_shapes: Sequence[ShapeKind] | None = None,
    called: str = "",
    color: str = "",
) -> ObjectClass | None:
    """By our own code, by the ontology's codes, by its names; else a new one where classes may be made, `called` so ("": by the
    first name). `coded_shapes`: what a class of the code may be; None: `shapes`."""
    value, scheme, meaning = code
    if scheme == PRIVATE_SCHEME and (own := filler.class_of_hash(value)) is not None:
        return own
    fitting = shapes if coded_shapes is None else coded_shapes
    coded = [t for t in filler.features.objects.values() if class_code(t)[:2] == (value, scheme) and t.shape in fitting]
    named = filler.class_named(*names, shapes=shapes)
    told = meaning if scheme == PRIVATE_SCHEME and meaning else called or next((n for n in names if n.strip()), "")
    # Two lungs bear one code: a class that was made for the one is not that of the other.
    coded = [t for t in coded if t not in filler.features.grown or t.name == told]
    if coded and named not in coded:
        return coded[0]
    known = Code(value, scheme, meaning) if value and scheme and scheme != PRIVATE_SCHEME else None
    return named or filler.new_class(told, shapes, color=color, code=known)


def hex_color(red: int, green: int, blue: int) -> str:
    return f"#{red:02X}{green:02X}{blue:02X}"
