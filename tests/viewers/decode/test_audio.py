"""Sound by the sample: any range is what full decoding gives there; peaks and spectrogram show what is in it."""

from __future__ import annotations

import random
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from storage.errors import BadInput, Cancelled
from storage.media.audio import probe_audio
from storage.media.source import FileSource, MemorySource
from storage.model.items import Kind
from tests.support import clips, sounds
from viewers.decode.audio import SoundDecoder, open_sound, samples_of
from viewers.decode.peaks import BASE, PeakBuilder
from viewers.decode.spectrogram import FLOOR_DB, SIZE, Spectrogram


def opened(path: Path, cache_dir: Path | None = None) -> SoundDecoder:
    return open_sound(FileSource(path), cache_dir=cache_dir)


def test_a_sound_that_is_cut_short_is_told(tmp_path):
    whole = sounds.write(tmp_path / "a.wav", sounds.ramp(160_000, 1), codec="pcm_s16le")
    assert probe_audio(whole).warnings == ()
    half = tmp_path / "half.wav"
    half.write_bytes(whole.read_bytes()[:-160_000])
    told = probe_audio(half).warnings
    assert "The header says 20.00 s; 10.00 s can be heard." in told


def full_decoding(path: Path, channels: int) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([samples_of(f, channels) for f in container.decode(audio=0)])


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.wav", "pcm_s16le"), ("a.flac", "flac"), ("a.mkv", "flac"), ("a.mov", "pcm_s16be"), ("a.mka", "pcm_s16le")],
)
def test_lossless_samples_come_back_exactly_from_anywhere(name, codec, tmp_path):
    want = sounds.ramp(48_000, 2)
    decoder = opened(sounds.write(tmp_path / name, want, codec=codec))
    assert (decoder.rate, decoder.channels, decoder.samples) == (8000, 2, 48_000)
    dice = random.Random(3)
    for first, count in [
        (0, 10),
        (47_990, 10),
        (0, 48_000),
        *((dice.randrange(47_000), dice.randrange(1, 900)) for _ in range(30)),
    ]:
        assert np.array_equal(sounds.as_int16(decoder.read(first, count)), want[first : first + count]), first
    decoder.close()


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.m4a", "aac", 8000), ("a.mp3", "libmp3lame", 44_100), ("a.ogg", "libopus", 48_000), ("a.mkv", "aac", 44_100)],
)
def test_lossy_sound_is_what_full_decoding_gives_there(name, codec, rate, tmp_path):
    path = sounds.write(tmp_path / name, sounds.sweep(rate * 6, rate), rate, codec=codec)
    want = full_decoding(path, 1)
    decoder = opened(path)
    assert decoder.samples == len(want)
    for first in (rate * 3 + 17, 5, rate * 5, rate, rate * 5 + 2000, len(want) - 5000):
        got = decoder.read(first, 500)
        assert np.abs(got - want[first : first + 500]).max() < 0.02, first
        assert np.abs(got).max() > 0.05


def test_reading_on_gives_every_sample_once(tmp_path):
    want = sounds.ramp(30_000)
    decoder = opened(sounds.write(tmp_path / "a.flac", want, codec="flac"))
    parts = [sounds.as_int16(decoder.read(at, 777)) for at in range(0, 30_000, 777)]
    assert np.array_equal(np.concatenate(parts)[:30_000], want)


def test_outside_the_file_is_silence(tmp_path):
    want = sounds.ramp(1000)
    decoder = opened(sounds.write(tmp_path / "a.wav", want))
    got = sounds.as_int16(decoder.read(-50, 1100))
    assert not got[:50].any()
    assert np.array_equal(got[50:1050], want)
    assert not got[1050:].any()
    assert decoder.read(5000, 10).shape == (10, 1)


