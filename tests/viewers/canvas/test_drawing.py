"""Every shape is where it should be, in the colour that it should have, in every orientation."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from storage.editing import verbs
from storage.model.geometry import (
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Polygon,
    Polyline,
    RotatedBox,
    Skeleton,
    SkeletonPoint,
    Visibility,
)
from tests.support import scenes
from tests.viewers.canvas.conftest import Make, Shown, gray, greenish, reddish
from viewers.canvas import raster, shape_layer
from viewers.canvas.image_canvas import ImageCanvas
from viewers.scene.outlines import outline

SQUARE_WITH_HOLE = Polygon(
    ((((40.0, 40.0), (120.0, 40.0), (120.0, 110.0), (40.0, 110.0)), ((70.0, 65.0), (90.0, 65.0), (90.0, 85.0), (70.0, 85.0))),)
)
CASES: list[tuple[Geometry, list[tuple[float, float]], list[tuple[float, float]]]] = [
    # geometry, points on its outline, points outside it
    (Box(40, 30, 80, 60), [(40, 60), (120, 60), (80, 30), (80, 90)], [(20, 60), (140, 60), (80, 110)]),
    (RotatedBox(60, 50, 80, 40, 90), [(80, 70), (120, 70), (100, 30), (100, 110)], [(65, 70), (135, 70)]),
    (SQUARE_WITH_HOLE, [(40, 70), (120, 70), (70, 75), (90, 75)], [(80, 75), (20, 20)]),
    (Polyline(((20.0, 20.0), (100.0, 20.0), (100.0, 100.0))), [(60, 20), (100, 60)], [(20, 60), (60, 60)]),
    (Keypoint(100, 75), [(100, 75)], [(92, 75), (100, 85)]),
    (Circle(100, 75, 40), [(140, 75), (60, 75), (100, 35), (100, 115)], [(150, 75), (62, 40)]),
    (Ellipse(100, 75, 60, 20, 90), [(100, 15), (100, 135), (80, 75), (120, 75)], [(140, 75), (60, 75)]),
    (
        Cuboid2D(((40.0, 60.0), (90.0, 60.0), (90.0, 110.0), (40.0, 110.0)), offset=(30.0, -20.0)),
        [(40, 85), (120, 65), (80, 40), (55, 50)],
        [(20, 20), (150, 120)],
    ),
]


@pytest.mark.parametrize(("shape", "on", "off"), CASES, ids=lambda c: type(c).__name__)
@pytest.mark.parametrize("turned", [(0, False), (90, False), (180, True), (270, True)], ids=str)
def test_outlines_are_where_they_belong(show: Make, shape: Geometry, on: list, off: list, turned: tuple[int, bool]) -> None:  # type: ignore[type-arg]
    shown = show([shape])
    shown.canvas.focus.show(opacity=0.0)
    shown.canvas.turn(turned[0])
    if turned[1]:
        shown.canvas.mirror()
    assert all(reddish(c) for c in shown.at_many(on))
    assert all(gray(c) for c in shown.at_many(off))


def test_fill_is_tinted_by_the_opacity_and_holes_are_not(show: Make) -> None:
    shown = show([SQUARE_WITH_HOLE])
    shown.canvas.focus.show(opacity=0.5)
    inside, hole = shown.at_many([(55, 75), (80, 75)])
    assert (inside.red(), inside.green()) == (pytest.approx(179, abs=4), pytest.approx(64, abs=4))
    assert gray(hole)


def test_an_outline_is_as_wide_as_asked_and_centred(show: Make) -> None:
    for width in (1, 2, 3, 4):
        shown = show([Box(50, 20, 100, 100)])
        shown.canvas.focus.show(opacity=0.0, line_width=float(width))
        shown.canvas.zoom_to(1.0)
        row = shown.pixels()[round(shown.canvas.view.screen_point(50, 70)[1])].astype(int)
        x = shown.canvas.view.screen_point(50, 70)[0]
        near = slice(int(x) - 8, int(x) + 8)
        strength = (row[near, 0] - row[near, 1]).clip(0) / 230
        assert strength.sum() == pytest.approx(width, abs=0.55)
        centre = (strength * (np.arange(16) + 0.5)).sum() / strength.sum() + int(x) - 8
        assert centre == pytest.approx(x, abs=0.6)


def test_an_outline_is_seen_on_its_own_colour(show: Make) -> None:
    """A red box on a red picture: the dark halo shows it."""
    shown = show([Box(40, 30, 80, 60)], scenes.plain(200, 150, (230, 0, 0)))
    shown.canvas.focus.show(opacity=0.0)
    column = shown.pixels()[:, round(shown.canvas.view.screen_point(80, 0)[0]), 0]
    assert column.min() < 130 or (np.sort(column)[2:] < 180).any()


def test_a_mask_covers_its_pixels_exactly(show: Make) -> None:
    rows = ["##..##", "#....#", "..##..", "######"]
    shown = show([scenes.mask(10, 20, rows)], scenes.plain(40, 40))
    shown.canvas.focus.show(opacity=1.0)
    for y, row in enumerate(rows):
        for x, c in enumerate(row):
            color = shown.at(10 + x + 0.5, 20 + y + 0.5)
            assert reddish(color) == (c == "#"), (x, y)


def test_a_mask_is_right_when_the_view_is_turned_and_mirrored(show: Make) -> None:
    rows = ["###", "#..", "#.."]
    shown = show([scenes.mask(10, 20, rows)], scenes.plain(40, 40))
    shown.canvas.focus.show(opacity=1.0)
    shown.canvas.turn(90)
    shown.canvas.mirror()
    for y, row in enumerate(rows):
        for x, c in enumerate(row):
            assert reddish(shown.at(10 + x + 0.5, 20 + y + 0.5)) == (c == "#"), (x, y)


def test_a_skeleton_has_its_templates_edges_and_hides_invisible_points(show: Make) -> None:
    def point(i: int, x: float, y: float, visibility: Visibility = Visibility.VISIBLE) -> SkeletonPoint:
        return SkeletonPoint(x, y, "abcd"[i], scenes.YELLOW, "abcd"[i], f"p{i}", visibility)

    shape = Skeleton((point(0, 20, 20), point(1, 120, 20), point(2, 120, 100), point(3, 20, 100, Visibility.INVISIBLE)))
    shown = show([shape], classes=[3])
    first, second, third, gone = shown.at_many([(70, 20), (120, 60), (70, 100), (20, 100)])
    assert reddish(first)
    assert greenish(second)
    assert gray(third)
    assert gray(gone)


def test_occluded_shapes_are_dashed(show: Make) -> None:
    whole, dashed = show([Box(20, 20, 160, 100)]), show([Box(20, 20, 160, 100)], occluded=True)
    for shown in (whole, dashed):
        shown.canvas.focus.show(opacity=0.0)

    def red_share(shown) -> float:  # type: ignore[no-untyped-def]
        return sum(reddish(c) for c in shown.at_many([(20 + k, 20) for k in range(160)])) / 160

    assert red_share(whole) > 0.95
    assert 0.25 < red_share(dashed) < 0.75


def test_hidden_and_only_selected(show: Make) -> None:
    shown = show([Box(20, 20, 60, 60), Box(110, 20, 60, 60)], classes=[0, 1])
    canvas = shown.canvas
    canvas.focus.hide(["i0"], True)
    assert gray(shown.at(20, 50))
    assert greenish(shown.at(110, 50))
    canvas.focus.hide(["i0"], False)
    canvas.focus.select(["i0"])
    canvas.focus.show(only_selected=True)
    assert reddish(shown.at(20, 35))
    assert gray(shown.at(110, 50))
    canvas.focus.select(["i1"])
    assert gray(shown.at(20, 35))
    assert greenish(shown.at(110, 35))


def test_colours_by_instance_tell_two_of_a_class_apart(show: Make) -> None:
    shown = show([Box(20, 20, 60, 60), Box(110, 20, 60, 60)], classes=[0, 0])
    assert all(reddish(c) for c in shown.at_many([(20, 50), (110, 50)]))
    shown.canvas.focus.show(color_by="instance")
    first, second = shown.at_many([(20, 50), (110, 50)])
    assert abs(first.hue() - second.hue()) > 10


def test_names_on_request(show: Make) -> None:
    shown = show([Box(40, 60, 100, 60)])
    before = shown.pixels()
    shown.canvas.focus.show(names=True)
    shown.qtbot.waitUntil(lambda: shown.canvas._painter._names is not None)
    x, y = shown.canvas.view.screen_point(40, 60)
    above = (slice(int(y) - 20, int(y) - 5), slice(int(x) + 2, int(x) + 30))
    assert shown.pixels()[above].mean() < before[above].mean() - 40


def test_a_changed_shape_is_redrawn_and_leaves_no_trace(show: Make) -> None:
    shown = show([Box(20, 20, 60, 60), Box(110, 20, 60, 60)], classes=[0, 1])
    session = shown.canvas.session
    before = shown.pixels()
    session.do("Move", verbs.set_geometry(session.document, {"a0": Box(30, 80, 60, 60)}, by="ann", now=1))
    assert gray(shown.at(20, 50))
    assert reddish(shown.at(30, 110))
    session.undo()
    assert np.array_equal(shown.pixels(), before)


def test_where_lines_are_few_they_look_as_where_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = scenes.many(20, 1000, 700, radius=30.0)
    colors = ((40, 40, 220), (220, 120, 20), (30, 200, 60))
    items = [raster.Item(raster.Loose(outline(shape)), colors[n % 3], n % 7 == 0) for n, shape in enumerate(shapes)]
    matrix, size, look = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (1000, 700), raster.Look()
    few = raster.draw(items, matrix, size, look)
    monkeypatch.setattr(raster, "FEW", raster.BLOCK[0] * raster.BLOCK[1] + 1)  # no block has so few
    many = raster.draw(items, matrix, size, look)
    assert few is not None and few.any()
    assert np.array_equal(few, many)
    nothing = raster.draw([], matrix, size, look)
    assert nothing is not None and nothing.shape == (700, 1000, 4) and not nothing.any()


def test_deleting_takes_the_shape_off_the_screen(show: Make) -> None:
    shown = show([Box(20, 20, 60, 60)])
    session = shown.canvas.session
    session.do("Delete", verbs.delete_instances(session.document, ["i0"]))
    assert gray(shown.at(20, 50))
    assert len(shown.canvas.hits) == 0


def test_patching_equals_drawing_everything(show: Make) -> None:
    """A hundred edits in a crowd leave the same pixels as a fresh drawing."""
    shapes = scenes.many(300, 200, 150, radius=12)
    shown = show(shapes)
    session = shown.canvas.session
    for i in range(0, 300, 3):
        moved = session.document.annotations[f"a{i}"].geometry.moved(7, -4)
        session.do("Move", verbs.set_geometry(session.document, {f"a{i}": moved}, by="ann", now=1))
    patched = shown.pixels().astype(int)
    shown.canvas._static.invalidate()
    fresh = shown.pixels().astype(int)
    # Lines cut at a patch's border are rounded a little differently: single pixels where two colours meet may differ.
    differs = np.abs(patched - fresh).max(axis=2)
    assert (differs > 16).mean() < 0.004


def test_many_shapes_that_move_at_once_are_seen_and_found_where_they_are(show: Make) -> None:
    shapes = scenes.many(240, 200, 150, radius=6)
    shown = show(shapes)
    session, hits = shown.canvas.session, shown.canvas.hits
    before = shown.pixels()
    session.do("Move", session.reshaped({f"i{n}": s.moved(400, 0) for n, s in enumerate(shapes)}, ("", 0), now=1))
    assert gray(shown.at(100, 75)) and len(hits.near((0, 0, 200, 150))) == 0
    assert [hits.bounds([f"i{n}"]) for n in range(240)] == [s.moved(400, 0).bounds() for s in shapes]
    session.undo()
    assert np.array_equal(shown.pixels(), before)


def test_a_thousand_selected_shapes_are_drawn_as_selected(show: Make) -> None:
    shown = show(scenes.many(200, 200, 150, radius=6))
    before = shown.pixels().astype(int)
    shown.canvas.focus.select([f"i{n}" for n in range(200)])
    assert np.abs(shown.pixels() - before).max() > 20
    shown.canvas.focus.select([])
    assert (np.abs(shown.pixels() - before).max(axis=2) > 16).mean() < 0.004


def test_the_frame_decides_which_shapes_are_shown(show: Make) -> None:
    from storage.editing.edits import Put
    from storage.model.labels import Annotation

    shown = show([Box(20, 20, 60, 60)])
    session = shown.canvas.session
    session.do("Draw", [Put(Annotation("b", "i0", Box(100, 20, 60, 60), 1))])
    assert gray(shown.at(100, 50))
    assert reddish(shown.at(20, 50))


def test_a_few_shapes_are_there_as_soon_as_the_canvas_is_shown(qtbot: QtBot) -> None:
    """Drawn on the spot: no thread is waited for, which on a busy machine comes late."""
    shapes = [Box(10 + 20 * (i % 6), 10 + 30 * (i // 6), 12, 20) for i in range(24)]
    source = scenes.plain(200, 150)
    qtbot.waitUntil(lambda: source.facts(0) is not None)
    canvas = ImageCanvas(scenes.session(shapes), scenes.focus(), scenes.ontology(), source)
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    try:
        canvas.show()
        assert canvas._static.sharp
        assert canvas._static.layer is not None
        assert canvas._static.layer.pixels.any()
    finally:
        canvas.close_canvas()
        source.close()


def test_shapes_that_are_long_in_coming_are_told_and_the_word_goes_when_they_are_there(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    draw = raster.draw

    def slow(*args: object, **more: object) -> object:
        held.wait(60)
        return draw(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(shape_layer, "_quick", lambda items: False)
    monkeypatch.setattr(raster, "draw", slow)
    source = scenes.plain(200, 150)
    canvas = ImageCanvas(scenes.session([Box(40, 30, 80, 60)]), scenes.focus(), scenes.ontology(), source)
    shown = Shown(canvas, qtbot)
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    try:
        canvas.show()
        shown.qtbot.waitUntil(lambda: canvas.is_late)
        late = canvas.grab().toImage()
        held.set()
        shown.settle()
        assert not canvas.is_late
        assert canvas.grab().toImage() != late
        assert reddish(shown.at(40, 60))
        assert gray(shown.at(100, 140))  # where the word stood
    finally:
        held.set()
        canvas.close_canvas()
        source.close()
