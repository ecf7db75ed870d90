"""Which window a volume is shown with."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from storage.errors import Refused
from storage.media.dicom_index import FileWindow, Lut, Voi
from viewers.decode.suv import factor_of
from viewers.scene.window_level import LINEAR_EXACT, Look, Preset, Window, WindowState, apply, auto, dragged, presets, proposals


def test_f2_to_f10_of_ct_are_windows_in_hu():
    found = presets("CT", "HU")
    assert [p.id for p in found[:4]] == ["abdomen", "lung", "bone", "brain"]
    assert len(found) == 9
    assert all(p.window is not None and p.window.width >= 1 for p in found)


def test_without_a_common_unit_presets_are_worked_out_from_the_picture():
    for modality, units in (("MR", ""), ("US", ""), ("PT", "BQML"), ("CT", "US")):
        assert all(p.window is None for p in presets(modality, units))
    assert all(p.window for p in presets("PT", "SUVbw"))


def test_the_files_own_windows_and_tables_keep_their_names():
    lut = Lut(0, 16, b"\0\0\1\0", "Contrast")
    own = Voi((FileWindow(40, 400, "SOFT"), FileWindow(-600, 1500)), LINEAR_EXACT, (lut,))
    named = proposals(own)
    assert [n.title for n in named] == ["Contrast", "SOFT", "Window 2 (-600 / 1500)"]
    assert named[0].voi is lut
    assert named[1].voi == Window(40, 400, LINEAR_EXACT)


@given(
    low=st.integers(-2000, 2000),
    spread=st.integers(0, 3000),
    slope=st.sampled_from([1.0, 0.5, -2.0]),
    padding=st.booleans(),
)
def test_automatic_windows_show_what_is_there_and_leave_padding_out(low, spread, slope, padding):
    values = np.linspace(low, low + spread, 400).round().astype(np.int16)
    look = Look(slope=slope, intercept=7.0)
    if padding:
        values = np.concatenate([values, np.full(4000, -30000, np.int16)])
        look = Look(slope=slope, intercept=7.0, padding=(-30000, -30000))
    window = auto(values.reshape(1, -1), look)
    ends = sorted((low * slope + 7.0, (low + spread) * slope + 7.0))
    assert window.width > 0
    assert ends[0] - 1 <= window.center - window.width / 2 and window.center + window.width / 2 <= ends[1] + 1
    greys = apply(values.reshape(1, -1), Look(window, slope, 7.0, padding=look.padding))
    if spread > 50:
        assert (greys[0, :400].min(), greys[0, :400].max()) == (0, 255)


def test_nothing_but_padding_still_has_a_window():
    assert auto(np.full((4, 4), -1000, np.int16), Look(padding=(-1000, -1000))).width > 0
    assert auto(np.full((2, 2), np.nan, np.float32), Look()).width > 0


@given(
    center=st.floats(-1000, 3000),
    width=st.floats(1, 4000),
    right=st.floats(-1, 1),
    down=st.floats(-1, 1),
    span=st.floats(0, 5000),
)
def test_a_drag_to_the_right_widens_and_down_brightens(center, width, right, down, span):
    before = Window(center, width)
    after = dragged(before, right, down, span)
    assert after.width > 0
    assert dragged(before, 0, 0, span).center == center
    if right > 1e-3:
        assert after.width >= before.width
    if down > 1e-3:
        assert after.center <= before.center


def test_a_choice_is_told_and_taken_back():
    state, told = WindowState(), []
    stop = state.listen(lambda: told.append((state.chosen, state.inverted)))
    state.choose(Window(40, 400), "Abdomen")
    state.invert()
    state.reset()
    assert told == [(Window(40, 400), False), (Window(40, 400), True), (None, False)]
    assert state.title == ""
    stop()
    state.invert()
    assert len(told) == 3


def test_presets_have_names():
    assert all(isinstance(p, Preset) and p.title for m in ("CT", "MR") for p in presets(m))


# -- SUV ---------------------------------------------------------------------------------------------------------------


def pet(**changes) -> Dataset:
    ds = Dataset()
    ds.Units, ds.DecayCorrection, ds.PatientWeight = "BQML", "START", 70.0
    ds.SeriesDate, ds.SeriesTime = "20240102", "120000"
    ds.AcquisitionDate, ds.AcquisitionTime = "20240102", "120005"
    tracer = Dataset()
    tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife = 370e6, 6586.2
    tracer.RadiopharmaceuticalStartTime = "110000"
    for name, value in changes.items():
        target = tracer if name.startswith("Radio") else ds
        if value is None:
            delattr(target, name)
        else:
            setattr(target, name, value)
    ds.RadiopharmaceuticalInformationSequence = Sequence([tracer])
    return ds


def test_suv_is_activity_by_weight_and_the_dose_that_is_left():
    left = 370e6 * 2 ** (-3600 / 6586.2)
    assert factor_of(pet()) == pytest.approx(70_000 / left)
    assert factor_of(pet(DecayCorrection="ADMIN")) == pytest.approx(70_000 / 370e6)


def test_an_injection_before_midnight():
    late = pet(SeriesTime="003000", AcquisitionTime="003000", RadiopharmaceuticalStartTime="233000")
    assert factor_of(late) == pytest.approx(70_000 / (370e6 * 2 ** (-3600 / 6586.2)))


def test_a_series_that_was_made_later_counts_from_its_acquisition():
    derived = pet(SeriesTime="180000", AcquisitionTime="120000")
    assert factor_of(derived) == pytest.approx(factor_of(pet()))


def test_the_scan_of_a_derived_series_began_with_the_first_of_all_its_slices():
    last = pet(SeriesTime="180000", AcquisitionTime="122500")
    others = [datetime(2024, 1, 2, 12, minute) for minute in (20, 0, 10)]
    assert factor_of(last, [*others, None]) == pytest.approx(factor_of(pet()))
    assert factor_of(pet(), [datetime(2024, 1, 2, 12, 25)]) == factor_of(pet())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"RadionuclideTotalDose": 370}, "370 Bq cannot be meant"),
        ({"PatientWeight": 70_000}, "70,000 kg cannot be meant"),
        ({"Units": "CNTS"}, "CNTS"),
        ({"DecayCorrection": "NONE"}, "decay correction"),
        ({"PatientWeight": None}, "weight"),
        ({"RadionuclideTotalDose": None}, "dose"),
        ({"RadionuclideHalfLife": None}, "half-life"),
        ({"RadiopharmaceuticalStartTime": None}, "time of the injection"),
        ({"RadiopharmaceuticalStartDateTime": "20231220110000"}, "day before"),
    ],
)
def test_suv_is_refused_where_something_is_missing(change, reason):
    with pytest.raises(Refused, match=reason):
        factor_of(pet(**change))
