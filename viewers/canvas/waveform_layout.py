"""Where things stand on a waveform canvas, in logical pixels: ruler, lanes of regions, a strip a channel, spectrogram."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QRectF

RULER = 26
LANE = 24
GAP = 6
#: The least height of the lanes' strip, also without a region: where the first one will lie is seen.
LEAST_LANES = 1
#: The part of the height that lanes may take before they scroll.
MOST_LANES = 0.4
LEAST_STRIP = 24


@dataclass(frozen=True, slots=True)
class SoundLayout:
    width: int
    height: int
    ruler: QRectF
    lanes: QRectF
    waves: tuple[QRectF, ...]
    spectrum: QRectF | None
    lanes_height: float  # of all lanes; more than the strip's: it scrolls
    lanes_shift: float = 0.0

    @staticmethod
    def of(
        width: int, height: int, *, lanes: int, channels: int, spectrum: bool, share: float = 0.45, shift: float = 0.0
    ) -> SoundLayout:
        """`share` is the spectrogram's part of what waveform and spectrogram have together."""
        wanted = max(lanes, LEAST_LANES) * LANE + GAP
        strip = min(wanted, max(LANE + GAP, int((height - RULER) * MOST_LANES)))
        top = RULER + strip
        room = max(LEAST_STRIP, height - top)
        deep = round(room * min(max(share, 0.1), 0.9)) if spectrum and room > 3 * LEAST_STRIP else 0
        each = (room - deep) / max(1, channels)
        edges = [top + round(k * each) for k in range(channels + 1)]
        waves = tuple(QRectF(0, a, width, b - a) for a, b in pairwise(edges))
        below = QRectF(0, edges[-1], width, height - edges[-1]) if deep else None
        shift = min(max(shift, 0.0), max(0.0, wanted - strip))
        return SoundLayout(
            width, height, QRectF(0, 0, width, RULER), QRectF(0, RULER, width, strip), waves, below, wanted, shift
        )

    @property
    def sound(self) -> QRectF:
        """Waveform and spectrogram together."""
        top = self.waves[0].top() if self.waves else self.lanes.bottom()
        return QRectF(0, top, self.width, self.height - top)

    def lane(self, number: int) -> QRectF:
        return QRectF(0, self.lanes.top() + GAP / 2 + number * LANE - self.lanes_shift, self.width, LANE - 2)

    def lane_at(self, y: float) -> int | None:
        """None outside of the lanes' strip."""
        if not self.lanes.top() <= y < self.lanes.bottom():
            return None
        return max(0, int((y - self.lanes.top() - GAP / 2 + self.lanes_shift) // LANE))

    def divider(self, y: float) -> bool:
        """On the line between waveform and spectrogram."""
        return self.spectrum is not None and abs(y - self.spectrum.top()) <= 3
