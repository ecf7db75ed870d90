"""What the text and the HTML editor share: a view of markable text, its objects, search, menu and keys."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any, Unpack

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from storage.editing import verbs
from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.labels import Annotation
from storage.model.ontology import Ontology
from viewers.canvas.background import Bell
from viewers.canvas.text_marks import Mark, Run
from viewers.canvas.text_view import TextView
from viewers.editors.actions import EditorAction
from viewers.editors.context_menu import add_actions, add_classes, start_menu
from viewers.editors.editor import Editor, EditorOptions
from viewers.editors.find_bar import FindBar
from viewers.editors.searching import Searching
from viewers.editors.text_actions import ON_GROUND, ON_OBJECT
from viewers.editors.text_verbs import RangeVerbs, Span
from viewers.scene.finder import Check, Finder
from viewers.scene.text_source import TextSource

#: Instances coloured one by one.
_COLORS = ("#D33115", "#16A5A5", "#7B64FF", "#E27300", "#68BC00", "#FA28FF", "#009CE0", "#B0891B")


class RangeEditor(RangeVerbs, Editor):
    """A subclass makes `view` before it calls `begin`, and says how offsets are kept."""

    view: TextView
    keeps_drag = ("escape", "zoom_in", "zoom_out", "zoom_full_size")
    strip: QWidget  # of buttons below the text

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        actions: Sequence[EditorAction],
        source: TextSource,
        parent: QWidget | None = None,
        **options: Unpack[EditorOptions],
    ) -> None:
        super().__init__(session, focus, ontology, actions, parent, **options)
        self.source = source
        self.loaded = False
        self._grab: tuple[Annotation, int, bool] | None = None
        self._find_from = 0
        self.find_bar = FindBar(self, icon=self.icon)
        self.finder: Finder[Span] = Finder(self.search)
        self.searching = Searching(
            self.finder, self.find_bar, first=self._first_hit, passed=lambda hit: hit[0] >= self._find_from, parent=self
        )
        self._bell = Bell()

    def begin(self, body: QWidget) -> None:
        """Lay out round `body` and start reading."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.find_bar)
        column.addWidget(body, 1)
        self.use_view(self.view)
        self.searching.hit_wanted.connect(self._show_hit)
        self.searching.changed.connect(self._paint_found)
        self.searching.said.connect(self.status)
        self.find_bar.closed.connect(self._take_keyboard)
        self._bell.rung.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self._endings = [
            self.session.listen(self._on_document),
            self.focus.listen(self._on_focus),
            self.source.listen(self._bell.ring),
        ]
        self.view.show_message(self.tr("Reading the file…"))
        self.source.start()
        self._on_arrived()

    def use_view(self, view: TextView) -> None:
        """The view that is marked in; another one may take its place when the text is known."""
        self.view = view
        self.setFocusProxy(view)
        view.installEventFilter(self)
        view.range_drawn.connect(self._on_drawn)
        view.place_clicked.connect(self._on_clicked)
        view.end_grabbed.connect(self._on_grabbed)
        view.end_moved.connect(self._on_end_moved)
        view.end_dropped.connect(self._on_end_dropped)
        view.caret_moved.connect(self._tell_place)
        view.hovered.connect(self._on_hovered)
        view.menu_wanted.connect(self._on_menu)
        view.zoom_wanted.connect(self._on_zoom)
        view.again_wanted.connect(self._try_again)

    def close_editor(self) -> None:
        super().close_editor()
        self.view.removeEventFilter(self)
        self.searching.close()

    # -- what a subclass answers

    def show_loaded(self) -> None:
        """The source is ready: put the text into the view."""
        raise NotImplementedError

    def search(self, words: str, case: bool, check: Check) -> Any:
        """Hits as spans of the text shown; called on the finder's thread."""
        raise NotImplementedError

    def place_text(self) -> str:
        raise NotImplementedError

    # -- state

    @Slot()
    def _on_arrived(self) -> None:
        error = self.source.error
        if not self._endings or (self.loaded and error is None):
            return
        if error is not None:
            self.loaded = False
            self.view.show_message(error.reason, error.remedy, failed=True)
            self.strip.setEnabled(False)  # nothing to find, wrap or enlarge
            self.failed.emit(error)
        elif self.source.text is None:
            share = self.source.progress
            self.view.show_message(self.tr("Reading the file…"), self.tr("{0} % read").format(round(100 * share)), share)
        else:
            self.loaded = True
            self.strip.setEnabled(True)
            self.view.show_message("")
            self.show_loaded()
            if not self.view.length():
                self.view.show_message(
                    self.tr("This file is empty"), self.tr("There is no text to mark. Submit or skip the task.")
                )
            self.refresh_marks()
            self.status.emit(self.hint)
            self.opened.emit()

    @Slot()
    def _try_again(self) -> None:
        self.view.show_message(self.tr("Reading the file…"))
        self.view.setFocus()
        self.source.retry()

    @property
    def settled(self) -> bool:
        return self.source.ready and self.finder.done

    @property
    def expects(self) -> str:
        armed = self.armed_class()
        if not self.loaded:
            return ""
        if self._grab is not None:
            return self.tr("Drag the end of the range; Esc leaves it as it was")
        if armed is not None and self.focus.primary is not None:
            return self.tr("{0}: drag over text marks a new one; Shift+drag adds to {1}").format(
                armed.name, self.name(self.focus.primary)
            )
        if armed is not None:
            return self.tr("{0}: drag over text, or double click a word; Esc puts it away").format(armed.name)
        if self.focus.primary is not None:
            return self.tr("{0}: drag its ends; Shift+drag adds a range; Delete removes it").format(
                self.name(self.focus.primary)
            )
        return self.tr("Select text and press a class's digit, or pick a class first and drag")

    # -- ports of the verbs

    def frame_word(self) -> str:
        return "text"

    def frame_size(self) -> tuple[int, int]:
        return (0, 0)

    def centre_on(self, bounds: Any) -> None:
        """Ranges have no place on a picture."""

    def chosen(self) -> Span:
        return self.view.selection

    def choose(self, start: int, end: int) -> None:
        self.view.select(start, end)

    def caret(self) -> int:
        return self.view.caret

    def quote(self, start: int, end: int) -> str:
        return self.view.text_between(start, end)

    def show_span(self, start: int, end: int) -> None:
        low, high = self.view.in_sight()
        self.view.show_place(start, middle=not (low <= start and end <= high))

    def place_on_clipboard(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def settle(self) -> None:
        """An end that is still held is let go; what is being selected stays selected."""
        if self._grab is not None:
            self._grab = None
            self.session.cancel()
            self.view.cancel_drag()

    def set_ontology(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.refresh_marks()
        self.tools_changed.emit()

    def reveal(self, instance: str) -> None:
        found = self.session.document.annotations_of(instance)
        if found and self.loaded:
            self.reveal_object(found[0])

    def reveal_selected(self) -> None:
        if self.focus.primary is not None:
            self.reveal(self.focus.primary)

    def escape(self) -> None:
        """The drag first, then the selected text, the class, the objects."""
        if self._grab is not None:
            self.settle()
        elif self.view.cancel_drag():
            pass
        elif self.view.anchor != self.view.caret:
            self.view.select(self.view.caret, self.view.caret)
        elif self.find_bar.isVisible():
            self.find_bar.leave()
        elif self.focus.armed is not None:
            self.focus.set(armed=None)
        else:
            self.focus.select(())
        self.status.emit(self.hint)

    # -- what is marked

    def refresh_marks(self) -> None:
        """All of them anew: after the text has come, and where colours or what is hidden change."""
        if not self.loaded:
            return
        shown = (a for a in self.session.on_frame(self.focus.at) if self._is_shown(a.instance))
        self.view.set_marks([self._mark_of(a) for a in shown])
        self._show_state()

    def _change_marks(self, instances: Iterable[str]) -> None:
        if not self.loaded:
            return
        changed: dict[str, Mark | None] = {}
        for instance in instances:
            found = self.session.shown(instance, self.focus.at)
            there = found is not None and instance in self.session.document.instances and self._is_shown(instance)
            changed[instance] = self._mark_of(found) if found is not None and there else None
        self.view.put_marks(changed)

    def _show_state(self) -> None:
        focus = self.focus
        self.view.show_state(frozenset(focus.selected), focus.locked, focus.hovered)
        armed = self.armed_class()
        self.view.draft_color = QColor(armed.color) if armed is not None else None

    def _is_shown(self, instance: str) -> bool:
        focus = self.focus
        return instance not in focus.hidden and not (focus.display.only_selected and instance not in focus.selected)

    def _mark_of(self, annotation: Annotation) -> Mark:
        instance = self.session.document.instances[annotation.instance]
        known = self.ontology.object(instance.feature_hash)
        color = known.color if known is not None else "#888888"
        if self.focus.display.color_by == "instance":
            color = _COLORS[instance.number % len(_COLORS)]
        own = annotation.instance
        return Mark(own, tuple(self.spans(annotation)), QColor(color), self.name(own))

    def _on_document(self, change: DocumentChange) -> None:
        if self._grab is not None and not change.preview and self._grab[0].uuid not in self.session.document.annotations:
            self._grab = None
        self._change_marks(change.instances)

    def _on_focus(self, names: frozenset[str]) -> None:
        if names & {"hidden", "display", "at"} or ("selected" in names and self.focus.display.only_selected):
            self.refresh_marks()
        elif names & {"selected", "hovered", "locked", "armed"}:
            self._show_state()
        if names & {"selected", "armed"}:
            self.status.emit(self.hint)
        if "armed" in names:
            if self.focus.armed is not None:
                self._last_class = self.focus.armed
            self.tools_changed.emit()

    # -- what the hand did

    @Slot(int, int, bool)
    def _on_drawn(self, start: int, end: int, add: bool) -> None:
        if add:
            self.add_range(start, end)
        elif self.armed_class() is not None:
            self.mark(start, end)

    @Slot(object, bool)
    def _on_clicked(self, runs: list[Run], ctrl: bool) -> None:
        """A click again takes the next of those that lie over each other; on plain text nothing stays selected."""
        ids = list(dict.fromkeys(r.mark.instance for r in runs))
        if ctrl and ids:
            self.focus.toggle(ids[0])
        elif ids:
            at = (ids.index(self.focus.primary) + 1) % len(ids) if self.focus.primary in ids else 0
            self.focus.select((ids[at],))
        elif not ctrl:
            self.focus.select(())

    @Slot(str, int, bool)
    def _on_grabbed(self, instance: str, index: int, at_end: bool) -> None:
        annotation = self.session.document.annotation_of(instance, self.focus.at)
        if annotation is None:
            return
        spans = [i for i, (_, span) in enumerate(self.parts(annotation.geometry)) if span is not None]
        self._grab = (annotation, spans[index], at_end)
        self.session.begin(f"Move the {'end' if at_end else 'start'} of {self.name(instance)}")
        self.status.emit(self.hint)

    @Slot(int)
    def _on_end_moved(self, offset: int) -> None:
        if self._grab is None:
            return
        annotation, index, at_end = self._grab
        changed = self.with_end(self.parts(annotation.geometry), index, offset, at_end=at_end)
        if changed is not None and self.session.in_gesture:
            shape = self.shape_of(changed)
            edits = verbs.set_geometry(self.session.document, {annotation.uuid: shape}, **self._who())
            self.session.preview(*edits)

    @Slot()
    def _on_end_dropped(self) -> None:
        if self._grab is None:
            return
        annotation, self._grab = self._grab[0], None
        present = self.session.document.annotations.get(annotation.uuid)
        if present is None or present.geometry == annotation.geometry:
            self.session.cancel()
        else:
            shape = self.shape_of(self.normal(self.parts(present.geometry)))
            edits = verbs.set_geometry(self.session.document, {annotation.uuid: shape}, **self._who())
            self.session.commit(*edits)
        self.status.emit(self.hint)

    @Slot(object)
    def _on_hovered(self, instance: str | None) -> None:
        if instance != self.focus.hovered:
            self.focus.set(hovered=instance)

    @Slot()
    def _tell_place(self) -> None:
        if self.loaded:
            self.place.emit(self.place_text())

    # -- search

    def open_find(self) -> None:
        start, end = self.chosen()
        self._find_from = start
        chosen = self.quote(start, end) if 0 < end - start <= 100 else ""
        self.find_bar.ask("" if "\n" in chosen or "\r" in chosen else chosen)

    def find_next(self) -> None:
        self.searching.step(1)

    def find_previous(self) -> None:
        self.searching.step(-1)

    def _first_hit(self, by: int) -> int:
        """From where the caret was when the search began: it does not wander while words are typed."""
        hits = self.finder.hits
        after = bisect_left(hits, (self._find_from, 0))
        return after % len(hits) if by > 0 else (after - 1) % len(hits)

    @Slot(object)
    def _show_hit(self, hit: Span) -> None:
        self.view.select(*hit)
        self.show_span(*hit)

    @Slot()
    def _paint_found(self) -> None:
        self.view.show_found(self.finder.hits, self.searching.current)

    @Slot()
    def _take_keyboard(self) -> None:
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- the menu

    def build_menu(self) -> QMenu:
        """For selected text or objects, else for the text as a whole."""
        menu, chosen = start_menu(self), self.focus.selected
        start, end = self.chosen()
        if start < end:
            add_classes(menu, self.tr("Mark as"), self.text_classes(), self.arm_class)
        elif chosen:
            add_classes(menu, self.tr("Class"), self.text_classes(), self.set_class)
        menu.addSeparator()
        add_actions(menu, self, ON_OBJECT if chosen else ON_GROUND)
        return menu

    @Slot(int)
    def _on_zoom(self, steps: int) -> None:
        self.zoom_in() if steps > 0 else self.zoom_out()

    def zoom_in(self) -> None:
        raise NotImplementedError

    def zoom_out(self) -> None:
        raise NotImplementedError
