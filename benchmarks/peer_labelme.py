"""Runs inside a labelme environment: how long it takes to open a file, and one mouse move over its shapes.

peer_labelme.py start FOLDER       prints when the window answers events
peer_labelme.py shapes FILE.json   milliseconds to open, to repaint, per mouse move
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


def move_event(x, y):
    place = QtCore.QPointF(x, y)
    kind, button = QtCore.QEvent.Type.MouseMove, QtCore.Qt.MouseButton.NoButton
    return QtGui.QMouseEvent(kind, place, place, button, button, QtCore.Qt.KeyboardModifier.NoModifier)


def start(folder):
    app = QtWidgets.QApplication(sys.argv[:1])
    window = MainWindow(file_or_dir=folder)
    window.resize(1600, 1000)
    window.show()
    app.processEvents()
    app.processEvents()
    print("usable", flush=True)


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
    moves = []
    for i in range(6):
        event = move_event(300 + 37 * i, 300 + 23 * i)
        began = time.perf_counter()
        canvas.mouseMoveEvent(event)
        canvas.repaint()
        moves.append((time.perf_counter() - began) * 1000)
    count = len(getattr(canvas, "shapes", None) or getattr(canvas, "_shapes", []))
    print(json.dumps({"open_ms": opened, "move_ms": statistics.median(moves[1:]), "shapes": count}))


if __name__ == "__main__":
    {"start": start, "shapes": shapes}[sys.argv[1]](*sys.argv[2:])
