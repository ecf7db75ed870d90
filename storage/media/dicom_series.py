"""Files of DICOM pictures become series that can be shown as one: split by what cannot lie in one volume, sorted by position.

Slice 0 is the one with the least position along row x column (decisions.md 5). What a person should know about a series is
told as its warnings; nothing is repaired silently.
"""

from __future__ import annotations

import filecmp
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from storage.errors import BadInput
from storage.media.dicom_arrange import Arranged, Cell, arrange
from storage.media.dicom_frames import FrameHead, Triple
from storage.media.dicom_header import ImageFile
from storage.media.dicom_index import FrameIndex, PixelFormat, Voi
from storage.media.dicom_tell import series_facts, tell
from storage.model.items import Kind, MediaInfo
from storage.model.space import VolumeGeometry

_TURNED = 1e-4  # by how much directions of one series may differ: 0.03 mm at the far corner of a slice
_SPACED = 1e-4  # ... and spacings, as a part of them
_ONE_NUMBER = (
    "Slices at different places share one SOP Instance UID: they are shown as the one volume they make. Labels of other programs"
    " that name a slice by that number may come to lie on another one."
)

Places = tuple[Triple | None, ...]


@dataclass(slots=True)
class SeriesFound:
    """One series, or the part of one that is a volume (or stack) of its own. `files` in the order of the index."""

    title: str
    patient_id: str
    study_uid: str
    series_uid: str
    modality: str
    description: str
    files: list[Path]
    sizes: list[int]
    mtimes_ns: list[int]
    geometry: VolumeGeometry | None
    index: FrameIndex
    info: MediaInfo
    warnings: tuple[str, ...]
    kind: Kind = Kind.DICOM_SERIES
    #: Of files that were unpacked from an archive: path -> the name to show.
    shown: dict[Path, str] = field(default_factory=dict)


def group(files: Iterable[ImageFile], refused: list[BadInput]) -> list[SeriesFound]:
    """All series of these files, by patient, study and number: a Series Instance UID alone is given twice by bad exports. One
    that cannot be put together is refused, alone."""
    by_series: dict[tuple[str, str, str], list[ImageFile]] = defaultdict(list)
    for file in files:
        patient = str(file.facts.get("patient_id") or file.facts.get("patient_name", ""))
        by_series[file.facts["series_uid"], patient, file.facts["study_uid"]].append(file)
    found: list[SeriesFound] = []
    for key, members in by_series.items():
        try:
            found += _series(members, _shared(key, by_series))
        except (ValueError, ArithmeticError, LookupError, TypeError, OSError) as error:
            what = "1 file" if len(members) == 1 else f"{len(members):,} files"
            reason = f"A series of {what} ({members[0].path.name} …) cannot be put together: {type(error).__name__}."
            refused.append(BadInput(reason, remedy="Please report this.", input=str(members[0].path.parent)))
    return sorted(found, key=_order)


def _shared(key: tuple[str, str, str], series: Iterable[tuple[str, str, str]]) -> list[str]:
    """A warning where others have the same Series Instance UID."""
    uid, patient, _ = key
    others = {other[1] == patient for other in series if other[0] == uid and other != key}
    if not others:
        return []
    whose = "another study of the patient" if all(others) else "another patient"
    return [f"Pictures of {whose} have the same Series Instance UID: they are kept apart. Check whose pictures these are."]


def _order(series: SeriesFound) -> tuple[Any, ...]:
    facts = series.info.facts
    number = facts.get("series_number")
    study = (series.patient_id, facts.get("study_date", ""), facts.get("study_time", ""), series.study_uid)
    return (*study, number is None, number or 0, series.series_uid, series.title)


def _series(files: list[ImageFile], told: list[str]) -> list[SeriesFound]:
    files = sorted(files, key=lambda f: (f.keys["instance"] is None, f.keys["instance"] or 0, str(f.path)))
    files, copies = _without_copies(files)
    parts: list[tuple[_Alike, Arranged]] = []
    for alike, cells in _split(files):
        parts += [(alike, arranged) for arranged in arrange(cells, placed=alike.placed)]
    names = _names([alike for alike, _ in parts], [arranged.name for _, arranged in parts])
    found: list[SeriesFound] = []
    for (alike, arranged), name in zip(parts, names, strict=True):
        more = _copies_sentence(copies) if copies and not found else []
        found.append(_make(alike, arranged, name, told, more))
    return found


def _without_copies(files: list[ImageFile]) -> tuple[list[ImageFile], int]:
    """The same SOP instance twice at one place is one picture, if its pixels are the same bytes; else they are kept apart. At
    different places they are slices to which one number was given."""
    seen: dict[tuple[str, Places], list[ImageFile]] = defaultdict(list)
    kept: list[ImageFile] = []
    for file in files:
        here = seen[file.sop_uid, tuple(frame.position for frame in file.frames)]
        if any(_same_pixels(file, other) for other in here):
            continue
        if here:
            file.keys["variant"] = len(here)
            file.warnings.append("Another file has the same SOP Instance UID and other pixels.")
        here.append(file)
        kept.append(file)
    places = Counter(uid for uid, _ in seen)
    for file in kept:
        if places[file.sop_uid] > 1:
            file.warnings.append(_ONE_NUMBER)
    return kept, len(files) - len(kept)


