"""What the streams of a video and its first decoded frame say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.media.containers import ATTACHED_PICTURE, Packets, codec_of, only, open_container

if TYPE_CHECKING:
    from av.container import InputContainer

_TRIES = 200  # packets after which a video without a picture is given up


@dataclass(slots=True)
class FirstFrame:
    """`width` and `height` are as stored."""

    width: int
    height: int
    orientation: int
    facts: dict[str, Any]
    warnings: list[str] = field(default_factory=list)


def streams_of(container: InputContainer) -> list[dict[str, Any]]:
    found = []
    for stream in container.streams:
        context: Any = getattr(stream, "codec_context", None)
        facts: dict[str, Any] = {"index": stream.index, "type": stream.type, "codec": codec_of(context)}
        if stream.type == "video":
            facts |= {
                "width": context.width,
                "height": context.height,
                "cover": bool(int(stream.disposition) & ATTACHED_PICTURE),
            }
        elif stream.type == "audio":
            facts |= {"sample_rate": context.sample_rate, "channels": context.channels}
        if language := stream.metadata.get("language"):
            facts["language"] = str(language)[:40]
        found.append(facts)
    return found


def first_frame(path: Path, index: int) -> FirstFrame:
    """Decodes until a picture comes; ValueError when none does."""
    from storage.media.video import orientation_of

    with open_container(path) as container:
        stream = only(container, index)
        frame = _decode_one(container, stream)
        if frame is None:
            raise ValueError(f"none of its first {_TRIES} packets ({stream.codec_context.name}) gives a picture")
        matrix = next((bytes(d) for d in frame.side_data if d.type.name == "DISPLAYMATRIX"), b"")
        orientation = orientation_of(matrix) if len(matrix) >= 36 else 1
        sar = stream.sample_aspect_ratio or 1
        facts: dict[str, Any] = {
            "codec": codec_of(stream.codec_context),
            "pixels": frame.format.name,
            "bits": max((c.bits for c in frame.format.components), default=8),
            "channels": len(frame.format.components),
            "transparent": any(c.is_alpha for c in frame.format.components),
            "orientation": orientation,
            "sample_aspect": [sar.numerator, sar.denominator],
        }
        warnings = []
        if sar > 0 and sar != 1:
            warnings.append(
                f"The pixels are not square ({sar.numerator}:{sar.denominator}): sizes are those of the stored picture."
            )
        if facts["bits"] > 8:
            warnings.append(f"{facts['bits']} bits per colour are shown as 8.")
        return FirstFrame(frame.width, frame.height, orientation, facts, warnings)


def _decode_one(container: InputContainer, stream: Any) -> Any:
    import av

    for tried, packet in enumerate(Packets(container, stream)):
        try:
            for frame in packet.decode():
                return frame
        except (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.UndefinedError):
            pass
        if tried > _TRIES:
            break
    return None
