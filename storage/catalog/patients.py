"""DICOM series by patient, study and accession number: reads only. The table `series` follows the facts of the items."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from typing import Any

from storage.catalog.people import sees_item
from storage.errors import NotFound
from storage.model.patients import PatientStudies, Person, SeriesRow, Study
from storage.model.people import User

MOST = 500  # series of one patient that are listed

_FACTS = (
    "modality series_description body_part laterality view_position series_number slices times study_uid frame_of_reference"
    " study_date study_time study_description patient_name patient_birth"
).split()
_PATHS = ", ".join(f"'$.{name}'" for name in _FACTS)
_COLUMNS = f"i.id, i.title, i.folder_id, i.sha256, json_extract(i.facts, {_PATHS})"
_LIVE = "FROM series s JOIN items i ON i.id = s.item_id AND i.trashed_at IS NULL"


def studies(db: sqlite3.Connection, viewer: User, item_id: int, project_id: int | None = None) -> PatientStudies:
    """Of the patient of a series, as far as the viewer sees them. Without a Patient ID: its study alone."""
    own = db.execute(
        f"SELECT i.folder_id, s.patient_id, s.study_uid, s.patient_name {_LIVE} WHERE s.item_id = ?", (item_id,)
    ).fetchone()
    if own is None or not sees_item(db, viewer, item_id, own[0]):
        raise NotFound("There is no such series.", remedy="It may have been deleted meanwhile.")
    patient, study = own[1] or "", own[2] or ""
    where, param = ("s.patient_id = ?", patient) if patient else ("s.study_uid = ?", study)
    # Many people may have one ID ("ANON"): those who are called like this one come before the rest.
    nearest = f"SELECT s.item_id {_LIVE} WHERE {where} ORDER BY s.item_id = ? DESC, s.patient_name IS ? DESC LIMIT ?"
    ids = [row[0] for row in db.execute(nearest, (param, item_id, own[3], MOST + 1))]
    more, ids = len(ids) > MOST, ids[:MOST]
    sql = f"SELECT {_COLUMNS} FROM json_each(?) j JOIN items i ON i.id = j.value ORDER BY j.key"
    found = [row for row in db.execute(sql, (json.dumps(ids),)) if sees_item(db, viewer, row[0], row[2])]
    task_of = _tasks(db, project_id, [row[0] for row in found]) if project_id is not None else {}
    its_studies, strangers = _by_study(found, task_of)
    return PatientStudies(item_id, patient, its_studies, more, strangers)


def _tasks(db: sqlite3.Connection, project_id: int, item_ids: list[int]) -> dict[int, int]:
    rows = db.execute(
        "SELECT u.item_id, t.id FROM json_each(?) j JOIN data_units u ON u.item_id = j.value AND u.removed_at IS NULL"
        " JOIN label_rows l ON l.data_unit_id = u.id AND l.project_id = ? JOIN tasks t ON t.label_row_id = l.id AND t.hidden = 0",
        (json.dumps(item_ids), project_id),
    )
    return dict(rows.fetchall())


def _by_study(rows: list[tuple[Any, ...]], task_of: dict[int, int]) -> tuple[tuple[Study, ...], tuple[Study, ...]]:
    """Studies of the patient of the first row, and those of others."""
    series: dict[tuple[str, ...], list[SeriesRow]] = defaultdict(list)
    heads: dict[tuple[str, ...], _Facts] = {}
    patient: Person | None = None
    for item_id, title, _folder, sha, facts in rows:
        known = _Facts(zip(_FACTS, json.loads(facts), strict=True))
        person = known.person()
        patient = patient or person
        key = (known.text("study_uid"), *(person.identity if patient.is_another(person) else ()))
        heads.setdefault(key, known)
        series[key].append(_row(item_id, title, sha, known, task_of.get(item_id)))
    found = {key: _study(key[0], heads[key], each) for key, each in series.items()}
    ordered = sorted(found, key=lambda key: (found[key].date, found[key].time, *key), reverse=True)
    return tuple(found[key] for key in ordered if len(key) == 1), tuple(found[key] for key in ordered if len(key) > 1)


class _Facts(dict[str, Any]):
    def text(self, name: str) -> str:
        return str(self.get(name) or "")

    def number(self, name: str) -> int | None:
        value = self.get(name)
        return value if isinstance(value, int) else None

    def person(self) -> Person:
        return Person(self.text("patient_name"), self.text("patient_birth"))


def _study(uid: str, known: _Facts, series: list[SeriesRow]) -> Study:
    return Study(
        uid,
        date=known.text("study_date"),
        time=known.text("study_time"),
        description=known.text("study_description"),
        patient=known.person(),
        series=tuple(sorted(series, key=_place)),
    )


def _row(item_id: int, title: str, sha: bytes | None, known: _Facts, task_id: int | None) -> SeriesRow:
    return SeriesRow(
        item_id,
        title,
        modality=known.text("modality"),
        description=known.text("series_description"),
        body_part=known.text("body_part"),
        laterality=known.text("laterality"),
        view=known.text("view_position"),
        number=known.number("series_number"),
        slices=known.number("slices") or 1,
        times=known.number("times") or 1,
        study_uid=known.text("study_uid"),
        frame_of_reference=known.text("frame_of_reference"),
        thumb_key=sha.hex() if sha is not None else None,
        task_id=task_id,
    )


def _place(row: SeriesRow) -> tuple[Any, ...]:
    return row.number is None, row.number or 0, row.title, row.item_id
