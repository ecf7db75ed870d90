"""The running program: one catalog, its shared parts, and the windows on it."""

from __future__ import annotations

import contextlib
import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QSize, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

from app import single_instance
from app.collecting import Collector
from app.context import AppContext
from app.jobs import JobRunner
from app.messages import Messages
from app.places import show_queue
from app.settings import Settings
from app.short_hash import short_hash
from app.window import MainWindow
from app.window_state import WindowState
from storage.errors import CatalogDamaged, NotFound
from storage.progress import Progress
from widgets.bus import CatalogBus

if TYPE_CHECKING:
    from app.rescue import Shown
    from storage.catalog.engine import Catalog

log = logging.getLogger(__name__)


class Program(QObject):
    """`show` puts the first window up; `open` then fetches the catalog in a job and gives it to the window."""

    NOTICE_MS = 2000
    #: Looking after the catalog begins this long after it was opened: it would hold up the first clicks.
    UPKEEP_AFTER_MS = 3000

    def __init__(self, path: Path, settings: Settings, *, user: str | None = None, last_crash: str = "") -> None:
        super().__init__()
        self.path, self.settings, self.user = path, settings, user
        self.jobs = JobRunner(self)
        self.bus = CatalogBus(self)
        file = settings.path.parent / "windows" / f"{short_hash(str(path), 16)}.json"
        self.state = WindowState(file, self.jobs.leave, self)
        self.context: AppContext | None = None
        self._shown: list[Shown] = []  # labels that were on the screen when damage was found
        self._rescued = ""  # what became of them
        self._damaged: Catalog | None = None  # given up; it is closed before another one is opened in its place
        self._looking = False  # for damage
        self.jobs.read_failed.connect(self._on_read_failed)
        self.windows: list[MainWindow] = []
        self._last_crash = last_crash
        self._wishes: dict[str, object] = {}  # that came before the catalog was open
        self._listener: single_instance.Listener | None = None
        self._collector = Collector(self)
        self._notice = QTimer(self)
        self._notice.setInterval(self.NOTICE_MS)
        self._notice.timeout.connect(self._notice_others)
        self._upkeep = QTimer(self)
        self._upkeep.setSingleShot(True)
        self._upkeep.setInterval(self.UPKEEP_AFTER_MS)
        self._upkeep.timeout.connect(self._check)

    def show(self) -> None:
        self.windows.append(MainWindow(self))
        self.windows[0].show()
        self._listener = single_instance.Listener(self.path, self)
        self._listener.asked.connect(self._on_asked)

    def new_window(self) -> MainWindow:
        """Another window on the same catalog, for another monitor."""
        window = MainWindow(self, main=False)
        self.windows.append(window)
        if self.context is not None:
            window.use(self.context)
        screens = QApplication.screens()
        here = self.windows[0].screen()
        other = next((s for s in screens if s is not here), None)
        if other is not None:
            window.move(other.availableGeometry().topLeft())
        else:
            _put_over(window, self.windows[0])
        window.show()
        return window

    @Slot()
    def open(self) -> None:
        job = self.jobs.start("Open catalog", self._open, visible=False)
        job.finished.connect(self._on_opened)
        job.failed.connect(self._on_not_opened)
        QTimer.singleShot(0, _load_pages)

    def _open(self, progress: Progress) -> object:
        from storage.catalog.connect import can_write
        from storage.catalog.engine import Catalog

        self._close_damaged()
        database = self.path / "catalog.sqlite"
        if not database.exists() and (not self.path.exists() or not any(self.path.iterdir())):
            return Catalog.create(self.path)
        only_read = database.exists() and not can_write(self.path, database)
        catalog = Catalog.open(self.path, user=self.user, read_only=only_read, progress=progress)
        if self._shown:
            from app.rescue import write_back

            self._rescued, self._shown = write_back(catalog, self._shown), []
        return catalog

    @Slot(object)
    def _on_opened(self, catalog: object) -> None:
        from app.background.thumbnails import ThumbnailLoader
        from storage.catalog.engine import Catalog
        from storage.media.thumbnails import ThumbnailStore

        assert isinstance(catalog, Catalog)
        thumbs = ThumbnailLoader(
            ThumbnailStore(catalog.paths.thumbnails, read_only=catalog.read_only),
            partial(_original, catalog),
            self.jobs.processes,
            self,
        )
        self.context = AppContext(catalog, self.bus, self.jobs, self.settings, Messages(self.windows[0]), thumbs)
        catalog.listen(self.bus.publish)
        for window in self.windows:
            window.use(self.context)
        if self._rescued:
            self.windows[0].messages.tell(self._rescued)
            self._rescued = ""
        if self._wishes:
            self._on_asked(self._wishes)
        self._notice.start()
        if self._last_crash:
            self.windows[0].messages.tell(
                self.tr("Postil ended unexpectedly last time. Everything you finished is here; the log has the details.")
            )
        QTimer.singleShot(0, self._collector.start)  # `main` has switched the interpreter's own off
        self._upkeep.start()

    @Slot()
    def _check(self) -> None:
        assert self.context is not None
        catalog = self.context.catalog
        check = self.jobs.start("Check catalog", lambda _progress: catalog.verify(), visible=False)
        check.failed.connect(self._on_damaged)
        if not catalog.read_only:
            check.finished.connect(self._tidy)  # nothing is thrown away from a damaged catalog

    @Slot()
    def _tidy(self) -> None:
        """Once per start: old trash and what work that was killed left behind go for good."""
        if self.context is None:  # closed meanwhile
            return
        catalog, days = self.context.catalog, self.settings.values.trash_days

        def work(progress: Progress) -> object:
            from storage.services import leftovers
            from storage.services.trash import empty

            leftovers.sweep(catalog)
            return empty(catalog, days, progress)

        job = self.jobs.start("Tidy the catalog", work, visible=False)
        job.failed.connect(lambda error: log.warning("the trash was not emptied: %s", error))
        job.ended.connect(self._encode)
        job.ended.connect(self._read_again)

    @Slot()
    def _encode(self) -> None:
        """Sequences whose video is missing: not finished last time, or thrown away with the cache."""
        if self.context is not None:
            from app.background.encoding import Encoding

            Encoding.of(self.context.catalog, self.jobs).look()

    @Slot()
    def _read_again(self) -> None:
        """Series that an earlier version has added learn what their headers say; see `storage.services.reread`."""
        if self.context is None:
            return
        catalog = self.context.catalog

        def work(progress: Progress) -> None:
            from storage.services.reread import reread

            for failure in reread(catalog, progress).errors:
                log.warning("the headers of a series were not read again: %s", failure.reason)

        job = self.jobs.start("Read the headers of earlier versions", work, visible=False)
        job.failed.connect(lambda error: log.warning("headers were not read again: %s", error))
        job.ended.connect(self._make_up)

    @Slot()
    def _make_up(self) -> None:
        """Series that an import, ended early, has left where they lie are copied now; see `storage.services.bring_in`."""
        if self.context is None:
            return
        from storage.catalog import copies

        catalog = self.context.catalog

        def work(progress: Progress) -> None:
            from storage.services.bring_in import make_up

            for failure in make_up(catalog, progress).errors:
                log.warning("a series was not copied: %s", failure.reason)

        def copy(owed: list[int]) -> None:
            if owed:
                job = self.jobs.start(self.tr("Copying series into the catalog"), work)
                job.failed.connect(lambda error: log.warning("series were not copied: %s", error))

        self.jobs.read(lambda: copies.owed(catalog.reader()), copy, owner=self)

    @Slot(object)
    def _on_not_opened(self, error: Exception) -> None:
        self._collector.start()
        self.windows[0].show_failure(error, self._restore_offer(error))

    @Slot(object)
    def _on_read_failed(self, error: Exception) -> None:
        from storage.catalog.connect import speaks_of_damage

        if speaks_of_damage(error):
            self.look_for_damage(error)

    @Slot(object)
    def look_for_damage(self, _sign: object) -> None:
        """Something could not be read or written as if the catalog were damaged: is it, and which backup is good?"""
        if self.context is None or self._looking:
            return
        self._looking = True
        catalog = self.context.catalog
        check = self.jobs.start("Check catalog", lambda _progress: catalog.verify(), visible=False)
        check.failed.connect(self._on_damaged)
        check.ended.connect(self._looked)

    @Slot()
    def _looked(self) -> None:
        self._looking = False

    @Slot(object)
    def _on_damaged(self, error: Exception) -> None:
        """Nothing more is written; the pages go, and the ways on take their place."""
        if self.context is None:
            return
        if not isinstance(error, CatalogDamaged):
            self.windows[0].messages.error(error, self.tr("Check catalog"))
            return
        log.error("the catalog is damaged: %s", error.details or error)
        self._notice.stop()
        self._upkeep.stop()
        for job in self.jobs.jobs:
            job.cancel()
        self.context.thumbs.close()
        for window in self.windows:
            self._shown += window.pages.shown_labels() if window.pages is not None else []
        self._damaged, self.context = self.context.catalog, None
        if self.windows[0].main:
            self.state.save_geometry(self.windows[0])
        left, self.windows = self.windows, [MainWindow(self)]
        self.windows[0].show_failure(error, self._restore_offer(error))
        self.windows[0].show()
        for window in left:
            window.give_up()

    def _close_damaged(self) -> None:
        """In a job: its threads are waited for."""
        if self._damaged is not None:
            self._damaged.close()
            self._damaged = None

    def _restore_offer(self, error: Exception) -> Path | None:
        """The newest good backup of a damaged catalog."""
        return error.backups[0] if isinstance(error, CatalogDamaged) and error.backups else None

    def restore(self, backup: Path) -> None:
        """Put a backup in the place of the damaged database and open it."""
        from storage.catalog.backups import restore

        def work(_progress: Progress) -> Path | None:
            self._close_damaged()
            return restore(backup, self.path)

        job = self.jobs.start(self.tr("Restore backup"), work, visible=False)
        job.finished.connect(lambda _kept: self.open())
        job.failed.connect(self._on_not_opened)

    @Slot()
    def _notice_others(self) -> None:
        """Another process (the command line) may have written: ask cheaply, now and then."""
        if self.context is not None:
            catalog = self.context.catalog
            for window in self.windows:
                window.status_line.warn(self.tr("The disk is full: free some space") if catalog.disk_is_full else "")
            self.jobs.read(
                catalog.notice_others, lambda _moved: None, lambda error: log.warning("notice: %s", error), owner=self
            )

    @Slot(object)
    def _on_asked(self, wishes: dict[str, object]) -> None:
        """By a second start, or by whoever has opened this window; `project`: the title of one that is to be shown."""
        if wishes.get("raise") and self.windows:
            bring_to_front(self.windows[0])
        project = wishes.get("project")
        if isinstance(project, str) and project:
            self._wishes = {} if self.context is not None else {"project": project}
            self.show_project(project)

    def show_project(self, title: str) -> None:
        """Its queue, where there is one of that title."""
        if self.context is not None and self.windows:
            with contextlib.suppress(NotFound):
                row = self.context.catalog.reads.project_by_title(title)
                show_queue(self.windows[0], row.id)

    def on_unexpected(self, error: BaseException) -> None:
        """An exception nobody expected, already logged: open sessions are saved as they go, so say so once."""
        if self.windows:
            QTimer.singleShot(0, lambda: self.windows and self.windows[0].messages.error(error))

    def forget(self, window: MainWindow) -> None:
        if window in self.windows:
            self.windows.remove(window)

    def close(self) -> None:
        self._notice.stop()
        self._upkeep.stop()
        self._collector.stop()
        self.state.save()
        if self._listener is not None:
            self._listener.close()
        self.jobs.close()
        if self.context is not None:
            self.context.thumbs.close()
            self.context.catalog.close()
            self.context = None
        self._close_damaged()


def _original(catalog: Catalog, item_id: int) -> Path | None:
    from storage.services.originals import face_of

    return face_of(catalog, catalog.reads.item(item_id))


def _put_over(window: QWidget, first: QWidget) -> None:
    """A little to the right of the first window and below it, and all of it on the screen."""
    room, frame = first.screen().availableGeometry(), first.frameGeometry()
    edges = frame.size() - first.size()
    corner = frame.topLeft() + QPoint(32, 32)
    left = room.bottomRight() - corner
    window.resize(window.size().boundedTo(QSize(left.x(), left.y()) - edges).expandedTo(window.minimumSize()))
    over = corner + QPoint(window.width() + edges.width(), window.height() + edges.height()) - room.bottomRight()
    window.move(corner - QPoint(max(0, over.x()), max(0, over.y())))


def _load_pages() -> None:
    """While the catalog is being opened there is nothing else to do."""
    import app.background.thumbnails
    import app.pages  # noqa: F401


def bring_to_front(window: QWidget) -> None:
    window.setWindowState(window.windowState() & ~window.windowState().WindowMinimized)
    window.raise_()
    window.activateWindow()
