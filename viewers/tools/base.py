"""What a tool is: it takes pointer and key events in image coordinates and says what to draw. Knows nothing of Qt.

The canvas owns the mouse, the view and the drawing. A tool keeps its unfinished work (the *draft*) to itself and turns it
into edits of the session when it is done. After every event that it was given the canvas asks for `draft()` again, so a
tool never asks for a repaint; only one that changes by itself (a timer, a panel) calls `context.refresh()`.

What the canvas keeps for itself, so that it is the same under every tool: middle drag and Space+drag (pan), wheel (zoom,
unless `wheel` answers True), a right press that moves more than 4 px.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import NDArray

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import Bounds, Geometry, Point
from storage.model.labels import FrameKey
from storage.model.ontology import Ontology
from storage.model.sheets import Sheet
from viewers.scene.view_state import DRAG_THRESHOLD
from viewers.tools.behind import Behind, Nobody

if TYPE_CHECKING:
    from viewers.tools.hit_test import Index

#: How near the pointer must be to grab a handle or an outline (logical px).
GRAB = 7.0

Button = Literal["left", "middle", "right", "none"]


# -- events -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """`x`, `y` in pixels of the frame as shown upright, `screen_x`, `screen_y` in logical pixels of the canvas.

    `button` is the one pressed or released, and while moving the one held ("none": hovering).
    """

    x: float
    y: float
    screen_x: float = 0.0
    screen_y: float = 0.0
    button: Button = "left"
    ctrl: bool = False
    shift: bool = False
    space: bool = False
    pixel: float = 1.0  # image px per logical px: a tolerance of 7 on the screen is 7 * pixel here
    clicks: int = 1
    through: bool = False  # S is held: ignore the shapes under the cursor

    @property
    def point(self) -> Point:
        return (self.x, self.y)

    def far_from(self, other: PointerEvent) -> bool:
        """Moved more than a click's worth on the screen since `other`."""
        dx, dy = self.screen_x - other.screen_x, self.screen_y - other.screen_y
        return dx * dx + dy * dy > DRAG_THRESHOLD * DRAG_THRESHOLD


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """`key`: "A".."Z", "0".."9", a sign ("[", "+"), or Enter, Esc, Backspace, Delete, Tab, Space, Left, Right, Up, Down,
    Home, End, PageUp, PageDown, Shift, Ctrl, F1..F12."""

    key: str
    ctrl: bool = False
    shift: bool = False
    repeat: bool = False  # held down
    x: float = 0.0  # where the pointer is, in the image
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class WheelEvent:
    x: float
    y: float
    steps: float  # notches; positive: away from the person
    ctrl: bool = False
    shift: bool = False


class Cursor(StrEnum):
    ARROW = "arrow"
    CROSS = "cross"
    POINT = "point"  # pointing hand: something can be grabbed
    MOVE = "move"
    GRAB = "grab"
    GRABBING = "grabbing"
    SIZE_H = "size_h"
    SIZE_V = "size_v"
    SIZE_FDIAG = "size_fdiag"  # \
    SIZE_BDIAG = "size_bdiag"  # /
    ROTATE = "rotate"
    NONE = "none"  # the draft draws it (brush)
    FORBIDDEN = "forbidden"


# -- handles ------------------------------------------------------------------------------------------------------


class HandleRole(StrEnum):
    VERTEX = "vertex"
    CORNER = "corner"
    EDGE = "edge"  # the middle of a side
    RADIUS = "radius"
    ROTATE = "rotate"
    INSERT = "insert"  # the middle of a polygon's edge: drag it to make a vertex there
    CLOSE = "close"  # the first point of a draft: click it to finish


@dataclass(frozen=True, slots=True)
class Handle:
    """`path` says which: (part, ring, index) in polygons; (index,) elsewhere; (0 front | 1 back, index) in cuboids.

    Corners count from the top left clockwise, side i lies between corners i and i + 1; radii: 0 right, 1 down, 2 left, 3 up
    (all before the shape's rotation).
    """

    x: float
    y: float
    role: HandleRole = HandleRole.VERTEX
    path: tuple[int, ...] = ()
    hot: bool = False  # under the pointer or being dragged


