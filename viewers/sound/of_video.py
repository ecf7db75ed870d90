"""The sound that belongs to a video. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from storage.media.audio import audio_stream
from storage.media.containers import only, open_container
from storage.media.frames import FrameTable
from storage.media.source import ByteSource
from viewers.decode.audio import SoundDecoder, open_sound
from viewers.decode.faults import decoding
from viewers.sound.feeder import SoundFeeder
from viewers.sound.output import DeviceOutput, SoundOutput


def sound_of_video(
    source: ByteSource, table: FrameTable | Callable[[], FrameTable], cache_dir: Path | None, output: SoundOutput | None = None
) -> SoundFeeder:
    """Ready to be given to a `Player`. Where the film has no sound, ask `facts["has_audio"]` first.

    The index of the sound is made on the feeder's thread, once for each file (`warm()` begins with it at once).
    """

    def decoder_of(check: Callable[[], None]) -> SoundDecoder:
        return open_sound(source, cache_dir=cache_dir, check=check)

    def starts_at(decoder: SoundDecoder) -> float:
        return sound_start(source, table if isinstance(table, FrameTable) else table(), decoder)

    return SoundFeeder(decoder_of, output or DeviceOutput(), starts_at=starts_at)


def sound_start(source: ByteSource, table: FrameTable, decoder: SoundDecoder) -> float:
    """Seconds from the first frame to the first sample, by the times of the file; negative where the sound begins before."""
    if table.counted or decoder.index.counted:
        return 0.0
    with decoding(source):
        number = audio_stream(source)
        with open_container(source) as container:
            stream = only(container, number)
            tick = float(stream.time_base or 1 / decoder.rate)
            del stream  # it points into the container
    return int(decoder.index.times[0]) * tick - int(table.pts[0]) * float(table.time_base)
