"""Segmentation in a volume of 512 x 512 x 300: what a stroke's moves, its end, undo and the long operations cost.

A dab is a move of the mouse as the tool hands it over: the voxels of the brush are reckoned in millimetres, written as far
as locks and other objects let them, and the changed part of the three planes through it is read for the display. Undo is
measured with the document's history and the masks following it. Deltas are the bytes of the step as the catalog keeps it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.rows import Row, percentile

SHAPE = (300, 512, 512)
UNDO = 20.0  # ms


def run(quick: bool) -> list[Row]:
    strokes = 2 if quick else 6
    rows: list[Row] = []
    for radius, limit, flat in ((5, 5.0, True), (15, 5.0, False), (20, 5.0, False), (40, 8.0, False), (40, 8.0, True)):
        rows += _painting(radius, limit, flat, strokes)
    return [*rows, *_crowded(), *_operations(quick)]


def _geometry() -> Any:
    from storage.model.space import VolumeGeometry

    origins = np.array([[-180.0, -180.0, 0.9 * k] for k in range(SHAPE[0])])
    return VolumeGeometry(origins, [1, 0, 0], [0, 1, 0], 0.7, 0.7, SHAPE[1], SHAPE[2])


def _session() -> Any:
    from storage.editing.session import EditSession
    from storage.editing.volume_verbs import follow
    from storage.model.labels import LabelDocument
    from storage.model.volume_masks import VolumeMasks
    from tests.support.sent import stored

    session = EditSession(LabelDocument(), stored, author="bench@localhost")
    masks = VolumeMasks(session.document, SHAPE)
    follow(session, masks)
    return session, masks


def _painting(radius: int, limit: float, flat: bool, strokes: int) -> list[Row]:
    """Strokes of 60 moves in an object that has a neighbour it must not overlap and one that is locked."""
    from storage.editing.volume_verbs import PaintRules, VolumeGesture
    from viewers.scene.segment.brush import ball, disc

    geometry, (session, masks) = _geometry(), _session()
    radius_mm = radius * 0.7
    ids: list[str] = []
    for at in ((190, 250, 150), (280, 250, 150), (235, 330, 150)):
        hand = VolumeGesture(session.document, masks, PaintRules(), by="b", now=1)
        ids.append(hand.new_object("CLASS001"))
        hand.add(ids[-1], ball(geometry, geometry.to_mm(*at), None, 25.0))
        hand.commit(session, "Draw")
    rules = PaintRules(frozenset(ids[2:]))
    dabs, ends, undos, sizes = [], [], [], []
    show = _beside(masks, ids, geometry, geometry.to_mm(240, 250, 150))
    for stroke in range(strokes):
        hand = VolumeGesture(session.document, masks, rules, by="b", now=2)
        last: Any = None
        for move in range(60):
            at = np.array([200 + 1.5 * move, 250 + 60 * math.sin((move + 9 * stroke) / 9), 150 + (0 if flat else move / 6)])
            began = time.perf_counter()
            mm = geometry.to_mm(*(np.round(at) if flat else at))
            start = mm if last is None else last
            brush = disc(geometry, start, mm, radius_mm, geometry.normal) if flat else ball(geometry, start, mm, radius_mm)
            show(hand.add(ids[0], brush))
            dabs.append((time.perf_counter() - began) * 1000)
            last = mm
        began = time.perf_counter()
        step = hand.commit(session, "Paint")
        ends.append((time.perf_counter() - began) * 1000)
        sizes.append(_stored(step))
        began = time.perf_counter()
        session.undo()
        undos.append((time.perf_counter() - began) * 1000)
        session.redo()
    name = f"segment: {'disc' if flat else 'ball'} of radius {radius}"
    note = f"worst {max(dabs):.1f} ms, median {median(dabs):.2f} ms, {len(dabs)} moves"
    end = f"stroke ends in {max(ends):.0f} ms; step on disk {median(sizes) / 1000:.1f} kB"
    return [
        Row(f"{name}, a move, p95", percentile(dabs, 95), limit, "ms", 1, "at most", note),
        Row(f"{name}, undo, worst", max(undos), UNDO, "ms", 1, "at most", end),
    ]


def _crowded() -> list[Row]:
    """Sixty objects beside each other, as of an atlas: a stroke through some of them, and all of them on an oblique plane."""
    from storage.editing.volume_verbs import PaintRules, VolumeGesture
    from viewers.scene.mpr import PlaneKind
    from viewers.scene.mpr_state import MprState
    from viewers.scene.plane_reader import labels_on
    from viewers.scene.segment.brush import ball

    geometry, (session, masks) = _geometry(), _session()
    ids: list[str] = []
    for n in range(60):
        hand = VolumeGesture(session.document, masks, PaintRules(), by="b", now=1)
        ids.append(hand.new_object("CLASS001"))
        hand.add(ids[-1], ball(geometry, geometry.to_mm(60 + n % 8 * 55, 60 + n // 8 * 55, 150), None, 40.0))
        hand.commit(session, "Draw")
    show = _beside(masks, ids, geometry, geometry.to_mm(240, 250, 150))
    hand, dabs, last = VolumeGesture(session.document, masks, PaintRules(), by="b", now=2), [], None
    for move in range(60):
        began = time.perf_counter()
        mm = geometry.to_mm(200 + 1.5 * move, 250, 150 + move / 6)
        show(hand.add(ids[20], ball(geometry, mm if last is None else last, mm, 28.0)))
        last = mm
        dabs.append((time.perf_counter() - began) * 1000)
    state = MprState(geometry)
    state.turn(PlaneKind.SAGITTAL, 30.0)
    plane = state.plane(PlaneKind.AXIAL)
    shown = _ms(lambda: labels_on(masks, ids, plane, geometry), 5)
    return [
        Row("segment: ball of radius 40 among 60 objects, a move, p95", percentile(dabs, 95), 8.0, "ms", 1, "at most", f"worst {max(dabs):.1f} ms"),
        Row("segment: 60 objects on an oblique plane of the volume", shown, 16.0, "ms", 1, "at most", ""),
    ]  # fmt: skip


def _beside(masks: Any, ids: list[str], geometry: Any, mm: Any) -> Callable[[Any], None]:
    """The masks on the two panes beside the slices, as the editor has them after each move of a stroke."""
    from viewers.scene.mpr import PlaneKind
    from viewers.scene.mpr_state import MprState
    from viewers.scene.plane_reader import PlaneLabels

    state = MprState(geometry)
    state.look_at(mm)
    panes = [(state.plane(kind), PlaneLabels()) for kind in (PlaneKind.CORONAL, PlaneKind.SAGITTAL)]

    def show(changed: Any) -> None:
        for plane, labels in panes:
            if changed is not None:
                labels.repainted(changed)
            labels.on(masks, ids, plane, geometry)

    show(None)
    return show


def _stored(step: Any) -> int:
    from storage.catalog.label_steps import dump

    return len(dump(step.edits)) + len(dump(step.inverse))


def _operations(quick: bool) -> list[Row]:
    """Long ones, in a worker with progress; beside growing from seeds what SimpleITK takes for the same by itself."""
    from storage.model.voxels import VoxelBlock, VoxelBox
    from viewers.scene.segment.between import fill_between
    from viewers.scene.segment.brush import ball
    from viewers.scene.segment.margins import margin
    from viewers.scene.segment.seeds import grow_from_seeds
    from viewers.scene.segment.smoothing import gaussian
    from viewers.scene.segment.values import StoredValues

    geometry, times = _geometry(), 1 if quick else 3
    organ = ball(geometry, geometry.to_mm(250, 250, 150), None, 60.0)
    drawn = organ.array.copy()
    drawn[np.arange(len(drawn)) % 8 != 0] = False
    drawn[-1] = organ.array[-1]
    filled = _ms(lambda: fill_between(VoxelBlock(organ.lo, drawn), geometry), times)
    grown = _ms(lambda: margin(organ, 5.0, geometry), times)
    smoothed = _ms(lambda: gaussian(organ, 2.0, geometry), times)
    stored = np.full(SHAPE, -50, np.int16)
    stored[organ.box.within((0, 0, 0))][organ.array] = 150
    stored += np.random.default_rng(0).normal(0, 15, SHAPE).astype(np.int16)
    values = StoredValues(stored)
    box = VoxelBox((80, 130, 130), (220, 370, 370))
    seeds = {
        "organ": ball(geometry, geometry.to_mm(250, 250, 150), None, 8.0),
        "rest": VoxelBlock(box.lo, np.ones((3, 240, 240), bool)),
    }
    ours = _ms(lambda: grow_from_seeds(seeds, values, geometry, within=box), times)
    theirs = _ms(lambda: _itk_alone(stored[box.within((0, 0, 0))], {k: b.read(box) for k, b in seeds.items()}), times)
    size = f"an organ of {organ.count / 1e6:.1f} million voxels"
    return [
        Row("segment: fill between slices, each eighth drawn", filled, 1000.0, "ms", 1, "at most", size),
        Row("segment: margin of 5 mm", grown, 1000.0, "ms", 1, "at most", size),
        Row("segment: Gaussian smoothing of 2 mm", smoothed, 1000.0, "ms", 1, "at most", size),
        Row("segment: grow from seeds, to SimpleITK alone", ours, theirs, "ms", 1, "at most", f"{box.size / 1e6:.0f} million voxels"),
    ]  # fmt: skip


def _itk_alone(stored: Any, seeds: dict[str, Any]) -> None:
    import SimpleITK as sitk  # noqa: N813

    image = sitk.GetImageFromArray(stored.astype(np.float32))
    image.SetSpacing((0.7, 0.7, 0.9))
    height = sitk.GetArrayFromImage(sitk.GradientMagnitudeRecursiveGaussian(image, 0.7))
    steps = np.clip(height * (255 / np.percentile(height[::2, ::2, ::2], 99.5)), 0, 255).astype(np.uint8)
    markers = np.zeros(stored.shape, np.uint16)
    for n, seed in enumerate(seeds.values(), start=1):
        markers[seed] = n
    sitk.MorphologicalWatershedFromMarkers(sitk.GetImageFromArray(steps), sitk.GetImageFromArray(markers), False, False)


def _ms(act: Callable[[], Any], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)
