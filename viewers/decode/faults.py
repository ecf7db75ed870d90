"""Whatever a decoding library raises becomes a sentence; and a picture's bytes become a file that can be given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from storage.errors import BadInput, Cancelled, PostilError
from storage.media.source import ByteSource

Check = Callable[[], None]  # raises Cancelled when nobody wants the answer any more


def name_of(source: ByteSource) -> tuple[str, str]:
    """For sentences: the file's name, and the whole path."""
    return (source.path.name, str(source.path)) if source.path else ("The picture", "")


@contextmanager
def decoding(source: ByteSource) -> Iterator[None]:
    """Inside it only PostilError and Cancelled get out. Decoders meet hostile files: any of their errors is the file's."""
    name, path = name_of(source)
    try:
        yield
    except (PostilError, Cancelled):
        raise
    except MemoryError as error:
        raise BadInput(
            f"{name} needs more memory to be shown than this computer has free.",
            remedy="Close other programs, or cut the picture into tiles.",
            input=path,
        ) from error
    except Exception as error:
        said = str(getattr(error, "strerror", None) or error).strip()  # of FFmpeg's and the system's errors the words alone
        reason = said.splitlines()[0][:160] if said else type(error).__name__
        raise BadInput(
            f"{name} cannot be decoded: {reason.rstrip('.')}.",
            remedy="Open it in another program and save it again, or copy it again from where it came.",
            input=path,
        ) from error


class SourceFile:
    """A ByteSource as the file that Pillow and tifffile want. `check` is asked on every read, so decoding can be given up.

    `tail` is handed out once after the last byte: an end marker makes libjpeg give what it has of a truncated picture.
    """

    def __init__(self, source: ByteSource, check: Check | None = None, tail: bytes = b"") -> None:
        self._source = source
        self._check = check
        self._tail = tail
        self._at = 0
        self.closed = False
        self.name = str(source.path or "memory")

    def read(self, n: int = -1) -> bytes:
        if self._check is not None:
            self._check()
        left = max(0, self._source.size - self._at)
        data = self._source.read_at(self._at, left if n is None or n < 0 else min(n, left)) if left and n != 0 else b""
        self._at += len(data)
        if not data and n != 0 and self._tail:
            data, self._tail = self._tail, b""
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, self._source.size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True
