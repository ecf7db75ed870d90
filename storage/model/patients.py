"""The studies of one patient, and which series of them is looked at beside another one. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

_TITLES = frozenset(("dr", "prof", "mr", "mrs", "ms", "miss", "herr", "frau"))


@dataclass(frozen=True, slots=True)
class Person:
    """As the files of a series name them: a Patient ID alone is given to several people, by several houses."""

    name: str = ""  # DOE^JOHN
    birth: str = ""  # YYYYMMDD

    @property
    def identity(self) -> tuple[str, str]:
        """Equal however the name is written: “Doe, John” is DOE^JOHN^^DR."""
        parts = unicodedata.normalize("NFKC", self.name.split("=")[0] or self.name).casefold().split("^")
        words = "".join(c if c.isalnum() else " " for c in " ".join(parts[:3] + parts[4:])).split()
        return " ".join(word for word in words if word not in _TITLES), "".join(filter(str.isdigit, self.birth))

    def is_another(self, other: Person) -> bool:
        """Names or births that differ are never the same person. Where one file has no name, the birth alone can say it."""
        (name, birth), (other_name, other_birth) = self.identity, other.identity
        if birth and other_birth:
            return birth != other_birth or bool(name and other_name and name != other_name)
        return name != other_name


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One DICOM series as a list shows it. Texts are empty where the files do not say."""

    item_id: int
    title: str
    modality: str = ""
    description: str = ""
    body_part: str = ""
    laterality: str = ""  # R, L, B
    view: str = ""  # CC, MLO, AP ...
    number: int | None = None
    slices: int = 1
    times: int = 1
    study_uid: str = ""
    frame_of_reference: str = ""
    thumb_key: str | None = None
    task_id: int | None = None  # in the project that was asked about


@dataclass(frozen=True, slots=True)
class Study:
    uid: str
    date: str  # YYYYMMDD, as DICOM has it
    time: str
    description: str
    patient: Person
    series: tuple[SeriesRow, ...]


@dataclass(frozen=True, slots=True)
class PatientStudies:
    """All that the catalog has of the patient of one series: the newest study first. `more`: there are too many to list.

    `strangers` are studies under the same Patient ID of somebody else: they are shown, and never offered.
    """

    item_id: int
    patient_id: str
    studies: tuple[Study, ...]
    more: bool = False
    strangers: tuple[Study, ...] = ()

    @property
    def patient(self) -> Person:
        return self.study.patient if self.study is not None else Person()

    @property
    def study(self) -> Study | None:
        """The one that the series belongs to."""
        return next((study for study in self.studies if any(row.item_id == self.item_id for row in study.series)), None)

    @property
    def current(self) -> SeriesRow | None:
        return next((row for study in self.studies for row in study.series if row.item_id == self.item_id), None)

    def priors(self) -> list[SeriesRow]:
        """Series of studies of earlier days that are like it: the likest of the newest study first."""
        own, study = self.current, self.study
        if own is None or study is None or not study.date:
            return []
        earlier = (s for s in self.studies if s.date and s.date < study.date)
        return [row for each in earlier for row in _likest(own, each.series, _is_like)]

    def prior(self) -> SeriesRow | None:
        """What hangs beside it of an earlier study: of the same modality, and of the same side and view where those are said."""
        own = self.current
        return next((row for row in self.priors() if own is not None and _hangs_with(own, row)), None)

    def other_side(self) -> SeriesRow | None:
        """The same view of the other side, in the same study."""
        own, study = self.current, self.study
        if own is None or study is None or own.laterality not in _OTHER:
            return None
        mirrored = replace(own, laterality=_OTHER[own.laterality])
        found = (row for row in study.series if row.item_id != own.item_id and row.laterality == mirrored.laterality)
        return next((row for row in found if _hangs_with(mirrored, row)), None)

    def in_order(self) -> list[tuple[Study, str]]:
        """Studies as they are offered, each with what it is to the series: its own, then priors, then the rest."""
        own = self.study
        prior_items = {row.item_id for row in self.priors()}
        told: dict[str, list[tuple[Study, str]]] = {CURRENT: [], PRIOR: [], OTHER: []}
        for study in self.studies:
            prior = any(row.item_id in prior_items for row in study.series)
            what = CURRENT if study is own else PRIOR if prior else OTHER
            told[what].append((study, what))
        return [*told[CURRENT], *told[PRIOR], *told[OTHER]]


CURRENT, PRIOR, OTHER = "current", "prior", "other"
_OTHER = {"L": "R", "R": "L"}


def _likest(own: SeriesRow, rows: Iterable[SeriesRow], wanted: Callable[[SeriesRow, SeriesRow], bool]) -> list[SeriesRow]:
    return sorted((row for row in rows if wanted(own, row)), key=lambda row: -_likeness(own, row))


def _is_like(own: SeriesRow, other: SeriesRow) -> bool:
    """Of the same part of the body, whatever made the picture; where that is not said, made in the same way."""
    if own.body_part and other.body_part:
        return _same(own.body_part, other.body_part)
    return _same(own.modality, other.modality)


def _hangs_with(own: SeriesRow, other: SeriesRow) -> bool:
    """A picture of the left is not compared with one of the right, nor a chest with a head."""
    return _same(own.modality, other.modality) and not any(
        one and two and one.casefold() != two.casefold()
        for one, two in (
            (own.body_part, other.body_part),
            (own.laterality, other.laterality),
            (own.view, other.view),
        )
    )


def _likeness(own: SeriesRow, other: SeriesRow) -> int:
    return (
        16 * _same(own.modality, other.modality)
        + 8 * _same(own.body_part, other.body_part)
        + 4 * _same(own.laterality, other.laterality)
        + 4 * _same(own.view, other.view)
        + 2 * _same(own.description, other.description)
        + (own.slices > 1) * (other.slices > 1)
    )


def _same(one: str, two: str) -> bool:
    return bool(one) and one.casefold() == two.casefold()
