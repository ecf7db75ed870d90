"""A volume in memory behind the real `VolumeSource`, and a volume editor on it with a real mouse and keyboard."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from storage.editing.focus import Focus
from storage.editing.on_frames import Still
from storage.editing.session import EditSession
from storage.errors import BadInput
from storage.media.dicom_index import FileWindow, Lut, Voi
from storage.model.calibration import Calibration
from storage.model.film import Film
from storage.model.geometry import ShapeKind
from storage.model.labels import LabelDocument
from storage.model.space import VolumeGeometry
from tests.support.sent import Sent
from tests.support.tool_stage import feature, ontology
from viewers.decode.voi import Look, Window
from viewers.editors.volume_editor import VolumeEditor
from viewers.scene.crosshair import on_screen
from viewers.scene.volume_source import VolumeSource
from widgets import icons

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NONE, CTRL, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class ArrayFrames:
    """`Frames` of an array [slice, row, column] or [time, slice, row, column] (colour as a last axis). `gate` holds frames
    back until they are let through; `broken` ones cannot be read."""

    def __init__(
        self,
        array: np.ndarray,
        geometry: VolumeGeometry | None,
        *,
        colour: bool = False,
        slope: float | Sequence[float] = 1.0,
        intercept: float = 0.0,
        units: str = "HU",
        voi: Voi | None = None,
        modality_lut: Lut | None = None,
        broken: Sequence[int] = (),
        gate: bool = False,
    ) -> None:
        stacked = array if array.ndim == (5 if colour else 4) else array[None]
        self.times, self.slices = stacked.shape[:2]
        self._values = np.ascontiguousarray(stacked.reshape(-1, *stacked.shape[2:]))
        self.shape, self.dtype, self.keep = self._values.shape, self._values.dtype, False
        self.at_once = False
        self.geometry, self.units = geometry, units
        self.slopes = np.broadcast_to(np.asarray(slope, float), (len(self._values),))
        self.intercept, self.modality_lut = intercept, modality_lut
        self.voi = voi or Voi((FileWindow(40, 400),))
        self.broken = set(broken)
        self.open = threading.Event()
        self.let: set[int] = set()
        if not gate:
            self.open.set()

    @property
    def identity(self) -> str:
        return f"array {id(self)}"

    def read_into(self, frame: int, out: np.ndarray) -> None:
        if frame not in self.let:
            self.open.wait(60)
        if frame in self.broken:
            raise BadInput(f"I{frame} cannot be decoded.", remedy="Copy it again.")
        out[...] = self._values[frame]

    def look(self, frame: int, chosen: Window | Lut | None = None, *, invert: bool = False) -> Look:
        own = self.voi.luts[0] if self.voi.luts else None
        if own is None and self.voi.windows:
            own = Window(self.voi.windows[0].center, self.voi.windows[0].width, self.voi.function)
        return Look(chosen or own, float(self.slopes[frame]), self.intercept, self.modality_lut, inverted=invert)

    def proposals(self, frame: int) -> Voi:
        return self.voi

    def has_overlays(self, frame: int) -> bool:
        return False

    def overlays(self, frame: int) -> tuple[()]:
        return ()

    def source(self, frame: int) -> Any:
        raise AssertionError("nothing of these tests is in a file")

    def close(self) -> None:
        """Nothing is held."""


def space(
    *,
    n: int = 20,
    rows: int = 48,
    columns: int = 64,
    row: Sequence[float] = (1, 0, 0),
    col: Sequence[float] = (0, 1, 0),
    mm: tuple[float, float] = (1.0, 1.0),
    step: float = 2.0,
    tilt: float = 0.0,
    spacings: Sequence[float] | None = None,
) -> VolumeGeometry:
    heights = np.arange(n) * step if spacings is None else np.concatenate([[0.0], np.cumsum(spacings)])
    lean = np.tan(np.radians(tilt)) * np.asarray(col, float)
    origins = np.array((-30.0, -20.0, -50.0)) + heights[:, None] * (np.cross(row, col) + lean)
    return VolumeGeometry(origins, np.array(row, float), np.array(col, float), mm[0], mm[1], rows, columns)


def beads(geometry: VolumeGeometry, times: int = 1) -> np.ndarray:
    """One bright voxel in every slice, each at another place, on values that rise along the columns."""
    n, rows, columns = geometry.shape
    made = np.zeros((n, rows, columns), np.int16) + np.arange(columns, dtype=np.int16)[None, None, :]
    for k in range(n):
        row, column = bead(geometry, k)
        made[k, row, column] = 1000
    return made if times == 1 else np.stack([made + 100 * t for t in range(times)]).astype(np.int16)


def bead(geometry: VolumeGeometry, k: int) -> tuple[int, int]:
    """(row, column)."""
    return 5 + (k * 3) % (geometry.rows - 10), 5 + (k * 5) % (geometry.columns - 10)


class VolumeStage:
    def __init__(
        self,
        qtbot: Any,
        geometry: VolumeGeometry | None = None,
        array: np.ndarray | None = None,
        *,
        frames: ArrayFrames | None = None,
        size: tuple[int, int] = (1000, 760),
        modality: str = "CT",
        wait: bool = True,
        opener: Any = None,
        calibration: Calibration | None = None,
        film: Film | None = None,
        **options: Any,
    ) -> None:
        if frames is None:
            geometry = geometry or space()
            frames = ArrayFrames(beads(geometry) if array is None else array, geometry)
        self.frames = frames
        self.volume = VolumeSource(opener or (lambda: frames), modality=modality, calibration=calibration, film=film)
        self.document = LabelDocument()
        self.sent = Sent()
        self.session = EditSession(
            self.document, self.sent, author="ann@example.org", frames=Still(frames.slices * frames.times)
        )
        self.focus = Focus()
        options.setdefault("use_3d", False)  # it has tests of its own
        self.editor = VolumeEditor(self.session, self.focus, ontology(), self.volume, icon=icons.icon, **options)
        self.editor.own_menu = False
        self.said: list[str] = []
        self.places: list[str] = []
        self.editor.status.connect(self.said.append)
        self.editor.place.connect(self.places.append)
        self.failures: list[BadInput] = []
        self.editor.failed.connect(self.failures.append)
        qtbot.addWidget(self.editor, before_close_func=self._close)
        self.qtbot = qtbot
        self.editor.resize(*size)
        with qtbot.waitExposed(self.editor):  # what was painted is asked for
            self.editor.show()
        self.canvas = self.editor.canvas
        if wait:
            self.settle()

    def settle(self) -> None:
        """Everything is read and on the screen."""
        self.qtbot.waitUntil(lambda: self.volume.complete or self.volume.error is not None)
        if self.volume.geometry is not None:
            self.qtbot.waitUntil(lambda: self.editor.state is not None)
        if self.volume.error is None:
            self.qtbot.waitUntil(lambda: self.canvas.sharp or not self.canvas.isVisible())
        QApplication.sendPostedEvents()

    def _close(self, editor: VolumeEditor) -> None:
        editor.close_editor()
        self.volume.close()

    # -- the hand; places are logical px of a pane

    def at(self, pane: QWidget, mm: np.ndarray) -> QPoint:
        x, y = on_screen(pane.view, pane.plane, mm)
        return QPoint(round(x), round(y))

    def move(
        self, pane: QWidget, at: QPoint | QPointF, held: Qt.MouseButton = Qt.MouseButton.NoButton, keys: Any = NONE
    ) -> None:
        place = QPointF(at)
        event = QMouseEvent(QMouseEvent.Type.MouseMove, place, pane.mapToGlobal(place), Qt.MouseButton.NoButton, held, keys)
        QApplication.sendEvent(pane, event)

    def click(self, pane: QWidget, at: QPoint) -> None:
        self.move(pane, at)
        QTest.mouseClick(pane, LEFT, NONE, at)

    def drag(self, pane: QWidget, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT) -> None:
        self.move(pane, start)
        QTest.mousePress(pane, button, NONE, start)
        for i in range(1, 6):
            self.move(pane, QPointF(start) + QPointF(end - start) * (i / 5), button)
        QTest.mouseRelease(pane, button, NONE, end)

    def wheel(self, pane: QWidget, at: QPoint, steps: int, keys: Any = NONE) -> None:
        place = QPointF(at)
        event = QWheelEvent(
            place, pane.mapToGlobal(place), QPoint(), QPoint(0, steps * 120), Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(pane, event)

    def key(self, key: Qt.Key, keys: Any = NONE, pane: QWidget | None = None) -> None:
        QTest.keyClick(pane or self.canvas, key, keys)


def pixels(pane: QWidget) -> np.ndarray:
    """(h, w, 3) RGB of what is on the screen, device px."""
    image = pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def panes(stage: VolumeStage) -> list:
    found = [pane.shown for pane in stage.editor.grid.panes[:3]]
    for pane in found:
        if pane is not stage.canvas:
            pane.read()  # whether or not it was painted by now
    return found


def painted(stage: VolumeStage) -> np.ndarray:
    """All voxels of the one object there is."""
    (instance,) = stage.document.instances
    block = stage.editor.masks.read(instance)
    out = np.zeros(stage.volume.geometry.shape, bool)
    out[block.box.within((0, 0, 0))] = block.array
    return out


def ready_to_paint(qtbot, tool: str, **options) -> VolumeStage:
    stage = VolumeStage(qtbot, **options)
    geometry = stage.volume.geometry
    stage.editor.state.look_at(geometry.to_mm(30, 20, 9))
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 9) and stage.canvas.sharp)
    stage.editor.arm_class(feature(ShapeKind.BITMASK))
    stage.editor.arm_tool(tool)
    stage.editor.toolbox.brush.resize(11)
    return stage
