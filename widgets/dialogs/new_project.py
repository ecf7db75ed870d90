"""A new project: title, ontology, datasets, and the plain workflow."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from storage.model.reads import Reads
from widgets import theme, words
from widgets.controls.answer_fields import QuietCombo
from widgets.controls.labels import label
from widgets.controls.workflow_strip import WorkflowStrip
from widgets.dialogs.titled import TitledDialog

_ID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class NewProject:
    title: str
    description: str
    ontology_id: int | None  # None: make an empty one of the same title
    dataset_ids: tuple[int, ...]


class NewProjectDialog(TitledDialog):
    @classmethod
    def ask(
        cls, parent: QWidget | None, reads: Reads, *, dataset_ids: tuple[int, ...] = (), ontology_id: int | None = None
    ) -> NewProject | None:
        """What is given is chosen beforehand."""
        dialog = cls(parent, reads, dataset_ids=dataset_ids, ontology_id=ontology_id)
        return dialog.answer() if dialog.run() else None

    def __init__(
        self,
        parent: QWidget | None,
        reads: Reads,
        *,
        dataset_ids: tuple[int, ...] = (),
        ontology_id: int | None = None,
    ) -> None:
        super().__init__(parent, {p.title for p in reads.projects()}, width=520)
        about = self.tr("Every file of its datasets becomes a task, labelled by one ontology.")
        self.name(self.tr("New project"), about, self.tr("Create project"))
        self.ontology = QuietCombo()
        self.ontology.setAccessibleName(self.tr("Ontology"))
        self.datasets = QListWidget()
        self.datasets.setAccessibleName(self.tr("Datasets"))
        self.count = label("", "small")
        self._fill_ontologies(reads, ontology_id)
        self._fill_datasets(reads, dataset_ids)
        self._lay_out()
        self.datasets.itemChanged.connect(self._count)
        self.datasets.itemDoubleClicked.connect(self._toggle)
        self._count()

    def _lay_out(self) -> None:
        for heading, widget in ((self.tr("Ontology"), self.ontology), (self.tr("Datasets"), self.datasets)):
            title = label(heading, "heading")
            title.setBuddy(widget)
            self.body.addSpacing(theme.INSIDE)
            self.body.addWidget(title)
            self.body.addWidget(widget)
        self.body.addWidget(self.count)
        workflow = QVBoxLayout()
        workflow.setSpacing(theme.INSIDE)
        heading = label(self.tr("Workflow"), "heading")
        workflow.addWidget(heading)
        row = QHBoxLayout()
        row.addWidget(WorkflowStrip([self.tr("Annotate 1"), self.tr("Complete")]))
        row.addStretch(1)
        workflow.addLayout(row)
        self.body.addSpacing(theme.INSIDE)
        self.body.addLayout(workflow)

    def _fill_ontologies(self, reads: Reads, chosen: int | None) -> None:
        for row in sorted(reads.ontologies(), key=lambda r: r.title.casefold()):
            self.ontology.addItem(row.title, row.id)
        self.ontology.addItem(self.tr("New, empty ontology"), None)
        if chosen is not None:
            self.ontology.setCurrentIndex(max(0, self.ontology.findData(chosen)))

    def _fill_datasets(self, reads: Reads, chosen: tuple[int, ...]) -> None:
        rows = sorted(reads.datasets(), key=lambda r: r.title.casefold())
        for row in rows:
            entry = QListWidgetItem(f"{row.title}   ·   {words.items(row.items)}")
            entry.setData(_ID, row.id)
            entry.setData(int(_ID) + 1, row.items)
            entry.setSizeHint(QSize(80, theme.ROW))
            entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = row.id in chosen or len(rows) == 1
            entry.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            self.datasets.addItem(entry)
        self.datasets.setFixedHeight(min(6, max(2, len(rows))) * theme.ROW + 8)

    def _chosen(self) -> list[QListWidgetItem]:
        entries = [self.datasets.item(row) for row in range(self.datasets.count())]
        return [e for e in entries if e.checkState() == Qt.CheckState.Checked]

    @Slot(object)
    def _toggle(self, entry: QListWidgetItem) -> None:
        on = entry.checkState() == Qt.CheckState.Checked
        entry.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)

    @Slot()
    def _count(self) -> None:
        tasks = sum(e.data(int(_ID) + 1) for e in self._chosen())
        if not self.datasets.count():
            text = self.tr("There is no dataset yet. One can be attached later in the project's settings.")
        elif not self._chosen():
            text = self.tr("None chosen: datasets can be attached later in the project's settings.")
        else:
            text = words.tasks(tasks)
        self.count.setText(text)

    def answer(self) -> NewProject:
        ids = tuple(e.data(_ID) for e in self._chosen())
        return NewProject(self.typed_title, self.typed_description, self.ontology.currentData(), ids)
