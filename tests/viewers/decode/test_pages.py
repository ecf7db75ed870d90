"""Pages of a PDF: points from the top left of the crop box as shown, at every level, rotation and part."""

from __future__ import annotations

import time

import numpy as np
import pytest

from storage.errors import BadInput, Cancelled
from storage.media.documents import probe_pdf
from storage.media.source import FileSource, MemorySource
from storage.model.items import Kind
from tests.support.pdfs import pdf, square, words
from viewers.decode import open_media
from viewers.decode.pages import open_pages
from viewers.decode.request import PixelKind, Request, to_rgb

RED = (255, 0, 0)


@pytest.fixture
def open_pdf():
    opened = []

    def make(*pages):
        opened.append(open_pages(MemorySource(pdf(*pages)), {}))
        return opened[-1]

    yield make
    for decoder in opened:
        decoder.close()


def red(picture):
    """Bounds of what is red, in pixels of the answer: left, top, right, bottom."""
    rgb = to_rgb(picture).astype(int)
    mask = (rgb[..., 0] > 200) & (rgb[..., 1] < 60)
    ys, xs = np.nonzero(mask)
    return (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)


def test_a_point_is_a_pixel_from_the_top_left(open_pdf):
    decoder = open_pdf({"size": (200, 100), "draw": square(20, 70, 40, 20)})
    facts = decoder.facts()
    assert (facts.width, facts.height, facts.levels, facts.kind) == (200, 100, 0, PixelKind.BGRA8)
    picture = decoder.read(Request())
    assert picture.array.shape == (100, 200, 4) and picture.region == (0, 0, 200, 100)
    assert picture.array.flags.c_contiguous and not picture.array.flags.writeable
    assert (picture.array[..., 3] == 255).all()
    assert red(picture) == (20, 10, 60, 30)


@pytest.mark.parametrize(
    ("rotate", "size", "place"),
    [(0, (200, 100), (20, 10, 60, 30)), (90, (100, 200), (70, 20, 90, 60)), (180, (200, 100), (140, 70, 180, 90)),
     (270, (100, 200), (10, 140, 30, 180))],
)  # fmt: skip
def test_rotated_pages_are_as_shown_and_their_text_with_them(open_pdf, rotate, size, place):
    decoder = open_pdf({"size": (200, 100), "rotate": rotate, "draw": square(20, 70, 40, 20) + "0 g\n" + words("HHH", 20, 72)})
    assert decoder.size(0) == size
    assert red(decoder.read(Request())) == pytest.approx(place, abs=1)
    for left, top, right, bottom in decoder.text(0).boxes[:3].tolist():
        assert place[0] - 6 <= left < right <= place[2] + 6 and place[1] - 6 <= top < bottom <= place[3] + 6


def test_the_crop_box_is_the_page(open_pdf):
    decoder = open_pdf({"size": (200, 100), "crop": (10, 20, 110, 90), "draw": square(20, 70, 40, 20)})
    assert decoder.size(0) == (100, 70)
    assert red(decoder.read(Request())) == (10, 0, 50, 20)


@pytest.mark.parametrize("level", [-4, -2, -1, 0, 1, 2])
def test_levels_and_parts_lie_where_the_whole_has_them(open_pdf, level):
    decoder = open_pdf({"size": (400, 300), "draw": square(100, 100, 48, 48)})
    scale = 2.0**-level
    part = decoder.read(Request(level=level, region=(80, 140, 96, 80)))
    assert part.array.shape[:2] == (round(80 * scale), round(96 * scale)) and part.level == level
    expected = tuple(v * scale for v in (20, 12, 68, 60))
    assert red(part) == pytest.approx(expected, abs=1)


def test_a_part_is_cut_to_the_page_and_outside_is_refused(open_pdf):
    decoder = open_pdf({})
    assert decoder.read(Request(region=(150, 50, 500, 500))).region == (150, 50, 50, 50)
    with pytest.raises(BadInput, match="outside of the page"):
        decoder.read(Request(region=(500, 0, 10, 10)))


def test_text_has_a_box_per_character(open_pdf):
    decoder = open_pdf({"draw": words("Hello", 20, 50)}, {"draw": ""})
    found = decoder.text(0)
    assert found.text.startswith("Hello")
    assert len(found.boxes) == len(found.text)
    left = found.boxes[:5, 0].tolist()
    assert left == sorted(left) and left[0] == pytest.approx(20, abs=1)
    assert found.boxes[0, 1] < 50 < found.boxes[0, 3] + 1
    (rect,) = found.rects(0, 5)
    assert rect[0] == pytest.approx(left[0]) and rect[2] > left[4]
    assert decoder.text(1).text == ""


def test_search_gives_page_range_and_rectangles(open_pdf):
    draw = words("first Match here", 10, 80) + words("and a match", 10, 40)
    decoder = open_pdf({"draw": draw}, {}, {"draw": words("no. MATCH", 10, 50)})
    hits = list(decoder.search("match"))
    assert [(h.page, decoder.text(h.page).text[h.start : h.end]) for h in hits] == [(0, "Match"), (0, "match"), (2, "MATCH")]
    assert [len(h.rects) for h in hits] == [1, 1, 1]
    assert hits[0].rects[0][1] < hits[1].rects[0][1]
    assert [h.page for h in decoder.search("MATCH", case=True)] == [2]
    assert [h.page for h in decoder.search("here and")] == [0], "white space is white space, line ends too"
    assert list(decoder.search("  ")) == []


