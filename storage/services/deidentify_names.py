"""Names and IDs of an original identity, found again however they are written.

People write Zürcher, Zuercher and Zurcher, and of “Walpurga Ottilie” only one name. Words are therefore compared without case, accents,
the e of a written-out umlaut and doubled letters; what is only alike in that way is removed as well, which harms nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SHORTEST = 3  # characters: what is shorter is in every file by chance
_LONG = 6  # characters of what is looked for in the bytes of a file
_WORD = re.compile(r"[^\W_]+")
_UMLAUT = re.compile(r"([aou])e")
_DOUBLED = re.compile(r"(.)\1+")
_LETTERS = str.maketrans({"ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "å": "a"})
_WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ø": "oe", "å": "aa"}
)
#: Words that stand in the place of names, or in names of many, and identify nobody.
_HARMLESS = frozenset(
    """anonymous anonymized unknown none n/a postil other null dr dr. prof prof. med mr mrs ms miss herr frau van der den von und the
    dos del las los bin ibn abu for not""".split()
)


def likeness(word: str) -> str:
    """The same for all ways to write a word."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _DOUBLED.sub(r"\1", _UMLAUT.sub(r"\1", plain))


class Names:
    """What must not be found any more: a text holds one where its words are alike, in the same order, side by side."""

    def __init__(self) -> None:
        self._texts: set[str] = set()
        self._rows: dict[str, set[tuple[str, ...]]] = {}  # by the likeness of their first word
        self._unspaced: set[str] = set()  # of scripts that put no room between words

    def __bool__(self) -> bool:
        return bool(self._texts)

    def add(self, text: str, *, person: bool) -> None:
        """Of a person each of several names counts alone, too."""
        text = text.strip()
        if text in self._texts or text.casefold() in _HARMLESS:
            return
        if any("\u2e80" <= letter <= "\uffdc" for letter in text):
            if len(text) > 1:
                self._texts.add(text)
                self._unspaced.add(text)
            return
        if len(text) < SHORTEST:
            return
        words = _WORD.findall(text)
        if words:
            self._texts.add(text)
            row = tuple(likeness(word) for word in words)
            self._rows.setdefault(row[0], set()).add(row)
        if person and len(words) > 1:
            for word in words:
                self.add(word, person=False)

    def held(self, text: str) -> bool:
        return next(self._found(text), None) is not None

    def cut(self, text: str) -> str:
        """What is left without them."""
        kept, end = [], 0
        for start, stop in self._found(text):
            kept.append(text[end : max(start, end)])
            end = max(end, stop)
        return "".join(kept) + text[end:]

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they stand, in order."""
        places = [(m.start(), m.end()) for name in self._unspaced for m in re.finditer(re.escape(name), text)]
        words = list(_WORD.finditer(text))
        alike = [likeness(word[0]) for word in words]
        for at, first in enumerate(alike):
            for row in self._rows.get(first, ()):
                if tuple(alike[at : at + len(row)]) == row:
                    places.append((words[at].start(), words[at + len(row) - 1].end()))
        yield from sorted(places)

    def in_bytes(self) -> dict[str, set[bytes]]:
        """The long ones, as files may hold them."""
        return {text: _forms(text) for text in self._texts if len(text) >= _LONG}


def _forms(text: str) -> set[bytes]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.translate(_LETTERS)) if not unicodedata.combining(c))
    ways = {text, bare, text.translate(_WRITTEN_OUT)}
    cased = {form for way in ways for form in (way, way.upper(), way.lower(), way.title())}
    return {form.encode(code) for form in cased for code in ("utf-8", "latin-1") if code == "utf-8" or _fits(form)}


def _fits(text: str) -> bool:
    return all(ord(letter) < 256 for letter in text)
