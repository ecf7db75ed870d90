"""What to export and how: shared by the project's tab and the dialog."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from storage.model.label_formats import DICOM_FORMATS
from storage.model.ontology import Ontology
from storage.model.reads import ProjectRow
from widgets import theme, words
from widgets.controls.identity_form import IdentityForm
from widgets.controls.label_format import LabelFormat
from widgets.controls.labels import label
from widgets.controls.shapes import swatch
from widgets.controls.tick_list import TickList


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """`stages` and `classes` None: all of them. Classes are feature hashes of objects and classifications.

    `deidentify`: DICOM files leave with their series, both without the identity of the patient; the options of the profile that
    are on, by name (`storage.services.deidentify_rules.Options`). None: as they are.
    """

    format: str
    stages: frozenset[str] | None = None
    classes: frozenset[str] | None = None
    deidentify: frozenset[str] | None = None


class ExportForm(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format = LabelFormat(self)
        self._hide = QCheckBox(self.tr("Without the identity of patients, series included"), self)
        self._identity = IdentityForm(self)
        self._lost = label("", "small", wrap=True, parent=self)
        self._stages = TickList(self.tr("Stages to export"), self)
        self._all_classes = QCheckBox(self.tr("All labels"), self)
        self._all_classes.setChecked(True)
        self._classes = TickList(self.tr("Labels to export"), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        for title, widgets in (
            (self.tr("Format"), (self._format, self._hide, self._identity, self._lost)),
            (self.tr("From the stages"), (self._stages,)),
            (self.tr("Include"), (self._all_classes, self._classes)),
        ):
            column.addWidget(label(title, "heading", parent=self))
            for widget in widgets:
                column.addWidget(widget)
            column.addSpacing(theme.GAP)
        column.addStretch(1)
        self._format.changed.connect(self._tell_loss)
        self._hide.toggled.connect(self._show_profile)
        self._all_classes.toggled.connect(self._show_classes)
        self._tell_loss()
        self._show_classes()

    def show_project(self, project: ProjectRow, ontology: Ontology) -> None:
        """Ticks stay where the project is the same."""
        kept = self.options()
        self._stages.clear()
        for stage in project.workflow.stages:
            count = words.tasks(project.tasks_by_stage.get(stage.uuid, 0))
            self._stages.add(f"{stage.title}  ·  {count}", stage.uuid, kept.stages is None or stage.uuid in kept.stages)
        self._classes.clear()
        for thing in (*ontology.objects, *ontology.classifications):
            on = kept.classes is None or thing.feature_hash in kept.classes
            entry = self._classes.add(thing.name, thing.feature_hash, on)
            color = getattr(thing, "color", "")
            if color:
                entry.setIcon(swatch(color))
        for view in (self._stages, self._classes):
            view.fit()

    def options(self) -> ExportOptions:
        stages = _unless_all(self._stages)
        classes = None if self._all_classes.isChecked() else _unless_all(self._classes) or frozenset()
        hidden = self._hide.isChecked() and self._format.format in DICOM_FORMATS
        return ExportOptions(self._format.format, stages, classes, self._identity.options() if hidden else None)

    @Slot()
    def _show_profile(self) -> None:
        self._identity.setVisible(self._hide.isChecked() and self._format.format in DICOM_FORMATS)

    @Slot()
    def _tell_loss(self) -> None:
        chosen = self._format.format
        self._hide.setVisible(chosen in DICOM_FORMATS)
        self._show_profile()
        if chosen == "coco":
            text = self.tr("Boxes, polygons, masks and keypoints. What COCO cannot hold is listed after the export.")
        elif chosen == "encord":
            text = self.tr("Everything: all shapes, answers and classifications, one file for the whole project.")
        else:
            text = self.tr("A folder with a file for each series. What the format cannot hold is listed after the export.")
        self._lost.setText(text)

    @Slot()
    def _show_classes(self) -> None:
        self._classes.setVisible(not self._all_classes.isChecked())


def _unless_all(view: TickList) -> frozenset[str] | None:
    """Keys that are ticked; None when all are."""
    on = view.ticked()
    return None if len(on) == view.count() else on
