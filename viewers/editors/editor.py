"""What every editor of a medium is to the window around it: signals that tell, and the few verbs that are the same for all."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Required, TypedDict

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.labels import FrameKey
from storage.model.ontology import Ontology
from viewers.canvas.patience import patience
from viewers.editors.actions import EditorAction, KeyMap
from viewers.editors.clipboard import Clipboard
from viewers.editors.keys import key_text
from viewers.editors.tool_bar import Icon

#: A run of nudges ends when no key has come for so long (ms): the key that was held may be let go where nobody tells.
NUDGE_MS = 700
TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class EditorOptions(TypedDict, total=False):
    """What whoever shows an editor may hand it: icons by name, the clipboard of the window, keys that were bound anew."""

    icon: Required[Icon]
    clipboard: Clipboard | None
    rebound: Mapping[str, tuple[str, ...]] | None


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
    ontology_wanted = Signal(str, object)  # what a verb wants changed for everybody who uses it, and the ontology changed so
    opened = Signal()
    failed = Signal(object)  # PostilError: nothing to see

    #: Methods of actions that look themselves at what the hand holds; before any other one a drag that is still held is dropped.
    keeps_drag: Container[str] = ()
    own_menu = True  # False: whoever shows the editor has a menu of its own on `menu_wanted`

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        actions: Sequence[EditorAction],
        parent: QWidget | None = None,
        *,
        icon: Icon,
        clipboard: Clipboard | None = None,
        rebound: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.focus, self.ontology = session, focus, ontology
        self.clipboard = clipboard if clipboard is not None else Clipboard()
        self.keymap = KeyMap(actions, rebound)
        self.icon = icon
        self._endings: list[Callable[[], None]] = []  # what it listens to
        self._words, self._stands = 0, ""  # how often something was said, and what was said last
        self.status.connect(self._heard)
        self._nudge_end = QTimer(self)
        self._nudge_end.setSingleShot(True)
        self._nudge_end.setInterval(NUDGE_MS)
        self._nudge_end.timeout.connect(self.settle_nudges)

    @property
    def hint(self) -> str:
        """What the tool in hand expects next; where nothing may be changed, why."""
        return self.session.sealed or self.expects

    @property
    def expects(self) -> str:
        return ""

    #: `describe(instance)` says where an object is, for media without frames; None: its frames say it.
    describe: Callable[[str], str] | None = None
    #: `measure(instance)` says how large an object is, "" where it cannot; None: the panels say its pixels.
    measure: Callable[[str], str] | None = None

    @property
    def settled(self) -> bool:
        """Everything on screen is drawn: what comes next may be prepared."""
        return True

    @property
    def in_sight(self) -> bool:
        """The medium and its labels can be seen, if not all of it in its final sharpness."""
        return self.settled

    @property
    def room(self) -> tuple[float, float, float] | None:
        """For a picture: width and height in logical px, device px for each. None: it shows none."""
        return None

    def close_editor(self) -> None:
        """Stop listening, end timers and workers; a draft is dropped, a run of nudges kept."""
        self.settle()
        for end in self._endings:
            end()
        self._endings = []

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

    def build_menu(self) -> QMenu:
        """The verbs of the selection when there is one, else of the medium."""
        raise NotImplementedError

    def show_menu(self, at: QPoint) -> None:
        """At a place on the screen."""
        menu = self.build_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    @Slot(object, QPoint)
    def _on_menu(self, instance: str | None, at: QPoint) -> None:
        """The right button was pressed on an object, or beside all."""
        if instance is not None and instance not in self.focus.selected:
            self.focus.select((instance,))
        self.menu_wanted.emit(instance, at)
        if self.own_menu:
            self.show_menu(at)

    def title_of(self, action: EditorAction) -> str:
        """What it would do now, in words."""
        return action.title

    def seal(self) -> None:
        """For a look: nothing is to be marked, so nothing invites to."""

    def drafting(self) -> bool:
        """Something has been begun to be drawn that goes with the editor."""
        return False

    def show_tool_bar(self, shown: bool) -> None:
        """Fold or unfold what stands left of the medium."""

    def show_strips(self, shown: bool) -> None:
        """Fold or unfold what stands above, below or beside the medium: transport, timeline, small pictures."""

    def look(self) -> dict[str, Any]:
        """How the person likes to see media of this kind, as plain values: it is kept from one to the next."""
        return {}

    def use_look(self, kept: Mapping[str, Any]) -> None:
        """As `look` said once; what is not understood is passed over."""

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

    # -- what the verbs ask for

    def say(self, text: str) -> None:
        if text:
            self.status.emit(text)

    @Slot(str)
    def _heard(self, text: str) -> None:
        self._words, self._stands = self._words + 1, text

    def _forget_words(self) -> None:
        """What was said of an earlier deed is over: what the tool expects stands again."""
        if self._stands != self.hint:
            self.say(self.hint)

    def ask_answers(self) -> None:
        self.answers_wanted.emit()

    def settle_nudges(self) -> None:
        """A run of nudges becomes a step."""

    def toggle_only_selected(self) -> None:
        self.focus.show(only_selected=not self.focus.display.only_selected)

    def toggle_color_by(self) -> None:
        self.focus.show(color_by="class" if self.focus.display.color_by == "instance" else "instance")

    # -- keys

    def leave_canvas(self) -> None:
        """Give the keyboard to the next widget outside of the canvas (Tab is taken there)."""
        canvas = self.focusProxy()
        assert canvas is not None
        widget = canvas.nextInFocusChain()
        while widget is not canvas:
            takes = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
            if takes and widget.isVisible() and widget.isEnabled() and not canvas.isAncestorOf(widget):
                widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return
            widget = widget.nextInFocusChain()

    def why_not(self, action_id: str) -> str:
        """Why an action cannot be done now; empty when it can."""
        action = self.keymap.action(action_id)
        return self.session.sealed if self.session.sealed and action.changes else action.why_not(self)

    def run(self, action_id: str) -> None:
        """Do an action, or say why it cannot be done now."""
        action, why = self.keymap.action(action_id), self.why_not(action_id)
        if why:
            self.say(why)
            return
        if action.method not in self.keeps_drag:
            self.settle()
        words = self._words
        with patience(self._touched_by(action)):
            action.run(self)
        if self._words == words:
            self._forget_words()
        if action.method == "nudge":
            self._nudge_end.start()

    def _touched_by(self, action: EditorAction) -> int:
        """How many objects an action is about, roughly."""
        if action.method in ("undo", "redo"):
            step = self.session.history.undoable() if action.method == "undo" else self.session.history.redoable()
            return len(step.edits) if step is not None else 0
        return len(self.focus.selected) if action.changes else 0

    def takes_key(self, key: str) -> bool:
        return self.keymap.find(key) is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the map belong to the canvas while it has the focus, before any menu's shortcut. A press there is a new deed."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self.takes_key(key_text(event)):
                event.accept()
                return True
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in TABS:
            return self.handle_key(event)  # else whatever the canvas lies in would give the keyboard away
        elif event.type() == QEvent.Type.FocusOut:
            self.settle_nudges()
        elif event.type() == QEvent.Type.MouseButtonPress:
            self._forget_words()  # the next deed is the mouse's
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self.handle_key(event))

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
