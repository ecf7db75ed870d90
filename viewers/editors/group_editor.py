"""The editor of image groups: the picture editor, with the members of the group below it as small pictures.

Members are pictures of their own sizes; nothing runs from one to the next. People count them from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.ontology import Ontology
from viewers.editors.editor import EditorOptions
from viewers.editors.following import OpenDecoder
from viewers.editors.image_editor import ImageEditor
from viewers.editors.member_strip import MemberStrip
from viewers.editors.track_actions import GROUP_ACTIONS
from viewers.scene.pictures import PictureSource


class GroupEditor(ImageEditor):
    """`session.frames` must be `Still` with the members. `open_decoder` makes one more decoder, for the small pictures."""

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        pictures: PictureSource,
        parent: QWidget | None = None,
        *,
        titles: Sequence[str] = (),
        open_decoder: OpenDecoder | None = None,
        **options: Unpack[EditorOptions],
    ) -> None:
        count = session.frames.count
        self.titles = [*titles[:count], *("" for _ in range(count - len(titles)))]
        if focus.at not in {session.frames.key(i) for i in range(count)}:
            focus.set(at=session.frames.key(0))
        super().__init__(session, focus, ontology, pictures, parent, actions=GROUP_ACTIONS, **options)
        self.members = MemberStrip(self.titles, self)
        self.column.addWidget(self.members)
        self.members.page_wanted.connect(self.go_to_page)
        if open_decoder is not None:
            self.members.show_thumbnails(open_decoder)
        self.show_strips(True)
        self._show_page()

    def show_strips(self, shown: bool) -> None:
        self.members.setVisible(shown and self.frames() > 1)

    def close_editor(self) -> None:
        self.members.close_strip()
        super().close_editor()

    def frames(self) -> int:
        return self.session.frames.count

    def frame_word(self) -> str:
        return "image"

    def goto_page(self) -> None:
        self.members.ask()

    def _show_page(self) -> None:
        self.members.show_page(self.frame())

    @Slot()
    def _on_opened(self) -> None:
        super()._on_opened()
        self._tell_place()

    def _tell_place(self) -> None:
        if self._pointer is None:
            self.place.emit(self.member_text())
        else:
            super()._tell_place()

    def _on_focus(self, names: frozenset[str]) -> None:
        super()._on_focus(names)
        if "at" in names:
            self._tell_place()

    def place_text(self, x: float, y: float, value: str, zoom: float) -> str:
        return f"{super().place_text(x, y, value, zoom)}    {self.member_text()}"

    def member_text(self) -> str:
        """ "image 2 of 8  side.png"."""
        index = self.frame()
        return f"image {index + 1:,} of {self.frames():,}  {self.titles[index]}".rstrip()
