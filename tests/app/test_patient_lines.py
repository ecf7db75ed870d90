"""Whose pictures they are, in the words of the file."""

from __future__ import annotations

import pytest

from app.volumes import patient_lines
from widgets.words import person

SERIES = {"series_uid": "9.1"}


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("DOE^JOHN", "DOE, JOHN"),
        ("DOE^JOHN^A^DR^JR", "DOE, JOHN A"),
        ("Yamada^Tarou=山田^太郎", "Yamada, Tarou"),
        ("Anonymous", "Anonymous"),
        ("^JOHN", "JOHN"),
        ("", ""),
    ],
)
def test_names_as_people_write_them(stored, shown):
    assert person(stored) == shown


def test_name_id_birth_and_sex():
    lines = patient_lines(
        SERIES | {"patient_name": "DOE^JOHN", "patient_id": "PAT-1", "patient_birth": "19500302", "patient_sex": "M"}
    )
    assert lines[0] == "DOE, JOHN"
    assert lines[1].startswith("PAT-1 · ")
    assert "1950" in lines[1]
    assert lines[1].endswith(" · M")


def test_what_the_file_leaves_out_is_left_out_and_nobody_is_told_as_such():
    assert patient_lines(SERIES | {"patient_id": "PAT-1"}) == ("PAT-1",)
    assert patient_lines(SERIES) == ("Patient without name and ID",)


def test_files_that_cannot_say_it_say_nothing():
    assert patient_lines({"slices": 30}) == ()
