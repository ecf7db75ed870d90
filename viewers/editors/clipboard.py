"""What was copied, so that it can be pasted on another page or picture of the same project."""

from __future__ import annotations

from dataclasses import dataclass

from storage.model.labels import Annotation, Answer, FrameKey, Instance


@dataclass(frozen=True, slots=True)
class Clip:
    instance: Instance
    annotation: Annotation
    answers: tuple[Answer, ...]


class Clipboard:
    """One for the window: editors are handed the same one. `pastes` counts since the copy, so that copies step aside."""

    def __init__(self) -> None:
        self.clips: tuple[Clip, ...] = ()
        self.pastes = 0
        self.at: FrameKey = ("", 0)  # where it was copied

    def take(self, clips: tuple[Clip, ...], at: FrameKey = ("", 0)) -> None:
        self.clips, self.pastes, self.at = clips, 0, at
