"""A path to a file becomes a `MediaInfo`, or a BadInput that names the file, the reason and the remedy."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

from storage.errors import BadInput
from storage.media.containers import kind_by_content
from storage.media.images import EXTENSIONS, MIMES, NAMES, ImageHeader, name_of_content, read_header, sniff
from storage.media.source import FileSource
from storage.model.items import MAX_TITLE, Kind, MediaInfo

#: What this version has viewers for. Anything else is refused here, so that no item is made that cannot be opened.
SHOWN_KINDS = frozenset({Kind.IMAGE})

_KINDS_OF_FILE = (
    (stat.S_ISDIR, "is a folder, not a file", "Add the folder itself; its files are added with it."),
    (stat.S_ISFIFO, "is a pipe, not a file", "Save its contents to a file first."),
    (stat.S_ISSOCK, "is a socket, not a file", "Leave it out."),
    (stat.S_ISCHR, "is a device, not a file", "Leave it out."),
    (stat.S_ISBLK, "is a device, not a file", "Leave it out."),
)
_ERRORS = {
    errno.ENOENT: ("does not exist", "Check the path; a disk may be disconnected."),
    errno.EACCES: ("may not be read by you", "Ask for the right to read it, or copy it to a folder of your own."),
    errno.EPERM: ("may not be read by you", "Ask for the right to read it, or copy it to a folder of your own."),
    errno.ELOOP: ("is a link that leads back to itself", "Delete the link, or point it at the picture."),
    errno.ENAMETOOLONG: ("has a name that is too long for this disk", "Rename it."),
    errno.ENOTDIR: ("does not exist", "Check the path."),
}


def probe(path: Path) -> MediaInfo:
    """Header facts of one file, without decoding it (of a video the first frame). Raises BadInput and nothing else."""
    check_file(path)
    source = FileSource(path)
    kind = _time_based(source, path)
    if kind is Kind.VIDEO:
        from storage.media.video import probe_video

        return probe_video(path)
    if kind is Kind.AUDIO:
        from storage.media.audio import probe_audio

        return probe_audio(path)
    header = read_header(source, path.name)
    width, height = header.upright
    warning = _wrong_extension(path, header.format)
    return MediaInfo(
        kind=Kind.IMAGE,
        mime=MIMES[header.format],
        size=source.size,
        width=width,
        height=height,
        frames=header.frames,
        facts=_facts(header),
        warnings=(*((warning,) if warning else ()), *header.warnings),
    )


def _time_based(source: FileSource, path: Path) -> Kind | None:
    """Video or audio by content, None for everything else. Kinds that cannot be shown yet are refused."""
    try:
        head = source.read_at(0, 1024)
    except OSError as error:
        raise unreadable(path, error) from error
    kind = None if sniff(head) else kind_by_content(head)
    if kind is None:
        return None
    if kind is Kind.VIDEO and SHOWN_KINDS & {Kind.VIDEO, Kind.AUDIO}:
        kind = _by_streams(path)
    if kind in SHOWN_KINDS:
        return kind
    what = name_of_content(head) or ("a video" if kind is Kind.VIDEO else "an audio file")
    raise BadInput(
        f"{path.name} is {what}, not a picture: this version of Postil cannot show it.",
        remedy="Add pictures (JPEG, PNG, WebP, AVIF, BMP, TIFF, GIF), or cut the video into pictures first.",
        input=str(path),
    )


def _by_streams(path: Path) -> Kind:
    """MP4, Matroska and Ogg hold either: with a moving picture it is a video."""
    from storage.media.containers import has_video

    return Kind.VIDEO if has_video(path) else Kind.AUDIO


def check_file(path: Path) -> os.stat_result:
    """That it is an ordinary file with a usable name, readable and not empty. Nothing is opened that could block."""
    if len(path.name) > MAX_TITLE:
        raise BadInput(
            f"The name “{path.name[:40]}…” has {len(path.name)} characters; at most {MAX_TITLE} are allowed.",
            remedy="Rename the file.",
            input=str(path),
        )
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb"):
                pass
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    for test, what, remedy in _KINDS_OF_FILE:
        if test(status.st_mode):
            raise BadInput(f"{path.name} {what}.", remedy=remedy, input=str(path))
    if status.st_size == 0:
        raise BadInput(f"{path.name} is empty (0 bytes).", remedy="Copy it again from where it came.", input=str(path))
    return status


def unreadable(path: Path, error: OSError | ValueError) -> BadInput:
    """The sentence for a file that the operating system does not give us."""
    number = getattr(error, "errno", None) or 0
    what, remedy = _ERRORS.get(
        number, (f"cannot be read: {getattr(error, 'strerror', None) or error}", "Check the disk and try again.")
    )
    return BadInput(f"{path.name} {what}.", remedy=remedy, input=str(path))


def _facts(header: ImageHeader) -> dict[str, Any]:
    return {
        "format": header.format,
        "bits": header.bits,
        "channels": header.channels,
        "orientation": header.orientation,
        **header.facts,
    }


def _wrong_extension(path: Path, found: str) -> str:
    suffix = path.suffix.lower()
    if not suffix or suffix in EXTENSIONS[found]:
        return ""
    return f"Named “{suffix}”, but holds a {NAMES[found]} picture; it is treated as {NAMES[found]}."
