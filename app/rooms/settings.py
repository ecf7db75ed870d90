"""Settings and the shortcut sheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from widgets import theme
from widgets.controls.shortcut_sheet import Shortcut, ShortcutSheet
from widgets.dialogs.dialog import Dialog
from widgets.panels.settings import Setting, SettingsPanel

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow
    from viewers.editors.actions import KeyMap


def _by_number(title: str) -> list[str | int]:
    """“Draw class 2” before “Draw class 10”."""
    return [int(part) if part.isdigit() else part.casefold() for part in re.split(r"(\d+)", title)]


class SettingsRoom(QObject):
    def __init__(self, window: MainWindow, context: AppContext) -> None:
        super().__init__(window)
        self.window, self.context = window, context
        self.widget = SettingsPanel()
        self.widget.changed.connect(self._on_changed)
        self.widget.deed_wanted.connect(self._edit_hanging)
        self.widget.shortcut_changed.connect(self._on_shortcut)
        self.widget.shortcuts_reset_wanted.connect(self._reset_shortcuts)
        self._end = context.settings.listen(lambda _name: self._show())
        self._show()

    def _show(self) -> None:
        self.widget.show_settings(self._descriptions())
        self.widget.show_shortcuts(self._shortcuts())

    def _descriptions(self) -> list[Setting]:
        v, tr = self.context.settings.values, self.tr
        looks, files, editor = tr("Looks"), tr("Files"), tr("Label editor")
        schemes = (("system", tr("As the system")), ("light", tr("Light")), ("dark", tr("Dark")))
        colors = (("class", tr("By class")), ("instance", tr("By object")))
        return [
            Setting("scheme", tr("Colours"), "choice", v.scheme, looks, schemes),
            Setting("trash_days", tr("Keep deleted things for"), "whole", v.trash_days, files, low=1, high=3650, unit=tr("days")),
            Setting("link_files", tr("Leave added files where they are"), "flag", v.link_files, files, hint=tr("Links instead of copies; the originals must stay in place.")),
            Setting("next_after_submit", tr("Open the next task after submit and skip"), "flag", v.next_after_submit, editor),
            Setting("tool_stays_armed", tr("A tool stays in hand after an object"), "flag", v.tool_stays_armed, editor),
            Setting("fill_opacity", tr("Fill of shapes"), "share", v.fill_opacity, editor),
            Setting("line_width", tr("Width of lines"), "number", v.line_width, editor, low=0.5, high=8, unit="px"),
            Setting("color_by", tr("Colour shapes"), "choice", v.color_by, editor, colors),
            Setting("show_names", tr("Show names of objects"), "flag", v.show_names, editor),
            Setting("hanging", tr("Hanging rules…"), "deed", None, tr("Volumes"), hint=tr("How a series stands on the screen when it is opened, by modality, description, body part, side and view.")),
        ]  # fmt: skip

    @Slot(str, object)
    def _on_changed(self, key: str, value: object) -> None:
        self.context.settings.set(key, value)
        if key == "scheme":
            application = QApplication.instance()
            assert isinstance(application, QApplication)
            theme.apply(application, value)  # type: ignore[arg-type]
        self.window.soon_refresh()

    @Slot()
    def _edit_hanging(self) -> None:
        from app.hanging import keep_rules, rules_dialog

        dialog = rules_dialog(self.context, self.window)
        if dialog.run():
            keep_rules(self.context.settings, dialog.rules())

    # -- shortcuts

    def show_shortcuts(self) -> None:
        self.widget.tabs.setCurrentWidget(self.widget.sheet)

    def show_keys_of(self, keymap: KeyMap) -> None:
        """What the editor on the screen answers to, over it: Escape, and one is where one was."""

        def fill() -> None:
            own = (s for s in self._shortcuts() if s.id.startswith("task.") or s.id.removeprefix("edit.") in keymap)
            sheet.show_shortcuts([s for s in own if s.keys])

        dialog = Dialog(self.tr("Keys of this editor"), self.tr("Close"), self.window, width=780)
        dialog.cancel.hide()
        sheet = ShortcutSheet(dialog)
        sheet.layout().setContentsMargins(0, 0, 0, 0)  # the dialog has its own
        sheet.setMinimumHeight(520)
        sheet.changed.connect(self._on_shortcut)
        sheet.reset_wanted.connect(self._reset_shortcuts)
        dialog.body.addWidget(sheet, 1)
        QShortcut(QKeySequence("F1"), dialog, dialog.reject)
        fill()
        end = self.context.settings.listen(lambda _name: fill())
        dialog.run()
        end()

    def _shortcuts(self) -> list[Shortcut]:
        registry, tr = self.window.registry, self.tr
        places = {
            "window": "", "files": tr("In Files"), "editor": tr("In the label editor"),
            "canvas": tr("On the canvas"), "drawing": tr("While drawing"), "video": tr("In films"), "pages": tr("In pages"),
            "group": tr("In groups"), "volume": tr("In volumes"), "audio": tr("In sounds"), "text": tr("In texts"),
        }  # fmt: skip
        order = list(places)
        ordered = sorted(registry.actions.values(), key=lambda a: (order.index(a.scope), _by_number(a.title)))
        return [Shortcut(a.id, a.title, ";".join(registry.keys_of(a)), places[a.scope], ";".join(a.keys)) for a in ordered]

    @Slot(str, str)
    def _on_shortcut(self, action_id: str, keys: str) -> None:
        changed = {**self.context.settings.values.shortcuts, action_id: keys}
        self._use(changed)

    @Slot()
    def _reset_shortcuts(self) -> None:
        self._use({})

    def _use(self, shortcuts: dict[str, str]) -> None:
        for window in self.window.program.windows:
            window.registry.use_keys(shortcuts)
            if window.pages is not None and window.pages.editor is not None:
                window.pages.editor.use_keys(window.registry.editor_keys())
        self.context.settings.set("shortcuts", shortcuts)  # last: who listens shows what the registries hold now
