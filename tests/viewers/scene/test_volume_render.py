"""What is rendered lies where the millimetres say, whichever step of the ladder draws it."""

from __future__ import annotations

import math
import multiprocessing
import os
import threading
import time

import numpy as np
import pytest

from storage.model.space import VolumeGeometry, letters
from tests.support.volume_3d import ball_mask, geometry, middle_of, scene, silhouette, voxel_mm
from viewers.scene.surfaces import Surface, mesh_of
from viewers.scene.volume_render import ladder
from viewers.scene.volume_render.camera import Camera, Side
from viewers.scene.volume_render.grid import Grid, Values, corners, grid_of, reduced_shape
from viewers.scene.volume_render.ladder import Choice, Report, Step, choose
from viewers.scene.volume_render.looks import SURFACES, Look, presets
from viewers.scene.volume_render.numpy_engine import NumpyEngine
from viewers.scene.volume_render.pick import pick
from viewers.scene.volume_render.vtk_engine import VtkEngine
from viewers.scene.volume_render.wish import GROUND, ClipBox, Wish

SIZE = (240, 200)
WAYS = {
    "upright": {}, "tilted": {"tilt": 18.5}, "turned": {"turned": True}, "irregular": {"irregular": True},
    "tilted and irregular": {"tilt": -12.0, "irregular": True},
}  # fmt: skip


@pytest.fixture(params=["cpu", "gpu", "numpy"])
def engine(request):
    made = NumpyEngine() if request.param == "numpy" else VtkEngine(gpu=request.param == "gpu")
    yield made
    made.close()


@pytest.fixture
def cpu():
    made = VtkEngine(gpu=False)
    yield made
    made.close()


def cameras(start: Camera) -> list[Camera]:
    panned = start.turned(200, -15).panned(17, -11, SIZE).zoomed(1.4, 100, 90, SIZE)
    return [start, start.seen_from(Side.H), start.turned(33, 20).turned(-50, 40), panned]


# -- where things are seen ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("thing", ["ball", "box"])
def test_a_body_is_seen_where_its_middle_is_projected(engine, way, thing):
    made = scene(geometry(**WAYS[way]), ball=thing == "ball", box=thing == "box")
    grid = made.grid
    for camera in cameras(made.camera()):
        picture = engine.draw(made.wish(camera, SIZE), grid, {}, scale=1.0, coarse=False)
        x, y, _ = camera.project(getattr(made, thing), SIZE)
        assert math.dist(middle_of(silhouette(picture, GROUND)), (x, y)) < 2.0


def test_a_smaller_picture_while_moving_shows_the_same_place(engine):
    made = scene(box=False)
    camera = made.camera().turned(40, 10)
    picture = engine.draw(made.wish(camera, SIZE), made.grid, {}, scale=0.5, coarse=True)
    assert picture.shape == (100, 120, 4)
    x, y, _ = camera.project(made.ball, (120, 100))
    assert math.dist(middle_of(silhouette(picture, GROUND)), (x, y)) < 1.5


def test_a_volume_averaged_down_lies_where_the_whole_one_lies(cpu):
    made = scene(geometry(n=61, rows=90, columns=101, spacing=(0.6, 0.55), step=1.0, tilt=18.5), box=False)
    grid = grid_of(made.array, made.geometry, Values.of(made), most=40_000)
    assert grid.array.size <= 40_000 and not grid.whole
    for camera in cameras(made.camera()):
        picture = cpu.draw(made.wish(camera, SIZE, "ct_skin"), grid, {}, scale=1.0, coarse=False)
        x, y, _ = camera.project(made.ball, SIZE)
        assert math.dist(middle_of(silhouette(picture, GROUND)), (x, y)) < 2.0


@pytest.mark.parametrize("way", WAYS)
def test_a_surface_is_seen_where_its_mask_lies(engine, way):
    made = scene(geometry(**WAYS[way]))
    middle = made.geometry.to_mm(40, 22, 23)
    surface = Surface(mesh_of(ball_mask(made.geometry, middle, 9.0), made.geometry), (250, 60, 60))
    for camera in cameras(made.camera()):
        wish = Wish(camera, SIZE, Look(SURFACES))
        picture = engine.draw(wish, None, {"a": surface}, scale=1.0, coarse=False)
        x, y, _ = camera.project(middle, SIZE)
        seen = silhouette(picture, GROUND)
        assert math.dist(middle_of(seen), (x, y)) < 2.0
        grown = 0.6 if isinstance(engine, NumpyEngine) else 0.0  # px: it paints every pixel that a triangle touches
        assert seen.sum() == pytest.approx(math.pi * (9.0 * camera.px_per_mm(SIZE) + grown) ** 2, rel=0.08)


