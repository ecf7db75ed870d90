"""One window per catalog: a second start hands its wishes over to the first and leaves."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.short_hash import short_hash

TIMEOUT_MS = 1500
AGAIN_MS, PATIENCE_MS = 200, 60_000  # how often a window that is being opened is looked for, and how long


def _name(catalog: Path) -> str:
    """Socket names are short: a hash of the person and the catalog's real path."""
    return "postil-" + short_hash(f"{Path.home()}|{catalog.resolve()}", 24)


def hand_over(catalog: Path, wishes: dict[str, object]) -> bool:
    """True when a window on this catalog is open and has taken the wishes."""
    socket = QLocalSocket()
    socket.connectToServer(_name(catalog))
    if not socket.waitForConnected(TIMEOUT_MS):
        return False
    socket.write(json.dumps(wishes).encode() + b"\n")
    taken = socket.waitForBytesWritten(TIMEOUT_MS) and socket.waitForReadyRead(TIMEOUT_MS)
    socket.disconnectFromServer()
    return bool(taken)


class Knock(QObject):
    """Hands wishes over to a window that is just being opened, as soon as it listens; nobody waits for it."""

    taken = Signal()

    def __init__(self, catalog: Path, wishes: dict[str, object], parent: QObject) -> None:
        super().__init__(parent)
        self._catalog, self._wishes = catalog, wishes
        self._socket = QLocalSocket(self)
        self._socket.connected.connect(self._say)
        self._socket.readyRead.connect(self._on_answer)
        self._again, self._patience = QTimer(self), QTimer(self)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._knock)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self.deleteLater)
        self._again.start()
        self._patience.start(PATIENCE_MS)

    @Slot()
    def _knock(self) -> None:
        if self._socket.state() is QLocalSocket.LocalSocketState.UnconnectedState:
            self._socket.connectToServer(_name(self._catalog))

    @Slot()
    def _say(self) -> None:
        self._socket.write(json.dumps(self._wishes).encode() + b"\n")

    @Slot()
    def _on_answer(self) -> None:
        self._again.stop()
        self.taken.emit()
        self.deleteLater()


class Listener(QObject):
    """The first window's ear."""

    asked = Signal(object)  # the wishes, a dict

    def __init__(self, catalog: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not self._server.listen(_name(catalog)):
            QLocalServer.removeServer(_name(catalog))  # left by a run that died: nobody answered `hand_over`
            self._server.listen(_name(catalog))
        self._server.newConnection.connect(self._on_connection)

    @Slot()
    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is None:
            return
        socket.readyRead.connect(self._on_ready)
        socket.disconnected.connect(socket.deleteLater)

    @Slot()
    def _on_ready(self) -> None:
        socket = self.sender()
        if not isinstance(socket, QLocalSocket) or not socket.canReadLine():
            return
        try:
            wishes = json.loads(bytes(socket.readLine().data()[:65536]))
        except ValueError:
            return
        socket.write(b"taken\n")
        socket.flush()
        if isinstance(wishes, dict):
            self.asked.emit(wishes)

    def close(self) -> None:
        self._server.close()
