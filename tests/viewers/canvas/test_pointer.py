"""Mouse, wheel and keys: what tools are given, and what the canvas keeps for itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from storage.model.geometry import Box
from tests.support import mouse, scenes
from tests.viewers.canvas.conftest import Make, gray, reddish
from viewers.canvas.image_canvas import ImageCanvas
from viewers.tools.base import BoxDraft, Cursor, Draft, KeyEvent, LabelDraft, PointerEvent, Tool, WheelEvent
from viewers.tools.select import SelectTool

BIG_AND_SMALL = [Box(20, 20, 160, 110), Box(60, 50, 40, 30)]


class Recorder(Tool):
    """A tool that writes down what it is given."""

    id, title, hint, cursor = "recorder", "Recorder", "Do anything.", Cursor.CROSS

    def __init__(self) -> None:
        self.events: list[tuple[str, PointerEvent]] = []
        self.keys: list[KeyEvent] = []
        self.takes_wheel = self.takes_right = False
        self.wheels: list[WheelEvent] = []
        self.drafts: list[Draft] = []
        self.lifts: frozenset[str] = frozenset()

    def press(self, e: PointerEvent) -> None:
        self.events.append(("press", e))

    def move(self, e: PointerEvent) -> None:
        self.events.append(("move", e))

    def release(self, e: PointerEvent) -> None:
        self.events.append(("release", e))

    def double_click(self, e: PointerEvent) -> None:
        self.events.append(("double", e))

    def right_click(self, e: PointerEvent) -> bool:
        self.events.append(("right", e))
        return self.takes_right

    def key(self, e: KeyEvent) -> bool:
        self.keys.append(e)
        return e.key == "B"

    def wheel(self, e: WheelEvent) -> bool:
        self.wheels.append(e)
        return self.takes_wheel

    def draft(self) -> list[Draft]:
        return self.drafts

    def lifted(self) -> frozenset[str]:
        return self.lifts

    def kinds(self) -> list[str]:
        return [k for k, _ in self.events]


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_tool_gets_image_coordinates_in_every_orientation(show: Make, turned: int, mirrored: bool) -> None:
    canvas, tool = show().canvas, Recorder()
    canvas.set_tool(tool)
    canvas.turn(turned)
    if mirrored:
        canvas.mirror()
    mouse.drag(canvas, [(30, 40), (50, 60)], keys=mouse.SHIFT)
    assert tool.kinds() == ["move", "press", "move", "release"]
    press, moved = tool.events[1][1], tool.events[2][1]
    assert press.point == pytest.approx((30, 40), abs=0.5)
    assert moved.point == pytest.approx((50, 60), abs=0.5)
    assert (press.button, moved.button, tool.events[0][1].button) == ("left", "left", "none")
    assert press.shift
    assert not press.ctrl
    assert press.pixel == pytest.approx(1 / canvas.view.zoom)


def test_a_double_click_comes_in_place_of_the_second_press(show: Make) -> None:
    canvas, tool = show().canvas, Recorder()
    canvas.set_tool(tool)
    mouse.double_click(canvas, 50, 50)
    assert [k for k in tool.kinds() if k != "move"][:3] == ["press", "release", "double"]


def test_the_wheel_zooms_at_the_cursor_unless_the_tool_takes_it(show: Make) -> None:
    canvas, tool = show().canvas, Recorder()
    canvas.set_tool(tool)
    before, zoom = canvas.view.screen_point(150, 30), canvas.view.zoom
    mouse.wheel(canvas, 150, 30, 2, keys=mouse.CTRL)
    assert canvas.view.zoom == pytest.approx(zoom * 1.25**2)
    assert canvas.view.screen_point(150, 30) == pytest.approx(before, abs=1.0)
    tool.takes_wheel = True
    mouse.wheel(canvas, 150, 30, 1, keys=mouse.CTRL | mouse.SHIFT)
    assert canvas.view.zoom == pytest.approx(zoom * 1.25**2)
    assert (tool.wheels[-1].steps, tool.wheels[-1].ctrl, tool.wheels[-1].shift) == (1, True, True)


def test_middle_drag_pans_and_the_tool_knows_nothing_of_it(show: Make) -> None:
    canvas, tool = show().canvas, Recorder()
    canvas.set_tool(tool)
    canvas.zoom_to(4.0)
    x, y = canvas.view.screen_point(100, 75)
    mouse.move(canvas, 100, 75)
    tool.events.clear()
    mouse.press(canvas, 100, 75, mouse.MIDDLE)
    mouse.move(canvas, 110, 80, mouse.MIDDLE)  # 40, 20 logical px further
    mouse.release(canvas, 110, 80, mouse.MIDDLE)
    assert canvas.view.screen_point(100, 75) == pytest.approx((x + 40, y + 20), abs=1.5)
    assert tool.events == []


def test_space_and_drag_pans_in_the_midst_of_drawing(show: Make) -> None:
    canvas, tool = show().canvas, Recorder()
    canvas.set_tool(tool)
    canvas.zoom_to(4.0)
    x, _ = canvas.view.screen_point(100, 75)
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    mouse.press(canvas, 100, 75)
    mouse.move(canvas, 110, 75, mouse.LEFT)
    mouse.release(canvas, 110, 75)
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.view.screen_point(100, 75)[0] == pytest.approx(x + 40, abs=1.5)
    assert "press" not in tool.kinds()
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor


def test_a_right_press_that_moves_is_a_drag_and_one_that_does_not_is_a_click(show: Make, qtbot) -> None:  # type: ignore[no-untyped-def]
    canvas, tool = show(BIG_AND_SMALL).canvas, Recorder()
    canvas.set_tool(tool)
    menus: list[object] = []
    canvas.menu_wanted.connect(lambda instance, at: menus.append(instance))
    canvas.zoom_to(4.0)
    x, _ = canvas.view.screen_point(100, 75)
    mouse.press(canvas, 100, 75, mouse.RIGHT)
    mouse.move(canvas, 110, 75, mouse.RIGHT)
    mouse.release(canvas, 110, 75, mouse.RIGHT)
    assert canvas.view.screen_point(100, 75)[0] == pytest.approx(x + 40, abs=1.5)
    assert "right" not in tool.kinds()
    mouse.click(canvas, 80, 65, mouse.RIGHT)
    assert menus == ["i1"]
    tool.takes_right = True
    mouse.click(canvas, 80, 65, mouse.RIGHT)
    assert menus == ["i1"]
    assert tool.kinds().count("right") == 2


def test_keys_have_names_and_what_the_tool_does_not_take_goes_on(show: Make) -> None:
    canvas, tool = show().canvas, Recorder()
    canvas.set_tool(tool)
    for key in (Qt.Key.Key_B, Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_BracketLeft, Qt.Key.Key_F8, Qt.Key.Key_Tab):
        QTest.keyClick(canvas, key)
    assert [k.key for k in tool.keys] == ["B", "Esc", "Enter", "[", "F8", "Tab"]


def test_hover_finds_the_smallest_and_is_seen(show: Make) -> None:
    shown = show(BIG_AND_SMALL)
    canvas = shown.canvas
    before = shown.at(80, 65)
    mouse.move(canvas, 30, 100)
    assert canvas.focus.hovered == "i0"
    mouse.move(canvas, 80, 65)
    assert canvas.focus.hovered == "i1"
    assert shown.at(80, 65) != before
    mouse.move(canvas, 5, 5)
    assert canvas.focus.hovered is None
    assert shown.at(80, 65) == before


def test_locked_and_hidden_shapes_are_not_hovered(show: Make) -> None:
    canvas = show(BIG_AND_SMALL).canvas
    canvas.focus.lock(["i1"], True)
    mouse.move(canvas, 80, 65)
    assert canvas.focus.hovered == "i0"
    canvas.focus.hide(["i0"], True)
    mouse.move(canvas, 81, 65)
    assert canvas.focus.hovered is None


def test_under_a_drawing_tool_nothing_is_hovered_unless_s_is_held(show: Make) -> None:
    canvas, tool = show(BIG_AND_SMALL).canvas, Recorder()
    tool.draws = True
    canvas.set_tool(tool)
    mouse.move(canvas, 80, 65)
    assert canvas.focus.hovered is None
    QTest.keyPress(canvas, Qt.Key.Key_S)
    mouse.move(canvas, 81, 65)
    assert canvas.focus.hovered == "i1"
    assert tool.events[-1][1].through
    QTest.keyRelease(canvas, Qt.Key.Key_S)


def test_drafts_are_drawn_and_what_is_lifted_is_not(show: Make) -> None:
    shown = show([Box(20, 20, 60, 60)])
    canvas, tool = shown.canvas, Recorder()
    canvas.set_tool(tool)
    tool.drafts = [BoxDraft((100, 20, 180, 120), color="#E60000", stroke="solid"), LabelDraft(120, 60, "80 x 100 px")]
    tool.lifts = frozenset({"a0"})
    mouse.move(canvas, 50, 50)
    assert gray(shown.at(20, 50))
    edge, inside = shown.at_many([(100, 110), (150, 30)])
    assert edge.red() - edge.green() > 60
    assert inside.red() > inside.green()
    tool.drafts, tool.lifts = [], frozenset()
    mouse.move(canvas, 51, 50)
    assert reddish(shown.at(20, 50))
    assert gray(shown.at(150, 30))


def test_dragging_a_shape_moves_it_and_it_is_never_seen_twice(show: Make) -> None:
    shown = show([Box(20, 20, 60, 60)])
    canvas = shown.canvas
    canvas.set_tool(SelectTool())
    mouse.move(canvas, 50, 40)
    mouse.press(canvas, 50, 40)
    for x in range(52, 131, 6):
        mouse.move(canvas, x, 60, mouse.LEFT)
    assert reddish(shown.at(100, 55))
    assert gray(shown.at(20, 40))
    mouse.release(canvas, 130, 60)
    moved = canvas.session.document.annotations["a0"].geometry
    assert moved.bounds()[:2] == pytest.approx((100, 40), abs=1)
    assert gray(shown.at(20, 40))
    assert reddish(shown.at(100, 55))


def test_the_cursors_place_and_value_are_told(show: Make, qtbot) -> None:  # type: ignore[no-untyped-def]
    shown = show(pictures=scenes.plain(200, 150, (17, 203, 88)))
    told: list[tuple[float, float, object]] = []
    shown.canvas.cursor_moved.connect(lambda x, y, value: told.append((x, y, value)))
    mouse.move(shown.canvas, 120.5, 80.5)
    x, y, value = told[-1]
    assert (x, y) == pytest.approx((120.5, 80.5), abs=0.01)
    assert value == "17 203 88"
    mouse.move(shown.canvas, -5, 80)
    assert told[-1][2] is None


def test_status_says_what_the_tool_expects(show: Make) -> None:
    canvas = show().canvas
    said: list[str] = []
    canvas.status.connect(said.append)
    canvas.set_tool(Recorder())
    canvas.set_tool(None)
    assert said == ["Do anything.", ""]


def test_resizing_keeps_the_fit_until_the_person_zooms(show: Make) -> None:
    shown = show()
    canvas = shown.canvas
    canvas.resize(800, 600)
    shown.settle()
    assert canvas.view.zoom == pytest.approx(min(784 / 200, 584 / 150))
    canvas.zoom_to(1.0)
    canvas.resize(500, 400)
    shown.settle()
    assert canvas.view.zoom == 1.0


def test_the_canvas_never_loses_the_picture(show: Make) -> None:
    canvas = show().canvas
    canvas.pan_by(QPointF(10_000, 10_000))
    x0, y0, x1, y1 = canvas.view.visible_region()
    assert x0 <= 0 <= x1
    assert y0 <= 0 <= y1


def test_a_canvas_that_is_closed_leaves_the_session_alone(show: Make) -> None:
    from storage.editing import verbs

    canvas: ImageCanvas = show(BIG_AND_SMALL).canvas
    canvas.close_canvas()
    canvas.session.do("Delete", verbs.delete_instances(canvas.session.document, ["i0"]))
    assert len(canvas.hits) == 2


def test_a_canvas_that_is_destroyed_in_the_midst_of_drawing_ends_its_threads(qtbot) -> None:  # type: ignore[no-untyped-def]
    import threading

    import shiboken6

    for _ in range(5):
        source = scenes.plain(400, 300)
        canvas = ImageCanvas(scenes.session(scenes.many(500, 400, 300)), scenes.focus(), scenes.ontology(), source)
        canvas.resize(500, 400)
        canvas.show()
        session, focus = canvas.session, canvas.focus
        canvas.deleteLater()
        qtbot.waitUntil(lambda canvas=canvas: not shiboken6.isValid(canvas))
        focus.select(["i0"])
        session.undo()
        source.close()
    assert not [t for t in threading.enumerate() if t.name.startswith(("canvas", "pictures"))]
