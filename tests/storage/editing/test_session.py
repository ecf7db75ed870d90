"""The edit session: whatever is done can be undone and redone; what is previewed is never stored; histories stay small."""

from __future__ import annotations

import random
from concurrent.futures import Future
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.editing import verbs
from storage.editing.edits import Drop, Put, Step
from storage.editing.history import History
from storage.editing.session import EditSession, StepChange
from storage.errors import StaleUndo
from storage.model.geometry import Box
from storage.model.labels import LabelDocument
from tests.support.session_strategies import acts


class Shelf:
    """A sink that keeps a second document in step, as the catalog does."""

    def __init__(self) -> None:
        self.changes: list[StepChange] = []
        self.document = LabelDocument()

    def __call__(self, change: StepChange) -> Future:
        self.changes.append(change)
        for edit in change.edits:
            edit.apply(self.document)
        done: Future = Future()
        done.set_result(None)
        return done


def records(document: LabelDocument):
    return {(type(r).__name__, r.uuid): r for r in document.records()}


def consistent(document: LabelDocument) -> None:
    """The indexes say what the tables say."""
    for annotation in document.annotations.values():
        assert annotation in document.on_frame(annotation.at)
    for answer in document.answers.values():
        assert answer in document.answers_of(answer.owner)
    fresh = LabelDocument()
    for record in document.records():
        fresh.put(record)
    for instance in document.instances:
        assert document.annotations_of(instance) == fresh.annotations_of(instance)


def session_with_a_box():
    shelf = Shelf()
    session = EditSession(LabelDocument(), shelf)
    edits, instance = verbs.add_object(session.document, "CLASS001", Box(0, 0, 1, 1), ("", 0), by="a@x.org", now=1)
    session.do("Draw", edits)
    return session, shelf, session.document.annotation_of(instance)


