"""Shapes that are kept on planes of their own: which there are, where they are hit, how they look. Follows the document when asked."""

from __future__ import annotations

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.labels import Annotation, FrameKey
from storage.model.sheets import Sheet, sheet_of
from viewers.canvas.raster import Item
from viewers.canvas.scene_shapes import SceneShapes
from viewers.tools.hit_test import Index

#: Sheets that lie closer (mm, and parts of their directions) are one and the same.
SAME = 1e-6


class SheetShapes:
    def __init__(self, session: EditSession, focus: Focus, scene: SceneShapes) -> None:
        self._session, self._focus, self._scene = session, focus, scene
        self._known: tuple[int, dict[FrameKey, Sheet]] = (-1, {})
        self._indexes: dict[FrameKey, tuple[int, Index]] = {}
        self._items: dict[FrameKey, tuple[object, list[Item]]] = {}

    def sheets(self) -> dict[FrameKey, Sheet]:
        """All that hold a shape."""
        document = self._session.document
        if self._known[0] != document.revision:
            found = {at: sheet for at in document.planes() if (sheet := sheet_of(at[0])) is not None}
            self._known = (document.revision, found)
        return self._known[1]

    def key_like(self, sheet: Sheet, frame: int, frames: int) -> FrameKey:
        """That of a sheet of the same time (`frames` make one) that lies as this one does; else its own."""
        for at, known in self.sheets().items():
            near = abs(float(known.place_of(sheet.origin)[2])) < SAME
            ways = zip((*known.right, *known.down), (*sheet.right, *sheet.down), strict=True)
            if at[1] // frames == frame // frames and near and all(abs(a - b) < SAME for a, b in ways):
                return at
        return (sheet.part, frame)

    def index(self, at: FrameKey) -> Index:
        document = self._session.document
        held = self._indexes.get(at)
        if held is None or held[0] != document.revision:
            made = held[1] if held is not None else Index()
            known = ((a, document.instances[a.instance]) for a in document.on_frame(at) if not a.outside)
            templates = self._scene._templates
            made.refill((a, i.layer, templates.get(i.feature_hash)) for a, i in known)
            held = self._indexes[at] = (document.revision, made)
        return held[1]

    def of(self, instance: str) -> Annotation | None:
        """Its first shape on a plane."""
        return next((a for a in self._session.document.annotations_of(instance) if a.sheet is not None and not a.outside), None)

    def items(self, at: FrameKey, lifted: frozenset[str]) -> list[Item]:
        """How they look, bottom first, without what is hidden; the same ones as long as nothing has changed."""
        focus = self._focus
        key = (self._session.document.revision, self._scene.ontology, focus.selected, focus.hidden, focus.display, lifted)
        held = self._items.get(at)
        if held is None or held[0] != key:
            held = self._items[at] = (key, self._scene.items_at(at, lifted))
        return held[1]
