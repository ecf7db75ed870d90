"""Series of one patient belong together: in a list beside the one that is open, and in the search of Files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.catalog import people, trash
from storage.catalog.engine import Catalog
from storage.errors import NotFound
from storage.model.items import Kind
from storage.model.people import Role
from storage.model.query import ItemQuery, ItemSelection
from tests.support.catalogs import scalar
from tests.support.nouns import add, dataset, folder, project, titles

NOW = {"study_uid": "1.2.2", "study_date": "20260301", "study_time": "0900", "modality": "CT", "body_part": "CHEST"}
BEFORE = {**NOW, "study_uid": "1.2.1", "study_date": "20250110", "study_time": "1200"}
LATER = {**NOW, "study_uid": "1.2.3", "study_date": "20260901"}


def series(catalog: Catalog, title: str, in_folder: str = "Scans", **facts: object) -> int:
    whole = {"patient_id": "PAT-0042", "patient_name": "DOE^JOHN", "series_uid": f"9.{title}", "slices": 3} | facts
    return add(catalog, folder(catalog, in_folder), title, kind=Kind.DICOM_SERIES, facts=whole)[0]


@pytest.fixture
def ward(tmp_path) -> Iterator[Catalog]:
    with Catalog.create(tmp_path / "c") as catalog:
        series(catalog, "thin", **NOW, series_number=2, series_description="Thin")
        series(catalog, "thick", **NOW, series_number=1, accession="ACC77")
        series(catalog, "old", **BEFORE, series_description="Thin")
        series(catalog, "old head", **(BEFORE | {"body_part": "HEAD", "modality": "MR"}))
        series(catalog, "next", **LATER)
        series(catalog, "somebody else", **(NOW | {"study_uid": "5.5"}), patient_id="PAT-0043", patient_name="ROE^JANE")
        add(catalog, folder(catalog, "Scans"), "thin picture.png")
        yield catalog


def item(catalog: Catalog, title: str) -> int:
    return catalog.reads.item_by_title(catalog.reads.folder_by_path("Scans").id, title).id


def test_studies_of_a_patient_come_newest_first_and_series_by_number(ward):
    found = ward.reads.studies_of_patient(item(ward, "thin"))
    assert [(s.date, [row.title for row in s.series]) for s in found.studies] == [
        ("20260901", ["next"]),
        ("20260301", ["thick", "thin"]),
        ("20250110", ["old", "old head"]),
    ]
    assert found.current is not None
    assert (found.current.title, found.current.slices, found.current.number) == ("thin", 3, 2)
    assert not found.more


def test_what_is_offered_first_are_the_study_itself_and_earlier_ones_like_it(ward):
    found = ward.reads.studies_of_patient(item(ward, "thin"))
    assert [(study.date, what) for study, what in found.in_order()] == [
        ("20260301", "current"),
        ("20250110", "prior"),
        ("20260901", "other"),
    ]
    assert [row.title for row in found.priors()] == ["old"]
    assert found.prior().title == "old"
    assert ward.reads.studies_of_patient(item(ward, "old")).prior() is None


def test_somebody_else_with_the_same_id_is_no_prior_and_is_told_apart(ward):
    cloned = {**BEFORE, "study_uid": NOW["study_uid"], "patient_name": "ROE^JANE"}
    series(ward, "cloned study", **cloned, series_description="Thin")
    series(ward, "other birth", **(BEFORE | {"study_uid": "4.4", "study_date": "20260101"}), patient_birth="20060305")
    series(ward, "own birth", **(BEFORE | {"study_uid": "4.5"}), patient_name="Dr. Doe, John", patient_birth="19500302")
    own = series(ward, "dated", **NOW, patient_birth="19500302")
    found = ward.reads.studies_of_patient(own)
    assert (found.patient.name, found.patient.birth) == ("DOE^JOHN", "19500302")
    assert [(s.patient.name, [r.title for r in s.series]) for s in found.strangers] == [
        ("DOE^JOHN", ["other birth"]),
        ("ROE^JANE", ["cloned study"]),
    ]
    assert {r.title for s in found.studies for r in s.series}.isdisjoint({"cloned study", "other birth"})
    assert {r.title for r in found.priors()} == {"old", "own birth"}
    theirs = ward.reads.studies_of_patient(item(ward, "cloned study"))
    assert [r.title for s in theirs.studies for r in s.series] == ["cloned study"]
    assert theirs.prior() is None


def test_a_study_of_the_same_day_is_no_prior(ward):
    series(ward, "morning", **(NOW | {"study_uid": "1.2.0", "study_time": "0100"}))
    found = ward.reads.studies_of_patient(item(ward, "thin"))
    assert [row.title for row in found.priors()] == ["old"]
    assert [what for study, what in found.in_order() if study.uid == "1.2.0"] == ["other"]


def test_of_a_crowd_with_one_id_the_patient_itself_is_listed(ward, monkeypatch):
    monkeypatch.setattr("storage.catalog.patients.MOST", 4)
    for number in range(6):
        series(ward, f"crowd {number}", **NOW, patient_id="ANON", patient_name=f"N{number}")
    last = series(ward, "last", **NOW, patient_id="ANON", patient_name="LAST")
    series(ward, "its prior", **BEFORE, patient_id="ANON", patient_name="LAST")
    found = ward.reads.studies_of_patient(last)
    assert [row.title for study in found.studies for row in study.series] == ["last", "its prior"]
    assert found.more


def test_a_breast_hangs_with_the_same_view_of_the_other_side_and_with_its_own_prior(ward):
    def breast(title: str, side: str, view: str, when: dict) -> int:
        return series(ward, title, **when, patient_id="M1", laterality=side, view_position=view)

    when = NOW | {"modality": "MG", "body_part": "BREAST"}
    left = breast("L CC", "L", "CC", when)
    for side, view in (("R", "MLO"), ("R", "CC"), ("L", "MLO")):
        breast(f"{side} {view}", side, view, when)
        breast(f"old {side} {view}", side, view, when | {"study_uid": "1.1", "study_date": "20200101"})
    breast("old L CC", "L", "CC", when | {"study_uid": "1.1", "study_date": "20200101"})
    found = ward.reads.studies_of_patient(left)
    assert found.other_side().title == "R CC"
    assert found.prior().title == "old L CC"


def test_without_a_patient_id_only_the_study_is_known(ward):
    one = series(ward, "no name", **NOW, patient_id="")
    series(ward, "no name either", **BEFORE, patient_id="")
    found = ward.reads.studies_of_patient(one)
    assert [row.title for study in found.studies for row in study.series] == ["thick", "thin", "no name"]


def test_tasks_of_the_project_come_with_the_series(ward):
    made = project(ward, dataset(ward, "Set", item(ward, "old")))
    rows = [r for s in ward.reads.studies_of_patient(item(ward, "thin"), made).studies for r in s.series]
    assert {r.title: r.task_id is not None for r in rows if r.title in ("old", "thin")} == {"old": True, "thin": False}
    assert all(r.task_id is None for s in ward.reads.studies_of_patient(item(ward, "thin")).studies for r in s.series)


def test_series_that_somebody_may_not_see_are_not_listed(ward, tmp_path):
    hidden = series(ward, "hidden", in_folder="Secret", **BEFORE)
    user = ward.do("Add user", people.add, "Bob", "bob@example.org")
    ward.do("Share", people.add_member, "folders", ward.reads.folder_by_path("Scans").id, user, Role.VIEWER)
    with Catalog.open(ward.path, user="bob@example.org", read_only=True) as seen:
        rows = [r.title for s in seen.reads.studies_of_patient(item(ward, "thin")).studies for r in s.series]
        assert "old" in rows
        assert "hidden" not in rows
        with pytest.raises(NotFound):
            seen.reads.studies_of_patient(hidden)


def test_a_picture_has_no_patient(ward):
    with pytest.raises(NotFound, match="no such series"):
        ward.reads.studies_of_patient(item(ward, "thin picture.png"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PAT-0043", {"somebody else"}),
        ("pat-004", {"thin", "thick", "old", "old head", "next", "somebody else"}),
        ("roe", {"somebody else"}),
        ("roe jane", {"somebody else"}),
        ("acc77", {"thick"}),
        ("1.2.1", {"old", "old head"}),
        ("9.thin", {"thin"}),
        ("1.2", set()),
        ("PAT-0043\N{LATIN SMALL LETTER E WITH ACUTE}", set()),
        ("thin", {"thin", "thin picture.png"}),
        ("%_?*", set()),
    ],
)
def test_search_finds_series_by_what_identifies_them(ward, text, expected):
    query = ItemQuery(text=text)
    assert set(titles(ward, query)) == expected
    assert ward.reads.count(query) == len(expected) == ward.reads.count(query, 10_000)
    assert {r.title for r in ward.reads.rows(ward.reads.ids(query))} == expected
    assert ward.reads.selection_size(ItemSelection(query=query))[0] == len(expected)


def test_a_series_whose_title_and_patient_match_is_found_once_and_in_order(ward):
    series(ward, "PAT-0043 again", **NOW, patient_id="PAT-0043")
    assert titles(ward, ItemQuery(text="PAT-0043")) == ["PAT-0043 again", "somebody else"]
    assert ward.reads.count(ItemQuery(text="PAT-0043")) == 2


def test_filters_hold_for_series_that_are_named(ward):
    assert titles(ward, ItemQuery(text="PAT-0043", kinds=frozenset({Kind.IMAGE}))) == []
    assert titles(ward, ItemQuery(text="PAT-0043", folder_id=folder(ward, "Elsewhere"))) == []


def test_no_question_about_a_patient_walks_through_all_items(ward):
    """The plans: a catalog of hundreds of thousands answers as fast as a small one."""
    seen: list[str] = []
    db = ward.reader()
    db.set_trace_callback(seen.append)
    ward.reads.studies_of_patient(item(ward, "thin"))
    titles(ward, ItemQuery(text="PAT-0043"))
    db.set_trace_callback(None)
    asked = [sql for sql in seen if "series" in sql and sql.startswith("SELECT")]
    assert len(asked) >= 3
    for sql in asked:
        steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert not [step for step in steps if step.startswith(("SCAN i", "SCAN s", "SCAN series"))], steps


def test_what_is_told_anew_of_a_series_and_what_is_erased_is_followed(ward):
    def tell(op, of: int) -> None:
        op.update("items", of, facts='{"patient_id": "NEW-1", "study_uid": "7.7"}')

    ward.do("Tell", tell, item(ward, "next"))
    assert titles(ward, ItemQuery(text="NEW-1")) == ["next"]
    assert "next" not in titles(ward, ItemQuery(text="PAT-0042"))
    group = ward.do("Delete", trash.delete, (), ItemSelection.of(item(ward, "next")))
    assert titles(ward, ItemQuery(text="NEW-1")) == []
    ward.do("Erase", trash.purge, group)
    assert scalar(ward, "SELECT count(*) FROM series WHERE patient_id = 'NEW-1'") == 0
