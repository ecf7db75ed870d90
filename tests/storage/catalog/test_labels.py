from __future__ import annotations

import random
import tempfile
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.catalog import label_steps, labels
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.editing import verbs
from storage.editing.session import EditSession, StepChange
from storage.errors import NotAllowed, NotFound, Refused, StaleUndo
from storage.ids import new_uuid
from storage.model.geometry import Box, Keypoint, Polygon
from storage.model.labels import Annotation, Answer, Instance, LabelDocument
from storage.model.sheets import Sheet
from tests.support.catalogs import add_items, label_ground, scalar
from tests.support.session_strategies import acts


class Desk:
    """An editor at work on one label row, without a window."""

    def __init__(self, catalog: Catalog, row: int) -> None:
        self.catalog, self.row = catalog, row
        self.session = EditSession(
            labels.load(catalog.reader(), row), self._save, author="ada@example.org", history=labels.history(catalog, row)
        )
        self.futures: list[Future] = []

    def _save(self, change: StepChange) -> Future:
        self.futures.append(self.catalog.submit(change.step.text, labels.save_step, self.row, change))
        return self.futures[-1]

    def draw(self, geometry, frame=0, text="Draw"):
        edits, uuid = verbs.add_object(self.session.document, "CLASS001", geometry, ("", frame), by="ada@example.org", now=1)
        self.session.do(text, edits)
        return uuid

    def settled(self) -> LabelDocument:
        for future in self.futures:
            future.result(60)
        return labels.load(self.catalog.reader(), self.row)


def records(document: LabelDocument) -> dict:
    return {r.uuid: r for r in document.records()}


@pytest.fixture
def row(catalog):
    return catalog.do("Ground", label_ground)


@pytest.fixture
def desk(catalog, row):
    return Desk(catalog, row)


def test_what_was_drawn_is_read_back_exactly(desk):
    drawn = desk.draw(Polygon.simple(((0.1, 0.2), (1 / 3, 5.0), (7.25, 1e-9))), frame=2)
    desk.session.do("Answer", verbs.set_answer(desk.session.document, drawn, "ATTR0001", ("AAAAAAAA",)))
    stored = desk.settled()
    assert records(stored) == records(desk.session.document)
    assert stored.uuid == desk.session.document.uuid != ""
    assert stored.annotation_of(drawn, ("", 2)).geometry.parts[0][0][1] == (1 / 3, 5.0)


def test_saving_tells_which_labels_changed_and_dates_them(desk):
    before = scalar(desk.catalog, "SELECT edited_at FROM label_rows")
    desk.catalog.do("wait", lambda op: None)
    desk.draw(Box(1, 2, 3, 4))
    assert desk.futures[0].result().changes.label_rows == {desk.row}
    assert scalar(desk.catalog, "SELECT edited_at FROM label_rows") >= before


def test_labels_stay_off_the_undo_of_the_catalog(desk):
    before = desk.catalog.undo_text
    desk.draw(Box(1, 2, 3, 4))
    desk.settled()
    assert desk.catalog.undo_text == before


