from __future__ import annotations

import pytest

from storage.catalog.engine import Catalog
from storage.errors import Refused, StaleUndo
from tests.support.catalogs import add_items, label_ground, scalar

TABLES = ("folders", "items", "datasets", "data_units")


def contents(catalog: Catalog) -> dict[str, list[tuple]]:
    """Everything but the time of the last edit."""
    found = {}
    for table in TABLES:
        columns = [r[1] for r in catalog.reader().execute(f"PRAGMA table_info({table})") if r[1] != "edited_at"]
        found[table] = catalog.reader().execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id").fetchall()
    return found


def make(op, title, parent=None):
    made = op.insert("folders", title=title, parent_id=parent)
    op.touch(folders=made)
    return made


def test_undo_and_redo_walk_back_and_forth_through_every_kind_of_change(catalog):
    def mixed(op):
        folder = make(op, "C")
        items = add_items(op, folder, "a", "b", "c")
        op.update("items", items[:2], folder_id=1, description="moved")
        op.update_each("items", ["title"], [(items[2], "z")])
        op.delete("items", items[0])

    work = [
        ("New A", make, "A"),
        ("New B", make, "B", 1),
        ("Add", add_items, 2, *(f"{n}" for n in range(300))),
        ("Mixed", mixed),
        ("Move", lambda op: op.update("items", range(1, 200), folder_id=1)),
        ("Delete", lambda op: op.delete("items", range(50, 150))),
    ]
    states = [contents(catalog)]
    for text, fn, *args in work:
        catalog.do(text, fn, *args)
        states.append(contents(catalog))
    for _ in range(2):
        for n in reversed(range(len(work))):
            assert catalog.undo_text == work[n][0]
            assert catalog.undo().result().result == work[n][0]
            assert contents(catalog) == states[n]
        assert catalog.undo_text == ""
        for n in range(len(work)):
            assert catalog.redo_text == work[n][0]
            catalog.redo().result()
            assert contents(catalog) == states[n + 1]
        assert catalog.redo_text == ""


def test_undo_tells_screens_what_it_touched(catalog):
    folder = catalog.do("New", make, "A")
    assert catalog.undo().result().changes.folders == {folder}


def test_nothing_to_undo_is_said(catalog):
    with pytest.raises(Refused, match="nothing to undo"):
        catalog.undo().result()
    with pytest.raises(Refused, match="nothing to redo"):
        catalog.redo().result()


def test_a_new_operation_ends_redo(catalog):
    catalog.do("New A", make, "A")
    catalog.undo().result()
    catalog.do("New B", make, "B")
    assert catalog.redo_text == ""


def test_operations_that_cannot_be_undone_stay_off_the_stack(catalog):
    catalog.do("New A", make, "A")
    catalog.do("Note", make, "B", undoable=False)
    assert catalog.undo_text == "New A"


def test_undo_declines_when_another_program_changed_the_value(catalog):
    catalog.do("New", make, "A")
    catalog.do("Rename", lambda op: op.update("folders", 1, title="B"))
    with Catalog.open(catalog.path) as other:
        other.do("Rename", lambda op: op.update("folders", 1, title="C"))
    with pytest.raises(StaleUndo, match="Rename"):
        catalog.undo().result()
    assert scalar(catalog, "SELECT title FROM folders") == "C"
    assert catalog.undo_text == ""  # what lies below was seen through it


def test_undo_of_making_declines_when_another_program_worked_on_it(catalog):
    catalog.do("New", make, "A")
    with Catalog.open(catalog.path) as other:
        other.do("Describe", lambda op: op.update("folders", 1, description="precious"))
    with pytest.raises(StaleUndo, match="New"):
        catalog.undo().result()
    assert scalar(catalog, "SELECT description FROM folders") == "precious"


def test_undo_of_making_declines_when_something_was_put_into_it(catalog):
    catalog.do("New", make, "A")
    catalog.do("Add", add_items, 1, "x.jpg", undoable=False)
    with pytest.raises(StaleUndo, match="New"):
        catalog.undo().result()
    assert scalar(catalog, "SELECT count(*) FROM items") == 1


def test_undo_of_deleting_declines_when_its_folder_is_gone(catalog):
    catalog.do("New", make, "A")
    catalog.do("Add", add_items, 1, "x.jpg", undoable=False)
    catalog.do("Delete", lambda op: op.delete("items", 1))
    catalog.do("Delete folder", lambda op: op.delete("folders", 1), undoable=False)
    with pytest.raises(StaleUndo):
        catalog.undo().result()


def test_declining_changes_nothing_at_all(catalog):
    catalog.do("New", lambda op: op.insert_many("folders", ["title"], [("A",), ("B",)]))
    catalog.do("Rename", lambda op: op.update("folders", [1, 2], title="same"))
    catalog.do("Other", lambda op: op.update("folders", 1, title="changed"), undoable=False)
    before = contents(catalog)
    with pytest.raises(StaleUndo):
        catalog.undo().result()
    assert contents(catalog) == before


def test_one_old_value_for_a_whole_selection(catalog):
    catalog.do("Ground", label_ground)
    catalog.do("New", make, "B")
    ids = catalog.do("Add", add_items, 1, *(f"{n}" for n in range(5000)))
    done = catalog.submit("Move", lambda op: (op.update("items", ids, folder_id=2), op.images.images[0])[1]).result()
    assert [len(v) for v in done.result.groups.values()] == [5000]
    catalog.undo().result()
    assert scalar(catalog, "SELECT count(*) FROM items WHERE folder_id = 2") == 0
