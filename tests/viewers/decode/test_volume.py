"""A volume in one array: the right value at every place, in the order it is looked at, kept for the next time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread

from storage.errors import BadInput, DiskFull
from storage.media.source import FileSource
from tests.support import phantoms
from tests.support.volumes import found, frames_of, opened
from viewers.decode import pyramid, volume_room
from viewers.decode.arrays import Array
from viewers.decode.volume import DicomFrames, load_order
from viewers.decode.volume_room import MemoryBudget
from viewers.decode.volume_store import VolumeStore

J2K, RLE, EXPLICIT, BIG = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"


class Recorded(DicomFrames):
    """Notes which frames were read, and may hold them back."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.read: list[int] = []
        self.gate: threading.Event | None = None

    def read_into(self, frame: int, out: Array) -> None:
        self.read.append(frame)
        if self.gate is not None and len(self.read) > 1:
            self.gate.wait(60)
        super().read_into(frame, out)


def recorded(folder: Path) -> Recorded:
    (series,) = found(folder)
    files = list(series.files)
    return Recorded(series.index, lambda file: FileSource(files[file]))


@pytest.fixture
def stores() -> Iterator[list[VolumeStore]]:
    made: list[VolumeStore] = []
    yield made
    for store in made:
        store.close()


def loaded(stores: list[VolumeStore], frames, cache: Path | None = None, **more) -> VolumeStore:
    store = VolumeStore(frames, cache, **more)
    stores.append(store)
    return store.load()


@pytest.mark.parametrize("syntax", [EXPLICIT, "1.2.840.10008.1.2", BIG, "1.2.840.10008.1.2.1.99", RLE, J2K])
@pytest.mark.parametrize("layout", [{}, {"tilt": 18.5}, {"orientation": "oblique"}, {"names": "shuffled", "reverse": True},
                                    {"spacings": (2.5, 2.5, 5.0, 1.0, 2.5)}])  # fmt: skip
def test_every_voxel_stands_where_its_header_says(tmp_path, stores, syntax, layout):
    made = phantoms.series(tmp_path / "s", transfer_syntax=syntax, **layout)
    frames = opened(tmp_path / "s")
    store = loaded(stores, frames, tmp_path / "cache")
    assert store.complete and not store.damaged
    assert np.array_equal(store.array, made.volume)
    geometry = frames.geometry
    assert geometry is not None
    for k in range(6):
        for row, column in ((0, 0), (3, 17), (15, 19)):
            c, r, s = (round(float(v)) for v in geometry.to_voxel(made.lps(k, row, column)))
            assert store.array[s, r, c] == made.volume[k, row, column]


def test_times_follow_each_other(tmp_path, stores):
    made = phantoms.series(tmp_path / "s", n=4, times=3, modality="MR")
    store = loaded(stores, opened(tmp_path / "s"))
    for t in range(3):
        assert np.array_equal(store.at_time(t), made.volume[t])


def test_frames_of_one_file_in_another_order(tmp_path, stores):
    made = phantoms.enhanced(tmp_path / "one.dcm", n=5, order=[3, 1, 4, 0, 2])
    assert np.array_equal(loaded(stores, opened(tmp_path / "one.dcm")).array, made.volume)


def test_each_slice_has_its_own_slope(tmp_path):
    phantoms.series(tmp_path / "s", n=3, slope=(1.0, 2.0, 0.5), intercept=(0.0, -10.0, 7.0))
    frames = opened(tmp_path / "s")
    for k, (slope, intercept) in enumerate(zip((1.0, 2.0, 0.5), (0.0, -10.0, 7.0), strict=True)):
        stored = frames.frame(k)
        assert np.allclose(frames.modality(k, stored), stored * slope + intercept)


def test_a_series_of_signed_and_unsigned_slices_keeps_every_value(tmp_path, stores):
    values = np.full((4, 16, 20), 40000, np.uint16)

    def change(i, ds):
        if i % 2:
            phantoms.set_pixels(ds, np.full((16, 20), -300, np.int16))

    phantoms.series(tmp_path / "s", n=4, values=values, change=change)
    for series in found(tmp_path / "s"):
        array = loaded(stores, frames_of(series)).array
        assert set(np.unique(array)) <= {40000, -300}


@pytest.mark.realdata
@pytest.mark.parametrize("folder", ["ct-phantom", "ct-tilt", "mr-4d"])
def test_real_series_hold_pydicoms_values_at_the_places_of_their_headers(real_data, stores, folder):
    for series in found(real_data / folder):
        store = loaded(stores, frames_of(series))
        assert not store.damaged
        for frame in range(len(series.index)):
            ds = dcmread(series.files[int(series.index.file[frame])])
            assert np.array_equal(store.array[frame], ds.pixel_array)
            assert series.geometry is not None
            k = frame % series.index.slices
            column, row, at = series.geometry.to_voxel(np.array(ds.ImagePositionPatient, float))
            assert np.allclose([column, row, at], [0, 0, k], atol=1e-3)


