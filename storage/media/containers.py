"""Video and sound files opened with PyAV: by content, reading nothing but the file itself.

PyAV (0.15 s to import) is loaded when the first such file is opened, never before.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.errors import BadInput, Cancelled, PostilError
from storage.media.source import ByteSource

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet

#: Formats that name other files or addresses, take any bytes for content, or are read by other rooms.
_REFUSED = frozenset(
    """
    applehttp hls dash imf concat concatf sdp rtsp rtp sap hds lavfi image2 image2pipe rawvideo tty bin adf idf xbin
    webm_dash_manifest vapoursynth avisynth ffmetadata data gif apng webp avif ico libgme libmodplug libopenmpt
    """.split()
)
_MAX_ERRORS = 100  # in a row: after so many there is nothing more to come
_BUFFER = 1 << 18
_DISCARD_DEFAULT, _DISCARD_ALL = 0, 48  # AVDiscard


class SourceReader:
    """A ByteSource without a path as the file object that PyAV wants."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._at = 0

    def read(self, n: int) -> bytes:
        data = self._source.read_at(self._at, max(0, min(n, self._source.size - self._at)))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, self._source.size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at


def open_container(source: ByteSource | Path) -> InputContainer:
    """May raise whatever PyAV raises: wrap it in `reading`."""
    import av

    path = source if isinstance(source, Path) else source.path
    options = {"format_whitelist": _formats(), "protocol_whitelist": "file"}
    if path is None:
        assert not isinstance(source, Path)
        return av.open(SourceReader(source), "r", options=options, metadata_errors="replace", buffer_size=_BUFFER)
    shown = str(path.absolute())
    if os.name == "posix":  # a name of any bytes; on Windows the drive letter must not be taken for a protocol
        shown = f"file:{shown}"
    try:
        shown.encode()
    except UnicodeEncodeError:  # a name that is no UTF-8: PyAV wants text, so it gets the open file
        file = path.open("rb")
        return av.open(file, "r", options=options, metadata_errors="replace", buffer_size=_BUFFER)
    return av.open(shown, "r", options=options, metadata_errors="replace")


@contextmanager
def reading(name: str, path: str, what: str = "a video") -> Iterator[None]:
    """Inside it only PostilError and Cancelled get out: whatever a parser raises is the file's fault."""
    try:
        yield
    except (PostilError, Cancelled):
        raise
    except FileNotFoundError as error:
        raise BadInput(f"{name} does not exist.", remedy="Check the path; a disk may be disconnected.", input=path) from error
    except MemoryError as error:
        raise BadInput(
            f"{name} needs more memory than this computer has free.", remedy="Close other programs.", input=path
        ) from error
    except Exception as error:
        reason = str(getattr(error, "strerror", None) or error).strip().splitlines()
        raise BadInput(
            f"{name} cannot be read as {what}: {(reason[0] if reason else type(error).__name__)[:160].rstrip('.')}.",
            remedy="Play it in another program; if it plays there, save it again as MP4. If not, copy it again from where it came.",
            input=path,
        ) from error


def name_of(source: ByteSource | Path) -> tuple[str, str]:
    path = source if isinstance(source, Path) else source.path
    return (path.name, str(path)) if path else ("The file", "")


def only(container: InputContainer, index: int) -> Any:
    """The stream of that index; the others are passed over by the demuxer from now on."""
    if not 0 <= index < len(container.streams):
        raise ValueError(f"there is no stream {index}")
    each: Any
    for each in container.streams:
        each.discard = _DISCARD_DEFAULT if each.index == index else _DISCARD_ALL
    return container.streams[index]


class Packets:
    """Packets of one stream from where the container stands; damage between them is passed over and counted."""

    def __init__(self, container: InputContainer, stream: Any) -> None:
        self._container = container
        self._stream = stream
        self.errors = 0
        self.ended_badly = False

    def __iter__(self) -> Iterator[Packet]:
        """The last packet is empty: it flushes the decoder."""
        import av

        in_a_row = 0
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    in_a_row = 0
                    yield packet
                return
            except av.error.EOFError:
                return
            except (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.UndefinedError, ValueError):
                self.errors += 1
                in_a_row += 1
                if in_a_row >= _MAX_ERRORS:
                    self.ended_badly = True
                    return


@lru_cache(maxsize=1)
def _formats() -> str:
    import av

    names = {part for name in av.formats_available for part in name.split(",")}
    return ",".join(sorted(n for n in names if n not in _REFUSED and not n.endswith("_pipe")))
