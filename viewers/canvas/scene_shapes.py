"""The shapes of the frame on screen, as the canvas draws them: index, colours, what is hidden, what is lifted out.

Follows the session and the focus, and says what has to be drawn again. Qt-free.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.on_frames import is_between
from storage.editing.session import EditSession
from storage.model.geometry import Bounds
from storage.model.labels import Annotation, FrameKey, Instance
from storage.model.measure_classes import draws_two_lines
from storage.model.ontology import PALETTE, Ontology
from viewers.canvas.raster import Color, Item, Loose, bgr
from viewers.scene.outlines import TWO_LINES, Template, mask_array, outline
from viewers.tools.hit_test import Entry, Index

#: Selections up to this size are drawn live above the static layer; larger ones inside it.
LIVE = 60
#: When more than these change at once, all is drawn anew.
MANY = 200
#: Of what has no class.
GREY: Color = (160, 160, 160)


class SceneShapes:
    def __init__(self, session: EditSession, focus: Focus, ontology: Ontology, index: Index) -> None:
        self.session = session
        self.focus = focus
        self.index = index
        self._ghost_items: dict[str, Item] = {}
        self.live: tuple[str, ...] = ()  # drawn on every repaint, never in the static layer
        self._previewed: dict[str, None] = {}
        self._strong: frozenset[str] = frozenset()  # drawn as selected
        self.playing = False  # no ghosts then: they would stand still in front of what moves
        self._lifted: frozenset[str] = frozenset()  # annotation uuids: the tool's draft shows them
        self.set_ontology(ontology)

    def set_ontology(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self._colors = {o.feature_hash: bgr(o.color) for o in ontology.objects}
        self._templates: dict[str, Template] = {t.feature_hash: t for t in ontology.skeleton_templates}
        self._templates |= {o.feature_hash: TWO_LINES for o in ontology.objects if draws_two_lines(o)}
        self.reload()

    # -- following the document

    def reload(self) -> None:
        """Everything anew: another frame, another ontology."""
        self._ghost_items.clear()
        self._previewed.clear()
        instances = self.session.document.instances
        known = ((a, instances.get(a.instance)) for a in self.session.on_frame(self.focus.at))
        self.index.refill((a, i.layer, self._templates.get(i.feature_hash)) for a, i in known if i is not None)
        self._settle()

    def changed(self, change: DocumentChange) -> list[Bounds] | None:
        """Take in a change; returns the places where the static layer is stale (what is live is not on it), None for all of it."""
        if change.preview:
            self._previewed |= dict.fromkeys(islice(change.instances, max(0, LIVE - len(self._previewed))))
        else:
            self._previewed.clear()
        drawn = change.instances.difference(self.live)
        if len(drawn) > MANY:
            self._refresh(change.instances)
            self._settle()
            return None
        before = self.index.boxes(drawn)
        self._refresh(change.instances)
        return [*before, *self.index.boxes(drawn), *self._settle()]

    def _refresh(self, uuids: Iterable[str]) -> None:
        """Instances from the document."""
        instances, templates, at, shown = self.session.document.instances, self._templates, self.focus.at, self.session.shown
        found: list[tuple[Annotation, int, Template | None]] = []
        for uuid in uuids:
            self._forget(uuid)
            instance = instances.get(uuid)
            annotation = shown(uuid, at) if instance is not None else None
            if instance is None or annotation is None or annotation.outside:
                self.index.remove(uuid)
            else:
                found.append((annotation, instance.layer, templates.get(instance.feature_hash)))
        self.index.put_all(found)

    def settle(self) -> list[Bounds]:
        """The selection changed."""
        return self._settle()

    def lift(self, annotations: frozenset[str]) -> list[Bounds]:
        """What the tool's draft stands for is not drawn; returns where the static layer is stale."""
        if annotations == self._lifted:
            return []
        changed = self._lifted ^ annotations
        self._lifted = annotations
        return [e.geometry.bounds() for e in self.index if e.annotation.uuid in changed and e.instance not in self.live]

    def _settle(self) -> list[Bounds]:
        """Choose anew what is live; returns where the static layer is stale for it."""
        selected = frozenset(self.focus.selected)
        few = self.focus.selected if len(selected) <= LIVE else ()
        live = tuple(u for u in dict.fromkeys((*few, *self._previewed)) if self.index.get(u) is not None)
        restyled = selected ^ self._strong
        changed = (frozenset(self.live) ^ frozenset(live)) | (restyled - frozenset(live))
        self.live, self._strong = live, selected
        self.forget_items(changed | restyled)
        return self.index.boxes(changed)

    def forget_items(self, instances: Iterable[str] | None = None) -> None:
        """Colours or styles changed."""
        if instances is None:
            self._ghost_items.clear()
            for entry in self.index:
                entry.drawn = None
        else:
            for uuid in instances:
                self._forget(uuid)

    def _forget(self, uuid: str) -> None:
        self._ghost_items.pop(uuid, None)
        entry = self.index.get(uuid)
        if entry is not None:
            entry.drawn = None

    # -- what to draw

    def shown(self, entry: Entry) -> bool:
        focus = self.focus
        if entry.instance in focus.hidden or entry.annotation.uuid in self._lifted:
            return False
        return not focus.display.only_selected or entry.instance in focus.selected

    def pickable_skip(self) -> frozenset[str]:
        """Instances that the pointer does not find."""
        focus = self.focus
        if focus.display.only_selected:
            return frozenset(e.instance for e in self.index if e.instance not in focus.selected) | focus.hidden
        return focus.hidden | focus.locked

    def static_items(self, bounds: Bounds) -> list[Item]:
        """What the static layer draws of a region, bottom first."""
        entries = self.index.near(bounds)
        focus = self.focus
        if focus.hidden or self._lifted or focus.display.only_selected:
            entries = [e for e in entries if self.shown(e)]
        if self.live:
            live = {self.index.get(uuid) for uuid in self.live}
            entries = [e for e in entries if e not in live]
        return [e.drawn or self.item(e) for e in entries]

    def items_at(self, at: FrameKey, lifted: frozenset[str] = frozenset()) -> list[Item]:
        """What is seen on another frame than the one that is looked at."""
        focus, instances = self.focus, self.session.document.instances
        items: list[Item] = []
        for annotation in self.session.on_frame(at):
            instance = instances.get(annotation.instance)
            seen = not focus.display.only_selected or annotation.instance in focus.selected
            if instance is None or annotation.instance in focus.hidden or not seen or annotation.uuid in lifted:
                continue
            entry = Entry(annotation, -1, instance.layer, 0, self._templates.get(instance.feature_hash))
            strong = annotation.instance in focus.selected
            items.append(Item(entry, self.color(entry), annotation.occluded, strong, is_between(annotation)))
        return items

    def live_items(self) -> list[Item]:
        entries = [e for e in (self.index.get(u) for u in self.live) if e is not None and self.shown(e)]
        entries.sort(key=lambda e: (e.layer, e.seq))
        return [*self._ghosts(), *(e.drawn or self.item(e) for e in entries)]

    def _ghosts(self) -> list[Item]:
        """Selected objects that are not on this frame: where they would be."""
        if self.playing or not self.session.frames.moving or len(self.focus.selected) > LIVE:
            return []
        ghosts: list[Item] = []
        for uuid in self.focus.selected:
            instance = self.session.document.instances.get(uuid)
            if instance is None or self.index.get(uuid) is not None or uuid in self.focus.hidden:
                continue
            shown = self.session.ghost(uuid, self.focus.at)
            if shown is None:
                continue
            held = self._ghost_items.get(uuid)
            if held is None:
                shape = Loose(outline(shown.geometry, self._templates.get(instance.feature_hash)))
                if shape.outline.mask is not None:
                    shape.mask = mask_array(shape.outline.mask)
                held = self._ghost_items[uuid] = Item(
                    shape, self._colors.get(instance.feature_hash, GREY), dashed=True, ghost=True
                )
            ghosts.append(held)
        return ghosts

    def item(self, entry: Entry) -> Item:
        strong = entry.instance in self._strong
        faint = is_between(entry.annotation)
        item = Item(entry, self.color(entry), entry.annotation.occluded, strong, faint)
        entry.drawn = item
        return item

    def color(self, entry: Entry) -> Color:
        instance = self.session.document.instances.get(entry.instance)
        return self.color_of(instance) if instance is not None else GREY

    def color_of(self, instance: Instance) -> Color:
        if self.focus.display.color_by == "instance":
            return bgr(PALETTE[(instance.number * 7 + _stable(instance.feature_hash)) % len(PALETTE)])
        return self._colors.get(instance.feature_hash, GREY)

    def name(self, entry: Entry) -> str:
        instance = self.session.document.instances.get(entry.instance)
        kind = self.ontology.object(instance.feature_hash) if instance is not None else None
        return f"{kind.name if kind else 'Unknown'} {instance.number}" if instance is not None else ""


def _stable(text: str) -> int:
    return sum(text.encode())
