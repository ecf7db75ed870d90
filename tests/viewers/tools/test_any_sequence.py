"""Whatever the hand does: no tool raises, undoing everything comes back to the beginning, redoing to the end."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.model.geometry import Box, Polygon
from tests.support.tool_stage import Stage
from viewers.tools.base import KeyEvent, WheelEvent
from viewers.tools.toolbox import Toolbox

PLACES = st.integers(-30, 130).map(float)
HELD = st.fixed_dictionaries({"ctrl": st.booleans(), "shift": st.booleans(), "through": st.booleans()})
TOOLS = st.sampled_from(list(Toolbox().tools))
KEYS = st.sampled_from(["Enter", "Backspace", "O", "Q", "[", "]", "Left", "Down", "Ctrl", "Shift", "Esc"])

ACTS = st.one_of(
    st.tuples(st.just("press"), PLACES, PLACES, HELD),
    st.tuples(st.just("move"), PLACES, PLACES, HELD),
    st.tuples(st.just("hover"), PLACES, PLACES, HELD),
    st.tuples(st.just("release"), PLACES, PLACES, HELD),
    st.tuples(st.just("click"), PLACES, PLACES, HELD),
    st.tuples(st.just("drag"), PLACES, PLACES, HELD),
    st.tuples(st.just("double"), PLACES, PLACES, HELD),
    st.tuples(st.just("right"), PLACES, PLACES, HELD),
    st.tuples(st.just("tool"), TOOLS, st.booleans(), HELD),
    st.tuples(st.just("key"), KEYS, st.booleans(), HELD),
    st.tuples(st.just("wheel"), st.sampled_from((-2.0, 2.0)), st.booleans(), HELD),
    st.tuples(st.sampled_from(("undo", "redo", "cancel", "finish", "leave")), st.none(), st.none(), HELD),
)


def records(stage):
    return sorted(stage.document.records(), key=lambda r: (type(r).__name__, r.uuid))


def act(stage, toolbox, what, a, b, held):
    tool = stage.tool
    match what:
        case "press" | "move" | "hover" | "release" | "click":
            getattr(stage, what)(a, b, **held)
        case "drag":
            stage.drag(a, b, b, a + 20, steps=3, **held)
        case "double":
            stage.double(a, b)
        case "right":
            stage.right(a, b)
        case "tool":
            stage.take(toolbox[a])
        case "key":
            tool.key(KeyEvent(a, held["ctrl"], held["shift"]))
            if b:
                tool.key_up(KeyEvent(a))
        case "wheel":
            tool.wheel(WheelEvent(0, 0, a, held["ctrl"], held["shift"]))
        case "undo":
            if not tool.undo_draft():
                stage.session.undo()
                stage.focus.select(i for i in stage.focus.selected if i in stage.document.instances)
        case "redo":
            if not tool.redo_draft():
                stage.session.redo()
        case "cancel":
            tool.cancel()
        case "finish":
            tool.finish()
        case "leave":
            tool.leave()
    for draft in tool.draft():
        assert draft is not None
    tool.lifted()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(ACTS, max_size=40))
def test_no_tool_raises_and_undo_leads_back(acts):
    stage, toolbox = Stage(size=(100, 80)), Toolbox()
    stage.put(Box(20, 20, 30, 30))
    stage.put(Polygon.simple(((5, 5), (60, 10), (40, 60))))
    stage.take(toolbox["select"])
    beginning = records(stage)
    for what, a, b, held in acts:
        act(stage, toolbox, what, a, b, held)
    stage.tool.deactivate()
    assert not stage.session.in_gesture
    end = records(stage)
    while stage.session.undo() is not None:
        pass
    assert records(stage) == beginning
    while stage.session.redo() is not None:
        pass
    last = stage.session.history.redoable()
    assert last is None
    if not any(a[0] in ("undo", "redo") for a in acts):
        assert records(stage) == end
    assert set(stage.index._by_instance) <= set(stage.document.instances)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=25), TOOLS)
def test_every_shape_made_is_whole(acts, first):
    """What lands in the document is drawable, within the picture where it must be, and at least a pixel large."""
    stage, toolbox = Stage(size=(100, 80)), Toolbox()
    stage.take(toolbox[first])
    for what, a, b, held in acts:
        act(stage, toolbox, what, a, b, held)
    stage.tool.deactivate()
    for annotation in stage.document.annotations.values():
        shape = annotation.geometry
        left, top, right, bottom = shape.bounds()
        assert left <= right
        assert top <= bottom
        if shape.kind.value in ("bounding_box", "polygon", "bitmask", "polyline", "point"):
            assert left >= 0
            assert top >= 0
            assert right <= 100
            assert bottom <= 80
        if shape.kind.value in ("bounding_box", "bitmask"):
            assert right - left >= 1
            assert bottom - top >= 1
