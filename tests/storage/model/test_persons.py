"""When two names under one Patient ID are the same person."""

from __future__ import annotations

import pytest

from storage.model.patients import Person


@pytest.mark.parametrize(
    ("one", "other", "another"),
    [
        (("DOE^JOHN", ""), ("Doe^John", ""), False),
        (("DOE^JOHN", ""), (" Doe,  John ", ""), False),
        (("DOE^JOHN", ""), ("DOE^JOHN^^PROF^", ""), False),
        (("DOE^JOHN", ""), ("Dr. Doe John", ""), False),
        (("Yamada^Tarou=山田^太郎", ""), ("YAMADA^TAROU", ""), False),
        (("=山田^太郎", ""), ("=山本^太郎", ""), True),
        (("DOE^JOHN", ""), ("DOE^JANE", ""), True),
        (("DOE^JOHN^^^SR", ""), ("DOE^JOHN^^^JR", ""), True),
        (("DOE^JOHN", "19500302"), ("DOE^JOHN", "20060305"), True),
        (("DOE^JOHN", "19500302"), ("DOE^JOHN", "1950.03.02"), False),
        (("DOE^JOHN", "19500302"), ("DOE^JOHN", ""), False),
        (("DOE^JOHN", "19500302"), ("DOE^JANE", "19500302"), True),
        (("DOE^JOHN", "19500302"), ("", "19500302"), False),
        (("DOE^JOHN", "19500302"), ("", ""), True),
        (("", ""), ("", ""), False),
    ],
)
def test_the_same_person_however_the_name_is_written(one, other, another):
    assert Person(*one).is_another(Person(*other)) is another
    assert Person(*other).is_another(Person(*one)) is another
