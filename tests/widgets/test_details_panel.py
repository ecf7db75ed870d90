from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from storage.model.changes import Changes
from storage.model.items import Item, Kind, Location, Member
from storage.model.query import ItemSelection
from storage.model.reads import ActivityRow
from tests.support.fake_reads import FakeReads
from tests.support.work import FakeThumbs, SoonWork
from widgets.bus import CatalogBus
from widgets.controls.metadata_table import MetadataTable
from widgets.item_facts import facts_of
from widgets.panels.details import DetailsPanel
from widgets.panels.details_parts import DatasetLine, ItemLine


@pytest.fixture
def reads():
    made = FakeReads()
    made.add_folder("Scans")
    made.add_items(1, 3)
    made.add_item(1, "lost.jpg", location=Location.MISSING, warnings=True)
    made.add_dataset("Street", [1])
    made.metadata[1] = {"site": "Oslo", "age": 7}
    return made


@pytest.fixture
def bus(qapp):
    return CatalogBus()


@pytest.fixture
def panel(qtbot, reads, bus):
    made = DetailsPanel(reads, bus, SoonWork(), FakeThumbs())
    qtbot.addWidget(made)
    made.resize(300, 900)
    made.show()
    return made


def texts(panel):
    return [each.text().replace("\u200b", "") for each in panel.findChildren(QLabel) if each.isVisible()]


def show(qtbot, panel, folder, selection, *wanted):
    panel.show_place(folder, selection)
    """Until all of it is there; everything that is said then."""
    qtbot.waitUntil(lambda: all(each in texts(panel) for each in wanted))
    return texts(panel)


def test_an_item_says_what_it_is_with_units(panel, qtbot):
    said = show(qtbot, panel, 1, ItemSelection.of(1), "picture 000000.jpg", "640 × 480 px", "1.0 kB", "In the catalog", "Scans")
    assert said.count("picture 000000.jpg") == 1


def test_a_folder_says_how_much_is_in_it(panel, qtbot):
    said = show(qtbot, panel, 1, ItemSelection(), "Scans", "Folder", "4", "10.0 kB")
    assert "640 × 480 px" not in said


def test_several_items_are_counted_and_added_up(panel, qtbot):
    said = show(qtbot, panel, 1, ItemSelection.of(1, 2), "2 items selected", "3.0 kB")
    assert "picture 000000.jpg" not in said


def test_a_lost_link_is_said_with_what_to_do(panel, qtbot):
    trouble = "The linked file is gone. Reconnect its disk, or relink it to where it lies now."
    show(qtbot, panel, 1, ItemSelection.of(4), trouble, "The extension says png, the content is JPEG.")
    with qtbot.waitSignal(panel.relink_wanted) as wanted:
        qtbot.mouseClick(panel._relink, Qt.MouseButton.LeftButton)
    assert wanted.args == [4]


def test_in_a_tall_window_what_belongs_together_stands_together(panel, qtbot):
    panel.resize(300, 1400)
    show(qtbot, panel, 1, ItemSelection.of(1), "Street", "Custom metadata")
    line, table = panel.findChild(DatasetLine), panel.findChild(MetadataTable)
    under = line.mapTo(panel, QPoint(0, line.height())).y()
    assert 0 < table.mapTo(panel, QPoint(0, 0)).y() - under < 60  # the heading between them


def test_its_datasets_can_be_seen_and_left(panel, qtbot):
    show(qtbot, panel, 1, ItemSelection.of(1), "picture 000000.jpg", "Street")
    (line,) = (each for each in panel.findChildren(DatasetLine) if each.isVisible())
    with qtbot.waitSignal(panel.detach_wanted) as wanted:
        qtbot.mouseClick(line._remove, Qt.MouseButton.LeftButton)
    assert wanted.args == [1, ItemSelection.of(1)]


def test_metadata_keeps_its_types_when_another_value_is_edited(panel, qtbot):
    show(qtbot, panel, 1, ItemSelection.of(1), "picture 000000.jpg")
    with qtbot.waitSignal(panel.metadata_wanted) as wanted:
        panel._metadata.item(0, 1).setText("Bergen")
    assert wanted.args == [1, {"site": "Bergen", "age": 7}]
    panel._metadata.setCurrentCell(1, 0)
    with qtbot.waitSignal(panel.metadata_wanted) as wanted:
        qtbot.keyClick(panel._metadata, Qt.Key.Key_Delete)
    assert wanted.args == [1, {"site": "Bergen"}]


def test_a_new_key_is_added_in_the_last_row(panel, qtbot):
    show(qtbot, panel, 1, ItemSelection.of(2), "picture 000001.jpg")
    with qtbot.waitSignal(panel.metadata_wanted) as wanted:
        panel._metadata.item(0, 0).setText("weight")
    assert wanted.args == [2, {"weight": ""}]
    with qtbot.waitSignal(panel.metadata_wanted) as wanted:
        panel._metadata.item(0, 1).setText("2.5")
    assert wanted.args == [2, {"weight": 2.5}]


