"""The bar below a film: first, back, play, on, last; time and frame; the slider; speed, loop, sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QMenu, QSlider, QToolButton, QWidget

from viewers.editors.frame_slider import FrameSlider
from viewers.editors.player import Player
from viewers.editors.tool_bar import Icon, strip_button
from viewers.scene.playback import SPEEDS

#: What a button is called, its icon, and the editor's action that does the same.
_BUTTONS = {
    "first": ("First frame", "mdi6.page-first", "play_first"),
    "previous_key": ("Previous key frame", "mdi6.skip-previous", "track_previous_key"),
    "back": ("Previous frame", "mdi6.chevron-left", "play_previous"),
    "play": ("Play", "mdi6.play", "play_toggle"),
    "pause": ("Pause", "mdi6.pause", "play_toggle"),
    "forward": ("Next frame", "mdi6.chevron-right", "play_next"),
    "next_key": ("Next key frame", "mdi6.skip-next", "track_next_key"),
    "last": ("Last frame", "mdi6.page-last", "play_last"),
    "loop": ("Loop", "mdi6.repeat", "play_loop"),
    "sound": ("Sound off", "mdi6.volume-high", "play_mute"),
    "quiet": ("Sound off", "mdi6.volume-medium", "play_mute"),
    "muted": ("Sound on", "mdi6.volume-off", "play_mute"),
}
#: With less room than this the volume's slider and the key frame buttons make room for the film's.
_ROOM = 220  # px more than the least
_REPEATS = ("back", "forward")  # held down they go on


class TransportBar(QFrame):
    """Plays, seeks and chooses speed and volume by itself; what only the editor can do is told by `run_wanted`."""

    run_wanted = Signal(str)  # id of an action: track_previous_key, track_next_key, play_loop, play_goto

    def __init__(self, player: Player, parent: QWidget | None = None, *, icon: Icon) -> None:
        super().__init__(parent)
        self.setObjectName("transportBar")
        self.setAccessibleName(self.tr("Playback"))
        self._player, self._icon = player, icon
        self._keys: Callable[[str], Sequence[str]] = lambda _: ()
        self.first_button = self._button("first", lambda: player.step(-player.count))
        self.previous_key_button = self._button("previous_key", lambda: self.run_wanted.emit("track_previous_key"))
        self.back_button = self._button("back", lambda: player.step(-1))
        self.play_button = self._button("play", player.toggle)
        self.forward_button = self._button("forward", lambda: player.step(1))
        self.next_key_button = self._button("next_key", lambda: self.run_wanted.emit("track_next_key"))
        self.last_button = self._button("last", lambda: player.step(player.count))
        self.time_label = self._reading("Time", player.clock.text(player.count - 1))
        self.slider = FrameSlider(player.clock, self)
        self.frame_button = self._frame_button()
        self.speed_button = self._speed_button()
        self.loop_button = self._button("loop", self._ask_loop)
        self.loop_button.setCheckable(True)
        self.sound_button = self._button("sound", self._toggle_sound)
        self.volume = self._volume()
        self._lay_out()
        self._connect()
        self._on_state()
        self._on_frame(player.frame)

    # -- parts

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        steps = (
            self.first_button, self.previous_key_button, self.back_button, self.play_button, self.forward_button,
            self.next_key_button, self.last_button,
        )  # fmt: skip
        for button in steps:
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self.time_label)
        row.addSpacing(4)
        row.addWidget(self.slider, 1)
        row.addSpacing(4)
        row.addWidget(self.frame_button)
        row.addSpacing(8)
        row.addWidget(self.speed_button)
        row.addWidget(self.loop_button)
        row.addWidget(self.sound_button)
        row.addWidget(self.volume)
        for widget in self._extra:
            widget.hide()
        self._least = row.minimumSize().width()
        self.setMinimumWidth(self._least)  # the wide form must not hold the window open

    @property
    def _extra(self) -> tuple[QWidget, ...]:
        """What makes room where there is little."""
        return self.previous_key_button, self.next_key_button, self.volume

    def _connect(self) -> None:
        player = self._player
        player.frame_changed.connect(self._on_frame)
        player.state_changed.connect(self._on_state)
        self.slider.dragged.connect(player.scrub)
        self.slider.let_go.connect(self._on_let_go)
        self.slider.stepped.connect(player.step)
        self.volume.valueChanged.connect(self._on_volume)

    def _button(self, name: str, act: Callable[[], object]) -> QToolButton:
        button = strip_button(self, self._icon(_BUTTONS[name][1]), _BUTTONS[name][0])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the canvas
        button.setFixedSize(28, 28)
        button.setAutoRepeat(name in _REPEATS)
        button.setAutoRepeatDelay(350)
        button.setAutoRepeatInterval(80)
        button.clicked.connect(lambda: act())
        self._dress(button, name)
        return button

    def _dress(self, button: QToolButton, name: str) -> None:
        title, icon, action_id = _BUTTONS[name]
        if button.objectName() == name:
            return
        button.setObjectName(name)
        keys = ", ".join(self._keys(action_id))
        button.setToolTip(f"{title}  ({keys})" if keys else title)
        button.setAccessibleName(title)
        button.setIcon(self._icon(icon))

    def _reading(self, name: str, longest: str) -> QLabel:
        label = QLabel(self)
        label.setAccessibleName(name)
        label.setToolTip(name)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        label.setFixedWidth(self._width(longest))
        return label

    def _width(self, longest: str) -> int:
        """For any text of this many figures: nothing moves while they count."""
        figures = "".join("0" if c.isdigit() else c for c in longest)
        return self.fontMetrics().horizontalAdvance(figures) + 8

    def _frame_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setFixedWidth(self._width(self._frame_text(self._player.count)) + 8)
        button.setFixedHeight(28)
        button.setAccessibleName("Frame")
        button.clicked.connect(lambda: self.run_wanted.emit("play_goto"))
        return button

    def _speed_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip("Speed; sound keeps its pitch")
        button.setFixedSize(self._width("0.25×") + 14, 28)
        menu = QMenu(button)
        group = QActionGroup(menu)
        self._speeds: dict[float, QAction] = {}
        for speed in SPEEDS:
            action = menu.addAction(f"{speed:g}×")
            action.setCheckable(True)
            action.setData(speed)
            group.addAction(action)
            self._speeds[speed] = action
        group.triggered.connect(self._on_speed)
        button.setMenu(menu)
        return button

    def _volume(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, 100)
        slider.setFixedWidth(72)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        slider.setAccessibleName("Volume")
        slider.setToolTip("Volume")
        return slider

    # -- what others may do

    def show_keys(self, keys_of: Callable[[str], Sequence[str]]) -> None:
        """The keys of the editor's actions, for the tooltips; again when they were bound anew."""
        self._keys = keys_of
        for button in self.findChildren(QToolButton):
            name = button.objectName()
            if name in _BUTTONS:
                button.setObjectName("")
                self._dress(button, name)
        keys = ", ".join(keys_of("play_goto"))
        self.frame_button.setToolTip("Go to a frame or time" + (f"  ({keys})" if keys else ""))

    # -- what the player says

    def _frame_text(self, frame: int) -> str:
        return f"{frame:,} / {self._player.count:,}"

    @Slot(int)
    def _on_frame(self, frame: int) -> None:
        self.time_label.setText(self._player.clock.text(frame))
        self.frame_button.setText(self._frame_text(frame))
        self.slider.show_frame(frame)

    @Slot()
    def _on_state(self) -> None:
        player = self._player
        self._dress(self.play_button, "pause" if player.playing else "play")
        self.speed_button.setText(f"{player.speed:g}×")
        self.speed_button.setAccessibleName(f"Speed {player.speed:g}×")
        if player.speed in self._speeds:
            self._speeds[player.speed].setChecked(True)
        self.loop_button.setChecked(player.loop is not None)
        self.slider.show_loop(player.loop)
        self._show_sound()

    def _show_sound(self) -> None:
        player = self._player
        silent = player.muted or player.volume == 0
        self._dress(self.sound_button, "muted" if silent else "quiet" if player.volume < 0.5 else "sound")
        self.sound_button.setVisible(player.has_sound)
        self.volume.setVisible(player.has_sound and self._roomy)
        self.volume.blockSignals(True)
        self.volume.setValue(0 if player.muted else round(player.volume * 100))
        self.volume.blockSignals(False)

    # -- what the person does

    def _toggle_sound(self) -> None:
        if self._player.volume == 0:
            self._player.volume = 1.0
        else:
            self._player.muted = not self._player.muted

    def _ask_loop(self) -> None:
        self.run_wanted.emit("play_loop")
        self._on_state()  # a click has checked the button already

    @Slot()
    def _on_let_go(self) -> None:
        self._player.end_scrub()

    @Slot(QAction)
    def _on_speed(self, action: QAction) -> None:
        self._player.speed = float(action.data())

    @Slot(int)
    def _on_volume(self, percent: int) -> None:
        self._player.volume = percent / 100

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._make_room)  # not while the layout is being done

    @property
    def _roomy(self) -> bool:
        return self.width() >= self._least + _ROOM

    @Slot()
    def _make_room(self) -> None:
        self.previous_key_button.setVisible(self._roomy)
        self.next_key_button.setVisible(self._roomy)
        self._show_sound()