def test_what_is_nearer_hides_what_lies_behind(engine):
    made = scene(ball=False, box=False)
    near, far = made.geometry.to_mm(33, 10, 20), made.geometry.to_mm(33, 50, 20)  # the nose is in front
    surfaces = {
        "near": Surface(mesh_of(ball_mask(made.geometry, near, 5.0), made.geometry), (255, 0, 0)),
        "far": Surface(mesh_of(ball_mask(made.geometry, far, 9.0), made.geometry), (0, 255, 0)),
    }
    front = made.camera()
    for camera, seen in ((front, "red"), (front.seen_from(Side.P), "green")):
        picture = engine.draw(Wish(camera, SIZE, Look(SURFACES)), None, surfaces, scale=1.0, coarse=False)
        x, y, _ = camera.project(near, SIZE)
        blue, green, red, _ = picture[int(y), int(x)].tolist()
        assert (red > 3 * green) == (seen == "red") and (green > 3 * red) == (seen == "green"), (red, green, blue)


# -- presets ------------------------------------------------------------------------------------------------------------

#: Balls of one tissue each, by their place in columns and slices.
TISSUES = {"bone": (900, 16, 10), "vessel": (300, 50, 10), "soft": (60, 16, 30), "lung": (-750, 50, 30)}


@pytest.mark.parametrize(
    ("preset", "seen"),
    [
        ("ct_bone", {"bone", "vessel"}),
        ("ct_vessels", {"bone", "vessel"}),
        ("ct_soft", {"bone", "vessel", "soft"}),
        ("ct_skin", {"bone", "vessel", "soft"}),
        ("ct_lung", {"bone", "vessel", "soft", "lung"}),  # of what is denser the border, which passes through its values
    ],
)
def test_a_preset_of_ct_shows_the_tissues_that_it_is_named_for_and_no_thinner_ones(cpu, preset, seen):
    made = scene(ball=False, box=False)
    mm, middles = voxel_mm(made.geometry), {}
    for name, (value, column, k) in TISSUES.items():
        middles[name] = made.geometry.to_mm(column, 30, k)
        made.array[np.linalg.norm(mm - middles[name], axis=-1) <= 7] = value + 1024
    picture = cpu.draw(made.wish(made.camera(), SIZE, preset), made.grid, {}, scale=1.0, coarse=False)
    shape = silhouette(picture, GROUND)
    found = set()
    for name, middle in middles.items():
        x, y, _ = made.camera().project(middle, SIZE)
        if shape[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].any():
            found.add(name)
    assert found == seen


@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
def test_no_two_presets_show_the_same(cpu, modality):
    made = scene()
    made.modality = modality
    made.array += np.random.default_rng(3).integers(0, 200, made.array.shape).astype(made.array.dtype)
    pictures = [
        cpu.draw(Wish(made.camera(), SIZE, Look(p)), made.grid, {}, scale=1.0, coarse=False)
        for p in presets(modality)
        if p is not SURFACES
    ]
    assert all(silhouette(picture, GROUND).any() for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)


# -- projections --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "axis", "turn"), [
    (Side.A, 1, lambda m: m[::-1]), (Side.H, 0, lambda m: m[:, ::-1]), (Side.F, 0, lambda m: m), (Side.R, 2, lambda m: m[::-1, :]),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["max", "min"])
def test_a_projection_along_an_axis_is_numpys(side, axis, turn, kind):
    """One pixel a voxel, seen straight: the greys are those of the greatest (least) values."""
    dice = np.random.default_rng(5)
    values = dice.integers(0, 1000, (24, 28, 32)).astype(np.int16)
    where = VolumeGeometry.from_affine(np.eye(4), values.shape)
    grid = Grid(values, np.eye(4), low=0, high=1000, least=0, most=1000)
    preset = next(p for p in presets("MR") if p.id == {"max": "mip", "min": "minip"}[kind])
    expected = turn(getattr(values, kind)(axis=axis))
    if side is Side.R:  # the nose to the right
        expected = expected[:, ::-1]
    height, width = expected.shape
    camera = Camera.around(*corners(where), side)
    wish = Wish(
        Camera(camera.pivot, camera.toward, camera.up, float(height), size_mm=camera.size_mm), (width, height), Look(preset)
    )
    picture = NumpyEngine().draw(wish, grid, {}, scale=1.0, coarse=False)
    grey = GROUND[0] + (255.0 - GROUND[0]) * expected / 1000.0
    assert np.abs(picture[..., 2] - grey).max() <= 1


