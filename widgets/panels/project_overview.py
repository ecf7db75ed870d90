"""How far a project is: tasks per stage, labels per class, drawn with plain bars."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from storage.model.changes import Changes
from storage.model.items import Kind
from storage.model.ontology import Ontology
from storage.model.reads import ProjectRow, Reads
from storage.model.workflow import StageKind
from widgets import theme, words
from widgets.bus import CatalogBus
from widgets.controls.banner import Banner
from widgets.controls.bars import Bar, BarList
from widgets.controls.labels import label
from widgets.item_models.project_rows import progress_of
from widgets.labelable import SHAPE_FOR, kinds_in, without_classes
from widgets.latest import Latest
from widgets.when_seen import WhenSeen
from widgets.work import Work


class ProjectOverview(QWidget):
    add_class_wanted = Signal(int, object)  # ontology, ShapeKind

    def __init__(self, reads: Reads, bus: CatalogBus, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads = reads
        self._project: ProjectRow | None = None
        self._counts, self._kinds = Latest(work, self), Latest(work, self)
        self._banners = {kind: Banner("warning", self) for kind in Kind}
        self._figures = [(label("", parent=self), label("", "quiet", parent=self)) for _ in range(3)]
        self._about = label("", "quiet", wrap=True, parent=self)
        self._stages, self._classes = BarList(self), BarList(self)
        self._labels_note = label("", "quiet", wrap=True, parent=self)
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(500)
        self._soon.timeout.connect(self._read)
        self._stale = WhenSeen(self, self._read)
        self._restless = WhenSeen(self, self._soon.start)
        bus.changed.connect(self._catalog_changed)

    def _lay_out(self) -> None:
        figures = QHBoxLayout()
        figures.setSpacing(48)
        for value, name in self._figures:
            value.setFont(theme.font(22, strong=True))
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(value)
            pair.addWidget(name)
            figures.addLayout(pair)
        figures.addStretch(1)
        inner = QWidget()
        inner.setMaximumWidth(980)
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.GROUP, theme.GROUP, theme.GROUP, theme.GROUP)
        column.setSpacing(theme.GROUP)
        for banner in self._banners.values():
            column.addWidget(banner)
        column.addWidget(self._about)
        column.addLayout(figures)
        for title, bars in ((self.tr("Tasks by stage"), self._stages), (self.tr("Labels by class"), self._classes)):
            heading = label(title, "heading")
            column.addWidget(heading)
            column.addWidget(bars)
        column.addWidget(self._labels_note)
        column.addStretch(1)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(inner, 0, 0)
        grid.setColumnStretch(0, 10)
        grid.setColumnStretch(1, 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def show_project(self, project: ProjectRow) -> None:
        same = self._project is not None and self._project.id == project.id
        self._project = project
        self._about.setText(project.description)
        self._about.setVisible(bool(project.description))
        done, total = progress_of(project)
        share = self.tr("complete, {share} %").format(share=done * 100 // total) if total else self.tr("complete")
        self._figure(0, words.number(total), self.tr("tasks"))
        self._figure(1, words.number(done), share)
        if not same:
            self._figure(2, "…", self.tr("labels"))
            self._classes.show_bars([])
            self._labels_note.setText("")
            for banner in self._banners.values():
                banner.say("")
        ends = {s.uuid for s in project.workflow.stages if s.kind is StageKind.COMPLETE}
        bars = [
            Bar(s.title, project.tasks_by_stage.get(s.uuid, 0), theme.success().name() if s.uuid in ends else "")
            for s in project.workflow.stages
        ]
        self._stages.show_bars(bars, total=total)
        self._stale()  # counting labels may be slow: not behind another tab

    def _figure(self, place: int, value: str, name: str) -> None:
        self._figures[place][0].setText(value)
        self._figures[place][1].setText(name)

    @Slot()
    def _read(self) -> None:
        self._soon.stop()
        project = self._project
        if project is None:
            return
        self._counts.ask(
            lambda: (self._reads.ontology(project.ontology_id), self._reads.label_counts(project.id)),
            self._show_counts,
            self._no_counts,
        )
        self._kinds.ask(
            lambda: (kinds_in(self._reads, project.dataset_ids), self._reads.ontology(project.ontology_id)),
            self._show_kinds,
            self._no_counts,
        )

    def _show_counts(self, answer: tuple[Ontology, dict[str, int]]) -> None:
        ontology, counts = answer
        bars = [Bar(o.name, counts.get(o.feature_hash, 0), o.color) for o in ontology.objects]
        bars += [Bar(c.name, counts.get(c.feature_hash, 0)) for c in ontology.classifications]
        shown = sorted((b for b in bars if b.value), key=lambda b: -b.value)
        self._classes.show_bars(shown)
        self._classes.setVisible(bool(shown))
        self._labels_note.setText("" if shown else self.tr("Nothing is labelled yet."))
        self._labels_note.setVisible(not shown)
        self._figure(2, words.number(sum(counts.values())), self.tr("labels"))

    def _no_counts(self, error: Exception) -> None:
        self._figure(2, "—", self.tr("labels"))
        self._labels_note.setText(self.tr("The labels could not be counted: {why}").format(why=error))
        self._labels_note.setVisible(True)

    def _show_kinds(self, answer: tuple[frozenset[Kind], Ontology]) -> None:
        missing = without_classes(*answer)
        for kind, banner in self._banners.items():
            if kind not in missing:
                banner.say("")
                continue
            name = words.kind(kind)
            text = self.tr(
                "The datasets hold files of the kind “{kind}”, and the ontology has no class that can be drawn on them."
            )
            add = (self.tr("Add a class"), partial(self._add_class, kind))
            banner.say(text.format(kind=name), *((add,) if kind in SHAPE_FOR else ()))

    def _add_class(self, kind: Kind) -> None:
        if self._project is not None:
            self.add_class_wanted.emit(self._project.ontology_id, SHAPE_FOR[kind])

    @Slot(object)
    def _catalog_changed(self, changes: Changes) -> None:
        if self._project is not None and (
            changes.everything or changes.label_rows or changes.ontologies or changes.dataset_members
        ):
            self._restless()
