"""Titles: what is allowed, the order people expect, and whether a text that is typed finds one. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container

from storage.errors import Refused
from storage.model.items import MAX_TITLE

_DIGITS = re.compile(r"[0-9]+")


def checked(title: str, what: str = "title") -> str:
    """The title without blanks at its ends, or `Refused`."""
    clean = title.strip()
    if not clean:
        raise Refused(
            f"{'An' if what[0] in 'aeio' else 'A'} {what} cannot be empty.", remedy="Type at least one character.", input=title
        )
    if len(clean) > MAX_TITLE:
        raise Refused(
            f"The {what} has {len(clean)} characters; at most {MAX_TITLE} are allowed.",
            remedy=f"Shorten it to {MAX_TITLE} characters.",
            input=clean,
        )
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in clean):
        raise Refused(f"The {what} holds a control character.", remedy="Remove line breaks and other invisible characters.")
    return clean


def sort_key(title: str) -> str:
    """Case and accents do not count, runs of digits count as numbers: "Img 2" comes before "img 10".

    Each run loses its leading zeros and is led by its length, so plain comparison of bytes gives the order.
    """
    return _DIGITS.sub(_number, fold(title))


def _number(match: re.Match[str]) -> str:
    digits = match[0].lstrip("0")
    size = len(digits)
    return f"{size}{digits}" if size < 9 else f"9{size:03}{digits}"


def fold(text: str) -> str:
    """Without case and accents. What is part of a text stays part of it."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def beginning(word: str) -> str:
    """How the sort keys of titles that begin with the word begin: as far as no number is begun."""
    found = _DIGITS.split(fold(word), 1)
    return found[0]


def unique(title: str, taken: Container[str], *, extension: bool = True, start: int = 2) -> str:
    """The title itself, or with " (2)", " (3)"... before its extension. `taken` is asked in lower case."""
    if title.lower() not in taken:
        return title
    stem, dot, end = title.rpartition(".")
    if not extension or not dot or not stem or len(end) > 5 or " " in end:
        stem, dot, end = title, "", ""
    n = start
    while True:
        tail = f" ({n}){dot}{end}"
        candidate = stem[: MAX_TITLE - len(tail)] + tail
        if candidate.lower() not in taken:
            return candidate
        n += 1


# -- search --------------------------------------------------------------------------------------------------------


def terms(text: str) -> tuple[list[str], list[str]]:
    """What is typed, in words: those of three letters and more are found anywhere, shorter ones begin a word.

    Short pieces without a letter or a digit narrow nothing: nobody can mean them.
    """
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs") or c.isspace())
    words = text.split()
    long = [w for w in words if len(w) >= 3]
    short = [part for w in words if len(w) < 3 for part in _parts(w)]
    return list(dict.fromkeys(long)), list(dict.fromkeys(short))


def _parts(word: str) -> list[str]:
    """As the tokenizer of the search index sees it: runs of letters and digits."""
    return [part for part in re.split(r"[\W_]+", word) if part]


def finder(text: str) -> Callable[[str], bool]:
    """A predicate over titles that says the same as the search in the catalog."""
    long, short = terms(text)
    tests: list[Callable[[str], object]] = [re.compile("".join(_either(c) for c in word)).search for word in long]
    tests += [_beginning_of_word(word) for word in short]
    plain = len(long)

    def finds(title: str) -> bool:
        if not all(test(title) for test in tests[:plain]):
            return False
        if plain == len(tests):
            return True
        folded = fold(title)
        return all(test(folded) for test in tests[plain:])

    return finds


def key_pieces(text: str) -> list[str]:
    """What the sort key of every title that the finder passes holds: a cheap test before the true one."""
    long, short = terms(text)
    return list(dict.fromkeys(piece for word in long + short for piece in _key_pieces(word)))


def key_finder(text: str) -> Callable[[str], bool]:
    """A sharper test of keys that hold the pieces: words of one and two letters must begin a word there too."""
    tests = [_beginning_of_word(word) for word in terms(text)[1] if not any(map(str.isdigit, word))]
    return lambda key: not any(test(key) is None for test in tests) if tests else True


def _key_pieces(word: str) -> list[str]:
    """Texts between numbers and numbers without leading zeros: a number that is found in a number is found there too."""
    pieces = [p.lstrip("0") if p.isascii() and p.isdigit() else p for p in re.split("([0-9]+)", fold(word))]
    return [p for p in pieces if p]


def _beginning_of_word(word: str) -> Callable[[str], object]:
    return re.compile(rf"(?<![^\W_]){re.escape(fold(word))}").search


def glob(word: str) -> str:
    """A GLOB pattern that finds the word anywhere, whatever its case: LIKE knows the case of ASCII letters only."""
    return f"*{''.join(_either(c, star=True) for c in word)}*"


def _either(c: str, *, star: bool = False) -> str:
    forms = {c} | {f for f in (c.lower(), c.upper()) if len(f) == 1}
    if len(forms) > 1:
        return f"[{''.join(sorted(forms))}]"
    if star:
        return f"[{c}]" if c in "*?[" else c
    return re.escape(c)
