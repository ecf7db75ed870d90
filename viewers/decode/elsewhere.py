"""Frames that only libraries can decode which hold the interpreter's lock: in a process of its own, over shared memory.

Such a library freezes a window for as long as a frame takes (medical.md 4), and what it does to a hostile file ends with
the process. One process for a series, begun at the first such frame, ended when it is silent for too long or closed.
"""

from __future__ import annotations

import multiprocessing
import threading
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

from storage.media.dicom_index import PixelFormat
from viewers.decode.arrays import Array

PATIENCE_S = 60.0  # for one frame


class Elsewhere:
    """Use from any thread; frames wait for each other."""

    def __init__(self, patience: float = PATIENCE_S) -> None:
        self._patience = patience
        self._turn = threading.Lock()
        self._process: Any = None
        self._line: Connection | None = None

    def decode(self, data: bytes, fmt: PixelFormat) -> Array:
        """What pydicom's plugins or SimpleITK make of a compressed frame. ValueError with the reason."""
        with self._turn:
            line = self._begin()
            memory = SharedMemory(create=True, size=max(1, fmt.rows * fmt.columns * fmt.samples * 8))
            try:
                line.send((data, fmt, memory.name))
                if not line.poll(self._patience):
                    self._end()  # else its answer could be taken for that of the next one
                    raise ValueError(f"decoding it took longer than {self._patience:.0f} s")
                shape, kind, reason = line.recv()
                if reason:
                    raise ValueError(reason)
                shared: Array = np.ndarray(shape, np.dtype(kind), memory.buf)
                return shared.copy()
            except (EOFError, OSError) as error:
                self._end()
                raise ValueError("the decoder stopped at it") from error
            finally:
                memory.close()
                memory.unlink()

    def close(self) -> None:
        with self._turn:
            self._end()

    def _begin(self) -> Connection:
        if self._line is None:
            context = multiprocessing.get_context("spawn")
            line, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs,), name="postil-decoder", daemon=True)
            process.start()
            theirs.close()
            self._line, self._process = line, process
        return self._line

    def _end(self) -> None:
        process, line = self._process, self._line
        self._process = self._line = None
        if line is not None:
            line.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()


def _serve(line: Connection) -> None:
    """Runs in the child until the other end is closed."""
    from viewers.decode.dicom_codecs import by_other_libraries

    while True:
        try:
            data, fmt, name = line.recv()
        except (EOFError, OSError):
            return
        line.send(_answer(by_other_libraries, data, fmt, name))


def _answer(decode: Any, data: bytes, fmt: PixelFormat, name: str) -> tuple[tuple[int, ...], str, str]:
    try:
        array = np.ascontiguousarray(decode(data, fmt))
        memory = SharedMemory(name=name)
    except Exception as error:
        return (), "", str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
    try:
        if array.nbytes > memory.size:
            return (), "", "it decodes to more than its header says"
        target: Array = np.ndarray(array.shape, array.dtype, memory.buf)
        target[...] = array
        return array.shape, array.dtype.str, ""
    finally:
        memory.close()
