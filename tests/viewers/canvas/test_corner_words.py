"""The words in the corners of a pane: as much of them as there is room for, none over another."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont

from viewers.canvas.slice_marks import Lettering, corner_pieces, letter_pieces
from viewers.scene.slice_marks import Corners

OWN = Corners(
    ("Phantom, Sample", "SAMPLE-1 · O", "Trunk, March 2026", "CT · CHEST · 10 Mar 2026"),
    ("Axial, as acquired",),
    ("Key image", "Slice 18 / 48", "H 85.0 mm"),
    ("C 50  W 350  Mediastinum", "186 %"),
)
PLANE = Corners((), ("Coronal",), ("80 / 160", "A 1.2 mm"), ("C 50  W 350  Mediastinum",))


def boxes(how: Lettering, corners: Corners, size: tuple[float, float], inset: float = 0.0) -> list[QRectF]:
    """Without the dark edge around each."""
    found = [*corner_pieces(how, corners, size, inset), *letter_pieces(how, ("R", "L", "A", "P"), size)]
    return [QRectF(at, image.deviceIndependentSize()).adjusted(3, 2, -3, -2) for at, image in found]


@pytest.mark.parametrize("corners", [OWN, PLANE])
@pytest.mark.parametrize("width", [284.0, 416.0, 900.0])
def test_nothing_is_cut_and_nothing_lies_over_another(qapp, corners, width):
    how, size = Lettering(QFont(), 1.0), (width, 250.0)
    found = boxes(how, corners, size)
    assert [(a, b) for a, b in combinations(found, 2) if a.intersects(b.adjusted(1, 1, -1, -1))] == []
    shown = sum(box.width() for box in found)
    whole = boxes(how, corners, (2000.0, 250.0))
    assert shown == pytest.approx(sum(box.width() for box in whole), abs=4 * len(whole))


def test_what_has_no_room_is_shortened_and_stays_in_its_half(qapp):
    how, size = Lettering(QFont(), 1.0), (284.0, 250.0)
    long = Corners(("x", "a title that is much too long for this pane"), ("Axial", "and another one as long as that one"))
    left, right = (box for box in boxes(how, long, size) if 20 < box.center().y() < 40)
    assert left.right() < right.left()


def test_below_what_covers_the_corner_nothing_is_hidden(qapp):
    how, size = Lettering(QFont(), 1.0), (284.0, 250.0)
    found = boxes(how, OWN, size, 40.0)
    assert all(box.top() >= 40.0 for box in found if box.left() < 30 and box.top() < 120)