# -- order -------------------------------------------------------------------------------------------------------------


@given(n=st.integers(1, 300), middle=st.integers(-5, 400), visible=st.lists(st.integers(-5, 400), max_size=20))
def test_every_slice_comes_once_what_is_seen_first(n, middle, visible):
    order = load_order(n, middle, visible)
    assert sorted(order) == list(range(n))
    seen = [k for k in dict.fromkeys(visible) if 0 <= k < n and k != order[0]]
    assert order[0] == min(max(middle, 0), n - 1)
    assert order[1 : 1 + len(seen)] == seen


def test_after_the_middle_every_fourth_slice(tmp_path):
    order = load_order(12)
    assert order == [6, 0, 4, 8, 1, 5, 9, 2, 10, 3, 7, 11]


def test_what_is_wanted_comes_next(tmp_path, stores):
    phantoms.series(tmp_path / "s", n=20, rows=4, cols=4)
    frames = recorded(tmp_path / "s")
    frames.gate = threading.Event()
    store = VolumeStore(frames, threads=1).open()
    stores.append(store)
    store.start(first=[7])
    assert store.wait(7, timeout=60)
    store.want([15, 3])
    frames.gate.set()
    assert store.wait(timeout=60)
    assert frames.read[0] == 7
    assert frames.read[2:4] == [15, 3]
    assert sorted(frames.read) == list(range(20))


def test_until_a_slice_is_there_the_nearest_one_stands_in(tmp_path, stores):
    phantoms.series(tmp_path / "s", n=9, rows=4, cols=4)
    frames = recorded(tmp_path / "s")
    frames.gate = threading.Event()
    store = VolumeStore(frames, threads=1).open()
    stores.append(store)
    assert store.nearest(2) is None
    store.start(first=[6])
    assert store.wait(6, timeout=60)
    assert store.nearest(2) == 6
    frames.gate.set()
    assert store.wait(timeout=60)
    assert store.nearest(2) == 2


def test_nothing_more_is_read_after_closing(tmp_path):
    phantoms.series(tmp_path / "s", n=30, rows=4, cols=4)
    frames = recorded(tmp_path / "s")
    frames.gate = threading.Event()
    store = VolumeStore(frames, threads=2).open()
    store.start()
    assert store.wait(15, timeout=60)
    store.close()
    frames.gate.set()
    deadline = time.monotonic() + 10
    while store._working and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert len(frames.read) <= 4


def test_listeners_hear_of_the_first_slice_and_of_the_end(tmp_path, stores):
    phantoms.series(tmp_path / "s", n=6)
    store = VolumeStore(opened(tmp_path / "s")).open()
    stores.append(store)
    heard: list[int] = []
    over = threading.Event()

    def listener() -> None:
        heard.append(int(store.have.sum()))
        if store.complete and not store._working:
            over.set()

    store.listen(listener)
    store.start()
    assert over.wait(60)
    assert heard[0] >= 1 and heard[-1] == 6


# -- damage ------------------------------------------------------------------------------------------------------------


def test_one_damaged_slice_leaves_the_others_sound(tmp_path, stores):
    made = phantoms.series(tmp_path / "s", n=5)
    (series,) = found(tmp_path / "s")
    bad = series.files[2]
    bad.write_bytes(bad.read_bytes()[:-100])
    store = loaded(stores, frames_of(series))
    assert list(store.damaged) == [2]
    assert bad.name in store.damaged[2].reason and "ends early" in store.damaged[2].reason
    assert np.array_equal(store.array[[0, 1, 3, 4]], made.volume[[0, 1, 3, 4]])
    assert not store.array[2].any()
    assert store.nearest(2) in (1, 3)


def test_a_file_that_is_another_now_is_not_shown_as_if_it_were_the_old_one(tmp_path, stores):
    phantoms.series(tmp_path / "s", n=3)
    (series,) = found(tmp_path / "s")
    changed = series.files[1]
    changed.write_bytes(b"\0" * 200 + changed.read_bytes())
    store = loaded(stores, frames_of(series))
    assert "has changed since it was added" in store.damaged[1].reason


def test_a_missing_file_is_a_damaged_slice(tmp_path, stores):
    phantoms.series(tmp_path / "s", n=3)
    (series,) = found(tmp_path / "s")
    frames = frames_of(series)
    series.files[2].unlink()
    store = loaded(stores, frames)
    assert list(store.damaged) == [2]


# -- kept --------------------------------------------------------------------------------------------------------------


