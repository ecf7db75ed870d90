"""What the catalog keeps of a series, and what a person is told about it."""

from __future__ import annotations

from typing import Any

import numpy as np

from storage.media.dicom_arrange import Arranged
from storage.media.dicom_header import ImageFile
from storage.media.dicom_index import FrameIndex
from storage.model.space import VolumeGeometry

#: Goes up when headers are read for more: series read as less are read again (`storage.services.reread`).
READ_AS = 3
TILTED = 0.05  # degrees
#: Names as Encord and DICOM write them of what a volume needs to be shown in 3D.
_PLACING = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
_REGIONS = "us_regions"  # of one file, as its header has them
_SLIDES = "1.2.840.10008.5.1.4.1.1.77.1.6"


def series_facts(files: list[ImageFile], index: FrameIndex) -> dict[str, Any]:
    """What is kept of a series: what its first file says, but for what another one says otherwise. What is empty is left out."""
    facts = dict(files[0].facts)
    for name in ("laterality", "view_position", "patient_orientation", "pixel_aspect"):
        if any(file.facts.get(name) != facts.get(name) for file in files):
            facts.pop(name, None)  # a series of several views is none of them
    facts.pop(_REGIONS, None)
    if len(files) > 1 or index.frame_number.tolist() != list(range(1, len(facts.get("stays_ms", ())) + 1)):
        facts.pop("stays_ms", None)  # they are those of the frames of one file in their order
    facts["ultrasound"] = _ultrasound(files, index)
    form = index.formats[0]
    facts |= {
        "format": "dicom",
        "read_as": READ_AS,
        "slices": index.slices,
        "times": index.times,
        "file_count": len(files),
        "bits": form.bits_stored,
        "photometric": form.photometric,
        "units": form.units,
        "lossy": any(f.lossy for f in index.formats),
        "transfer_syntaxes": sorted({f.transfer_syntax for f in index.formats}),
    }
    if index.geometry is not None:
        facts |= _geometry_facts(index.geometry)
    else:
        facts |= {"missing_3d": _missing(files), "impossible_3d": _impossible(files)}
        if index.spacing is not None:
            facts |= {"spacing": list(index.spacing), "spacing_kind": index.spacing_kind}
    return {key: value for key, value in facts.items() if value not in ("", None, [], {})}


def _ultrasound(files: list[ImageFile], index: FrameIndex) -> dict[str, Any]:
    """The calibrated regions of its pictures, of each kind of picture once; see `storage.model.calibration`."""
    kinds: list[list[dict[str, Any]]] = []
    of_file: list[int] = []
    for file in files:
        regions = [r for r in file.facts.get(_REGIONS, ()) if _lies_within(r, file)]
        if regions not in kinds:
            kinds.append(regions)
        of_file.append(kinds.index(regions))
    if not any(kinds):
        return {}
    found: dict[str, Any] = {"regions": kinds}
    if len(kinds) > 1:
        found["of"] = [of_file[number] for number in index.file.tolist()]
    return found


def _lies_within(region: dict[str, Any], file: ImageFile) -> bool:
    """A region beyond its picture is that of a larger one, which was made smaller without telling."""
    left, top, right, bottom = (-1 if edge is None else int(edge) for edge in region["box"])
    return 0 <= left <= right <= file.format.columns and 0 <= top <= bottom <= file.format.rows


def _geometry_facts(geometry: VolumeGeometry) -> dict[str, Any]:
    normal = np.abs(geometry.normal)
    return {
        "spacing": [geometry.spacing_row_mm, geometry.spacing_col_mm],
        "spacing_kind": "patient",
        "slice_spacing": geometry.slice_spacing_mm,
        "regular": geometry.regular,
        "tilt": round(geometry.tilt_deg, 3),
        "plane": ("sagittal", "coronal", "axial")[int(normal.argmax())],
        "oblique": bool(normal.max() < 0.999),
    }


