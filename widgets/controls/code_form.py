"""The DICOM code of a class: found by its name in the standard's list, or filled in by hand."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import QCompleter, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from storage.errors import PostilError
from storage.model import dicom_codes
from storage.model.dicom_codes import Code, KnownCode
from widgets import theme
from widgets.controls.answer_fields import QuietCombo
from widgets.controls.buttons import button, line
from widgets.controls.labels import label
from widgets.controls.search_field import dress_search
from widgets.controls.shapes import swatch
from widgets.icons import icon

_FOUND_MOST = 480  # px: how wide what is found may be
SHOWN = 14  # hits in sight


class CodeForm(QWidget):
    """Folded until there is a code or somebody wants one. It stores nothing."""

    chosen = Signal(object, object)  # Code or None, category or None
    color_wanted = Signal(str)  # #RRGGBB, usual for the code

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code: Code | None = None
        self._category: Code | None = None
        self._color = ""
        self._unfold = button(self.tr("DICOM code"), "ph.caret-right", parent=self)
        self._unfold.setCheckable(True)
        self._unfold.setToolTip(self.tr("What exported segmentations say that this is"))
        self.search = QLineEdit(self)
        dress_search(self.search, self.tr("liver, neoplasm …"))
        self.search.setAccessibleName(self.tr("Find a DICOM code"))
        self.value, self.scheme, self.meaning = (QLineEdit(self) for _ in range(3))
        self.kind = QuietCombo(self)
        self.fault = label("", "danger", wrap=True, parent=self)
        self.fault.hide()
        self.use_color = button(self.tr("Use its usual colour"), "", parent=self)
        self.clear = button(self.tr("No code"), "ph.x", parent=self)
        self._lay_out()
        self._known: tuple[KnownCode, ...] = ()
        self._unfold.toggled.connect(self._show_body)
        for field in (self.value, self.scheme, self.meaning):
            field.editingFinished.connect(self.flush)
        self.kind.activated.connect(self._choose_kind)
        self.use_color.clicked.connect(self._want_color)
        self.clear.clicked.connect(self._clear)
        self._show_body(False)

    def _lay_out(self) -> None:
        self._body = QWidget(self)
        form = QFormLayout(self._body)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.GROUP)
        form.setVerticalSpacing(theme.GAP)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Find"), self.search)
        for title, field, most in (
            (self.tr("Value"), self.value, dicom_codes.MAX_VALUE),
            (self.tr("Scheme"), self.scheme, dicom_codes.MAX_SCHEME),
            (self.tr("Meaning"), self.meaning, dicom_codes.MAX_MEANING),
        ):
            field.setMaxLength(most)
            field.setAccessibleName(title)
            form.addRow(title, field)
        self.scheme.setPlaceholderText("SCT")
        form.addRow(self.tr("Category"), self.kind)
        form.addRow("", self.fault)
        deeds = QHBoxLayout()
        deeds.addWidget(self.use_color)
        deeds.addStretch(1)
        deeds.addWidget(self.clear)
        form.addRow(deeds)  # from the left edge: beside the titles there is no room for both
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(line())
        head = QHBoxLayout()
        head.addWidget(self._unfold)
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(self._body)

    # -- what is shown

    def show_codes(self, code: Code | None, category: Code | None, color: str, *, fresh: bool) -> None:
        """`color`: that of the class. `fresh`: of another class than before."""
        if fresh:
            self._unfold.setChecked(code is not None)
            self._say("")
            self.search.clear()
        self._code, self._category, self._color = code, category, color
        shown = code or Code("", "", "")
        for field, text in ((self.value, shown.value), (self.scheme, shown.scheme), (self.meaning, shown.meaning)):
            if fresh or not field.isModified():
                field.setText(text)
                field.setModified(False)
        self._unfold.setText(self.tr("DICOM code: {0}").format(code.meaning or code.value) if code else self.tr("DICOM code"))
        if self._unfold.isChecked():
            self._show_kind()
        self._offer_color()

    @Slot(bool)
    def _show_body(self, on: bool) -> None:
        self._body.setVisible(on)
        self._unfold.setIcon(icon("ph.caret-down" if on else "ph.caret-right"))
        if on:
            self._fill_lists()
            self._show_kind()
            self._offer_color()

    def _fill_lists(self) -> None:
        """Once, when first wanted."""
        if self._known:
            return
        self._known = dicom_codes.known()
        for category in dicom_codes.categories():
            self.kind.addItem(category.meaning, category)
        completer = QCompleter(QStringListModel([_line_of(k) for k in self._known], self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(SHOWN)
        completer.popup().setProperty("popup", True)  # it has a border
        longest = max(self.fontMetrics().horizontalAdvance(_line_of(k)) for k in self._known)
        completer.popup().setMinimumWidth(min(longest, _FOUND_MOST) + 40)  # no code is cut for the narrow field above it
        self.search.setCompleter(completer)
        completer.activated[QModelIndex].connect(self._found)

    def _show_kind(self) -> None:
        wanted = self._category or next(c for c in dicom_codes.categories() if c.meaning == "Tissue")
        place = next((n for n in range(self.kind.count()) if dicom_codes.same(self.kind.itemData(n), wanted)), -1)
        if place < 0:  # of another world: kept
            self.kind.addItem(wanted.meaning or wanted.value, wanted)
            place = self.kind.count() - 1
        self.kind.setCurrentIndex(place)
        self.kind.setEnabled(self._code is not None)
        self.clear.setEnabled(self._code is not None)

    def _offer_color(self) -> None:
        known = dicom_codes.of(self._code) if self._unfold.isChecked() else None
        usual = known.color if known is not None else ""
        self.use_color.setVisible(bool(usual) and usual.upper() != self._color.upper())
        if usual:
            self.use_color.setIcon(swatch(usual))

    def _say(self, text: str) -> None:
        self.fault.setText(text)
        self.fault.setVisible(bool(text))

    # -- what is wanted

    @Slot(QModelIndex)
    def _found(self, hit: QModelIndex) -> None:
        found = next((k for k in self._known if _line_of(k) == hit.data()), None)
        if found is not None:
            self._take(found.code, found.category)

    def _take(self, code: Code | None, category: Code | None) -> None:
        for field in (self.value, self.scheme, self.meaning):
            field.setModified(False)
        self._say("")
        self.chosen.emit(code, category)

    @Slot()
    def flush(self) -> None:
        """What was typed counts once it is whole."""
        if not any(field.isModified() for field in (self.value, self.scheme, self.meaning)):
            return
        texts = [field.text().strip() for field in (self.value, self.scheme, self.meaning)]
        if not any(texts):
            self._take(None, None)
            return
        try:
            code = dicom_codes.check(Code(*texts))
        except PostilError as error:
            self._say(f"{error.reason} {error.remedy}".strip())
            return
        known = dicom_codes.of(code)
        self._take(code, known.category if known else self._category or self.kind.currentData())

    @Slot(int)
    def _choose_kind(self, place: int) -> None:
        if self._code is not None:
            self._take(self._code, self.kind.itemData(place))

    @Slot()
    def _want_color(self) -> None:
        if (known := dicom_codes.of(self._code)) is not None:
            self.color_wanted.emit(known.color)

    @Slot()
    def _clear(self) -> None:
        for field in (self.value, self.scheme, self.meaning):
            field.clear()
        self._take(None, None)


def _line_of(known: KnownCode) -> str:
    return f"{known.code.meaning}    {known.code.value} {known.code.scheme}"
