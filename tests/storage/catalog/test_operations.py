from __future__ import annotations

import json

import pytest

from storage.catalog.engine import Catalog
from storage.catalog.oplog import read_after
from storage.clock import now_ms
from storage.errors import NotAllowed
from storage.ids import new_uuid, uuid_blob
from storage.model.people import Action
from tests.support.catalogs import add_items, label_ground, scalar


def ops(catalog: Catalog) -> list[tuple]:
    return catalog.reader().execute("SELECT kind, field, after, before_seq, seq FROM ops ORDER BY session_id, seq").fetchall()


def test_a_new_row_is_one_op_that_says_all_of_it(catalog):
    folder = catalog.do("New", lambda op: op.insert("folders", title="Scans", description="of today"))
    ((kind, field, after, before, seq),) = ops(catalog)
    said = json.loads(after)
    assert (kind, field, before, seq) == ("folders", "*", None, 1)
    assert (said["title"], said["description"], said["parent_id"]) == ("Scans", "of today", None)
    assert folder == 1


def test_references_leave_the_process_as_uuids(catalog):
    uuid = new_uuid()
    parent = catalog.do("New", lambda op: op.insert("folders", title="A", uuid=uuid))
    catalog.do("New", lambda op: op.insert("folders", title="B", parent_id=parent))
    assert json.loads(ops(catalog)[-1][2])["parent_id"] == uuid.replace("-", "")
    catalog.do("Move", lambda op: op.update("folders", 2, parent_id=None))
    assert ops(catalog)[-1][1:3] == ("parent_id", "null")


def test_a_change_is_one_op_a_field_that_names_the_one_it_replaces(catalog):
    catalog.do("New", lambda op: op.insert("folders", title="A"))
    catalog.do("Edit", lambda op: op.update("folders", 1, title="B", description="x"))
    catalog.do("Edit", lambda op: op.update("folders", 1, title="C", description="x"))
    assert [(o[1], o[2], o[3]) for o in ops(catalog)[1:]] == [
        ("title", '"B"', 1),
        ("description", '"x"', 1),
        ("title", '"C"', 2),
    ]


def test_what_already_is_so_leaves_no_trace(catalog):
    catalog.do("New", lambda op: op.insert("folders", title="A"))
    changed = catalog.do("Edit", lambda op: op.update("folders", [1, 99], title="A"))
    assert changed == 0
    assert len(ops(catalog)) == 1


def test_doubles_keep_all_their_digits_in_the_log(catalog):
    row = catalog.do("Ground", label_ground)
    values = {"label_row_id": row, "project_id": 1, "stage_uuid": new_uuid(), "priority": 0.1 + 0.2}
    catalog.do("Task", lambda op: op.insert("tasks", values))
    assert json.loads(ops(catalog)[-1][2])["priority"] == 0.1 + 0.2
    catalog.do("Task", lambda op: op.update("tasks", 1, priority=1 / 3))
    assert json.loads(ops(catalog)[-1][2]) == 1 / 3


def test_long_values_go_to_blobs_once(catalog):
    long = "é" * 5000
    catalog.do("New", lambda op: op.insert_many("folders", ["title", "description"], [("A", long), ("B", "short")]))
    catalog.do("Edit", lambda op: op.update("folders", 2, description=long))
    catalog.do("Edit", lambda op: op.update("folders", 1, description="x"))
    catalog.do("Edit", lambda op: op.update("folders", 1, description=long))
    after = [o[2] for o in ops(catalog)]
    assert [type(a) for a in after] == [bytes, str, bytes, str, bytes]
    assert read_after(catalog.reader(), after[0])["description"] == long
    assert read_after(catalog.reader(), after[2]) == long
    assert after[2] == after[4]
    assert scalar(catalog, "SELECT count(*) FROM blobs") == 2


def test_clocks_only_go_up_and_tell_the_time(catalog):
    started = now_ms()
    for n in range(20):
        catalog.do("New", lambda op, n=n: op.insert_many("folders", ["title"], [(f"{n}",), (f"{n}b",)]))
    clocks = [r[0] for r in catalog.reader().execute("SELECT hlc FROM ops ORDER BY seq")]
    assert clocks == sorted(set(clocks))
    assert started <= clocks[0] >> 16 <= now_ms()


def test_one_transaction_is_one_group_with_its_sentence(catalog):
    def two(op):
        op.insert("folders", title="A")
        op.insert("folders", title="B")
        op.text = "Make 2 folders"

    catalog.do("Make folders", two)
    catalog.do("Look", lambda op: op.all("SELECT * FROM folders"))
    rows = catalog.reader().execute("SELECT DISTINCT op_group FROM ops").fetchall()
    assert rows == [(1,)]
    assert catalog.reader().execute("SELECT op_group, text FROM op_groups").fetchall() == [(1, "Make 2 folders")]


