"""The picture editor: tool bar, canvas, options of the tool in hand, pages. `app` puts it in the middle of the window.

Every verb of `EDITOR_ACTIONS` is a public method here (most come from the Qt-free parts it is mixed from). Keys reach it
through the canvas: the tool in hand is asked first, then the key map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Unpack

from PySide6.QtCore import QPoint, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import Bounds
from storage.model.ontology import Ontology
from viewers.canvas.image_canvas import ImageCanvas
from viewers.canvas.viewed import ViewedCanvas
from viewers.editors.actions import EDITOR_ACTIONS, EditorAction
from viewers.editors.adjust_popover import AdjustPopover
from viewers.editors.context_menu import GROUND, SELECTION, build_menu
from viewers.editors.drafts import WaitingDrafts
from viewers.editors.editor import Editor, EditorOptions
from viewers.editors.option_strip import OptionStrip
from viewers.editors.page_strip import PageStrip
from viewers.editors.tool_bar import ToolBar
from viewers.editors.tool_options import ToolOptions
from viewers.editors.tool_verbs import ToolVerbs
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import PictureSource
from viewers.scene.view_state import percent
from viewers.tools.base import Tool
from viewers.tools.brush import BrushTool
from viewers.tools.polygon import PolygonTool
from viewers.tools.toolbox import Toolbox

ZOOM_STEP = 1.25
#: Logical px left around an object that is zoomed to.
MARGIN = 80.0


class ImageEditor(ToolVerbs, Editor):
    keeps_drag = (
        "undo",
        "redo",
        "escape",
        "nudge",
        "finish_draft",
        "zoom_in",
        "zoom_out",
        "zoom_full_size",
        "zoom_selection_or_fit",
    )

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        pictures: PictureSource,
        parent: QWidget | None = None,
        *,
        actions: Sequence[EditorAction] = EDITOR_ACTIONS,
        **options: Unpack[EditorOptions],
    ) -> None:
        super().__init__(session, focus, ontology, actions, parent, **options)
        self.toolbox = Toolbox()
        self._last, self._last_class, self.waiting_drafts = {}, None, WaitingDrafts()
        self._pointer: tuple[float, float, str] | None = None
        self.canvas = self.make_canvas(pictures)
        self.tool_bar = ToolBar(self.icon, self)
        self.options = OptionStrip(self.toolbox.brush, self.canvas)
        self.options.add(ToolOptions(self.toolbox, self.options))
        self.pages = PageStrip(self, icon=self.icon)
        self.tool: Tool = self.toolbox["select"]
        self._lay_out()
        self._connect()
        self.refresh_tools()
        self.take(self.tool)

    def make_canvas(self, pictures: PictureSource) -> ImageCanvas:
        return ImageCanvas(self.session, self.focus, self.ontology, pictures, self)

    @cached_property
    def popover(self) -> AdjustPopover:
        """Made when it is first wanted: it is a sixth of what an editor takes to be made."""
        made = AdjustPopover(self.focus, self)
        made.read(self.canvas.adjust)
        made.adjusted.connect(self.set_adjustments)
        return made

    def _lay_out(self) -> None:
        middle = QFrame(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.pages)
        self.column = column  # what stands right of the tool bar
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tool_bar)
        row.addWidget(middle, 1)
        self.options.move(8, 8)
        self.setFocusProxy(self.canvas)

    def _connect(self) -> None:
        self.canvas.status.connect(self.status)
        self.canvas.cursor_moved.connect(self._on_cursor)
        self.canvas.view_changed.connect(self._on_view)
        self.canvas.menu_wanted.connect(self._on_menu)
        self.canvas.opened.connect(self._on_opened)
        self.canvas.failed.connect(self.failed)
        self.canvas.adjusted.connect(self._show_adjusted)
        self.canvas.installEventFilter(self)
        self.tool_bar.tool_wanted.connect(self.arm_tool)
        self.tool_bar.class_wanted.connect(self.arm_class)
        self.tool_bar.adjust_wanted.connect(self.show_adjustments)
        self.options.mode_wanted.connect(self.use_polygon_mode)
        self.options.changed.connect(self.acted)
        self.options.more.apply_wanted.connect(self.finish_draft)
        self.canvas.context.made = self.object_made
        self.toolbox.brush.resized = self.options.read
        self.pages.page_wanted.connect(self.go_to_page)
        self._endings = [self.session.listen(self._on_document), self.focus.listen(self._on_focus)]

    def close_editor(self) -> None:
        super().close_editor()
        self.canvas.set_tool(None)
        self.canvas.removeEventFilter(self)
        self.canvas.close_canvas()

    @property
    def hint(self) -> str:
        """Also of tools that only look."""
        return self.tool.hint

    @property
    def settled(self) -> bool:
        return self.canvas.settled

    @property
    def in_sight(self) -> bool:
        return self.canvas.in_sight

    @property
    def room(self) -> tuple[float, float, float]:
        view = self.canvas.view
        return (*view.size, view.dpr)

    def reveal(self, instance: str) -> None:
        """Bring an object into the middle, on its own frame."""
        here = self.session.shown(instance, self.focus.at)
        if here is None or here.outside:
            index = self.session.frames.index
            rows = [a for a in self.session.document.annotations_of(instance) if not a.outside and a.sheet is None]
            here = min(rows, key=lambda a: abs(index(a.at) - index(self.focus.at)), default=None)
        if here is not None:
            self.go_to(here.at)
            self.canvas.centre_on(here.geometry.bounds())

    # -- what the parts ask for

    def frame_size(self) -> tuple[int, int]:
        return self.canvas.context.frame_size

    def frames(self) -> int:
        return self.canvas.pictures.frames

    def centre_on(self, bounds: Bounds) -> None:
        """Bring it to the middle; nearer only when it would be a speck or does not fit."""
        self.canvas.centre_on(bounds, MARGIN)

    def take(self, tool: Tool) -> None:
        self.tool = tool
        self.canvas.set_tool(tool)
        self.focus.set(tool=tool.id)
        self._tool_shown()

    @Slot()
    def acted(self) -> None:
        self.canvas.tool_acted()
        self._show_options()

    def object_made(self, _instance: str) -> None:
        """A tool has drawn an object to its end: it stays in hand, or not, as the settings say."""
        if self.tool.id == "simplify" or not self.focus.display.stays_armed:
            self.arm_tool("select")

    # -- ontology and tools

    def set_ontology(self, ontology: Ontology) -> None:
        """It was changed while the task is open."""
        self.ontology = ontology
        self.canvas.set_ontology(ontology)
        if not self.offers(self.tool.id):
            self.arm_tool("select")
        self.refresh_tools()

    def refresh_tools(self) -> None:
        tools = [(t.id, t.title, ", ".join(self._keys_of(t.id))) for t in self.offered()]
        self.tool_bar.show_tools(tools, {tool_id: self.classes_of(tool_id) for tool_id, _, _ in tools})
        self._tool_shown()

    def rebind(self, action_id: str, keys: tuple[str, ...]) -> None:
        super().rebind(action_id, keys)
        self.refresh_tools()

    def _keys_of(self, tool_id: str) -> tuple[str, ...]:
        return self.keymap.keys("slice" if tool_id == "slice" else f"tool_{tool_id}")

    def _tool_shown(self) -> None:
        self.tool_bar.mark(self.tool.id)
        self._show_options()
        self.tools_changed.emit()

    def _show_options(self) -> None:
        polygon = self.toolbox["polygon"]
        assert isinstance(polygon, PolygonTool)
        can_change = self.tool is polygon and polygon.target() is not None
        self.options.show_for(self.tool.id, mode=polygon.mode, can_change=can_change)

    # -- view

    def zoom_selection_or_fit(self) -> None:
        bounds = self.canvas.hits.bounds(self.focus.selected)
        if bounds is None:
            self.canvas.fit()
        else:
            self.canvas.centre_on(bounds, MARGIN)

    @property
    def zoomed(self) -> ViewedCanvas:
        """What the verbs of zooming are about."""
        return self.canvas

    def zoom_full_size(self) -> None:
        self.zoomed.zoom_to(1.0)

    def zoom_in(self) -> None:
        self.zoomed.zoom_by(ZOOM_STEP)

    def zoom_out(self) -> None:
        self.zoomed.zoom_by(1 / ZOOM_STEP)

    def rotate_view(self, degrees: int) -> None:
        self.canvas.turn(degrees)

    def flip_view(self) -> None:
        self.canvas.mirror()

    def reset_view(self) -> None:
        self.canvas.reset_orientation()

    @Slot()
    def show_adjustments(self) -> None:
        self.popover.read(self.canvas.adjust)
        button = self.tool_bar.adjust_button
        self.popover.adjustSize()
        corner = button.mapToGlobal(QPoint(button.width() + 4, button.height() - self.popover.height()))
        self.popover.move(corner)
        self.popover.show()
        self._show_adjusted()  # the click has turned the button

    @Slot(object)
    def set_adjustments(self, adjust: Adjustments) -> None:
        self.canvas.adjust = adjust

    @Slot()
    def _show_adjusted(self) -> None:
        self.tool_bar.show_adjusted(not self.canvas.adjust.plain)

    def look(self) -> dict[str, Any]:
        return {"adjust": self.canvas.adjust.as_plain()}

    def use_look(self, kept: Mapping[str, Any]) -> None:
        adjust = kept.get("adjust")
        if isinstance(adjust, dict):
            self.canvas.adjust = replace(Adjustments.of_plain(adjust), window=self.canvas.adjust.window)

    def reset_adjustments(self) -> None:
        self.canvas.adjust = Adjustments()
        self.popover.read(self.canvas.adjust)

    def toggle_names(self) -> None:
        self.focus.show(names=not self.focus.display.names)

    # -- pages

    @Slot(int)
    def go_to_page(self, page: int) -> None:
        """`page` counts from 0. What is selected stays selected only where it is."""
        page = min(max(0, page), max(0, self.frames() - 1))
        if page == self.frame():
            return
        self.turn_over(held=True)
        said = self.let_draft_wait()
        if not said and not isinstance(self.tool, BrushTool):  # a stroke goes on
            self.tool.cancel()
        at = self.session.frames.key(page)
        self.focus.set(at=at)
        self.focus.select(i for i in self.focus.selected if self.session.shown(i, at) is not None)
        self.acted()
        self.say(said)

    def frame(self) -> int:
        """Frame, page or member that is looked at, from 0."""
        return self.session.frames.index(self.focus.at)

    def next_page(self) -> None:
        self.go_to_page(self.frame() + 1)

    def previous_page(self) -> None:
        self.go_to_page(self.frame() - 1)

    def first_page(self) -> None:
        self.go_to_page(0)

    def last_page(self) -> None:
        self.go_to_page(self.frames() - 1)

    def goto_page(self) -> None:
        self.pages.ask()

    # -- keys and menu

    def build_menu(self) -> QMenu:
        return build_menu(self)

    def menu_groups(self) -> Sequence[Sequence[str]]:
        """What the menu holds, as ids of actions."""
        return SELECTION if self.focus.selected else GROUND

    def seal(self) -> None:
        self.looking = True
        self.refresh_tools()

    def show_tool_bar(self, shown: bool) -> None:
        self.tool_bar.setVisible(shown)

    def tool_bar_shown(self) -> bool:
        return self.tool_bar.isVisible()

    # -- what happens elsewhere

    def _on_document(self, change: DocumentChange) -> None:
        if not change.preview:
            self.acted()

    def _on_focus(self, names: frozenset[str]) -> None:
        if "armed" in names and self.focus.armed is not None and not self._arming:
            self._follow_class()
        if "at" in names:
            self._show_page()
        if names & {"selected", "at", "hidden", "locked", "armed"}:
            self.acted()

    def showEvent(self, event: QShowEvent) -> None:
        """What was read ahead is open already, and nothing tells of it any more."""
        super().showEvent(event)
        self._show_page()

    def _show_page(self) -> None:
        self.pages.show_page(self.frame(), self.frames())

    def _follow_class(self) -> None:
        """A panel armed a class: its tool comes with it."""
        known = self.ontology.object(self.focus.armed or "")
        if known is not None and known not in self.classes_of(self.tool.id):
            self.arm_class(known.feature_hash)

    @Slot(float, float, object)
    def _on_cursor(self, x: float, y: float, value: str | None) -> None:
        self._pointer = (x, y, value or "")
        self._tell_place()

    @Slot()
    def _on_view(self) -> None:
        """The zoom has changed, under a pointer that rests."""
        self._tell_place()
        self.acted()

    def _tell_place(self) -> None:
        if self._pointer is not None:
            self.place.emit(self.place_text(*self._pointer, self.canvas.view.zoom))

    def place_text(self, x: float, y: float, value: str, zoom: float) -> str:
        """Where the pointer is: pixels of the picture, what lies there, how large it is shown."""
        return "    ".join(filter(None, (f"x {x:,.1f}  y {y:,.1f}", value and f"value {value}", percent(zoom))))

    @Slot()
    def _on_opened(self) -> None:
        self._show_page()
        self.acted()
        self.opened.emit()
