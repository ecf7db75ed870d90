"""Masks as bodies in the volume editor: logic, cuts, scissors and the rules of overlap, by real keys and a real mouse."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from storage.editing import verbs
from storage.model import masks
from storage.model.geometry import Bitmask, ShapeKind
from storage.model.labels import Instance
from storage.model.ontology import Ontology
from storage.model.ontology_edit import set_overlap_group
from storage.model.overlap_groups import groups_of
from tests.support.tool_stage import feature, ontology
from tests.support.volume_view import CTRL, LEFT, SHIFT, VolumeStage, pixels, ready_to_paint, space
from viewers.scene.mpr import PlaneKind
from viewers.scene.segment import operations
from viewers.tools.overlap import Overlap, OverlapSettings

ROAD, WATER = feature(ShapeKind.BITMASK), "hash-Water"


def add(stage: VolumeStage, array: np.ndarray, feature_hash: str = ROAD) -> str:
    """An object with these voxels, put there in one step."""
    document, by = stage.document, {"by": "ann@example.org", "now": 1}
    edits, made = [], ""
    for k in np.flatnonzero(array.any(axis=(1, 2))):
        row = masks.encode(array[k], 0, 0)
        if not made:
            first, made = verbs.add_object(document, feature_hash, row, ("", int(k)), **by)
            edits += first
        else:
            edits += verbs.add_annotation(document, made, row, ("", int(k)), **by)
    stage.session.do("Put there", edits)
    return made


def box(stage: VolumeStage, k: tuple[int, int], r: tuple[int, int], c: tuple[int, int]) -> np.ndarray:
    out = np.zeros(stage.volume.geometry.shape, bool)
    out[k[0] : k[1], r[0] : r[1], c[0] : c[1]] = True
    return out


def stored(stage: VolumeStage, instance: str) -> np.ndarray:
    """What the rows of the document hold, read without the editor."""
    out = np.zeros(stage.volume.geometry.shape, bool)
    for row in stage.document.annotations_of(instance):
        assert isinstance(row.geometry, Bitmask)
        out[row.frame] = masks.to_frame(row.geometry, out.shape[2], out.shape[1])
    return out


def run(stage: VolumeStage, action: str) -> None:
    steps = len(stage.sent)
    stage.editor.run(action)
    stage.qtbot.waitUntil(lambda: len(stage.sent) == steps + 1)


@pytest.fixture
def stage(qtbot) -> VolumeStage:
    found = VolumeStage(qtbot, space(), np.zeros(space().shape, np.int16))
    found.editor.ask_number = lambda title, hint, proposed, least=0.1: proposed
    return found


@pytest.fixture
def pair(stage) -> tuple[str, str]:
    one = add(stage, box(stage, (4, 12), (10, 30), (10, 40)))
    two = add(stage, box(stage, (8, 16), (20, 40), (30, 60)), WATER)
    stage.focus.select((one, two))
    return one, two


@pytest.mark.parametrize(
    ("action", "reckon"),
    [
        ("volume_unite", lambda one, two: one | two),
        ("volume_intersect", lambda one, two: one & two),
        ("volume_subtract", lambda one, two: one & ~two),
    ],
)
def test_logic_between_masks_that_may_overlap(stage, pair, action, reckon):
    one, two = (stored(stage, i) for i in pair)
    run(stage, action)
    assert (stored(stage, pair[0]) == reckon(one, two)).all()
    assert (stored(stage, pair[1]) == two).all()
    stage.key(Qt.Key.Key_Z, CTRL)
    assert (stored(stage, pair[0]) == one).all()


def test_where_nothing_may_overlap_what_is_united_is_taken_from_the_others(stage, pair):
    stage.focus.select(pair[:1])
    stage.editor.overlap.overlap = Overlap.NEVER
    pair = (pair[0], add(stage, box(stage, (13, 18), (10, 30), (5, 25))))
    stage.focus.select(pair)
    one, two = (stored(stage, i) for i in pair)
    run(stage, "volume_unite")
    assert (stored(stage, pair[0]) == one | two).all()
    assert pair[1] not in stage.document.instances
    assert stage.focus.selected == pair[:1]
    assert stage.said[-1] == "Unite Road 1 with Road 2. No voxel is left of Road 2."
    stage.key(Qt.Key.Key_Z, CTRL)
    assert (stored(stage, pair[1]) == two).all()


def test_an_inverted_mask_takes_nothing_from_masks_that_it_may_not_overlap(stage, pair):
    one, two = (stored(stage, i) for i in pair)
    stage.editor.overlap.overlap = Overlap.NEVER
    stage.focus.select(pair[:1])
    run(stage, "volume_body_inverted")
    assert (stored(stage, pair[0]) == ~one & ~two).all()
    assert (stored(stage, pair[1]) == two).all()


def test_masks_smoothed_jointly_leave_no_gap_between_them(stage):
    rng = np.random.default_rng(5)
    whole = box(stage, (4, 16), (8, 40), (8, 56))
    left = whole & ((np.arange(64) + rng.integers(-3, 4, (20, 48, 1))) < 32)
    one, two = add(stage, left), add(stage, whole & ~left, WATER)
    stage.focus.select((one, two))
    run(stage, "volume_smooth_jointly")
    a, b = stored(stage, one), stored(stage, two)
    assert not (a & b).any()
    assert (a | b)[7:13, 12:36, 12:52].all()
    assert np.abs(np.diff(a.astype(int), axis=1)).sum() < np.abs(np.diff(left.astype(int), axis=1)).sum()


@pytest.mark.parametrize(("action", "kept"), [("volume_cut_keep", slice(9, 20)), ("volume_cut_remove", slice(0, 10))])
def test_a_cut_keeps_the_side_that_its_title_names(stage, pair, action, kept):
    one = stored(stage, pair[0])
    stage.focus.select(pair[:1])
    stage.editor.go_to(("", 9))
    action_title = stage.editor.title_of(stage.editor.keymap.action(action))
    assert action_title == f"Cut at this plane, keep the {'H' if action == 'volume_cut_keep' else 'F'} side"
    run(stage, action)
    expected = np.zeros_like(one)
    expected[kept] = one[kept]
    assert (stored(stage, pair[0]) == expected).all()


def test_the_cut_goes_along_the_plane_that_has_the_keyboard(stage, pair):
    one = stored(stage, pair[0])
    stage.focus.select(pair[:1])
    stage.editor.state.look_at(stage.volume.geometry.to_mm(25, 20, 9))
    stage.editor.planes[PlaneKind.SAGITTAL].setFocus()
    run(stage, "volume_cut_split")
    (new,) = set(stage.document.instances) - set(pair)
    left, right = stored(stage, pair[0]), stored(stage, new)
    assert (left == one & (np.arange(64) < 25)).all()
    assert (right == one & (np.arange(64) >= 25)).all()
    assert stage.document.instances[new].feature_hash == ROAD


def test_what_is_locked_is_no_part_of_it_and_the_reason_is_told(stage, pair):
    stage.focus.set(locked=frozenset(pair[:1]))
    stage.editor.run("volume_unite")
    assert stage.said[-1] == "Select two or more objects with masks first."
    stage.focus.select(pair[:1])
    stage.editor.run("volume_margin")
    assert stage.said[-1] == "This object is locked."
    assert len(stage.sent) == 2


# -- behind the window


def test_escape_stops_what_is_worked_on_and_nothing_changes(stage, pair, monkeypatch):
    begun, released = threading.Event(), threading.Event()

    def slow(bench, *_given):
        bench.gesture.remove(pair[0], bench.read(pair[0]))
        begun.set()
        released.wait(10)
        bench.progress.step(1, 2)

    monkeypatch.setattr(operations, "keep_largest", slow)
    before = stored(stage, pair[0])
    stage.editor.run("volume_largest")
    stage.qtbot.waitUntil(begun.is_set)
    stage.editor.run("volume_small")
    assert "still being worked on. Esc stops it." in stage.said[-1]
    stage.canvas.setFocus()
    stage.key(Qt.Key.Key_Escape)
    released.set()
    stage.qtbot.waitUntil(lambda: not stage.editor.mask_work.busy)
    assert stage.said[-1].startswith("Stopped: Keep the largest piece of")
    assert len(stage.sent) == 2
    assert (stored(stage, pair[0]) == before).all()
    assert stage.editor.masks.read(pair[0]).count == before.sum()


def test_labels_that_were_changed_meanwhile_are_kept(stage, pair, monkeypatch):
    begun, released = threading.Event(), threading.Event()

    def slow(bench, *_given):
        begun.set()
        released.wait(10)
        bench.gesture.remove(pair[1], bench.read(pair[1]))

    monkeypatch.setattr(operations, "keep_largest", slow)
    stage.editor.run("volume_largest")
    stage.qtbot.waitUntil(begun.is_set)
    stage.session.undo()  # the second object was never there
    released.set()
    stage.qtbot.waitUntil(lambda: not stage.editor.mask_work.busy)
    assert pair[1] not in stage.document.instances
    assert len(stage.document.instances) == 1


def test_a_long_one_says_how_far_it_is(stage, pair, monkeypatch):
    def slow(bench, *_given):
        for n in range(40):
            bench.progress.step(n, 40)
            threading.Event().wait(0.01)

    monkeypatch.setattr(operations, "keep_largest", slow)
    stage.editor.run("volume_largest")
    stage.qtbot.waitUntil(lambda: any("%. Esc stops it." in said for said in stage.said))
    stage.qtbot.waitUntil(lambda: stage.said[-1] == "Nothing has changed.")


# -- scissors


def draw(stage: VolumeStage, pane, corners: list[QPoint], keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    stage.move(pane, corners[0])
    QTest.mousePress(pane, LEFT, keys, corners[0])
    for start, end in pairwise(corners):
        for part in range(1, 9):
            stage.move(pane, start + (end - start) * part / 8, LEFT, keys)
    QTest.mouseRelease(pane, LEFT, keys, corners[-1])


def corners(stage: VolumeStage, pane, places: list[tuple[float, float, float]]) -> list[QPoint]:
    """Of (column, row, slice)."""
    return [stage.at(pane, stage.volume.geometry.to_mm(*place)) for place in places]


@pytest.mark.parametrize("outside", [False, True])
def test_scissors_on_a_slice_cut_through_all_of_them(stage, pair, outside):
    one = stored(stage, pair[0])
    stage.focus.select(pair[:1])
    stage.editor.run("tool_snip")
    ring = corners(stage, stage.canvas, [(c, r, 0) for c, r in ((19.5, 4), (30.5, 4), (30.5, 36), (19.5, 36))])
    steps = len(stage.sent)
    draw(stage, stage.canvas, ring, SHIFT if outside else Qt.KeyboardModifier.NoModifier)
    stage.qtbot.waitUntil(lambda: len(stage.sent) == steps + 1)
    inside = (np.arange(64) >= 20) & (np.arange(64) <= 30)
    assert (stored(stage, pair[0]) == (one & inside if outside else one & ~inside)).all()
    stage.canvas.setFocus()
    stage.key(Qt.Key.Key_Z, CTRL)
    assert (stored(stage, pair[0]) == one).all()


def test_scissors_work_in_other_planes_and_only_as_deep_as_asked(stage, pair):
    one = stored(stage, pair[0])
    stage.focus.select(pair[:1])
    stage.editor.state.look_at(stage.volume.geometry.to_mm(25, 20, 9))
    stage.editor.state.set(lines=False)
    stage.editor.run("tool_snip")
    stage.editor.options.more.parts["snip"].deep.setValue(6.0)
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    coronal.read()
    ring = corners(stage, coronal, [(15.5, 20, 5.5), (35.5, 20, 5.5), (35.5, 20, 8.5), (15.5, 20, 8.5)])
    steps = len(stage.sent)
    stage.move(coronal, ring[0])
    QTest.mousePress(coronal, LEFT, pos=ring[0])
    plain = pixels(coronal)
    for place in ring[1:]:
        stage.move(coronal, place, LEFT)
    drawn = pixels(coronal)
    middle = (ring[0] + ring[2]) / 2
    assert (drawn[middle.y() - 4 : middle.y() + 4, middle.x()] > plain[middle.y() - 4 : middle.y() + 4, middle.x()]).any()
    QTest.mouseRelease(coronal, LEFT, pos=ring[-1])
    stage.qtbot.waitUntil(lambda: len(stage.sent) == steps + 1)
    gone = one & ~stored(stage, pair[0])
    k, r, c = np.nonzero(gone)
    assert (k.min(), k.max()) == (6, 8)
    assert (r.min(), r.max()) == (17, 23)
    assert (c.min(), c.max()) == (16, 35)


def test_an_outline_whose_plane_is_put_away_by_a_key_is_dropped(stage, pair):
    one = stored(stage, pair[0])
    stage.focus.select(pair[:1])
    stage.editor.state.look_at(stage.volume.geometry.to_mm(25, 20, 9))
    stage.editor.run("tool_snip")
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    coronal.read()
    ring = corners(stage, coronal, [(15.5, 20, 5.5), (35.5, 20, 5.5), (35.5, 20, 8.5), (15.5, 20, 8.5)])
    plain, steps = pixels(coronal), len(stage.sent)
    stage.move(coronal, ring[0])
    QTest.mousePress(coronal, LEFT, pos=ring[0])
    for place in ring[1:]:
        stage.move(coronal, place, LEFT)
    assert (pixels(coronal) != plain).any()
    stage.key(Qt.Key.Key_F4, SHIFT, coronal)
    assert not coronal.isVisible()
    QTest.mouseRelease(coronal, LEFT, pos=ring[-1])
    stage.key(Qt.Key.Key_F2, SHIFT)
    stage.qtbot.waitUntil(lambda: coronal.isVisible() and coronal.size().toTuple() == (plain.shape[1], plain.shape[0]))
    assert (pixels(coronal) == plain).all()
    assert len(stage.sent) == steps
    assert (stored(stage, pair[0]) == one).all()


def test_scissors_can_fill_and_begin_an_object(stage):
    stage.editor.arm_class(WATER)
    stage.editor.arm_tool("snip")
    options = stage.editor.options.more.parts["snip"]
    options.how.setCurrentIndex(options.how.findData("fill"))
    options.deep.setValue(1.0)
    stage.editor.go_to(("", 7))
    stage.qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 7) and stage.canvas.sharp)
    draw(
        stage,
        stage.canvas,
        corners(stage, stage.canvas, [(c, r, 7) for c, r in ((9.5, 9.5), (20.5, 9.5), (20.5, 30.5), (9.5, 30.5))]),
    )
    stage.qtbot.waitUntil(lambda: len(stage.sent) == 1)
    (made,) = stage.document.instances
    assert stage.document.instances[made].feature_hash == WATER
    assert stage.focus.selected == (made,)
    assert (stored(stage, made) == box(stage, (7, 8), (10, 31), (10, 21))).all()


def test_scissors_say_what_they_need(stage):
    stage.editor.run("tool_snip")
    draw(stage, stage.canvas, [QPoint(60, 60), QPoint(120, 60), QPoint(120, 120)])
    assert stage.said[-1] == "Select an object with a mask first."


# -- the rules of overlap


def grouped(groups: dict[str, str]) -> Ontology:
    made = ontology()
    for feature_hash, group in groups.items():
        made = set_overlap_group(made, feature_hash, group)
    return made


@pytest.mark.parametrize("tool", ["brush", "sphere"])
@pytest.mark.parametrize(
    ("overlap", "feature_hash", "taken"),
    [
        (Overlap.ALLOWED, WATER, False),
        (Overlap.NEVER, WATER, True),
        (Overlap.CLASS, WATER, False),
        (Overlap.CLASS, ROAD, True),
        ("group", WATER, True),
    ],
)
def test_brushes_keep_to_the_rules_on_slices_and_through_them(qtbot, tool, overlap, feature_hash, taken):
    stage = ready_to_paint(qtbot, tool)
    if overlap == "group":
        stage.editor.set_ontology(grouped({ROAD: "A", WATER: "A"}))
    else:
        stage.editor.overlap.overlap = overlap
    other = add(stage, box(stage, (6, 13), (10, 30), (30, 50)), feature_hash)
    before = stored(stage, other)
    stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(30, 20, 9)))
    (new,) = set(stage.document.instances) - {other}
    painted = stored(stage, new)
    assert (painted & before).any() or taken
    assert (stored(stage, other) == (before & ~painted if taken else before)).all()
    assert len(stage.sent) == 2


@pytest.mark.parametrize("tool", ["brush", "sphere", "flood"])
@pytest.mark.parametrize("why", ["locked", "hidden", "keeps"])
def test_what_does_not_give_way_is_left_out_of_the_stroke(qtbot, tool, why):
    stage = ready_to_paint(qtbot, tool)
    stage.editor.overlap.overlap = Overlap.NEVER
    other = add(stage, box(stage, (6, 13), (10, 30), (30, 50)), WATER)
    before = stored(stage, other)
    match why:
        case "keeps":
            stage.editor.overlap.others_yield = False
        case _:
            stage.focus.set(**{why: frozenset((other,))})
    stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(30, 20, 9)))
    qtbot.waitUntil(lambda: len(stage.sent) == 2)
    (new,) = set(stage.document.instances) - {other}
    assert stored(stage, new).any()
    assert not (stored(stage, new) & before).any()
    assert (stored(stage, other) == before).all()


def test_the_rules_are_chosen_beside_the_brush_and_kept(qtbot):
    stage = ready_to_paint(qtbot, "brush")
    button = stage.editor.overlap_button
    assert button.isVisible()
    assert not stage.editor.options.underlying_box.isVisible()
    button.menu().aboutToShow.emit()
    entry = next(a for a in button.menu().actions() if a.text() == "No overlap at all")
    entry.trigger()
    assert button.text() == "No overlap at all"
    button.menu().aboutToShow.emit()
    next(a for a in button.menu().actions() if a.text() == "Painting takes voxels from the others").trigger()
    assert button.text() == "No overlap at all, others keep theirs"
    settings = stage.editor.overlap
    assert (settings.overlap, settings.others_yield) == (Overlap.NEVER, False)


def test_groups_are_the_ontologys_and_asked_for_there(qtbot):
    """The menu beside the brush shows what holds for everybody; another group is a change of the ontology."""
    stage = ready_to_paint(qtbot, "brush")
    button = stage.editor.overlap_button
    stage.editor.set_ontology(grouped({ROAD: "A"}))
    assert button.text() == "No overlap within a group"
    button.menu().aboutToShow.emit()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the parts of the menu as it was before
    (water,) = (part for part in button.menu().findChildren(QMenu) if part.title() == "Water")
    assert [a.text() for a in water.actions() if a.isChecked()] == ["No group: may overlap with all"]
    with qtbot.waitSignal(stage.editor.ontology_wanted) as wanted:
        next(a for a in water.actions() if a.text() == "Group B").trigger()
    text, changed = wanted.args
    assert text == "Put “Water” into group B of masks"
    assert groups_of(changed) == {ROAD: "A", WATER: "B"}
    assert groups_of(stage.editor.ontology) == {ROAD: "A"}  # until it has been done
    stage.editor.set_ontology(changed)
    assert stage.editor.overlap.groups == {ROAD: "A", WATER: "B"}


@pytest.mark.parametrize(
    ("overlap", "alike"),
    [
        (Overlap.ALLOWED, {(1, 2)}),
        (Overlap.CLASS, {(1, 2), (3, 4)}),
        (Overlap.NEVER, {(1, 2), (1, 3), (2, 3), (3, 4), (1, 4), (2, 4)}),
    ],
)
def test_a_person_may_be_stricter_than_the_ontology_and_never_laxer(overlap, alike):
    things = [
        Instance(str(n), h, c, n) for n, (h, c) in enumerate([("a", "liver"), ("b", "lesion"), ("c", "vein"), ("d", "vein")], 1)
    ]
    settings = OverlapSettings(overlap, groups={"liver": "A", "lesion": "A"})
    groups = {i: settings.group_of(thing) for i, thing in enumerate(things, 1)}
    found = {(i, j) for i in groups for j in groups if i < j and groups[i] is not None and groups[i] == groups[j]}
    assert found == alike


def test_the_button_of_the_strip_holds_what_is_done_to_masks(stage, pair):
    stage.editor.strip.masks_button.click()
    (menu,) = [m for m in stage.editor.findChildren(QMenu) if m.isVisible()]
    entries = {a.text().split("\t")[0]: a for part in menu.actions() if part.menu() for a in part.menu().actions()}
    assert {"Unite in all slices", "Split at this plane", "Smooth several jointly…", "No overlap at all"} <= set(entries)
    assert entries["Unite in all slices"].isEnabled()
    menu.close()