def _same_pixels(one: ImageFile, two: ImageFile) -> bool:
    pieces = [[piece for frame in file.frames for piece in frame.pieces] for file in (one, two)]
    if one.format != two.format or [n for _, n in pieces[0]] != [n for _, n in pieces[1]]:
        return False
    if one.deflated or two.deflated:
        return one.deflated and two.deflated and filecmp.cmp(one.path, two.path, shallow=False)
    with one.path.open("rb") as first, two.path.open("rb") as second:
        for (at, n), (other_at, _) in zip(*pieces, strict=True):
            first.seek(at)
            second.seek(other_at)
            if first.read(n) != second.read(n):
                return False
    return True


def _copies_sentence(copies: int) -> list[str]:
    one = "1 file is a copy of another" if copies == 1 else f"{copies:,} files are copies of others"
    return [f"{one} (the same SOP Instance UID and the same pixels) and left out."]


# -- splitting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Alike:
    """What the frames of one volume have in common."""

    key: tuple[Any, ...]  # exact: matrix, colour, type, echo, stack, frame of reference
    orientation: np.ndarray | None
    spacing: np.ndarray | None
    words: dict[str, str]  # how each part of the key is called in a title
    placed: bool

    def holds(self, key: tuple[Any, ...], orientation: np.ndarray | None, spacing: np.ndarray | None) -> bool:
        return (
            self.key == key
            and _near(self.orientation, orientation, _TURNED)
            and _near(self.spacing, spacing, 0.0 if spacing is None else _SPACED * float(spacing.max()))
        )


def _near(one: np.ndarray | None, two: np.ndarray | None, slack: float) -> bool:
    if one is None or two is None:
        return one is two
    return bool(np.abs(one - two).max() <= slack)


def _split(files: list[ImageFile]) -> list[tuple[_Alike, list[Cell]]]:
    """Frames that may lie in one volume, in the order in which the first of each came."""
    groups: list[tuple[_Alike, list[Cell]]] = []
    by_key: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for file in files:
        last: tuple[Any, ...] | None = None
        at = -1
        for frame in file.frames:
            raw = (frame.orientation, frame.spacing, frame.kind, frame.position is None)
            if raw != last:  # else it is alike the frame before: nothing to compare
                at, last = _group_of(file, frame, groups, by_key), raw
            groups[at][1].append(Cell(file, frame))
    return groups


def _group_of(
    file: ImageFile,
    frame: FrameHead,
    groups: list[tuple[_Alike, list[Cell]]],
    by_key: dict[tuple[Any, ...], list[int]],
) -> int:
    """The number of the group that a frame belongs to, which is made where there is none."""
    placed = _is_placed(file, frame)
    spacing = frame.spacing or file.keys["spacing"]
    words = _words(file, frame.kind, frame.orientation if placed else None)
    alone = id(file) if not placed and len(file.frames) > 1 else 0  # a film, which is a stack of its own
    form = file.format
    key = (form.rows, form.columns, _colour(form), file.sop_class, alone, placed, *words.values())
    key = (*key, file.keys.get("variant", 0), file.facts.get("frame_of_reference", "") if placed else "")
    orientation = np.array(frame.orientation) if placed and frame.orientation is not None else None
    measured = np.array(spacing) if spacing is not None else None
    found = next((n for n in by_key[key] if groups[n][0].holds(key, orientation, measured)), None)
    if found is None:
        found = len(groups)
        by_key[key].append(found)
        groups.append((_Alike(key, orientation, measured, words, placed), []))
    return found


def _is_placed(file: ImageFile, frame: FrameHead) -> bool:
    """Whether it is known where in the patient the frame lies."""
    sheet = "MOSAIC" in file.facts.get("image_type", ()) and file.format.tile is None
    if sheet or frame.position is None or frame.spacing is None:
        return False
    return frame.orientation is not None


def _colour(form: PixelFormat) -> tuple[Any, ...]:
    return form.samples, form.photometric == "PALETTE COLOR", form.number, form.bits_allocated


def _words(file: ImageFile, kind: tuple[str, ...], orientation: tuple[float, ...] | None) -> dict[str, str]:
    stack, echo, frame_type = kind or ("", "", "")
    kind_words = frame_type.split("\\") if frame_type else file.facts.get("image_type", [])
    if not echo and file.keys["echo_time"] is not None:
        echo = f"{file.keys['echo_time']:g} ms"
    return {
        "plane": _plane(orientation) if orientation else "",
        "type": " ".join(kind_words),
        "echo": f"echo {echo or file.keys['echo']}" if echo or file.keys["echo"] else "",
        "kernel": file.keys["kernel"],
        "stack": f"stack {stack}" if stack else "",
        "file": "",
    }


@lru_cache(1024)
def _plane(orientation: tuple[float, ...]) -> str:
    normal = np.abs(np.cross(orientation[:3], orientation[3:]))
    return ("sagittal", "coronal", "axial")[int(normal.argmax())]


