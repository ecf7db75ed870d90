"""COCO files written, read again by us and by pycocotools."""

from __future__ import annotations

import contextlib
import io
import json
import warnings

import numpy as np
from hypothesis import HealthCheck, settings
from pycocotools.coco import COCO

from storage.exchange import coco_read
from storage.exchange.coco import CocoWriter
from storage.exchange.coco_file import CocoFile
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.model.labels import LabelDocument
from tests.support.label_strategies import info_of, item_of

SLOW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


def written(ontology, *pairs, **options):
    out = io.StringIO()
    writer = CocoWriter(out, ontology, **options)
    for item, document in pairs:
        writer.add(info_of(item), document)
    writer.close()
    return json.loads(out.getvalue()), writer


def read(data, ontology, item=None, present=None):
    losses = Losses()
    with contextlib.closing(opened(data)) as parsed:
        features, item = Features(ontology), item or item_of()
        categories = coco_read.Categories(parsed, features)
        images = [image for _, image in parsed.images()]
        made = coco_read.read_images(images, parsed, item, features, categories, present or LabelDocument(), losses)
    return made, losses, categories


def as_pycocotools(data) -> COCO:
    made = COCO()
    made.dataset = data
    with contextlib.redirect_stdout(io.StringIO()):
        made.createIndex()
    return made


def pixels(theirs: COCO, row) -> np.ndarray:
    with warnings.catch_warnings():
        # pycocotools 2.0.11 has no `copy` in its __array__; numpy 2 tells so.
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        return theirs.annToMask(row).astype(bool)


def opened(data, *fault):
    return CocoFile(io.BytesIO(json.dumps(data).encode()), *fault)
