"""Title and description of a dataset or project."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from widgets.controls.about_form import AboutForm


def test_esc_brings_back_what_stood_there_and_nothing_is_saved(qtbot):
    form, saved = AboutForm(), []
    form.renamed.connect(saved.append)
    form.described.connect(saved.append)
    qtbot.addWidget(form)
    form.show_about("Summer", "Boats")
    form.show()
    for field, old in ((form.findChild(QLineEdit), "Summer"), (form.findChild(QPlainTextEdit), "Boats")):
        field.setFocus()
        qtbot.keyClicks(field, " or not")
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        assert (field.text() if isinstance(field, QLineEdit) else field.toPlainText()) == old
    form.hide()  # which saves what was typed
    assert saved == []
