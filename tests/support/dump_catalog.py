"""Writes a small catalog of today's version as SQL text: a fixture for the migrations of later versions.

python -m tests.support.dump_catalog tests/catalogs/v5.sqlite.sql
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np

from storage.catalog import files, labels, members, volumes
from storage.catalog.engine import Catalog
from storage.catalog.volumes import VolumeFile
from storage.editing import verbs
from storage.editing.session import EditSession
from storage.ids import new_uuid
from storage.media.dicom_index import FileWindow, FrameIndex, PixelFormat, Voi
from storage.media.frames import FrameTable
from storage.model.geometry import Box, Polygon
from storage.model.items import Kind, Location, MediaInfo, NewItem
from storage.model.space import VolumeGeometry
from tests.support.catalogs import label_ground

SHAPES = {"Draw box": Box(1, 2, 3.5, 4), "Draw polygon": Polygon.simple(((0, 0), (9.25, 0), (5, 1 / 3)))}


def make(folder: Path) -> None:
    with Catalog.create(folder, name="Ada", email="ada@example.org") as catalog:
        row = catalog.do("Ground", label_ground)
        session = EditSession(labels.load(catalog.reader(), row), lambda c: catalog.submit("Save", labels.save_step, row, c))
        for text, shape in SHAPES.items():
            session.do(text, verbs.add_object(session.document, "CLASS001", shape, ("", 0), by="ada@example.org", now=1)[0])
        session.do("Answer", verbs.set_answer(session.document, next(iter(session.document.instances)), "ATTR0001", "red"))
        session.undo()
        catalog.do("Add image group", members.add_group, 1, group("Corridor", 2), [picture("a.png"), picture("b.png")])
        table = FrameTable(np.arange(5, dtype=np.int64), np.ones(5, np.bool_), Fraction(1, 25)).to_bytes()
        film = MediaInfo(Kind.VIDEO, "video/mp4", 9, 8, 6, 5, 25.0, 0.2, frame_table=table)
        catalog.do(
            "Add film", files.add, 1, [NewItem(new_uuid(), "film.mp4", film, Location.MISSING, "/films/film.mp4", "ab" * 32)]
        )
        head = MediaInfo(
            Kind.DICOM_SERIES, "application/dicom", 200, 8, 6, 2, facts={"series_uid": "1.2.3", "patient_id": "PAT-1"}
        )
        scan = NewItem(new_uuid(), "Head", head, Location.MISSING, "", "ef" * 32)
        behind = [VolumeFile(Location.MISSING, f"/scans/I{n}", f"{n + 1:02x}" * 32, 100, 5) for n in range(2)]
        catalog.do("Add series", volumes.add, 1, scan, behind, frame_index(2).to_bytes())


def frame_index(slices: int) -> FrameIndex:
    geometry = VolumeGeometry(np.array([[0, 0, 2.5 * n] for n in range(slices)]), [1, 0, 0], [0, 1, 0], 0.7, 0.5, 6, 8)
    column = np.zeros(slices)
    return FrameIndex(
        slices,
        1,
        file=np.arange(slices),
        frame_number=column,
        offset=column + 1000,
        length=column + 96,
        format=column,
        voi=column,
        slope=column + 1,
        intercept=column - 1024,
        formats=(PixelFormat("1.2.840.10008.1.2.1", 6, 8),),
        vois=(Voi((FileWindow(40, 400),)),),
        sop_uids=tuple(f"1.2.3.{n}" for n in range(slices)),
        sop_classes=("1.2.840.10008.5.1.4.1.1.2",) * slices,
        geometry=geometry,
    )


def picture(title: str) -> NewItem:
    info = MediaInfo(Kind.IMAGE, "image/png", 100, 8, 6, 1)
    return NewItem(new_uuid(), title, info, Location.MISSING, f"/shots/{title}", f"{len(title):064x}")


def group(title: str, count: int) -> NewItem:
    info = MediaInfo(Kind.IMAGE_GROUP, "", 100 * count, 8, 6, count)
    return NewItem(new_uuid(), title, info, Location.LOCAL, "", "cd" * 32)


def dump(database: Path) -> str:
    db = sqlite3.connect(database)
    lines = [f"PRAGMA {name} = {db.execute(f'PRAGMA {name}').fetchone()[0]};" for name in ("application_id", "user_version")]
    lines.append("BEGIN;")
    shadows = ("items_fts_", "items_words_", "sqlite_")
    made = db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    made = [row for row in made if not row[1].startswith(shadows)]
    lines += [f"{sql};" for _, _, sql in made]
    for kind, name, sql in made:
        if kind == "table" and "VIRTUAL" not in sql and name != "series":  # which triggers fill, as the search indexes
            columns = [r[1] for r in db.execute(f'PRAGMA table_info("{name}")')]
            quoted = " || ', ' || ".join(f'quote("{c}")' for c in columns)
            for (values,) in db.execute(f'SELECT {quoted} FROM "{name}"'):
                lines.append(f'INSERT INTO "{name}" VALUES ({values});')
    db.close()
    return "\n".join([*lines, "COMMIT;", ""])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        make(Path(place) / "c")
        Path(sys.argv[1]).write_text(dump(Path(place) / "c" / "catalog.sqlite"), encoding="utf-8")
