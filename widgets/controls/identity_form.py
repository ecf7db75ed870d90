"""What stays when DICOM files leave without the identity of the patient: the options of the confidentiality profile (PS3.15)."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.answer_fields import QuietCombo
from widgets.controls.labels import label
from widgets.controls.tick_list import TickList

#: On unless somebody takes them off: without them drawings and reports lose what they are for.
_USUAL = ("clean_graphics", "clean_structured_content")


class IdentityForm(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dates = QuietCombo(self)
        self.dates.setAccessibleName(self.tr("Dates and times"))
        self.dates.addItem(self.tr("are removed"), "")
        self.dates.addItem(self.tr("are shifted, all of a patient by the same days"), "modify_dates")
        self.dates.addItem(self.tr("stay as they are"), "retain_full_dates")
        self.keeps = TickList(self.tr("What stays without the identity"), self)
        for name, title in self._profile():
            self.keeps.add(title, name, name in _USUAL)
        self.keeps.fit()
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        row.addWidget(label(self.tr("Dates and times"), parent=self))
        row.addWidget(self.dates, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(row)
        column.addWidget(self.keeps)
        note = self.tr("What is burned into pixels, and faces, stay: the report beside the files names the series to look at.")
        column.addWidget(label(note, "small", wrap=True, parent=self))

    def _profile(self) -> tuple[tuple[str, str], ...]:
        return (
            ("clean_graphics", self.tr("Keep drawings on pictures, cleaned of names")),
            ("clean_structured_content", self.tr("Keep what reports say, cleaned of names")),
            ("clean_descriptors", self.tr("Keep descriptions, cleaned of names")),
            ("retain_patient_characteristics", self.tr("Keep sex, age, size and weight")),
            ("retain_device_identity", self.tr("Keep which device it was")),
            ("retain_institution_identity", self.tr("Keep which institution it was")),
            ("retain_uids", self.tr("Keep the UIDs")),
            ("retain_safe_private", self.tr("Keep private elements known to be safe")),
        )

    def options(self) -> frozenset[str]:
        """Names of `storage.services.deidentify_rules.Options` that are on."""
        return self.keeps.ticked() | {str(self.dates.currentData())} - {""}
