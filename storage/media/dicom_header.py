"""One DICOM file's head as facts: who it belongs to, what its pixels are, where each frame lies in the file and the patient.

Runs in worker processes: what comes back is plain and small. Patient names and ids are facts for the catalog; no sentence
made here holds them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.errors import BadInput
from storage.media.dicom_fragments import Piece, find_frames
from storage.media.dicom_frames import FrameHead, frame_heads
from storage.media.dicom_index import Lut, PixelFormat, Voi
from storage.media.dicom_mosaic import NotTakenApart, take_apart
from storage.media.dicom_tags import UNDEFINED, Found, Malformed, ReadAt
from storage.media.dicom_values import Remembered, Values
from storage.media.dicom_wanted import LABELS, REQUIRED, SERIES_REFERENCES
from storage.model.film import MOST_FRAMES, stays_of

#: Transfer syntaxes whose pixels are a film (MPEG-2, MPEG-4, HEVC): no frame can be found in them.
_FILMS = tuple(f"1.2.840.10008.1.2.4.{n}" for n in range(100, 109))
_ENCAPSULATED = ("1.2.840.10008.1.2.4.", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8")
_MOST_FRAMES = 1 << 20
_EVEN_MS = 0.5  # frames that stay longer or shorter by less than that are even
_LABEL_KINDS = frozenset(LABELS.values())
#: Codes of mammographic views (PS3.16 CID 4014, SNOMED CT and its former names) where no View Position is given.
_VIEWS = {
    "399162004": "CC", "R-10242": "CC", "399368009": "MLO", "R-10226": "MLO", "399260004": "ML", "R-10224": "ML",
    "399352003": "LM", "R-10228": "LM",
}  # fmt: skip


@dataclass(slots=True)
class ImageFile:
    """An image, of one frame or several."""

    path: Path
    size: int
    mtime_ns: int
    sop_class: str
    sop_uid: str
    facts: dict[str, Any]  # of patient, study and series
    keys: dict[str, Any]  # by which a series is split and sorted
    format: PixelFormat
    vois: list[Voi]
    frames: list[FrameHead]
    deflated: bool = False
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class LabelFile:
    """Segmentations, contours, reports and presentation states: labels of the series they refer to (rulings.md 9)."""

    path: Path
    kind: str  # SEG, RTSTRUCT, SR, PR, KO, RTPLAN ...
    title: str
    study_uid: str
    series_uid: str
    sop_uid: str
    refers_to: tuple[str, ...]  # series instance UIDs


class _RefusedError(Exception):
    """What is wrong with a file, and what can be done."""


def read_head(path: Path, found: Found, read_at: ReadAt, size: int, mtime_ns: int) -> ImageFile | LabelFile:
    """Raises BadInput with the reason why it can be neither."""
    try:
        return _head(path, found, read_at, size, mtime_ns)
    except _RefusedError as refused:
        what, remedy = refused.args
        raise BadInput(f"{path.name} {what}.", remedy=remedy, input=str(path)) from refused.__cause__


def _head(path: Path, found: Found, read_at: ReadAt, size: int, mtime_ns: int) -> ImageFile | LabelFile:
    values = Values(found.elements, little=found.little_endian, charset=_charset(found))
    modality = values.code(0x00080060)
    sop_class = values.code(0x00080016) or Values(found.meta).code(0x00020002)
    kind = LABELS.get(sop_class) or (modality if modality in _LABEL_KINDS else "")
    if sop_class == "1.2.840.10008.1.3.10":
        raise _RefusedError("is a DICOMDIR, a list of files", "Its files are found by themselves in the folders beside it.")
    if kind:
        return _label(path, kind, values)
    if found.pixel_offset < 0 and 0x00280010 not in values:
        raise _RefusedError(f"has no pixels ({modality or 'no modality'})", "Leave it out: there is nothing to show.")
    _require(values)
    if found.pixel_offset < 0:
        raise _RefusedError(
            "describes a picture, but holds no pixels: it was cut short, or saved without them", "Copy it again, whole."
        )
    return _image(path, values, found, read_at, size, mtime_ns, sop_class)


def _charset(found: Found) -> str:
    return Values(found.elements).code(0x00080005)


def _label(path: Path, kind: str, values: Values) -> LabelFile:
    refers: dict[str, None] = {}
    for way in SERIES_REFERENCES:
        _follow(values, way, refers)
    title = next((t for t in (values.text(tag) for tag in (0x30060002, 0x00700080, 0x0008103E)) if t), kind)
    uids = (values.code(0x0020000D), values.code(0x0020000E), values.code(0x00080018))
    return LabelFile(path, kind, title, *uids, tuple(refers))


def _follow(values: Values, way: tuple[int, ...], into: dict[str, None]) -> None:
    if len(way) == 1:
        if uid := values.code(way[0]):
            into[uid] = None
        return
    for item in values.items(way[0]):
        _follow(item, way[1:], into)


def _require(values: Values) -> None:
    """The six tags without which Encord takes no file; an empty Patient ID passes (rulings.md 9)."""
    missing = [name for tag, name in REQUIRED if tag not in values or (tag >> 16 != 0x0010 and not _said(values, tag))]
    if missing:
        raise _RefusedError(
            f"lacks {', '.join(missing)}, which a DICOM series must have",
            "Export it again from where it came, with these tags.",
        )


def _said(values: Values, tag: int) -> bool:
    """Whether a tag has a value: a number of any size, or letters."""
    return len(values.raw(tag)) >= 2 if tag >> 16 == 0x0028 else bool(values.code(tag))


def _image(path: Path, values: Values, found: Found, read_at: ReadAt, size: int, mtime_ns: int, sop_class: str) -> ImageFile:
    form = _format(values, found.transfer_syntax, found.pixel_number, found.overlays)
    count = max(1, values.number(0x00280008) or 1)
    if count > _MOST_FRAMES:
        raise _RefusedError(f"announces {count:,} frames", "It is damaged; export it again.")
    warnings: list[str] = []
    pieces = _pieces(found, form, values, count, read_at, size)
    whole = sum(1 for p in pieces if p)
    if not whole:
        raise _RefusedError("was cut short: it ends before its first frame is whole", "Copy it again from where it came.")
    if whole < count:
        warnings.append(f"The file was cut short: {count - whole:,} of its {count:,} frames are missing.")
    vois: list[Voi] = []
    frames = frame_heads(values, pieces, vois, signed=bool(form.pixel_representation), sop_class=sop_class)
    if _is_mosaic(values) and count == 1:
        form, frames = _tiles(values, form, frames, warnings)
    made = ImageFile(
        path,
        size,
        mtime_ns,
        sop_class,
        values.code(0x00080018),
        _facts(values, found.transfer_syntax),
        _keys(values),
        form,
        vois,
        frames,
        found.inflated is not None,
        warnings,
    )
    if found.transfer_syntax.startswith("1.2.840.10008.1.2.4.9") and 0x00287FE0 in values:
        raise _RefusedError("has its pixels elsewhere (Pixel Data Provider)", "Retrieve the file with its pixels.")
    return made


def _is_mosaic(values: Values) -> bool:
    return "MOSAIC" in values.codes(0x00080008)


def _tiles(
    values: Values, form: PixelFormat, frames: list[FrameHead], warnings: list[str]
) -> tuple[PixelFormat, list[FrameHead]]:
    """The slices of a mosaic; where they cannot be told, the sheet as it is, with the reason."""
    try:
        tile, slices = take_apart(values, form, frames[0])
    except NotTakenApart as reason:
        warnings.append(
            f"Mosaics: each picture holds all slices of a volume as tiles. They stay together, without millimetres: {reason}."
        )
        return form, frames
    warnings.append(f"Taken from mosaics: {len(slices):,} slices in each picture, as far apart as its header says.")
    return tile, slices


@Remembered
def _format(values: Values, transfer_syntax: str, pixel_number: str, overlays: bool) -> PixelFormat:
    if transfer_syntax in _FILMS:
        raise _RefusedError("holds a film (MPEG), not frames", "Convert it to an ordinary video file and add that.")
    rows, columns = values.short(0x00280010, 0) or 0, values.short(0x00280011, 0) or 0
    allocated = values.short(0x00280100, 16) or 16
    stored = min(values.short(0x00280101, allocated) or allocated, allocated)
    if rows < 1 or columns < 1 or allocated not in (1, 8, 16, 32, 64):
        raise _RefusedError(f"has impossible pixels ({rows} x {columns}, {allocated} bits)", "It is damaged; leave it out.")
    representation = values.short(0x00280103, 0) or 0
    signed = representation == 1
    samples = values.short(0x00280002, 1) or 1
    if samples not in (1, 2, 3, 4):
        raise _RefusedError(f"has {samples} samples per pixel", "It is damaged; leave it out.")
    photometric = values.code(0x00280004) or ("RGB" if samples == 3 else "MONOCHROME2")
    modality_lut = values.item(0x00283000)
    return PixelFormat(
        transfer_syntax,
        rows,
        columns,
        samples,
        photometric,
        values.short(0x00280006, 0) or 0,
        allocated,
        stored,
        values.short(0x00280102, stored - 1) or 0,
        representation,
        pixel_number,
        values.code(0x00282110) == "01",
        values.short(0x00280120, signed=signed),
        values.short(0x00280121, signed=signed),
        _units(values),
        values.code(0x20500020),
        modality_lut.lut(0x00283002, 0x00283006, 0x00283003, signed=signed),
        _palette(values, signed) if photometric == "PALETTE COLOR" else (),
        overlays,
    )


def _units(values: Values) -> str:
    """Of what comes out of the rescaling."""
    if units := values.code(0x00541001):
        return units
    groups = [values, values.item(0x52009229), values.item(0x52009230)]
    for group in groups:
        for place in (group, group.item(0x00289145)):
            if told := place.code(0x00281054):
                return "" if told == "US" else told
    if lut := values.item(0x00283000).code(0x00283004):
        return "" if lut == "US" else lut
    return "HU" if values.code(0x00080060) == "CT" and "LOCALIZER" not in values.codes(0x00080008) else ""


def _palette(values: Values, signed: bool) -> tuple[Lut, ...]:
    found = [values.lut(0x00281101 + n, 0x00281201 + n, signed=signed) for n in range(3)]
    if not all(found):
        found = [values.segmented_lut(0x00281101 + n, 0x00281221 + n, signed=signed) for n in range(3)]
    return tuple(lut for lut in found if lut is not None) if all(found) else ()


def _pieces(found: Found, form: PixelFormat, values: Values, count: int, read_at: ReadAt, size: int) -> list[list[Piece]]:
    """Of each frame; empty where the file ends before it does."""
    if found.pixel_length == UNDEFINED or found.transfer_syntax.startswith(_ENCAPSULATED):
        if found.pixel_length != UNDEFINED:
            raise _RefusedError("is compressed by its transfer syntax, but its pixels are not", "Export it again.")
        offsets, lengths = values.very_longs(0x7FE00001), values.very_longs(0x7FE00002)
        try:
            return find_frames(read_at, found.pixel_offset, size, count, offsets, lengths)
        except Malformed as error:
            raise _RefusedError(f"cannot be read: {error}", "Export it again from where it came.") from error
    length = form.frame_bytes
    pixels = form.rows * form.columns
    whole = min(found.pixel_length, size - found.pixel_offset)
    if form.photometric == "YBR_FULL_422" and found.pixel_length >= count * pixels * 3:
        length = pixels * 3  # named 4:2:2 and stored in full, as some writers do
    if form.bits_allocated == 1:
        return [_bits(found.pixel_offset, n, pixels * form.samples, whole) for n in range(count)]
    starts = (n * length for n in range(count))
    return [[(found.pixel_offset + start, length)] if start + length <= whole else [] for start in starts]


def _bits(at: int, n: int, bits: int, whole: int) -> list[Piece]:
    first, last = n * bits // 8, ((n + 1) * bits + 7) // 8
    return [(at + first, last - first)] if last <= whole else []


@Remembered
def _facts(values: Values, transfer_syntax: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "modality": values.code(0x00080060),
        "patient_id": values.text(0x00100020),
        "patient_name": values.text(0x00100010),
        "patient_birth": values.code(0x00100030),
        "patient_sex": values.code(0x00100040),
        "study_uid": values.code(0x0020000D),
        "study_date": values.code(0x00080020),
        "study_time": values.code(0x00080030),
        "study_description": values.text(0x00081030),
        "accession": values.text(0x00080050),
        "series_uid": values.code(0x0020000E),
        "series_number": values.number(0x00200011),
        "series_description": values.text(0x0008103E),
        "body_part": values.code(0x00180015),
        "laterality": _laterality(values),
        "view_position": values.code(0x00185101) or _VIEWS.get(values.item(0x00540220).code(0x00080100), ""),
        "patient_orientation": list(values.codes(0x00200020)),
        "frame_of_reference": values.code(0x00200052),
        "sop_class": values.code(0x00080016),
        "transfer_syntax": transfer_syntax,
        "image_type": list(values.codes(0x00080008)),
        "thickness": values.decimal(0x00180050),
        "burned_in": values.code(0x00280301),
    }
    made |= _film(values)
    if aspect := values.decimals(0x00280034):
        made["pixel_aspect"] = list(aspect)
    if regions := [_region(item) for item in values.items(0x00186011)]:
        made["us_regions"] = regions
    if made["modality"] == "PT":
        made["pet"] = _pet(values)
    return {key: value for key, value in made.items() if value not in ("", None, [])}


def _film(values: Values) -> dict[str, Any]:
    """Its pace and its way. How far apart frames were taken says it more exactly than the rate that is recommended."""
    time, rate = values.decimal(0x00181063), values.decimal(0x00082144) or values.decimal(0x00180040)
    made: dict[str, Any] = {"sweeps": values.short(0x00181244) == 1 or None}
    if time or rate:
        made["fps"] = 1000 / time if time and time > 0 else rate
    if not time or values.shorts(0x00280009)[:2] == (0x0018, 0x1065):
        stays = stays_of(values.decimals(0x00181065), values.number(0x00280008) or 1)
        if stays:
            made["fps"] = 1000 * len(stays) / sum(stays)
        if 0 < len(stays) <= MOST_FRAMES and max(stays) - min(stays) > _EVEN_MS:
            made["stays_ms"] = [round(ms, 3) for ms in stays]
    return made


def _laterality(values: Values) -> str:
    """Of the picture, of its frames (tomosynthesis), or of the paired part of the body."""
    groups = (values.item(0x52009229), values.item(0x52009230))
    of_frames = next((side for group in groups if (side := group.item(0x00209071).code(0x00209072))), "")
    return values.code(0x00200062) or of_frames or values.code(0x00200060)


def _region(item: Values) -> dict[str, Any]:
    """A calibrated part of an ultrasound picture (PS3.3 C.8.5.5)."""
    return {
        "box": [item.long(tag) for tag in (0x00186018, 0x0018601A, 0x0018601C, 0x0018601E)],
        "format": item.short(0x00186012),
        "type": item.short(0x00186014),
        "flags": item.long(0x00186016),
        "units": [item.short(0x00186024), item.short(0x00186026)],
        "delta": [item.double(0x0018602C), item.double(0x0018602E)],
    }


def _pet(values: Values) -> dict[str, Any]:
    """What SUV is made of."""
    drug = values.item(0x00540016)
    return {
        "units": values.code(0x00541001),
        "decay_correction": values.code(0x00541102),
        "weight_kg": values.decimal(0x00101030),
        "dose_bq": drug.decimal(0x00181074),
        "half_life_s": drug.decimal(0x00181075),
        "injected": drug.code(0x00181078) or drug.code(0x00181072),
        "series_time": values.code(0x00080021) + values.code(0x00080031),
    }


def _spacing(values: Values) -> tuple[tuple[float, ...], str]:
    """Pixel Spacing that is the imager's own was measured at the detector as well: nobody has calibrated it (PS3.3 10.7.1.3)."""
    own, imager = values.decimals(0x00280030), values.decimals(0x00181164)
    if len(own) == 2:
        return own, "detector" if own == imager else "patient"
    found = next((s for s in (imager, values.decimals(0x00182010)) if len(s) == 2), None)
    return (found, "detector") if found is not None else ((), "")


def _keys(values: Values) -> dict[str, Any]:
    return {
        "instance": values.number(0x00200013),
        "trigger": values.decimal(0x00181060),
        "acquisition_time": values.code(0x00080022) + values.code(0x00080032),
        "content_time": values.code(0x00080023) + values.code(0x00080033),
        "frame_reference_time": values.decimal(0x00541300),
        **_usual_keys(values),
    }


@Remembered
def _usual_keys(values: Values) -> dict[str, Any]:
    """Those in which the files of most series do not differ."""
    spacing, kind = _spacing(values)
    return {
        "acquisition": values.number(0x00200012),
        "temporal": values.number(0x00200100),
        "b_value": values.double(0x00189087),
        "kernel": " ".join(values.codes(0x00181210)),
        "echo": values.code(0x00180086),
        "echo_time": values.decimal(0x00180081),
        "spacing": spacing if kind and all(s > 0 for s in spacing) else None,
        "spacing_kind": kind,
    }
