"""The tools that volumes have beyond those of pictures: crosshair, sphere brush, region growing, scissors, measures."""

from __future__ import annotations

from functools import cached_property, partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from storage.clock import now_ms
from storage.model.geometry import Geometry
from storage.model.labels import FrameKey
from storage.model.measure_classes import Measure, line_classes, with_line_class
from storage.model.ontology import Ontology
from storage.model.sheets import Sheet, sheet_of
from viewers.editors.drafts import WaitingDraft
from viewers.editors.volume_brush import BrushHand
from viewers.editors.volume_mask_work import MaskWork
from viewers.editors.volume_part import VolumePart
from viewers.editors.volume_sheets import SheetHand
from viewers.editors.volume_tool_options import units_of
from viewers.scene.plane_reader import Under
from viewers.tools.base import Tool
from viewers.tools.brush import BrushTool
from viewers.tools.crosshair import CrosshairTool
from viewers.tools.measure import AngleTool, CobbTool, DistanceTool, MeasureTool
from viewers.tools.overlap import OverlapSettings
from viewers.tools.volume_paint import GrowSettings, GrowTool, SphereTool, VolumePainter
from viewers.tools.volume_scissors import ScissorsTool, SnipSettings

CROSSHAIR, SCISSORS = "crosshair", "snip"
#: Tools of its own that need no class.
OWN = (CROSSHAIR, "angle", "cobb")
#: Offered where masks can be drawn.
OF_MASKS = ("sphere", "grow", SCISSORS)


