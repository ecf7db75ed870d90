"""What the file itself says of how it is to be looked at: all its windows and tables, its drawings, its pace. DCMTK judges."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.sequence import Sequence
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from storage.media.dicom_index import FileWindow, Voi
from storage.model.film import Film
from tests.conftest import need
from tests.support import phantoms
from tests.support.volume_view import ArrayFrames, VolumeStage, beads, pixels, space
from tests.support.volumes import apart, by_dcmtk, found, frames_of
from tests.viewers.decode.test_voi import RAMP, lut_item
from viewers.decode.voi import Look, Window
from viewers.editors.volume_view_verbs import USUAL_SPEED, Cine

WINDOWS = ((1000, 800), (2000, 4000), (3000, 200))


def everything(_: int, ds) -> None:
    """Three windows with names, two tables, an overlay that begins above and left of the picture and leaves it below."""
    ds.WindowCenterWidthExplanation = ["Soft", "All", "Hard"]
    curve = (np.linspace(0, 1, 4096) ** 2 * 65535).astype(np.uint16)
    ds.VOILUTSequence = Sequence([lut_item(curve, 0, 16, "Square"), lut_item(curve[::-1].copy(), 0, 16, "Turned")])
    mask = np.zeros((60, 50), bool)
    mask[10:25, 5:40] = mask[30:60, 20:30] = True
    ds.add_new(0x60000010, "US", 60)
    ds.add_new(0x60000011, "US", 50)
    ds.add_new(0x60000040, "CS", "G")
    ds.add_new(0x60000050, "SS", [-4, -2])
    ds.add_new(0x60000100, "US", 1)
    ds.add_new(0x60000102, "US", 0)
    bits = np.packbits(mask.reshape(-1), bitorder="little").tobytes()
    ds.add_new(0x60003000, "OW", bits + b"\0" * (len(bits) % 2))


@pytest.fixture
def stage(qtbot, tmp_path) -> tuple[VolumeStage, Path]:
    made = phantoms.series(tmp_path / "s", n=1, rows=64, cols=80, values=RAMP, windows=WINDOWS, change=everything)
    (series,) = found(tmp_path / "s")
    return VolumeStage(qtbot, opener=lambda: frames_of(series)), made.files[0]


def on_screen(stage: VolumeStage) -> np.ndarray:
    """The middle of every pixel of the picture, as painted, in greys."""
    stage.editor.use_layout("stack")
    stage.canvas.smooth(False)
    stage.canvas.zoom_to(4.0)
    stage.editor.pictures.volume.want([0])
    stage.qtbot.waitUntil(lambda: stage.canvas.sharp)
    rows, columns = np.meshgrid(np.arange(64) + 0.5, np.arange(80) + 0.5, indexing="ij")
    at = stage.canvas.view.to_screen(np.stack([columns.ravel(), rows.ravel()], axis=1))
    x, y = np.floor(at).astype(int).T
    return pixels(stage.canvas)[y, x, :3].reshape(64, 80, 3)


def quiet(stage: VolumeStage) -> None:
    """Nothing but the picture."""
    stage.canvas.marked = False
    if stage.editor.state is not None:
        stage.editor.state.set(lines=False)
    stage.editor.pictures.show_overlays(False)


@pytest.mark.parametrize(
    ("title", "option"),
    [("Soft", ("+Wi", "1")), ("All", ("+Wi", "2")), ("Hard", ("+Wi", "3")), ("Square", ("+Wl", "1")), ("Turned", ("+Wl", "2"))],
)
def test_every_window_and_table_of_the_file_stands_in_the_menu_and_shows_what_dcmtk_shows(stage, tmp_path, title, option):
    stage, path = stage
    quiet(stage)
    menu = stage.editor.show_windows(QPoint(0, 0))
    listed = [a.text() for a in menu.actions()[:5]]
    assert sorted(listed) == sorted(["Soft", "All", "Hard", "Square", "Turned"])
    assert sum(a.isChecked() for a in menu.actions()) == 1
    next(a for a in menu.actions() if a.text() == title).trigger()
    menu.close()
    shown = on_screen(stage)
    assert apart(shown[..., 0], by_dcmtk(path, tmp_path, *option)) <= 1
    again = stage.editor.show_windows(QPoint(0, 0))
    assert [a.text() for a in again.actions() if a.isChecked()] == [title]
    again.close()


def test_one_key_takes_the_files_windows_and_tables_in_turn(stage):
    stage, _ = stage
    seen = []
    for _ in range(6):
        stage.editor.run("volume_file_window")
        seen.append(stage.editor.volume.window.title)
    assert sorted(seen[:5]) == ["All", "Hard", "Soft", "Square", "Turned"] and seen[5] == seen[0]


def drawn_by_dcmtk(path: Path, folder: Path) -> np.ndarray:
    """Where DCMTK lays the overlay: what is white with it and not without."""
    out = folder / "with.pgm"
    subprocess.run([need("dcm2pnm"), "+Wi", "2", "+O", "1", str(path), str(out)], check=True, capture_output=True, timeout=300)
    return np.asarray(Image.open(out)) != by_dcmtk(path, folder, "+Wi", "2")


def test_drawings_of_the_file_lie_where_dcmtk_lays_them_and_can_be_hidden(stage, tmp_path):
    stage, path = stage
    quiet(stage)
    stage.editor.volume.window.choose(stage.editor.volume.proposals(0)[1].voi, "All")
    bare = on_screen(stage)
    stage.editor.run("volume_drawings")
    stage.qtbot.waitUntil(lambda: bool(stage.editor.volume.overlays(0)))
    stage.qtbot.waitUntil(lambda: not np.array_equal(on_screen(stage), bare))
    drawn = (on_screen(stage) != bare).any(axis=-1)
    assert np.array_equal(drawn, drawn_by_dcmtk(path, tmp_path)) and 300 < drawn.sum() < 1500
    stage.editor.run("volume_drawings")
    stage.qtbot.waitUntil(lambda: np.array_equal(on_screen(stage), bare))


@pytest.mark.parametrize(
    ("own", "begins"), [(30.0, 30.0), (7.5, 7.5), (None, USUAL_SPEED), (0.0, USUAL_SPEED), (5000, USUAL_SPEED)]
)
def test_films_run_at_the_pace_they_were_taken_at(own, begins):
    cine = Cine(lambda: (0, 1), lambda number: None, lambda: True, Film(own))
    assert cine.speed == begins
    cine.faster(1)
    faster = cine.speed
    cine.faster(-1)
    assert faster > begins == cine.speed


def test_the_pace_is_that_of_the_header_and_said_with_it(qtbot, tmp_path):
    def change(_, ds):
        ds.FrameTime, ds.Modality = "40", "XA"

    phantoms.series(tmp_path / "s", n=3, change=change)
    (series,) = found(tmp_path / "s")
    assert series.info.fps == 25
    stage = VolumeStage(qtbot, opener=lambda: frames_of(series), film=Film.of_facts(series.info.fps, series.info.facts))
    stage.editor.change_speed(1)
    stage.editor.change_speed(-1)
    assert stage.said[-1].startswith("25 ") and stage.said[-1].endswith("a second, as the file has it")
    stage.canvas.setFocus()
    stage.key(Qt.Key.Key_Space)
    assert stage.editor.cine.playing and stage.editor.cine._timer.interval() == 40
    stage.key(Qt.Key.Key_Space)
    assert not stage.editor.cine.playing


def test_the_menu_of_a_file_without_windows_has_presets_alone(qtbot):
    stage = VolumeStage(qtbot, frames=ArrayFrames(beads(space()), space(), voi=Voi((), "LINEAR", ())))
    menu = QMenu()
    stage.editor.fill_windows(menu)
    titles = [a.text().split("\t")[0] for a in menu.actions() if not a.isSeparator()]
    assert titles[: len(stage.editor.volume.presets()[:9])] == [p.title for p in stage.editor.volume.presets()[:9]]
    assert not any(a.isCheckable() for a in menu.actions())
    stage.editor.use_preset(2)
    stage.editor.run("volume_invert")
    again = QMenu()
    stage.editor.fill_windows(again)
    marked = [a.text().split("\t")[0] for a in again.actions() if a.isChecked()]
    assert marked == [titles[2], "Invert greys"]


class OwnWindows(ArrayFrames):
    """Every frame has a window of its own, as scanners write them."""

    def look(self, frame: int, chosen: object = None, *, invert: bool = False) -> Look:
        return super().look(frame, chosen or Window(100 + frame, 1000 + frame), invert=invert)

    def proposals(self, frame: int) -> Voi:
        return Voi((FileWindow(100 + frame, 1000 + frame),))


def own_entry(stage: VolumeStage):
    menu = QMenu()
    stage.editor.fill_windows(menu)
    return menu, next(a for a in menu.actions() if a.text() == "Own window of every slice")


def test_while_times_run_the_window_stays_until_each_slice_is_given_its_own(qtbot):
    geometry = space(n=4)
    stage = VolumeStage(qtbot, frames=OwnWindows(beads(geometry, 3), geometry))
    volume, editor = stage.volume, stage.editor
    assert {volume.look(frame).voi for frame in range(12)} == {Window(102, 1002)}
    editor.go_to_time(1)
    stage.settle()
    assert editor.window_text() == "C 102  W 1002"
    menu, entry = own_entry(stage)
    assert not entry.isChecked()
    entry.trigger()
    assert len({volume.look(frame).voi for frame in range(12)}) == 12
    stage.settle()
    assert editor.window_text() == f"C {100 + editor.frame()}  W {1000 + editor.frame()}"
    menu, entry = own_entry(stage)
    assert entry.isChecked()
    entry.trigger()
    assert editor.window_text() == "C 102  W 1002"
    editor.use_preset(0)
    assert not volume.own_windows
    editor.reset_all()
    assert {volume.look(frame).voi for frame in range(12)} == {Window(102, 1002)}
    assert menu


def test_of_one_time_each_slice_has_its_own_window_unless_all_are_given_one(qtbot):
    geometry = space(n=4)
    stage = VolumeStage(qtbot, frames=OwnWindows(beads(geometry), geometry))
    assert len({stage.volume.look(frame).voi for frame in range(4)}) == 4
    menu, entry = own_entry(stage)
    assert entry.isChecked()
    entry.trigger()
    assert {stage.volume.look(frame).voi for frame in range(4)} == {Window(102, 1002)}
    assert menu
