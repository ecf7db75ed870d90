"""Strokes in volumes on the disk: undone voxel by voxel by whoever opens the labels next, in little room."""

from __future__ import annotations

from concurrent.futures import Future

import numpy as np

from storage.catalog import label_steps, labels
from storage.editing.session import EditSession, StepChange
from storage.editing.volume_verbs import PaintRules, VolumeGesture, follow
from storage.model.volume_masks import VolumeMasks
from storage.model.voxels import VoxelBlock, VoxelBox
from tests.support.catalogs import label_ground

SHAPE = (24, 64, 64)
BY = "ada@example.org"


class Reader:
    """One opening of the labels."""

    def __init__(self, catalog, row: int) -> None:
        self.catalog, self.row = catalog, row
        self.session = EditSession(
            labels.load(catalog.reader(), row), self._save, author=BY, history=labels.history(catalog, row)
        )
        self.masks = VolumeMasks(self.session.document, SHAPE)
        self.saved: list[Future] = []
        follow(self.session, self.masks)

    def _save(self, change: StepChange) -> Future:
        self.saved.append(self.catalog.submit(change.step.text, labels.save_step, self.row, change))
        return self.saved[-1]

    def gesture(self, *locked: str) -> VolumeGesture:
        return VolumeGesture(self.session.document, self.masks, PaintRules(frozenset(locked)), by=BY, now=1)

    def shown(self) -> dict[str, bytes]:
        """Voxels of every object."""
        whole = VoxelBox.whole(SHAPE)
        return {i: self.masks.read(i, whole).array.tobytes() for i in self.masks.objects()}

    def wait(self) -> None:
        for future in self.saved:
            future.result(60)


def ball(row: int, column: int, k: int, radius: int) -> VoxelBlock:
    z, y, x = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    return VoxelBlock((0, 0, 0), (z - k) ** 2 + (y - row) ** 2 + (x - column) ** 2 <= radius**2).tight()


def test_strokes_are_undone_after_a_restart_and_redone_after_another(catalog):
    row = catalog.do("Ground", label_ground)
    first = Reader(catalog, row)
    states = [first.shown()]
    one = two = ""
    for n in range(8):
        hand = first.gesture()
        one, two = one or hand.new_object("CLASS001"), two or (hand.new_object("CLASS002") if n == 2 else "")
        target = two if n in (2, 5, 6) else one
        verb = hand.remove if n == 6 else hand.add
        for move in range(4):
            verb(target, ball(24 + 3 * n, 20 + 3 * move, 8 + n, 7))
        assert hand.commit(first.session, f"Stroke {n}") is not None
        states.append(first.shown())
    first.wait()
    second = Reader(catalog, row)
    assert second.shown() == states[-1]
    for state in reversed(states[:-1]):
        assert second.session.undo() is not None
        assert second.shown() == state
    assert second.session.undo() is None
    second.wait()
    third = Reader(catalog, row)
    for state in states[1:]:
        assert third.session.redo() is not None
        assert third.shown() == state
    third.wait()


def test_a_step_weighs_what_its_slices_weigh_not_what_the_volume_does(catalog):
    reader = Reader(catalog, catalog.do("Ground", label_ground))
    hand = reader.gesture()
    instance = hand.new_object("CLASS001")
    hand.add(instance, VoxelBlock((0, 0, 0), np.ones(SHAPE, bool)))
    hand.commit(reader.session, "Fill")
    hand = reader.gesture()
    hand.remove(instance, ball(30, 30, 12, 3))
    step = hand.commit(reader.session, "Erase")
    assert len(step.edits) == 7
    assert len(label_steps.dump(step.edits)) + len(label_steps.dump(step.inverse)) < 3000
    reader.wait()
