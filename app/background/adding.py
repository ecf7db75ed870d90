"""Adding files from the disk: a job with progress, cancel and a result list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QLineEdit

from storage.model.items import Kind
from storage.model.label_formats import FORMAT_OF_SORT
from widgets import words

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow
    from storage.media.dicom_header import LabelFile
    from storage.progress import Progress
    from storage.services.batches import As
    from storage.services.results import IntakeResult


def add_paths(
    window: MainWindow,
    context: AppContext,
    paths: Sequence[Path],
    folder_id: int,
    *,
    link: bool = False,
    dataset_id: int | None = None,
    only: Kind | None = None,
    called: str = "",
    then: Callable[[IntakeResult], object] | None = None,
) -> None:
    """`called`: what they are together, the folder that holds them; else they are counted."""

    def add(**how: Any) -> IntakeResult:
        from storage.services import intake

        return intake.add_paths(context.catalog, list(paths), folder_id, link=link, dataset_id=dataset_id, only=only, **how)

    many = words.folders(len(paths)) if _are_folders(paths) else window.tr("{0} files").format(words.number(len(paths)))
    title = window.tr("Adding {0}").format(called or (paths[0].name if len(paths) == 1 else many))
    _run(window, context, title, add, then, "files" if dataset_id is None else "datasets")


def _are_folders(paths: Sequence[Path]) -> bool:
    """As far as two of them tell: each look at the disk may take its time."""
    return bool(paths) and paths[0].is_dir() and paths[-1].is_dir()


def add_batch(
    window: MainWindow, context: AppContext, paths: Sequence[Path], folder_id: int, as_: As, title: str, *, link: bool = False
) -> None:
    """Pictures become one group or sequence, in the order given; a sequence is encoded after that."""

    def add(**how: Any) -> IntakeResult:
        from storage.services import batches

        return batches.add_batch(
            context.catalog, list(paths), folder_id, as_=as_, title=title, given_order=True, link=link, **how
        )

    def then(result: IntakeResult) -> None:
        from app.background.encoding import Encoding

        if as_ == "image-sequence" and result.added:
            Encoding.of(context.catalog, context.jobs).look()

    _run(window, context, window.tr("Making “{0}”").format(title), add, then)


def _run(
    window: MainWindow,
    context: AppContext,
    title: str,
    add: Callable[..., IntakeResult],
    then: Callable[[IntakeResult], object] | None,
    place: str = "files",
) -> None:
    """`add` behind the window; what it came to is told, and where it wants a look shown to whoever still is at the place."""

    def work(progress: Progress) -> IntakeResult:
        from viewers.decode.thumbs import render

        return add(render=render, progress=progress, processes=context.jobs.processes)

    def finished(result: IntakeResult) -> None:
        window.messages.tell(summary(result))
        if then is not None:
            then(result)
        if not (result.errors or result.stopped or result.labels_found):
            return
        assert window.pages is not None
        if window.stack.currentWidget() is window.pages.page(place) and _hands_are_free():
            show_result(window, result)
        else:
            job.unseen = f"{title}: {summary(result)}"

    job = context.jobs.start(title, work)
    job.then(window, finished, lambda error: window.messages.error(error, title))


def _hands_are_free() -> bool:
    """Nothing is dragged, typed, or asked just now."""
    field = QApplication.focusWidget()
    typed = field.text() if isinstance(field, QLineEdit) and field.isVisible() else ""
    asked = QApplication.activeModalWidget() or QApplication.activePopupWidget()
    return not (typed or asked or QApplication.mouseButtons())


def summary(result: IntakeResult) -> str:
    parts = [f"{words.items(len(result.added))} added"]
    if result.members:
        parts = [f"“{result.added[0].title}” made of {words.frames(Kind.IMAGE_GROUP, result.members)}"]
    if result.skipped:
        parts.append(f"{words.number(len(result.skipped))} skipped")
    if result.errors:
        parts.append(f"{words.number(len(result.errors))} refused")
    if result.cancelled:
        parts.append("cancelled")
    return ", ".join(parts) + "."


def show_result(window: MainWindow, result: IntakeResult) -> None:
    """What was refused, skipped or warned of, with reason and remedy; labels that lay beside series can be imported."""
    from widgets.dialogs.result_list import ResultList

    stopped = [result.stopped] if result.stopped is not None else []
    rows = [(f.input, f.reason, f.remedy) for f in (*stopped, *result.errors, *result.skipped, *result.warnings)]
    title = window.tr("Some files were refused") if result.errors or stopped else window.tr("Added, with remarks")
    understood = [file for file in result.labels_found if file.kind in FORMAT_OF_SORT]
    rows = [*(_label_row(window, file) for file in result.labels_found), *rows]
    if not understood:
        ResultList.ask(window, title, rows, summary(result))
        return
    if not result.errors and not stopped:
        title = window.tr("Labels were found beside the files")
    if ResultList.ask(window, title, rows, summary(result), offer=window.tr("Import these labels…")):
        assert window.pages is not None
        window.pages.page("projects")
        assert window.pages.projects is not None
        window.pages.projects.import_found(understood)


def _label_row(window: MainWindow, file: LabelFile) -> tuple[str, str, str]:
    if file.kind not in FORMAT_OF_SORT:
        what = window.tr("“{0}” ({1}) holds no pictures, and no labels that are understood.").format(file.title, file.kind)
        return str(file.path), what, window.tr("Leave it out.")
    what = window.tr("“{0}” ({1}) holds labels of a series, no pictures.").format(file.title, file.kind)
    return str(file.path), what, window.tr("Import its labels into a project of the series.")