def test_a_gap_in_the_clock_is_silence_so_that_sound_and_picture_stay_together(tmp_path):
    want = sounds.ramp(20_000)
    path = sounds.write(tmp_path / "a.mkv", want, gap=(10_000, 4_000))
    decoder = opened(path)
    assert decoder.samples == 24_000
    assert not decoder.read(10_000, 4_000).any()
    assert np.array_equal(sounds.as_int16(decoder.read(14_500, 700)), want[10_500:11_200])
    assert np.array_equal(sounds.as_int16(decoder.read(200, 700)), want[200:900])
    assert any("jumps" in w for w in probe_audio(path).warnings)


def test_damage_loses_no_more_than_it_must(tmp_path):
    path = sounds.write(tmp_path / "a.flac", sounds.ramp(60_000), codec="flac")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 300] = bytes(300)
    path.write_bytes(data)
    decoder = opened(path)
    assert decoder.samples > 40_000
    assert np.array_equal(sounds.as_int16(decoder.read(100, 1000)), sounds.ramp(60_000)[100:1100])


def test_the_index_is_kept_and_not_made_twice(tmp_path):
    path = sounds.write(tmp_path / "a.flac", sounds.ramp(20_000, 2), codec="flac")
    first = opened(path, tmp_path / "cache")
    (stored,) = (tmp_path / "cache").rglob("*.npz")
    told = []
    again = open_sound(FileSource(path), cache_dir=tmp_path / "cache", on_progress=told.append)
    assert told == []
    assert np.array_equal(again.index.starts, first.index.starts)
    assert np.array_equal(again.index.peaks.levels[0], first.index.peaks.levels[0])
    assert np.array_equal(sounds.as_int16(again.read(5000, 100)), sounds.ramp(20_000, 2)[5000:5100])
    stored.write_bytes(stored.read_bytes()[:100])
    assert opened(path, tmp_path / "cache").samples == 20_000


def test_indexing_can_be_given_up(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.ramp(20_000))

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        open_sound(FileSource(path), cache_dir=tmp_path, check=stop)
    assert not list(tmp_path.rglob("*.npz"))


