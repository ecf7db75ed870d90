"""The list of codes is the standard's; what is kept of a class is bounded and loses nothing beside it."""

from __future__ import annotations

import re

import pytest
from pydicom.sr import _cid_dict, _concepts_dict

from storage.errors import Refused
from storage.model import dicom_codes
from storage.model.dicom_codes import Code


def test_every_code_of_the_list_is_one_of_the_standards_for_segments():
    known = dicom_codes.known()
    assert len(known) > 900 and len({(k.code.value, k.code.scheme) for k in known}) == len(known)
    groups = {7150, *range(7151, 7200)}
    standard = {
        (value, scheme, meaning)
        for scheme, names in _concepts_dict.concepts.items()
        for codes in names.values()
        for value, (meaning, cids) in codes.items()
        if groups & set(cids)
    }
    assert {(k.code.value, k.code.scheme, k.code.meaning) for k in known} <= standard
    assert len(dicom_codes.categories()) == len([n for names in _cid_dict.cid_concepts[7150].values() for n in names])
    assert all(len(k.code.meaning) <= 64 and len(k.code.value) <= 16 for k in known)
    assert all(re.fullmatch(r"#[0-9A-F]{6}|", k.color) for k in known)


def test_the_common_ones_are_of_their_kind():
    kinds = {k.code.meaning: k.category.meaning for k in dicom_codes.known()}
    assert kinds["Liver"] == "Anatomical Structure"
    assert kinds["Bone"] == "Tissue"
    assert kinds["Neoplasm"] == "Morphologically Abnormal Structure"


def test_what_stands_beside_a_code_stays():
    extra = {"other": 1, "dicom": {"tracking": "x", "code": {"value": "old", "scheme": "SCT"}}}
    code = Code("10200004", "SCT", "Liver")
    made = dicom_codes.with_codes(extra, code, None)
    assert made["other"] == 1 and made["dicom"]["tracking"] == "x"
    assert dicom_codes.told(made, "code") == code
    assert dicom_codes.with_codes(made, None, None) == {"other": 1, "dicom": {"tracking": "x"}}


@pytest.mark.parametrize(
    "code", [Code("", "SCT", "x"), Code("1", "", "x"), Code("1", "SCT", ""), Code("1" * 65, "SCT", "x"), Code("1\\2", "SCT", "x"),
             Code("1", "S" * 17, "x"), Code("1", "SCT", "m" * 65), Code("1", "SCT", "a\nb")],
)  # fmt: skip
def test_what_dicom_has_no_room_for_is_refused(code):
    with pytest.raises(Refused):
        dicom_codes.check(code)


@pytest.mark.parametrize("extra", [{}, {"dicom": 5}, {"dicom": {"code": []}}, {"dicom": {"code": {"value": "1"}}}])
def test_nonsense_in_the_json_is_no_code(extra):
    assert dicom_codes.told(extra, "code") is None
