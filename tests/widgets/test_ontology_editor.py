"""The ontology editor over a real catalog: every change is saved, undone, and asked about where labels would suffer."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from storage.catalog import labels, ontologies
from storage.editing.edits import Put, Step
from storage.editing.session import StepChange
from storage.exchange import ontology_json
from storage.ids import new_uuid
from storage.model import ontology_edit as edit
from storage.model import ontology_tree
from storage.model.deleted_classes import name_of
from storage.model.geometry import ShapeKind
from storage.model.labels import Answer
from storage.model.ontology import MAX_NESTING, AttributeType, Ontology
from tests.support.panels import Ground, draw, make_session, unnamed
from tests.support.work import HeldWork, SoonWork
from widgets.panels.ontologies import OntologiesPanel
from widgets.panels.ontology_editor import WITH_PREVIEW
from widgets.panels.ontology_forms import ObjectForm, OptionForm, QuestionNodeForm
from widgets.panels.ontology_preview import OntologyPreview


class Room:
    def __init__(self, qtbot, tmp_path) -> None:
        self.qtbot, self.ground = qtbot, Ground(tmp_path)
        self.things, self.catalog = self.ground.things, self.ground.catalog
        self.panel = OntologiesPanel(self.ground.reads, self.ground.bus, SoonWork(), ontology_json.loads, ontology_json.dumps)
        self.panel.save_wanted.connect(self.save)
        self.saves = 0
        self.editor = self.panel.editor
        qtbot.addWidget(self.panel)
        self.panel.resize(1200, 700)
        self.panel.show()
        qtbot.waitUntil(lambda: self.editor.ontology_id == self.ground.ontology)

    def save(self, ontology_id: int, ontology) -> None:
        self.saves += 1
        self.catalog.do("save", ontologies.save, ontology_id, ontology)
        self.panel.saved(ontology_id, ontology)

    def stored(self):
        return self.ground.reads.ontology(self.ground.ontology)

    def form(self, kind):
        return self.editor.findChild(kind)

    def add(self, form, list_name: str, *names: str) -> None:
        field = getattr(form, list_name)._new
        for name in names:
            self.qtbot.keyClicks(field, name)
            self.qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def room(qtbot, tmp_path) -> Iterator[Room]:
    room = Room(qtbot, tmp_path)
    yield room
    room.panel.close_down()
    room.ground.close()


def test_a_new_object_is_named_and_stored(room):
    shape = next(a for a in room.editor.findChildren(QMenu)[0].actions() if a.data() == ShapeKind.CIRCLE)
    room.editor._shapes.triggered.emit(shape)
    name = room.form(ObjectForm).name
    room.qtbot.keyClicks(name, "Wheel")
    room.qtbot.keyClick(name, Qt.Key.Key_Return)
    room.qtbot.waitUntil(lambda: room.stored().objects[-1].name == "Wheel")
    assert room.stored().objects[-1].shape is ShapeKind.CIRCLE


def test_a_skeleton_that_was_just_made_can_be_drawn(room):
    shape = next(a for a in room.editor.findChildren(QMenu)[0].actions() if a.data() == ShapeKind.SKELETON)
    room.editor._shapes.triggered.emit(shape)
    form = room.form(ObjectForm)
    assert form.skeleton.isVisibleTo(form)
    form.shape.activated.emit(form.shape.findData(ShapeKind.BITMASK))
    assert form.overlap.isVisibleTo(form) and not form.skeleton.isVisibleTo(form)


def test_typing_a_name_is_one_step_of_undo(room):
    room.editor.choose(room.things["Car"])
    name = room.form(ObjectForm).name
    name.selectAll()
    for part in ("Lorr", "y"):
        room.qtbot.keyClicks(name, part)
        name.flush()
    assert room.editor.ontology.objects[0].name == "Lorry"
    room.editor.undo()
    assert room.editor.ontology.objects[0].name == "Car"
    room.editor.redo()
    room.qtbot.waitUntil(lambda: room.stored().objects[0].name == "Lorry")


def test_a_refused_name_is_said_in_the_form_and_not_taken(room):
    room.editor.choose(room.things["Car/Plate"])
    form = room.form(QuestionNodeForm)
    form.name.selectAll()
    room.qtbot.keyClicks(form.name, "Colour")
    form.name.flush()
    assert "Colour" in form.fault.text()
    assert room.editor.ontology == room.things.ontology


def test_one_click_changes_the_kind_of_answer_and_enter_adds_options(room):
    room.editor.choose(room.things["Tree"])
    room.add(room.form(ObjectForm), "questions", "Kind")
    made = room.editor.ontology.objects[1].attributes[0]
    assert made.type is AttributeType.TEXT
    room.editor.choose(made.feature_hash)
    form = room.form(QuestionNodeForm)
    form.type._group.button(1).click()
    room.add(form, "options", "Oak", "Elm")
    made = room.editor.ontology.objects[1].attributes[0]
    assert (made.type, [o.label for o in made.options]) == (AttributeType.RADIO, ["Oak", "Elm"])
    room.editor.leave()
    assert room.stored() == room.editor.ontology


def test_questions_nest_to_seven_levels_and_no_deeper(room):
    room.editor.choose(room.things["Tree"])
    room.add(room.form(ObjectForm), "questions", "Q 0")
    attribute = room.editor.ontology.objects[1].attributes[0]
    for level in range(1, MAX_NESTING + 2):
        room.editor.choose(attribute.feature_hash)
        form = room.form(QuestionNodeForm)
        form.type._group.button(1).click()
        room.add(form, "options", "yes")
        option = ontology_tree.find(room.editor.ontology, attribute.feature_hash).options[0]
        room.editor.choose(option.feature_hash)
        room.add(room.form(OptionForm), "questions", f"Q {level}")
        below = ontology_tree.find(room.editor.ontology, option.feature_hash).attributes
        if not below:
            break
        attribute = below[0]
    assert ontology_tree.level_of(room.editor.ontology, attribute.feature_hash) == MAX_NESTING
    assert str(MAX_NESTING) in room.form(OptionForm).fault.text()


def test_what_is_typed_is_not_lost_when_another_ontology_is_chosen(room):
    other = room.catalog.do("other", ontologies.create, "Other", room.things.ontology)
    room.qtbot.waitUntil(lambda: room.panel.list.rows.row_of(other) is not None)
    room.editor.choose(room.things["Car"])
    name = room.form(ObjectForm).name
    name.selectAll()
    room.qtbot.keyClicks(name, "Van")
    room.panel.show_ontology(other)
    room.qtbot.waitUntil(lambda: room.editor.ontology_id == other)
    assert room.stored().objects[0].name == "Van"


def label_a_car(room) -> None:
    session = make_session()
    draw(session, room.things["Car"])
    step = session.history.undoable()
    (row,) = room.ground.reads.label_rows(room.ground.project)[:1]
    room.catalog.do("label", labels.save_step, row, StepChange("do", Step(1, step.text, step.edits, step.inverse)))
    room.editor.show_use(room.ground.reads.ontology_use(room.ground.ontology))


def test_labels_are_told_without_their_answers(room):
    session = make_session()
    car = draw(session, room.things["Car"])
    steps = [session.history.undoable()]
    session.do("Answer", [Put(Answer(new_uuid(), car, room.things["Car/Plate"], "AB 12"))])
    steps.append(session.history.undoable())
    (row,) = room.ground.reads.label_rows(room.ground.project)[:1]
    for n, step in enumerate(steps, start=1):
        room.catalog.do("label", labels.save_step, row, StepChange("do", Step(n, step.text, step.edits, step.inverse)))
    assert room.ground.reads.ontology_use(room.ground.ontology).by_feature[room.things["Car/Plate"]] == 1
    room.panel._ask_use()
    room.qtbot.waitUntil(lambda: room.panel._facts.text() == "Used by Street · 1 label")


def test_deleting_a_class_with_labels_says_what_it_touches_first(room):
    label_a_car(room)
    room.editor.remove(room.things["Car"])
    assert room.editor.ontology == room.things.ontology
    assert "Street" in room.editor.warning.text
    assert "used by 1 label in" in room.editor.warning.text
    assert "with the old name and “(deleted)”" in room.editor.warning.text
    room.editor.warning._buttons[0].click()
    assert [o.name for o in room.editor.ontology.objects] == ["Tree"]
    assert name_of(room.editor.ontology, room.things["Car"]) == "Car (deleted)"
    room.editor.undo()
    assert room.editor.ontology == room.things.ontology


def test_a_class_with_labels_that_the_json_leaves_out_keeps_its_name_too(room):
    label_a_car(room)
    structure = ontology_json.to_dict(room.things.ontology)
    structure["objects"] = [o for o in structure["objects"] if o["name"] != "Car"]
    room.editor.tabs.setCurrentWidget(room.editor.json)
    room.editor.json.edit.setPlainText(json.dumps(structure))
    room.editor.json.apply()
    room.editor.warning._buttons[0].click()
    assert name_of(room.editor.ontology, room.things["Car"]) == "Car (deleted)"
    stored = ontology_json.loads(ontology_json.dumps(room.editor.ontology))
    assert name_of(stored, room.things["Car"]) == "Car (deleted)"


def test_the_preview_of_a_class_that_is_deleted_shows_nothing_of_it(room):
    preview = room.editor.findChild(OntologyPreview)
    room.editor.choose(room.things["Car"])
    assert "Car 1" in labels_of(preview)
    room.editor.remove(room.things["Car"])
    assert not [text for text in labels_of(preview) if "Car" in text or "Unknown" in text]


def labels_of(widget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisible()]


def test_deleting_a_class_without_labels_asks_nothing(room):
    label_a_car(room)
    room.editor.remove(room.things["Tree"])
    assert not room.editor.warning.text
    assert [o.name for o in room.editor.ontology.objects] == ["Car"]
    assert not room.editor.ontology.extra


def test_a_fault_in_the_json_is_marked_at_its_line(room):
    room.editor.tabs.setCurrentWidget(room.editor.json)
    view = room.editor.json.edit
    lines = view.toPlainText().splitlines()
    line = next(n for n, text in enumerate(lines) if '"name": "Car"' in text)
    lines[line] = lines[line].replace(":", "", 1)
    view.setPlainText("\n".join(lines))
    assert not room.editor.json.judge()
    assert view.fault_line == line + 1
    room.editor.json.apply()
    assert room.editor.ontology == room.things.ontology
    room.panel.hide()  # to another page and back
    room.panel.show()
    assert room.panel._state.text() == "Saved without the text of the tab JSON"


def test_right_json_is_taken_over_when_one_leaves_the_tab(room):
    room.editor.tabs.setCurrentWidget(room.editor.json)
    view = room.editor.json.edit
    view.setPlainText(view.toPlainText().replace('"name": "Car"', '"name": "Bus"'))
    room.editor.tabs.setCurrentIndex(0)
    assert room.editor.ontology.objects[0].name == "Bus"
    room.qtbot.waitUntil(lambda: room.stored().objects[0].name == "Bus")


def test_the_preview_asks_what_an_annotator_is_asked(room):
    room.editor.choose(room.things["Car/Plate"])
    preview = room.editor.preview
    room.qtbot.waitUntil(lambda: preview._answers._form.field(room.things["Car/Plate"]) is not None)
    room.editor.remove(room.things["Car/Plate"])
    room.qtbot.waitUntil(lambda: preview._answers._form.field(room.things["Car/Plate"]) is None)


def test_the_preview_goes_back_to_the_object_whose_question_is_chosen(room):
    preview = room.editor.preview
    room.editor.choose(room.things["Car/Plate"])
    room.qtbot.mouseClick(room.editor._add_class, Qt.MouseButton.LeftButton)
    assert preview._pages.currentWidget() is preview._whole
    room.editor.choose(room.things["Car/Plate"])
    assert preview._pages.currentWidget() is preview._answers


def test_no_form_is_wider_than_its_column(qtbot, tmp_path):
    """Also where letters are wide."""
    usual = QApplication.font()
    wide = QFont(usual)
    wide.setPixelSize(round(QFontInfo(usual).pixelSize() * 1.3))
    QApplication.setFont(wide)
    room = Room(qtbot, tmp_path)
    try:
        room.panel.resize(room.panel.width() - room.editor.width() + WITH_PREVIEW, 700)  # the narrowest with three columns
        qtbot.mouseClick(room.editor._add_class, Qt.MouseButton.LeftButton)
        form = room.form(QuestionNodeForm)
        qtbot.waitUntil(form.isVisible)
        assert form.width() <= room.editor._pages[form].viewport().width()
    finally:
        QApplication.setFont(usual)
        room.panel.close_down()
        room.ground.close()


def test_the_keyboard_of_a_new_ontology_is_at_adding_its_first_object(room):
    made = room.catalog.do("new", ontologies.create, "New", Ontology())
    room.panel.activateWindow()
    room.panel.show_ontology(made)
    room.qtbot.waitUntil(lambda: room.editor.ontology_id == made)
    begins = room.panel.focusWidget()
    assert (begins.text(), begins.toolTip()) == ("Object", "Add an object of a shape")
    room.panel.list.setFocus()
    room.panel.list.choose(room.ground.ontology)  # from the list: the keyboard stays there
    room.qtbot.waitUntil(lambda: room.editor.ontology_id == room.ground.ontology)
    assert room.panel.list.isAncestorOf(room.panel.focusWidget())


def test_a_change_made_elsewhere_is_shown(room):
    changed = edit.rename(room.things.ontology, room.things["Car"], "Lorry")
    room.catalog.do("elsewhere", ontologies.save, room.ground.ontology, changed)
    room.qtbot.waitUntil(lambda: room.editor.ontology == changed)
    assert room.saves == 0


def test_a_save_that_fails_is_said_and_tried_again_with_the_next_change(room):
    seen = []
    room.panel.save_wanted.disconnect(room.save)
    room.panel.save_wanted.connect(lambda i, o: (seen.append(o), room.panel.save_failed(i, OSError("disk full"))))
    room.editor.remove(room.things["Tree"])
    room.editor.flush()
    assert "disk full" in room.panel._state.text()
    room.panel.save_wanted.connect(room.save)
    room.editor.remove(room.things["Car/Plate"])
    room.editor.flush()
    assert room.stored() == room.editor.ontology
    assert len(seen) == 2


def test_every_button_has_a_name(room):
    assert unnamed(room.panel) == []


def test_while_it_is_read_nothing_says_that_it_is_empty_and_nothing_can_be_added(qtbot, tmp_path):
    ground, work = Ground(tmp_path), HeldWork()
    panel = OntologiesPanel(ground.reads, ground.bus, work, ontology_json.loads, ontology_json.dumps)
    qtbot.addWidget(panel)
    panel.show()
    work.release()  # the list, and with it the first of it is chosen
    assert panel.current == ground.ontology and work.waiting
    assert panel._states.state == "loading" and not panel.editor._add_object.isVisible()
    work.release()
    assert panel._states.state == "full" and panel.editor._add_object.isVisible()
    work.release()
    panel.close_down()
    ground.close()


def test_the_list_of_keys_says_whose_each_of_them_is(room):
    room.editor.view.choose(room.things["Car"])
    combo = room.form(ObjectForm).hotkey
    owned = {o.hotkey: o.name for o in room.editor.ontology.objects if o.hotkey}
    assert owned
    shown = {combo.itemData(n): combo.itemText(n) for n in range(combo.count())}
    mine = room.editor.ontology.object(room.things["Car"]).hotkey
    for key, name in owned.items():
        assert shown[key] == (key if key == mine else f"{key} (now of {name})")
