"""Find the originals of linked items again, by content, below a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from storage.model.items import Location
from storage.model.query import ItemQuery
from widgets import words

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow
    from storage.progress import Progress
    from storage.services.relink import RelinkResult

LINKS = frozenset({Location.LINKED, Location.MISSING, Location.CHANGED})


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
    job.finished.connect(finished)
    job.failed.connect(lambda error: window.messages.error(error, job.title))
