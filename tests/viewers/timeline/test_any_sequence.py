"""Whatever a hand does on the timeline: no gesture is left open, what is shown is what is there, and undo brings all back."""

from __future__ import annotations

import itertools
import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from storage.model.interpolation import present
from tests.support.timelines import CTRL, LEFT, NONE, SHIFT, TimelineStage
from viewers.timeline.tracks import Track
from viewers.timeline.verbs import DELETE_RANGE, TRACK_VERBS, why_not

Key = Qt.Key


class Monkey:
    def __init__(self, stage: TimelineStage, seed: int) -> None:
        self.stage, self.dice = stage, random.Random(seed)
        self.acts = (self.click, self.drag, self.drag, self.drag, self.wheel, self.key, self.look, self.verb, self.give_up)

    def spot(self) -> tuple[float, float]:
        """Mostly where something is."""
        view, dice = self.stage.view, self.dice
        rows = view.rows.rows
        if not rows or dice.random() < 0.15:
            return dice.uniform(-5, view.width() + 5), dice.uniform(-5, view.height() + 5)
        index = dice.randrange(len(rows))
        row = rows[index]
        if row.kind == "object":
            frames = [int(f) for f in view.rows.tracks[row.id].frames] or [0]
        else:
            frames = [f for b in view.rows.bars(row) for f in (b.first, b.last)] or [0]
        return self.stage.x(dice.choice(frames)) + dice.choice((0, 0, 0, -9, 9, 30)), self.stage.y(index) + dice.randint(-8, 8)

    def keys(self):
        return self.dice.choice((NONE, NONE, NONE, CTRL, SHIFT))

    def click(self) -> None:
        x, y = self.spot()
        button = self.dice.choice((LEFT, LEFT, Qt.MouseButton.RightButton))
        self.stage.click(x, y, self.keys(), button)

    def drag(self) -> None:
        x, y = self.spot()
        self.stage.drag(x, y, x + self.dice.randint(-200, 200), y + self.dice.randint(-20, 20), self.keys())

    def give_up(self) -> None:
        x, y = self.spot()
        self.stage.hold(x, y, x + self.dice.randint(-90, 90), y)
        if self.dice.random() < 0.5:
            self.stage.key(Key.Key_Escape)
        else:
            self.stage.session.undo()
        self.stage.move(x + 5, y, LEFT)
        self.stage.release(x, y)

    def wheel(self) -> None:
        x, y = self.spot()
        self.stage.wheel(x, y, self.dice.choice((-3, -1, 1, 3)), self.keys())

    def key(self) -> None:
        self.stage.key(self.dice.choice((Key.Key_Up, Key.Key_Down, Key.Key_Escape, Key.Key_Plus, Key.Key_0)), self.keys())

    def look(self) -> None:
        focus, known = self.stage.focus, list(self.stage.document.instances)
        self.dice.choice(
            (
                lambda: focus.set(at=("", self.dice.randrange(200))),
                lambda: focus.select(self.dice.sample(known, min(len(known), self.dice.randint(0, 2)))),
                lambda: focus.lock(known[:1], self.dice.random() < 0.3),
                lambda: focus.hide(known[-1:], self.dice.random() < 0.3),
                lambda: self.stage.timeline.set_order(self.dice.choice(("first", "class"))),
            )
        )()

    def verb(self) -> None:
        verb = self.dice.choice((*TRACK_VERBS, DELETE_RANGE))
        if not why_not(self.stage.timeline.verbs, verb):
            self.stage.view.gestures.run(lambda: verb.run(self.stage.timeline.verbs))

    def tidy(self) -> None:
        """Menus and fields that were opened are answered or closed, as a person must before going on."""
        for menu in self.stage.view.findChildren(QMenu):
            if menu.isVisible():
                entries = [a for a in menu.actions() if a.isEnabled() and not a.isSeparator() and a.menu() is None]
                chosen = self.dice.choice(entries) if entries and self.dice.random() < 0.6 else None
                menu.close()
                if chosen is not None:
                    chosen.trigger()
        for field in self.stage.view.findChildren(QLineEdit):
            if field.isVisible():
                field.setText("note")
                field.returnPressed.emit()


@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_of_gestures(qtbot, seed):
    stage = TimelineStage(qtbot)
    before = {r.uuid: r for r in stage.document.records()}
    monkey = Monkey(stage, seed)
    for _ in range(150):
        monkey.dice.choice(monkey.acts)()
        monkey.tidy()
        if monkey.dice.random() < 0.2:
            stage.view.grab()
        assert not stage.session.in_gesture and not stage.view.gestures.busy
        assert set(stage.view.rows.tracks) == set(stage.document.instances)
    for instance, track in stage.view.rows.tracks.items():
        assert track == Track.read(stage.document, instance, stage.session.frames)
        for at in stage.document.places_of(instance):
            assert 0 <= at[1] < 200 and present(stage.document, instance, at[1]) is not None
    for attribute in ("state", "note"):
        for instance in stage.document.instances:
            spans = sorted((a.first, a.last) for a in stage.document.answers_of(instance) if a.attribute == attribute)
            assert all(a <= b for a, b in spans) and all(x[1] < y[0] for x, y in itertools.pairwise(spans))
    assert len(stage.sent) > 10
    while stage.session.undo() is not None:
        pass
    assert {r.uuid: r for r in stage.document.records()} == before
    QApplication.sendPostedEvents()
