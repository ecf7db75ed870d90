"""A desk for each journey, and pictures to put on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from tests.journeys.desk import Desk


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
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
