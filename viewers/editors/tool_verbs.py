"""Which tool is in hand, and the verbs that are about it: arming by class, the brush, parts and holes, Esc. Qt-free."""

from __future__ import annotations

from storage.editing.edits import Put, Step
from storage.model.geometry import Polygon, ShapeKind
from storage.model.labels import Annotation, FrameKey, Instance
from storage.model.ontology import ObjectClass
from viewers.editors.drafts import WaitingDraft, WaitingDrafts
from viewers.editors.polygon_verbs import PolygonVerbs
from viewers.editors.selection_verbs import DONE, Way
from viewers.tools.base import Tool
from viewers.tools.drawing import DrawingTool
from viewers.tools.measure import MeasureTool
from viewers.tools.polygon import Mode, PolygonTool
from viewers.tools.select import SelectTool
from viewers.tools.toolbox import SHAPES_OF, TOOL_OF, Toolbox

#: Tools that need no class.
FREE = ("select", "lasso", "slice", "simplify", "ruler")
#: Armed by a verb alone, for what is selected.
BY_VERB = ("simplify",)
#: What is of use where nothing can be marked.
LOOKING = ("select", "ruler")


class ToolVerbs(PolygonVerbs):
    toolbox: Toolbox
    tool: Tool
    waiting_drafts: WaitingDrafts

    #: The last class of each shape, and the last one of all; set by whoever mixes this in.
    _last: dict[ShapeKind, str]
    _last_class: str | None
    _arming: bool = False
    looking: bool = False  # nothing can be marked

    def take(self, tool: Tool) -> None:
        """Put a tool into the canvas's hand."""
        raise NotImplementedError

    # -- what is offered

    def classes_of(self, tool_id: str) -> list[ObjectClass]:
        return [c for c in self.classes() if c.shape in SHAPES_OF.get(tool_id, ())]

    def offers(self, tool_id: str) -> bool:
        if self.looking:
            return tool_id in LOOKING
        return tool_id in FREE or bool(self.classes_of(tool_id))

    def offered(self) -> list[Tool]:
        return [tool for tool in self.toolbox.tools.values() if self.offers(tool.id) and tool.id not in BY_VERB]

    # -- arming

    def arm_tool(self, tool_id: str) -> None:
        """A drawing tool takes the last class of its shape with it; the others leave the class as it is."""
        if tool_id in FREE:
            self._take(tool_id)
            return
        known = self.classes_of(tool_id)
        if not known:
            self.say(f"The ontology has no class for the tool “{self.toolbox[tool_id].title}”: add one to draw with it.")
            return
        last = self._last.get(known[0].shape)
        armed = next((c for c in known if c.feature_hash == self.focus.armed), None)
        chosen = armed or next((c for c in known if c.feature_hash == last), known[0])
        self._arm(chosen, tool_id)

    def arm_class(self, feature_hash: str) -> None:
        known = self.ontology.object(feature_hash)
        if known is None or known.archived:
            self.say("That class is no longer in the ontology.")
            return
        tool_id = TOOL_OF.get(known.shape)
        if tool_id is None:
            self.say(f"“{known.name}” cannot be drawn on a picture.")
            return
        # The eraser, say, stays in hand when another mask class is picked.
        self._arm(known, self.tool.id if known.shape in SHAPES_OF.get(self.tool.id, ()) else tool_id)

    def new_object(self) -> None:
        """The last class again; in mid-draft: finish it. A mask begins anew instead of going on in the selected one."""
        if self.drafting():
            self.finish_draft()
            return
        last = self._last_class or self.focus.armed
        known = self.ontology.object(last or "") or next(iter(self.classes()), None)
        if known is None:
            self.say("The ontology has no class yet: add one to draw.")
            return
        self.focus.select(())
        self.arm_class(known.feature_hash)

    def redraw_selected(self) -> None:
        """Draw the selected object again, or draw it here where it is not: it keeps its identity and answers."""
        focus = self.focus
        free = [i for i in focus.selected if i not in focus.locked and i in self.session.document.instances]
        if len(focus.selected) != 1 or not free:
            self.say("Select one object that is not locked to draw it again.")
            return
        instance: Instance = self.session.document.instances[free[0]]
        self.arm_class(instance.feature_hash)
        if isinstance(self.tool, DrawingTool) and self.focus.armed == instance.feature_hash:
            self.focus.select(())
            self.tool.redraws = instance.uuid
            self.say(f"Draw {self.name(instance.uuid)} again; Esc keeps it as it was.")

    def _arm(self, known: ObjectClass, tool_id: str) -> None:
        self._last[known.shape] = self._last_class = known.feature_hash
        self._arming = True  # so that the change of class does not pick the tool once more
        self.focus.set(armed=known.feature_hash)
        self._arming = False
        self._take(tool_id)

    def _take(self, tool_id: str) -> None:
        """A tool that is in hand already keeps its draft (the class of a draft can change)."""
        said = ""
        if self.tool.id != tool_id:
            said = self.let_draft_wait()
            self.take(self.toolbox[tool_id])
        self.focus.set(tool=tool_id)
        self.say(said)

    # -- the draft

    def drafting(self) -> bool:
        return isinstance(self.tool, DrawingTool) and self.tool.has_draft()

    def finish_draft(self) -> None:
        """Enter: the draft, or what is measured, becomes an object; with none, the answers of the selection are next."""
        drafting = self.drafting() or (isinstance(self.tool, MeasureTool) and bool(self.tool.draft()))
        self.tool.finish()
        self.acted()
        if not drafting and self.focus.selected:
            self.ask_answers()

    def escape(self) -> None:
        """The draft first, then the tool, then the selection."""
        if self.tool.cancel():
            self.acted()
        elif isinstance(self.tool, DrawingTool) and self.tool.redraws is not None:
            self.tool.redraws = None
            self.say("It stays as it was.")
        elif self.tool.id != "select":
            self.arm_tool("select")
        else:
            self.focus.select(())

    def selecting(self) -> SelectTool:
        """The select tool in hand, or the one inside the drawing tool; else it is taken in hand."""
        found = self._select_in_hand()
        if found is None:
            self.arm_tool("select")
            found = self._select_in_hand()
            assert found is not None
        return found

    def settle(self) -> None:
        """Before anything else happens: a stroke and a run of nudges become steps, a drag of shapes that is held is dropped."""
        self.tool.settle()

    def turn_over(self, *, held: bool) -> None:
        """Another frame comes under the hand: a stroke is a step where it was painted and goes on, a draft goes along; what else
        is `held` is dropped."""
        self.tool.frame_changes()
        if held and not isinstance(self.tool, DrawingTool):
            self.tool.cancel()

    def let_draft_wait(self, at: FrameKey | None = None) -> str:
        """A draft that must give way waits for Ctrl+Z. What to tell of it. `at`: it was begun there, which has been left."""
        self.settle()
        tool = self.tool
        resume = tool.let_draft_wait() if isinstance(tool, DrawingTool) else None
        if resume is None or not isinstance(tool, DrawingTool):
            return ""
        armed = self.focus.armed
        if tool.feature_hash and tool.armed is None:  # another class is armed by now
            armed = self._last.get(tool.shape)
        self.waiting_drafts.add(WaitingDraft(tool, at or self.draft_at(), at is not None, armed, self._newest_step(), resume))
        if at is None:
            return f"{tool.title}: what was begun waits, undo brings it back."
        return f"{tool.title}: what was begun waits on {self.frame_name(at)}, undo goes back to it."

    def draft_at(self) -> FrameKey:
        """Where what is begun lies."""
        return self.focus.at

    def is_shown(self, at: FrameKey) -> bool:
        return at == self.focus.at

    def _newest_step(self) -> int:
        step = self.session.history.undoable()
        return step.n if step is not None else 0

    def resume_draft(self, draft: WaitingDraft) -> None:
        self.waiting_drafts.remove(draft)
        if not self.is_shown(draft.at):
            self.go_to(draft.at)
        if self.tool is not draft.tool:
            self.take(draft.tool)
        self._arming = True
        self.focus.set(armed=draft.armed, tool=draft.tool.id)
        self._arming = False
        draft.resume()
        self.acted()
        self.say(f"{draft.tool.title}: what was begun is back.")

    def settle_nudges(self) -> None:
        select = self._select_in_hand()
        if select is not None:
            select.settle_nudges()

    def _select_in_hand(self) -> SelectTool | None:
        if isinstance(self.tool, SelectTool):
            return self.tool
        return self.tool.selecting if isinstance(self.tool, DrawingTool) else None

    def nudge(self, direction: str, far: bool = False) -> None:
        step = 10.0 if far else 1.0
        dx, dy = {"Left": (-step, 0.0), "Right": (step, 0.0), "Up": (0.0, -step), "Down": (0.0, step)}[direction]
        if not self.selecting().nudge(dx, dy):
            self._nothing("move")
        self.acted()

    # -- undo

    def can_undo(self) -> bool:
        return self.drafting() or self._draft_for_undo() is not None or bool(self.session.undo_text) or self.session.in_gesture

    def _draft_for_undo(self) -> WaitingDraft | None:
        return self.waiting_drafts.for_undo(self._newest_step())

    def can_redo(self) -> bool:
        return self.drafting() or self.tool.can_redo_draft() or bool(self.session.redo_text)

    def undo(self) -> None:
        """Inside the draft first; then the newest step, said by name. Where it is about another frame, that is shown."""
        self.settle_nudges()
        if self.tool.undo_draft():
            self.acted()
        elif (draft := self._draft_for_undo()) is not None:
            self.resume_draft(draft)
        else:
            self._replay("undo")

    def redo(self) -> None:
        """While something is being drawn or dragged, inside of that and nowhere else."""
        self.settle_nudges()
        if self.tool.redo_draft():
            self.acted()
        elif self.session.in_gesture or (self.drafting() and self.tool.id not in BY_VERB):
            self.say("There is nothing to redo in what is being drawn: end it or drop it first.")
        else:
            self._replay("redo")

    def _replay(self, way: Way) -> None:
        here, history = self.focus.at, self.session.history
        coming = history.undoable() if way == "undo" else history.redoable()
        places = _places(coming) if coming is not None else set()
        elsewhere = bool(places) and here not in places
        seen = {a.instance: a for a in self.session.on_frame(here)} if elsewhere else {}
        step = self._replayed(way)
        if step is None:
            return
        said = f"{DONE[way]}: {step.text}"
        if elsewhere and seen == {a.instance: a for a in self.session.on_frame(here)}:
            index = self.session.frames.index
            there = min(places, key=lambda at: abs(index(at) - index(here)))
            self.go_to(there)
            said += f", on {self.frame_name(there)}."
        self.say(said)
        self.acted()

    # -- brush

    def swap_brush(self) -> None:
        self.arm_tool("brush" if self.tool.id == "eraser" else "eraser")

    def brush_smaller(self) -> None:
        self._resize_brush(-1)

    def brush_larger(self) -> None:
        self._resize_brush(1)

    def _resize_brush(self, steps: int) -> None:
        self.toolbox.brush.grow(steps)
        self.say(f"Brush: {self.toolbox.brush.words()}")
        self.acted()

    # -- parts, holes, slices

    def add_part(self) -> None:
        self.use_polygon_mode("part")

    def cut_hole(self) -> None:
        self.use_polygon_mode("hole")

    def use_polygon_mode(self, mode: Mode) -> None:
        polygon = self.toolbox["polygon"]
        assert isinstance(polygon, PolygonTool)
        found = self.selected()
        if mode != "new" and (len(found) != 1 or not isinstance(found[0].geometry, Polygon)):
            self.say("Select one polygon that is not locked, then add a part to it or cut a hole.")
            return
        if mode != "new":
            own = self.session.document.instances[found[0].instance].feature_hash
            self.focus.set(armed=own)
        self._take("polygon")
        polygon.use_mode(mode)
        self.acted()

    def slice_selected(self) -> None:
        """Then a line is drawn across the selection."""
        self._take("slice")


def _places(step: Step) -> set[FrameKey]:
    """The frames whose shapes a step changes."""
    records = (e.record for e in (*step.edits, *step.inverse) if isinstance(e, Put))
    return {r.at for r in records if isinstance(r, Annotation)}
