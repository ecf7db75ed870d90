"""What every editor of a medium is to the window around it: signals that tell, and the few verbs that are the same for all."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.labels import FrameKey
from storage.model.ontology import Ontology
from viewers.editors.actions import EditorAction, KeyMap
from viewers.editors.keys import key_text


class Editor(QWidget):
    """One medium, its tools, its timeline. Labels are changed through `session` alone; what is looked at is in `focus`.

    `keymap` holds the actions of this editor; an action names a public method. Whoever shows an editor ends it with
    `close_editor()`; the medium (decoder, pictures, sound) belongs to whoever opened it.
    """

    status = Signal(str)  # what the tool expects next, or what has just happened
    place = Signal(str)  # where the pointer or the playing head is, and what is there
    tools_changed = Signal()  # the tools offered, or the one in hand
    menu_wanted = Signal(object, QPoint)  # instance under the pointer or None; sent before the menu is shown
    answers_wanted = Signal()  # the person wants to answer the questions of the selected object
    opened = Signal()
    failed = Signal(object)  # PostilError: nothing to see

    session: EditSession
    focus: Focus
    ontology: Ontology
    keymap: KeyMap

    @property
    def hint(self) -> str:
        """What the tool in hand expects next."""
        return ""

    #: `describe(instance)` says where an object is, for media without frames; None: its frames say it.
    describe: Callable[[str], str] | None = None

    @property
    def settled(self) -> bool:
        """Everything on screen is drawn: what comes next may be prepared."""
        return True

    def close_editor(self) -> None:
        """Stop listening, end timers and workers; a draft is dropped."""
        raise NotImplementedError

    def settle(self) -> None:
        """End a gesture that is still open, so that what it did is one step."""

    def set_ontology(self, ontology: Ontology) -> None:
        """It was changed while the task is open."""
        self.ontology = ontology

    def go_to(self, at: FrameKey) -> None:
        """Show a frame, page or member."""
        self.focus.set(at=at)

    def reveal(self, instance: str) -> None:
        """Go where an object is and bring it into the middle."""
        raise NotImplementedError

    def show_menu(self, at: QPoint) -> None:
        """The verbs of the selection, at a place on the screen."""

    def title_of(self, action: EditorAction) -> str:
        """What it would do now, in words."""
        return action.title

    def show_tool_bar(self, shown: bool) -> None:
        """Fold or unfold what stands left of the medium."""

    def show_strips(self, shown: bool) -> None:
        """Fold or unfold what stands above, below or beside the medium: transport, timeline, small pictures."""

    def tool_bar_shown(self) -> bool:
        return False

    # -- undo: a draft first, then the last step

    def undo(self) -> None:
        self.session.undo()

    def redo(self) -> None:
        self.session.redo()

    def can_undo(self) -> bool:
        return bool(self.session.undo_text)

    def can_redo(self) -> bool:
        return bool(self.session.redo_text)

    # -- keys

    def why_not(self, action_id: str) -> str:
        """Why an action cannot be done now; empty when it can."""
        action = self.keymap.action(action_id)
        return action.why_not(self)

    def run(self, action_id: str) -> None:
        """Do an action, or say why it cannot be done now."""
        why = self.why_not(action_id)
        if why:
            self.status.emit(why)
            return
        self.keymap.action(action_id).run(self)

    def handle_key(self, event: QKeyEvent) -> bool:
        """True: it was one of this editor's keys."""
        action = self.keymap.find(key_text(event))
        if action is None:
            return False
        self.run(action.id)
        return True

    def rebind(self, action_id: str, keys: tuple[str, ...]) -> None:
        if action_id in self.keymap:
            self.keymap.rebind(action_id, keys)
