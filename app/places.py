"""What the window can go to by its name: folders, datasets, ontologies, projects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.window import MainWindow
    from storage.model.reads import Reads

#: Of each kind so many are found at most.
MOST = 5


@dataclass(frozen=True, slots=True)
class Place:
    title: str
    kind: str
    go: Callable[[], object]


def show_folder(window: MainWindow, folder_id: int) -> None:
    _room(window, "files").open_folder(folder_id)


def show_dataset(window: MainWindow, dataset_id: int) -> None:
    _room(window, "datasets").widget.show_dataset(dataset_id)


def show_ontology(window: MainWindow, ontology_id: int) -> None:
    _room(window, "ontologies").widget.show_ontology(ontology_id)


def show_project(window: MainWindow, project_id: int) -> None:
    _room(window, "projects").open_project(project_id)


def show_queue(window: MainWindow, project_id: int) -> None:
    _room(window, "projects").widget.open_project(project_id, queue=True)


def _room(window: MainWindow, name: str) -> Any:
    window.go(name)  # makes the room, where it was not seen before
    return getattr(window.pages, name)


def find_places(window: MainWindow, reads: Reads, text: str) -> list[Place]:
    """Those whose names hold the text, whatever its case; projects first, since that is where people work."""
    tr = window.tr
    kinds = (
        (tr("project"), show_project, reads.find_titles("projects", text, MOST)),
        (tr("dataset"), show_dataset, reads.find_titles("datasets", text, MOST)),
        (tr("ontology"), show_ontology, reads.find_titles("ontologies", text, MOST)),
        (tr("folder"), show_folder, reads.find_folders(text, MOST)),
    )
    return [Place(title, kind, partial(show, window, key)) for kind, show, rows in kinds for key, title in rows]
