"""A short name for something long, such as a path."""

from __future__ import annotations

from PySide6.QtCore import QCryptographicHash


def short_hash(text: str, digits: int) -> str:
    """The first digits of its SHA-256, in hexadecimal. Qt's own: the start goes without another import."""
    return QCryptographicHash.hash(text.encode(), QCryptographicHash.Algorithm.Sha256).toHex().toStdString()[:digits]