def test_the_second_opening_of_a_compressed_series_decodes_nothing(tmp_path, stores):
    made = phantoms.series(tmp_path / "s", transfer_syntax=J2K)
    loaded(stores, recorded(tmp_path / "s"), tmp_path / "cache").close()
    again = recorded(tmp_path / "s")
    store = loaded(stores, again, tmp_path / "cache")
    assert again.read == []
    assert np.array_equal(store.array, made.volume)
    assert isinstance(store.array.base, np.memmap)


def test_where_mapped_files_cannot_be_renamed_they_are_kept_at_closing(tmp_path, stores, monkeypatch):
    monkeypatch.setattr(volume_room, "RENAMES_MAPPED", False)
    made = phantoms.series(tmp_path / "s", transfer_syntax=RLE)
    store = loaded(stores, recorded(tmp_path / "s"), tmp_path / "cache")
    folder = tmp_path / "cache" / "volumes"
    assert [p.suffix for p in folder.iterdir()] == [".part"]
    store.close()
    assert [p.suffix for p in folder.iterdir()] == [".raw"]
    again = recorded(tmp_path / "s")
    assert np.array_equal(loaded(stores, again, tmp_path / "cache").array, made.volume)
    assert again.read == []


def test_a_changed_file_is_decoded_anew(tmp_path, stores):
    phantoms.series(tmp_path / "s", transfer_syntax=RLE)
    loaded(stores, recorded(tmp_path / "s"), tmp_path / "cache").close()
    (series,) = found(tmp_path / "s")
    path = series.files[3]
    path.write_bytes(path.read_bytes() + b"\0\0")
    again = recorded(tmp_path / "s")
    loaded(stores, again, tmp_path / "cache")
    assert len(again.read) == 6


def test_a_volume_with_damage_is_not_kept(tmp_path, stores):
    phantoms.series(tmp_path / "s", transfer_syntax=RLE)
    (series,) = found(tmp_path / "s")
    bad = series.files[0]
    bad.write_bytes(bad.read_bytes()[:-60])
    loaded(stores, frames_of(series), tmp_path / "cache").close()
    assert not list((tmp_path / "cache" / "volumes").glob("*.raw"))
    assert not list((tmp_path / "cache" / "volumes").glob("*.part"))


def test_a_cache_that_was_damaged_is_not_believed(tmp_path, stores):
    made = phantoms.series(tmp_path / "s", transfer_syntax=RLE)
    loaded(stores, recorded(tmp_path / "s"), tmp_path / "cache").close()
    (kept,) = (tmp_path / "cache" / "volumes").glob("*.raw")
    kept.write_bytes(kept.read_bytes()[:-1])
    again = recorded(tmp_path / "s")
    store = loaded(stores, again, tmp_path / "cache")
    assert len(again.read) == 6
    assert np.array_equal(store.array, made.volume)


def test_plain_series_need_no_cache(tmp_path, stores):
    phantoms.series(tmp_path / "s")
    loaded(stores, opened(tmp_path / "s"), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_beyond_the_memory_of_all_volumes_an_array_lies_on_the_disk(tmp_path, stores):
    made = phantoms.series(tmp_path / "s")
    budget = MemoryBudget(made.volume.nbytes + 10)
    first = loaded(stores, opened(tmp_path / "s"), budget=budget)
    second = loaded(stores, opened(tmp_path / "s"), budget=budget)
    assert not isinstance(first.array.base, np.memmap)
    assert isinstance(second.array.base, np.memmap)
    assert np.array_equal(second.array, made.volume)
    first.close()
    assert budget.taken == 0
    third = loaded(stores, opened(tmp_path / "s"), budget=budget)
    assert not isinstance(third.array.base, np.memmap)


def test_a_full_disk_is_told(tmp_path, stores, monkeypatch):
    phantoms.series(tmp_path / "s")

    def full(file, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(volume_room, "allocate", full)
    monkeypatch.setattr(pyramid, "allocate", full)
    with pytest.raises(DiskFull, match="MB"):
        VolumeStore(opened(tmp_path / "s"), budget=MemoryBudget(0)).open()


def test_a_series_of_two_sizes_is_refused(tmp_path):
    phantoms.series(tmp_path / "s", n=2)
    (series,) = found(tmp_path / "s")
    index = series.index
    mixed = tuple(type(f)(**{**{n: getattr(f, n) for n in f.__slots__}, "rows": 3}) for f in index.formats)
    broken = type(index)(**{**index.__dict__, "formats": (*index.formats, *mixed), "format": np.array([0, 1])})
    with pytest.raises(BadInput, match="different sizes"):
        DicomFrames(broken, lambda file: FileSource(series.files[file]))
