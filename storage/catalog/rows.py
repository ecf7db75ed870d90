"""Lists of items: the first rows at once, counts, ids in order, thin rows for a block of ids.

The first rows are the first of the full order, so a list does not jump when the ids come. A text that hits little is sorted
whole; one that hits much is found by walking the order and testing, because then the first hits come soon. Where they do
not (a million titles, and what was typed stands at the end of the alphabet) the first that are known are shown.
"""

from __future__ import annotations

import heapq
import itertools
import json
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from storage.catalog.people import visible_folders
from storage.catalog.search import (
    INDEX,
    LABELLED,
    TERM,
    Condition,
    Text,
    filters,
    folder_scope,
    identified,
    names_series,
    narrow,
    narrows,
    order_by,
    parse_text,
)
from storage.model import titles
from storage.model.items import FileRow, Kind, Location
from storage.model.people import User
from storage.model.query import ItemQuery, ItemSelection, SortBy

BLOCK = 256
#: Hits that are sorted whole. In a million items, more than these are one in 250: walking finds 256 of them soon.
FEW_HITS = 4_000
#: Rows that are walked before another way is taken.
LONG_WALK = 80_000
SHORT_WALK = 24_000
#: Folders whose orders are merged; more are walked in the order of the whole catalog.
FEW_FOLDERS = 64

_KINDS = {str(kind): kind for kind in Kind}
_LOCATIONS = {str(location): location for location in Location}

_ROW = f"""SELECT i.id, i.title, i.kind, i.size, i.width, i.height, i.frames, i.duration, i.location, i.created_at,
    (SELECT count(*) FROM data_units u WHERE u.item_id = i.id AND u.removed_at IS NULL),
    {LABELLED}, i.warnings <> '[]', i.folder_id, i.sha256
    FROM items i WHERE i.id IN ({", ".join("?" * BLOCK)})"""


#: From the ids to the rows, and not, as SQLite would rather, along an index until enough of them are met.
_AMONG = "FROM json_each(?) j CROSS JOIN items i ON i.id = j.value"


# -- rows ----------------------------------------------------------------------------------------------------------


def rows(db: sqlite3.Connection, viewer: User, ids: Sequence[int]) -> list[FileRow | None]:
    """In the order of the ids; None for what is gone."""
    found: dict[int, FileRow] = {}
    for at in range(0, len(ids), BLOCK):
        block = list(ids[at : at + BLOCK])
        block += [0] * (BLOCK - len(block))  # one statement for every length: SQLite prepares it once
        for row in db.execute(_ROW, block):
            found[row[0]] = _row(row)
    seen = visible_folders(db, viewer)
    if seen is not None:
        found = {id_: row for id_, row in found.items() if row.folder_id in seen or _met(db, viewer, row)}
    return [found.get(id_) for id_ in ids]


def _row(row: tuple[Any, ...]) -> FileRow:
    id_, title, kind, size, width, height, frames, duration, location, created, datasets, labelled, warned, folder, sha = row
    key = sha.hex() if sha is not None else None
    kind, location = _KINDS[kind], _LOCATIONS[location]
    labelled, warned = bool(labelled), bool(warned)
    return FileRow(
        id_, title, kind, size, width, height, frames, duration, location, created, datasets, labelled, warned, folder, key
    )


def _met(db: sqlite3.Connection, viewer: User, row: FileRow) -> bool:
    from storage.catalog.people import sees_item

    return sees_item(db, viewer, row.id, row.folder_id)


# -- the whole order -----------------------------------------------------------------------------------------------


def ids(db: sqlite3.Connection, viewer: User, query: ItemQuery) -> array[int]:
    """Every id, in order: 0.2 s for a million without a text."""
    condition, folder_ids = _whole(db, viewer, query)
    index = ""
    if folder_ids is None and len(condition.parts) == 1 and not query.trashed and query.sort is not SortBy.TITLE:
        index = f"INDEXED BY {INDEX[query.sort]} "  # holds all that is asked; SQLite would read the rows
    return _array(db, f"SELECT i.id FROM items i {index}WHERE {condition.sql} {order_by(query)}", condition.params)


