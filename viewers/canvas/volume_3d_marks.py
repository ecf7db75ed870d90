"""Paints what stands over the 3D picture: crosshair, letters, cube, scale bar, clip box, notes. In logical pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from storage.model.space import letters
from viewers.canvas.slice_marks import CENTER, SMALL, Lettering, corner_pieces, letter_pieces, paint_pieces, scale_pieces
from viewers.canvas.volume_3d_pointing import handles
from viewers.scene.crosshair import COLORS
from viewers.scene.mpr import PlaneKind
from viewers.scene.slice_marks import Corners, ScaleBar, round_bar
from viewers.scene.volume_render.camera import Camera

if TYPE_CHECKING:
    from viewers.canvas.volume_3d import VolumeView

#: A line of the crosshair runs along one axis of the patient, where two planes meet; it has the third one's colour.
_AXES = (PlaneKind.SAGITTAL, PlaneKind.CORONAL, PlaneKind.AXIAL)
_ARM = 14.0  # mm at least; a part of the view where that is more
_CUBE = 22.0  # px, half a side
_ROOM = QPointF(2 * _CUBE, 2 * _CUBE)  # of the cube, however it is turned
_WRAPS = int(Qt.TextFlag.TextWordWrap)
#: Sides of the cube: outwards, and their corners.
_SIDES = [(axis, sign) for axis in range(3) for sign in (-1.0, 1.0)]
_NOTE, _NOTE_GROUND = QColor("#9CC4FF"), QColor(10, 18, 32, 215)


def paint_marks(p: QPainter, view: VolumeView, part: QRect, titles: Sequence[str] = ()) -> None:
    """`part`: what of the view is painted at all. `titles`: whose it is, in the first corner."""
    camera = view.seen_camera
    assert camera is not None
    size, how = view.px_size, Lettering.of(view.font(), view.devicePixelRatioF())
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_clip(p, view, camera)
    _paint_crosshair(p, arms(view))
    right, up = camera.right, camera.up
    hidden = view.bar.isVisible() and view.bar.x() < size[0] / 2 + 24  # the upper letter is pushed below the buttons
    top = letters(up)
    paint_pieces(p, letter_pieces(how, (letters(-right), letters(right), "" if hidden else top, letters(-up)), size))
    if hidden:
        p.save()
        p.translate(0, view.bar.geometry().bottom())
        paint_pieces(p, letter_pieces(how, ("", "", top, ""), size))
        p.restore()
    paint_pieces(p, scale_pieces(how, scale_of(camera, size), size))
    if min(size) >= SMALL and part.intersects(QRectF(_cube_place(size) - _ROOM, _cube_place(size) + _ROOM).toAlignedRect()):
        _paint_cube(p, camera, size, how.small)
    _paint_notes(p, view, size, how, titles)


def scale_of(camera: Camera, size: tuple[float, float]) -> ScaleBar | None:
    """A round number of millimetres: true everywhere in a parallel projection."""
    return round_bar(camera.height_mm / size[1], size[0])


def paint_words(p: QPainter, view: VolumeView, words: str) -> None:
    how, box = Lettering.of(view.font(), view.devicePixelRatioF()), QRectF(view.rect()).adjusted(24, 24, -24, -24)
    paint_pieces(p, how.words(how.large, box, CENTER | _WRAPS, words, QColor(190, 192, 200)))


def _paint_notes(p: QPainter, view: VolumeView, size: tuple[float, float], how: Lettering, titles: Sequence[str]) -> None:
    below, metrics = view.bar.height() + 4.0, QFontMetricsF(how.small)
    if titles:
        paint_pieces(p, corner_pieces(how, Corners(tuple(titles)), size, 0.0 if view.bar.x() > size[0] / 2 else below))
        below += len(titles) * (how.height + 1)
    p.save()
    p.translate(0, below)
    paint_pieces(p, corner_pieces(how, Corners(warnings=view.badges), size))
    p.restore()
    top = below + 12 + len(view.badges) * (metrics.height() + 6)
    note = view.note
    if note:
        box = metrics.boundingRect(QRectF(0, 0, size[0] - 28, size[1]), _WRAPS, note)
        wide, high = math.ceil(box.width()) + 1, math.ceil(box.height())  # to the hair it would break into one line more
        ground = QRectF(8, top, wide + 12, high + 6)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(_NOTE_GROUND)
        p.drawRoundedRect(ground, 4, 4)
        p.setFont(how.small)
        p.setPen(_NOTE)
        p.drawText(ground.adjusted(6, 3, -6, -3), _WRAPS, note)
    if view.reading.subject is None and view.reading.wanted:
        text = view.tr("Loading {have} of {wanted} slices").format(have=view.reading.have, wanted=view.reading.wanted)
        paint_pieces(p, how.words(how.small, QRectF(8, size[1] - 24, size[0] - 16, 16), CENTER, text))


def arms(view: VolumeView) -> QPolygonF:
    """Of the crosshair on the screen: the ends of its three lines, the lower ones first, and its middle."""
    camera = view.seen_camera
    if view.crosshair is None or camera is None:
        return QPolygonF()
    arm = max(_ARM, camera.height_mm / 12)
    ends = view.crosshair + np.concatenate([-np.eye(3), np.eye(3), np.zeros((1, 3))]) * arm
    xs, ys, _ = camera.project(ends, view.px_size)
    return QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])


def under_arms(ends: QPolygonF) -> QRect:
    return ends.boundingRect().adjusted(-4, -4, 4, 4).toAlignedRect() if len(ends) else QRect()


def _paint_crosshair(p: QPainter, ends: QPolygonF) -> None:
    if not len(ends):
        return
    for axis, kind in enumerate(_AXES):
        line = QLineF(ends[axis], ends[axis + 3])
        for pen in (QPen(QColor(0, 0, 0, 120), 2.5), QPen(QColor(COLORS[kind]), 1.2)):
            p.setPen(pen)
            p.drawLine(line)
    p.setPen(QPen(QColor(0, 0, 0, 160), 1))
    p.setBrush(QColor(255, 255, 255))
    p.drawEllipse(ends[6], 2.5, 2.5)


def _paint_clip(p: QPainter, view: VolumeView, camera: Camera) -> None:
    grid = view.grid
    if not view.clipping or grid is None:
        return
    ends = (view.clip.low, view.clip.high)
    corners = np.array([[ends[a][0], ends[b][1], ends[c][2]] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
    x, y, depth = camera.project(grid.corner(corners), view.px_size)
    behind = int(depth.argmin())
    p.setBrush(Qt.BrushStyle.NoBrush)
    for one in range(8):
        for bit in (1, 2, 4):
            other = one | bit
            if other == one:
                continue
            hidden = behind in (one, other)
            p.setPen(
                QPen(QColor(255, 255, 255, 70 if hidden else 170), 1, Qt.PenStyle.DotLine if hidden else Qt.PenStyle.SolidLine)
            )
            p.drawLine(QPointF(x[one], y[one]), QPointF(x[other], y[other]))
    p.setPen(QPen(QColor(0, 0, 0, 180), 1))
    p.setBrush(QColor("#8AA0FF"))
    for place, _ in handles(view).values():
        p.drawEllipse(place, 5.5, 5.5)


def _paint_cube(p: QPainter, camera: Camera, size: tuple[float, float], font: QFont) -> None:
    """In the lower left corner: which way the patient is turned."""
    middle = _cube_place(size)
    bold = QFont(font)
    bold.setPixelSize(15)
    bold.setWeight(QFont.Weight.DemiBold)
    for corners, text, facing in cube_faces(camera):
        ring = QPolygonF([middle + QPointF(x, y) for x, y in corners])
        shade = int(52 + 46 * facing)
        p.setPen(QPen(QColor(150, 154, 166, 200), 1))
        p.setBrush(QColor(shade, shade + 2, shade + 8, 225))
        p.drawPolygon(ring)
        if facing > 0.25:
            p.setFont(bold)
            p.setPen(QColor(240, 241, 245, int(90 + 165 * facing)))
            at = middle + sum((QPointF(x, y) for x, y in corners), QPointF()) / 4
            p.drawText(QRectF(at.x() - 20, at.y() - 12, 40, 24), int(Qt.AlignmentFlag.AlignCenter), text)


def _cube_place(size: tuple[float, float]) -> QPointF:
    """Its middle."""
    return QPointF(_CUBE * 1.9 + 4, size[1] - _CUBE * 1.9 - 4)


@lru_cache(maxsize=4)
def cube_faces(camera: Camera) -> list[tuple[list[tuple[float, float]], str, float]]:
    """Those turned to the viewer: corners in px around the middle, the letter, how straight it is seen (0..1)."""
    found = []
    for axis, sign in _SIDES:
        outwards = np.eye(3)[axis] * sign
        facing = float(outwards @ camera.toward)
        if facing <= 1e-3:
            continue
        u, v = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
        corners = []
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            point = (outwards + a * u + b * v) * _CUBE
            corners.append((float(point @ camera.right), -float(point @ camera.up)))
        found.append((corners, letters(outwards), min(1.0, facing)))
    return sorted(found, key=lambda face: face[2])