def test_a_description_is_taken_when_one_leaves_it(panel, qtbot):
    show(qtbot, panel, 1, ItemSelection(), "Scans")
    panel._description.setFocus()
    qtbot.keyClicks(panel._description, "Of the spring")
    with qtbot.waitSignal(panel.describe_folder_wanted) as wanted:
        qtbot.keyClick(panel._description, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert wanted.args == [1, "Of the spring"]


def test_what_changes_is_read_again(panel, qtbot, reads, bus):
    show(qtbot, panel, 1, ItemSelection.of(2), "In no dataset")
    reads.members[1].add(2)
    bus.publish(Changes(dataset_members=frozenset({1})))
    qtbot.waitUntil(lambda: "Street" in texts(panel))


def test_of_many_changes_in_a_row_the_first_is_shown_at_once_and_the_rest_together(panel, qtbot, reads, bus, monkeypatch):
    show(qtbot, panel, 1, ItemSelection(), "Scans", "4")
    asked = []
    summary = reads.folder_summary
    monkeypatch.setattr(reads, "folder_summary", lambda folder_id: asked.append(folder_id) or summary(folder_id))
    for number in range(5, 10):
        reads.add_item(1, f"new {number}")
        bus.publish(Changes(item_folders=frozenset({1})))
        qtbot.waitUntil(lambda: bus._pending is None)
    qtbot.waitUntil(lambda: "9" in texts(panel))
    assert len(asked) == 2


def test_activity_takes_its_lines_again(panel, qtbot, reads, bus, monkeypatch):
    done = [ActivityRow(1_700_000_000_000, "Ada", f"Step {n}") for n in range(3)]
    monkeypatch.setattr(reads, "activity", lambda **_: done[::-1])
    show(qtbot, panel, 1, ItemSelection(), "Step 2", "Step 1", "Step 0")
    lines = set(panel._activity.findChildren(QLabel))
    del done[2], done[0]
    bus.publish(Changes(item_folders=frozenset({1})))
    qtbot.waitUntil(lambda: "Step 2" not in texts(panel))
    assert [each for each in texts(panel) if each.startswith("Step")] == ["Step 1"]
    assert set(panel._activity.findChildren(QLabel)) == lines


def test_names_that_turn_the_line_round_are_marked_wherever_they_stand(panel, qtbot, reads, monkeypatch):
    odd = reads.add_folder("\u202etsrif")
    item = reads.add_item(odd, "\u202eevil gnp.png")
    monkeypatch.setattr(reads, "activity", lambda **_: [ActivityRow(1, "Ada", "Delete “\u202eevil gnp.png”")])
    mark = "\N{REPLACEMENT CHARACTER}"
    show(qtbot, panel, odd, ItemSelection.of(item), f"{mark}evil gnp.png", f"Delete “{mark}evil gnp.png”", f"{mark}tsrif")
    show(qtbot, panel, odd, ItemSelection(), f"{mark}tsrif", "Folder")
    assert not any("\u202e" in text for text in texts(panel))


def test_an_item_gone_meanwhile_leaves_an_empty_panel(panel, qtbot, reads):
    reads.items.pop(2)
    assert "picture 000001.jpg" not in show(qtbot, panel, 1, ItemSelection.of(2), "Nothing selected")


# -- what is known of each kind ------------------------------------------------------------------------------------------


def item(kind: Kind, mime: str = "", **more) -> Item:
    facts = more.pop("facts", {})
    known = {"width": None, "height": None, "frames": None, "fps": None, "duration": None, **more}
    return Item(
        1, "u", 1, kind, "a thing", "", mime, 2048, *known.values(), Location.LOCAL, "", None, facts, {}, (), 0, "Ada", 0, None
    )  # fmt: skip


def said(of: Item) -> dict[str, str]:
    return {fact[0]: fact[1] for fact in facts_of(of, "Scans") if fact[1]}


def test_a_video_says_its_rate_streams_and_sound(qapp):
    streams = [
        {"index": 0, "type": "video", "codec": "h264"},
        {"index": 1, "type": "video", "codec": "h264"},
        {"index": 2, "type": "audio", "codec": "aac", "sample_rate": 44100, "channels": 2, "language": "en"},
    ]
    facts = {
        "codec": "h264",
        "stream": 1,
        "stream_why": "the largest picture",
        "streams": streams,
        "variable_rate": True,
        "bits": 10,
    }
    told = said(item(Kind.VIDEO, "video/mp4", width=640, height=360, frames=1441, fps=29.97, duration=48.08, facts=facts))
    assert told["Length"] == "0:48.08"
    assert told["Frames"] == "1,441"
    assert told["Rate"] == "varies, 29.97 fps on average"
    assert told["Codec"] == "H.264"
    assert told["Stream"] == "number 1 of 2: the largest picture"
    assert told["Sound"] == "AAC, 44.1 kHz, 2 (stereo), en"
    assert told["Depth"] == "10 bits a channel"


def test_a_sound_says_its_rate_and_channels(qapp):
    facts = {"codec": "pcm_s16le", "sample_rate": 8000, "channels": 1, "bits": 16}
    told = said(item(Kind.AUDIO, "audio/wav", duration=61.5, facts=facts))
    assert (told["Length"], told["Sample rate"], told["Channels"], told["Depth"]) == (
        "1:01.50",
        "8 kHz",
        "1 (mono)",
        "16 bits a sample",
    )
    assert "Dimensions" not in told


def test_a_pdf_says_its_pages_and_their_size(qapp):
    told = said(
        item(Kind.PDF, "application/pdf", width=595, height=842, frames=3, facts={"pages": [[2, 595, 842], [1, 842, 595]]})
    )
    assert (told["Pages"], told["Page size"]) == ("3", "210 × 297 mm, and another")


def test_a_picture_says_its_colour_profile_and_a_slide_its_scale(qapp):
    told = said(item(Kind.IMAGE, "image/jpeg", width=640, height=480, facts={"bits": 8, "profile": "Adobe RGB (1998)"}))
    assert told["Colours"] == "Adobe RGB (1998)"
    assert "Slide" not in told
    facts = {"slide": "aperio", "scanner": "Aperio", "mpp": 0.499, "magnification": 20.0}
    assert said(item(Kind.IMAGE, "image/tiff", facts=facts))["Slide"] == "Aperio, 0.499 µm a pixel, 20×"


def test_a_text_says_its_length_and_encoding(qapp):
    told = said(item(Kind.TEXT, "text/csv", frames=1, facts={"characters": 12345, "lines": 10, "encoding": "utf-8"}))
    assert (told["Characters"], told["Lines"], told["Encoding"], told["Format"]) == ("12,345", "10", "UTF-8", "CSV")


def test_a_series_says_whose_it_is_and_of_which_study(qapp):
    facts = {
        "patient_id": "PAT-1", "patient_name": "DOE^JOHN", "study_date": "20260301", "study_description": "Chest",
        "study_uid": "1.2", "series_uid": "1.2.3", "accession": "A7", "series_number": 4, "modality": "CT",
        "series_description": "Lung 1.0", "body_part": "CHEST", "laterality": "L", "slices": 1400, "times": 2,
    }  # fmt: skip
    series = item(Kind.DICOM_SERIES, "application/dicom", width=512, height=512, frames=2800, facts=facts)
    told = said(series)
    assert told["Patient"] == "PAT-1 · DOE JOHN"
    assert told["Study"] == "1 Mar 2026 · Chest"
    assert told["Series"] == "4 · CT · Lung 1.0"
    assert (told["Accession"], told["Body part"], told["Slices"]) == ("A7", "CHEST · L", "1,400, 2 times")
    assert {fact[0]: fact[2] for fact in facts_of(series, "") if len(fact) > 2}["Study"] == "1.2"
    bare = said(item(Kind.DICOM_SERIES, "application/dicom", facts={"modality": "MR"}))
    assert bare["Series"] == "MR"
    assert not {"Patient", "Study", "Slices"} & set(bare)


def test_a_group_shows_its_pictures_and_a_picture_its_group(qtbot, reads, panel):
    group = reads.add_item(1, "Corridor", Kind.IMAGE_GROUP, frames=20)
    reads.pictures[group] = [
        Member(1, f"m{n}", f"frame {n}.png", "image/png", 8, 6, 9, Location.LOCAL, "", None) for n in range(1, 21)
    ]
    show(qtbot, panel, 1, ItemSelection.of(group), "Pictures", "1.  frame 1.png", "and 8 more, in the folder of the same name")
    line = next(each for each in panel.findChildren(ItemLine) if each.isVisible())
    with qtbot.waitSignal(panel.open_wanted) as wanted:
        qtbot.mouseClick(line._open, Qt.MouseButton.LeftButton)
    assert wanted.args == [1]
    show(qtbot, panel, 1, ItemSelection.of(1), "Belongs to", "Corridor")


def test_a_click_on_the_empty_row_begins_a_new_key(panel, qtbot):
    show(qtbot, panel, 1, ItemSelection.of(1), "picture 000000.jpg")
    table = panel._metadata
    last = table.visualRect(table.model().index(table.rowCount() - 1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=last)
    field = table.findChild(QLineEdit)
    qtbot.keyClicks(field, "site 2")
    with qtbot.waitSignal(panel.metadata_wanted) as wanted:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "site 2" in wanted.args[1]
