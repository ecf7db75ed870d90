"""Find the originals of linked items again, by content, below a folder."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from storage.errors import NotFound
from storage.model.items import Kind, Location
from storage.model.query import ItemQuery
from widgets import words

if TYPE_CHECKING:
    from app.context import AppContext
    from app.messages import Messages
    from app.window import MainWindow
    from storage.model.items import Item
    from storage.progress import Progress
    from storage.services.relink import LinkState, RelinkResult

log = logging.getLogger(__name__)

LINKS = frozenset({Location.LINKED, Location.MISSING, Location.CHANGED})


def check_link(context: AppContext, messages: Messages, item: Item, owner: QObject) -> None:
    """When a linked file is opened: its badge tells how it stands, and one that was changed is told of. Behind the window."""
    if item.location not in LINKS:
        return

    def check() -> list[LinkState]:
        from storage.progress import Progress
        from storage.services.relink import check_links

        return check_links(context.catalog, [item.id], Progress())

    def tell(states: list[LinkState]) -> None:
        if any(state.location is Location.CHANGED for state in states):
            text = QCoreApplication.translate(
                "relinking", "“{0}” was changed after it was added: its labels may not lie where they were made."
            )
            messages.tell(text.format(item.title))

    context.jobs.read(check, tell, lambda error: log.info("link: %s", error), owner=owner)


def ask_file(parent: QWidget, title: str) -> Path | None:
    """A file of the person's choice. Tests replace this."""
    chosen, _filter = QFileDialog.getOpenFileName(parent, title)
    return Path(chosen) if chosen else None


def locate(context: AppContext, messages: Messages, item: Item, parent: QWidget, found: Callable[[], object]) -> None:
    """Where one linked item lies now: the person says it, the content must be the same, or the person takes another."""
    from app.actions.catalog import ask_folder
    from storage.services.relink import OtherContent, find_and_relink
    from storage.services.relink import relink as relink_one

    title = QCoreApplication.translate("relinking", "Where is “{0}” now?").format(item.title)
    series = item.kind is Kind.DICOM_SERIES
    place = ask_folder(parent, title) if series else ask_file(parent, title)
    if place is None:
        return

    def work(accept: bool, progress: Progress) -> None:
        if not series:
            relink_one(context.catalog, item.id, place, accept_changed=accept)
        elif not find_and_relink(context.catalog, [item.id], place, progress).relinked:
            raise NotFound(f"The files of “{item.title}” are not in {place}.", remedy="Choose the folder that holds them.")

    def failed(error: Exception) -> None:
        take = QCoreApplication.translate("relinking", "Take it all the same? Labels stay where they are on the picture.")
        yes = QCoreApplication.translate("relinking", "Take it")
        if isinstance(error, OtherContent) and messages.ask(title, f"{error.reason} {take}", yes=yes, danger=True):
            start(True)
        elif not isinstance(error, OtherContent):
            messages.error(error, title)

    def start(accept: bool) -> None:
        job = context.jobs.start(title, partial(work, accept))
        job.then(parent, lambda _none: found(), failed)

    start(False)


def relink(window: MainWindow, context: AppContext, folder: Path) -> None:
    def work(progress: Progress) -> RelinkResult:
        from storage.services import relink as service

        ids = context.reads.ids(ItemQuery(locations=LINKS))
        states = service.check_links(context.catalog, ids, progress)
        lost = [s.item_id for s in states if s.location is not Location.LINKED]
        return service.find_and_relink(context.catalog, lost, folder, progress)

    def finished(result: RelinkResult) -> None:
        from widgets.dialogs.result_list import ResultList

        found = window.tr("{0} found again, {1} still missing.").format(
            words.items(len(result.relinked)), words.number(len(result.not_found))
        )
        window.messages.tell(found)
        rows = [(s.path, window.tr("Not found below {0}.").format(folder), "") for s in result.not_found]
        rows += [(f.input, f.reason, f.remedy) for f in result.errors]
        if rows:
            ResultList.ask(window, found, rows)

    job = context.jobs.start(window.tr("Locating missing originals"), work)
    job.then(window, finished, lambda error: window.messages.error(error, job.title))
