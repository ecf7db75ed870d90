"""Key images of a series as a DICOM Key Object Selection, and back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import Refused
from storage.exchange import dicom_read as dr
from storage.exchange import dicom_write as dw
from storage.exchange.dicom_sr import evidence_of, name_patient
from storage.exchange.losses import Losses
from storage.exchange.sr_read import walk
from storage.exchange.volumes import Series

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

KEY_OBJECTS = "1.2.840.10008.5.1.4.1.1.88.59"
_OF_INTEREST = ("113000", "DCM", "Of Interest")


def write_key_objects(path: Path, series: Series, frames: Iterable[int], *, now: int, text: str = "") -> None:
    """Raises Refused where there are none. Instances with several frames are named with the frames meant."""
    import highdicom as hd

    wanted = sorted(set(frames))
    if series.index is None or series.header is None:
        raise Refused(f"{series.title} is no DICOM series: key images need instances.", remedy="Export its labels otherwise.")
    if not wanted:
        raise Refused(f"{series.title} has no key images.", remedy="Mark some first.")
    evidence = evidence_of(series, set(wanted))
    title = hd.sr.CodedConcept(*_OF_INTEREST)
    content = hd.ko.KeyObjectSelection(document_title=title, referenced_objects=evidence, description=text or None)
    made = hd.ko.KeyObjectSelectionDocument(
        evidence=evidence,
        content=content,
        series_instance_uid=dw.new_uid(),
        series_number=902,
        sop_instance_uid=dw.new_uid(),
        instance_number=1,
        manufacturer="Postil",
        series_description=f"Key images of {series.title}"[:64],
        specific_character_set=dw.UNICODE,
    )
    _name_frames(made, series, wanted)
    name_patient(made, series)
    dw.stamp(made, now)
    dw.save(made, path)


def _name_frames(made: Dataset, series: Series, frames: list[int]) -> None:
    by_uid: dict[str, list[int]] = {}
    for frame in frames:
        _, uid, number = series.sop(frame)
        if number:
            by_uid.setdefault(uid, []).append(number)
    for item, _ in walk(made):
        for reference in dr.sequence(item, "ReferencedSOPSequence"):
            numbers = by_uid.get(str(reference.ReferencedSOPInstanceUID))
            if numbers:
                reference.ReferencedFrameNumber = numbers


def read_key_objects(path: Path, series: Series, losses: Losses, *, head: Dataset | None = None) -> list[int]:
    """Frames of the series that a selection names; those of other series are told."""
    head = head if head is not None else dr.read_head(path)
    found: set[int] = set()
    for item, _ in walk(head):
        for reference in dr.sequence(item, "ReferencedSOPSequence"):
            uid = dr.text(reference, "ReferencedSOPInstanceUID")
            told = dr.value(reference, "ReferencedFrameNumber")
            numbers = [told] if told is None or isinstance(told, (int, str)) else list(told)
            for number in numbers:
                frame = series.frame_of(uid, int(number) if number else 0)
                if frame is None:
                    losses.add(f"the key image {uid}", path.name, "it is not in the series")
                else:
                    found.add(frame)
    return sorted(found)