def _missing(files: list[ImageFile]) -> list[str]:
    frames = [frame for file in files for frame in file.frames]
    found = {
        "ImagePositionPatient": all(f.position is not None for f in frames),
        "ImageOrientationPatient": all(f.orientation is not None for f in frames),
        "PixelSpacing": all(f.spacing is not None for f in frames),
    }
    return [name for name in _PLACING if not found[name]]


def _impossible(files: list[ImageFile]) -> dict[str, str]:
    """Of what is missing: what the files say instead, by name; the first of each."""
    told: dict[str, str] = {}
    for file in files:
        for frame in file.frames:
            for name, said in frame.impossible:
                told.setdefault(name, said)
    return told


def tell(files: list[ImageFile], index: FrameIndex, arranged: Arranged) -> tuple[str, ...]:
    """Sentences for whoever adds it: what is missing, what was put right, what the values are."""
    told: list[str] = []
    for file in files:
        told += [text for text in file.warnings if text not in told]
    geometry = index.geometry
    if geometry is None:
        told += _unplaced(files, index)
    else:
        told += _placed(geometry)
    told += arranged.notes
    told += _values(index)
    return tuple(told)


def _unplaced(files: list[ImageFile], index: FrameIndex) -> list[str]:
    first = files[0]
    if "MOSAIC" in first.facts.get("image_type", ()):
        return []  # told already, with the reason why its tiles stay together
    told = []
    if first.sop_class == _SLIDES:
        told.append("The frames are tiles of a slide, shown one by one.")
    if first.sop_class != _SLIDES:
        impossible = _impossible(files)
        missing = [name for name in _missing(files) if name not in impossible]
        why = [f"{_listed(missing)} missing"] if missing else []
        why += [f"{name} is impossible ({said})" for name, said in impossible.items()]
        told.append(f"Shown as a stack only, without 3D: {', '.join(why)}.")
    if any(not _lies_within(r, file) for file in files for r in file.facts.get(_REGIONS, ())):
        told.append("Its ultrasound calibration is that of a picture of another size: lengths are in pixels.")
    if index.spacing_kind == "detector":
        told.append("Its pixel spacing is that at the detector: lengths in the patient are smaller.")
    return told


def _placed(geometry: VolumeGeometry) -> list[str]:
    told = []
    if geometry.n > 1 and geometry.tilt_deg > TILTED:
        tilt = f"{geometry.tilt_deg:.1f}"
        told.append(
            f"The slices are tilted by {tilt} degrees against their row; other planes are resampled from true positions."
        )
    steps = geometry.distances_mm
    if gaps := geometry.gaps:
        usual = geometry.usual_distance_mm
        some = ", ".join(f"after slice {k + 1} ({steps[k]:.4g} mm instead of {usual:.4g})" for k in gaps[:5])
        more = f" and {len(gaps) - 5} more" if len(gaps) > 5 else ""
        told.append(f"Slices are missing {some}{more}.")
    if geometry.n > 2 and not geometry.regular:
        least, most = float(steps.min()), float(steps.max())
        if not gaps or np.ptp(np.delete(steps, gaps)) > 0.01 * geometry.usual_distance_mm:
            told.append(
                f"The distances between its slices vary from {least:.4g} to {most:.4g} mm; each lies at its own position."
            )
        if geometry.deviation_mm > 0 and most - least <= 0.01 * most:
            told.append(f"Its slices do not lie in a straight row (up to {geometry.deviation_mm:.3g} mm beside it).")
    return told


def _values(index: FrameIndex) -> list[str]:
    told = []
    if len(np.unique(np.stack([index.slope, index.intercept]), axis=1).T) > 1:
        told.append("Its slices are rescaled differently; each is shown with its own slope and intercept.")
    if len({form.pixel_representation for form in index.formats}) > 1:
        told.append("Some of its slices have signed pixels and others unsigned.")
    if any(form.lossy for form in index.formats):
        told.append("Its pictures were compressed with loss.")
    if index.formats[0].photometric == "PALETTE COLOR" and not index.formats[0].palette:
        told.append("Its colour palette cannot be read; the numbers are shown as greys.")
    return told


def _listed(names: list[str]) -> str:
    head = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"{head} {'is' if len(names) == 1 else 'are'}"
