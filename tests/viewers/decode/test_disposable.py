"""What is passed over is what FFmpeg itself passes over, and nothing is that is not certain to be."""

from __future__ import annotations

import av
import pytest

from tests.support import clips
from viewers.decode.disposable import disposable_by

B_FRAMES = {
    "libx264": {},
    "libx265": {"options": {"preset": "ultrafast", "x265-params": "bframes=4:b-adapt=0:b-pyramid=1:log-level=none"}},
}


def _packets(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        disposable = disposable_by(stream.codec_context)
        assert disposable is not None
        return {p.pts: disposable(memoryview(p)) for p in container.demux(stream) if p.size}


def _left_by_ffmpeg(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONREF"
        return {frame.pts for frame in container.decode(stream)}


@pytest.mark.parametrize("codec", B_FRAMES)
@pytest.mark.parametrize("file", ["c.mp4", "c.mkv"])
def test_it_is_what_ffmpeg_passes_over(file, codec, tmp_path):
    path = clips.write(tmp_path / file, 60, codec=codec, b_frames=4, **B_FRAMES[codec])
    packets = _packets(path)
    assert {pts for pts, disposable in packets.items() if not disposable} == _left_by_ffmpeg(path)
    assert 10 < sum(packets.values()) < 50


@pytest.mark.parametrize(
    ("codec", "file"), [("libx264", "c.ts"), ("libx264", "c.avi"), ("mpeg4", "c.avi"), ("libvpx-vp9", "c.webm")]
)
def test_of_other_streams_nothing_is_told(codec, file, tmp_path):
    with av.open(str(clips.write(tmp_path / file, 12, codec=codec))) as container:
        assert disposable_by(container.streams.video[0].codec_context) is None


class Context:
    name = "h264"
    extradata = bytes([1, 100, 0, 40, 0xFF])  # four bytes for each length


@pytest.mark.parametrize(
    ("units", "disposable"),
    [
        ([b"\x01pic"], True),
        ([b"\x09", b"\x06why", b"\x01pic", b"\x01pic"], True),  # a delimiter, a message, two slices
        ([b"\x21pic"], False),
        ([b"\x01pic", b"\x21pic"], False),  # one field depends on the other
        ([b"\x68set", b"\x01pic"], False),  # parameters that others need
        ([b"\x06why"], False),
        ([], False),
    ],
)
def test_one_unit_that_is_needed_keeps_the_packet(units, disposable):
    packet = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
    told = disposable_by(Context)
    assert told(memoryview(packet)) is disposable
    assert not told(memoryview(packet + b"\x00\x00"))  # torn
    assert not told(memoryview(b"\xff\xff\xff\xff" + packet))
