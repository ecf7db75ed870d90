from __future__ import annotations

import json
from dataclasses import replace

import pytest

from storage.errors import BadInput
from storage.model.hanging import (
    BUILT_IN,
    MOST_RULES,
    Arrangement,
    Beside,
    HangingRule,
    first_match,
    from_json,
    from_text,
    numbers,
    to_json,
    to_text,
)
from storage.model.patients import PatientStudies, Person, SeriesRow, Study


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ({"modality": "CT", "body_part": "HEAD"}, "CT of the head"),
        ({"modality": "CT", "series_description": "Axial BRAIN 5mm"}, "CT of the head, by description"),
        ({"modality": "CT", "body_part": "CHEST", "series_description": "Lung 1.0 B70f"}, "CT of the chest, lung kernel"),
        ({"modality": "CT", "study_description": "Thorax nativ"}, "CT of the chest, by description"),
        ({"modality": "CT", "body_part": "KNEE"}, "CT"),
        ({"modality": "MR", "body_part": "HEAD"}, "MR"),
        ({"modality": "MG", "laterality": "R", "view_position": "MLO"}, "Mammography, MLO"),
        ({"modality": "MG", "laterality": "L", "view_position": "CC"}, "Mammography, CC"),
        ({"modality": "MG", "laterality": "L", "view_position": "ML"}, "Mammography"),
        ({"modality": "DX"}, "X-ray"),
        ({"modality": "US"}, "Ultrasound and fluoroscopy"),
    ],
)
def test_the_built_in_rules_know_what_radiologists_look_at(facts, title):
    assert first_match(BUILT_IN, facts).title == title


def test_what_no_rule_knows_hangs_as_usual():
    assert first_match(BUILT_IN, {"modality": "OT"}) is None
    assert first_match(BUILT_IN, {}) is None


def test_the_first_rule_that_matches_wins():
    first, second = HangingRule("All CT", "ct"), HangingRule("Head", "CT", body_part="head")
    facts = {"modality": "CT", "body_part": "HEAD"}
    assert first_match((first, second), facts) is first
    assert first_match((second, first), facts) is second


def test_all_conditions_of_a_rule_must_hold_and_alternatives_are_commas():
    rule = HangingRule("Mine", "CR, DX", description="pa ", laterality="R", view="AP, PA")
    facts = {"modality": "DX", "series_description": "Hand PA erect", "laterality": "R", "view_position": "PA"}
    assert rule.matches(facts)
    for name, value in {"modality": "D", "series_description": "Hand", "laterality": "L", "view_position": "LL"}.items():
        assert not rule.matches({**facts, name: value})
    assert not replace(rule, view="P").matches(facts)


def test_rules_are_kept_as_json_exactly():
    rules = (*BUILT_IN, HangingRule("One", plane="coronal", layout=Arrangement.ONE, window="-600/1500", beside=Beside.PRIOR))
    assert from_json(json.loads(json.dumps(to_json(rules)))) == rules
    assert from_json(to_json(rules)) == rules
    assert to_json([HangingRule("Plain")]) == [{"title": "Plain"}]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"rules": []}, "not a list"),
        ([{"title": "x"}] * (MOST_RULES + 1), "at most"),
        (["x"], "rule 1 is not an object"),
        ([{"title": "x"}, {"title": ""}], "rule 2 has no title"),
        ([{"title": "x", "colour": "red"}], "“colour”"),
        ([{"title": "x", "layout": "3x3"}], "rule 1"),
        ([{"title": "x", "beside": "wife"}], "rule 1"),
        ([{"title": "x", "plane": "diagonal"}], "diagonal"),
        ([{"title": "x", "modality": 5}], "“modality” is not a text"),
        ([{"title": "x", "use_3d": 1}], "“use_3d” is not a yes or no"),
        ([{"title": "x" * 1000}], "longer than"),
        ([{"title": "x\ny"}], "line breaks"),
    ],
)
def test_a_damaged_list_is_refused_with_the_place(value, said):
    with pytest.raises(BadInput, match=said) as refused:
        from_json(value)
    assert "built-in" in refused.value.remedy


def test_a_file_of_rules_is_read_as_it_was_written():
    rules = (HangingRule("Größe", "CT", layout=Arrangement.ONE, window="40/400"), *BUILT_IN)
    assert from_text(to_text(rules)) == rules


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON .line 1"),
        ('{"hanging_rules": [\n{"title" "x"}]}', "line 2, column 10"),
        ("[]", "no “hanging_rules”"),
        ('{"hanging_rules": 3}', "not a list"),
        ('{"hanging_rules": [{"title": "x", "plane": "diagonal"}]}', "diagonal"),
        ('{"hanging_rules": ' + "[" * 200_000, "without end|not JSON"),
        ("1" * 5000, "not JSON"),
    ],
)
def test_what_is_no_file_of_rules_is_refused_with_its_reason(text, said):
    with pytest.raises(BadInput, match=said) as refused:
        from_text(text)
    assert "file" in refused.value.remedy


@pytest.mark.parametrize(
    ("text", "found"),
    [("40/400", (40, 400)), ("-600 / 1500", (-600, 1500)), ("lung", None), ("1/0", None), ("1/-5", None), ("inf/1", None), ("1/nan", None)],
)  # fmt: skip
def test_windows_are_numbers_or_names(text, found):
    assert numbers(text) == found


def test_the_partner_is_the_prior_or_the_other_side():
    own = SeriesRow(1, "R CC", "MG", laterality="R", view="CC")
    rows = (own, SeriesRow(2, "L MLO", "MG", laterality="L", view="MLO"), SeriesRow(3, "L CC", "MG", laterality="L", view="CC"))
    old = (replace(own, item_id=4, title="old L", laterality="L"), replace(own, item_id=5, title="old R"))
    who = Person("DOE^JOHN")
    studies = PatientStudies(1, "P", (Study("n", "20260101", "", "", who, rows), Study("o", "20240101", "", "", who, old)))
    assert HangingRule("x", beside=Beside.OTHER_SIDE).partner(studies).title == "L CC"
    assert HangingRule("x", beside=Beside.PRIOR).partner(studies).title == "old R"
    assert HangingRule("x").partner(studies) is None
