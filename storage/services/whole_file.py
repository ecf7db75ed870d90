"""A file that is written beside its target first and then renamed: the target is whole or untouched."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from storage.disk import is_full
from storage.errors import BadInput, DiskFull, PostilError, Refused


def check_target(out: Path) -> None:
    """Refuses what no file can be written to, before any work is done for it."""
    if out.is_dir():
        raise Refused(f"{out} is a folder.", remedy="Name a file to write.", input=str(out))
    if out.exists() and not out.is_file():
        raise Refused(f"{out} is a pipe or a device, not a file.", remedy="Name a file to write.", input=str(out))
    if not out.parent.is_dir():
        raise Refused(
            f"The folder {out.parent} does not exist.", remedy="Make it first, or name another place.", input=str(out)
        )


def write_whole(out: Path, data: bytes) -> None:
    """The file with just these bytes, or what was there before."""
    check_target(out)
    with replacing(out) as file:
        file.buffer.write(data)


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[io.TextIOWrapper]:
    """A text file that takes the place of `out` when all went well, and leaves nothing behind when not."""
    out = out.resolve()  # a link stays a link
    waiting = out.with_name(f".{out.name}.{uuid4().hex[:8]}.part")
    try:
        with waiting.open("w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(out)
    except OSError as error:
        raise unwritable(out, error) from error
    finally:
        with contextlib.suppress(OSError):
            waiting.unlink(missing_ok=True)


def unwritable(out: Path, error: OSError) -> PostilError:
    """In words. A library may have made an error of its own out of the system's."""
    while error.errno is None and isinstance(error.__cause__ or error.__context__, OSError):
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    if is_full(error):
        return DiskFull(f"There is no room left for {out}.", remedy="Make room, or write elsewhere.", input=str(out))
    why = error.strerror or str(error).partition("\n")[0]
    return BadInput(f"{out} cannot be written: {why}.", remedy="Check the rights, or write elsewhere.", input=str(out))