# -- drafts: what a tool asks the canvas to draw ------------------------------------------------------------------

Stroke = Literal["solid", "dashed"]


@dataclass(frozen=True, slots=True)
class ShapeDraft:
    """A shape drawn as the finished one will be. Boxes, circles, ellipses, polygons, cuboids, skeletons, all of them.

    `feature_hash` gives the colour and the skeleton's edges, `color` ("#RRGGBB") overrules it. `ghost` is paler.
    """

    geometry: Geometry
    feature_hash: str = ""
    color: str = ""
    handles: tuple[Handle, ...] = ()
    ghost: bool = False
    stroke: Stroke = "solid"


@dataclass(frozen=True, slots=True, eq=False)
class PathDraft:
    """An open or closed line; `rubber` is the dashed piece from its last point to the pointer."""

    points: tuple[Point, ...] | NDArray[Any]  # (n, 2)
    closed: bool = False
    feature_hash: str = ""
    color: str = ""
    fill: bool = False
    stroke: Stroke = "solid"
    rubber: Point | None = None
    handles: tuple[Handle, ...] = ()


@dataclass(frozen=True, slots=True)
class BoxDraft:
    """A plain rectangle in neutral colours: the marquee, a crop, a measured area."""

    bounds: Bounds
    color: str = ""
    fill: bool = True
    stroke: Stroke = "dashed"


