"""Sound files: what their headers say, and how many samples there are."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from storage.errors import BadInput
from storage.media.containers import ATTACHED_PICTURE, Packets, codec_of, damaged, name_of, only, open_container, reading
from storage.media.source import ByteSource
from storage.model.items import Kind, MediaInfo

MAX_RATE = 10_000_000  # samples a second
MAX_CHANNELS = 1024
_CHUNKS = 1000  # looked through before the one that holds the samples
_UNKNOWN = 0xFFFFFFF0  # and above: the size was not known when the header was written

_MIMES = {
    "wav": "audio/wav", "w64": "audio/x-w64", "mp3": "audio/mpeg", "flac": "audio/flac", "ogg": "audio/ogg", "aac": "audio/aac",
    "mov": "audio/mp4", "matroska": "audio/x-matroska", "aiff": "audio/aiff", "amr": "audio/amr", "asf": "audio/x-ms-wma",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SoundScan:
    """A pass over the packets of one audio stream. Times are ticks of `time_base`."""

    time_base: Fraction
    first: int
    end: int
    packets: int
    corrupt: int
    gaps: int  # places where the clock jumps by more than a packet


def choose_audio(container: Any) -> tuple[Any, str]:
    """The stream that is heard, and why."""
    streams = list(container.streams.audio)
    if not streams:
        raise BadInput("The file holds no sound.", remedy="Check what it holds in another program.")
    marked = [s for s in streams if int(s.disposition) & 1] or streams
    if len(streams) == 1:
        return streams[0], "the only one"
    return marked[0], "marked as the default" if len(marked) == 1 else "the first"


def scan_audio(source: ByteSource | Path, index: int, check: Callable[[], None] | None = None) -> SoundScan:
    """By demuxing alone. May raise what PyAV raises."""
    first: int | None = None
    end = expected = gaps = 0
    with open_container(source) as container:
        stream = only(container, index)
        time_base = Fraction(stream.time_base or Fraction(1, 1000))
        slack = max(1, int(Fraction(1, 10) / time_base))
        packets = Packets(container, stream)
        for packet in packets.filled(check):
            time = packet.pts if packet.pts is not None else packet.dts
            if time is None:
                time = expected
            if first is not None and abs(time - expected) > slack:
                gaps += 1
            first = time if first is None else min(first, time)
            expected = time + (packet.duration or 0)
            end = max(end, expected)
        del packet, stream  # they point into the container
    return SoundScan(time_base, first or 0, end, packets.count, packets.corrupt + packets.errors, gaps)


def probe_audio(path: Path, check: Callable[[], None] | None = None) -> MediaInfo:
    """Facts of a sound by its packets, one frame decoded. Raises BadInput and nothing else (Cancelled by `check`)."""
    with reading(path.name, str(path), "sound"):
        return _probe(path, check)


def _probe(path: Path, check: Callable[[], None] | None) -> MediaInfo:
    with open_container(path) as container:
        stream, why = choose_audio(container)
        index = int(stream.index)
        count = len(container.streams.audio)
        format_name = container.format.name.split(",")[0]
        covers = [s for s in container.streams.video if int(s.disposition) & ATTACHED_PICTURE]
        said = _said_by_wave(path) or (
            float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
        )
        facts = _facts(stream)
        facts |= {"format": format_name, "stream": index, "stream_why": why, "audio_streams": count, "cover": bool(covers)}
        del stream, covers
    _check_first(path, index)
    rate, channels = facts["sample_rate"], facts["channels"]
    if not 0 < rate <= MAX_RATE or not 0 < channels <= MAX_CHANNELS:
        raise ValueError(f"it claims {rate:,} samples a second in {channels:,} channels")
    found = scan_audio(path, index, check)
    duration = float((found.end - found.first) * found.time_base)
    mime = _MIMES.get(format_name, f"audio/x-{format_name}")
    return MediaInfo(
        Kind.AUDIO,
        mime,
        path.stat().st_size,
        duration=duration,
        facts=facts,
        warnings=_warnings(found, said, duration, count, why),
    )


def _said_by_wave(path: Path) -> float | None:
    """Seconds that the header of a RIFF WAVE claims: of a file that was cut off FFmpeg tells what is left.

    http://soundfile.sapp.org/doc/WaveFormat/
    """
    rate = 0
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return None
        for _ in range(_CHUNKS):
            head = file.read(8)
            name, size = head[:4], int.from_bytes(head[4:], "little")
            if name == b"data":
                return size / rate if rate and size < _UNKNOWN else None
            body = file.read(16) if name == b"fmt " else b""
            rate = int.from_bytes(body[8:12], "little") or rate
            file.seek(size + size % 2 - len(body), os.SEEK_CUR)
    return None


def _facts(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    form = context.format
    return {
        "codec": codec_of(context),
        "sample_rate": int(context.sample_rate or 0),
        "channels": int(context.channels or 0),
        "layout": str(context.layout.name) if context.layout else "",
        "bits": _bits(context.name or "", int(form.bits) if form else 0),
        "samples": str(form.name) if form else "",
        "bit_rate": int(context.bit_rate or 0),
    }


def _bits(codec: str, decoded: int) -> int:
    """Of a stored sample: the codec's name knows of 24 where decoding gives 32."""
    digits = re.search(r"^(?:pcm|adpcm)_\D+?(\d+)", codec)
    return int(digits[1]) if digits else decoded


def _check_first(path: Path, index: int) -> None:
    """That at least one packet can be decoded."""
    import av

    held = False
    with open_container(path) as container:
        for tried, packet in enumerate(Packets(container, only(container, index))):
            held = held or packet.size > 0
            try:
                if packet.decode():
                    return
            except (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.UndefinedError):
                pass
            if tried > 200:
                break
    if not held:
        raise BadInput("The file holds no sound: it ends after its header.", remedy="Record it or copy it again.")
    raise ValueError("none of its first packets can be decoded")


def _warnings(found: SoundScan, said: float | None, duration: float, count: int, why: str) -> tuple[str, ...]:
    warnings = []
    if said and abs(said - duration) > max(0.1, 0.001 * duration):
        warnings.append(f"The header says {said:.2f} s; {duration:.2f} s can be heard.")
    if found.gaps:
        warnings.append(f"The clock of the file jumps at {found.gaps:,} places: they are played as silence or cut.")
    if found.corrupt:
        warnings.append(f"{damaged(found.corrupt)}: what can be read is played.")
    if count > 1:
        warnings.append(f"Of {count} sound tracks one is played ({why}).")
    return tuple(warnings)


def audio_stream(source: ByteSource | Path) -> int:
    """The number of the stream that `probe_audio` chooses."""
    name, path = name_of(source)
    with reading(name, path, "sound"), open_container(source) as container:
        return int(choose_audio(container)[0].index)
