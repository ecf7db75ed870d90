"""A COCO file laid out for reading: its parts refer to each other in any order, so it is read once and put by.

Pictures and annotations wait in a temporary database of SQLite (on disk, gone when it is closed) and are asked for by
picture; memory holds the categories and one entry at a time, however large the file is.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, Protocol

from storage.errors import BadInput
from storage.exchange import json_text
from storage.model.ontology import Ontology
from storage.model.ontology_codec import OntologyFault, from_dict

Json = Mapping[str, Any]


class Source(Protocol):
    """A file of bytes."""

    def read(self, size: int = -1, /) -> Any: ...  # bytes; typeshed's own wrapper says Buffer
    def seek(self, offset: int, /) -> int: ...


#: A broken file of up to so many bytes is read once more, whole, to say at which line and column it is broken.
TELL_WHERE = 64 << 20
LARGEST_HEAD = 16 << 20  # bytes of a file in which its ontology is looked for
_TABLES = """
CREATE TABLE images (number INTEGER PRIMARY KEY, id TEXT UNIQUE, row TEXT);
CREATE TABLE given (label_row INTEGER, image INTEGER, PRIMARY KEY (label_row, image)) WITHOUT ROWID;
CREATE TABLE annotations (image TEXT, is_between INTEGER, row TEXT);
"""
_CLEAR = "DELETE FROM images; DELETE FROM annotations;"


class CocoFile:
    """Read when made. Raises `BadInput` where it is no COCO file; `fault(where, why)` hears of annotations left out."""

    def __init__(self, source: Source, fault: Callable[[str, str], None] = lambda where, why: None) -> None:
        self._source, self._fault = source, fault
        self.categories: dict[Any, Json] = {}
        self.image_count = 0
        self._db = sqlite3.connect("", isolation_level=None)
        try:
            for pragma in ("journal_mode=OFF", "synchronous=OFF"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(_TABLES)
            try:
                self._read(floats=True)
            except _BeyondFloat:  # one absurd number must not cost all labels; numbers in full take twice the time
                self._db.execute("COMMIT")
                self._db.executescript(_CLEAR)
                self.categories, self.image_count = {}, 0
                self._read(floats=False)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    # -- asking

    def ontology(self) -> Ontology | None:
        """The one that our own export has at its beginning; None: there is none that could be read."""
        import ijson

        self._source.seek(0)
        head = io.BytesIO(self._source.read(LARGEST_HEAD))
        try:
            told = next(ijson.items(head, "info.postil.ontology", use_float=True), None)
            return from_dict(told) if told is not None else None
        except (ijson.JSONError, UnicodeDecodeError, RecursionError, ValueError, OntologyFault):
            return None

    def images(self) -> Iterator[tuple[int, Json]]:
        """In the order of the file, each with its number there."""
        for number, row in self._db.execute("SELECT number, row FROM images ORDER BY number"):
            yield number, json.loads(row)

    def give(self, image: int, label_row: int) -> None:
        """Remember to which label row a picture belongs."""
        self._db.execute("INSERT OR IGNORE INTO given VALUES (?, ?)", (label_row, image))

    def label_rows(self) -> list[int]:
        sql = "SELECT label_row FROM given GROUP BY label_row ORDER BY min(image)"
        return [row for (row,) in self._db.execute(sql)]

    def images_of(self, label_row: int) -> Iterator[Json]:
        sql = "SELECT row FROM given JOIN images ON number = image WHERE label_row = ? ORDER BY image"
        with closing(self._db.execute(sql, (label_row,))) as rows:
            for (row,) in rows:
                yield json.loads(row)

    def annotations(self, image: Json, *, between: bool = False) -> Iterator[Json]:
        """Of a picture. `between`: those that our own export marked as lying between key frames, else the others."""
        sql = "SELECT row FROM annotations WHERE image = ? AND is_between = ? ORDER BY rowid"
        for (row,) in self._db.execute(sql, (json.dumps(image["id"]), between)).fetchall():
            yield json.loads(row)

    def astray(self) -> Iterator[tuple[Any, Any]]:
        """Annotations of pictures that the file does not have: their ids, and those of the pictures."""
        sql = "SELECT row FROM annotations WHERE image NOT IN (SELECT id FROM images) ORDER BY rowid"
        for (text,) in self._db.execute(sql):
            row = json.loads(text)
            yield row.get("id", "?"), row["image_id"]

    # -- reading

    def _read(self, *, floats: bool) -> None:
        self._source.seek(0)
        begin = 3 if self._source.read(3) == b"\xef\xbb\xbf" else 0
        for part, take in (("images", self._image), ("categories", self._category), ("annotations", self._annotation)):
            self._source.seek(begin)
            found = -1
            self._db.execute("BEGIN")  # one for all of a part: without it every line is one
            for found, row in enumerate(self._items(f"{part}.item", floats)):
                take(found, row)
            self._db.execute("COMMIT")
            if found < 0:
                self._source.seek(begin)
                self._check_empty(part)
        self._db.execute("CREATE INDEX by_image ON annotations (image, is_between)")

    def _items(self, prefix: str, floats: bool) -> Iterator[Any]:
        import ijson

        try:
            yield from ijson.items(self._source, prefix, use_float=floats)
        except (ijson.JSONError, UnicodeDecodeError, RecursionError, ValueError) as error:
            if floats and "overflow" in str(error):
                raise _BeyondFloat from None
            raise self._broken(error) from None

    def _check_empty(self, part: str) -> None:
        """Nothing was found of a part: it must be an empty list, or one that may be absent."""
        import ijson

        try:
            events = (event for prefix, event, _ in ijson.parse(self._source) if prefix == part)
            kind = next(events, None)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise self._broken(error) from None
        if kind == "start_array" or (kind is None and part != "images"):
            return
        if part == "images":
            raise BadInput("This is no COCO file: it has no list “images”.", remedy="Give a COCO annotations file (JSON).")
        raise BadInput("“annotations” and “categories” of a COCO file must be lists.")

    def _broken(self, error: Exception) -> BadInput:
        self._source.seek(0)
        head = self._source.read(TELL_WHERE + 1)
        if len(head) <= TELL_WHERE:
            try:
                json_text.loads(head.decode("utf-8-sig"))
            except BadInput as told:
                return told
            except UnicodeDecodeError:
                return BadInput("This is not a text file in UTF-8.", remedy="Give a JSON file, unpacked.")
        why = (str(error).splitlines() or [type(error).__name__])[0]
        return BadInput(f"This is no JSON that can be read: {why}.", remedy="Write the file anew, or check it elsewhere.")

    def _image(self, place: int, row: Any) -> None:
        own = _id_of(row, "images", place)
        try:
            self._db.execute("INSERT INTO images VALUES (?, ?, ?)", (place, json.dumps(own), _text(row)))
        except sqlite3.IntegrityError:
            raise _twice(own, "images", place) from None
        self.image_count += 1

    def _category(self, place: int, row: Any) -> None:
        own = _id_of(row, "categories", place)
        if own in self.categories:
            raise _twice(own, "categories", place)
        self.categories[own] = row

    def _annotation(self, place: int, row: Any) -> None:
        where = f"annotations[{place}]"
        if not isinstance(row, Mapping) or "image_id" not in row or "category_id" not in row:
            self._fault(where, "it has no image_id or no category_id")
        elif not all(isinstance(row[key], (int, str)) for key in ("image_id", "category_id")):
            self._fault(where, "its image_id or category_id is no number")
        else:
            told = row.get("postil")
            between = isinstance(told, Mapping) and told.get("interpolated") is True
            sql = "INSERT INTO annotations VALUES (?, ?, ?)"
            self._db.execute(sql, (json.dumps(row["image_id"]), between, _text(row)))


class _BeyondFloat(Exception):
    """A number that no float holds."""


def _text(row: Any) -> str:
    try:
        return json.dumps(row, ensure_ascii=False, default=float)
    except RecursionError:
        raise BadInput("The text is nested far too deep.") from None


def _id_of(row: Any, part: str, place: int) -> int | str:
    if not isinstance(row, Mapping) or "id" not in row:
        raise BadInput(f"{part}[{place}] has no id.", input=f"{part}[{place}]")
    if not isinstance(row["id"], (int, str)):
        raise BadInput(f"The id of {part}[{place}] is no number.", remedy="Give every entry a number of its own.")
    return row["id"]


def _twice(own: object, part: str, place: int) -> BadInput:
    return BadInput(f"The id {own} is used twice in {part}.", input=f"{part}[{place}]")
