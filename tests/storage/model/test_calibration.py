"""Lengths are millimetres where the file says so, and pixels where it does not."""

from __future__ import annotations

import pytest

from storage.model.calibration import Calibration
from storage.model.geometry import Box, Polyline
from storage.model.measures import Scale


def region(*box: int, delta: tuple[float, float] = (0.05, 0.04), **more) -> dict:
    return {"box": list(box), "format": 1, "type": 1, "flags": 0, "units": [3, 3], "delta": list(delta), **more}


def of(*regions: dict, **facts) -> Calibration:
    return Calibration.of_facts({"ultrasound": {"regions": [list(regions)]}, **facts})


def test_inside_one_region_of_tissue_pixels_are_millimetres():
    found = of(region(10, 20, 109, 219)).at([(10, 20), (110, 220)], 0)
    assert (found.column, found.row, found.unit) == (pytest.approx(0.5), pytest.approx(0.4), "mm")


@pytest.mark.parametrize("points", [[(9.9, 30), (50, 30)], [(50, 30), (110.1, 30)], [(50, 30), (50, 220.5)]])
def test_what_leaves_its_region_is_in_pixels(points):
    assert of(region(10, 20, 109, 219)).at(points, 0) == Scale()


def test_from_one_picture_to_its_neighbour_there_are_no_millimetres():
    """Two regions side by side, however alike they are calibrated."""
    both = of(region(0, 0, 99, 99), region(100, 0, 199, 99))
    assert both.at([(20, 20), (80, 20)], 0).unit == "mm"
    assert both.at([(50, 20), (150, 20)], 0).unit == "px"


@pytest.mark.parametrize(
    "other",
    [
        {"format": 2},
        {"format": 3, "units": [4, 7]},
        {"units": [3, 4]},
        {"delta": [0.0, 0.04]},
        {"delta": [None, 0.04]},
        {"delta": [float("nan"), 1]},
        {"delta": [1e-9, 1.0]},
    ],
    ids=str,
)
def test_what_is_no_tissue_in_centimetres_gives_no_millimetres(other):
    assert of(region(0, 0, 99, 99, **other)).at([(20, 20), (80, 20)], 0) == Scale()


def test_a_doppler_strip_in_front_of_the_tissue_is_its_own():
    """The region in front owns its pixels (Region Flags, bit 0); else the smaller of the two."""
    tissue = region(0, 0, 199, 199)
    strip = region(0, 150, 199, 199, format=3, units=[4, 7])
    for made in (of(tissue, strip), of(strip, tissue)):
        assert made.at([(20, 20), (80, 100)], 0).unit == "mm"
        assert made.at([(20, 160), (80, 170)], 0).unit == "px"
        assert made.at([(20, 20), (80, 170)], 0).unit == "px"
    behind = of({**tissue, "flags": 1}, strip)
    assert behind.at([(20, 160), (80, 170)], 0).unit == "mm"


def test_each_picture_has_its_own_depth():
    sets = {"regions": [[region(0, 0, 99, 99)], [region(0, 0, 99, 99, delta=(0.1, 0.1))], []], "of": [0, 1, 1, 2]}
    made = Calibration.of_facts({"ultrasound": sets, "spacing": [0.2, 0.2], "spacing_kind": "detector"})
    line = Polyline(((10, 10), (20, 10)))
    assert [made.under(line, n).column for n in range(4)] == pytest.approx([0.5, 1.0, 1.0, 0.2])
    assert made.under(line, 3).unit == "mm at detector"


def test_shapes_count_with_all_of_their_reach():
    made = of(region(0, 0, 99, 99))
    assert made.under(Box(10, 10, 40, 40), 0).unit == "mm"
    assert made.under(Box(10, 10, 95, 40), 0).unit == "px"


def test_pixels_that_are_not_square_are_counted_in_widths():
    made = Calibration.of_facts({"pixel_aspect": [4, 3]})
    assert made.aspect == (pytest.approx(4 / 3), 1.0)
    assert made.at([(0, 0), (0, 30)], 0) == Scale(4 / 3, 1.0, "px widths")
    for square in ([1, 1], [2, 2], [0, 1], [1], None, [1, 1000]):
        assert Calibration.of_facts({"pixel_aspect": square}) == Calibration()


def test_spacing_says_more_than_an_aspect():
    made = Calibration.of_facts({"pixel_aspect": [1, 1], "spacing": [0.4, 0.2], "spacing_kind": "patient"})
    assert made.aspect == (0.4, 0.2) and made.at([(0, 0)], 0).unit == "mm"


@pytest.mark.parametrize("ultrasound", [[], "x", {"regions": 3}, {"regions": ["x", [1]]}, {"regions": [[{}]], "of": ["a"]}, {}])
def test_damaged_facts_calibrate_nothing(ultrasound):
    assert Calibration.of_facts({"ultrasound": ultrasound}).at([(1, 1)], 5) == Scale()


# -- regions that show no tissue ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "units", "delta", "spans"),
    [
        (2, [4, 3], [0.005, 0.02], [(0.2, "s"), (6.0, "mm")]),  # M-mode
        (3, [4, 7], [0.005, -0.8], [(0.2, "s"), (24.0, "cm/s")]),  # spectral Doppler: upwards
        (3, [4, 5], [0.005, 40.0], [(0.2, "s"), (1200.0, "Hz")]),
        (4, [4, 1], [0.005, 0.5], [(0.2, "s"), (15.0, "%")]),
        (4, [4, 0], [0.005, 0.5], [(0.2, "s")]),  # an ECG: nobody says how high
        (3, [4, 7], [0.005, 0.0], [(0.2, "s")]),
    ],
)
def test_other_regions_are_measured_in_their_own_units(format, units, delta, spans):
    found = of(region(0, 0, 99, 99, format=format, units=units, delta=delta))
    points = [(20, 50), (60, 20), (30, 40)]
    assert found.at(points, 0) == Scale()
    axes = found.axes_at(points, 0)
    assert axes is not None
    assert [(pytest.approx(value), unit) for value, unit in axes.spans(points)] == spans


@pytest.mark.parametrize(
    "more",
    [
        {"format": 1},  # tissue
        {"format": 5},  # a bar of greys
        {"format": 0},
        {"units": [0, 0]},
        {"units": [4]},
        {"units": ["s", None]},
        {"units": None},
        {"delta": [None, float("inf")]},
        {"delta": "0.1"},
    ],
    ids=str,
)
def test_regions_whose_units_nobody_says_have_none(more):
    made = region(0, 0, 99, 99, **{"format": 3, "units": [4, 7], "delta": [0.005, 0.8], **more})
    assert of(made).axes_at([(20, 50), (60, 20)], 0) is None


def test_what_leaves_its_strip_has_no_units_of_its_own():
    tissue = region(0, 0, 199, 149)
    strips = [region(0, 150, 199, 199, format=2, units=[4, 3]), region(0, 200, 199, 249, format=3, units=[4, 7])]
    found = of(tissue, *strips)
    assert found.axes_at([(20, 160), (50, 190)], 0) is not None
    assert found.axes_at([(20, 160), (50, 210)], 0) is None
    assert found.axes_at([(20, 100), (50, 160)], 0) is None
    assert found.axes_at([(20, 100), (50, 110)], 0) is None
    assert Calibration().axes_at([(20, 100)], 0) is None
