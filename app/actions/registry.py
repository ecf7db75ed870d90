"""Actions as data, built once into QActions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from widgets.keys import split_keys

Why = str  # the empty string: it can be done; else the reason why not, shown as tooltip


@dataclass(frozen=True, slots=True)
class Action:
    """`when` says why the verb cannot be done now; `scope` groups keys that may not collide."""

    id: str
    title: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    icon: str = ""
    when: Callable[[], Why] | None = None
    checked: Callable[[], bool] | None = None
    scope: str = "window"
    group: str = "General"
    #: The keys are handled by the widget that has the focus (single letters, drafts); here they are only shown.
    hint_keys: bool = False
    #: It changes the catalog: one that is only read has no use for it.
    changes: bool = False
    #: While its keys are held down it is done again and again.
    repeats: bool = True


class ActionRegistry(QObject):
    """Owns the QActions of one window. `refresh` is called once per turn of the event loop after something changed."""

    def __init__(self, window: QWidget, icon: Callable[[str], QIcon], custom_keys: dict[str, str]) -> None:
        super().__init__(window)
        self._window, self._icon, self._custom = window, icon, custom_keys
        self._actions: dict[str, Action] = {}
        self._later: list[Callable[[], Iterable[Action]]] = []
        self._built: dict[str, QAction] = {}
        self.only_read: Why = ""  # why the catalog cannot be changed

    @property
    def actions(self) -> dict[str, Action]:
        """All of them, by id."""
        self.complete()
        return self._actions

    def later(self, make: Callable[[], Iterable[Action]]) -> None:
        """Actions that nobody can reach before the window is in use: made when all are asked for, or by `complete`."""
        self._later.append(make)

    def complete(self) -> None:
        while self._later:
            self.add(self._later.pop(0)())

    def add(self, actions: Iterable[Action]) -> None:
        for action in actions:
            assert action.id not in self._actions, action.id
            self._actions[action.id] = action
            built = QAction(action.title, self._window)
            built.setObjectName(action.id)
            if action.icon:
                built.setIcon(self._icon(action.icon))
            built.setCheckable(action.checked is not None)
            built.setAutoRepeat(action.repeats)
            built.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            built.triggered.connect(lambda _checked=False, a=action: self.trigger(a.id))
            self._built[action.id] = built
            self.set_keys(action.id, self.keys_of(action))
            if not action.hint_keys:
                self._window.addAction(built)

    def keys_of(self, action: Action) -> tuple[str, ...]:
        if action.id in self._custom:
            return tuple(split_keys(self._custom[action.id]))
        return action.keys

    def set_keys(self, action_id: str, keys: tuple[str, ...]) -> None:
        built, action = self._built[action_id], self._actions[action_id]
        if action.hint_keys:
            _name(built, action.title, keys)
        else:
            built.setShortcuts([QKeySequence(k) for k in keys])

    def shown_keys(self, action_id: str) -> str:
        keys = self.keys_of(self._actions[action_id])
        return QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""

    def qaction(self, action_id: str) -> QAction:
        if action_id not in self._built:
            self.complete()
        return self._built[action_id]

    def why_not(self, action_id: str) -> Why:
        action = self._actions[action_id]
        if self.only_read and action.changes:
            return self.only_read
        return action.when() if action.when else ""

    def trigger(self, action_id: str) -> None:
        if action_id not in self._actions:
            self.complete()
        if not self.why_not(action_id):
            self._actions[action_id].run()
        self.refresh()

    def refresh(self) -> None:
        """Enabled or not, with the reason; checked or not."""
        for action_id, action in self._actions.items():
            built = self._built[action_id]
            why = self.why_not(action_id)
            if built.isEnabled() is bool(why):
                built.setEnabled(not why)
            keys = self.shown_keys(action_id)
            tip = why or (f"{action.title} ({keys})" if keys else action.title)
            if built.toolTip() != tip:
                built.setToolTip(tip)
            if action.checked is not None:
                built.setChecked(action.checked())

    def use_keys(self, custom: dict[str, str]) -> None:
        """The person has changed shortcuts."""
        self._custom = custom
        for action in self._actions.values():
            self.set_keys(action.id, self.keys_of(action))

    def editor_keys(self) -> dict[str, tuple[str, ...]]:
        """Keys the person has given to verbs whose widget handles them itself, by the widget's own ids.

        Only those: one verb can have other keys in one editor than in another (F6 is a window in volumes)."""
        return {
            a.id.removeprefix("edit."): self.keys_of(a) for a in self.actions.values() if a.hint_keys and a.id in self._custom
        }

    def name_as(self, action_id: str, title: str, keys: tuple[str, ...]) -> None:
        """What menus call a verb while the editor on the screen has words and keys of its own for it."""
        _name(self.qaction(action_id), title, keys)

    def reicon(self) -> None:
        """The colour scheme changed."""
        for action_id, action in self._actions.items():
            if action.icon:
                self._built[action_id].setIcon(self._icon(action.icon))

    def menu(self, parent: QWidget, ids: Iterable[str], title: str = "") -> QMenu:
        """A menu of actions; "-" is a separator."""
        self.refresh()
        menu = QMenu(title, parent)
        menu.setToolTipsVisible(True)
        self.fill(menu, ids)
        return menu

    def fill(self, menu: QMenu, ids: Iterable[str]) -> None:
        for action_id in ids:
            if action_id == "-":
                menu.addSeparator()
            else:
                menu.addAction(self.qaction(action_id))


def _name(built: QAction, title: str, keys: tuple[str, ...]) -> None:
    shown = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
    built.setText(f"{title}\t{shown}" if shown else title)
