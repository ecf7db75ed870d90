"""Volumes in the label editor: the series opened, its header, what stands in the corners, and the 3D pane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.errors import PostilError
from storage.model.calibration import Calibration
from storage.model.film import Film
from storage.model.items import Item
from storage.services.originals import by_its_title, source_of
from widgets.words import dicom_date, person

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from storage.media.dicom_browse import Row
    from viewers.scene.volume_source import VolumeSource


def open_volume_source(catalog: Catalog, item: Item, facts: Mapping[str, Any]) -> VolumeSource:
    """`facts`: those of `storage.services.originals.facts_of`."""
    from viewers.scene.volume_source import VolumeSource

    def opened() -> Any:
        from viewers.decode.slices import open_frames

        return open_frames(source_of(catalog, item), str(item.kind), facts)

    sides = tuple(str(side) for side in item.facts.get("patient_orientation") or ())
    modality = str(item.facts.get("modality") or "")
    calibration, film = Calibration.of_facts(item.facts), Film.of_facts(item.fps, item.facts)
    return VolumeSource(
        opened,
        modality=modality,
        sides=sides,
        calibration=calibration,
        film=film,
        cache_dir=catalog.paths.cache,
        worded=lambda error: by_its_title(error, item),
    )


def patient_lines(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Whose pictures they are, as the files say it: name, then ID, date of birth and sex. Nothing where no file could say it."""
    if "series_uid" not in facts:
        return ()
    name = person(str(facts.get("patient_name") or ""))
    said = (facts.get("patient_id"), dicom_date(str(facts.get("patient_birth") or "")), facts.get("patient_sex"))
    more = " · ".join(str(word) for word in said if word)
    return tuple(filter(None, (name, more))) or ("Patient without name and ID",)


def corner_titles(item: Item) -> tuple[str, ...]:
    """What the series is, in the first corner below whose it is."""
    facts = item.facts
    said = (facts.get("modality"), facts.get("body_part"), dicom_date(str(facts.get("study_date") or "")))
    lines = (item.title, " · ".join(str(word) for word in said if word))
    return tuple(line for line in lines if line)


def header_of(item: Item, facts: Mapping[str, Any]) -> Callable[[int], Sequence[Row]] | None:
    """(tag, name, value) of the file that a frame is in; None where there are no tags."""
    index, files = facts.get("frame_index"), facts.get("files") or ()
    if index is None or not files:
        return None

    def read(frame: int) -> Sequence[Row]:
        from storage.media.dicom_browse import browse

        try:
            return browse(Path(files[int(index.file[frame])]))
        except PostilError as error:
            raise by_its_title(error, item) from None

    return read
