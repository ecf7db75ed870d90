"""The volumes of a catalog as formats of labels see them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from storage.errors import BadInput
from storage.exchange.dicom_read import read_head
from storage.exchange.volumes import Series
from storage.media.dicom_index import FrameIndex
from storage.media.grid_header import GridHeader
from storage.model.calibration import Calibration
from storage.model.items import Item, Kind
from storage.services.originals import facts_of, path_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from storage.catalog.engine import Catalog

_HEADS = 16  # data sets kept: a header may be a megabyte

#: What gives the modality values of an item's frames; the decoders are the caller's.
Pixels = Callable[[dict[str, Any]], Callable[[int], NDArray]]


def index_of(catalog: Catalog, item: Item) -> FrameIndex | None:
    """Of a DICOM series."""
    blob = catalog.reads.frame_index(item.sha256) if item.kind is Kind.DICOM_SERIES and item.sha256 else None
    return FrameIndex.from_bytes(blob) if blob is not None else None


def series_of(catalog: Catalog, item: Item, pixels: Pixels | None = None) -> Series:
    """Raises BadInput where the item is no volume, or the catalog does not know how it lies.

    `pixels` is given the facts of the item (as decoders get them) when the first value is asked for.
    """
    if item.kind is Kind.NIFTI:
        return _grid(catalog, item)
    facts = facts_of(catalog, item)
    index = facts.get("frame_index")
    if item.kind is not Kind.DICOM_SERIES or index is None:
        raise BadInput(f"“{item.title}” is no volume.", remedy="Add it again as a DICOM series.", input=item.title)
    files = facts["files"]

    @lru_cache(maxsize=_HEADS)
    def header(file: int) -> Dataset:
        """What is said of a patient in labels that go out must be of this one."""
        path = Path(files[file])
        head = read_head(path)
        if str(head.get("SOPInstanceUID", "")).strip() != index.sop_uids[file]:
            reason = f"{path.name} has changed since it was added: it holds another picture."
            raise BadInput(reason, remedy="Put the file back that was there, or add the series again.", input=str(path))
        return head

    form = index.formats[0]
    return Series(
        title=item.title,
        rows=form.rows,
        columns=form.columns,
        slices=index.slices,
        times=index.times,
        geometry=index.geometry,
        index=index,
        header=header,
        pixels=_lazily(pixels, facts) if pixels is not None and form.samples == 1 else None,
        units=form.units,
        uuid=item.uuid,
        calibration=Calibration.of_facts(item.facts),
    )


def _lazily(pixels: Pixels, facts: dict[str, Any]) -> Callable[[int], NDArray]:
    opened: list[Callable[[int], NDArray]] = []

    def values(frame: int) -> NDArray:
        if not opened:
            opened.append(pixels(facts))
        return opened[0](frame)

    return values


def _grid(catalog: Catalog, item: Item) -> Series:
    told = item.facts.get("header")
    if not isinstance(told, dict):
        raise BadInput(f"How “{item.title}” lies is not known.", remedy="Add it again.", input=item.title)
    found = GridHeader.from_dict(told, path_of(catalog, item))
    return Series(item.title, found.rows, found.columns, found.slices, found.times, geometry=found.geometry, uuid=item.uuid)