def test_search_can_be_given_up(open_pdf):
    decoder = open_pdf(*[{"draw": words("x", 10, 50)}] * 5)

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        list(decoder.search("x", check=stop))


def test_what_is_not_wanted_any_more_is_not_rendered(open_pdf):
    decoder = open_pdf({})
    decoder.cancel(3)
    with pytest.raises(Cancelled):
        decoder.read(Request(generation=3))
    assert decoder.read(Request(generation=4)).array.size


def test_a_page_that_takes_too_long_ends_with_a_sentence(open_pdf, monkeypatch):
    decoder = open_pdf({"size": (2000, 2000), "draw": "".join(square(i % 1900, i // 4, 50, 50) for i in range(6000))})
    monkeypatch.setattr(decoder, "_seconds", -1.0)
    with pytest.raises(BadInput, match="takes longer"):
        decoder.read(Request())


def test_huge_pages_are_rendered_small_and_never_at_once(open_pdf):
    decoder = open_pdf({"size": (900_000, 800_000), "draw": square(0, 0, 450_000, 800_000)})
    facts = decoder.facts()
    assert (facts.width, facts.height) == (900_000, 800_000)
    small = decoder.read(Request(level=facts.levels))
    assert max(small.array.shape) <= 1024 and red(small)[2] == pytest.approx(small.array.shape[1] / 2, abs=1)
    for level in (0, -4):
        with pytest.raises(BadInput, match="too large to be rendered at once"):
            decoder.read(Request(level=level))
    with pytest.raises(BadInput, match="finer"):
        decoder.read(Request(level=-9))


def test_the_door_for_every_medium_opens_pages():
    decoder = open_media(MemorySource(pdf({"size": (30, 20)})), "pdf", {}, None)
    assert decoder.frames == 1 and decoder.read(Request()).array.shape == (20, 30, 4)
    decoder.close()


def test_pages_beyond_the_last(open_pdf):
    decoder = open_pdf({})
    for ask in (decoder.size, decoder.text, lambda n: decoder.read(Request(frame=n))):
        with pytest.raises(BadInput, match="there is no page 8"):
            ask(7)


# -- probing ------------------------------------------------------------------------------------------------------


def saved(tmp_path, data, name="a.pdf"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_probing_tells_pages_in_runs(tmp_path):
    info = probe_pdf(saved(tmp_path, pdf({}, {}, {"size": (50, 70.5)}, {"rotate": 90})))
    assert (info.kind, info.mime, info.frames, info.width, info.height) == (Kind.PDF, "application/pdf", 4, 200, 100)
    assert info.facts["pages"] == [[2, 200.0, 100.0], [1, 50.0, 70.5], [1, 100.0, 200.0]]
    assert info.warnings == ()


def test_ten_thousand_pages_take_seconds_at_most(tmp_path):
    path = saved(tmp_path, pdf(*[{}] * 10_000))
    begin = time.process_time()
    info = probe_pdf(path)
    assert info.frames == 10_000 and info.facts["pages"] == [[10_000, 200.0, 100.0]]
    decoder = open_pages(FileSource(path), info.facts)
    assert decoder.read(Request(frame=9_999)).array.shape == (100, 200, 4)
    decoder.close()
    assert time.process_time() - begin < 10


def test_encrypted_files_are_refused_with_a_remedy(tmp_path):
    with pytest.raises(BadInput, match="protected by a password") as error:
        probe_pdf(saved(tmp_path, pdf({}, encrypted=True)))
    assert "without the password" in error.value.remedy and error.value.input.endswith("a.pdf")


@pytest.mark.parametrize("cut", [0, 1, 20, 200])
def test_broken_files_are_refused(tmp_path, cut):
    data = b"%PDF-1.7\nnothing of a document" if not cut else pdf({"draw": "x" * 100})[:cut]
    with pytest.raises(BadInput, match=r"damaged or cut off|has no pages"):
        probe_pdf(saved(tmp_path, data))


def test_pages_without_a_usable_size_are_told(tmp_path):
    info = probe_pdf(saved(tmp_path, pdf({}, {"size": (99_000_000, 5)})))
    assert info.facts["pages"][1] == [1, 595.0, 842.0]
    assert info.warnings == ("The size of page 2 cannot be read: A4 is taken.",)


def test_damage_anywhere_is_a_sentence_or_a_page(tmp_path):
    import random

    whole = pdf({"draw": square(20, 70, 40, 20) + words("Hello", 20, 50)}, {"rotate": 90})
    rnd = random.Random(5)
    for k in range(150):
        data = bytearray(whole)
        for _ in range(rnd.randint(1, 12)):
            data[rnd.randrange(len(data))] = rnd.randrange(256)
        path = saved(tmp_path, bytes(data), f"{k}.pdf")
        try:
            info = probe_pdf(path)
            decoder = open_pages(FileSource(path), info.facts)
            decoder.read(Request())
            decoder.text(0)
            decoder.close()
        except BadInput as error:
            told = str(error)
        else:
            told = "shown"
        assert told