def count(db: sqlite3.Connection, viewer: User, query: ItemQuery, stop_at: int | None = None) -> int:
    """`stop_at`: as many as that are counted at most."""
    text = parse_text(query.text)
    if stop_at is None or not text or text.hopeless or names_series(db, query.text):
        condition, _ = _whole(db, viewer, query)
        limit = "" if stop_at is None else " LIMIT ?"
        params = [*condition.params, *([] if stop_at is None else [stop_at])]
        return _value(db, f"SELECT count(*) FROM (SELECT 1 FROM items i WHERE {condition.sql}{limit})", params)
    condition = filters(query, folder_scope(db, viewer, query))
    text.verify(condition)
    hits, hit_params = text.hits()
    # Hit by hit, so that it can stop; CROSS keeps SQLite from starting at the other end.
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({hits}) h CROSS JOIN items i ON i.id = h.rowid WHERE {condition.sql} LIMIT ?)"
    return _value(db, sql, [*hit_params, *condition.params, stop_at])


def selected_ids(db: sqlite3.Connection, viewer: User, selection: ItemSelection) -> array[int]:
    """What an operation is about to touch, oldest first; ids that are gone or hidden from the viewer are left out."""
    condition, given = _selected(db, viewer, selection)
    return _array(db, f"SELECT i.id FROM items i WHERE {condition.sql} ORDER BY i.id", given)


def selection_size(db: sqlite3.Connection, viewer: User, selection: ItemSelection) -> tuple[int, int]:
    condition, given = _selected(db, viewer, selection)
    found = db.execute(f"SELECT count(*), coalesce(sum(i.size), 0) FROM items i WHERE {condition.sql}", given).fetchone()
    return (found[0], found[1])


def _selected(db: sqlite3.Connection, viewer: User, selection: ItemSelection) -> tuple[Condition, list[Any]]:
    if selection.query is not None:
        condition, _ = _whole(db, viewer, selection.query)
        if selection.but:
            condition.add("i.id NOT IN (SELECT value FROM json_each(?))", json.dumps(list(selection.but)))
        return condition, condition.params
    condition = Condition()
    condition.add("i.id IN (SELECT value FROM json_each(?))", json.dumps(list(selection.ids - selection.but)))
    condition.add("i.trashed_at IS NULL")
    seen = visible_folders(db, viewer)
    if seen is not None:
        condition.add("i.folder_id IN (SELECT value FROM json_each(?))", json.dumps(list(seen)))
    return condition, condition.params


def _whole(db: sqlite3.Connection, viewer: User, query: ItemQuery) -> tuple[Condition, list[int] | None]:
    folder_ids = folder_scope(db, viewer, query)
    condition = filters(query, folder_ids)
    narrow(db, parse_text(query.text), condition)
    return condition, folder_ids


# -- the first rows ------------------------------------------------------------------------------------------------


def first_ids(db: sqlite3.Connection, viewer: User, query: ItemQuery, limit: int) -> list[int]:
    """The first of the full order. Only where a text hits very much, and that not soon, the first that are known of it."""
    text = parse_text(query.text)
    folder_ids = folder_scope(db, viewer, query)
    if folder_ids == [] or text.hopeless:
        return []
    if query.trashed or (not text and query.dataset_id is not None and _is_small_dataset(db, query.dataset_id)):
        return _sorted(db, query, text, folder_ids, limit)
    if not text:
        found, is_all = _walked(db, query, text, folder_ids, limit, LONG_WALK)
        return found if is_all else _sorted(db, query, text, folder_ids, limit)
    titled = _first_by_title(db, query, text, folder_ids, limit)
    series = identified(query.text)
    named = [row[0] for row in db.execute(f"{series[0]} LIMIT ?", (*series[1], FEW_HITS))] if series is not None else []
    return _sorted_among(db, query, Text(), folder_ids, [*titled, *named], limit) if named else titled


def _first_by_title(
    db: sqlite3.Connection, query: ItemQuery, text: Text, folder_ids: list[int] | None, limit: int
) -> list[int]:
    sql, params = text.hits()
    hits = [row[0] for row in db.execute(f"{sql} LIMIT ?", (*params, FEW_HITS + 1))]
    if len(hits) <= FEW_HITS:
        return _sorted_among(db, query, text, folder_ids, hits, limit)
    found, is_all = _walked(db, query, text, folder_ids, limit, SHORT_WALK)
    if is_all:
        return found
    some = _passing(db, query, text, _beginning_with(db, query, text, folder_ids))
    known = _sorted_among(db, query, text, folder_ids, [*hits, *some, *found], limit)
    return known or _sorted(db, query, text, folder_ids, limit)


