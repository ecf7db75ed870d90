"""Which kind of item a file becomes: by its first bytes; text by its extension as well, since any bytes may look like it."""

from __future__ import annotations

from pathlib import Path

from storage.media import images
from storage.media.containers import kind_by_content
from storage.model.items import Kind, MediaInfo

HEAD = 1024  # bytes that tell

#: The first extension of each medium is the one that copies get where the file's own is none of them.
TIMED_EXTENSIONS = {
    "mov": (".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".mj2", ".f4v", ".m4a", ".m4b", ".m4r", ".heics"),
    "matroska": (".mkv", ".webm", ".mk3d", ".mka"),
    "avi": (".avi", ".divx"),
    "mpegts": (".ts", ".mts", ".m2ts", ".m2t"),
    "mpeg": (".mpg", ".mpeg", ".mpe", ".vob", ".mod", ".dat"),
    "mpegvideo": (".m2v", ".m1v", ".mpv", ".mpg", ".mpeg"),
    "flv": (".flv", ".f4v"),
    "asf": (".wmv", ".asf", ".wma"),
    "ogg": (".ogg", ".ogv", ".oga", ".ogx", ".opus", ".spx"),
    "ivf": (".ivf",),
    "h264": (".h264", ".264", ".avc"),
    "rm": (".rm", ".rmvb", ".ra"),
    "wav": (".wav", ".wave", ".bwf", ".rf64"),
    "w64": (".w64",),
    "mp3": (".mp3", ".mp2", ".mpga", ".mpa"),
    "flac": (".flac", ".fla"),
    "aac": (".aac", ".adts"),
    "aiff": (".aiff", ".aif", ".aifc"),
    "au": (".au", ".snd"),
    "caf": (".caf",),
    "amr": (".amr",),
    "wv": (".wv",),
}
#: What a dialog for sound files offers.
AUDIO_EXTENSIONS = (
    ".wav", ".mp3", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".m4b", ".aac", ".aiff", ".aif", ".wma", ".amr", ".au", ".caf", ".mka",
    ".w64", ".wv",
)  # fmt: skip
TEXT_MIMES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".xml": "application/xml",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
}
_NAMES = {
    "mov": "MP4", "matroska": "Matroska", "avi": "AVI", "mpegts": "MPEG-TS", "mpeg": "MPEG", "mpegvideo": "MPEG", "flv": "FLV",
    "asf": "Windows Media", "ogg": "Ogg", "ivf": "IVF", "h264": "H.264", "rm": "RealMedia", "wav": "WAV", "w64": "Wave64",
    "mp3": "MP3", "flac": "FLAC", "aac": "AAC", "aiff": "AIFF", "au": "AU", "caf": "CAF", "amr": "AMR", "wv": "WavPack",
}  # fmt: skip
_IMAGE_EXTENSIONS = frozenset(e for each in images.EXTENSIONS.values() for e in each)
_KNOWN = _IMAGE_EXTENSIONS | {e for each in TIMED_EXTENSIONS.values() for e in each} | {".pdf", *TEXT_MIMES}
_TEXT_BYTES = bytes(range(32, 127)) + b"\t\n\r\f\x1b"

#: What the sentence of a refusal says can be added.
ACCEPTED = "pictures (JPEG, PNG, WebP, AVIF, BMP, TIFF, GIF), videos, audio, DICOM, NIfTI, NRRD, PDF and text (txt, html, md, csv, json, xml)"


#: What `volume_of` says.
DICOM, NIFTI, NRRD = "a DICOM file", "a NIfTI volume", "an NRRD volume"


def kind_of(head: bytes, path: Path) -> Kind | None:
    """By the first `HEAD` bytes. VIDEO may turn out to be sound only; None: nothing that can be an item."""
    suffix = path.suffix.lower()
    is_pdf = b"%PDF-" in head
    if suffix in TEXT_MIMES and not is_pdf and looks_like_text(head):
        return Kind.TEXT  # before all others: a text may begin with the letters of any signature
    if head[128:132] == b"DICM":
        return None  # before pictures: its first bytes are free and may be a TIFF's
    if images.sniff(head):
        return Kind.IMAGE
    if is_pdf:
        return Kind.PDF
    if volume_of(head, path):
        return None
    found = kind_by_content(head)
    if found is not None:
        return found
    if suffix in TEXT_MIMES or (not suffix and looks_like_text(head)):
        return Kind.TEXT
    if suffix in _IMAGE_EXTENSIONS:
        return Kind.IMAGE  # whose reader says what is wrong with it
    return None


def volume_of(head: bytes, path: Path) -> str:
    """What sort of medical volume it is; empty for anything else."""
    name = path.name.lower()
    if head[128:132] == b"DICM" or (name.endswith((".dcm", ".dicom")) and not images.sniff(head)):
        return DICOM
    packed = head[:2] == b"\x1f\x8b" and name.endswith((".nii.gz", ".hdr.gz", ".img.gz"))
    half = name.endswith(".img") and path.with_suffix(".hdr").is_file()
    if packed or half or (name.endswith(".hdr") and head[:4] in (b"\x5c\1\0\0", b"\0\0\1\x5c")):
        return NIFTI
    if head[344:348] in (b"n+1\0", b"ni1\0") or head[4:8] in (b"n+2\0", b"ni2\0"):
        return NIFTI
    return NRRD if head[:4] == b"NRRD" else ""


def looks_like_text(head: bytes) -> bool:
    """No control characters but those of text; letters beyond ASCII may be of any encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 128 for byte in set(head).difference(_TEXT_BYTES))


def stored_extension(info: MediaInfo, path: Path) -> str:
    """The extension that a copy in the catalog gets."""
    suffix = path.suffix.lower()
    match info.kind:
        case Kind.IMAGE:
            return images.EXTENSIONS[info.facts["format"]][0]
        case Kind.PDF:
            return ".pdf"
        case Kind.NIFTI:
            return "".join(path.suffixes[-2:]).lower() if suffix == ".gz" else suffix
        case Kind.TEXT:
            return suffix if suffix in TEXT_MIMES else ".txt"
    usual = TIMED_EXTENSIONS.get(info.facts.get("format", ""), ())
    return suffix if suffix in usual or not usual else usual[0]


def wrong_extension(info: MediaInfo, path: Path) -> str:
    """A warning where the name promises something else; an extension that nobody knows promises nothing."""
    suffix = path.suffix.lower()
    if info.kind is Kind.IMAGE:
        found = info.facts["format"]
        if not suffix or suffix in images.EXTENSIONS[found]:
            return ""
        name = images.NAMES[found]
        return f"Named “{suffix}”, but holds a {name} picture; it is treated as {name}."
    if suffix not in _KNOWN or info.kind is Kind.TEXT:
        return ""
    if info.kind is Kind.PDF:
        return "" if suffix == ".pdf" else f"Named “{suffix}”, but holds a PDF document; it is treated as PDF."
    found = info.facts.get("format", "")
    if suffix in TIMED_EXTENSIONS.get(found, (suffix,)):
        return ""
    name, what = _NAMES[found], "video" if info.kind is Kind.VIDEO else "sound"
    return f"Named “{suffix}”, but holds {name} {what}; it is treated as {name}."
