"""New identifiers, replaceable in tests."""

from __future__ import annotations

import base64
import os
import uuid


def new_uuid() -> str:
    """A UUIDv4, lower case with dashes: the name of anything outside this process."""
    return str(uuid.uuid4())


def uuid_blob(text: str) -> bytes:
    """The 16 bytes that the catalog stores for a printed UUID. Raises ValueError when it is none."""
    return uuid.UUID(text).bytes


def uuid_text(blob: bytes) -> str:
    return str(uuid.UUID(bytes=blob))


def new_hash8() -> str:
    """An Encord object, classification or feature hash: 8 characters of base64 from 6 random bytes (with + and /)."""
    return base64.b64encode(os.urandom(6)).decode("ascii")
