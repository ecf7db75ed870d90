from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from storage.model.patients import PatientStudies, Person, SeriesRow, Study
from widgets.panels.patient import PatientPanel

JOHN = Person("DOE^JOHN", "19500302")
OWN = SeriesRow(1, "Thorax 1.0", "CT", "Thorax", "CHEST", number=2, slices=1400, study_uid="now")
STUDIES = PatientStudies(
    1,
    "PAT-1",
    (
        Study("late", "20261001", "", "Follow-up", JOHN, (replace(OWN, item_id=7, modality="US", body_part="NECK"),)),
        Study("now", "20260301", "", "Chest", JOHN, (OWN, replace(OWN, item_id=2, number=3, slices=60, times=4, task_id=9))),
        Study("old", "20250110", "", "", JOHN, (replace(OWN, item_id=3, title="old scan"),)),
    ),
)


@pytest.fixture
def panel(qtbot):
    made = PatientPanel()
    qtbot.addWidget(made)
    made.resize(320, 400)
    made.show()
    made.show_studies(STUDIES)
    return made


def lines(panel: PatientPanel) -> list[tuple[str, str, list[tuple[str, str]]]]:
    tops = [panel.tree.topLevelItem(n) for n in range(panel.tree.topLevelItemCount())]
    return [(t.text(0), t.text(1), [(t.child(n).text(0), t.child(n).text(1)) for n in range(t.childCount())]) for t in tops]


def entry(panel: PatientPanel, item_id: int):
    return next(e for e in panel._entries() if e.data(0, Qt.ItemDataRole.UserRole).item_id == item_id)


def click(panel: PatientPanel, item_id: int, *, double: bool = False) -> None:
    panel.tree.scrollToItem(entry(panel, item_id))
    at = panel.tree.visualItemRect(entry(panel, item_id)).center()
    QTest.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    if double:
        QTest.mouseDClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseRelease(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_studies_stand_with_their_own_first_then_priors(panel):
    assert lines(panel) == [
        ("1 Mar 2026 · Chest", "open", [("CT · 2: Thorax 1.0", "1,400"), ("CT · 3: Thorax 1.0", "60 × 4")]),
        ("10 Jan 2025", "prior", [("CT · 2: old scan", "1,400")]),
        ("1 Oct 2026 · Follow-up", "", [("US · 2: Thorax 1.0", "1,400")]),
    ]


def test_whose_series_they_are_is_said(panel):
    assert panel.whose.text() == "DOE, JOHN · born 2 Mar 1950\nPAT-1"
    panel.show_studies(PatientStudies(1, "", (Study("now", "", "", "", Person(), (OWN,)),)))
    assert panel.whose.text() == "no name"


def test_somebody_else_with_the_same_id_stands_apart_under_their_name(panel, qtbot):
    jane, of_late = Person("ROE^JANE", "20060305"), replace(OWN, item_id=21)
    others = (
        Study("b", "20240102", "", "Head", jane, (replace(OWN, item_id=20),)),
        Study("a", "20240101", "", "", jane, (of_late,)),
    )
    panel.show_studies(replace(STUDIES, strangers=others))
    assert panel._head._count.text() == "4"
    series = [("CT · 2: Thorax 1.0", "1,400")]
    assert lines(panel)[3:] == [
        ("Same ID, another name", "", []),
        ("ROE, JANE · born 5 Mar 2006", "", []),
        ("2 Jan 2024 · Head", "", series),
        ("1 Jan 2024", "", series),
    ]
    assert panel.tree.currentItem() is entry(panel, 3)  # of the patient's own
    with qtbot.waitSignal(panel.beside_wanted) as wanted:
        click(panel, 21, double=True)
    assert wanted.args == [21]


def test_the_same_name_with_another_birth_date_is_told_as_that(panel):
    later = Study("b", "20240102", "", "", Person("DOE^JOHN", "20060305"), (replace(OWN, item_id=20),))
    panel.show_studies(replace(STUDIES, strangers=(later,)))
    assert [top for top, _told, _series in lines(panel)[3:5]] == ["Same ID, another birth date", "DOE, JOHN · born 5 Mar 2006"]


def test_the_prior_is_chosen_at_first_and_enter_puts_it_beside(panel, qtbot):
    with qtbot.waitSignal(panel.beside_wanted) as wanted:
        QTest.keyClick(panel.tree, Qt.Key.Key_Return)
    assert wanted.args == [3]


def test_a_double_click_puts_a_series_beside(panel, qtbot):
    with qtbot.waitSignal(panel.beside_wanted) as wanted:
        click(panel, 7, double=True)
    assert wanted.args == [7]


def test_the_button_puts_the_chosen_one_beside(panel, qtbot):
    click(panel, 2)
    with qtbot.waitSignal(panel.beside_wanted) as wanted:
        QTest.mouseClick(panel.beside_button, Qt.MouseButton.LeftButton)
    assert wanted.args == [2]


def test_a_task_of_the_project_is_gone_to(panel, qtbot):
    click(panel, 2)
    with qtbot.waitSignal(panel.open_wanted) as wanted:
        QTest.keyClick(panel.tree, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert wanted.args == [9]
    click(panel, 3)
    assert not panel.open_button.isEnabled()
    assert panel.open_button.toolTip() == "This series is in no task of this project."


def test_the_open_one_is_marked_and_is_not_put_beside_itself(panel, qtbot):
    click(panel, 1)
    assert entry(panel, 1).font(0).weight() > entry(panel, 2).font(0).weight()
    assert panel.beside_button.toolTip() == "This series is the one that is open."
    with qtbot.assertNotEmitted(panel.beside_wanted):
        QTest.keyClick(panel.tree, Qt.Key.Key_Return)


def test_what_stands_beside_is_told(panel):
    panel.show_beside(3)
    assert entry(panel, 3).toolTip(0).endswith("beside")
    panel.show_beside(None)
    assert not entry(panel, 3).toolTip(0).endswith("beside")


def test_a_new_reading_keeps_what_was_chosen(panel):
    click(panel, 7)
    panel.show_studies(replace(STUDIES, more=True))
    assert panel.tree.currentItem() is entry(panel, 7)
    assert "There are more" in panel._note.text()


def test_no_patient_and_no_other_series_are_said(panel):
    panel.show_studies(PatientStudies(1, "", (Study("now", "", "", "", Person(), (OWN,)),)))
    assert "name no patient" in panel._note.text()
    assert "no other series" in panel._note.text()
    assert lines(panel)[0][0] == "no date"


def test_the_menu_says_what_can_be_done(panel, qtbot):
    click(panel, 3)
    menu = panel._show_menu(QPoint(5, 5))
    assert [(a.text().split("\t")[0], a.isEnabled()) for a in menu.actions()] == [
        ("Put beside", True),
        ("Go to its task", False),
    ]
    with qtbot.waitSignal(panel.beside_wanted) as wanted:
        menu.actions()[0].trigger()
    assert wanted.args == [3]
    menu.close()
