"""Which point of one outline becomes which of another, and how they travel, so that nothing turns inside out.

Points are complex numbers here: turning and scaling are one product. Rings are aligned cyclically by the least sum of
squared distances, unless the same list was only moved, turned and scaled; outlines of different counts meet at the union
of their places along the way (0..1 of the length).
Small turns go in straight lines, so that a vertex that nobody moved stands still; a turn beyond `TURN` goes round its
centre, because straight lines would shrink the outline, and at half a turn collapse it.
"""

from __future__ import annotations

import cmath
import itertools
import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from storage.model.geometry import Points

TURN = math.radians(45)
_SAMPLES = 96  # places at which outlines of different or large counts are compared
_MANY = 40  # points above which every so-maniest shift is tried, then those around the best
_COARSE = 24
_THIN = 0.2  # of the smaller area: below that an outline on its way counts as turning inside out

Way = tuple[complex, ...]


@dataclass(frozen=True, slots=True)
class Motion:
    """From the centre `start` to `end`, turned and scaled by `turn` on the way (1: in straight lines)."""

    start: complex
    end: complex
    turn: complex = 1 + 0j

    def at(self, a: Way, b: Way, t: float) -> Points:
        """Corresponding points `a` and `b` at the time 0..1."""
        if self.turn == 1:
            return tuple([(p.real + (q.real - p.real) * t, p.imag + (q.imag - p.imag) * t) for p, q in zip(a, b, strict=True)])
        centre = self.start + (self.end - self.start) * t
        size = 1 + (abs(self.turn) - 1) * t
        now = cmath.rect(size, cmath.phase(self.turn) * t)
        made = (centre + now * ((p - self.start) * (1 - t) + (q - self.end) / self.turn * t) for p, q in zip(a, b, strict=True))
        return tuple((z.real, z.imag) for z in made)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Corresponding points, one to one, and the motion that carries them."""

    a: Way
    b: Way
    motion: Motion

    def at(self, t: float) -> Points:
        return self.motion.at(self.a, self.b, t)


@lru_cache(maxsize=4096)
def rings(a: Points, b: Points) -> Pairing:
    """Two closed outlines. The direction in which `a` runs is kept."""
    p, q = _ways(a), _ways(b)
    if len(p) == len(q) and (fit := _fit(p, q)).alike:  # then they run the same way round
        return _made(p, q, fit)
    if (_area(p) < 0) != (_area(q) < 0):
        q = (q[0], *reversed(q[1:]))
        if len(p) == len(q) and (fit := _fit(p, q)).alike:
            return _made(p, q, fit)
    best = _made(*_aligned(p, q, turning=False))
    if not _turns_over(best):
        return best
    other = _made(*_aligned(p, q, turning=True))
    return best if _turns_over(other) else other


@lru_cache(maxsize=4096)
def lines(a: Points, b: Points) -> Pairing:
    """Two open lines. Drawn the other way round they are turned, where that is nearer."""
    p, q = _ways(a), _ways(b)
    m = max(len(p), len(q), 2)
    s = _open_samples(p, m)
    back = tuple(reversed(q))
    if _apart(s, _open_samples(back, m)) < _apart(s, _open_samples(q, m)) * 0.999999:
        q = back
    if len(p) == len(q):
        return _made(p, q)
    at = _merged([*_lengths(p, closed=False), *_lengths(q, closed=False)])
    return _made(_along(p, at, closed=False), _along(q, at, closed=False))


@lru_cache(maxsize=4096)
def holes(a: Points, b: Points, motion: Motion) -> Pairing:
    """A hole travels with the outline around it."""
    found = rings(a, b)
    return Pairing(found.a, found.b, motion)


# -- alignment ----------------------------------------------------------------------------------------------------


def _aligned(p: Way, q: Way, *, turning: bool) -> tuple[Way, Way]:
    """`turning`: by likeness of form whatever the turn, else by nearness."""
    if len(p) == len(q):
        shift = _shift(p, q, turning=turning)
        return p, q[shift:] + q[:shift]
    shift = _shift(_sampled(p), _sampled(q), turning=turning)
    offset = shift / _SAMPLES
    own = _lengths(p, closed=True)
    theirs = [(s - offset) % 1.0 for s in _lengths(q, closed=True)]
    both = _merged([*own, *theirs])
    return _along(p, both, closed=True), _along(q, [(s + offset) % 1.0 for s in both], closed=True)


def _shift(p: Way, q: Way, *, turning: bool) -> int:
    n = len(p)
    if n <= _MANY:
        return _best(p, q, range(n), turning=turning)
    step = n // _COARSE
    coarse = _best(p, q, range(0, n, step), turning=turning, step=step)
    fine = max(1, n // _SAMPLES)
    around = [(coarse + d) % n for d in range(-step, step + 1, fine)]
    found = _best(p, q, sorted({*around, 0}), turning=turning, step=fine)
    if fine == 1:
        return found
    return _best(p, q, sorted({(found + d) % n for d in range(-fine, fine + 1)}), turning=turning)


def _best(p: Way, q: Way, shifts: range | list[int], *, turning: bool, step: int = 1) -> int:
    """The cyclic shift of `q` that lies best; the first of equals, so that untouched outlines keep their order."""
    n = len(p)
    cp, cq = sum(p) / n, sum(q) / n
    a = [(z - cp).conjugate() for z in p[::step]]
    b = [z - cq for z in q]
    b += b
    best, found = -math.inf, 0
    scale = math.sqrt(_square(a) * _square(b) / 2) or 1.0
    for shift in shifts:
        c = sum(x * y for x, y in zip(a, itertools.islice(b, shift, shift + n, step), strict=False))
        # Sum |p - q|^2 is least where the real part is greatest; its absolute value leaves the turn out.
        value = abs(c) - 1e-6 * scale * abs(cmath.phase(c)) if turning else c.real
        if value > best + 1e-9 * scale:
            best, found = value, shift
    return found


@dataclass(frozen=True, slots=True)
class _Fit:
    """The turn and scale by which `a` comes nearest to `b`, point by point: `c / size`."""

    start: complex
    end: complex
    c: complex
    size: float  # squares of the distances of `a` from its centre
    weight: float  # ... geometric mean with those of `b`

    @property
    def alike(self) -> bool:
        """Whether one is the other moved, turned and scaled."""
        return 0 < self.weight < math.inf and abs(self.c) >= self.weight * (1 - 1e-6)


def _fit(a: Way, b: Way) -> _Fit:
    n = len(a)
    start, end = sum(a) / n, sum(b) / n
    p, q = [z - start for z in a], [z - end for z in b]
    back = [z.conjugate() for z in p]
    size = sum(map(mul, back, p)).real
    weight = math.sqrt(size) * math.sqrt(sum(map(mul, q, [z.conjugate() for z in q])).real)
    return _Fit(start, end, sum(map(mul, back, q)), size, weight)


def _made(a: Way, b: Way, fit: _Fit | None = None) -> Pairing:
    fit = fit or _fit(a, b)
    straight = not 0 < fit.weight < math.inf or abs(fit.c) < 1e-6 * fit.weight or abs(cmath.phase(fit.c)) <= TURN
    return Pairing(a, b, Motion(fit.start, fit.end, 1 + 0j if straight else fit.c / fit.size))


def _turns_over(pairing: Pairing) -> bool:
    """Whether the area falls away on the way. In the turning frame it is a quadratic of the time: exact."""
    first = _area(pairing.a)
    turn = abs(pairing.motion.turn) ** 2
    last = _area(pairing.b) / turn
    if first == 0 or last == 0:
        return False
    half = _area(tuple(complex(x, y) for x, y in pairing.at(0.5))) / ((1 + abs(pairing.motion.turn)) / 2) ** 2
    sign = 1.0 if first > 0 else -1.0
    first, half, last = first * sign, half * sign, last * sign
    u = 2 * (first + last - 2 * half)
    v = last - first - u
    t = min(1.0, max(0.0, -v / (2 * u))) if u > 0 else 1.0
    return min(first, last, first + v * t + u * t * t) < _THIN * min(first, last)


# -- lengths ------------------------------------------------------------------------------------------------------


def _ways(points: Points) -> Way:
    return tuple(complex(x, y) for x, y in points)


def _area(way: Way) -> float:
    o = way[0]
    return 0.5 * sum(((p - o).conjugate() * (q - o)).imag for p, q in zip(way, (*way[1:], way[0]), strict=True))


@lru_cache(maxsize=4096)
def _sampled(way: Way) -> Way:
    """A closed outline at even steps of its length."""
    return _along(way, [i / _SAMPLES for i in range(_SAMPLES)], closed=True)


@lru_cache(maxsize=4096)
def _lengths(way: Way, *, closed: bool) -> tuple[float, ...]:
    """Where each vertex lies, 0..1 of the length; evenly where there is none."""
    steps = [abs(q - p) for p, q in itertools.pairwise((*way, way[0]) if closed else way)]
    total = sum(steps)
    n = len(way)
    if total <= 0 or not math.isfinite(total):
        return tuple(i / (n if closed else max(1, n - 1)) for i in range(n))
    at = [0.0, *itertools.accumulate(s / total for s in steps)]
    return tuple(min(s, 1.0) for s in (at[:-1] if closed else [*at[:-1], 1.0][:n]))


def _merged(places: list[float]) -> list[float]:
    made: list[float] = []
    for s in sorted(places):
        if not made or s - made[-1] > 1e-9:
            made.append(s)
    return made


def _along(way: Way, places: list[float], *, closed: bool) -> Way:
    at = _lengths(way, closed=closed)
    if closed:
        way, at = (*way, way[0]), (*at, 1.0)
    made: list[complex] = []
    for s in places:
        i = min(bisect_right(at, s) - 1, len(way) - 2)
        if i < 0:  # a line of one point
            made.append(way[0])
            continue
        gap = at[i + 1] - at[i]
        t = (s - at[i]) / gap if gap > 0 else 0.0
        made.append(way[i] + (way[i + 1] - way[i]) * t if abs(t) > 1e-9 else way[i])
    return tuple(made)


def _open_samples(way: Way, m: int) -> Way:
    return _along(way, [i / (m - 1) for i in range(m)], closed=False)


def _apart(a: Way, b: Way) -> float:
    return _square(p - q for p, q in zip(a, b, strict=True))


def _square(way: Iterable[complex]) -> float:
    return sum(z.real * z.real + z.imag * z.imag for z in way)
