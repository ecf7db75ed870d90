"""The front of a sound: columns that show exactly what is in the file, tiles that come later, errors that say what is wrong."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from storage.media.source import FileSource
from tests.support import sounds
from viewers.decode.audio import open_sound
from viewers.decode.spectrogram import Spectrogram, hop_of
from viewers.scene.sound_source import BLOCK, MIX, Key, SoundSource, level_for

RATE = 8000


def opened(source):
    ready = threading.Event()
    end = source.listen(lambda: ready.set() if source.index is not None or source.error is not None else None)
    source.start()
    assert ready.wait(60)
    end()
    return source


def have(source, keys):
    """Ask for them and wait until they are there."""
    come = threading.Event()
    end = source.listen(lambda: source.idle and come.set())
    source.want(keys)
    while not source.idle:
        come.wait(0.05)
    end()


@pytest.fixture
def ramp(tmp_path):
    want = sounds.ramp(200_000, 2)
    source = opened(SoundSource.of(FileSource(sounds.write(tmp_path / "a.wav", want, RATE)), cache_dir=tmp_path / "cache"))
    yield source, want.astype(np.float32) / 32768
    source.close()


def test_a_column_holds_the_least_and_the_greatest_of_its_very_samples(ramp):
    source, want = ramp
    for first, per, columns in ((0, 1.0, 500), (65_000, 3.7, 900), (199_000, 2.0, 700), (12_345.6, 100.25, 40)):
        wave = source.wave(first, per, columns)
        have(source, wave.missing)
        wave = source.wave(first, per, columns)
        assert wave.exact
        for k in range(columns):
            a, b = int(np.ceil(first + k * per)), int(np.ceil(first + (k + 1) * per))
            part = want[a:b]
            if len(part):
                assert (wave.values[k, :, 0] <= part.min(axis=0) + 1e-6).all(), (first, k)
                assert (wave.values[k, :, 1] >= part.max(axis=0) - 1e-6).all(), (first, k)
            if first + k * per > len(want):
                assert not wave.values[k].any()


def test_closer_than_a_sample_the_line_goes_through_the_samples(ramp):
    source, want = ramp
    have(source, source.wave(1000, 0.1, 200).missing)
    wave = source.wave(1000, 0.1, 200)
    for n in range(1, 19):
        column = wave.values[n * 10]
        assert (column[:, 0] - 1e-6 <= want[1000 + n]).all()
        assert (column[:, 1] + 1e-6 >= want[1000 + n]).all()


def test_until_the_samples_are_there_the_peaks_stand_in(ramp):
    source, want = ramp
    wave = source.wave(100_000, 20.0, 300)
    assert not wave.exact
    assert {k.number for k in wave.missing} == {1}
    covered = want[100_000:106_000]
    assert wave.values[:, :, 1].max() >= covered.max()


def test_from_afar_all_that_is_in_sight_is_sketched_before_any_of_it_is_made(tmp_path):
    seconds = np.arange(RATE * 60) / RATE
    tone = (0.5 * np.sin(2 * np.pi * 1000 * seconds) * 32767).astype(np.int16)
    sound = np.concatenate([tone, np.zeros_like(tone)] * 5)[:, None]
    source = opened(SoundSource.of(FileSource(sounds.write(tmp_path / "a.wav", sound, RATE)), cache_dir=tmp_path / "cache"))
    level = next(n for n in range(20) if hop_of(n) > 4 * 1024)
    count = -(-len(sound) // hop_of(level))
    keys = source.spectrum_keys(MIX, level, 0, count)
    assert len(keys) > 1
    seen, whole = [], threading.Event()

    def look():
        columns, there, missing = source.spectrum(MIX, level, 0, count)
        if there.all():
            seen.append((len(missing), columns))
        if not missing:
            whole.set()

    end = source.listen(look)
    have(source, keys)
    assert whole.wait(60)
    end()
    left, rough = seen[0]
    assert left == len(keys)  # everything can be seen, nothing is made yet
    assert seen[-1][0] == 0
    loud = round(1000 * 1024 / RATE)
    middles = [round((n + 0.5) * 60 * RATE / hop_of(level)) for n in range(10)]
    assert [int(rough[at, loud] > 150) for at in middles] == [1, 0] * 5
    assert [int(seen[-1][1][at, loud] > 150) for at in middles] == [1, 0] * 5
    source.close()


def test_the_spectrogram_comes_in_tiles_and_equals_the_decoders(ramp):
    source, _ = ramp
    columns, there, missing = source.spectrum(MIX, 0, 10, 100)
    assert not there.any()
    assert missing == [Key("spectrum", 0, 0, MIX)]
    have(source, missing)
    columns, there, missing = source.spectrum(MIX, 0, 10, 100)
    assert there.all()
    assert missing == []
    other = source.decoder()
    assert np.array_equal(columns, Spectrogram(other).tile(0, 0, lambda: None)[10:110])
    other.close()


def test_tiles_are_read_back_from_the_cache_and_damaged_ones_are_made_again(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.ramp(100_000), RATE)
    key = Key("spectrum", 0, 0, MIX)

    def tile():
        source = opened(SoundSource.of(FileSource(path), cache_dir=tmp_path / "cache"))
        have(source, [key])
        columns, there, _ = source.spectrum(MIX, 0, 0, 50)
        source.close()
        assert there.all()
        return columns

    first = tile()
    (stored,) = (tmp_path / "cache").rglob("*.spectrum")
    data = bytearray(stored.read_bytes())
    assert np.array_equal(tile(), first)
    data[1000] ^= 255
    stored.write_bytes(data)
    assert np.array_equal(tile(), first)
    stored.write_bytes(b"")
    assert np.array_equal(tile(), first)


def test_finer_levels_look_between_the_columns_of_coarser_ones(ramp):
    source, _ = ramp
    decoder = source.decoder()
    spectrogram = Spectrogram(decoder)
    fine, coarse = spectrogram.tile(-2, 0, lambda: None), spectrogram.tile(0, 0, lambda: None)
    assert hop_of(-2) * 4 == hop_of(0)
    assert np.array_equal(fine[::4], coarse[: len(fine[::4])])
    decoder.close()


def test_memory_is_bounded(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.ramp(40 * BLOCK // 4, 1), RATE)
    source = SoundSource.of(FileSource(path), cache_dir=None)
    source._budget = 4 * BLOCK * 4
    opened(source)
    for n in range(source.index.samples // BLOCK):
        have(source, [Key("samples", n)])
        assert sum(array.nbytes for array in source._held.values()) <= 5 * BLOCK * 4
    source.close()


def test_the_level_has_a_column_for_every_pixel():
    for per in (0.01, 64, 100, 512, 600, 5000, 1e6):
        assert hop_of(level_for(per)) <= max(per, 64)
        assert hop_of(level_for(per) + 1) > per


def test_loudness_is_the_greatest_of_what_lies_under_the_pointer(tmp_path):
    samples = np.zeros((50_000, 1), np.int16)
    samples[20_000] = 16_384
    source = opened(SoundSource.of(FileSource(sounds.write(tmp_path / "a.wav", samples, RATE)), cache_dir=None))
    assert source.loudness(19_900, 400) == pytest.approx(0.5)
    assert source.loudness(30_000, 400) == 0
    assert source.loudness(60_000, 400) == 0
    source.close()


def test_what_is_no_sound_is_an_error_with_a_sentence(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"no sound at all")
    source = opened(SoundSource.of(FileSource(path), cache_dir=None))
    assert "a.wav" in source.error.reason
    assert source.error.remedy
    source.close()


def test_trying_again_opens_what_could_not_be_opened(tmp_path):
    path, tries = sounds.write(tmp_path / "a.wav", sounds.ramp(9000), RATE), []

    def opening(check, told):
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the disk was asleep")
        return open_sound(FileSource(path), cache_dir=None, check=check, on_progress=told)

    source = opened(SoundSource(opening))
    assert "asleep" in source.error.reason
    ready = threading.Event()
    source.listen(lambda: source.index is not None and ready.set())
    source.retry()
    assert ready.wait(60)
    assert source.error is None
    source.close()


def test_a_sample_is_what_another_decoder_of_it_reads(ramp):
    source, want = ramp
    decoder = source.decoder()
    assert np.array_equal(decoder.read(77_777, 200), want[77_777:77_977])
    decoder.close()
