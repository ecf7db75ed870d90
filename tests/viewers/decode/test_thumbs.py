"""Small pictures: upright, opaque, within the size."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest
from PIL import Image

from storage.errors import BadInput
from tests.support import clips, pdfs, pictures, sounds
from viewers.decode.thumbs import render


def shown(path, size=256) -> np.ndarray:
    data = render(path, size)
    assert data.startswith(b"\xff\xd8\xff")
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize("name", pictures.examples())
def test_every_format_has_one(name, tmp_path):
    (tmp_path / name).write_bytes(pictures.examples()[name])
    a = shown(tmp_path / name)
    assert a.shape == ((48, 32, 3) if name == "jpeg" else (32, 48, 3))


@pytest.mark.parametrize(
    ("size", "want"), [((1280, 960), (192, 256)), ((600, 3000), (256, 51)), ((4001, 7), (1, 256)), ((20, 10), (10, 20))]
)
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_it_fits_the_size_and_never_enlarges(size, want, format, tmp_path):
    path = pictures.write(tmp_path / "p", pictures.smooth(*size), format)
    assert shown(path).shape[:2] == pytest.approx(want, abs=1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_it_is_upright(orientation, format, tmp_path):
    a = pictures.corners(400, 240)
    path = pictures.write(tmp_path / "p", pictures.stored_for(a, orientation), format, exif=pictures.exif(orientation))
    got = shown(path, 100)
    assert got.shape[:2] == (60, 100)
    for y, x in ((10, 10), (10, 90), (50, 10), (50, 90)):
        assert np.abs(got[y, x].astype(int) - a[y * 4, x * 4]).max() < 40


def test_transparency_lies_over_a_light_checker(tmp_path):
    path = pictures.write(tmp_path / "p.png", np.zeros((64, 64, 4), np.uint8))
    a = shown(path)
    assert 180 < a.min() < 215
    assert 225 < a.max() < 245


def test_deep_greys_are_windowed_so_that_something_is_seen(tmp_path):
    values = np.linspace(1000, 1400, 100 * 100).reshape(100, 100).astype(np.uint16)
    values[0, 0] = 65535  # a hot pixel
    a = shown(pictures.write(tmp_path / "p.png", values))
    assert a.min() < 15
    assert a.max() > 240


def test_a_truncated_picture_still_has_one(tmp_path):
    data = pictures.encode(pictures.noise(500, 400), "JPEG")
    (tmp_path / "p.jpg").write_bytes(data[: len(data) // 2])
    assert shown(tmp_path / "p.jpg")[:60].std() > 10


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "p.jpg").write_bytes(b"no picture at all")
    with pytest.raises(BadInput):
        render(tmp_path / "p.jpg", 256)


def video(path, pictures_of, **options):
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "veryfast", "sc_threshold": "0", "keyint_min": "5"})
        stream.width, stream.height, stream.pix_fmt = 320, 200, "yuv420p"
        stream.codec_context.gop_size = 5
        for a in pictures_of:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(a, "rgb24")))
        out.mux(stream.encode())
    return path


def test_a_video_is_stood_for_by_its_first_key_frame_that_is_not_black(tmp_path):
    black = [np.zeros((200, 320, 3), np.uint8)] * 7
    path = video(tmp_path / "fade.mp4", black + [clips.numbered(n, 320, 200) for n in range(7, 25)])
    a = shown(path, 160)
    assert a.shape == (100, 160, 3)
    assert clips.number_in(a) == 10  # frames 0 and 5 are key frames and black


def test_a_black_video_has_one_all_the_same(tmp_path):
    path = video(tmp_path / "black.mp4", [np.zeros((200, 320, 3), np.uint8)] * 12)
    assert shown(path, 64).max() < 20


def test_that_of_a_turned_video_is_upright(tmp_path):
    a = shown(clips.write(tmp_path / "c.mp4", 3, size=(96, 64), rotation=90))
    assert a.shape == (96, 64, 3)
    assert clips.number_in(np.rot90(a, -1)) == 0


def test_a_damaged_video_is_refused(tmp_path):
    path = clips.write(tmp_path / "c.mp4", 3)
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(BadInput, match=r"c\.mp4 cannot"):
        render(path, 256)


# -- other kinds than pictures -----------------------------------------------------------------------------------------


def test_a_video_is_shown_by_a_key_frame_whatever_its_name(tmp_path):
    clip = clips.write(tmp_path / "clip.mp4", 30, size=(640, 480))
    a = shown(clip.rename(tmp_path / "clip.jpg"))
    assert a.shape == (192, 256, 3)
    assert clips.number_in(a) >= 0


def bars(a: np.ndarray) -> np.ndarray:
    """How high the waveform is in each column."""
    return (a[..., 2].astype(int) > 150).sum(axis=0)


def test_a_sound_is_shown_by_its_waveform(tmp_path):
    half = np.concatenate([sounds.tone(16_000, 8000, 440, 0.9), sounds.tone(16_000, 8000, 440, 0.1)])
    height = bars(shown(sounds.write(tmp_path / "a.wav", half)))
    assert height[20:110].max() > 4 * height[150:240].max() > 0


def test_of_a_long_sound_only_some_places_are_decoded(tmp_path):
    loud = sounds.tone(100 * 8000, 8000, 440, 0.9)
    quiet = sounds.tone(100 * 8000, 8000, 440, 0.05)
    height = bars(shown(sounds.write(tmp_path / "a.mp4", np.concatenate([quiet, loud]), codec="aac")))
    assert height[150:240].max() > 4 * height[20:110].max() > 0


def test_a_file_with_only_sound_in_a_container_of_videos_is_a_waveform(tmp_path):
    path = sounds.write(tmp_path / "a.mkv", sounds.tone(8000, 8000, 440), codec="flac")
    assert shown(path).shape == (154, 256, 3)


def test_a_pdf_is_shown_by_its_first_page(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.pdf({"size": (100, 200), "draw": pdfs.square(0, 0, 100, 100)}, {}))
    a = shown(path)
    assert a.shape == (256, 128, 3)
    assert a[200, 64].tolist() == pytest.approx([254, 0, 0], abs=3)
    assert a[50, 64].tolist() == [255, 255, 255]


def ink(a: np.ndarray) -> int:
    return int((a.mean(axis=2) < 160).sum())


def test_a_text_is_a_sheet_with_its_first_lines(tmp_path):
    few, many = tmp_path / "few.txt", tmp_path / "many.txt"
    few.write_text("one line")
    many.write_text("a line of a longer text\n" * 100_000)
    assert shown(few).shape == shown(many).shape == (256, 197, 3)
    assert ink(shown(many)) > 8 * ink(shown(few)) > 0


def test_of_a_page_its_words_are_shown_and_not_its_source(tmp_path):
    page = tmp_path / "a.html"
    page.write_text("<html><head><style>" + "p { color: red }\n" * 50 + "</style></head><body><p>word</p></body></html>")
    source = tmp_path / "a.xml"
    source.write_text(page.read_text())
    assert 0 < ink(shown(page)) < ink(shown(source)) / 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_texts_of_every_encoding_are_shown(encoding, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(("Grüße " * 20_000).encode(encoding))
    assert ink(shown(path)) > 50


def test_a_page_nested_beyond_all_bounds_is_shown_by_its_source(tmp_path):
    path = tmp_path / "bomb.html"
    path.write_text("<div>" * 300_000)
    assert ink(shown(path)) > 10


def test_a_page_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("viewers.decode.thumbs._PAGE_S", 0.0)
    path = tmp_path / "slow.pdf"
    path.write_bytes(pdfs.pdf({"draw": pdfs.square(0, 0, 9, 9) * 20_000}))
    with pytest.raises(BadInput, match="takes longer"):
        render(path, 256)