@pytest.mark.parametrize("gpu", [False, True])
def test_a_projection_by_vtk_is_numpys(gpu):
    """Smooth values, several pixels a voxel: VTK looks between voxels."""
    k, r, c = np.meshgrid(np.arange(40), np.arange(44), np.arange(48), indexing="ij")
    values = (500 + 480 * np.sin(k / 9) * np.cos(r / 8) * np.sin(c / 10)).astype(np.int16)
    grid = Grid(values, np.eye(4), low=0, high=1000, least=0, most=1000)
    camera = Camera.around((-0.5, -0.5, -0.5), (47.5, 43.5, 39.5), Side.F)
    camera = Camera(camera.pivot, camera.toward, camera.up, 44.0, size_mm=camera.size_mm)
    mip = next(p for p in presets("MR") if p.id == "mip")
    engine = VtkEngine(gpu=gpu)
    picture = engine.draw(Wish(camera, (480, 440), Look(mip)), grid, {}, scale=1.0, coarse=False)
    engine.close()
    at_centres = picture[5::10, 5::10, 2]
    grey = GROUND[0] + (255.0 - GROUND[0]) * values.max(axis=0) / 1000.0
    assert np.abs(at_centres[1:-1, 1:-1] - grey[1:-1, 1:-1]).max() <= 6


# -- clipping, values, picking ------------------------------------------------------------------------------------------


def test_the_clip_box_takes_away_its_part_and_no_more(engine):
    made = scene()
    camera = made.camera()
    grid = made.grid
    whole = silhouette(engine.draw(made.wish(camera, SIZE), grid, {}, scale=1.0, coarse=False), GROUND)
    cut_at = float((grid.to_index(made.ball)[0] + 0.5) / grid.size[0])  # through the ball's middle, along the columns
    clip = ClipBox().with_side(0, False, cut_at)
    wish = made.wish(camera, SIZE)
    seen = silhouette(engine.draw(Wish(wish.camera, SIZE, wish.look, clip), grid, {}, scale=1.0, coarse=False), GROUND)
    edge = float(camera.project(made.ball, SIZE)[0])
    assert not seen[:, : int(edge) - 2].any()
    rest = (slice(None), slice(int(edge) + 4, None))
    assert whole[rest].sum() > 150 and (seen != whole)[rest].mean() < 0.003  # rays begin elsewhere: the rims differ a little


def test_shifting_the_values_upwards_hides_what_was_seen(cpu):
    made = scene()
    wish = made.wish(made.camera(), SIZE)
    look = Look(wish.look.preset, shift=2000.0)
    assert silhouette(cpu.draw(wish, made.grid, {}, scale=1.0, coarse=False), GROUND).any()
    hidden = cpu.draw(Wish(wish.camera, SIZE, look), made.grid, {}, scale=1.0, coarse=False)
    assert not silhouette(hidden, GROUND).any()


@pytest.mark.parametrize("way", WAYS)
def test_a_click_finds_the_front_of_what_is_seen(way):
    made = scene(geometry(**WAYS[way]))
    for camera in cameras(made.camera()):
        x, y, _ = camera.project(made.ball, SIZE)
        found = pick(float(x), float(y), SIZE, camera, made.grid, made.wish(camera).look, ClipBox())
        front = made.ball + camera.toward * 8.0
        assert np.linalg.norm(found - front) < 2.5
        assert math.dist(camera.project(found, SIZE)[:2], (x, y)) < 0.1


def test_a_click_beside_everything_finds_nothing():
    made = scene(box=False)
    assert pick(2.0, 2.0, SIZE, made.camera(), made.grid, made.wish(made.camera()).look, ClipBox()) is None


def test_a_click_finds_a_segment_where_no_volume_is_seen():
    made = scene(ball=False, box=False)
    middle = made.geometry.to_mm(30, 30, 20)
    block = ball_mask(made.geometry, middle, 6.0)
    camera = made.camera().turned(50, 10)
    x, y, _ = camera.project(middle, SIZE)
    found = pick(float(x), float(y), SIZE, camera, made.grid, Look(SURFACES), ClipBox(), [block], made.geometry)
    assert np.linalg.norm(found - (middle + camera.toward * 6.0)) < 1.5