@dataclass(frozen=True, slots=True)
class SkeletonDraft:
    """Points placed so far and the edges between them, `(start, end, colour)`."""

    points: tuple[Point, ...]
    edges: tuple[tuple[int, int, str], ...] = ()
    colors: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    handles: tuple[Handle, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MaskDraft:
    """A live mask: `mask` is bool (h, w) with its first pixel at (`x`, `y`).

    The tool may go on writing into the same array: give a new `revision` and, where known, the part that changed since
    the last one as `dirty` (left, top, right, bottom in image pixels).
    """

    mask: NDArray[Any]
    x: int = 0
    y: int = 0
    feature_hash: str = ""
    color: str = ""
    revision: int = 0
    dirty: Bounds | None = None


@dataclass(frozen=True, slots=True)
class BrushDraft:
    """The brush's outline round the pointer; `radius` in image pixels."""

    x: float
    y: float
    radius: float
    color: str = ""
    erase: bool = False
    square: bool = False


@dataclass(frozen=True, slots=True)
class HandlesDraft:
    """Handles alone; the hot one is drawn larger."""

    handles: tuple[Handle, ...]
    color: str = ""


@dataclass(frozen=True, slots=True)
class LabelDraft:
    """A small text beside a place: "34 x 12 px"."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class SnapDraft:
    """Where the next point will land by snapping."""

    x: float
    y: float
    kind: Literal["vertex", "edge"] = "vertex"


@dataclass(frozen=True, slots=True)
class RulerDraft:
    """A measured distance with ticks; the canvas writes the length unless `text` does."""

    start: Point
    end: Point
    text: str = ""


Draft = (
    ShapeDraft
    | PathDraft
    | BoxDraft
    | SkeletonDraft
    | MaskDraft
    | BrushDraft
    | HandlesDraft
    | LabelDraft
    | SnapDraft
    | RulerDraft
)


# -- the tool -----------------------------------------------------------------------------------------------------


def _nothing(*_: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Paper:
    """What is drawn on: the frame that is looked at, in its pixels, or a plane of a volume, in its millimetres."""

    size: tuple[float, float] = (0, 0)
    at: FrameKey | None = None  # of a plane
    sheet: Sheet | None = None
    pixel: float = 1.0  # of what lies below, in coordinates: nothing smaller is drawn
    seen: Callable[[], bool] = lambda: True
    measured: Callable[[Geometry], None] | None = None  # takes a shape that is drawn where none is kept; None: it is kept


@dataclass(slots=True)
class ToolContext:
    """What a tool may use. The canvas makes one and gives it to every tool that it takes in hand."""

    session: EditSession
    focus: Focus
    ontology: Ontology
    hits: Index
    paper: Paper = Paper()
    now: Callable[[], int] = field(default=lambda: 0)  # ms UTC
    pixel: Callable[[], float] = field(default=lambda: 1.0)  # image px per logical px
    say: Callable[[str], None] = field(default=_nothing)  # one sentence in the status line
    refresh: Callable[[], None] = field(default=_nothing)  # the draft changed without an event
    behind: Behind = field(default_factory=Nobody)  # reading and reckoning off the window's thread
    made: Callable[[str], None] = field(default=_nothing)  # an object (its uuid) has been drawn to its end

    @property
    def at(self) -> FrameKey:
        """Where shapes lie and go."""
        return self.paper.at or self.focus.at

    @property
    def frame_size(self) -> tuple[float, float]:
        """Of the paper, in its coordinates: pixels of the frame, millimetres of a sheet."""
        return self.paper.size

    @property
    def pixels(self) -> tuple[int, int]:
        """Of the frame, for what works on these alone."""
        return int(self.paper.size[0]), int(self.paper.size[1])

    def size(self, *lengths: float) -> str:
        """Lengths in coordinates, in words."""
        return " × ".join(f"{v:.0f}" if self.paper.sheet is None else f"{v:.1f}" for v in lengths) + f" {self.unit}"

    @property
    def unit(self) -> str:
        return "px" if self.paper.sheet is None else "mm"


class Tool:
    """A tool that does nothing: override what it needs. `hint` and `cursor` may change; the canvas reads them after events."""

    id: str = ""
    title: str = ""
    hint: str = ""  # what it expects next, for the status line
    cursor: Cursor = Cursor.ARROW
    #: Draws shapes: the canvas shows no hover highlight under it unless S is held.
    draws: bool = False
    context: ToolContext

    def activate(self, context: ToolContext) -> None:
        """Taken in hand."""
        self.context = context

    def deactivate(self) -> None:
        """Put away: what can be finished is, a draft is dropped."""
        self.settle()
        self.cancel()

    def settle(self) -> None:
        """Something else is about to happen in the middle of a gesture: what can be finished is, as letting go would."""

    def frame_changes(self) -> None:
        """Another frame comes, or has just come, under the hand."""
        self.settle()

    def press(self, e: PointerEvent) -> None:
        """Left button only."""

    def move(self, e: PointerEvent) -> None:
        """Hovering (`e.button` "none") or dragging ("left")."""

    def release(self, e: PointerEvent) -> None: ...

    def double_click(self, e: PointerEvent) -> None:
        """Comes in place of the second press; the release follows."""

    def right_click(self, e: PointerEvent) -> bool:
        """A right press and release that did not move. True: taken (a vertex removed); False: the menu opens."""
        return False

    def leave(self) -> None:
        """The pointer left the canvas."""

    def key(self, e: KeyEvent) -> bool:
        """True: taken, nobody else gets it."""
        return False

    def key_up(self, e: KeyEvent) -> bool:
        return False

    def wheel(self, e: WheelEvent) -> bool:
        """True: taken (brush size); False: the canvas zooms."""
        return False

    def cancel(self) -> bool:
        """Drop the draft. True: there was one."""
        return False

    def undo_draft(self) -> bool:
        """Take back the newest vertex or stroke of the draft. True: there was one, the session's undo is not asked."""
        return False

    def redo_draft(self) -> bool:
        return False

    def can_redo_draft(self) -> bool:
        return False

    def finish(self) -> None:
        """Make the draft an object, if it is enough for one."""

    def draft(self) -> list[Draft]:
        """What to draw now, bottom first."""
        return []

    def lifted(self) -> frozenset[str]:
        """uuids of annotations that are not to be drawn, because the draft shows what becomes of them."""
        return frozenset()