def _sorted(db: sqlite3.Connection, query: ItemQuery, text: Text, folder_ids: list[int] | None, limit: int) -> list[int]:
    """All of them sorted, the first kept: right whatever is asked, slow where that is much."""
    condition = filters(query, folder_ids)
    narrow(db, text, condition)
    sql = f"SELECT i.id FROM items i WHERE {condition.sql} {order_by(query)} LIMIT ?"
    return list(_array(db, sql, [*condition.params, limit]))


def _sorted_among(
    db: sqlite3.Connection, query: ItemQuery, text: Text, folder_ids: list[int] | None, hits: list[int], limit: int
) -> list[int]:
    """Of what the search index found, what passes, sorted."""
    if text.trigrams:  # the index of words was not asked, and the one of trigrams knows only pieces
        hits = _passing(db, query, text, hits)
    condition = filters(query, folder_ids, one_by_one=True)
    sql = f"SELECT DISTINCT i.id {_AMONG} WHERE {condition.sql} {order_by(query)} LIMIT ?"
    return list(_array(db, sql, [json.dumps(hits), *condition.params, limit]))


def _beginning_with(db: sqlite3.Connection, query: ItemQuery, text: Text, folder_ids: list[int] | None) -> list[int]:
    """Titles near the first word in the order of titles: what a person most likely means."""
    words = text.text.split()
    start = titles.beginning(words[0]) if words else ""
    if not start or query.sort is not SortBy.TITLE or (folder_ids is not None and len(folder_ids) > 1):
        return []
    pieces = titles.key_pieces(text.text)
    has = "".join(" AND instr(i.sort_key, ?)" for _ in pieces)
    where, index = f"i.sort_key >= ? AND i.sort_key < ?{has}", "items_order"
    params: list[Any] = [start, start + chr(0x10FFFF), *pieces]
    if folder_ids is not None:
        where, params, index = f"i.folder_id = ? AND {where}", [folder_ids[0], *params], "items_title"
    sql = f"SELECT i.id, i.sort_key FROM items i INDEXED BY {index} WHERE i.trashed_at IS NULL AND {where} {order_by(query)}"
    likely = titles.key_finder(text.text)
    return [row[0] for row in db.execute(f"{sql} LIMIT ?", [*params, 2 * BLOCK]) if likely(row[1])]


def _is_small_dataset(db: sqlite3.Connection, dataset_id: int) -> bool:
    sql = "SELECT count(*) FROM (SELECT 1 FROM data_units WHERE dataset_id = ? AND removed_at IS NULL LIMIT ?)"
    return _value(db, sql, [dataset_id, FEW_HITS]) < FEW_HITS


def _walked(
    db: sqlite3.Connection, query: ItemQuery, text: Text, folder_ids: list[int] | None, limit: int, longest: int
) -> tuple[list[int], bool]:
    """The first that pass, along the order, and whether they are all that was asked for."""
    if not text and not narrows(query):
        order = _in_order(db, query, folder_ids, [], limit)
        return ([], False) if order is None else ([row[0] for row in itertools.islice(order, limit)], True)
    pieces = titles.key_pieces(text.text) if text and query.sort is SortBy.TITLE else []
    order = _in_order(db, query, folder_ids, pieces, longest)
    if order is None:
        return [], False
    likely = titles.key_finder(text.text) if pieces else None
    found: list[int] = []
    size, walked = 256, 0
    while walked < longest:
        chunk = list(itertools.islice(order, size))
        found += _passing(db, query, text, [row[0] for row in chunk if likely is None or likely(row[1])])
        if len(found) >= limit:
            return found[:limit], True
        if len(chunk) < size:
            return found, _is_short(db, folder_ids, longest)
        walked += size
        size = min(size * 2, 8192)
    return found, False


def _is_short(db: sqlite3.Connection, folder_ids: list[int] | None, longest: int) -> bool:
    """Whether a walk of that length saw everything."""
    within: str = ""
    params: list[Any] = []
    if folder_ids is not None:
        within, params = " AND folder_id IN (SELECT value FROM json_each(?))", [json.dumps(folder_ids)]
    sql = f"SELECT count(*) FROM (SELECT 1 FROM items WHERE trashed_at IS NULL{within} LIMIT ?)"
    return _value(db, sql, [*params, longest]) < longest


