"""What panes and canvases see of a volume that opens on threads of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from storage.errors import BadInput
from storage.media.source import FileSource
from tests.support import phantoms
from tests.support.volumes import apart, by_dcmtk, found, frames_of, opened
from viewers.decode.grid_volume import open_grid
from viewers.scene.volume_render.feed import read
from viewers.scene.volume_render.looks import presets as look_presets
from viewers.scene.volume_source import VolumeSource
from viewers.scene.window_level import Window, presets

Made = Callable[..., VolumeSource]


@pytest.fixture
def source() -> Iterator[Made]:
    made: list[VolumeSource] = []

    def make(open: Callable, **more) -> VolumeSource:
        one = VolumeSource(open, **more)
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


def until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not there():
        assert time.monotonic() < deadline, "it never came"
        threading.Event().wait(0.005)


def start_and_hear_the_end(volume: VolumeSource, *first: int) -> None:
    """The last slice is there a moment before listeners are told, and the window is taken in between."""
    whole = threading.Event()
    volume.listen(lambda: whole.set() if volume.complete and _judged(volume) else None)
    volume.start(first)
    assert whole.wait(60)


def _judged(volume: VolumeSource) -> bool:
    """The opening thread tells, too, and does not know how far those are that bring the slices."""
    return volume.coloured or volume.error is not None or volume._automatic_of is not None


def test_a_series_opens_and_shows_what_dcmtk_shows(tmp_path, source):
    made = phantoms.series(tmp_path / "s", names="shuffled", windows=((900, 1500),))
    volume = source(lambda: opened(tmp_path / "s"), modality="CT")
    told = threading.Event()
    volume.listen(told.set)
    assert volume.slice(0) is None and volume.probe(0, 0, 0) is None
    volume.start()
    assert told.wait(60)
    until(lambda: volume.complete)
    assert (volume.slices, volume.times) == (6, 1)
    for k in range(6):
        found_slice = volume.slice(k)
        assert found_slice is not None and found_slice.exact
        assert np.array_equal(found_slice.array, made.volume[k])
        shown = volume.shown(k)
        assert shown is not None and apart(shown, by_dcmtk(made.files[k], tmp_path, "+Wi", "1")) <= 1


def test_what_lies_under_the_pointer(tmp_path, source):
    made = phantoms.series(tmp_path / "s", slope=2.0, intercept=-1024.0, tilt=12.0)
    volume = source(lambda: opened(tmp_path / "s"), modality="CT")
    volume.start()
    until(lambda: volume.complete)
    probe = volume.probe(4, 7, 11)
    assert probe is not None
    stored = float(made.volume[4, 7, 11])
    assert (probe.stored, probe.value, probe.unit) == ((stored,), stored * 2 - 1024, "HU")
    assert np.allclose(probe.mm, made.lps(4, 7, 11))
    assert volume.probe(4, 16, 0) is None and volume.probe(4, 0, -1) is None
    values = volume.values(4)
    assert values is not None and values[7, 11] == stored * 2 - 1024


def test_windows_are_the_files_until_one_is_chosen(tmp_path, source):
    made = phantoms.series(tmp_path / "s", windows=((900, 1500), (40, 400)))
    volume = source(lambda: opened(tmp_path / "s"), modality="CT")
    volume.start()
    until(lambda: volume.complete)
    assert volume.window_of(2) == Window(900, 1500)
    assert [n.voi for n in volume.proposals(2)] == [Window(900, 1500), Window(40, 400)]
    told: list[int] = []
    volume.listen(lambda: told.append(1))
    volume.use_preset(volume.presets()[1], 2)
    assert told and volume.window_of(0) == Window(-600, 1500) and volume.window.title == "Lung"
    shown = volume.shown(3)
    assert shown is not None and apart(shown, by_dcmtk(made.files[3], tmp_path, "+Ww", "-600", "1500")) <= 1
    volume.window.invert()
    turned = volume.shown(3)
    assert turned is not None and apart(turned, 255 - shown) <= 1
    volume.window.reset()
    assert volume.window_of(2) == Window(900, 1500)
    assert volume.span() > 0


def test_a_volume_without_windows_gets_one_that_stays(tmp_path, source):
    values = np.zeros((5, 16, 20), np.int16)
    values[2] = np.arange(320).reshape(16, 20)
    values[4] = 30000
    volume = source(lambda: open_grid(FileSource(phantoms.nifti(tmp_path / "v.nii", values, np.eye(4))), {}))
    start_and_hear_the_end(volume)
    window = volume.window_of(2)
    assert window is not None and 200 < window.width < 330
    assert volume.window_of(4) == window
    narrow = volume.auto_window(2, 0.2)
    assert narrow is not None and narrow.width < window.width


def test_what_is_packed_takes_its_window_from_the_slice_looked_at_not_from_the_empty_first_one(tmp_path, source):
    values = np.random.default_rng(2).integers(0, 30, (40, 64, 64)).astype(np.int16)
    values[15:25] += np.linspace(100, 900, 64).astype(np.int16)
    path = phantoms.nifti(tmp_path / "v.nii.gz", values, np.eye(4))
    volume = source(lambda: open_grid(FileSource(path), {}))
    start_and_hear_the_end(volume, 20)
    window = volume.window_of(20)
    assert window is not None and window.center > 400 and window.width > 600
    assert volume.window_of(0) == window


def test_colours_have_no_window(source):
    volume = source(lambda: opened(Path(get_testdata_file("examples_rgb_color.dcm"))))
    volume.start()
    until(lambda: volume.complete)
    assert volume.coloured
    shown, probe = volume.shown(0), volume.probe(0, 3, 4)
    assert shown is not None and shown.shape == (240, 320, 3)
    assert probe is not None and len(probe.stored) == 3 and probe.value is None
    assert volume.auto_window(0) is None and volume.window_of(0) is None


def test_a_damaged_slice_is_told_and_nothing_is_shown_of_it(tmp_path, source):
    phantoms.series(tmp_path / "s", n=5)
    (series,) = found(tmp_path / "s")
    series.files[2].write_bytes(series.files[2].read_bytes()[:-50])
    volume = source(lambda: frames_of(series))
    volume.start()
    until(lambda: volume.complete)
    assert list(volume.damaged) == [2]
    shown = volume.slice(2)
    assert shown is not None and shown.lost and not shown.exact and shown.frame == 2
    eight = volume.shown(2)
    assert eight is not None and not eight.any() and volume.shown(1).any()
    assert volume.auto_window(2) is None
    assert volume.probe(2, 0, 0) is None, "a value of another slice"
    assert volume.values(2) is None


def test_what_cannot_be_opened_says_why(tmp_path, source):
    def refuse():
        raise BadInput("It is damaged.", remedy="Leave it out.")

    volume = source(refuse)
    volume.start()
    until(lambda: volume.ready)
    assert volume.error is not None and volume.error.reason == "It is damaged."
    broken = source(lambda: 1 / 0)
    broken.start()
    until(lambda: broken.ready)
    assert broken.error is not None and "cannot be read" in broken.error.reason


def test_overlays_come_later(source):
    volume = source(lambda: opened(Path(get_testdata_file("examples_overlay.dcm"))))
    volume.start()
    until(lambda: volume.complete)
    assert volume.overlays(0) is None
    until(lambda: volume.overlays(0) is not None)
    (overlay,) = volume.overlays(0) or ()
    assert overlay.mask.any()


def test_pet_is_told_in_suv_or_why_not(tmp_path, source):
    def change(i, ds):
        ds.Modality, ds.Units, ds.RescaleType = "PT", "CNTS", "CNTS"

    phantoms.series(tmp_path / "s", n=2, change=change)
    volume = source(lambda: opened(tmp_path / "s"), modality="PT")
    volume.start()
    until(lambda: volume.complete and bool(volume.suv_refused))
    assert "CNTS" in volume.suv_refused and volume.suv is None


def test_suv_counts_from_the_bed_that_was_scanned_first(tmp_path, source):
    """A derived series: newer than its acquisitions, its last bed on top."""

    def change(i, ds):
        ds.Modality, ds.Units, ds.RescaleType, ds.DecayCorrection, ds.PatientWeight = "PT", "BQML", "BQML", "START", 70
        ds.SeriesDate = ds.AcquisitionDate = "20240102"
        ds.SeriesTime, ds.AcquisitionTime = "180000", f"12{20 - 5 * i:02d}00"
        tracer = Dataset()
        tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife = 370e6, 6586.2
        tracer.RadiopharmaceuticalStartTime = "110000"
        ds.RadiopharmaceuticalInformationSequence = [tracer]

    phantoms.series(tmp_path / "s", n=5, change=change)
    volume = source(lambda: opened(tmp_path / "s"), modality="PT")
    volume.start()
    until(lambda: volume.complete and (volume.suv is not None or bool(volume.suv_refused)))
    assert volume.suv == pytest.approx(70_000 / (370e6 * 2 ** (-3600 / 6586.2)))
    probe = volume.probe(0, 0, 0)
    assert probe is not None and probe.unit == "Bq/ml"
    assert look_presets("PT")[0].id == "mip"


def test_closing_while_it_opens(tmp_path, source):
    gate = threading.Event()
    phantoms.series(tmp_path / "s")

    def slow():
        gate.wait(60)
        return opened(tmp_path / "s")

    volume = source(slow)
    told: list[int] = []
    volume.listen(lambda: told.append(1))
    volume.start()
    threading.Timer(0.05, gate.set).start()
    volume.close()
    assert not told


def body(air: float, tissue: float, bone: float) -> np.ndarray:
    dice = np.random.default_rng(3)
    values = np.full((9, 64, 64), air) + dice.normal(0, 5, (9, 64, 64))
    values[:, 16:48, 16:48] = tissue + dice.normal(0, 20, (9, 32, 32))
    values[:, 30:34, 30:34] = bone
    return np.maximum(values, air).astype(np.int16)


@pytest.mark.parametrize(
    ("values", "slope", "intercept", "plain"),
    [
        (body(-1024, 40, 1200), None, 0.0, True),
        (body(0, 1064, 2200), 1.0, -1024.0, True),
        (np.where(np.arange(64) < 6, np.int16(-3024), body(-1000, 40, 1200)), None, 0.0, True),  # outside of the circle
        (body(0, 400, 1200), None, 0.0, False),  # MR
        (body(-1024, 4000, 12000), None, 0.0, False),  # neither tissue nor its like
        (np.zeros((9, 64, 64), np.int16), None, 0.0, False),
    ],
)
def test_a_grid_whose_values_are_plainly_hu_is_offered_the_windows_of_ct(tmp_path, source, values, slope, intercept, plain):
    path = phantoms.nifti(tmp_path / "v.nii", values, np.eye(4), slope=slope, intercept=intercept)
    volume = source(lambda: open_grid(FileSource(path), {}))
    start_and_hear_the_end(volume)
    assert (volume.presets() == presets("CT")) == plain
    assert look_presets(read(volume, 0).subject.values.modality)[0].title == ("CT bone" if plain else "MR")


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("ct-phantom", True),
        ("ct-tilt", True),
        ("mr-4d", False),
        ("nrrd/pyradiomics/brain1_image.nrrd", False),
        ("nifti/CT_pitch.nii.gz", False),  # rescaled: windows in HU would show nothing
        ("nifti/chris_PD.nii.gz", False),
        ("nifti/spmMotor.nii.gz", False),
    ],
)
def test_real_volumes_of_no_modality_are_taken_for_what_they_are(real_data, source, name, plain):
    path = real_data / name
    volume = source(lambda: frames_of(found(path)[0]) if path.is_dir() else open_grid(FileSource(path), {}))
    start_and_hear_the_end(volume)
    assert volume.taken_for == ("CT" if plain else "")
