"""What is told of an object: voxels, mm³ and the values under it; and long operations beside a display that reads."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from storage.editing.volume_verbs import PaintRules, VolumeGesture
from storage.model.voxels import VoxelBlock
from tests.support.segment_stage import BY, NOW, Stage, centres, geometry, turned
from viewers.scene.segment.margins import margin
from viewers.scene.segment.of_object import facts
from viewers.scene.segment.values import StoredValues

SHAPE = (30, 60, 50)


def test_a_sphere_of_known_volume_and_values():
    found = geometry(SHAPE, (1.5, 0.7, 0.9), turn=turned(10, -20, 30), tilt_deg=-18.5)
    ball = np.linalg.norm(centres(found) - found.to_mm(25, 30, 15), axis=-1) <= 14
    stage = Stage(SHAPE)
    instance = stage.object(ball)
    rng = np.random.default_rng(1)
    stored = rng.integers(0, 4096, SHAPE).astype(np.uint16)
    stored[14] = 63000
    slope, intercept = np.linspace(0.5, 1.5, 30), np.linspace(-1024, -900, 30)
    told = facts(stage.masks, instance, found, StoredValues(stored, slope, intercept, padding=(63000, 63000)))
    assert told.voxels == ball.sum() and told.slices == ball.any(axis=(1, 2)).sum() and told.note == ""
    assert told.mm3 == pytest.approx(4 / 3 * np.pi * 14**3, rel=0.01)
    hu = stored * slope[:, None, None] + intercept[:, None, None]
    under = hu[ball & (stored != 63000)]
    assert told.statistics.mean == pytest.approx(under.mean(), rel=1e-5)
    assert told.statistics.deviation == pytest.approx(under.std(), rel=1e-5)
    assert told.statistics.left_out == ball[14].sum()


def test_numbers_that_cannot_be_known_are_not_told():
    stage = Stage((1, 20, 20))
    instance = stage.object(np.ones((1, 20, 20), bool))
    single = facts(stage.masks, instance, geometry((1, 20, 20)))
    assert single.mm3 is None and "thickness" in single.note and single.voxels == 400
    assert facts(stage.masks, instance, None).mm3 is None
    stage = Stage((4, 20, 20))
    instance = stage.object(np.ones((4, 20, 20), bool))
    uneven = geometry((4, 20, 20), (1, 1, 1), heights=np.array([0, 1, 2, 9.0]))
    told = facts(stage.masks, instance, uneven)
    assert told.mm3 == pytest.approx(400 * (1 + 1 + 4 + 7)) and "half way" in told.note


def test_an_operation_in_a_worker_beside_a_display_that_reads():
    found = geometry(SHAPE, (1.5, 0.7, 0.9))
    ball = np.linalg.norm(centres(found) - found.to_mm(25, 30, 15), axis=-1) <= 10
    stage = Stage(SHAPE)
    one, two = stage.object(ball), stage.object(np.roll(ball, 20, axis=2) & ~ball)
    gesture = VolumeGesture(stage.document, stage.masks, PaintRules(), by=BY, now=NOW)
    problems: list[Exception] = []

    def work() -> None:
        try:
            gesture.put(one, margin(stage.masks.read(one), 4.0, found))
            gesture.prepare()
        except Exception as problem:
            problems.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        for axis in range(3):
            voxels = np.take(np.indices(stage.masks.shape), 12, axis=axis + 1)
            shown = np.zeros(voxels.shape[1:], np.uint16)
            for value, instance in enumerate((one, two), start=1):
                stage.masks.mark(shown, instance, value, tuple(voxels))
    thread.join()
    assert not problems
    gesture.commit(stage.session, "Grow by 4 mm")
    grown = VoxelBlock((0, 0, 0), stage.rows(one))
    distance = np.linalg.norm(centres(found) - found.to_mm(25, 30, 15), axis=-1)
    assert 2 * (grown.array & (distance <= 14)).sum() / (grown.count + (distance <= 14).sum()) > 0.96
    assert not (stage.rows(one) & stage.rows(two)).any()
    stage.session.undo()
    assert (stage.live(one) == ball).all()
