"""Video and sound files opened with PyAV: by content, reading nothing but the file itself.

PyAV (0.15 s to import) is loaded when the first such file is opened, never before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.errors import BadInput, Cancelled, PostilError
from storage.media.source import ByteSource, FileSource
from storage.model.items import Kind

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
ATTACHED_PICTURE = 0x400  # AV_DISPOSITION_ATTACHED_PIC
_MAX_ERRORS = 100  # in a row: after so many there is nothing more to come
_BUFFER = 1 << 18
#: Bytes of a packet of WAV, whose own 2 KB are a hundred thousand in two hours: between any two the interpreter's lock may be
#: waited for (indexing took 21 s beside a busy thread, with these 4 s).
_WAV_PACKET = 1 << 16
_DISCARD_DEFAULT, _DISCARD_ALL = 0, 48  # AVDiscard


#: (offset, bytes, kind). MP4, Matroska and Ogg may turn out to hold sound only.
_SIGNATURES = (
    (0, b"\x1aE\xdf\xa3", Kind.VIDEO),  # Matroska, WebM
    (0, b"OggS", Kind.VIDEO),
    (0, b"FLV\x01", Kind.VIDEO),
    (0, b"\x00\x00\x01\xba", Kind.VIDEO),  # MPEG program stream
    (0, b"\x00\x00\x01\xb3", Kind.VIDEO),  # MPEG-1 and -2 pictures
    (0, b"\x00\x00\x00\x01\x67", Kind.VIDEO),  # raw H.264
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind.VIDEO),  # ASF: WMV, WMA
    (0, b".RMF", Kind.VIDEO),
    (0, b"DKIF", Kind.VIDEO),  # IVF
    (4, b"moov", Kind.VIDEO),
    (4, b"mdat", Kind.VIDEO),
    (0, b"ID3", Kind.AUDIO),
    (0, b"fLaC", Kind.AUDIO),
    (0, b"FORM", Kind.AUDIO),  # AIFF
    (0, b".snd", Kind.AUDIO),
    (0, b"caff", Kind.AUDIO),
    (0, b"#!AMR", Kind.AUDIO),
    (0, b"wvpk", Kind.AUDIO),
    (0, b"RF64", Kind.AUDIO),
)


def kind_by_content(head: bytes) -> Kind | None:
    """Kind.VIDEO or Kind.AUDIO by the first kilobyte; pictures must have been ruled out before."""
    for offset, signature, kind in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return kind
    if head[:4] == b"RIFF":
        return {b"AVI ": Kind.VIDEO, b"WAVE": Kind.AUDIO}.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand[:3] in (b"hei", b"hev", b"mif"):
            return None
        return Kind.AUDIO if brand in (b"M4A ", b"M4B ") else Kind.VIDEO
    if len(head) >= 189 and head[0] == 0x47 and head[188] == 0x47:  # MPEG transport stream
        return Kind.VIDEO
    # MPEG audio frames; FF FE would be one as well, but is how UTF-16 text begins.
    if len(head) >= 4 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 and head[1] != 0xFE:
        return Kind.AUDIO
    if len(head) >= 7 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:  # AAC in ADTS
        return Kind.AUDIO
    return None


def has_video(path: Path) -> bool:
    """Whether there is a moving picture inside; cover pictures are none."""
    with reading(path.name, str(path)), open_container(path) as container:
        return any(not int(s.disposition) & ATTACHED_PICTURE for s in container.streams.video)


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
    options = {"format_whitelist": _formats(), "protocol_whitelist": "file", "max_size": str(_WAV_PACKET)}
    shown = str(path.absolute()) if path else ""
    if os.name == "posix":  # on Windows the drive letter must not be taken for a protocol
        shown = f"file:{shown}"
    try:
        shown.encode()
    except UnicodeEncodeError:  # a name that is no UTF-8: PyAV wants text, so it gets the bytes
        assert path is not None
        source, path = FileSource(path), None
    if path is None:
        assert not isinstance(source, Path)
        return av.open(SourceReader(source), "r", options=options, metadata_errors="replace", buffer_size=_BUFFER)
    return av.open(shown, "r", options=options, metadata_errors="replace")


@contextmanager
def reading(name: str, path: str, what: str = "a video") -> Iterator[None]:
    """Inside it only PostilError and Cancelled get out: whatever a parser raises is the file's fault.

    A BadInput that says "The file" is given the file's name.
    """
    try:
        yield
    except BadInput as error:
        if error.input or not path:
            raise
        raise BadInput(error.reason.replace("The file", name, 1), remedy=error.remedy, input=path) from error
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
            remedy=f"Play it in another program; if it plays there, save it again as {'WAV' if what == 'sound' else 'MP4'}. "
            "If not, copy it again from where it came.",
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


def codec_of(context: Any) -> str:
    """The codec's own name; that of a decoder may differ (libdav1d for av1)."""
    codec = getattr(context, "codec", None)
    return str(getattr(codec, "canonical_name", None) or getattr(context, "name", None) or "")


def damaged(packets: int) -> str:
    return "1 packet is damaged" if packets == 1 else f"{packets:,} packets are damaged"


class Packets:
    """Packets of one stream from where the container stands; damage between them is passed over and counted."""

    def __init__(self, container: InputContainer, stream: Any) -> None:
        self._container = container
        self._stream = stream
        self.errors = 0
        self.count = self.corrupt = 0  # of those `filled` gave out
        self.ended_badly = False

    def filled(self, check: Callable[[], None] | None = None) -> Iterator[Packet]:
        """Those that hold something. `check` is called now and then; it may raise."""
        for packet in self:
            if packet.size:
                self.count += 1
                if self.count & 1023 == 0 and check is not None:
                    check()
                self.corrupt += packet.is_corrupt
                yield packet

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