def test_undo_and_redo_survive_a_restart(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        row = catalog.do("Ground", label_ground)
        desk = Desk(catalog, row)
        for n in range(4):
            desk.draw(Box(n, n, 1, 1), text=f"Draw {n}")
        desk.session.undo()
        desk.session.undo()
        desk.settled()
    with Catalog.open(tmp_path / "c") as catalog:
        desk = Desk(catalog, row)
        assert (desk.session.undo_text, desk.session.redo_text) == ("Draw 1", "Draw 2")
        desk.session.redo()
        desk.session.redo()
        assert desk.session.redo_text == ""
        assert len(desk.settled().instances) == 4
        for n in (3, 2, 1, 0):
            assert desk.session.undo_text == f"Draw {n}"
            desk.session.undo()
        assert desk.session.undo_text == ""
        assert records(desk.settled()) == {}


def test_what_was_deleted_and_brought_back_lies_where_it_lay(desk):
    drawn = []
    for n in range(4):
        edits, uuid = verbs.add_object(desk.session.document, "CLASS001", Box(n, 0, 9, 9), ("", 0), by="a@b.c", now=100 + n)
        desk.session.do("Draw", edits)
        drawn.append(uuid)
    desk.session.do("Delete", verbs.delete_instances(desk.session.document, [drawn[2], drawn[1]]))
    desk.session.undo()
    for document in (desk.session.document, desk.settled()):
        assert [a.instance for a in document.on_frame()] == drawn


def test_a_new_step_after_undo_ends_redo_for_good(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        row = catalog.do("Ground", label_ground)
        desk = Desk(catalog, row)
        desk.draw(Box(0, 0, 1, 1), text="first")
        desk.draw(Box(1, 1, 1, 1), text="second")
        desk.session.undo()
        desk.draw(Box(2, 2, 1, 1), text="third")
        desk.settled()
    with Catalog.open(tmp_path / "c") as catalog:
        desk = Desk(catalog, row)
        assert (desk.session.undo_text, desk.session.redo_text) == ("third", "")
        desk.session.undo()
        assert desk.session.undo_text == "first"
        assert desk.draw(Box(3, 3, 1, 1))
        assert desk.session.history.next_n == 5
        desk.settled()


def test_forgotten_steps_can_no_longer_be_undone(desk):
    desk.draw(Box(0, 0, 1, 1))
    desk.settled()
    desk.catalog.do("Submit", label_steps.forget, desk.row)
    assert Desk(desk.catalog, desk.row).session.undo_text == ""
    assert len(labels.load(desk.catalog.reader(), desk.row).instances) == 1


def test_undo_declines_when_another_program_wrote_the_shape(desk):
    drawn = desk.draw(Box(0, 0, 1, 1))
    desk.settled()
    with Catalog.open(desk.catalog.path) as elsewhere:
        other = Desk(elsewhere, desk.row)
        shape = other.session.document.annotation_of(drawn)
        moved = {shape.uuid: Box(5, 5, 1, 1)}
        other.session.do("Move", verbs.set_geometry(other.session.document, moved, by="bob", now=2))
        other.settled()
    desk.session.undo()
    with pytest.raises(StaleUndo, match="Draw"):
        desk.settled()
    assert labels.load(desk.catalog.reader(), desk.row).annotation_of(drawn).geometry == Box(5, 5, 1, 1)


def test_a_shape_of_an_object_deleted_elsewhere_is_refused_in_words(desk):
    drawn = desk.draw(Box(0, 0, 1, 1))
    desk.settled()
    with Catalog.open(desk.catalog.path) as elsewhere:
        other = Desk(elsewhere, desk.row)
        other.session.do("Delete", verbs.delete_instances(other.session.document, [drawn]))
        other.settled()
    shape = Annotation(new_uuid(), drawn, Box(1, 1, 1, 1), frame=4)
    from storage.editing.edits import Put

    desk.session.do("Draw", [Put(shape)])
    with pytest.raises(Refused, match="deleted meanwhile"):
        desk.settled()


def test_an_object_goes_with_what_another_program_hung_on_it(desk):
    drawn = desk.draw(Box(0, 0, 1, 1))
    desk.settled()
    with Catalog.open(desk.catalog.path) as elsewhere:
        other = Desk(elsewhere, desk.row)
        other.session.do("Answer", verbs.set_answer(other.session.document, drawn, "ATTR0001", "hello"))
        other.settled()
    desk.session.do("Delete", verbs.delete_instances(desk.session.document, [drawn]))
    assert records(desk.settled()) == {}


def test_an_annotation_may_change_its_instance_while_the_old_one_goes(desk):
    kept, gone = desk.draw(Box(0, 0, 1, 1)), desk.draw(Box(1, 1, 1, 1), frame=1)
    from storage.editing.edits import Drop, Put

    shape = desk.session.document.annotation_of(gone, ("", 1))
    desk.session.do("Merge", [Drop("instance", gone), Put(replace(shape, instance=kept))])
    stored = desk.settled()
    assert [a.frame for a in stored.annotations_of(kept)] == [0, 1]
    assert set(stored.instances) == {kept}


def test_labels_need_the_right_to_annotate(catalog, row):
    catalog.do("Add user", lambda op: op.insert("users", name="Bob", email="bob@example.org", role="member"))
    with Catalog.open(catalog.path, user="Bob") as opened:
        desk = Desk(opened, row)
        desk.draw(Box(0, 0, 1, 1))
        with pytest.raises(NotAllowed):
            desk.settled()


def test_labels_of_a_deleted_project_cannot_be_written(catalog, row):
    desk = Desk(catalog, row)
    catalog.do("Delete", lambda op: op.delete("label_rows", row))
    desk.draw(Box(0, 0, 1, 1))
    with pytest.raises(NotFound):
        desk.futures[0].result()


def second_row(op):
    (item,) = add_items(op, 1, "two.jpg")
    unit = op.insert("data_units", dataset_id=1, item_id=item, added_at=op.now)
    return op.insert("label_rows", project_id=1, data_unit_id=unit)


def test_import_replaces_or_joins_what_is_there(catalog, row):
    desk = Desk(catalog, row)
    mine = desk.draw(Box(0, 0, 1, 1))
    before = desk.settled()
    incoming = LabelDocument()
    incoming.put(Instance(new_uuid(), "hash0001", "CLASS001", 1))
    (other,) = incoming.instances
    incoming.put(Annotation(new_uuid(), other, Keypoint(5, 5)))
    incoming.put(Answer(new_uuid(), other, "ATTR0001", 2.5))
    catalog.do("Import", labels.import_document, row, incoming, replace=False)
    joined = labels.load(catalog.reader(), row)
    assert set(joined.instances) == {mine, other}
    assert sorted(i.number for i in joined.instances.values()) == [1, 2]
    catalog.do("Import", labels.import_document, row, incoming, replace=True)
    assert records(labels.load(catalog.reader(), row)) == records(incoming)
    assert Desk(catalog, row).session.undo_text == "Import"
    catalog.do("Import", labels.import_document, row, before, replace=True)
    assert records(labels.load(catalog.reader(), row)) == records(before)


def test_labels_of_one_row_imported_into_another_get_names_of_their_own(catalog, row):
    desk = Desk(catalog, row)
    drawn = desk.draw(Box(0, 0, 1, 1))
    desk.session.do("Answer", verbs.set_answer(desk.session.document, drawn, "ATTR0001", "hello"))
    mine = desk.settled()
    copy_to = catalog.do("Second", second_row)
    catalog.do("Import", labels.import_document, copy_to, mine, replace=True)
    copied = labels.load(catalog.reader(), copy_to)
    assert records(labels.load(catalog.reader(), row)) == records(mine)
    assert not records(copied).keys() & records(mine).keys()
    (instance,) = copied.instances.values()
    assert (instance.hash8, instance.number) == (mine.instances[drawn].hash8, 1)
    assert [a.geometry for a in copied.annotations_of(instance.uuid)] == [Box(0, 0, 1, 1)]
    assert [a.value for a in copied.answers_of(instance.uuid)] == ["hello"]


def test_a_large_mask_goes_to_blobs_in_the_log_and_whole_to_the_row(desk):
    from storage.model.geometry import Bitmask

    runs = random.Random(1).randbytes(40_000)
    drawn = desk.draw(Bitmask(1, 2, 300, 400, runs))
    assert desk.settled().annotation_of(drawn).geometry.runs == runs
    assert scalar(desk.catalog, "SELECT count(*) FROM ops WHERE kind = 'shapes' AND typeof(after) = 'blob'") == 1
    assert check(desk.catalog.path) == []


work = st.lists(st.one_of(acts, st.sampled_from(["undo", "redo", "reopen"])), max_size=25)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(work, st.randoms(use_true_random=False))
def test_rows_always_say_what_the_session_shows_and_every_step_can_be_undone(steps, chance):
    with tempfile.TemporaryDirectory() as folder, Catalog.create(Path(folder) / "c") as catalog:
        row = catalog.do("Ground", label_ground)
        desk = Desk(catalog, row)
        for step in steps:
            if step == "reopen":
                desk.settled()
                desk = Desk(catalog, row)
            elif step == "undo":
                desk.session.undo()
            elif step == "redo":
                desk.session.redo()
            else:
                desk.session.do("Act", step(desk.session, chance))
        final = records(desk.settled())
        assert final == records(desk.session.document)
        desk = Desk(catalog, row)
        while desk.session.undo() is not None:
            pass
        assert records(desk.settled()) == {} == records(desk.session.document)
        while desk.session.redo() is not None:
            pass
        redone = records(desk.settled())
        assert redone == records(desk.session.document)
        assert final.items() <= redone.items() or "undo" in steps
        assert check(catalog.path) == []


def test_shapes_on_planes_are_read_back_to_the_last_bit_with_their_undo(desk, catalog, row):
    """Where the plane lies is part of where the shape lies: no slice finds it, after a restart neither."""
    sheet = Sheet.of((1 / 3, -2e-7, 812.5), (0.6, 0.0, 0.8), (0.1, 1.0, 0.3))
    edits, uuid = verbs.add_object(
        desk.session.document, "CLASS001", Box(0.1, -5.0, 1 / 3, 7.0), (sheet.part, 4), by="a", now=1
    )
    desk.session.do("Draw on a plane", edits)
    stored = desk.settled()
    assert records(stored) == records(desk.session.document)
    (found,) = stored.annotations_of(uuid)
    assert found.sheet == sheet and stored.on_frame(("", 4)) == [] and stored.on_frame((sheet.part, 4)) == [found]
    later = Desk(catalog, row)
    assert later.session.undo().text == "Draw on a plane"
    assert later.settled().annotations == {}
    later.session.redo()
    (again,) = later.settled().annotations.values()
    assert again == found
