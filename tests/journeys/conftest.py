"""A desk for each journey, and pictures to put on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from storage.catalog import datasets, ontologies, projects
from storage.model import ontology_edit
from storage.model.geometry import ShapeKind
from storage.model.ontology import Ontology
from tests.journeys.desk import Desk


@pytest.fixture
def desk(plain: QApplication, tmp_path: Path) -> Iterator[Desk]:
    """The program on a new, empty catalog."""
    made = Desk(tmp_path / "catalog").start()
    yield made
    made.close()


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A folder tree as people have them: pictures of several formats, sub-folders, and files that are no pictures."""
    root = tmp_path / "Album"
    for number, name in enumerate(("beach.png", "boat.jpg", "Alps/summit.png", "Alps/2026/hut.webp", "Alps/2026/lake.jpg")):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (160 + 10 * number, 120), (40 * number, 120, 200 - 30 * number)).save(path)
    (root / "Alps" / "torn.jpg").write_bytes((root / "boat.jpg").read_bytes()[:60])
    (root / "notes.xyz").write_text("not a picture")
    return root


@pytest.fixture
def queue(desk: Desk, tmp_path: Path) -> Desk:
    """Four pictures to be labelled with boxes."""
    pictures = [tmp_path / f"{name}.png" for name in "abcd"]
    for number, path in enumerate(pictures):
        Image.new("RGB", (200, 120), (60 * number, 90, 120)).save(path)
    desk.add("Pictures", *pictures)
    dataset = desk.do(datasets.create, "Pictures")
    desk.do(datasets.attach_folder, dataset, desk.reads.folder_by_path("Pictures").id)
    structure, _ = ontology_edit.add_object(Ontology(), "Thing", ShapeKind.BOX)
    desk.do(projects.create, "Boxes", "", desk.do(ontologies.create, "Things", structure), (dataset,))
    return desk
