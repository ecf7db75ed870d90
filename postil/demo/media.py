"""The sample's other data, made by number like its pictures: a film, a sound, a document, a letter, a page, a group of views."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from postil.demo.pictures import Scene, Thing, leaf
from storage.model.geometry import Points

FILM, SOUND, PAPER, LETTER, PAGE, VIEWS = (
    "crossing.webm",
    "bells.wav",
    "report.pdf",
    "letter.txt",
    "page.html",
    "Leaf from three sides",
)
SIZE, FRAMES, FPS = (640, 360), 100, 25


@dataclass(frozen=True, slots=True)
class Mover:
    """Something of the film that goes straight on from `first` to `last`; a box of `size`, its corner by frame."""

    color: tuple[int, int, int]
    size: tuple[int, int]
    start: tuple[float, float]
    step: tuple[float, float]
    first: int
    last: int
    plate: str

    def corner(self, frame: int) -> tuple[float, float]:
        n = frame - self.first
        return (self.start[0] + n * self.step[0], self.start[1] + n * self.step[1])


MOVERS = (
    Mover((186, 52, 44), (118, 52), (20.0, 236.0), (4.8, 0.0), 0, 99, "OSL 11"),
    Mover((46, 92, 160), (96, 44), (500.0, 188.0), (-5.0, 0.25), 20, 84, "OSL 12"),
)


def film(folder: Path) -> Path:
    """Two cars and a sun, four seconds of VP9: the encoder of H.264 that PyAV carries is under the GPL (docs/dependencies.md)."""
    import av

    path = folder / FILM
    options = {"deadline": "realtime", "cpu-used": "8", "crf": "24", "b": "0"}
    ground = _crossing()
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libvpx-vp9", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.gop_size = FPS
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.asarray(_picture(ground, number)), "rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def _crossing() -> Image.Image:
    width, height = SIZE
    fade = np.linspace(0, 1, height)[:, None, None] * np.array([70, 40, 10])
    image = Image.fromarray(np.broadcast_to(np.array([146, 184, 222]) + fade, (height, width, 3)).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for n, x in enumerate(range(0, width, 80)):
        pen.rectangle((x, 60 + 17 * (n * 5 % 4), x + 66, 180), fill=(150 - 9 * n, 128 + 6 * (n % 3), 112))
    pen.rectangle((0, 176, width, height), fill=(120, 118, 114))
    pen.rectangle((0, 172, width, 180), fill=(206, 202, 194))
    for x in range(10, width, 90):
        pen.rectangle((x, 300, x + 50, 305), fill=(226, 222, 208))
    return image


def _picture(ground: Image.Image, number: int) -> Image.Image:
    image = ground.copy()
    pen = ImageDraw.Draw(image)
    x = 60 + number * 4
    pen.ellipse((x, 20, x + 34, 54), fill=(250, 226, 140))
    for mover in reversed(MOVERS):
        if mover.first <= number <= mover.last:
            _car(pen, mover, *mover.corner(number))
    return image


def _car(pen: ImageDraw.ImageDraw, mover: Mover, x: float, y: float) -> None:
    w, h = mover.size
    pen.rounded_rectangle((x, y + h * 0.35, x + w, y + h * 0.85), radius=8, fill=mover.color)
    pen.rounded_rectangle((x + w * 0.2, y, x + w * 0.75, y + h * 0.5), radius=8, fill=mover.color)
    pen.rounded_rectangle((x + w * 0.26, y + h * 0.08, x + w * 0.69, y + h * 0.36), radius=4, fill=(206, 222, 232))
    for at in (0.2, 0.78):
        r = h * 0.2
        pen.ellipse((x + w * at - r, y + h - 2 * r, x + w * at + r, y + h), fill=(36, 36, 40))


#: (first, last) in milliseconds, what is heard.
CALLS = ((600, 1900, "bell"), (2600, 3300, "bird"), (3600, 4300, "bird"), (4900, 5800, "bell"))


def sound(folder: Path, rate: int = 22_050, seconds: float = 6.5) -> Path:
    """Bells and a bird over a quiet hum."""
    time = np.arange(int(rate * seconds)) / rate
    heard = 0.01 * np.sin(2 * np.pi * 100 * time) + np.random.default_rng(3).normal(0, 0.003, time.size)
    for first, last, what in CALLS:
        inside = (time >= first / 1000) & (time < last / 1000)
        heard[inside] += _call(what, time[inside] - first / 1000)
    path = folder / SOUND
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(heard, -1, 1) * 32_000).astype("<i2").tobytes())
    return path


def _call(what: str, time: NDArray[np.float64]) -> NDArray[np.float64]:
    if what == "bell":
        tones = (1.0, 2.01, 2.76, 5.4)
        return sum(
            (0.3 / n * np.sin(2 * np.pi * 440 * f * time) for n, f in enumerate(tones, 1)), np.zeros_like(time)
        ) * np.exp(-2.2 * time)
    swing = np.sin(2 * np.pi * 9 * time)
    chirp: NDArray[np.float64] = 0.25 * np.sin(2 * np.pi * (2600 * time + 40 * swing)) * np.clip(swing, 0, 1)
    return chirp


HEADING = (56.0, 60.0, 330.0, 30.0)  # x, y, width, height in points from the top left


def paper(folder: Path) -> Path:
    """Two pages of A4 with a heading, lines and a drawing."""
    lines = [f"/F 22 Tf 60 {842 - 82} Td (Report on a quiet street) Tj"]
    lines += [
        f"/F 11 Tf {'0 -40 Td' if n == 0 else '0 -18 Td'} (Line {n + 1}: on that morning {3 + n * 7 % 5} cars went by.) Tj"
        for n in range(14)
    ]
    first = "BT " + "\n".join(lines) + " ET\n"
    second = "BT /F 22 Tf 60 760 Td (What was seen) Tj ET\n0.27 0.49 0.75 rg\n" + "\n".join(
        f"{80 + n * 70} 420 44 {60 + n * 37 % 160} re f" for n in range(6)
    )
    path = folder / PAPER
    path.write_bytes(_pdf(first, second))
    return path


def _pdf(*contents: str) -> bytes:
    """A document of A4 pages that hold these drawing commands; text in Helvetica."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(contents)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(contents)} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, content in enumerate(contents):
        resources = "/Resources << /Font << /F 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * n} 0 R {resources} >>")
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    out = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    out += (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    )
    return out.encode("latin-1")


