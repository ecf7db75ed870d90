"""Where samples go to be heard. Qt-free."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from storage.errors import Refused

Samples = NDArray[np.int16]  # (n, channels)
#: Between writing a sample and hearing it (s): long enough that a busy machine does not stutter.
LATENCY_S = 0.12


class SoundOutput(Protocol):
    """Used by one thread: that of whoever feeds it."""

    def open(self, rate: int, channels: int) -> None:
        """Refused, with a sentence for the person, where nothing can be heard."""

    def write(self, samples: Samples) -> None:
        """(n, channels). May block for as long as the buffer is full."""

    def position(self) -> int:
        """Samples heard since `open`. Does not count those that `pause` and `flush` dropped."""

    def pause(self) -> None:
        """Silent at once; what was not heard yet is dropped."""

    def resume(self) -> None:
        """What is written from now on is heard."""

    def flush(self) -> None:
        """Drop what was not heard yet and go on with what is written next."""

    def close(self) -> None: ...


class DeviceOutput:
    """The system's sound by PortAudio (sounddevice), which is loaded when something is first played."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._written = 0
        self._room = 0  # samples the empty buffer holds
        self._size = 2  # bytes of a sample of all channels

    def open(self, rate: int, channels: int) -> None:
        device = _portaudio()
        try:
            self._stream = device.RawOutputStream(rate, channels=channels, dtype="int16", latency=LATENCY_S)
            self._stream.start()
        except (device.PortAudioError, ValueError, OSError) as error:
            self._stream = None
            raise Refused(
                f"No sound: the system has no device for it{_short(error)}.",
                remedy="Choose one in the system's settings. It plays silently.",
            ) from error
        self._written, self._room, self._size = 0, self._stream.write_available, 2 * channels

    def write(self, samples: Samples) -> None:
        if self._stream is None:
            return
        device = _portaudio()
        try:
            self._stream.write(np.ascontiguousarray(samples).tobytes())
        except device.PortAudioError as error:
            raise Refused(
                f"The sound stopped: its device is gone{_short(error)}.",
                remedy="Connect it again and press play. It goes on silently.",
            ) from error
        self._written += len(samples)

    def position(self) -> int:
        if self._stream is None or not self._stream.active:
            return self._written
        return max(0, self._written - max(0, self._room - int(self._stream.write_available)))

    def pause(self) -> None:
        if self._stream is not None and self._stream.active:
            self._written = self.position()
            self._stream.abort(ignore_errors=True)

    def resume(self) -> None:
        if self._stream is not None and self._stream.stopped:
            device = _portaudio()
            try:
                self._stream.start()
            except device.PortAudioError as error:
                raise Refused(
                    f"No sound: its device does not start again{_short(error)}.",
                    remedy="Check the system's sound settings. It plays silently.",
                ) from error

    def flush(self) -> None:
        self.pause()
        self.resume()

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close(ignore_errors=True)
            self._stream = None


def _portaudio() -> Any:
    try:
        import sounddevice
    except (ImportError, OSError) as error:  # OSError: the package is there, the system's library is not
        raise Refused(
            "No sound: the library PortAudio is not installed.",
            remedy="Install it (on Debian and Ubuntu: libportaudio2). It plays silently.",
        ) from error
    return sounddevice


def _short(error: Exception) -> str:
    """PortAudio's own words in brackets, without its code numbers; nothing where they are only those."""
    words = str(error.args[0] if error.args else error)
    short = words.split(": ", 1)[-1].split(" [", 1)[0].rstrip(".")
    return f" ({short})" if short and not short.startswith("Error querying device") else ""
