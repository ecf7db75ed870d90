"""What a video says of itself, what is true, and where the two differ."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import BadInput, Cancelled
from storage.media.frames import FrameTable
from storage.media.source import FileSource, MemorySource
from storage.media.video import frame_table, orientation_of, probe_video
from storage.model.items import Kind
from tests.support import clips


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return clips.write(tmp_path_factory.mktemp("clip") / "clip.mp4", 50, b_frames=2)


def full_decoding(path: Path, stream: int = 0) -> list[int]:
    with av.open(str(path)) as container:
        return [frame.pts for frame in container.decode(container.streams[stream])]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("c.mp4", {"b_frames": 3}),
        ("c.mkv", {"b_frames": 3}),
        ("c.webm", {"codec": "libvpx-vp9", "frames": 30}),
        ("c.ts", {"b_frames": 2}),
        ("c.mkv", {"times": [100 + n * n for n in range(40)], "time_base": Fraction(1, 1000), "frames": 40, "b_frames": 2}),
    ],
)
def test_packets_tell_what_full_decoding_gives(name, options, tmp_path):
    path = clips.write(tmp_path / name, **options)
    table = frame_table(path)
    assert table.pts.tolist() == full_decoding(path)
    assert table.is_key[0]
    assert frame_table(FileSource(path)) == frame_table(MemorySource(path.read_bytes())) == table


def test_facts_are_those_of_the_packets(clip):
    info = probe_video(clip)
    assert (info.kind, info.mime, info.size) == (Kind.VIDEO, "video/mp4", clip.stat().st_size)
    assert (info.width, info.height, info.frames, info.fps, info.duration) == (64, 64, 50, 25.0, 2.0)
    assert info.warnings == ()
    wanted = {"codec": "h264", "stream": 0, "stream_why": "the only one", "variable_rate": False, "has_audio": False, "keys": 5}
    assert wanted.items() <= info.facts.items()
    json.dumps(dict(info.facts))


def test_the_header_is_compared_with_what_is_counted(tmp_path):
    path = clips.with_edit_list(clips.write(tmp_path / "c.mp4", 60), 512 * 20)
    info = probe_video(path)
    assert info.frames == len(full_decoding(path)) == 40
    assert info.facts["hidden_frames"] > 0
    assert any(w.startswith("The header says 60 frames; 40 can be shown") for w in info.warnings)


def test_a_film_that_is_cut_short_is_told_where_the_header_counts_no_frames(tmp_path):
    whole = clips.write(tmp_path / "c.mkv", 300, gop=10)
    assert probe_video(whole).warnings == ()
    half = tmp_path / "half.mkv"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    info = probe_video(half)
    assert f"The header says 12.00 s; {info.duration:.2f} s can be shown." in info.warnings
    assert info.frames == round(info.duration * 25) < 200


def test_a_variable_rate_is_told(tmp_path):
    times = [n * 40 + (200 if n > 20 else 0) for n in range(40)]
    info = probe_video(clips.write(tmp_path / "c.mkv", 40, times=times, time_base=Fraction(1, 1000)))
    assert info.facts["variable_rate"]
    assert any("from 40 to 240 ms" in w for w in info.warnings)
    assert info.fps == pytest.approx(40 / 1.8)


def test_rounding_by_the_container_is_no_variable_rate():
    ticks = np.array([round(n * 1001 / 30) for n in range(5000)], np.int64)  # 29.97 a second in Matroska's milliseconds
    table = FrameTable(ticks, np.ones(5000, np.bool_), Fraction(1, 1000))
    assert not table.variable
    assert table.fps == pytest.approx(29.97, abs=0.01)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_sizes_are_upright(degrees, tmp_path):
    info = probe_video(clips.write(tmp_path / "c.mp4", 3, size=(96, 64), rotation=degrees))
    assert (info.width, info.height) == ((96, 64) if degrees == 180 else (64, 96))
    assert info.facts["orientation"] == {90: 8, 180: 3, 270: 6}[degrees]


def test_every_quarter_turn_and_mirror_of_a_display_matrix_is_known():
    one = 65536
    found = [
        orientation_of(np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], np.int32).tobytes())
        for a, b, c, d in (
            (one, 0, 0, one), (-one, 0, 0, one), (-one, 0, 0, -one), (one, 0, 0, -one),
            (0, one, one, 0), (0, one, -one, 0), (0, -one, -one, 0), (0, -one, one, 0),
        )
    ]  # fmt: skip
    assert found == [1, 2, 3, 4, 5, 6, 7, 8]


def test_of_several_streams_one_is_chosen_and_told(tmp_path):
    info = probe_video(clips.write(tmp_path / "c.mp4", 20, streams=2))
    assert info.facts["stream"] == 0
    assert [s["type"] for s in info.facts["streams"]] == ["video", "video"]
    assert any("Of 2 video streams number 0 is shown" in w for w in info.warnings)


def test_pixels_that_are_not_square_are_told(tmp_path):
    path = tmp_path / "c.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        out.mux(stream.encode(av.VideoFrame.from_ndarray(clips.numbered(1), "rgb24")))
        out.mux(stream.encode())
    info = probe_video(path)
    assert info.facts["sample_aspect"] == [4, 3]
    assert (info.width, info.height) == (64, 64)
    assert any("not square (4:3)" in w for w in info.warnings)


@pytest.mark.parametrize("name", ["c.mkv", "c.ts", "c.mp4"])
@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_a_truncated_file_has_what_can_be_read(name, cut, tmp_path):
    options = {"preset": "veryfast", "sc_threshold": "0"}
    path = clips.write(tmp_path / name, 100, options=options)
    if name == "c.mp4":  # the index first, as for streaming: without it nothing can be read
        front = tmp_path / "front.mp4"
        with av.open(str(path)) as source, av.open(str(front), "w", options={"movflags": "faststart"}) as out:
            stream = out.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(video=0):
                if packet.size:
                    packet.stream = stream
                    out.mux(packet)
        path = front
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])
    info = probe_video(path)
    assert 10 < info.frames < 100
    if name == "c.mp4":
        assert any("The header says 100 frames" in w for w in info.warnings)


def test_an_mp4_without_its_index_is_one_sentence(clip, tmp_path):
    (tmp_path / "half.mp4").write_bytes(clip.read_bytes()[:1500])
    with pytest.raises(BadInput, match="half\\.mp4 cannot be read as a video") as seen:
        probe_video(tmp_path / "half.mp4")
    assert seen.value.remedy
    assert seen.value.input == str(tmp_path / "half.mp4")


def test_sound_without_pictures_is_no_video(tmp_path):
    path = tmp_path / "c.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    with pytest.raises(BadInput, match="c\\.mp4 holds no video"):
        probe_video(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n"),
        ("c.ffconcat", "ffconcat version 1.0\nfile '{}'\n"),
        (
            "c.sdp",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        ),
    ],
)
def test_files_that_name_other_files_are_not_followed(name, text, clip, tmp_path):
    (tmp_path / name).write_text(text.format(clip))
    with pytest.raises(BadInput):
        probe_video(tmp_path / name)


def test_a_name_of_any_bytes_will_do(clip, tmp_path):
    for raw in (b"\xff\xfe.mp4", b"100%d & more: x.mp4", "ü 动.mp4".encode()):
        path = tmp_path / raw.decode("utf-8", "surrogateescape")
        path.write_bytes(clip.read_bytes())
        assert probe_video(path).frames == 50


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_damage_anywhere_gives_facts_or_one_sentence(clip, tmp_path_factory, seed):
    dice = random.Random(seed)
    data = bytearray(clip.read_bytes())
    for _ in range(dice.randint(1, 60)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    path = tmp_path_factory.mktemp("damaged") / "d.mp4"
    path.write_bytes(data[: dice.randint(40, len(data))] if dice.random() < 0.3 else data)
    reason, frames = "", 0
    try:
        frames = probe_video(path).frames
    except BadInput as error:
        reason = error.reason
    assert frames > 0 or "d.mp4" in reason


def test_counting_can_be_given_up(tmp_path):
    path = clips.write(tmp_path / "c.h264", 10, format="h264")

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        frame_table(path, check=stop)


@given(
    st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=200, unique=True),
    st.integers(0, 2**32),
    st.fractions(min_value=Fraction(1, 10**6), max_value=1, max_denominator=2**31),
)
def test_a_table_survives_its_blob(times, seed, time_base):
    keys = np.random.default_rng(seed).random(len(times)) < 0.3
    table = FrameTable(np.array(sorted(times), np.int64), keys, time_base)
    again = FrameTable.from_bytes(table.to_bytes())
    assert again == table
    for i in range(len(table)):
        before = [k for k in range(i + 1) if keys[k]]
        after = [k for k in range(i + 1, len(table)) if keys[k]]
        assert table.key_at(i) == (before[-1] if before else 0)
        assert table.key_after(i) == (after[0] if after else len(table))
        assert table.index_of(int(table.pts[i])) == i
        assert table.at_time(Fraction(int(table.pts[i] - table.pts[0])) * time_base) == i
    assert table.index_of(2**41) is None


def test_an_hour_of_even_times_is_a_small_blob():
    table = FrameTable(np.arange(90_000, dtype=np.int64) * 512, np.arange(90_000) % 250 == 0, Fraction(1, 12800))
    assert len(table.to_bytes()) < 4000


@pytest.mark.parametrize("blob", [b"", b"PFT1", b"x" * 100])
def test_a_damaged_blob_is_refused(blob):
    with pytest.raises(BadInput):
        FrameTable.from_bytes(blob)
    whole = FrameTable(np.arange(9, dtype=np.int64), np.ones(9, np.bool_), Fraction(1, 25)).to_bytes()
    with pytest.raises(BadInput):
        FrameTable.from_bytes(whole[:-3])


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "frames"), [("bikes.mp4", 250), ("bigbuckbunny.mp4", 132), ("nasa_13013.mp4", 390)])
def test_real_clips_are_counted(name, frames, real_data):
    info = probe_video(real_data / "videos" / name)
    assert info.frames == frames
    assert len(full_decoding(real_data / "videos" / name, info.facts["stream"])) == frames


@pytest.mark.realdata
@pytest.mark.parametrize("stream", [0, 3])
def test_a_real_clip_agrees_with_its_table_of_times(stream, real_data):
    path = real_data / "videos" / "nasa_13013.mp4"
    want = [f["pts_time"] for f in json.loads((path.parent / f"{path.name}.stream{stream}.all_frames_info.json").read_text())]
    table = frame_table(path, stream)
    assert [f"{float(int(pts) * table.time_base):.6f}" for pts in table.pts] == want
