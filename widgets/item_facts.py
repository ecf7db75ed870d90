"""What is known of one item, as rows of a table: by kind what somebody who looks at it wants to know first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from storage.model.items import Item, Kind, Location
from widgets import words
from widgets.controls.fact_grid import Fact

_CODECS = {
    "h264": "H.264", "hevc": "H.265", "vp8": "VP8", "vp9": "VP9", "av1": "AV1", "mpeg4": "MPEG-4", "mpeg2video": "MPEG-2",
    "mjpeg": "Motion JPEG", "prores": "ProRes", "aac": "AAC", "mp3": "MP3", "opus": "Opus", "vorbis": "Vorbis", "flac": "FLAC",
    "alac": "ALAC", "ac3": "AC-3",
}  # fmt: skip
_TEXTS = {
    "text/plain": "Plain text", "text/html": "HTML", "text/markdown": "Markdown", "text/csv": "CSV", "application/json": "JSON",
    "application/xml": "XML", "text/tab-separated-values": "TSV",
}  # fmt: skip
_POINT_MM = 25.4 / 72


def _tr(text: str) -> str:
    return QCoreApplication.translate("item_facts", text)


def facts_of(item: Item, path: str) -> list[Fact]:
    """Empty values are left out where they are shown."""
    own = {
        Kind.VIDEO: _video,
        Kind.IMAGE_SEQUENCE: _moving,
        Kind.AUDIO: _audio,
        Kind.PDF: _pdf,
        Kind.TEXT: _text,
        Kind.DICOM_SERIES: _series,
    }.get(item.kind, _picture)
    return [
        (_tr("Size"), words.size(item.size), _tr("{0} bytes").format(words.number(item.size))),
        *own(item),
        (_tr("Format"), _TEXTS.get(item.mime, item.mime)),
        (_tr("Where"), words.location(item.location) if item.kind is not Kind.IMAGE_GROUP else ""),
        (_tr("Source"), "" if item.location is Location.LOCAL else item.source),
        (_tr("Folder"), words.name(path)),
        (_tr("Added"), words.when(item.created_at), words.when_exactly(item.created_at)),
        (_tr("By"), item.created_by),
    ]


def _picture(item: Item) -> list[Fact]:
    counted = item.frames is not None and item.frames > 1
    bits = item.facts.get("bits")
    return [
        (_tr("Dimensions"), f"{words.dimensions(item.width, item.height)} px" if item.width else ""),
        (_tr("Depth"), _tr("{0} bits a channel").format(bits) if isinstance(bits, int) else ""),
        (_tr("Colours"), str(item.facts.get("profile", ""))),
        (_tr("Slide"), _slide(item.facts)),
        (_tr("Length"), words.duration(item.duration)),
        (
            {Kind.IMAGE_GROUP: _tr("Pictures"), Kind.NIFTI: _tr("Slices")}.get(item.kind, _tr("Frames")),
            words.number(item.frames or 0) if counted else "",
        ),
    ]


def _series(item: Item) -> list[Fact]:
    """Whose it is, of which study, what it shows; then the volume."""
    facts = item.facts

    def said(*names: str) -> str:
        return " · ".join(str(facts[name]) for name in names if facts.get(name) not in (None, ""))

    number = facts.get("series_number")
    slices, times = facts.get("slices"), facts.get("times")
    count = words.number(slices) if isinstance(slices, int) and slices > 1 else ""
    return [
        (_tr("Patient"), " · ".join(filter(None, (said("patient_id"), said("patient_name").replace("^", " ").strip())))),
        (
            _tr("Study"),
            " · ".join(filter(None, (words.dicom_date(said("study_date")), said("study_description")))),
            said("study_uid"),
        ),
        (_tr("Accession"), said("accession")),
        (
            _tr("Series"),
            " · ".join(filter(None, (str(number) if number is not None else "", said("modality", "series_description")))),
            said("series_uid"),
        ),
        (_tr("Body part"), said("body_part", "laterality", "view_position")),
        (
            _tr("Slices"),
            _tr("{0}, {1} times").format(count or "1", words.number(times)) if isinstance(times, int) and times > 1 else count,
        ),
        (_tr("Dimensions"), f"{words.dimensions(item.width, item.height)} px" if item.width else ""),
    ]


def _slide(facts: Mapping[str, Any]) -> str:
    """Of a slide the scanner, how large a pixel is, and the lens."""
    if "slide" not in facts:
        return ""
    parts = [str(facts.get("scanner", facts["slide"]))]
    if "mpp" in facts:
        parts.append(_tr("{0} µm a pixel").format(words.locale().toString(facts["mpp"], "g", 4)))
    if "magnification" in facts:
        parts.append(f"{facts['magnification']:g}×")
    return ", ".join(parts)


def _moving(item: Item) -> list[Fact]:
    rate = f"{words.locale().toString(item.fps, 'g', 6)} fps" if item.fps else ""
    if rate and item.facts.get("variable_rate"):
        rate = _tr("varies, {0} on average").format(rate)
    length = words.exact_duration(item.duration)
    return [
        (_tr("Dimensions"), f"{words.dimensions(item.width, item.height)} px" if item.width else ""),
        (_tr("Length"), length),
        (_tr("Frames"), words.number(item.frames or 0)),
        (_tr("Rate"), rate),
    ]


def _video(item: Item) -> list[Fact]:
    facts = item.facts
    streams = [s for s in facts.get("streams", ()) if isinstance(s, Mapping)]
    bits = facts.get("bits")
    return [
        *_moving(item),
        (_tr("Codec"), codec(facts.get("codec"))),
        (_tr("Depth"), _tr("{0} bits a channel").format(bits) if isinstance(bits, int) and bits != 8 else ""),
        (_tr("Stream"), _stream(facts, [s for s in streams if s.get("type") == "video" and not s.get("cover")])),
        (_tr("Sound"), "; ".join(_sound(s) for s in streams if s.get("type") == "audio") or _tr("none")),
    ]


def _stream(facts: Mapping[str, Any], videos: Sequence[Mapping[str, Any]]) -> str:
    """Only where there was a choice."""
    if len(videos) < 2:
        return ""
    return _tr("number {0} of {1}: {2}").format(facts.get("stream"), len(videos), facts.get("stream_why", ""))


def _sound(stream: Mapping[str, Any]) -> str:
    parts = (
        codec(stream.get("codec")),
        rate(stream.get("sample_rate")),
        channels(stream.get("channels")),
        stream.get("language"),
    )
    return ", ".join(str(part) for part in parts if part)


def _audio(item: Item) -> list[Fact]:
    facts = item.facts
    bits = facts.get("bits")
    return [
        (_tr("Length"), words.exact_duration(item.duration)),
        (_tr("Codec"), codec(facts.get("codec"))),
        (_tr("Sample rate"), rate(facts.get("sample_rate"))),
        (_tr("Channels"), channels(facts.get("channels"))),
        (_tr("Depth"), _tr("{0} bits a sample").format(bits) if isinstance(bits, int) and bits else ""),
        (_tr("Tracks"), words.number(facts["audio_streams"]) if facts.get("audio_streams", 1) > 1 else ""),
    ]


def _pdf(item: Item) -> list[Fact]:
    runs = [run for run in item.facts.get("pages", ()) if isinstance(run, Sequence) and len(run) == 3]
    sizes = list(dict.fromkeys(f"{w * _POINT_MM:.0f} × {h * _POINT_MM:.0f} mm" for _, w, h in runs))
    shown = sizes[0] if sizes else ""
    if len(sizes) > 1:
        shown = (
            _tr("{0}, and another").format(shown)
            if len(sizes) == 2
            else _tr("{0}, and {1} others").format(shown, len(sizes) - 1)
        )
    return [(_tr("Pages"), words.number(item.frames or 0)), (_tr("Page size"), shown)]


def _text(item: Item) -> list[Fact]:
    facts = item.facts
    encoding = str(facts.get("encoding", ""))
    return [
        (_tr("Characters"), words.number(facts["characters"]) if isinstance(facts.get("characters"), int) else ""),
        (_tr("Lines"), words.number(facts["lines"]) if isinstance(facts.get("lines"), int) else ""),
        (_tr("Encoding"), encoding.upper() if encoding.startswith("utf") else encoding.capitalize()),
    ]


def codec(name: object) -> str:
    return _CODECS.get(str(name), str(name or ""))


def rate(hertz: object) -> str:
    return f"{words.locale().toString(hertz / 1000, 'g', 6)} kHz" if isinstance(hertz, int) and hertz else ""


def channels(count: object) -> str:
    if not isinstance(count, int) or not count:
        return ""
    return {1: _tr("1 (mono)"), 2: _tr("2 (stereo)")}.get(count, words.number(count))
