"""Which objects live on a frame, whatever was edited meanwhile."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from storage.editing.edits import Drop, Put
from storage.editing.on_frames import Moving, Still
from storage.editing.presence import Presence
from storage.model.interpolation import spans
from storage.model.labels import LabelDocument
from tests.support.track_strategies import FRAMES, tracks


def living(document: LabelDocument, frame: int) -> set[str]:
    """Looked up span by span."""
    return {
        own
        for own in document.instances
        for span in spans(document, own)
        if span.kind != "gap" and span.first <= frame <= span.last
    }


@given(tracks(objects=4), st.data())
def test_every_frame_shows_who_lives_there_after_every_edit(document, data):
    presence = Presence(document, Moving(FRAMES))
    for _ in range(4):
        for frame in range(FRAMES):
            assert presence.at(("", frame)) == living(document, frame)
        if not document.annotations:
            return
        rows = list(document.annotations.values())  # in the order made: their uuids differ from run to run
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        match data.draw(st.sampled_from(["drop", "hide", "alone", "move", "copy"])):
            case "drop":
                Drop("annotation", row.uuid).apply(document)
            case "hide":
                Put(replace(row, outside=not row.outside)).apply(document)
            case "alone":
                Put(replace(row, keyframe=not row.keyframe)).apply(document)
            case "move":
                to = data.draw(st.integers(0, FRAMES - 1))
                if document.annotation_of(row.instance, ("", to)) is None:
                    Put(replace(row, frame=to)).apply(document)
            case "copy":
                here = presence.at(("", row.frame))
                for other in [own for own in document.instances if own in here]:
                    at = ("", data.draw(st.integers(0, FRAMES - 1)))
                    if document.annotation_of(other, at) is None:
                        Put(replace(row, uuid=f"{other}{at[1]}", instance=other, frame=at[1])).apply(document)


@given(tracks(objects=3))
def test_on_pages_only_rows_count(document):
    presence = Presence(document, Still(FRAMES))
    for frame in range(FRAMES):
        assert presence.at(("", frame)) == {a.instance for a in document.on_frame(("", frame)) if not a.outside}
