"""The strip below a sound: play, time, speed, loop, volume; how waveform and spectrogram are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLayout, QLineEdit, QMenu, QSlider, QToolButton, QWidget

from viewers.canvas.waveform_layer import SoundLook
from viewers.editors.audio_player import AudioPlayer
from viewers.editors.tool_bar import Icon, Strip, strip_button
from viewers.scene.frame_clock import time_text
from viewers.scene.playback import SPEEDS
from viewers.scene.sound_colors import COLOR_MAPS, color_map
from viewers.scene.sound_source import MIX

_ICONS = {
    "first": "mdi6.skip-previous", "play": "mdi6.play", "pause": "mdi6.pause", "last": "mdi6.skip-next", "loop": "mdi6.repeat",
    "sound": "mdi6.volume-high", "mute": "mdi6.volume-off", "fit": "mdi6.fit-to-screen-outline", "look": "mdi6.tune-vertical",
}  # fmt: skip
TOPS = (0.0, 4000.0, 8000.0, 12_000.0, 16_000.0)
FLOORS = {"Quiet sounds, too": (-100.0, -25.0), "Usual": (-90.0, -15.0), "Loud sounds only": (-70.0, -5.0)}


class AudioStrip(Strip):
    run_wanted = Signal(str)  # id of an action
    time_wanted = Signal(float)  # seconds
    look_wanted = Signal(dict)  # fields of SoundLook
    left = Signal()  # the keyboard goes back to the sound

    def __init__(self, player: AudioPlayer, icon: Icon, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("audioStrip")
        self._player, self._icon = player, icon
        self._channels = 1
        self._look = SoundLook()
        self.first_button = self._button("first", "Beginning of the sound (Home)", "audio_begin")
        self.play_button = self._button("play", "Play or pause (Space)", "play_toggle")
        self.last_button = self._button("last", "End of the sound (End)", "audio_end")
        self.time_field = self._time_field()
        self.total = QLabel(self)
        self.speed_box = self._speed_box()
        self.loop_button = self._button("loop", "Loop the region, or what is in sight (Ctrl+L)", "audio_loop")
        self.loop_button.setCheckable(True)
        self.mute_button = self._button("sound", "Sound on or off", "play_mute")
        self.volume = self._volume()
        self.region_label = QLabel(self)
        self.fit_button = self._button("fit", "Zoom to selection or fit (Z)", "fit")
        self.look_button = self._button("look", "Waveform and spectrogram", "")
        self.look_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.look_button)
        self.look_button.setMenu(self.menu)
        self._lay_out()
        self._build_menu()
        player.state_changed.connect(self.show_state)
        self.show_state()

    # -- parts

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        for widget in (self.first_button, self.play_button, self.last_button):
            row.addWidget(widget)
        row.addSpacing(8)
        row.addWidget(self.time_field)
        row.addWidget(self.total)
        row.addSpacing(8)
        row.addWidget(self.speed_box)
        row.addWidget(self.loop_button)
        row.addSpacing(8)
        row.addWidget(self.mute_button)
        row.addWidget(self.volume)
        row.addStretch(1)
        row.addWidget(self.region_label)
        row.addSpacing(8)
        row.addWidget(self.fit_button)
        row.addWidget(self.look_button)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # what gives way must not hold the window open

    def _button(self, name: str, tip: str, action_id: str) -> QToolButton:
        button = strip_button(self, self._icon(_ICONS[name]), tip)
        button.setFixedSize(28, 28)
        button.setAccessibleName(tip.split(" (")[0])
        if action_id:
            button.setObjectName(action_id)
            button.clicked.connect(self._on_button)
        return button

    def _time_field(self) -> QLineEdit:
        field = QLineEdit(self)
        field.setAccessibleName("Time of the playhead")
        field.setToolTip("Time of the playhead; type another to go there (`)")
        field.setFixedWidth(field.fontMetrics().horizontalAdvance("0:00:00.000") + 18)
        field.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        field.returnPressed.connect(self._on_typed)
        field.editingFinished.connect(self._on_left)
        return field

    def _speed_box(self) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName("Speed")
        box.setToolTip("Speed; the pitch stays as it is ( , and . )")
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for speed in SPEEDS:
            box.addItem(f"{speed:g}×", speed)
        box.activated.connect(self._on_speed)
        return box

    def _volume(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, 100)
        slider.setValue(100)
        slider.setFixedWidth(72)
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        slider.setAccessibleName("Volume")
        slider.setToolTip("Volume")
        slider.valueChanged.connect(self._on_volume)
        return slider

    def _build_menu(self) -> None:
        self.menu.clear()
        self._spectrum = self.menu.addAction("Show the spectrogram\tW")
        self._spectrum.setCheckable(True)
        self._spectrum.triggered.connect(lambda _=False: self.run_wanted.emit("audio_spectrum"))
        self._groups = [
            self._choices("Colours", "colors", [(name, name) for name in COLOR_MAPS]),
            self._choices("Frequencies", "scale", [("As the ear hears them (mel)", "mel"), ("Linear", "linear")]),
            self._choices("Highest frequency", "top_hz", [(f"{t / 1000:g} kHz" if t else "All", t) for t in TOPS]),
            self._choices("Shown", "range", [(name, name) for name in FLOORS]),
            self._choices("Channel", "channel", self._channel_choices()),
        ]
        self.show_look(self._look)

    def _channel_choices(self) -> list[tuple[str, int]]:
        names = ("Left", "Right") if self._channels == 2 else tuple(f"Channel {n + 1}" for n in range(self._channels))
        return [("All together", MIX), *((name, n) for n, name in enumerate(names))]

    def _choices(self, title: str, field: str, values: list[tuple[str, object]]) -> tuple[str, QActionGroup]:
        sub = self.menu.addMenu(title)
        sub.menuAction().setVisible(len(values) > 2 or field != "channel")
        group = QActionGroup(sub)
        for name, value in values:
            action = QAction(name, group)
            action.setCheckable(True)
            action.setData(value)
            if field == "colors":
                action.setIcon(_ramp(name))
            sub.addAction(action)
        group.triggered.connect(lambda action, f=field: self._on_chosen(f, action.data()))
        return field, group

    # -- shown

    def show_channels(self, channels: int) -> None:
        if channels != self._channels:
            self._channels = channels
            self._build_menu()

    def show_look(self, look: SoundLook) -> None:
        self._look = look
        self._spectrum.setChecked(look.spectrum)
        shown = next((n for n, levels in FLOORS.items() if levels == (look.low_db, look.high_db)), "")
        for field, group in self._groups:
            value = shown if field == "range" else getattr(look, field)
            for action in group.actions():
                action.setChecked(action.data() == value)
            group.setEnabled(look.spectrum)

    def show_time(self, seconds: float) -> None:
        long = self._player.duration >= 3600
        if not self.time_field.hasFocus():
            self.time_field.setText(time_text(seconds, long=long))

    def show_region(self, text: str) -> None:
        self.region_label.setText(text)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._make_room)  # not while the layout is being done

    @Slot()
    def _make_room(self) -> None:
        """Where there is little the slider of the volume gives way first, then where the region is: the list says that, too."""
        row = self.layout()
        volume, region = (row.spacing() + w for w in (self.volume.width(), self.region_label.minimumSizeHint().width()))
        taken = (not self.volume.isHidden()) * volume + (not self.region_label.isHidden()) * region
        least = row.minimumSize().width() - taken
        self.setMinimumWidth(least)
        self.region_label.setVisible(self.width() >= least + region)
        self.volume.setVisible(self.width() >= least + region + volume)

    @Slot()
    def show_state(self) -> None:
        player = self._player
        self.play_button.setIcon(self._icon(_ICONS["pause" if player.playing else "play"]))
        self.loop_button.setChecked(player.loop is not None)
        self.mute_button.setIcon(self._icon(_ICONS["mute" if player.muted else "sound"]))
        at = self.speed_box.findData(player.speed)
        self.speed_box.setCurrentIndex(at)
        if at < 0:
            self.speed_box.setPlaceholderText(f"{player.speed:g}×")
        self.volume.blockSignals(True)
        self.volume.setValue(round(player.volume * 100))
        self.volume.blockSignals(False)
        self.total.setText(f"/ {time_text(player.duration, long=player.duration >= 3600)}" if player.duration else "")
        self.show_time(player.position)

    def ask_time(self) -> None:
        """Put the cursor into the time."""
        self.time_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.time_field.selectAll()

    # -- wanted

    @Slot()
    def _on_button(self) -> None:
        self.run_wanted.emit(self.sender().objectName())

    @Slot()
    def _on_typed(self) -> None:
        seconds = seconds_of(self.time_field.text())
        if seconds is None:
            self.time_field.selectAll()
            return
        self.left.emit()
        self.time_wanted.emit(seconds)

    @Slot()
    def _on_left(self) -> None:
        if not self.time_field.hasFocus():
            self.show_time(self._player.position)

    @Slot(int)
    def _on_speed(self, index: int) -> None:
        self._player.set_speed(float(self.speed_box.itemData(index)))

    @Slot(int)
    def _on_volume(self, value: int) -> None:
        self._player.set_volume(value / 100)

    def _on_chosen(self, field: str, value: object) -> None:
        if field == "range":
            low, high = FLOORS[str(value)]
            self.look_wanted.emit({"low_db": low, "high_db": high})
        else:
            self.look_wanted.emit({field: value})


def seconds_of(text: str) -> float | None:
    """ "1:02:03.5", "62.5", "1:02": seconds; None where it is no time."""
    parts = text.strip().replace(",", ".").split(":")
    if not 1 <= len(parts) <= 3:
        return None
    try:
        values = [float(part) for part in parts]
    except ValueError:
        return None
    if any(v < 0 or v != v or v == float("inf") for v in values):
        return None
    seconds = 0.0
    for value in values:
        seconds = seconds * 60 + value
    return seconds


def _ramp(name: str) -> QIcon:
    """A colour map as a small strip."""
    colors = color_map(name, -100.0, 0.0)
    pixmap = QPixmap(32, 12)
    painter = QPainter(pixmap)
    for x in range(32):
        painter.fillRect(x, 0, 1, 12, QColor.fromRgba(int(colors[x * 8])))
    painter.end()
    return QIcon(pixmap)
