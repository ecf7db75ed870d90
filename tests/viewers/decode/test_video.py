"""Whatever frame is asked for, in whatever order: that frame is given."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import BadInput, Cancelled
from storage.media.source import FileSource, MemorySource
from storage.media.video import frame_table
from tests.support import clips
from viewers.decode import video
from viewers.decode.request import PixelKind, Request, to_rgb
from viewers.decode.video import VideoDecoder, open_video

SMALL = 120_000  # bytes: about a dozen of the frames below, so that the cache cannot hide a wrong jump

MADE = {
    "constant": ("c.mp4", {}),
    "b-frames": ("c.mp4", {"b_frames": 3, "frames": 100}),
    "pyramid of b-frames, open groups": (
        "c.mkv",
        {"b_frames": 4, "options": {"preset": "veryfast", "sc_threshold": "0", "x264-params": "open-gop=1:b-pyramid=2:keyint=20"}},
    ),
    "transport stream": ("c.ts", {"b_frames": 2, "frames": 100}),
    "program stream, several pictures in a packet": ("c.mpg", {"codec": "mpeg2video", "b_frames": 2}),
    "avi without times": ("c.avi", {"b_frames": 2}),
    "mpeg-4 in avi": ("c.avi", {"codec": "mpeg4", "b_frames": 2}),
    "raw stream": ("c.h264", {"format": "h264", "b_frames": 2}),
    "webm": ("c.webm", {"codec": "libvpx-vp9", "frames": 40}),
    "variable rate": ("c.mkv", {"times": [n * 40 + (n % 7) * 5 + (n > 30) * 900 for n in range(60)], "time_base": Fraction(1, 1000)}),
    "variable rate with b-frames": (
        "c.mp4",
        {"times": [n * 500 + n * n for n in range(90)], "time_base": Fraction(1, 12800), "b_frames": 2},
    ),
    "a late start": ("c.mkv", {"times": [3000 + 40 * n for n in range(60)], "time_base": Fraction(1, 1000), "b_frames": 2}),
    "odd sizes": ("c.mkv", {"codec": "ffv1", "size": (67, 51), "pixels": "yuv444p"}),
    "every frame a key": ("c.avi", {"codec": "mjpeg", "pixels": "yuvj420p", "gop": 1}),
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    kept: dict[str, Path] = {}

    def make(name: str) -> Path:
        if name not in kept:
            file, options = MADE[name]
            kept[name] = clips.write(folder / f"{len(kept)}-{file}", **options)
        return kept[name]

    return make


def opened(path: Path, cache_bytes: int = SMALL) -> VideoDecoder:
    return open_video(FileSource(path), {}, cache_dir=None, cache_bytes=cache_bytes)


def shown(decoder: VideoDecoder, index: int) -> int:
    return clips.number_in(to_rgb(decoder.read(Request(index))))


@pytest.mark.parametrize("name", MADE)
def test_every_frame_in_any_order_is_the_right_one(name, made):
    decoder = opened(made(name))
    count = MADE[name][1].get("frames", 60)
    assert decoder.frames == count
    orders = {
        "forwards": list(range(count)),
        "backwards": list(reversed(range(count))),
        "at random": random.Random(7).choices(range(count), k=60),
        "to and fro": [n for i in range(2, count - 3, 9) for n in (i, i + 1, i, i - 1, i - 2, i + 3)],
    }
    for order, indices in orders.items():
        wrong = [(i, got) for i in indices if (got := shown(decoder, i)) != i]
        assert not wrong, order
    decoder.close()


@pytest.mark.parametrize("name", ["b-frames", "variable rate with b-frames", "transport stream"])
def test_times_are_those_that_full_decoding_gives(name, made):
    with av.open(str(made(name))) as container:
        want = [f.pts for f in container.decode(video=0)]
    decoder = opened(made(name))
    assert decoder.table.pts.tolist() == want
    assert [decoder.read(Request(i)).pts for i in range(decoder.frames)] == want


def test_one_key_frame_in_3000(tmp_path):
    decoder = opened(clips.write(tmp_path / "c.mp4", 3000, gop=3000, b_frames=2), cache_bytes=4_000_000)
    assert decoder.table.is_key.sum() == 1
    for i in (2999, 2998, 2990, 2700, 5, 1500, 1499, 1498, 2, 2999, 0):
        assert shown(decoder, i) == i
    for i in range(1400, 900, -1):
        assert shown(decoder, i) == i
    assert decoder.bytes_kept <= 4_000_000


@pytest.mark.parametrize("given_up_after", [1, 5, 20, 21, 22, 23, 200])
def test_after_a_jump_that_was_given_up_no_frame_is_taken_for_damaged(given_up_after, tmp_path):
    decoder = opened(clips.write(tmp_path / "c.mp4", 600, gop=600, b_frames=3), cache_bytes=600_000)
    for i in (500, 499):
        decoder.read(Request(i))
    asked = iter(range(given_up_after))

    def stop():
        if next(asked, None) is None:
            raise Cancelled

    with pytest.raises(Cancelled):
        all(iter(lambda: decoder.read_ahead(stop), False))
    for i in range(max(0, given_up_after - 12), given_up_after + 8):
        assert shown(decoder, i) == i
        assert decoder.facts(i).warnings == ()


def test_frames_hidden_by_an_edit_list_do_not_count(tmp_path):
    plain = clips.write(tmp_path / "c.mp4", 60, b_frames=2)
    start = frame_table(plain).pts[20] - frame_table(plain).pts[0]
    clips.with_edit_list(plain, int(start) + 1024)  # B-frames move the first picture two frames (of 512) into the media
    with av.open(str(plain)) as container:
        want = [clips.number_in(f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]
    assert want[0] > 10
    decoder = opened(plain)
    assert decoder.frames == len(want) < 60
    for i in [*range(decoder.frames), *reversed(range(decoder.frames)), 17, 3, 30]:
        assert shown(decoder, i) == want[i]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_rotation_is_applied(degrees, tmp_path):
    path = clips.write(tmp_path / "c.mp4", 3, size=(96, 64), rotation=degrees)
    decoder = opened(path)
    facts = decoder.facts()
    assert (facts.width, facts.height) == ((64, 96) if degrees in (90, 270) else (96, 64))
    picture = decoder.read(Request(1))
    assert picture.array.shape == (facts.height, facts.width, 4)
    upright = np.rot90(picture.array, -degrees // 90)
    assert clips.number_in(to_rgb_array(upright)) == 1
    part = decoder.read(Request(1, region=(10, 20, 30, 40)))
    assert np.array_equal(part.array, picture.array[20:60, 10:40])


def to_rgb_array(bgra: np.ndarray) -> np.ndarray:
    return bgra[..., 2::-1]


@pytest.mark.parametrize("cut", [0.35, 0.6, 0.95])
def test_of_a_truncated_file_all_that_is_there_is_shown(cut, tmp_path):
    path = clips.write(tmp_path / "c.mkv", 100, b_frames=2)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * cut)])
    decoder = opened(path)
    assert 10 < decoder.frames < 100
    want = {}
    with av.open(str(path)) as container:
        for packet in container.demux(video=0):
            want |= {f.pts: clips.number_in(f.to_ndarray(format="rgb24")) for f in packet.decode()}
    assert len(want) >= decoder.frames - 3
    for i in reversed(range(decoder.frames)):
        picture = decoder.read(Request(i))
        assert clips.number_in(to_rgb(picture)) == want[picture.pts]
        assert picture.pts == decoder.table.pts[i] or i > decoder.frames - 4


@pytest.mark.parametrize(("file", "spoilt"), [("c.avi", (17, 18)), ("c.mp4", (0, 1, 20, 39))])
def test_a_damaged_picture_is_stood_in_for_and_told(file, spoilt, tmp_path):
    path = clips.spoil(clips.write(tmp_path / file, 40, codec="mpeg4", gop=1), spoilt)
    decoder = opened(path)
    assert decoder.frames == 40
    for i in (16, 19, 38, 2, 21):
        assert shown(decoder, i) == i
    for i in spoilt:
        picture = decoder.read(Request(i))
        assert picture.frame == i
        good = max((n for n in range(i) if n not in spoilt), default=2)
        assert clips.number_in(to_rgb(picture)) == good
        assert picture.pts == decoder.table.pts[good]
        assert f"Frame {i} is damaged and cannot be decoded: frame {good} is shown." in decoder.facts(i).warnings
    assert not any("Frame 19" in w for w in decoder.facts(19).warnings)
    assert any("damaged packets" in w for w in decoder.facts().warnings)


def test_the_stream_asked_for_is_the_one_shown(tmp_path):
    path = clips.write(tmp_path / "c.mp4", 30, streams=2)
    for stream, first in ((0, 0), (1, 4095)):
        decoder = open_video(FileSource(path), {"stream": stream}, cache_dir=None)
        assert shown(decoder, 0) == first
        assert shown(decoder, 25) == abs(first - 25)
        decoder.close()


def test_transparency_comes_as_straight_rgba(tmp_path):
    path = tmp_path / "c.mov"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "rgba"
        a = np.zeros((16, 16, 4), np.uint8)
        a[..., 0], a[:, 8:, 3] = 200, 255
        frame = av.VideoFrame.from_ndarray(a, "rgba")
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    picture = opened(path).read(Request())
    assert picture.kind is PixelKind.RGBA8
    assert np.array_equal(picture.array, a)


def test_pictures_are_opaque_contiguous_and_read_only(made):
    decoder = opened(made("constant"))
    for request in (Request(4), Request(4, region=(3, 4, 20, 21))):
        picture = decoder.read(request)
        assert picture.kind is PixelKind.BGRA8
        assert picture.array.flags.c_contiguous
        assert not picture.array.flags.writeable
        assert (picture.array[..., 3] == 255).all()


def test_pictures_outlive_the_decoder(made):
    decoder = opened(made("constant"))
    picture = decoder.read(Request(5))
    for i in range(30):
        decoder.read(Request(i))
    decoder.close()
    del decoder
    assert clips.number_in(to_rgb(picture)) == 5


def test_levels_halve_the_picture(tmp_path):
    decoder = opened(clips.write(tmp_path / "c.mp4", 4, size=(2102, 1602)))
    assert decoder.facts().levels > 0
    picture = decoder.read(Request(2, level=1))
    assert picture.array.shape == (801, 1051, 4)
    assert clips.number_in(to_rgb(picture)) == 2
    part = decoder.read(Request(2, level=1, region=(100, 200, 64, 32)))
    assert np.array_equal(part.array, picture.array[100:116, 50:82])


def test_memory_serves_as_well_as_a_file(made):
    decoder = open_video(MemorySource(made("b-frames").read_bytes()), {}, cache_dir=None)
    assert [shown(decoder, i) for i in (70, 3, 69)] == [70, 3, 69]


@pytest.mark.parametrize("name", MADE)
def test_the_key_frame_is_there_at_once_and_says_which_it_is(name, made):
    decoder = opened(made(name))
    last = decoder.frames - 1
    for index in (last, last // 2, 1, last - 3):
        picture = decoder.nearest_key(index)
        assert decoder.table.key_at(index) <= picture.frame <= index
        assert clips.number_in(to_rgb(picture)) == picture.frame
        assert shown(decoder, index) == index
        assert decoder.nearest_key(index).frame == index


def test_dragging_over_a_long_way_shows_what_is_passed_and_never_begins_anew(tmp_path):
    decoder = opened(clips.write(tmp_path / "c.mp4", 600, gop=600, b_frames=2), cache_bytes=SMALL)

    class Drag:
        """The hand is on the next place after a dozen looks."""

        looks = 0

        def __call__(self):
            self.looks += 1
            if self.looks % 12 == 0:
                raise Cancelled

    drag, near = Drag(), []
    for place in range(40, 600, 20):
        picture = decoder.nearest_key(place)
        assert clips.number_in(to_rgb(picture)) == picture.frame < place
        near.append(picture.frame)
        with pytest.raises(Cancelled):
            decoder._walk_to(place, drag, keep_from=place - 12)
    assert near == sorted(near)  # it comes nearer with every place, and is not thrown back to the key frame
    assert len(set(near)) > len(near) / 2
    assert near[-1] > 200
    assert shown(decoder, 599) == 599
    for place in range(590, 10, -20):  # back over what was passed: all of it is near at once
        assert 0 < place - decoder.nearest_key(place).frame <= 6


def test_what_is_passed_is_kept_smaller_than_any_level_that_can_be_asked_for(tmp_path):
    decoder = opened(clips.write(tmp_path / "c.mp4", 60, gop=60, size=(1312, 96)), cache_bytes=SMALL)
    assert decoder.facts().levels == 0
    assert shown(decoder, 59) == 59
    near = decoder.nearest_key(30)
    assert 0 < 30 - near.frame <= 6
    assert near.array.shape == (48 // 2, 1312 // 4, 4)
    assert near.level == 2
    assert decoder.read(Request(30, 2)).array.shape == (96, 1312, 4)


def test_no_seek_begins_while_the_hand_is_on_its_way_over_what_is_kept(tmp_path, monkeypatch):
    decoder = opened(clips.write(tmp_path / "c.mp4", 120, gop=120), cache_bytes=SMALL)
    assert shown(decoder, 119) == 119
    stood = decoder._walker.at
    moves: list[int] = []

    def move(_seconds: float) -> None:
        """The hand moves on while it is looked whether it rests."""
        moves.append(generation)
        decoder.cancel(generation)

    with monkeypatch.context() as patched:
        patched.setattr(video, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=move))
        for generation, place in enumerate((80, 60, 40), start=1):
            assert decoder.nearest_key(place).frame < place
            with pytest.raises(Cancelled):
                decoder.read(Request(place, generation=generation))
            assert decoder._walker.at == stood
    assert moves == [1, 2, 3]
    assert shown(decoder, 40) == 40  # it rests there


def test_reading_ahead_follows_the_direction_of_travel(made):
    decoder = opened(made("b-frames"), cache_bytes=2_000_000)
    for i in (10, 11):
        decoder.read(Request(i))
    while decoder.read_ahead(lambda: None):
        pass
    assert all(decoder.cached(i) for i in range(11, 11 + 48))
    for i in (90, 89):
        decoder.read(Request(i))
    while decoder.read_ahead(lambda: None):
        pass
    assert all(decoder.cached(i) for i in range(89 - 48, 90))
    assert [shown(decoder, i) for i in range(89, 40, -1)] == list(range(89, 40, -1))


def test_memory_stays_within_its_bound(made):
    decoder = opened(made("b-frames"))
    for i in [*range(100), *reversed(range(100))]:
        decoder.read(Request(i))
        assert decoder.bytes_kept <= SMALL
    while decoder.read_ahead(lambda: None):
        assert decoder.bytes_kept <= SMALL


def test_what_is_no_longer_wanted_is_given_up_between_frames(made):
    decoder = opened(made("b-frames"), cache_bytes=2_000_000)
    decoder.cancel(3)
    with pytest.raises(Cancelled):
        decoder.read(Request(50, generation=3))
    assert clips.number_in(to_rgb(decoder.read(Request(50, generation=4)))) == 50
    asked = 0

    def stop():
        nonlocal asked
        asked += 1
        if asked > 3:
            raise Cancelled

    decoder.read(Request(20))
    with pytest.raises(Cancelled):
        all(iter(lambda: decoder.read_ahead(stop), False))
    assert shown(decoder, 23) == 23
    assert shown(decoder, 90) == 90


def test_a_long_jump_is_given_up_on_the_way(tmp_path):
    class Watched(MemorySource):
        decoder: VideoDecoder | None = None

        def read_at(self, offset: int, n: int) -> bytes:
            if self.decoder is not None:
                self.decoder.cancel(5)  # as another thread would, while the file is read for the jump
            return super().read_at(offset, n)

    source = Watched(clips.write(tmp_path / "c.mp4", 600, gop=600).read_bytes())
    decoder = open_video(source, {}, cache_dir=None, cache_bytes=SMALL)
    decoder.read(Request(500, generation=1))
    source.decoder = decoder
    with pytest.raises(Cancelled):
        decoder.read(Request(300, generation=5))
    assert not decoder.cached(300)
    assert clips.number_in(to_rgb(decoder.read(Request(300, generation=6)))) == 300


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_is_damaged_there_is_a_picture_or_one_sentence(made, tmp_path_factory, seed):
    dice = random.Random(seed)
    data = bytearray(made(dice.choice(("b-frames", "transport stream", "webm", "mpeg-4 in avi"))).read_bytes())
    for _ in range(dice.randint(1, 40)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    path = tmp_path_factory.mktemp("damaged") / "d.bin"
    path.write_bytes(data)
    reason = ""
    try:
        decoder = opened(path)
        for i in (0, decoder.frames - 1, decoder.frames // 2, decoder.frames // 3):
            picture = decoder.read(Request(i))
            assert picture.array.shape == (decoder.facts().height, decoder.facts().width, 4)
        decoder.close()
    except BadInput as error:
        reason = error.reason
    assert reason == "" or "d.bin" in reason


def test_pyav_is_not_imported_before_it_is_needed():
    modules = "storage.media.probe, storage.media.audio, viewers.decode.video, viewers.decode.audio, viewers.decode.encode"
    code = f"import sys, {modules}, viewers.decode.thumbs, viewers.decode.video_thumb; print('av' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("index", [-1, 60, 10**9])
def test_a_frame_that_is_not_there_is_refused(index, made):
    with pytest.raises(BadInput, match="60 frames"):
        opened(made("constant")).read(Request(index))


def test_the_table_is_kept_in_the_cache_folder(made, tmp_path):
    source = FileSource(made("constant"))
    first = open_video(source, {}, cache_dir=tmp_path)
    (stored,) = tmp_path.rglob("*.pft")
    assert open_video(source, {}, cache_dir=tmp_path).table == first.table
    stored.write_bytes(b"rubbish")
    again = open_video(source, {}, cache_dir=tmp_path)
    assert again.table == first.table
    assert not list(tmp_path.rglob("*.part"))


def test_no_video_is_one_sentence(tmp_path):
    (tmp_path / "c.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"\0" * 200)
    with pytest.raises(BadInput, match=r"c\.mp4"):
        opened(tmp_path / "c.mp4")


@pytest.mark.realdata
@pytest.mark.parametrize("stream", [0, 3])
def test_a_real_clip_agrees_with_its_table_of_times(stream, real_data):
    path = real_data / "videos" / "nasa_13013.mp4"
    want = [f["pts_time"] for f in json.loads((path.parent / f"{path.name}.stream{stream}.all_frames_info.json").read_text())]
    decoder = open_video(FileSource(path), {"stream": stream}, cache_dir=None, cache_bytes=20_000_000)
    assert decoder.frames == len(want)
    for i in random.Random(1).sample(range(len(want)), 25):
        pts = decoder.read(Request(i)).pts
        assert f"{float(pts * decoder.table.time_base):.6f}" == want[i]


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["bikes.mp4", "bigbuckbunny.mp4"])
def test_real_clips_give_the_pictures_of_full_decoding(name, real_data):
    path = real_data / "videos" / name
    picked = {5, 6, 60, 61, 100, 131}
    want = {}
    with av.open(str(path)) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i in picked:
                want[i] = frame.reformat(format="bgra").to_ndarray().copy()
    decoder = opened(path)
    for i in (131, 5, 100, 6, 61, 60):
        assert np.array_equal(decoder.read(Request(i)).array, want[i])


@pytest.mark.parametrize("width", [20, 50, 52, 54, 100])
def test_widths_that_are_no_multiple_of_eight_are_shown_to_the_last_column(width, tmp_path):
    """swscale 9.5 does not write the last columns of BGRA."""
    clip = clips.write(tmp_path / "clip.mkv", 3, size=(width, 40), codec="ffv1")
    decoder = open_video(FileSource(clip), {}, cache_dir=None)
    for frame in range(3):
        shown = to_rgb(decoder.read(Request(frame=frame)))
        assert np.abs(shown.astype(int) - clips.numbered(frame, width, 40)).max() <= 20
    decoder.close()


def test_after_a_jump_to_a_key_frame_the_frames_before_it_are_read_too(tmp_path):
    path = clips.write(tmp_path / "clip.mp4", 120, gop=40)
    decoder = open_video(FileSource(path), {}, cache_dir=None)
    decoder.read(Request(80))
    while decoder.read_ahead(lambda: None):
        pass
    assert all(decoder.cached(i) for i in range(80 - 12, 120))
    decoder.close()
    other = open_video(FileSource(path), {}, cache_dir=None)
    other.read(Request(80))
    while other.read_ahead(lambda: None, behind=False):
        pass
    assert not other.cached(79)
    other.close()
