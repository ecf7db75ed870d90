from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView

from storage.model.hanging import BUILT_IN, Arrangement, Beside, HangingRule
from widgets.dialogs.hanging_rules import HangingRulesDialog

RULES = (HangingRule("Heads", "CT", body_part="head"), HangingRule("All CT", "CT", window="30/90"), HangingRule("Rest"))
WINDOWS = (("brain", "Brain"), ("lung", "Lung"))
FACTS = {"modality": "CT", "body_part": "CHEST"}


@pytest.fixture
def dialog(qtbot):
    made = HangingRulesDialog(RULES, windows=WINDOWS, facts=FACTS)
    qtbot.addWidget(made)
    made.show()
    return made


def press(button) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def type_in(dialog, name: str, text: str) -> None:
    field = dialog.form.fields[name]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def choose(box, title: str) -> None:
    box.setFocus()
    box.setCurrentIndex(box.findText(title))
    box.activated.emit(box.currentIndex())


def titles(dialog) -> list[str]:
    return [rule.title for rule in dialog.rules()]


def test_the_rule_that_the_open_series_hangs_by_is_chosen_and_told(dialog):
    assert dialog.list.currentItem().text() == "All CT"
    assert dialog.list.item(1).toolTip() == "The open series hangs by this rule."
    assert "earlier rule" in dialog.list.item(2).toolTip()
    assert dialog.list.item(0).toolTip() == ""
    assert (dialog.form.center.value(), dialog.form.width_field.value()) == (30, 90)
    assert dialog.form.center.isVisible()


def test_nothing_that_is_only_looked_at_is_changed(dialog):
    for row in range(3):
        dialog.list.setCurrentRow(row)
    assert dialog.rules() == RULES


def test_a_rule_is_written_by_hand(dialog):
    press(dialog.add_button)
    assert titles(dialog) == ["Heads", "New rule", "All CT", "Rest"]
    type_in(dialog, "title", "My chests")
    type_in(dialog, "description", "thorax, lung")
    choose(dialog.form.layout_box, "One plane, coronal")
    choose(dialog.form.beside_box, "The prior, where there is one")
    choose(dialog.form.window_box, "Lung")
    QTest.keyClick(dialog.form.use_3d, Qt.Key.Key_Space)
    assert dialog.rules()[1] == HangingRule(
        "My chests", "CT", "thorax, lung", "CHEST", layout=Arrangement.ONE, plane="coronal", beside=Beside.PRIOR, window="lung",
        use_3d=False,
    )  # fmt: skip


def test_a_window_by_numbers(dialog):
    dialog.list.setCurrentRow(0)
    assert not dialog.form.center.isVisible()
    choose(dialog.form.window_box, "Numbers")
    dialog.form.center.setValue(-600)
    dialog.form.width_field.setValue(1500)
    assert dialog.rules()[0].window == "-600/1500"


def test_duplicate_delete_and_move(dialog):
    press(dialog.copy_button)
    assert titles(dialog) == ["Heads", "All CT, copy", "All CT", "Rest"]
    press(dialog.delete_button)
    assert titles(dialog) == ["Heads", "All CT", "Rest"]
    dialog.list.setCurrentRow(2)
    press(dialog.up_button)
    assert titles(dialog) == ["Heads", "Rest", "All CT"]
    assert dialog.list.item(1).toolTip() == "The open series hangs by this rule."
    press(dialog.down_button)
    assert titles(dialog) == ["Heads", "All CT", "Rest"]


def test_rules_are_reordered_as_a_drag_does_it(dialog):
    """Qt's list moves the row of an internal drag in its model."""
    assert dialog.list.dragDropMode() is QAbstractItemView.DragDropMode.InternalMove
    model = dialog.list.model()
    assert model.moveRow(QModelIndex(), 2, QModelIndex(), 0)
    assert dialog.rules() == (RULES[2], RULES[0], RULES[1])
    assert dialog.list.item(0).toolTip() == "The open series hangs by this rule."


def test_rules_are_moved_and_deleted_by_keys(dialog):
    dialog.list.setFocus()
    dialog.list.setCurrentRow(2)
    QTest.keyClick(dialog.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert titles(dialog) == ["Heads", "Rest", "All CT"]
    QTest.keyClick(dialog.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert titles(dialog) == ["Heads", "All CT", "Rest"]
    QTest.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert titles(dialog) == ["Heads", "All CT"]


def test_a_rule_is_tried_on_the_open_series(dialog, qtbot):
    type_in(dialog, "title", "Changed")
    with qtbot.waitSignal(dialog.try_wanted) as wanted:
        press(dialog.try_button)
    assert wanted.args[0].title == "Changed"


def test_without_an_open_series_nothing_can_be_tried(qtbot):
    dialog = HangingRulesDialog(RULES)
    qtbot.addWidget(dialog)
    assert not dialog.try_button.isEnabled()
    assert dialog.try_button.toolTip() == "Open a series first."


def test_reset_brings_the_built_in_rules_back(qtbot):
    dialog = HangingRulesDialog((), problem="Hanging rule 3 has no title.")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.problem.text() == "Hanging rule 3 has no title."
    assert not dialog.form.isEnabled()
    press(dialog.reset_button)
    assert dialog.rules() == BUILT_IN
    assert not dialog.problem.isVisible()


def test_a_rule_without_title_cannot_be_saved(dialog):
    field = dialog.form.fields["title"]
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    assert not dialog.ok.isEnabled()
    type_in(dialog, "title", "x")
    assert dialog.ok.isEnabled()


def test_a_window_that_is_not_known_here_is_kept(qtbot):
    dialog = HangingRulesDialog((HangingRule("PET", "PT", window="suv5"),), windows=WINDOWS)
    qtbot.addWidget(dialog)
    type_in(dialog, "title", "PET 2")
    assert dialog.rules()[0].window == "suv5"