# -- cameras ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "right", "top"), [
    ("A", "L", "H"), ("P", "R", "H"), ("L", "P", "H"), ("R", "A", "H"), ("H", "R", "A"), ("F", "L", "A"),
])  # fmt: skip
def test_standard_views_show_the_patient_as_radiologists_look(side, right, top):
    camera = Camera.around((0, 0, 0), (1, 1, 1), Side(side))
    assert (letters(camera.toward), letters(camera.right), letters(camera.up)) == (side, right, top)


def test_turning_takes_the_front_along_with_the_hand():
    camera = Camera.around((0, 0, 0), (10, 10, 10))
    front = camera.pivot + camera.toward * 5
    x, y, _ = camera.turned(10, 0).project(front, SIZE)
    assert x > SIZE[0] / 2 + 0.5 and abs(y - SIZE[1] / 2) < 1e-6
    x, y, _ = camera.turned(0, 10).project(front, SIZE)
    assert y < SIZE[1] / 2 - 0.5 and abs(x - SIZE[0] / 2) < 1e-6


def test_a_thousand_turns_leave_the_camera_square():
    camera = Camera.around((0, 0, 0), (10, 10, 10))
    for n in range(1000):
        camera = camera.turned(1.7 * math.sin(n), 0.9)
    frame = np.stack([camera.right, camera.up, camera.toward])
    assert np.allclose(frame @ frame.T, np.eye(3), atol=1e-9) and np.linalg.det(frame) == pytest.approx(1)


def test_zooming_keeps_what_lies_under_the_pointer_and_panning_follows_it():
    camera = Camera.around((0, 0, 0), (30, 20, 10)).turned(20, 20).panned(9, 4, SIZE)
    before = camera.at(30, 170, SIZE)
    assert np.allclose(camera.zoomed(3.0, 30, 170, SIZE).project(before, SIZE)[:2], (30, 170))
    assert np.allclose(camera.panned(-12, 8, SIZE).project(before, SIZE)[:2], (18, 178))


def test_fitting_shows_every_corner():
    low, high = np.array([0.0, -40, 3]), np.array([200.0, 10, 60])
    points = np.array([[a, b, c] for a in (low[0], high[0]) for b in (low[1], high[1]) for c in (low[2], high[2])])
    for size in ((100, 300), (300, 100)):
        x, y, _ = Camera.around(low, high).turned(31, 12).fitted(points, size).project(points, size)
        assert x.min() > 0 and y.min() > 0 and x.max() < size[0] and y.max() < size[1]
        assert max(np.ptp(x) / size[0], np.ptp(y) / size[1]) > 0.9


# -- grids --------------------------------------------------------------------------------------------------------------


def test_a_volume_that_needs_nothing_is_not_copied():
    made = scene(geometry(tilt=18.5))
    grid = made.grid
    assert np.shares_memory(grid.array, made.array) and grid.whole
    assert np.allclose(grid.affine, made.geometry.affine) and grid.badges == ("Gantry tilt 18.5° corrected",)


def test_irregular_slices_are_resampled_and_said_to_be():
    made = scene(geometry(irregular=True))
    grid = made.grid
    assert "resampled" in grid.badges[0] and "1.05 to 2.4 mm" in grid.badges[0]
    ramp = voxel_mm(made.geometry) @ made.geometry.normal  # the height of each voxel: linear, so interpolation is exact
    even = grid_of(ramp.astype(np.float32), made.geometry, Values(), most=1 << 24)
    k, r, c = np.meshgrid(*(np.arange(m) for m in even.array.shape), indexing="ij")
    assert np.allclose(even.to_mm(np.stack([c, r, k], axis=-1)) @ made.geometry.normal, even.array, atol=0.02)


def test_slopes_that_differ_from_slice_to_slice_are_applied():
    made = scene()
    slopes = np.linspace(0.5, 2.0, made.geometry.n)
    shown = made.array * slopes[:, None, None] - 7
    grid = grid_of(made.array, made.geometry, Values("PT", slopes, -7.0), most=1 << 24)
    assert np.allclose(grid.array * grid.slope + grid.intercept, shown, rtol=1e-5)