def _names(alike: list[_Alike], arranged: list[str]) -> list[str]:
    """What is added to the title of each part of a series: the words in which it differs from the others."""
    if len(alike) < 2:
        return [""]
    names = []
    for one, own in zip(alike, arranged, strict=True):
        parts = []
        for word, value in one.words.items():
            others = {other.words[word] for other in alike}
            if len(others) > 1 and value:
                parts.append(_distinct(value, others) if word == "type" else value)
        size = {(other.key[0], other.key[1]) for other in alike}
        if len(size) > 1:
            parts.append(f"{one.key[1]} x {one.key[0]}")
        names.append(", ".join(p for p in (*parts, own) if p))
    seen: Counter[str] = Counter()
    for n, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[n] = f"{name} {seen[name]}".strip()
    return names


def _distinct(value: str, others: set[str]) -> str:
    """Of an image type the words that not all parts have."""
    common = set.intersection(*(set(other.split()) for other in others))
    return " ".join(word for word in value.split() if word not in common).lower() or "original"


# -- the result --------------------------------------------------------------------------------------------------------


def _make(alike: _Alike, arranged: Arranged, name: str, told: list[str], more: list[str]) -> SeriesFound:
    cells = arranged.cells
    files: dict[int, ImageFile] = {}
    for cell in cells:
        files.setdefault(id(cell.file), cell.file)
    ordered = list(files.values())
    geometry = _geometry(arranged) if alike.placed else None
    index = _index(cells, ordered, arranged, geometry, alike)
    first = cells[0].file
    facts = series_facts(ordered, index)
    warnings = (*told, *tell(ordered, index, arranged), *more)
    description = str(first.facts.get("series_description", ""))
    base = description or " ".join(
        str(v) for v in (first.facts.get("modality") or "DICOM", "series", first.facts.get("series_number")) if v is not None
    )
    form = index.formats[0]
    info = MediaInfo(
        Kind.DICOM_SERIES,
        "application/dicom",
        sum(file.size for file in ordered),
        form.columns,
        form.rows,
        len(index),
        facts.get("fps"),
        facts=facts,
        warnings=warnings,
    )
    return SeriesFound(
        f"{base} ({name})"[:290] if name else base[:290],
        str(first.facts.get("patient_id", "")),
        first.facts["study_uid"],
        first.facts["series_uid"],
        str(first.facts.get("modality", "")),
        description,
        [file.path for file in ordered],
        [file.size for file in ordered],
        [file.mtime_ns for file in ordered],
        geometry,
        index,
        info,
        warnings,
    )


def _geometry(arranged: Arranged) -> VolumeGeometry | None:
    first = arranged.cells[0]
    frame, form = first.frame, first.file.format
    if frame.orientation is None or frame.spacing is None:
        return None
    origins = np.array([cell.frame.position for cell in arranged.cells[: arranged.slices]], np.float64)
    directions = np.array(frame.orientation[:3]), np.array(frame.orientation[3:])
    return VolumeGeometry(origins, *directions, *frame.spacing, form.rows, form.columns)


def _format(cell: Cell) -> PixelFormat:
    form = cell.file.format
    return form if form.tile is None else replace(form, tile=(*form.tile[:2], cell.frame.tile))


def _index(
    cells: list[Cell], files: list[ImageFile], arranged: Arranged, geometry: VolumeGeometry | None, alike: _Alike
) -> FrameIndex:
    numbers = {id(file): n for n, file in enumerate(files)}
    formats: dict[PixelFormat, int] = {}
    vois: dict[Voi, int] = {}
    pieces = {n: tuple(cell.frame.pieces) for n, cell in enumerate(cells) if len(cell.frame.pieces) > 1}
    spacing = None if geometry is not None or alike.spacing is None else tuple(float(s) for s in alike.spacing)
    return FrameIndex(
        slices=arranged.slices,
        times=len(cells) // arranged.slices,
        file=np.array([numbers[id(c.file)] for c in cells]),
        frame_number=np.array([c.frame.number for c in cells]),
        offset=np.array([c.frame.pieces[0][0] if c.frame.pieces else 0 for c in cells]),
        length=np.array([sum(n for _, n in c.frame.pieces) for c in cells]),
        format=np.array([formats.setdefault(_format(c), len(formats)) for c in cells]),
        voi=np.array([vois.setdefault(c.file.vois[c.frame.voi], len(vois)) for c in cells]),
        slope=np.array([c.frame.slope for c in cells]),
        intercept=np.array([c.frame.intercept for c in cells]),
        formats=tuple(formats),
        vois=tuple(vois),
        sop_uids=tuple(f.sop_uid for f in files),
        sop_classes=tuple(f.sop_class for f in files),
        geometry=geometry,
        spacing=spacing,  # type: ignore[arg-type]
        spacing_kind=cells[0].file.keys["spacing_kind"] if spacing else "",
        time_values=arranged.time_values,
        pieces=pieces,
        deflated=tuple(n for n, f in enumerate(files) if f.deflated),
    )