def _passing(db: sqlite3.Connection, query: ItemQuery, text: Text, candidates: list[int]) -> list[int]:
    """Of candidates that are in the right folders, those that pass the rest; their order is kept."""
    if not candidates:
        return []
    condition = filters(query, None, one_by_one=True)
    finds = titles.finder(text.text) if text else None
    sql = f"SELECT i.id, i.title {_AMONG} WHERE {condition.sql}"
    rows = db.execute(sql, [json.dumps(candidates), *condition.params])
    passed = {row[0] for row in rows if finds is None or finds(row[1])}
    return [id_ for id_ in candidates if id_ in passed]


def _in_order(
    db: sqlite3.Connection, query: ItemQuery, folder_ids: list[int] | None, pieces: list[str], longest: int
) -> Iterator[tuple[Any, ...]] | None:
    """(id, sort term, folder) of live items of the folders, lazily; None where no index gives that order.

    Of each stretch of an index no more than `longest` rows are read, and those whose term holds the pieces returned.
    """
    term, way = TERM[query.sort], " DESC" if query.descending else ""
    has = " AND ".join(["1", *("instr(term, ?)" for _ in pieces)])
    outer = f"SELECT id, term, folder_id FROM (SELECT i.id, {term} AS term, i.folder_id FROM items i INDEXED BY {{}}"
    tail = f" LIMIT ?) WHERE {has}"
    if folder_ids is None:
        known = [row[0] for row in db.execute("SELECT id FROM folders LIMIT ?", (FEW_FOLDERS + 1,))]
    else:
        known = folder_ids
    if len(known) <= FEW_FOLDERS:
        where = f" WHERE i.trashed_at IS NULL AND i.folder_id = ? ORDER BY {term}{way}, i.id{way}"
        sql = outer.format(INDEX[query.sort]) + where + tail
        cursors = [db.cursor().execute(sql, (folder_id, longest, *pieces)) for folder_id in known]
        return cursors[0] if len(cursors) == 1 else heapq.merge(*cursors, key=_place(query), reverse=query.descending)
    if query.sort is not SortBy.TITLE:
        plain = not query.text.strip() and not narrows(query)
        return _merged_first(db, query, folder_ids) if plain and longest <= BLOCK else None
    within: str = ""
    params: list[Any] = []
    if folder_ids is not None:
        within, params = " AND i.folder_id IN (SELECT value FROM json_each(?))", [json.dumps(folder_ids)]
    where = f" WHERE i.trashed_at IS NULL{within} ORDER BY i.sort_key{way}, i.folder_id{way}, i.id{way}"
    return db.cursor().execute(outer.format("items_order") + where + tail, (*params, longest, *pieces))


def _merged_first(db: sqlite3.Connection, query: ItemQuery, folder_ids: list[int] | None) -> Iterator[tuple[Any, ...]]:
    """The first rows of many folders, by the first of each: enough where no row is left out."""
    term, way = TERM[query.sort], " DESC" if query.descending else ""
    if folder_ids is None:
        folder_ids = [row[0] for row in db.execute("SELECT id FROM folders WHERE trashed_at IS NULL")]
    sql = (
        f"SELECT i.id, {term}, i.folder_id FROM items i INDEXED BY {INDEX[query.sort]} WHERE i.trashed_at IS NULL"
        f" AND i.folder_id = ? ORDER BY {term}{way}, i.id{way} LIMIT {BLOCK}"
    )
    place = _place(query)
    pick = heapq.nlargest if query.descending else heapq.nsmallest
    best: list[tuple[Any, ...]] = []
    for folder_id in folder_ids:
        better = []
        for row in db.execute(sql, (folder_id,)):
            if len(best) == BLOCK and (place(row) > place(best[-1])) is not query.descending:
                break
            better.append(row)
        if better:
            best = pick(BLOCK, [*best, *better], key=place)
    return iter(best)


def _place(query: ItemQuery) -> Any:
    """The order of SQLite in Python: nothing before numbers, texts by bytes, ties by folder (titles only) and id."""
    if query.sort is SortBy.TITLE:
        return lambda row: (row[1].encode(), row[2], row[0])
    if query.sort is SortBy.KIND:
        return lambda row: (row[1], row[0])
    return lambda row: (row[1] is not None, row[1] or 0, row[0])


def _array(db: sqlite3.Connection, sql: str, params: Sequence[Any]) -> array[int]:
    found = array("q")
    cursor = db.execute(sql, params)
    while rows := cursor.fetchmany(4096):
        found.extend([row[0] for row in rows])
    return found


def _value(db: sqlite3.Connection, sql: str, params: Sequence[Any]) -> int:
    return int(db.execute(sql, params).fetchone()[0])
