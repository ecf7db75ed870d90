"""Which coded concept a class of objects stands for, so that other programs know a liver by more than its name.

Kept among the keys of the class in the ontology's JSON, `"dicom": {"code": {value, scheme, meaning}, "category": {...}}`. The
list beside this file is that of the standard for segments (PS3.16 context groups 7150 and 7152 to 7199, by SNOMED CT), with
the colours that are usual for some.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from storage.errors import Refused

KEY = "dicom"
MAX_VALUE, MAX_SCHEME, MAX_MEANING = 64, 16, 64  # letters, as DICOM bounds them


@dataclass(frozen=True, slots=True)
class Code:
    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True, slots=True)
class KnownCode:
    code: Code
    category: Code
    color: str  # #RRGGBB usual for it; "" where none is


@cache
def categories() -> tuple[Code, ...]:
    return tuple(Code(*found) for found in _list()["categories"])


@cache
def known() -> tuple[KnownCode, ...]:
    """By meaning."""
    kinds = categories()
    return tuple(KnownCode(Code(v, s, m), kinds[n], color[0] if color else "") for v, s, m, n, *color in _list()["codes"])


@cache
def _list() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("storage.model").joinpath("dicom_codes.json").read_text("utf-8"))
    return found


def of(code: Code | None) -> KnownCode | None:
    """What is known of a code, whatever it is called."""
    return None if code is None else next((k for k in known() if same(k.code, code)), None)


def same(one: Code, two: Code) -> bool:
    return (one.value, one.scheme) == (two.value, two.scheme)


def told(extra: Mapping[str, Any], name: str) -> Code | None:
    """The `code` or the `category` of a class, by the unknown keys of its JSON."""
    table = extra.get(KEY)
    found = table.get(name) if isinstance(table, dict) else None
    if not isinstance(found, dict) or not found.get("value") or not found.get("scheme"):
        return None
    return Code(str(found["value"]), str(found["scheme"]), str(found.get("meaning") or ""))


def with_codes(extra: Mapping[str, Any], code: Code | None, category: Code | None) -> dict[str, Any]:
    """These keys with another code and category; what else stands there stays."""
    table = extra.get(KEY)
    inner = {k: v for k, v in table.items() if k not in ("code", "category")} if isinstance(table, dict) else {}
    for name, found in (("code", code), ("category", category)):
        if found is not None:
            inner[name] = asdict(check(found))
    others = {k: v for k, v in extra.items() if k != KEY}
    return {**others, KEY: inner} if inner else others


def check(code: Code) -> Code:
    """Raises Refused where DICOM has no room for it."""
    for text, what, most in (
        (code.value, "code value", MAX_VALUE),
        (code.scheme, "coding scheme", MAX_SCHEME),
        (code.meaning, "code meaning", MAX_MEANING),
    ):
        if not text.strip():
            raise Refused(f"A DICOM code needs a {what}.", remedy="Fill in value, scheme and meaning, or empty all three.")
        if len(text) > most or "\\" in text or not text.isprintable():
            raise Refused(f"A {what} has at most {most} letters and no backslash.", remedy="Shorten it.", input=text[:80])
    return code
