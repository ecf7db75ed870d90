"""Volumes in the label editor: the series opened, its header, what stands in the corners, and the 3D pane."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.errors import PostilError
from storage.model.items import Item
from storage.services.originals import by_its_title, source_of

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from viewers.scene.volume_source import VolumeSource

Row = tuple[str, str, str]


def open_volume_source(catalog: Catalog, item: Item, facts: Mapping[str, Any]) -> VolumeSource:
    """`facts`: those of `storage.services.originals.facts_of`."""
    from viewers.scene.volume_source import VolumeSource

    def opened() -> Any:
        from viewers.decode.slices import open_frames

        try:
            return open_frames(source_of(catalog, item), str(item.kind), facts)
        except PostilError as error:
            raise by_its_title(error, item) from None

    return VolumeSource(opened, modality=str(item.facts.get("modality") or ""), cache_dir=catalog.paths.cache)


def corner_titles(item: Item) -> tuple[str, ...]:
    """The first corner: what the series is. Names of patients are not drawn over pictures."""
    facts = item.facts
    lines = (item.title, " · ".join(str(facts[key]) for key in ("modality", "body_part", "study_date") if facts.get(key)))
    return tuple(line for line in lines if line)


def header_of(facts: Mapping[str, Any]) -> Callable[[int], Sequence[Row]] | None:
    """(tag, name, value) of the file that a frame is in; None where there are no tags."""
    index, files = facts.get("frame_index"), facts.get("files") or ()
    if index is None or not files:
        return None

    def read(frame: int) -> Sequence[Row]:
        return list(_rows(Path(files[int(index.file[frame])])))

    return read


def _rows(path: Path) -> Iterator[Row]:
    import pydicom

    dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    yield from _elements(dataset.file_meta, "")
    yield from _elements(dataset, "")


def _elements(dataset: Any, indent: str) -> Iterator[Row]:
    for element in dataset:
        tag = f"{indent}({element.tag.group:04X},{element.tag.element:04X})"
        if element.VR == "SQ":
            yield tag, element.name, f"{len(element.value)} item(s)"
            if len(indent) < _DEEPEST:
                for item in element.value[:_MOST_ITEMS]:
                    yield from _elements(item, indent + "  ")
        else:
            yield tag, element.name, _text(element)


_DEEPEST, _MOST_ITEMS, _LONGEST = 6, 8, 400


def _text(element: Any) -> str:
    if isinstance(element.value, bytes):
        return f"{len(element.value):,} bytes"
    try:
        text = str(element.value)
    except Exception as error:  # a value that contradicts its own type
        return f"unreadable: {error}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
