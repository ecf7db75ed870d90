"""Label rows of DICOM series and NIfTI volumes as Encord writes them: slices are frames, DICOM slices name their instance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from storage.exchange.encord_read import Json as Row
from storage.exchange.encord_read import as_int, as_table
from storage.exchange.encord_read_media import PlacesReader
from storage.exchange.encord_write import Json
from storage.exchange.encord_write_media import FramesWriter
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.media.dicom_index import FrameIndex
from storage.model.items import Item, Kind
from storage.model.labels import LabelDocument


class VolumeWriter(FramesWriter):
    """`index` names the instance of each slice of a series; without it the slices have no metadata."""

    index: FrameIndex | None = None

    def row(self) -> Json:
        row = super().row()
        del row["is_image_sequence"]
        return row

    def _data_type(self) -> str:
        return "dicom" if self._info.item.kind is Kind.DICOM_SERIES else "nifti"

    def _units(self) -> Json:
        info, item = self._info, self._info.item
        dicom = item.kind is Kind.DICOM_SERIES
        unit: Json = {
            "data_hash": info.data_uuid,
            "data_title": item.title,
            "data_type": "application/dicom" if dicom else self._nifti_type(),
            "data_sequence": 0,
            "width": item.width or 0,
            "height": item.height or 0,
        }
        if dicom:
            unit["data_links"] = [self._uri(n) for n in range(len(self.index.sop_uids))] if self.index is not None else []
            unit["metadata"] = {key: str(item.facts.get(key) or "") for key in ("patient_id", "study_uid", "series_uid")}
        else:
            unit |= {"data_link": self._path, "data_fps": 0}
        unit["labels"] = {str(frame): self._slice(frame) for frame in self._slices()}
        return {info.data_uuid: unit}

    def _nifti_type(self) -> str:
        found = self._info.item.facts.get("format")
        if found not in ("nifti1", "nifti2", None):
            self._losses.add(f"that it is a file of {found}", self._where, "Encord knows NIfTI volumes only")
        return "application/nifti2" if found == "nifti2" else "application/nifti1"

    def _slices(self) -> list[int]:
        """All of a series, which name their instances; else those with labels."""
        if self.index is not None:
            return list(range(min(self._frames, len(self.index))))
        return sorted(self._objects.keys() | self._frame_classifications.keys())

    def _slice(self, frame: int) -> Json:
        made: Json = {
            "objects": self._objects.get(frame, []),
            "classifications": self._frame_classifications.get(frame, []),
        }
        if self.index is not None:
            form, file = self.index.format_of(frame), int(self.index.file[frame])
            made["metadata"] = {
                "dicom_instance_uid": self.index.sop_uids[file],
                "multiframe_frame_number": int(self.index.frame_number[frame]) or None,
                "file_uri": self._uri(file),
                "width": form.columns,
                "height": form.rows,
            }
        return made

    def _uri(self, file: int) -> str:
        assert self.index is not None
        return f"{self._path}/{self.index.sop_uids[file]}.dcm"


class VolumeReader(PlacesReader):
    """Slices are found by the instance they name where they name one that has a single frame; else by their number."""

    def __init__(
        self,
        row: Row,
        item: Item,
        features: Features,
        present: LabelDocument,
        losses: Losses,
        index: FrameIndex | None = None,
    ) -> None:
        super().__init__(row, item, features, present, losses)
        self._by_uid: dict[str, int] = {}
        if index is not None:
            single = [frame for frame in range(len(index)) if not index.frame_number[frame]]
            uses = Counter(index.sop_uid(frame) for frame in single)
            self._by_uid = {uid: frame for frame in single if uses[uid := index.sop_uid(frame)] == 1}

    def _frame_labels(self) -> Iterator[tuple[int, Row]]:
        slices = list(super()._frame_labels())
        named = [(frame, labels, self._uid(labels)) for frame, labels in slices]
        if not any(uid in self._by_uid for _, _, uid in named):  # other files, or de-identified ones: the order counts
            yield from slices
            return
        for frame, labels, uid in named:
            if uid and uid not in self._by_uid:
                if labels.get("objects") or labels.get("classifications"):
                    self._losses.add(f"the labels of slice {frame}", self._where, f"its instance {uid} is not in the series")
                continue
            yield self._by_uid.get(uid, frame), labels

    def _uid(self, labels: Row) -> str:
        told: Any = as_table(labels.get("metadata"))
        return "" if as_int(told.get("multiframe_frame_number")) else str(told.get("dicom_instance_uid") or "")
