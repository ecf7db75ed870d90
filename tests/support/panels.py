"""What the tests of panels share: a small ontology with every kind of question, a session, a catalog with a project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QAbstractButton, QLineEdit, QTabBar, QTableView, QWidget

from storage.catalog import datasets, folders, ontologies, projects
from storage.catalog.engine import Catalog
from storage.editing import verbs
from storage.editing.on_frames import OnFrames, Still
from storage.editing.session import EditSession
from storage.model import ontology_edit as edit
from storage.model.geometry import Box, ShapeKind
from storage.model.labels import LabelDocument
from storage.model.ontology import AttributeType, Ontology
from tests.support.catalogs import add_items
from tests.support.sent import stored
from widgets.bus import CatalogBus

BY = "ada@localhost.local"


class Things:
    """An ontology by names: `things["Car"]`, `things["Car/Colour/red"]` are feature hashes."""

    def __init__(self) -> None:
        self.ontology = Ontology()
        self._hashes: dict[str, str] = {}
        self.object("Car", ShapeKind.BOX)
        self.question("Car", "Colour", AttributeType.RADIO, "red", "green")
        self.question("Car/Colour/red", "Shade", AttributeType.NUMERIC)
        self.question("Car", "Plate", AttributeType.TEXT)
        self.question("Car", "Parts", AttributeType.CHECKLIST, "wheels", "doors")
        self.object("Tree", ShapeKind.POLYGON)
        self.ontology, made = edit.add_classification(self.ontology, "Weather", AttributeType.RADIO)
        self._hashes["Weather"] = made
        root = self.ontology.classification(made)
        assert root is not None
        self._hashes["Weather?"] = root.attribute.feature_hash
        self.options("Weather", root.attribute.feature_hash, "sun", "rain")

    def __getitem__(self, path: str) -> str:
        return self._hashes[path]

    def object(self, name: str, shape: ShapeKind, **values: Any) -> str:
        self.ontology, self._hashes[name] = edit.add_object(self.ontology, name, shape, **values)
        return self._hashes[name]

    def question(self, owner: str, name: str, kind: AttributeType, *options: str, dynamic: bool = False) -> str:
        self.ontology, made = edit.add_attribute(self.ontology, self[owner], name, kind, dynamic=dynamic)
        path = f"{owner}/{name}"
        self._hashes[path] = made
        self.options(path, made, *options)
        return made

    def options(self, path: str, attribute: str, *labels: str) -> None:
        for label in labels:
            self.ontology, made = edit.add_option(self.ontology, attribute, label)
            self._hashes[f"{path}/{label}"] = made


def make_session(frames: OnFrames = Still()) -> EditSession:  # noqa: B008 - a frozen value
    return EditSession(LabelDocument("row"), stored, author=BY, frames=frames)


def draw(session: EditSession, feature_hash: str, frame: int = 0) -> str:
    edits, uuid = verbs.add_object(session.document, feature_hash, Box(1, 2, 30, 40), ("", frame), by=BY, now=1)
    session.do("Draw", edits)
    return uuid


def static(session: EditSession, owner: str) -> dict[str, Any]:
    return {a.attribute: a.value for a in session.document.answers_of(owner)}


class Ground:
    """A catalog with a folder, a dataset of `items` files, an ontology and a project, told about by a bus."""

    def __init__(self, path: Path, items: int = 5) -> None:
        self.catalog = Catalog.create(path / "catalog", name="Ada", email=BY)
        self.reads = self.catalog.reads
        self.bus = CatalogBus()
        self.catalog.listen(self.bus.publish)
        self.things = Things()
        do = self.catalog.do
        self.folder = do("folder", folders.create, None, "Scans")
        titles = [f"scan {n:04}.jpg" for n in range(items)]
        self.items = do("items", add_items, self.folder, *titles)
        self.dataset = do("dataset", datasets.create, "Set")
        do("attach", datasets.attach_folder, self.dataset, self.folder)
        self.ontology = do("ontology", ontologies.create, "Things", self.things.ontology)
        self.project = do("project", projects.create, "Street", "", self.ontology, (self.dataset,))

    def close(self) -> None:
        self.catalog.close()


def unnamed(widget: QWidget) -> list[str]:
    """Buttons that say nothing to those who hear the screen."""
    return [
        f"{type(b).__name__} in {type(b.parent()).__name__}"
        for b in widget.findChildren(QAbstractButton)
        if not b.isHidden() and not b.text() and not b.accessibleName() and not isinstance(b.parent(), (QLineEdit, QTableView, QTabBar))
    ]  # fmt: skip
