"""Hanging rules: how a series stands on the screen when it is opened. The first rule of a list that matches is the one. Pure.

A list is kept as JSON. What comes from outside is bounded, and refused with the place of the fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from storage.errors import BadInput
from storage.model.patients import PatientStudies, SeriesRow

MOST_RULES, MOST_LETTERS = 200, 200


class Arrangement(StrEnum):
    GRID = "grid"  # three planes and 3D
    ONE = "one"  # one plane
    STACK = "stack"  # the slices as acquired


class Beside(StrEnum):
    """Which other series stands next to it, where there is one."""

    NOTHING = ""
    PRIOR = "prior"  # of an earlier study
    OTHER_SIDE = "other_side"  # of a pair of breasts, hands, knees


PLANES = ("", "axial", "sagittal", "coronal", "3d")  # "": the one that was acquired


@dataclass(frozen=True, slots=True)
class HangingRule:
    """Conditions are texts with alternatives ("CR, DX"); an empty one is met by every series.

    `window` is the id of a preset, "auto", numbers ("40/400"), or empty: as the file says.
    """

    title: str
    modality: str = ""
    description: str = ""  # contained in what study or series are called
    body_part: str = ""
    laterality: str = ""
    view: str = ""
    layout: Arrangement = Arrangement.GRID
    plane: str = ""
    beside: Beside = Beside.NOTHING
    window: str = ""
    use_3d: bool = True

    def matches(self, facts: Mapping[str, Any]) -> bool:
        """`facts` of a series, as its item has them."""
        said = " ".join(_said(facts, name) for name in ("series_description", "study_description"))
        return (
            _is_one_of(_said(facts, "modality"), self.modality)
            and _contains(said, self.description)
            and _contains(_said(facts, "body_part"), self.body_part)
            and _is_one_of(_said(facts, "laterality"), self.laterality)
            and _is_one_of(_said(facts, "view_position"), self.view)
        )

    def partner(self, studies: PatientStudies) -> SeriesRow | None:
        """What stands beside it, of all that there is of the patient."""
        match self.beside:
            case Beside.PRIOR:
                return studies.prior()
            case Beside.OTHER_SIDE:
                return studies.other_side()
        return None

    def window_numbers(self) -> tuple[float, float] | None:
        """Centre and width, where the window is given by them."""
        return numbers(self.window)


def numbers(window: str) -> tuple[float, float] | None:
    center, slash, width = window.partition("/")
    try:
        found = float(center), float(width)
    except ValueError:
        return None
    return found if slash and abs(found[0]) < 1e9 and 0 < found[1] < 1e9 else None


def _said(facts: Mapping[str, Any], name: str) -> str:
    return str(facts.get(name) or "").casefold()


def _alternatives(wanted: str) -> list[str]:
    return [part.strip().casefold() for part in wanted.split(",") if part.strip()]


def _contains(said: str, wanted: str) -> bool:
    parts = _alternatives(wanted)
    return not parts or any(part in said for part in parts)


def _is_one_of(said: str, wanted: str) -> bool:
    parts = _alternatives(wanted)
    return not parts or said in parts


def first_match(rules: Iterable[HangingRule], facts: Mapping[str, Any]) -> HangingRule | None:
    return next((rule for rule in rules if rule.matches(facts)), None)


# -- the rules of the house ------------------------------------------------------------------------------------------

BUILT_IN: tuple[HangingRule, ...] = (
    HangingRule("CT of the head", "CT", body_part="head, brain, skull", window="brain"),
    HangingRule("CT of the head, by description", "CT", description="head, brain, skull, cranial, neuro", window="brain"),
    HangingRule("CT of the chest, lung kernel", "CT", description="lung", window="lung"),
    HangingRule("CT of the chest", "CT", body_part="chest, thorax, lung", window="mediastinum"),
    HangingRule("CT of the chest, by description", "CT", description="chest, thorax", window="mediastinum"),
    HangingRule("CT of the abdomen", "CT", body_part="abdomen, pelvis, liver", window="abdomen"),
    HangingRule("CT", "CT"),
    HangingRule("MR", "MR"),
    HangingRule("PET and SPECT", "PT, NM"),
    HangingRule(
        "Mammography, CC", "MG", laterality="L, R", view="CC", layout=Arrangement.STACK, beside=Beside.OTHER_SIDE, use_3d=False
    ),
    HangingRule(
        "Mammography, MLO",
        "MG",
        laterality="L, R",
        view="MLO",
        layout=Arrangement.STACK,
        beside=Beside.OTHER_SIDE,
        use_3d=False,
    ),
    HangingRule("Mammography", "MG", layout=Arrangement.STACK, beside=Beside.PRIOR, use_3d=False),
    HangingRule("X-ray", "CR, DX, RG, PX, IO", layout=Arrangement.STACK, beside=Beside.PRIOR, use_3d=False),
    HangingRule("Ultrasound and fluoroscopy", "US, IVUS, XA, RF", layout=Arrangement.STACK, use_3d=False),
)


# -- as JSON ---------------------------------------------------------------------------------------------------------


def to_json(rules: Sequence[HangingRule]) -> list[dict[str, Any]]:
    """What is as usual is left out."""
    usual = {f.name: f.default for f in fields(HangingRule)}
    return [
        {name: value if isinstance(value, bool) else str(value) for name, value in asdict(rule).items() if value != usual[name]}
        for rule in rules
    ]


def from_json(value: object) -> tuple[HangingRule, ...]:
    """Raises BadInput that names the rule and what is wrong with it."""
    if not isinstance(value, list):
        raise _damaged("The hanging rules are not a list.")
    if len(value) > MOST_RULES:
        raise _damaged(f"There are {len(value):,} hanging rules; at most {MOST_RULES} are taken.")
    return tuple(_rule(entry, number) for number, entry in enumerate(value, 1))


def to_text(rules: Sequence[HangingRule]) -> str:
    """A file that others can take over."""
    return json.dumps({"hanging_rules": to_json(rules)}, indent=1, ensure_ascii=False) + "\n"


def from_text(text: str) -> tuple[HangingRule, ...]:
    """Of such a file. Raises BadInput that names the place of the fault."""
    remedy = "Export the rules again where they are right, or mend the file."
    try:
        found = json.loads(text)
    except ValueError as error:  # not JSON, or a number that Python takes for too long
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInput(f"This is no file of hanging rules: it is not JSON{place}.", remedy=remedy) from None
    except RecursionError:
        raise BadInput("This is no file of hanging rules: its lists are nested without end.", remedy=remedy) from None
    if not isinstance(found, dict) or "hanging_rules" not in found:
        raise BadInput("This is no file of hanging rules: it has no “hanging_rules”.", remedy=remedy)
    try:
        return from_json(found["hanging_rules"])
    except BadInput as error:
        raise BadInput(error.reason, remedy=remedy) from None


def _rule(entry: object, number: int) -> HangingRule:
    if not isinstance(entry, dict):
        raise _damaged(f"Hanging rule {number} is not an object.")
    known = {f.name for f in fields(HangingRule)}
    if unknown := [str(name) for name in entry if name not in known]:
        raise _damaged(f"Hanging rule {number} says “{unknown[0][:40]}”, which nothing is known of.")
    for name, value in entry.items():
        wanted = bool if name == "use_3d" else str
        if type(value) is not wanted:
            raise _damaged(f"In hanging rule {number}, “{name}” is not a {'yes or no' if wanted is bool else 'text'}.")
        if isinstance(value, str) and (len(value) > MOST_LETTERS or any(ord(c) < 32 for c in value)):
            raise _damaged(f"In hanging rule {number}, “{name}” is longer than {MOST_LETTERS} letters, or has line breaks.")
    if not str(entry.get("title", "")).strip():
        raise _damaged(f"Hanging rule {number} has no title.")
    try:
        layout = Arrangement(entry.get("layout", Arrangement.GRID))
        beside = Beside(entry.get("beside", Beside.NOTHING))
    except ValueError as error:
        raise _damaged(f"Hanging rule {number}: {error}.") from None
    if entry.get("plane", "") not in PLANES:
        raise _damaged(f"Hanging rule {number}: there is no plane “{entry['plane'][:40]}”.")
    return HangingRule(**{**entry, "layout": layout, "beside": beside})


def _damaged(reason: str) -> BadInput:
    return BadInput(reason, remedy="Reset the rules to the built-in ones, or mend the settings file.")