def test_peaks_hold_the_least_the_greatest_and_the_rms_at_every_zoom():
    dice = np.random.default_rng(5)
    samples = (dice.normal(0, 0.1, (700_003, 2)) * np.linspace(0.1, 1, 700_003)[:, None]).astype(np.float32)
    builder = PeakBuilder(2)
    at = 0
    while at < len(samples):
        n = int(dice.integers(1, 5000))
        builder.add(samples[at : at + n])
        at += n
    peaks = builder.finish()
    assert peaks.samples == len(samples)
    assert len(peaks.levels[0]) == -(-len(samples) // BASE)
    for columns in (10, 37, 500, 2000):
        shown = peaks.columns(0, len(samples), columns)
        edges = np.linspace(0, len(samples), columns + 1)
        per = len(samples) / columns
        for k in range(0, columns, max(1, columns // 7)):
            low, high = int(edges[k]), int(edges[k + 1])
            assert (shown[k, :, 0] <= samples[low:high].min(axis=0) + 1e-4).all()
            assert (shown[k, :, 1] >= samples[low:high].max(axis=0) - 1e-4).all()
            wide = samples[max(0, int(low - per)) : int(high + per)]
            assert (shown[k, :, 0] >= wide.min(axis=0) - 1e-4).all()
            assert shown[k, :, 2] == pytest.approx(np.sqrt((samples[low:high] ** 2).mean(axis=0)), rel=0.3)


def test_columns_beyond_the_sound_are_empty():
    builder = PeakBuilder(1)
    builder.add(np.full((1000, 1), 0.5, np.float32))
    shown = builder.finish().columns(-1024, 4096, 8)
    assert not shown[:2].any()
    assert shown[3, 0, 1] == pytest.approx(0.5, abs=1e-3)
    assert not shown[6:].any()


@pytest.mark.parametrize("level", [0, 3, 7])
def test_a_spectrogram_shows_a_tone_where_it_is(level, tmp_path):
    rate = 8000
    samples = np.concatenate([sounds.tone(rate * 20, rate, 1000), sounds.tone(rate * 20, rate, 3000, 0.05)])
    picture = Spectrogram(opened(sounds.write(tmp_path / "a.wav", samples, rate)))
    tile = picture.tile(level, 0, lambda: None)
    hop = 512 << level
    assert picture.columns(level) == -(-len(samples) // hop)
    early = max(1, 4 * rate // hop)
    assert abs(int(tile[early].argmax()) - 1000 * SIZE / rate) <= 1
    loudness = tile[early].max() * (-FLOOR_DB / 255) + FLOOR_DB
    assert loudness == pytest.approx(-6, abs=1.5)
    late = picture.tile(level, (30 * rate // hop) // 256, lambda: None)[(30 * rate // hop) % 256]
    assert abs(int(late.argmax()) - 3000 * SIZE / rate) <= 1


@pytest.mark.parametrize("level", [1, 3, 4])
def test_a_short_sound_is_seen_from_afar_where_it_is(level, tmp_path):
    rate, hop = 8000, 512 << level
    samples = np.zeros((rate * 40, 1), np.int16)
    at = 20 * rate + 100
    samples[at : at + 400] = sounds.tone(400, rate, 1000)
    picture = Spectrogram(opened(sounds.write(tmp_path / "a.wav", samples, rate)))
    loud = np.concatenate([picture.tile(level, n, lambda: None) for n in range(-(-picture.columns(level) // 256))]).max(axis=1)
    assert abs(int(loud.argmax()) - (at + 200) / hop) <= 0.5 + SIZE / hop
    assert loud.max() > 100


def test_facts_of_a_sound(tmp_path):
    info = probe_audio(sounds.write(tmp_path / "a.wav", sounds.ramp(12_000, 2)))
    assert (info.kind, info.mime, info.duration) == (Kind.AUDIO, "audio/wav", 1.5)
    wanted = {"codec": "pcm_s16le", "sample_rate": 8000, "channels": 2, "bits": 16}
    assert wanted.items() <= info.facts.items()
    assert info.warnings == ()


def test_the_sound_of_a_video_is_found(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio = out.add_stream("pcm_s16le", rate=8000, layout="mono")
        out.mux(video.encode(av.VideoFrame.from_ndarray(clips.numbered(0), "rgb24")))
        frame = av.AudioFrame.from_ndarray(sounds.ramp(4000).reshape(1, -1), "s16", "mono")
        frame.sample_rate = 8000
        out.mux(audio.encode(frame))
        out.mux([*video.encode(), *audio.encode()])
    assert np.array_equal(sounds.as_int16(opened(path).read(100, 50)), sounds.ramp(4000)[100:150])


def test_a_file_without_sound_is_one_sentence(tmp_path):
    path = clips.write(tmp_path / "silent.mp4", 3)
    with pytest.raises(BadInput, match=r"silent\.mp4"):
        probe_audio(path)
    with pytest.raises(BadInput, match="no sound"):
        opened(path)
    with pytest.raises(BadInput):
        open_sound(MemorySource(b"RIFF" + bytes(100)), cache_dir=None)


def test_a_sound_without_a_single_sample_says_so(tmp_path):
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as made:
        made.setparams((1, 2, 8000, 0, "NONE", ""))
    with pytest.raises(BadInput, match=r"silence\.wav holds no sound"):
        probe_audio(path)


def test_wav_is_indexed_by_large_packets_and_exact_across_them(tmp_path):
    """Between two packets the interpreter's lock may have to be waited for: two hours had a hundred thousand of them."""
    want = sounds.ramp(300_000)
    decoder = opened(sounds.write(tmp_path / "a.wav", want, codec="pcm_s16le"))
    assert len(decoder.index.starts) < 12
    for first in (0, 32_700, 65_500, 131_000, 299_000, 65_500):
        assert np.array_equal(sounds.as_int16(decoder.read(first, 900)), want[first : first + 900]), first
    decoder.close()
