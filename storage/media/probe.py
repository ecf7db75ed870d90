"""A path to a file becomes a `MediaInfo`, or a BadInput that names the file, the reason and the remedy."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from storage.errors import BadInput
from storage.media.images import MIMES, ImageHeader, name_of_content, read_header
from storage.media.kinds import ACCEPTED, HEAD, NIFTI, NRRD, kind_of, volume_of, wrong_extension
from storage.media.slides import probe_slide
from storage.media.source import FileSource
from storage.model.items import MAX_TITLE, Kind, MediaInfo

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
    errno.ELOOP: ("is a link that leads back to itself", "Delete the link, or point it at the file."),
    errno.ENAMETOOLONG: ("has a name that is too long for this disk", "Rename it."),
    errno.ENOTDIR: ("does not exist", "Check the path."),
}


def probe(path: Path, check: Callable[[], None] | None = None) -> MediaInfo:
    """Header facts of one file, without decoding it (of a video the first frame, of a text all of it).

    Raises BadInput and nothing else, but for what `check` raises: it is asked while long files are read.
    """
    check_file(path)
    source = FileSource(path)
    try:
        head = source.read_at(0, HEAD)
    except OSError as error:
        raise unreadable(path, error) from error
    match kind_of(head, path):
        case Kind.IMAGE:
            info = _probe_image(source, path)
        case Kind.VIDEO if _has_video(path):
            from storage.media.video import probe_video

            info = probe_video(path, check)
        case Kind.VIDEO | Kind.AUDIO:
            from storage.media.audio import probe_audio

            info = probe_audio(path, check)
        case Kind.PDF:
            from storage.media.documents import probe_pdf

            info = probe_pdf(path)
        case Kind.TEXT:
            from storage.media.documents import probe_text

            info = probe_text(path, check)
        case _ if volume_of(head, path) in (NIFTI, NRRD):
            info = _probe_grid(head, path)
        case _:
            raise _no_item(head, path)
    warning = wrong_extension(info, path)
    return replace(info, warnings=(warning, *info.warnings)) if warning else info


def _probe_grid(head: bytes, path: Path) -> MediaInfo:
    from storage.media.nifti import probe_nifti
    from storage.media.nrrd import probe_nrrd

    info, _, header = probe_nrrd(path) if volume_of(head, path) == NRRD else probe_nifti(path)
    if header.data_path == path and path.name.lower().removesuffix(".gz").endswith(".img"):
        raise BadInput(
            f"{path.name} is the second half of a volume and is added with its .hdr file.",
            remedy="Leave it out.",
            input=str(path),
        )
    if header.data_path == path:
        return info
    return replace(info, facts={**info.facts, "beside": header.data_path.name})


def _probe_image(source: FileSource, path: Path) -> MediaInfo:
    slide = probe_slide(path)
    if slide is not None:
        return slide
    header = read_header(source, path.name)
    width, height = header.upright
    return MediaInfo(
        kind=Kind.IMAGE,
        mime=MIMES[header.format],
        size=source.size,
        width=width,
        height=height,
        frames=header.frames,
        facts=_facts(header),
        warnings=header.warnings,
    )


def _has_video(path: Path) -> bool:
    """MP4, Matroska and Ogg hold either: with a moving picture it is a video."""
    from storage.media.containers import has_video

    return has_video(path)


def _no_item(head: bytes, path: Path) -> BadInput:
    volume = volume_of(head, path)
    if volume:
        return BadInput(
            f"{path.name} is {volume}, and of no series that can be shown.",
            remedy="Add it together with the other files of its series.",
            input=str(path),
        )
    what = name_of_content(head)
    return BadInput(
        f"{path.name} is {what}, which Postil cannot show." if what else f"{path.name} is no file that Postil can show.",
        remedy=f"It shows {ACCEPTED}. Convert or unpack it first, or leave it out.",
        input=str(path),
    )


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