@given(st.lists(acts, max_size=12), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_undoing_everything_and_redoing_it_gives_every_state_again(plan, chance):
    shelf = Shelf()
    session = EditSession(LabelDocument(), shelf)
    states = [records(session.document)]
    for act in plan:
        if session.do("Act", act(session, random.Random(chance.random()))) is not None:
            states.append(records(session.document))
        consistent(session.document)
    assert records(shelf.document) == states[-1]
    for state in reversed(states[:-1]):
        session.undo()
        assert records(session.document) == state == records(shelf.document)
        consistent(session.document)
    assert session.undo() is None
    for state in states[1:]:
        session.redo()
        assert records(session.document) == state == records(shelf.document)
    assert session.redo() is None


@given(st.lists(acts, min_size=1, max_size=6), st.lists(acts, min_size=1, max_size=6), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_a_cancelled_gesture_leaves_no_trace(before, dragged, chance):
    shelf = Shelf()
    session = EditSession(LabelDocument(), shelf)
    for act in before:
        session.do("Act", act(session, random.Random(chance.random())))
    state, stored = records(session.document), len(shelf.changes)
    session.begin("Drag")
    for act in dragged:
        session.preview(*act(session, random.Random(chance.random())))
    session.cancel()
    assert records(session.document) == state
    assert len(shelf.changes) == stored
    consistent(session.document)


@given(st.lists(acts, min_size=1, max_size=6), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_previews_become_one_step_with_their_net_effect(dragged, chance):
    shelf = Shelf()
    session = EditSession(LabelDocument(), shelf)
    session.begin("Drag")
    for act in dragged:
        session.preview(*act(session, random.Random(chance.random())))
    step = session.commit()
    assert len(shelf.changes) == (step is not None)
    assert records(shelf.document) == records(session.document)
    if step is not None:
        touched = [(e.kind, e.uuid) for e in step.edits]
        assert len(touched) == len(set(touched)), "one edit a record"
        session.undo()
    assert records(session.document) == {}


def test_a_new_step_ends_what_could_be_redone():
    session, _, annotation = session_with_a_box()
    session.do("Move", verbs.set_geometry(session.document, {annotation.uuid: Box(5, 5, 1, 1)}, by="a@x.org", now=2))
    session.undo()
    assert session.redo_text == "Move"
    session.do("Move again", verbs.set_geometry(session.document, {annotation.uuid: Box(9, 9, 1, 1)}, by="a@x.org", now=3))
    assert session.redo_text == ""
    assert session.redo() is None


def test_undo_declines_when_something_else_changed_the_record():
    session, shelf, annotation = session_with_a_box()
    Put(replace(annotation, geometry=Box(7, 7, 7, 7))).apply(session.document)  # a merge, say
    with pytest.raises(StaleUndo, match="Draw"):
        session.undo()
    assert session.undo_text == "Draw"
    assert len(shelf.changes) == 1
    assert session.document.annotations[annotation.uuid].geometry == Box(7, 7, 7, 7)


def test_a_merge_by_others_is_undone_around():
    """What a merge added beside a step does not keep the step from being undone."""
    session, _, annotation = session_with_a_box()
    edits, other = verbs.add_object(session.document, "CLASS001", Box(3, 3, 1, 1), ("", 0), by="b@x.org", now=4)
    for edit in edits:
        edit.apply(session.document)
    session.undo()
    assert annotation.uuid not in session.document.annotations
    assert list(session.document.instances) == [other]


def test_listeners_hear_what_changed_and_whether_it_is_a_preview():
    session, _, annotation = session_with_a_box()
    heard = []
    stop = session.listen(heard.append)
    session.begin("Drag")
    session.preview(*verbs.set_geometry(session.document, {annotation.uuid: Box(5, 5, 1, 1)}, by="a@x.org", now=2))
    session.commit()
    session.undo()
    assert [c.preview for c in heard] == [True, False, False]
    assert all(c.instances == {annotation.instance} and c.frames == {("", 0)} for c in heard)
    stop()
    session.redo()
    assert len(heard) == 3


def test_nothing_changed_is_no_step():
    session, shelf, annotation = session_with_a_box()
    assert session.do("Same", (Put(annotation),)) is None
    assert session.do("Gone already", (Drop("annotation", "nowhere"),)) is None
    assert len(shelf.changes) == 1


# -- history ------------------------------------------------------------------------------------------------------


def steps(count: int) -> dict[int, Step]:
    return {n: Step(n, f"step {n}", (Drop("answer", f"{n}"),), (Drop("answer", f"{n}"),)) for n in range(1, count + 1)}


def test_old_steps_leave_memory_and_are_read_back_in_order(monkeypatch):
    monkeypatch.setattr(History, "BUDGET", 3000)
    stored = steps(100)
    asked = []

    def older(n: int) -> Step | None:
        asked.append(n)
        return max((s for s in stored.values() if s.n < n), key=lambda s: s.n, default=None)

    history = History(older)
    for step in stored.values():
        history.did(step)
    assert len(history._done) == History.KEEP
    assert asked == []
    undone = []
    while (step := history.undoable()) is not None:
        history.undid(step)
        undone.append(step.n)
    assert undone == list(range(100, 0, -1))
    assert asked[0] == 81
    while (step := history.redoable()) is not None:
        history.redid(step)
    assert history.undoable().n == 100


def test_without_a_store_every_step_is_kept(monkeypatch):
    monkeypatch.setattr(History, "BUDGET", 100)
    history = History()
    for step in steps(60).values():
        history.did(step)
    count = 0
    while (step := history.undoable()) is not None:
        history.undid(step)
        count += 1
    assert count == 60


def test_a_history_of_an_earlier_run_goes_on_where_it_stopped():
    stored = steps(5)
    history = History(lambda n: stored.get(n - 1), undone=[stored[5]], last_n=5)
    assert history.redoable() is stored[5]
    assert history.next_n == 6


def test_the_kept_steps_are_there_whatever_they_weigh(monkeypatch):
    monkeypatch.setattr(History, "BUDGET", 1)
    history = History(lambda n: None)
    for step in steps(History.KEEP).values():
        history.did(step)
    assert history.undoable().n == History.KEEP
    assert len(history._done) == History.KEEP


def test_what_is_sealed_stays_as_it_is_and_says_why():
    shelf, told = Shelf(), []
    open_ = EditSession(LabelDocument(), shelf)
    at = open_.frames.key(0)
    edits, uuid = open_.drawn("abc", Box(1, 2, 3, 4), at, 5)
    open_.do("Draw", edits)
    sealed = EditSession(open_.document, shelf, history=open_.history, sealed="Only to look at.")
    sealed.refused = told.append
    before, handed = records(sealed.document), len(shelf.changes)
    sealed.begin("Move")
    sealed.preview(*sealed.reshaped({uuid: Box(9, 9, 3, 4)}, at, 6))
    assert records(sealed.document) == before
    assert sealed.commit() is None
    assert sealed.do("Delete", sealed.vanished([uuid], at, 7)) is None
    assert sealed.undo_text == "" and sealed.undo() is None and sealed.redo() is None
    assert records(sealed.document) == before and len(shelf.changes) == handed
    assert told == ["Only to look at."] * 2
    sealed.begin("A click that changes nothing")
    assert sealed.commit() is None and len(told) == 2
