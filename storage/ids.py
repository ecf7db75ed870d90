"""New identifiers, replaceable in tests."""

from __future__ import annotations

import base64
import os


def new_uuid() -> str:
    """A UUIDv4, lower case with dashes: the name of anything outside this process."""
    return uuid_text(new_uuid_blobs(1)[0])


def new_uuid_blobs(n: int) -> list[bytes]:
    """Many UUIDv4 at once, as the catalog stores them: a twentieth of the time."""
    noise = bytearray(os.urandom(16 * n))
    noise[6::16] = bytes(b & 0x0F | 0x40 for b in noise[6::16])
    noise[8::16] = bytes(b & 0x3F | 0x80 for b in noise[8::16])
    return [bytes(noise[at : at + 16]) for at in range(0, 16 * n, 16)]


def uuid_here(row: str, uuid: str) -> str:
    """What an object is called in a label row when its own uuid belongs to another one: always the same."""
    import uuid as uuids

    return str(uuids.uuid5(uuids.UUID(row), uuid))


def is_uuid(text: str) -> bool:
    try:
        return bool(uuid_blob(text))
    except ValueError:
        return False


def uuid_blob(text: str) -> bytes:
    """The 16 bytes that the catalog stores for a printed UUID. Raises ValueError when it is none."""
    import uuid  # it brings `platform`, which the start of the window need not wait for

    return uuid.UUID(text).bytes


def uuid_text(blob: bytes) -> str:
    h = blob.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def new_hash8() -> str:
    """An Encord object, classification or feature hash: 8 characters of base64 from 6 random bytes (with + and /)."""
    return base64.b64encode(os.urandom(6)).decode("ascii")
