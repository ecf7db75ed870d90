"""Items of every kind, and their labels to Encord JSON and back."""

from __future__ import annotations

import io
import json
import uuid
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from storage.exchange.encord_json import EncordWriter, read_row
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.model import interpolation, ontology_codec
from storage.model.items import Kind
from storage.model.labels import LabelDocument
from tests.support.encord_sdk import (
    LabelRowV2,
    load_ontology,
    load_row,
)
from tests.support.label_strategies import documents, info_of, item_of

SLOW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
FRAMES = 12
AUDIO = {"audio_codec": "mp3", "audio_sample_rate": 44100, "audio_bit_depth": 16, "audio_num_channels": 2}
MIMES = {Kind.VIDEO: "video/mp4", Kind.IMAGE_SEQUENCE: "video/mp4", Kind.PDF: "application/pdf", Kind.AUDIO: "audio/mpeg"}


def item(kind, frames=FRAMES, mime=None, **more):
    made = replace(item_of(frames=frames, kind=kind, title="clip"), mime=mime or MIMES.get(kind, "image/png"))
    if kind in (Kind.VIDEO, Kind.IMAGE_SEQUENCE):
        more = {"fps": 25.0} | more
    if kind is Kind.IMAGE_GROUP:
        sizes = [(24 + k, 16 + k) for k in range(frames)]
        members = [
            {"uuid": str(uuid.uuid4()), "title": f"{k}.png", "mime": "image/png", "width": w, "height": h}
            for k, (w, h) in enumerate(sizes)
        ]
        more = {"facts": {"members": members}, "width": None, "height": None} | more
    if kind is Kind.PDF:
        more = {"facts": {"pages": [[frames, 24.5, 16.25]]}, "width": None, "height": None} | more
    if kind is Kind.AUDIO:
        more = {"facts": dict(AUDIO), "duration": 9.5, "width": None, "height": None} | more
    return replace(made, **more)


def written(ontology, document, of):
    out = io.StringIO()
    writer = EncordWriter(out, ontology)
    writer.add(info_of(of), document)
    writer.close()
    return json.loads(out.getvalue())[0], writer.losses.all()


def read(row, ontology, of, present=None):
    losses = Losses()
    return read_row(row, of, Features(ontology), present or LabelDocument(), losses), losses.all()


def through_the_sdk(row, ontology, frames):
    loaded = load_row(row, ontology_codec.to_dict(ontology), frames=frames)
    return json.loads(json.dumps(loaded.to_encord_dict()))


@st.composite
def moving(draw, ontology):
    """A document with key frames, rows that stand alone, hidden ones and time stamps; no object is hidden everywhere."""
    document = draw(documents(ontology, frames=FRAMES))
    for own in list(document.instances):
        rows = document.annotations_of(own)
        for k, row in enumerate(rows):
            outside = k > 0 and draw(st.sampled_from([False, False, True]))
            keyframe = draw(st.sampled_from([True, True, False]))
            pts = draw(st.sampled_from([None, row.frame * 512]))
            document.put(replace(row, outside=outside, keyframe=keyframe, pts=pts))
        on = [f for a, b in interpolation.ranges(document, own) for f in range(a, b + 1)]
        for answer in document.answers_of(own):
            if answer.first is not None and answer.first not in on:
                document.put(replace(answer, first=on[0], last=on[0]))
    return document


def seen(document, own, frames=FRAMES):
    found = {f: interpolation.present(document, own, f) for f in range(frames)}
    return {f: s.geometry for f, s in found.items() if s is not None and not s.outside}


def sdk_row(ontology, metadata):
    return LabelRowV2.from_media_metadata(load_ontology(ontology_codec.to_dict(ontology)), metadata)