class VolumeTools(VolumePart):
    """Mixed into the volume editor."""

    _to_be_kept: Measure | None = None
    _on_plane: FrameKey | None = None  # where a verb is at work that works on planes

    @cached_property
    def sheets(self) -> SheetHand:
        """Asked for before the tools are made: the first one is taken in hand while the editor is laid out."""
        return SheetHand(self)

    def _make_tools(self) -> None:
        brush, focus = self.toolbox.brush, self.focus
        self.overlap, self.snip_settings, self.grow_settings = OverlapSettings(), SnipSettings(), GrowSettings()
        self.painter = VolumePainter(self.session, brush, self.ground, now=now_ms, changed=self._painted)
        self.painter.gate = self.gate
        brush.mm = lambda: self.state.geometry.spacing_col_mm if self.state is not None else None
        brush.aspect = lambda: self.canvas.view.stretch[1] / self.canvas.view.stretch[0]
        self.painter.rules = brush.rules = lambda: self.overlap.rules(focus)
        self._slice = focus.at  # that was looked at last
        self.mask_work = MaskWork()
        self.mask_work.told.connect(self.tell_progress, Qt.ConnectionType.QueuedConnection)
        self.brush_hand = BrushHand(self)
        self.crosshair_tool = CrosshairTool(self.canvas.crosshair)
        self.sphere_tool = SphereTool(brush, self.painter)
        grow_tool = GrowTool(brush, self.painter, self.grow_settings)
        snip_tool = ScissorsTool(lambda: self.state.geometry if self.state is not None else None, self.snip)
        for known in self.toolbox.tools.values():
            if isinstance(known, BrushTool):
                known.continues = True
        measures = [make(self.measuring) for make in (DistanceTool, AngleTool, CobbTool)]
        for measure in measures:
            measure.class_wanted = self._want_line_class
        self.canvas.measured = self.measuring.words
        self.measuring.under = self._under
        for tool in (self.crosshair_tool, self.sphere_tool, grow_tool, snip_tool, *measures):
            self.toolbox.tools[tool.id] = tool
            tool.context = self.canvas.context

    def settle(self) -> None:
        self.brush_hand.settle()
        super().settle()

    def turn_over(self, *, held: bool) -> None:
        self.brush_hand.frame_changes()
        super().turn_over(held=held)
        self.follow_draft()

    def follow_draft(self) -> None:
        """What is begun stays where it lies: it waits once that is left, and goes on when that is there again."""
        at, self._slice = self.sheets.at.at if self.sheets.at is not None else self._slice, self.focus.at
        if self.drafting() and not self.is_shown(at):
            self.say(self.let_draft_wait(at))
        if not self.drafting() and (draft := self.waiting_drafts.to_go_on(self.tool, self.is_shown)) is not None:
            self.resume_draft(draft)

    def measure(self, instance: str) -> str:
        """A mask as a body, whatever slice is looked at; another shape as it is on this slice."""
        masks, entry = self.masks, self.session.document.instances.get(instance)
        if masks is not None and (found := masks.slices_of(instance)):
            return self.measuring.body([row for k in found if (row := masks.row(instance, k)) is not None])
        shown = self.session.shown(instance, self.focus.at)
        if shown is None:
            shown = self.sheets.shapes.of(instance)
        if shown is None or shown.outside or entry is None:
            return ""
        thing = self.ontology.object(entry.feature_hash)
        where = shown.sheet or self.session.frames.index(self.focus.at)
        return self.measuring.size(shown.geometry, where, thing.name if thing is not None else "")

    def _want_line_class(self, what: Measure) -> None:
        """Among several the person says once which; where there is none, one is asked for."""
        known = line_classes(self.ontology, what)
        if not known:
            self._add_line_class(what)
            return
        self.say(f"Choose the class that keeps what is measured as “{what}”; it is taken from then on.")
        menu = QMenu(self.canvas.window())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for thing in known:
            menu.addAction(thing.name.replace("&", "&&"), partial(self._keep_in, what, thing.feature_hash))
        menu.addSeparator()
        menu.addAction(f"Add “{what}” to the ontology", partial(self._add_line_class, what))
        menu.setActiveAction(menu.actions()[0])
        menu.popup(QCursor.pos())

    def _keep_in(self, what: Measure, feature_hash: str) -> None:
        if isinstance(self.tool, MeasureTool) and self.tool.measure is what:
            self.tool.kept_in = feature_hash
            self.tool.finish()
            self.acted()

    def _add_line_class(self, what: Measure) -> None:
        """What was measured is kept as soon as the ontology has a class for it."""
        self._to_be_kept = what
        self.say(f"The ontology has no class of lines “{what}”: add it to keep what is measured.")
        self.ontology_wanted.emit(f"Add “{what}” to the ontology", with_line_class(self.ontology, what))

    def set_ontology(self, ontology: Ontology) -> None:
        super().set_ontology(ontology)
        self.sheets.use_ontology(ontology)
        wanted, self._to_be_kept = self._to_be_kept, None
        if wanted is not None and isinstance(self.tool, MeasureTool) and self.tool.measure is wanted:
            self.tool.finish()
            self.canvas.tool_acted()

    def _tell_units(self) -> None:
        """Once there are values: thresholds are told in theirs."""
        units, more = units_of(self.volume), self.options.more
        if units is not None and more.units is None:
            self.toolbox.threshold.stored = self._stored_value
            more.use_units(units)
            self._endings.append(self.volume.window.listen(more.read))

    def _stored_value(self, value: float) -> float:
        look = self.volume.look(self.session.frames.index(self.focus.at))
        return value if look.modality_lut is not None or look.slope == 0 else (value - look.intercept) / look.slope

    def take(self, tool: Tool) -> None:
        self.sheets.come_home()
        super().take(tool)

    def let_draft_wait(self, at: FrameKey | None = None) -> str:
        said = super().let_draft_wait(at)
        self.sheets.come_home()
        return said

    def resume_draft(self, draft: WaitingDraft) -> None:
        self.sheets.come_home()
        super().resume_draft(draft)
        if sheet_of(draft.at[0]) is not None:
            self.sheets.take_up(draft.at)

    def draft_at(self) -> FrameKey:
        return self.sheets.at.at if self.sheets.at is not None else self.focus.at

    def is_shown(self, at: FrameKey) -> bool:
        return self.sheets.places.kind_of(at) is not None if sheet_of(at[0]) is not None else at == self.focus.at

    def acted(self) -> None:
        super().acted()
        self.sheets.seen.refresh()

    def escape(self) -> None:
        """What was measured on a plane goes before the tool does."""
        if self.drafting() or not self.sheets.forget():
            super().escape()

    @property
    def at(self) -> FrameKey:
        """What is done to a selection that lies on a plane is done there, by the verbs that can."""
        return self._on_plane or self.focus.at

    def run(self, action_id: str) -> None:
        if self.keymap.action(action_id).on_planes:
            self._on_plane = self.sheets.come_to_selected()
        try:
            super().run(action_id)
        finally:
            done_there, self._on_plane = self._on_plane, None
        if done_there is not None:
            self.sheets.acted()

    def _under(self, sheet: Sheet, shape: Geometry) -> Under | None:
        return self.reader.under(self.state, sheet, shape) if self.state is not None else None

    def offers(self, tool_id: str) -> bool:
        if tool_id in OF_MASKS:
            return super().offers("brush")
        return tool_id in OWN or super().offers(tool_id)

    def offered(self) -> list[Tool]:
        """The crosshair comes next to select, the brushes together."""
        found = {tool.id: tool for tool in super().offered()}
        order = list(found)
        for after, moved in (("select", (CROSSHAIR,)), ("threshold", ("sphere",)), ("flood", ("grow", SCISSORS))):
            if after in found:
                kept = [i for i in order if i not in moved]
                at = kept.index(after) + 1
                order = [*kept[:at], *(i for i in moved if i in found), *kept[at:]]
        return [found[i] for i in order]

    def arm_tool(self, tool_id: str) -> None:
        if tool_id in (*OWN, SCISSORS):
            self._take(tool_id)
        else:
            super().arm_tool(tool_id)