def test_padding_is_as_dark_as_the_darkest():
    made = scene()
    array = made.array.copy()
    array[:, :5] = 32000
    grid = grid_of(array, made.geometry, Values("CT", 1.0, -1024.0, (32000, 32000)), most=1 << 24)
    assert grid.most <= 900 and (grid.array[:, :5] == 24).all()


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_seen_through_and_the_rest_is_drawn(engine, nothing):
    made = scene(box=False)
    array = made.array.astype(np.float32)
    array[:, :4, :] = nothing
    array[0] = nothing
    grid = grid_of(array, made.geometry, Values.of(made), most=1 << 24)
    assert np.isfinite(grid.array).all() and grid.array[0].max() == made.array[1:].min()
    whole = grid_of(made.array.astype(np.float32), made.geometry, Values.of(made), most=1 << 24)
    camera = made.camera()
    drawn, sound = (engine.draw(made.wish(camera, SIZE), g, {}, scale=1.0, coarse=False) for g in (grid, whole))
    x, y, _ = camera.project(made.ball, SIZE)
    assert math.dist(middle_of(silhouette(drawn, GROUND)), (x, y)) < 2.0
    assert abs(int(silhouette(drawn, GROUND).sum()) - int(silhouette(sound, GROUND).sum())) < 50


def test_a_volume_without_any_number_is_empty():
    made = scene()
    assert not grid_of(np.full(made.array.shape, np.nan, np.float32), made.geometry, Values(), most=1 << 24).array.any()


@pytest.mark.parametrize("shape", [(300, 512, 512), (54, 512, 512), (2, 4096, 4096), (256, 256, 256)])
def test_reduced_volumes_are_within_their_bound_and_close_to_it(shape):
    target = reduced_shape(shape, [2.5, 0.5, 0.5], 256**3)
    assert math.prod(target) <= 256**3 and all(a <= b for a, b in zip(target, shape, strict=True))
    assert math.prod(target) > 0.7 * min(256**3, math.prod(min(n, 2048) for n in shape))


# -- the ladder ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("report", "step"), [
    (Report("NVIDIA GeForce RTX 3060/PCIe/SSE2", 0.02), Step.GPU), (Report("Mesa Intel(R) UHD Graphics", 0.7), Step.CPU),
    (Report("llvmpipe (LLVM 15.0.6, 256 bits)"), Step.CPU), (Report("softpipe"), Step.CPU),
    (Report("Google SwiftShader"), Step.CPU), (Report("Microsoft Basic Render Driver"), Step.CPU),
    (Report(fault="no display"), Step.NUMPY),
])  # fmt: skip
def test_the_ladder_goes_by_what_the_trial_found(report, step):
    assert choose(report).step is step
    assert bool(choose(report).note) == (step is Step.NUMPY)


def dies(line):
    os.abort()


def hangs(line):
    threading.Event().wait()  # for what never comes


def finds_nothing(line):
    line.send({"fault": "no such device"})


@pytest.mark.parametrize(
    ("trial", "words"), [(dies, "exit code -6"), (hangs, "did not answer"), (finds_nothing, "no such device")]
)
def test_a_driver_that_fails_in_the_trial_fails_there_alone(trial, words):
    report = ladder.probe(trial=trial, patience=60 if trial is not hangs else 1)
    assert words in report.fault and choose(report).step is Step.NUMPY


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("\n        An attempt has been made to start a new process.\n\n  More."), "An attempt has been made"),
        (OSError(11, "Resource temporarily unavailable"), "Resource temporarily unavailable"),
        (RuntimeError(), "no process can be started (RuntimeError)"),
    ],
)
def test_where_no_trial_can_begin_the_reason_is_said(monkeypatch, error, words):
    def refuse(process):
        raise error

    monkeypatch.setattr(multiprocessing.get_context("spawn").Process, "start", refuse)
    note = choose(ladder.probe()).note
    assert words in note
    assert note.endswith("): simple projections are shown instead.")


def test_the_real_trial_answers_once_for_the_whole_session():
    ladder.forget()
    try:
        first = ladder.choice()
        assert first is not None and first.step in (Step.GPU, Step.CPU, Step.NUMPY)
        assert ladder.choice(trial=dies) is first
    finally:
        ladder.forget()


def test_a_trial_is_given_up_when_nobody_waits_for_it():
    ladder.forget()
    began = time.monotonic()
    assert ladder.choice(stopped=lambda: time.monotonic() - began > 0.3, trial=hangs) is None


def test_the_step_can_be_set_from_outside(monkeypatch):
    monkeypatch.setenv(ladder.OVERRIDE, "numpy")
    assert ladder.choice() == Choice(Step.NUMPY)
