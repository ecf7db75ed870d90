"""What is shown of a pixel's value."""

from __future__ import annotations

import numpy as np
import pytest

from viewers.decode.request import Picture, PixelKind
from viewers.scene.adjust import Adjustments, shown, value_text, window_of


def picture(array: np.ndarray, kind: PixelKind) -> Picture:  # type: ignore[type-arg]
    return Picture(np.ascontiguousarray(array), kind, (0, 0, array.shape[1], array.shape[0]))


COLOR = picture(np.array([[[10, 100, 200, 255]]], np.uint8), PixelKind.BGRA8)


@pytest.mark.parametrize(
    ("adjust", "blue_green_red"),
    [
        (Adjustments(), (10, 100, 200)),
        (Adjustments(invert=True), (245, 155, 55)),
        (Adjustments(channel="r"), (200, 200, 200)),
        (Adjustments(channel="b", invert=True), (245, 245, 245)),
        (Adjustments(brightness=1.0), (255, 255, 255)),
    ],
)
def test_colours_go_through_one_table(adjust: Adjustments, blue_green_red: tuple[int, ...]) -> None:
    assert tuple(shown(COLOR, adjust, (0, 255))[0, 0, :3]) == blue_green_red


def test_a_picture_without_adjustments_is_not_copied() -> None:
    assert shown(COLOR, Adjustments(), (0, 255)) is COLOR.array


def test_contrast_spreads_and_gamma_lightens() -> None:
    gray = picture(np.array([[64, 128, 192]], np.uint8), PixelKind.GRAY8)
    more = shown(gray, Adjustments(contrast=0.5), (0, 255))[0, :, 0]
    assert more[0] < 64 < 192 < more[2]
    assert shown(gray, Adjustments(gamma=2.0), (0, 255))[0, 0, 0] > 100


def test_sixteen_bits_are_shown_through_the_window() -> None:
    deep = picture(np.array([[1000, 1500, 2000, 60000]], np.uint16), PixelKind.GRAY16)
    assert shown(deep, Adjustments(), (1000, 2000))[0, :, 1].tolist() == [0, 128, 255, 255]


def test_the_window_leaves_out_outliers() -> None:
    values = np.full((100, 100), 500, np.uint16)
    values[:50] = 900
    values[0, 0] = 65535
    low, high = window_of(picture(values, PixelKind.GRAY16))
    assert (low, high) == (500, 900)


def test_transparency_is_premultiplied_for_the_checkerboard() -> None:
    half = picture(np.array([[[200, 100, 50, 128]]], np.uint8), PixelKind.RGBA8)
    assert shown(half, Adjustments(), (0, 255))[0, 0].tolist() == [25, 50, 100, 128]


@pytest.mark.parametrize(
    ("array", "kind", "text"),
    [
        (np.array([[[10, 100, 200, 255]]], np.uint8), PixelKind.BGRA8, "200 100 10"),
        (np.array([[[1, 2, 3, 4]]], np.uint8), PixelKind.RGBA8, "1 2 3 4"),
        (np.array([[1204]], np.uint16), PixelKind.GRAY16, "1,204"),
        (np.array([[7]], np.uint8), PixelKind.GRAY8, "7"),
    ],
)
def test_values_are_told_as_stored(array: np.ndarray, kind: PixelKind, text: str) -> None:  # type: ignore[type-arg]
    assert value_text(picture(array, kind), 0, 0) == text
