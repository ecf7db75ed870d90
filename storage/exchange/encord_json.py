"""Encord's label export as a stream: a JSON list of label rows, one row in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TextIO

from storage.exchange import json_text
from storage.exchange.encord_read import check_row
from storage.exchange.encord_read_media import read_row
from storage.exchange.encord_volumes import VolumeWriter
from storage.exchange.encord_write import PathOf, unit_hash
from storage.exchange.encord_write_media import writer_of
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.media.dicom_index import FrameIndex
from storage.model.items import Item, Kind
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from storage.model.reads import LabelRowInfo

__all__ = ["EncordWriter", "check_row", "iterate_rows", "read_row", "unit_hash"]


class EncordWriter:
    """`add` rows, then `close`. `path_of` gives the path of an item in the catalog (folder names and title), `index_of` the
    index of a DICOM series, from which its slices get the names of their instances."""

    def __init__(
        self,
        out: TextIO,
        ontology: Ontology,
        *,
        classes: frozenset[str] | None = None,
        path_of: PathOf | None = None,
        losses: Losses | None = None,
        index_of: Callable[[Item], FrameIndex | None] | None = None,
    ) -> None:
        self._out, self._classes = out, classes
        self._features = Features(ontology)
        self._index_of = index_of
        self._path_of: Callable[[Item], str] = path_of or (lambda item: item.title)
        self.losses = losses if losses is not None else Losses()  # an empty one is false
        self.counts = {"label_rows": 0, "objects": 0, "annotations": 0, "classifications": 0}
        out.write("[")

    def add(self, info: LabelRowInfo, document: LabelDocument) -> None:
        row_writer = writer_of(info.item)
        if row_writer is None:
            if any(True for _ in document.records()):
                why = f"this version exports no labels of the kind {info.item.kind.words}"
                self.losses.add("all labels", info.item.title, why)
            return
        path = self._path_of(info.item)
        writer = row_writer(info, self._features, document, self.losses, self._classes, path)
        if isinstance(writer, VolumeWriter) and info.item.kind is Kind.DICOM_SERIES and self._index_of is not None:
            writer.index = self._index_of(info.item)
        row = writer.row()
        self._out.write(",\n" if self.counts["label_rows"] else "\n")
        self._out.write(json_text.dump(row))
        self.counts["label_rows"] += 1
        for name, count in writer.counts.items():
            self.counts[name] += count

    def close(self) -> dict[str, int]:
        self._out.write("\n]\n")
        return self.counts

    def abandon(self) -> None:
        """Nothing is held but the stream, which is the caller's."""


def iterate_rows(source: TextIO) -> Iterator[Any]:
    """The label rows of an export, one after the other. Raises `BadJson` with line and column."""
    return json_text.iterate(source)