NAMES = ("Ada Berg", "Jonas Lind", "Mira Öst")


def letter(folder: Path) -> Path:
    path = folder / LETTER
    path.write_text(
        "Dear Ada Berg,\n\nthe street in front of our house has become quiet. Jonas Lind counted the cars from his window, and\n"
        "Mira Öst listened to the bells. On Tuesday there were eleven cars, on Wednesday nine.\n\nJonas Lind will count again in "
        "spring; until then we send you his list.\n\nWith kind regards\nThe neighbours\n",
        encoding="utf-8",
        newline="\n",
    )
    return path


def page(folder: Path) -> Path:
    path = folder / PAGE
    path.write_text(
        "<!doctype html>\n<html><head><meta charset='utf-8'><title>Street</title></head>\n<body><h1>A quiet street</h1>\n"
        "<p>Counted by <b>Jonas Lind</b>, heard by <i>Mira Öst</i>.</p>\n"
        "<table><tr><th>Day</th><th>Cars</th></tr><tr><td>Tuesday</td><td>11</td></tr><tr><td>Wednesday</td><td>9</td></tr>"
        "</table>\n<p>Written down by Ada Berg.</p>\n</body></html>\n",
        encoding="utf-8",
        newline="\n",
    )
    return path


def views(folder: Path) -> list[Scene]:
    """The same leaf from three sides, each in a size of its own: members of a group."""
    (folder / VIEWS).mkdir()
    whole = leaf("leaf.png")
    turns: tuple[tuple[int, Callable[[Image.Image], Image.Image], Callable[[float, float], tuple[float, float]]], ...] = (
        (600, lambda image: image, lambda x, y: (x, y)),
        (520, lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), lambda x, y: (900 - x, y)),
        (440, lambda image: image.transpose(Image.Transpose.ROTATE_180), lambda x, y: (900 - x, 900 - y)),
    )
    made = []
    for number, (side, turn, place) in enumerate(turns, 1):
        scale = side / 900

        def moved(points: Points, place: Any = place, scale: float = scale) -> Points:
            return tuple((x * scale, y * scale) for x, y in (place(*point) for point in points))

        image = Image.new("RGB", (side, side), (236, 233, 226))
        small = turn(whole.image).resize((side, side), Image.Resampling.LANCZOS)
        image.paste(small, mask=small.getchannel("A"))
        image.save(folder / VIEWS / f"view {number}.jpg", quality=90)
        (thing,) = whole.things
        made.append(
            Scene(f"view {number}.jpg", image, [Thing("Leaf", moved(thing.points), {"hole": moved(thing.facts["hole"])})])
        )
    return made
