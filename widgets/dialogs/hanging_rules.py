"""The hanging rules: a list in order, the chosen one as a form, tried on the series that is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from storage.model.hanging import BUILT_IN, MOST_RULES, HangingRule, first_match
from widgets import theme
from widgets.controls.buttons import button
from widgets.controls.hanging_form import HangingForm
from widgets.controls.panel_head import tool_button
from widgets.dialogs.dialog import Dialog
from widgets.icons import icon

RULE = Qt.ItemDataRole.UserRole


class HangingRulesDialog(Dialog):
    """`facts` are those of the open series, None where none is open. `windows`: (id, title) of the presets there are."""

    try_wanted = Signal(object)  # HangingRule
    import_wanted = Signal()  # from a file that the person chooses
    export_wanted = Signal()  # to one

    def __init__(
        self,
        rules: Sequence[HangingRule],
        parent: QWidget | None = None,
        *,
        windows: Sequence[tuple[str, str]] = (),
        facts: Mapping[str, Any] | None = None,
        problem: str = "",
    ) -> None:
        super().__init__(
            self.tr("Hanging rules"),
            self.tr("Save"),
            parent,
            text=self.tr(
                "How a series stands on the screen when it is opened. The first rule that matches it is the one; drag to reorder."
            ),
            width=760,
        )
        self._facts = facts
        self._filling = False
        nothing = QPixmap(theme.ICON, theme.ICON)
        nothing.fill(Qt.GlobalColor.transparent)
        self._nothing = QIcon(nothing)  # keeps the titles in line
        self.list = _RuleList(self)
        self.list.setAccessibleName(self.tr("Rules in order"))
        self.list.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setMinimumHeight(300)
        self.list.setIconSize(QSize(theme.ICON, theme.ICON))
        self.form = HangingForm(windows, self)
        self.add_button = tool_button("ph.plus", self.tr("Add a rule"), self)
        self.copy_button = tool_button("ph.copy", self.tr("Duplicate the rule"), self)
        self.delete_button = tool_button("ph.trash", self.tr("Delete the rule"), self)
        self.up_button = tool_button("ph.arrow-up", self.tr("Earlier"), self)
        self.down_button = tool_button("ph.arrow-down", self.tr("Later"), self)
        self.import_button = button(self.tr("Import…"))
        self.import_button.setToolTip(self.tr("Take the rules of a file in place of these"))
        self.export_button = button(self.tr("Export…"))
        self.export_button.setToolTip(self.tr("Write these rules to a file, for others to import"))
        self.reset_button = button(self.tr("Reset to built-in"))
        self.try_button = button(self.tr("Try on the open series"))
        self._lay_out()
        self._connect()
        self.say_problem(problem)
        self._fill(rules)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(theme.INSIDE)
        for each in (self.add_button, self.copy_button, self.delete_button, self.up_button, self.down_button):
            tools.addWidget(each)
        tools.addStretch()
        left = QVBoxLayout()
        left.setSpacing(theme.INSIDE)
        left.addWidget(self.list, 1)
        left.addLayout(tools)
        row = QHBoxLayout()
        row.setSpacing(theme.GROUP)
        row.addLayout(left, 2)
        row.addWidget(self.form, 3)
        self.body.addLayout(row, 1)
        for place, each in enumerate((self.import_button, self.export_button, self.reset_button, self.try_button)):
            self.buttons.insertWidget(place, each)

    def _connect(self) -> None:
        self.list.currentItemChanged.connect(self._show_chosen)
        self.list.model().rowsMoved.connect(self._tell)
        self.list.shift_wanted.connect(self._move)
        self.list.delete_wanted.connect(self._delete)
        self.form.changed.connect(self._take_form)
        self.add_button.clicked.connect(self._add)
        self.copy_button.clicked.connect(self._duplicate)
        self.delete_button.clicked.connect(self._delete)
        self.up_button.clicked.connect(lambda: self._move(-1))
        self.down_button.clicked.connect(lambda: self._move(1))
        self.import_button.clicked.connect(self.import_wanted)
        self.export_button.clicked.connect(self.export_wanted)
        self.reset_button.clicked.connect(self._reset)
        self.try_button.clicked.connect(self._try)

    # -- the list

    def rules(self) -> tuple[HangingRule, ...]:
        """As they stand in the dialog now."""
        found = (self.list.item(n) for n in range(self.list.count()))
        return tuple(entry.data(RULE) for entry in found if entry is not None)

    def take_over(self, rules: Sequence[HangingRule], source: str) -> None:
        """Those of a file, in place of what stands here; nothing is kept before the person saves."""
        self.say_problem("")
        self._fill(rules)
        self.text.setText(
            self.tr("{0} of “{1}” stand here now. Save keeps them, Cancel leaves all as it was.").format(
                self.tr("1 rule") if len(rules) == 1 else self.tr("{0} rules").format(len(rules)), source
            )
        )

    def exported(self, place: str) -> None:
        self.say_problem("")
        self.text.setText(self.tr("Exported to {0}").format(place))

    def _fill(self, rules: Sequence[HangingRule]) -> None:
        self.list.clear()
        for rule in rules:
            self.list.addItem(self._entry(rule))
        matched = first_match(rules, self._facts) if self._facts is not None else None
        self.list.setCurrentRow(next((n for n, rule in enumerate(rules) if rule is matched), 0))
        self._show_chosen()
        self._tell()

    @staticmethod
    def _entry(rule: HangingRule) -> QListWidgetItem:
        entry = QListWidgetItem(rule.title)
        entry.setData(RULE, rule)
        return entry

    def _insert(self, row: int, rule: HangingRule) -> None:
        self.list.insertItem(row, self._entry(rule))
        self.list.setCurrentRow(row)
        self._tell()
        self.form.focus_title()

    @Slot()
    def _add(self) -> None:
        """Before the chosen one, so that it is asked first; it begins with what the open series is."""
        facts = self._facts or {}
        rule = HangingRule(self.tr("New rule"), str(facts.get("modality") or ""), body_part=str(facts.get("body_part") or ""))
        self._insert(max(0, self.list.currentRow()), rule)

    @Slot()
    def _duplicate(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            title = self.tr("{0}, copy").format(chosen.title)[:200]
            self._insert(self.list.currentRow(), replace(chosen, title=title))

    @Slot()
    def _delete(self) -> None:
        if self.list.currentRow() >= 0:
            self.list.takeItem(self.list.currentRow())
        self._show_chosen()
        self._tell()

    @Slot(int)
    def _move(self, steps: int) -> None:
        row = self.list.currentRow()
        if 0 <= row + steps < self.list.count():
            entry = self.list.takeItem(row)
            self.list.insertItem(row + steps, entry)
            self.list.setCurrentRow(row + steps)
            self._tell()

    @Slot()
    def _reset(self) -> None:
        self.say_problem("")
        self._fill(BUILT_IN)

    def _chosen(self) -> HangingRule | None:
        entry = self.list.currentItem()
        return entry.data(RULE) if entry is not None else None

    # -- the chosen one

    @Slot()
    def _show_chosen(self) -> None:
        rule = self._chosen()
        self._filling = True
        self.form.setEnabled(rule is not None)
        if rule is not None:
            self.form.show_rule(rule)
        self._filling = False
        self._tell()

    @Slot()
    def _take_form(self) -> None:
        entry = self.list.currentItem()
        if self._filling or entry is None:
            return
        rule = self.form.rule()
        entry.setData(RULE, rule)
        entry.setText(rule.title)
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """Which rule the open series hangs by, what can be done, and what keeps the rules from being saved."""
        rules, row = self.rules(), self.list.currentRow()
        first = first_match(rules, self._facts) if self._facts is not None else None
        for n, rule in enumerate(rules):
            entry = self.list.item(n)
            entry.setIcon(icon("ph.check-circle") if rule is first else self._nothing)
            also = rule is not first and self._facts is not None and rule.matches(self._facts)
            told = self.tr("The open series hangs by this rule.") if rule is first else ""
            entry.setToolTip(self.tr("Matches the open series, but an earlier rule does, too.") if also else told)
        for each in (self.copy_button, self.delete_button):
            each.setEnabled(row >= 0)
        full = len(rules) >= MOST_RULES
        self.add_button.setEnabled(not full)
        self.copy_button.setEnabled(row >= 0 and not full)
        self.up_button.setEnabled(row > 0)
        self.down_button.setEnabled(0 <= row < len(rules) - 1)
        self.try_button.setEnabled(row >= 0 and self._facts is not None)
        self.try_button.setToolTip("" if self._facts is not None else self.tr("Open a series first."))
        nameless = any(not rule.title.strip() for rule in rules)
        self.ok.setEnabled(not nameless)
        self.export_button.setEnabled(bool(rules) and not nameless)
        self.ok.setToolTip(self.tr("A rule has no title.") if nameless else "")

    @Slot()
    def _try(self) -> None:
        rule = self._chosen()
        if rule is not None:
            self.try_wanted.emit(rule)


class _RuleList(QListWidget):
    """Dragged, or moved with Ctrl+Up and Ctrl+Down; Delete takes one out."""

    shift_wanted = Signal(int)
    delete_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        elif ctrl and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.shift_wanted.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)
