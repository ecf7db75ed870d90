"""What decoders of pictures that move (videos, image sequences) can do beside `request.Decoder`. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from storage.media.frames import FrameTable
from viewers.decode.request import Decoder, Picture


@runtime_checkable
class MovingDecoder(Decoder, Protocol):
    """All frames have the size of the first. Belongs to one thread, which calls `read_ahead` while nothing is asked for."""

    table: FrameTable

    def cached(self, index: int) -> bool:
        """Whether `read` answers without decoding."""

    def kept(self, index: int, level: int = 0) -> Picture | None:
        """A cached frame, without this being taken for travel."""

    def travel(self, index: int, direction: int) -> None:
        """Whoever looks has come here over frames that were `kept`: what is read ahead follows."""

    def steps_to(self, index: int) -> int:
        """How many frames lie on the way to this one; 0 where it is cached."""

    def nearest_key(self, index: int, level: int = 0) -> Picture:
        """What can be shown at once; `Picture.frame` says which frame it is."""

    def read_ahead(self, check: Callable[[], None], *, behind: bool = True) -> bool:
        """Decode what will be wanted next, and a few frames `behind`. False: there is nothing more to do for now."""

    @property
    def damage(self) -> str:
        """A sentence as soon as something could not be decoded, else empty."""
