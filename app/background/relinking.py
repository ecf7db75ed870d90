"""Find the originals of linked items again, by content, below a folder."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

from storage.model.items import Location
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
