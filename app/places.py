"""What the window can go to by its name: folders, datasets, ontologies, projects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    tr, wanted = window.tr, text.strip().casefold()
    kinds = (
        (tr("project"), show_project, ((p.id, p.title) for p in reads.projects())),
        (tr("dataset"), show_dataset, ((d.id, d.title) for d in reads.datasets())),
        (tr("ontology"), show_ontology, ((o.id, o.title) for o in reads.ontologies())),
    )
    found = []
    for kind, show, rows in kinds:
        held = sorted(
            (r for r in rows if wanted in r[1].casefold()), key=lambda r: (not r[1].casefold().startswith(wanted), r[1])
        )
        found += [Place(title, kind, lambda s=show, i=key: s(window, i)) for key, title in held[:MOST]]
    folders = reads.find_folders(text, MOST)
    return found + [Place(path, tr("folder"), lambda i=key: show_folder(window, i)) for key, path in folders]
