"""The panel over a real catalog: what an operation changes is what the panel shows."""

from __future__ import annotations

import pytest

from storage.catalog import files, folders, trash
from storage.catalog.engine import Catalog
from storage.ids import new_uuid
from storage.model.items import Kind, Location, MediaInfo, NewItem
from storage.model.query import ItemSelection
from tests.support.work import FakeThumbs, SoonWork
from widgets.bus import CatalogBus
from widgets.panels.details import DetailsPanel
from widgets.panels.files import FilesPanel


def picture(title):
    uuid = new_uuid()
    info = MediaInfo(Kind.IMAGE, "image/png", 1234, 640, 480)
    return NewItem(uuid, title, info, Location.LOCAL, f"originals/{uuid}.png", uuid.replace("-", "") * 2)


@pytest.fixture
def catalog(tmp_path):
    made = Catalog.create(tmp_path / "c", name="Ada", email="ada@example.org")
    yield made
    made.close()


@pytest.fixture
def panel(qtbot, catalog):
    bus = CatalogBus()
    stop = catalog.listen(bus.publish)
    made = FilesPanel(catalog.reads, bus, SoonWork(), FakeThumbs())
    made.details = DetailsPanel(catalog.reads, bus, SoonWork(), FakeThumbs(), made)
    made.selection_changed.connect(made.details.show_place)
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    yield made
    stop()


def titles(panel):
    model = panel.list.model
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_what_is_made_renamed_moved_deleted_and_undone_is_what_is_shown(panel, qtbot, catalog):
    def shows(*wanted):
        qtbot.waitUntil(lambda: titles(panel) == list(wanted))

    scans = catalog.do("New folder", folders.create, None, "Scans")
    other = catalog.do("New folder", folders.create, None, "Other")
    tree = panel.sidebar.tree.tree()
    qtbot.waitUntil(lambda: tree.rowCount() == 2)
    panel.open_folder(scans)
    first, second = catalog.do("Add", files.add, scans, [picture("b.png"), picture("c.png")])
    shows("b.png", "c.png")
    catalog.do("Rename", files.rename, second, "a.png")
    shows("a.png", "b.png")
    panel.list.select_ids(frozenset({first}))
    catalog.do("Move", files.move, panel.selected_items(), other)
    shows("a.png")
    catalog.undo().result(60)
    shows("a.png", "b.png")
    group = catalog.do("Delete", trash.delete, frozenset({scans}), ItemSelection())
    qtbot.waitUntil(lambda: panel.place.kind == "all")
    assert tree.rowCount() == 1
    catalog.do("Restore", trash.restore, group)
    qtbot.waitUntil(lambda: tree.rowCount() == 2)


def test_search_finds_over_all_folders_as_one_types(panel, qtbot, catalog):
    deep = catalog.do("New folders", folders.ensure, ("A", "B", "C"))
    catalog.do("Add", files.add, deep, [picture("lung left.png"), picture("knee.png")])
    qtbot.keyClicks(panel.search, "lun")
    qtbot.waitUntil(lambda: titles(panel) == ["lung left.png"])
    assert panel.list.model.index(0, 1).data() == "A / B / C"


def test_everything_selected_moves_by_query_while_new_items_stay(panel, qtbot, catalog):
    source = catalog.do("New folder", folders.create, None, "Source")
    target = catalog.do("New folder", folders.create, None, "Target")
    catalog.do("Add", files.add, source, [picture(f"{number:05}.png") for number in range(12_000)])
    panel.open_folder(source)
    qtbot.waitUntil(lambda: panel.list.model.complete and panel.list.model.rowCount() == 12_000)
    panel.list.select_all()
    selection = panel.selected_items()
    assert selection.query is not None
    assert catalog.do("Move", files.move, selection, target) == 12_000
    qtbot.waitUntil(lambda: panel.list.model.rowCount() == 0)


@pytest.mark.parametrize("mode", ["grid", "table"])
def test_what_a_script_renames_is_shown_though_it_also_adds_below_what_is_on_screen(panel, qtbot, catalog, mode):
    folder = catalog.do("New folder", folders.create, None, "A")
    first, *_ = catalog.do("Add", files.add, folder, [picture(f"{number:05}.png") for number in range(256)])
    panel.list.set_mode(mode)
    panel.open_folder(folder)
    qtbot.waitUntil(lambda: panel.list.model.complete and panel.list.model.rowCount() == 256)
    model, asked = panel.list.model, []
    row_of = model.row
    model.row = lambda number: asked.append(row_of(number).title) or row_of(number)
    with Catalog.open(catalog.path) as script:
        script.do("Rename", files.rename, first, "00000 renamed.png")
        script.do("Add", files.add, folder, [picture("99999.png")])
    catalog.notice_others()
    qtbot.waitUntil(lambda: model.rowCount() == 257)
    qtbot.waitUntil(lambda: "00000 renamed.png" in asked)  # painted anew
