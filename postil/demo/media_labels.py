"""Labels on the sample's film, sound, documents, scans and group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from postil.demo import media, scans
from postil.demo.pictures import Scene
from storage.editing import answer_ranges, track_verbs, verbs
from storage.editing.edits import Edit
from storage.editing.track_verbs import Stamp
from storage.media.frames import FrameTable
from storage.model import masks
from storage.model.geometry import AudioRanges, Box, Geometry, HtmlRanges, Polygon, Polyline, TextRanges
from storage.model.items import Item, Kind
from storage.model.labels import AnswerValue, FrameKey, LabelDocument

CAR, LEAF, CALL, NAME, HEADING = "sample01", "sample11", "sample12", "sample13", "sample14"
LIVER, LESION, DIAMETER, KEY_IMAGE = "sample15", "sample16", "sample17", "keyimg00"


class Marker:
    """Puts labels into one new document."""

    def __init__(self, by: str, now: int) -> None:
        self.document = LabelDocument()
        self.by, self.now = by, now

    def do(self, edits: Iterable[Edit]) -> None:
        for edit in edits:
            edit.apply(self.document)

    def add(self, feature: str, geometry: Geometry, at: FrameKey = ("", 0), pts: int | None = None) -> str:
        edits, uuid = verbs.add_object(self.document, feature, geometry, at, by=self.by, now=self.now, pts=pts)
        self.do(edits)
        return uuid

    def answer(self, owner: str, attribute: str, value: AnswerValue) -> None:
        self.do(verbs.set_answer(self.document, owner, attribute, value))


def film(marker: Marker, table: FrameTable) -> None:
    """Each car is a track: key frames at its ends and in the middle, what lies between is interpolated."""
    times = table.pts.tolist()
    stamp = Stamp(marker.by, marker.now, pts=lambda frame: times[frame])
    for mover, color in zip(media.MOVERS, ("carCol01", "carCol02"), strict=True):
        middle = (mover.first + mover.last) // 2

        def box(frame: int, mover: Any = mover) -> Box:
            return Box(*mover.corner(frame), *(float(side) for side in mover.size))

        car = marker.add(CAR, box(mover.first), ("", mover.first), times[mover.first])
        for frame in (middle, mover.last):
            marker.do(track_verbs.set_key_frame(marker.document, car, frame, box(frame), stamp))
        if mover.last + 1 < len(table):
            marker.do(track_verbs.set_outside(marker.document, car, mover.last + 1, True, stamp))
        marker.answer(car, "carColor", (color,))
        marker.answer(car, "carPlate", mover.plate)
        marker.do(answer_ranges.set_over(marker.document, car, "carMovin", ("carMv001",), mover.first, middle))
        marker.do(answer_ranges.set_over(marker.document, car, "carMovin", ("carMv002",), middle + 1, mover.last))


def sound(marker: Marker) -> None:
    for what in ("bell", "bird"):
        ranges = tuple((first, last) for first, last, heard in media.CALLS if heard == what)
        call = marker.add(CALL, AudioRanges(ranges))
        marker.answer(call, "callWhat", ("callWh01" if what == "bell" else "callWh02",))


def paper(marker: Marker) -> None:
    marker.add(HEADING, Box(*media.HEADING))


def letter(marker: Marker, text: str) -> None:
    for name in media.NAMES:
        found = []
        at = text.find(name)
        while at >= 0:
            found.append((at, at + len(name)))
            at = text.find(name, at + 1)
        marker.add(NAME, TextRanges(tuple(found)))


def page(marker: Marker, source: str) -> None:
    from viewers.decode.html import HtmlPage

    shown = HtmlPage(source)
    for name in media.NAMES:
        at = shown.text.find(name)
        places = shown.to_places(at, at + len(name)) if at >= 0 else None
        if places is not None:
            marker.add(NAME, HtmlRanges((places,)))


def views(marker: Marker, scenes: Sequence[Scene], members: Sequence[str]) -> None:
    """The leaf is one thing, seen on every member."""
    leaf = ""
    for scene, member in zip(scenes, members, strict=True):
        (thing,) = scene.things
        shape = Polygon(((thing.points, thing.facts["hole"]),))
        if not leaf:
            leaf = marker.add(LEAF, shape, (member, 0))
        else:
            marker.do(verbs.add_annotation(marker.document, leaf, shape, (member, 0), by=marker.by, now=marker.now))


def trunk(marker: Marker) -> None:
    """Liver and lesion slice by slice, the lesion's diameter, and the slice that shows it best."""
    found = scans.Trunk(scans.LESION)
    _voxels(marker, LIVER, found.liver & ~found.lesion)
    _voxels(marker, LESION, found.lesion)
    middle = int(found.lesion.sum(axis=(1, 2)).argmax())
    row = int(found.lesion[middle].sum(axis=1).argmax())
    columns = np.flatnonzero(found.lesion[middle][row])
    marker.add(DIAMETER, Polyline(((float(columns[0]), row + 0.5), (columns[-1] + 1.0, row + 0.5))), ("", middle))
    edits, key_image = verbs.add_classification(KEY_IMAGE, ((middle, middle),), by=marker.by, now=marker.now)
    marker.do(edits)
    marker.answer(key_image, "keyimg01", ("keyIm001",))


def head(marker: Marker) -> None:
    _voxels(marker, LESION, scans.Head().lesion)


def _voxels(marker: Marker, feature: str, inside: NDArray[np.bool_]) -> None:
    """One object, a mask on each slice that it lies in."""
    first, *others = (int(k) for k in np.flatnonzero(inside.any(axis=(1, 2))))
    own = marker.add(feature, masks.encode(inside[first]), ("", first))
    for k in others:
        mask = masks.encode(inside[k])
        marker.do(verbs.add_annotation(marker.document, own, mask, ("", k), by=marker.by, now=marker.now))


def document_of(
    item: Item, path: Path | None, table: bytes | None, scenes: Sequence[Scene], by: str, now: int
) -> LabelDocument:
    """The labels of one of these items. `path`: its file; `table`: the frames of a film; `scenes`: the views of a group."""
    marker = Marker(by, now)
    match item.kind:
        case Kind.VIDEO if table is not None:
            film(marker, FrameTable.from_bytes(table))
        case Kind.AUDIO:
            sound(marker)
        case Kind.PDF:
            paper(marker)
        case Kind.TEXT if path is not None and item.mime == "text/html":
            page(marker, path.read_text("utf-8"))
        case Kind.TEXT if path is not None:
            letter(marker, path.read_text("utf-8"))
        case Kind.DICOM_SERIES if item.title == scans.NOW:  # the older one is left for the person to do
            trunk(marker)
        case Kind.NIFTI:
            head(marker)
        case Kind.IMAGE_GROUP:
            views(marker, scenes, [member["uuid"] for member in item.facts["members"]])
    return marker.document
