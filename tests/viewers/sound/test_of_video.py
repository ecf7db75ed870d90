"""The sound of a film is heard where the file says: it may begin before the picture or after it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from storage.media.source import FileSource
from storage.media.video import frame_table
from tests.support import sounds
from tests.support.clips import numbered
from tests.support.sound_recorder import Recorder
from viewers.sound.of_video import sound_of_video

RATE = 8000


def film(path: Path, *, picture_at: float, sound_at: float) -> Path:
    with av.open(str(path), "w") as out:
        video = out.add_stream("mpeg4", rate=25)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        audio = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for n in range(50):
            frame = av.VideoFrame.from_ndarray(numbered(n), "rgb24")
            frame.pts, frame.time_base = n + round(picture_at * 25), Fraction(1, 25)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        tone = sounds.tone(2 * RATE, RATE, 440)
        for first in range(0, len(tone), 800):
            block = av.AudioFrame.from_ndarray(np.ascontiguousarray(tone[first : first + 800].reshape(1, -1)), "s16", "mono")
            block.sample_rate, block.time_base = RATE, Fraction(1, RATE)
            block.pts = first + round(sound_at * RATE)
            out.mux(audio.encode(block))
        out.mux(audio.encode())
    return path


@pytest.mark.parametrize(("picture_at", "sound_at"), [(0.0, 0.0), (0.0, 0.4), (0.4, 0.0)])
def test_sound_begins_where_the_file_says(tmp_path, picture_at, sound_at):
    path = film(tmp_path / "film.mkv", picture_at=picture_at, sound_at=sound_at)
    source, recorder = FileSource(path), Recorder()
    feeder = sound_of_video(source, frame_table(source), None, recorder)
    feeder.play(0.0, end=2.5)
    heard = recorder.listen(int(2.4 * RATE))[:, 0]
    feeder.close()
    loud = np.flatnonzero(np.abs(heard.astype(int)) > 1000)
    late = sound_at - picture_at
    assert loud[0] / RATE == pytest.approx(max(0.0, late), abs=0.02)
    assert (loud[-1] + 1) / RATE == pytest.approx(min(2.4, 2.0 + late), abs=0.02)
