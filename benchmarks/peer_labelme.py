"""Runs inside a labelme environment: how long it takes to open a file, and one mouse move over its shapes.

peer_labelme.py start FOLDER       says "usable" when a click on the second row of its list has shown that picture
peer_labelme.py shapes FILE.json   milliseconds to open, and of a mouse move without and with the button held
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import labelme

if int(labelme.__version__.split(".")[0]) >= 7:
    from labelme._app import MainWindow
    from PySide6 import QtCore, QtGui, QtWidgets
else:
    from labelme.app import MainWindow
    from PyQt5 import QtCore, QtGui, QtWidgets


def canvas_of(window):
    widgets = getattr(window, "_canvas_widgets", None)
    return widgets.canvas if widgets is not None else window.findChildren(QtWidgets.QWidget, "")[0] and window.canvas


def settle(app, seconds=0.2):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()


def mouse_event(kind, x, y, button="NoButton", held="NoButton"):
    place = QtCore.QPointF(x, y)
    name = QtCore.Qt.MouseButton
    kind = getattr(QtCore.QEvent.Type, kind)
    return QtGui.QMouseEvent(
        kind, place, place, getattr(name, button), getattr(name, held), QtCore.Qt.KeyboardModifier.NoModifier
    )


def moves(canvas, held, count=4):
    """Milliseconds of one mouse move with its repaint, the median."""
    taken = []
    for i in range(count):
        event = mouse_event("MouseMove", 300 + 7 * i, 300 + 5 * i, held=held)
        began = time.perf_counter()
        canvas.mouseMoveEvent(event)
        canvas.repaint()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[1:])


def start(folder):
    """Usable: its list is filled, and a click on the second row has shown that picture."""
    app = QtWidgets.QApplication(sys.argv[:1])
    window = MainWindow(file_or_dir=folder)
    window.resize(1600, 1000)
    window.show()
    rows = window._docks.file_list
    canvas = canvas_of(window)
    while rows.count() < 2 or canvas.pixmap is None or canvas.pixmap.isNull():
        app.processEvents()
    first = canvas.pixmap.cacheKey()
    click(app, rows, rows.visualItemRect(rows.item(1)).center())
    while canvas.pixmap is None or canvas.pixmap.isNull() or canvas.pixmap.cacheKey() == first:
        app.processEvents()
    canvas.repaint()
    print("usable", flush=True)


def click(app, view, place):
    at = QtCore.QPointF(place)
    left, none = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.MouseButton.NoButton
    for kind, held in ((QtCore.QEvent.Type.MouseButtonPress, left), (QtCore.QEvent.Type.MouseButtonRelease, none)):
        event = QtGui.QMouseEvent(kind, at, at, left, held, QtCore.Qt.KeyboardModifier.NoModifier)
        app.sendEvent(view.viewport(), event)


def shapes(file):
    app = QtWidgets.QApplication(sys.argv[:1])
    window = MainWindow()
    window.resize(1600, 1000)
    window.show()
    settle(app, 0.5)
    canvas = canvas_of(window)
    began = time.perf_counter()
    try:
        window._load_file(image_or_label_path=file)
    except TypeError:
        window._load_file(file)
    app.processEvents()
    canvas.repaint()
    opened = (time.perf_counter() - began) * 1000
    settle(app)
    hover = moves(canvas, "NoButton")
    canvas.mousePressEvent(mouse_event("MouseButtonPress", 300, 300, "LeftButton", "LeftButton"))
    drag = moves(canvas, "LeftButton")
    count = len(getattr(canvas, "shapes", None) or getattr(canvas, "_shapes", []))
    print(json.dumps({"open_ms": opened, "hover_ms": hover, "drag_ms": drag, "shapes": count}))


if __name__ == "__main__":
    {"start": start, "shapes": shapes}[sys.argv[1]](*sys.argv[2:])
