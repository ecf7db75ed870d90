"""The DICOM code of a class in the ontology editor: found by name, filled in by hand, undone, kept and exported."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from storage.exchange import ontology_json
from storage.exchange.dicom_write import class_category, class_code
from storage.model import dicom_codes
from storage.model.dicom_codes import Code
from tests.widgets.test_ontology_editor import room
from widgets import theme
from widgets.panels.ontology_forms import ObjectForm

__all__ = ["room"]


@pytest.fixture
def form(room):
    """Of the first object, unfolded."""
    first = room.editor.ontology.objects[0]
    room.editor.choose(first.feature_hash)
    form = room.form(ObjectForm)
    if not form.code.value.isVisible():
        room.qtbot.mouseClick(form.code._unfold, Qt.MouseButton.LeftButton)
    return form.code


def first(room):
    return room.editor.ontology.objects[0]


def write(room, field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    room.qtbot.keyClicks(field, text)
    room.qtbot.keyClick(field, Qt.Key.Key_Return)


def find(room, form, text: str) -> None:
    form.search.setFocus()
    room.qtbot.keyClicks(form.search, text)
    popup = form.search.completer().popup()
    room.qtbot.waitUntil(popup.isVisible)
    room.qtbot.keyClick(popup, Qt.Key.Key_Down)
    room.qtbot.keyClick(popup, Qt.Key.Key_Return)


def test_a_code_is_found_by_a_part_of_its_name_and_kept(room, form):
    find(room, form, "10200004")
    assert (form.value.text(), form.scheme.text(), form.meaning.text()) == ("10200004", "SCT", "Liver")
    assert form.kind.currentText() == "Anatomical Structure"
    room.editor.flush()
    thing = room.stored().objects[0]
    assert class_code(thing) == ("10200004", "SCT", "Liver")
    assert class_category(thing) == ("91723000", "SCT", "Anatomical Structure")
    again = ontology_json.loads(ontology_json.dumps(room.stored())).objects[0]
    assert dicom_codes.told(again.extra, "code") == Code("10200004", "SCT", "Liver")


def test_the_usual_colour_is_offered_and_taken_by_a_click(room, form):
    find(room, form, "10200004")
    assert form.use_color.isVisible()
    room.qtbot.mouseClick(form.use_color, Qt.MouseButton.LeftButton)
    assert first(room).color == "#DD8265"
    assert not form.use_color.isVisible()


def test_a_code_of_ones_own_is_filled_in_and_must_be_whole(room, form):
    write(room, form.value, "L-1")
    assert "needs a coding scheme" in form.fault.text() and form.fault.isVisible()
    assert dicom_codes.told(first(room).extra, "code") is None
    write(room, form.scheme, "99CLINIC")
    write(room, form.meaning, "Lesion of our list")
    assert not form.fault.isVisible()
    assert dicom_codes.told(first(room).extra, "code") == Code("L-1", "99CLINIC", "Lesion of our list")
    assert class_category(first(room))[2] == "Tissue"
    room.qtbot.keyClick(form.kind, Qt.Key.Key_Home)
    assert class_category(first(room))[2] == form.kind.currentText() != "Tissue"


def test_it_is_undone_and_taken_away(room, form):
    find(room, form, "10200004")
    room.editor.undo()
    assert dicom_codes.told(first(room).extra, "code") is None and form.value.text() == ""
    room.editor.redo()
    assert form.value.text() == "10200004"
    room.qtbot.mouseClick(form.clear, Qt.MouseButton.LeftButton)
    assert first(room).extra == {} and not form.clear.isEnabled()
    assert class_code(first(room))[1] == "99POSTIL"


def test_it_is_folded_where_there_is_none(room):
    shown = room.form(ObjectForm).code
    room.editor.choose(first(room).feature_hash)
    assert not shown.value.isVisible()
    assert QApplication.focusWidget() is not shown.search


@pytest.fixture
def dressed(plain):
    theme.apply(plain, "light")


def test_nothing_of_it_is_cut_off_where_the_window_is_narrow(dressed, room, form):
    """The form cannot be scrolled sideways."""
    find(room, form, "10200004")
    assert form.use_color.isVisible()
    page = room.editor._stack.currentWidget()
    room.qtbot.waitUntil(lambda: page.widget().minimumSizeHint().width() <= page.minimumWidth())