def test_a_session_says_what_it_had_seen(tmp_path):
    with Catalog.create(tmp_path / "c") as first:
        first.do("New", lambda op: op.insert_many("folders", ["title"], [("A",), ("B",)]))
        with Catalog.open(tmp_path / "c") as second:
            second.do("New", lambda op: op.insert("folders", title="C"))
            first.do("New", lambda op: op.insert("folders", title="D"))
            first.do("New", lambda op: op.insert("folders", title="E"))
            rows = second.reader().execute("SELECT hex(uuid), parents FROM sessions ORDER BY id").fetchall()
            deps = second.reader().execute("SELECT deps FROM ops WHERE session_id = 1 ORDER BY seq").fetchall()
    (one, nothing), (two, seen) = rows
    assert json.loads(nothing) == {}
    assert json.loads(seen) == {one.lower(): 2}
    assert [d[0] and json.loads(d[0]) for d in deps] == [None, None, {two.lower(): 1}, None]


def test_a_session_that_only_reads_leaves_no_row(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("Look", lambda op: op.one("SELECT 1"))
        assert scalar(catalog, "SELECT count(*) FROM sessions") == 0


def test_ids_are_never_given_twice(catalog):
    catalog.do("New", lambda op: op.insert("folders", title="A"))
    catalog.do("Delete", lambda op: op.delete("folders", 1))
    assert catalog.do("New", lambda op: op.insert("folders", title="B")) == 2


def test_many_rows_get_ids_that_follow_one_another(catalog):
    folder = catalog.do("New", lambda op: op.insert("folders", title="A"))
    ids = catalog.do("Add", add_items, folder, *(f"{n}.jpg" for n in range(1234)))
    assert ids == list(range(1, 1235))
    assert catalog.reader().execute("SELECT title FROM items WHERE id = 1001").fetchone() == ("1000.jpg",)
    assert scalar(catalog, "SELECT count(DISTINCT entity_uuid) FROM ops WHERE kind = 'items'") == 1234
    paired = (
        "SELECT count(*) FROM ops o JOIN items i ON i.uuid = o.entity_uuid AND i.id = o.seq - 1"
        " WHERE json_extract(o.after, '$.title') = i.title"
    )
    assert scalar(catalog, paired) == 1234


def test_rows_may_bring_their_uuid_and_containers(catalog):
    uuid = new_uuid()
    folder = catalog.do("New", lambda op: op.insert("folders", title="A", metadata={"é": [1, 2]}))
    row = (folder, "image", "x", uuid, {"bits": 8}, ("odd",))
    catalog.do("Add", lambda op: op.insert_many("items", "folder_id kind title uuid facts warnings".split(), [row]))
    stored = catalog.reader().execute("SELECT uuid, facts, warnings FROM items").fetchone()
    assert stored == (uuid_blob(uuid), '{"bits":8}', '["odd"]')
    assert scalar(catalog, "SELECT metadata FROM folders") == '{"é":[1,2]}'


def test_a_row_too_short_is_refused(catalog):
    with pytest.raises(ValueError, match="columns"):
        catalog.do("Add", lambda op: op.insert_many("folders", ["title", "description"], [("A",)]))


def test_update_each_gives_each_row_its_own(catalog):
    catalog.do("New", lambda op: op.insert_many("folders", ["title"], [("A",), ("B",), ("C",)]))
    changed = catalog.do("Rename", lambda op: op.update_each("folders", ["title"], [(1, "X"), (2, "B"), (3, "X"), (9, "Y")]))
    assert changed == 2
    assert catalog.reader().execute("SELECT title FROM folders ORDER BY id").fetchall() == [("X",), ("B",), ("X",)]


@pytest.fixture
def bob(catalog, tmp_path):
    catalog.do("Add user", lambda op: op.insert("users", name="Bob", email="bob@example.org", role="member"))
    with Catalog.open(catalog.path, user="bob@example.org") as opened:
        yield opened


def test_members_may_do_what_their_role_permits_and_no_more(catalog, bob):
    row = catalog.do("Ground", label_ground)
    assert row == 1
    with pytest.raises(NotAllowed, match="Bob"):
        bob.do("Label", lambda op: op.require(Action.ANNOTATE, "projects", 1))
    catalog.do("Invite", lambda op: op.insert("members", kind="projects", entity_id=1, user_id=bob.user.id, role="annotator"))
    bob.do("Label", lambda op: op.require(Action.ANNOTATE, "projects", 1))
    with pytest.raises(NotAllowed):
        bob.do("Rename", lambda op: op.require(Action.EDIT, "projects", 1))


def test_rights_on_a_folder_hold_for_what_lies_in_it(catalog, bob):
    def ground(op):
        outer = op.insert("folders", title="A")
        inner = op.insert("folders", title="B", parent_id=outer)
        op.insert("members", kind="folders", entity_id=outer, user_id=bob.user.id, role="admin")
        other = op.insert("folders", title="C")
        return inner, add_items(op, inner, "x.jpg")[0], other

    inner, item, other = catalog.do("Ground", ground)
    bob.do("Rename", lambda op: op.require(Action.EDIT, "folders", inner))
    bob.do("Rename", lambda op: op.require(Action.EDIT, "items", item))
    with pytest.raises(NotAllowed):
        bob.do("Rename", lambda op: op.require(Action.EDIT, "folders", other))
