"""Every kind of file is known by its content; what cannot be an item is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.errors import BadInput
from storage.media import documents
from storage.media.frames import FrameTable
from storage.media.kinds import stored_extension
from storage.media.probe import probe
from storage.media.video import frame_table
from storage.model.items import Kind
from tests.support import clips, pdfs, pictures, sounds


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return clips.write(tmp_path_factory.mktemp("clip") / "clip.mp4", 20)


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    return sounds.write(tmp_path_factory.mktemp("sound") / "sound.wav", sounds.ramp(4000, 2))


def named(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def refused(path: Path) -> BadInput:
    with pytest.raises(BadInput) as seen:
        probe(path)
    assert seen.value.input == str(path)
    assert seen.value.remedy
    assert path.name in seen.value.reason
    return seen.value


def test_a_video_comes_with_its_table_of_frames(clip):
    info = probe(clip)
    assert (info.kind, info.frames, info.mime) == (Kind.VIDEO, 20, "video/mp4")
    assert FrameTable.from_bytes(info.frame_table) == frame_table(clip)


def test_a_sound_is_one_in_whatever_holds_it(sound, tmp_path):
    assert probe(sound).kind is Kind.AUDIO
    inside = sounds.write(tmp_path / "only sound.mp4", sounds.ramp(8000), codec="aac")
    info = probe(inside)
    assert (info.kind, info.mime, info.width) == (Kind.AUDIO, "audio/mp4", None)
    assert info.facts["sample_rate"] == 8000


def test_a_pdf_is_one_under_any_name(tmp_path):
    info = probe(named(tmp_path / "report.txt", pdfs.pdf({}, {})))
    assert (info.kind, info.frames) == (Kind.PDF, 2)
    assert info.warnings == ("Named “.txt”, but holds a PDF document; it is treated as PDF.",)


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("a.txt", "text/plain"),
        ("a.HTML", "text/html"),
        ("a.htm", "text/html"),
        ("a.md", "text/markdown"),
        ("a.csv", "text/csv"),
        ("a.json", "application/json"),
        ("a.xml", "application/xml"),
        ("README", "text/plain"),
    ],
)
def test_texts_are_told_apart_by_their_extension(name, mime, tmp_path):
    info = probe(named(tmp_path / name, "<p>Grüße</p>\n"))
    assert (info.kind, info.mime, info.facts["characters"], info.warnings) == (Kind.TEXT, mime, 13, ())


@pytest.mark.parametrize("start", ["GIF89a was a format", "BM stands for", "ID3 tags are", "FORM follows", "OggS", "G" * 400])
def test_a_text_may_begin_with_the_letters_of_any_signature(start, tmp_path):
    assert probe(named(tmp_path / "essay.txt", start)).kind is Kind.TEXT


def test_a_picture_named_text_is_a_picture(tmp_path):
    info = probe(pictures.write(tmp_path / "a.txt", pictures.smooth(9, 9), "JPEG"))
    assert info.kind is Kind.IMAGE
    assert "holds a JPEG picture" in info.warnings[0]


def test_a_wrong_extension_is_a_warning_for_videos_and_sounds_too(clip, sound, tmp_path):
    as_picture = named(tmp_path / "clip.jpg", clip.read_bytes())
    assert probe(as_picture).warnings[0] == "Named “.jpg”, but holds MP4 video; it is treated as MP4."
    as_mp3 = named(tmp_path / "sound.mp3", sound.read_bytes())
    assert probe(as_mp3).warnings[0] == "Named “.mp3”, but holds WAV sound; it is treated as WAV."
    assert probe(named(tmp_path / "clip.cam7", clip.read_bytes())).warnings == ()


def test_copies_keep_an_extension_that_fits(clip, sound, tmp_path):
    mov, odd = named(tmp_path / "a.MOV", clip.read_bytes()), named(tmp_path / "a.jpg", clip.read_bytes())
    assert [stored_extension(probe(p), p) for p in (mov, odd, sound)] == [".mov", ".mp4", ".wav"]
    page, note = named(tmp_path / "p.htm", "<p>"), named(tmp_path / "NOTES", "a note")
    assert [stored_extension(probe(p), p) for p in (page, note)] == [".htm", ".txt"]


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.dcm", b"\0" * 128 + b"DICM", "a DICOM file, and of no series"),
        ("old.dcm", b"\x08\0\x05\0CS\x0a\0ISO_IR 100", "a DICOM file"),
        ("a.nii", b"\0" * 344 + b"n+1\0", "NIfTI"),
        ("a.nii.gz", b"\x1f\x8b\x08", "cannot be read"),
        ("a.zip", b"PK\x03\x04....", "a ZIP archive, which Postil cannot show"),
        ("a.exe", b"MZ\x90\0\x03", "no file that Postil can show"),
        ("a.txt", b"MZ\x90\0\x03\0\0\0\x04", "holds no text but binary data"),
        ("a.pdf", b"%PDF-1.7 and nothing more", "no PDF that can be read"),
    ],
)
def test_what_can_be_no_item_is_refused_by_what_it_is(name, data, word, tmp_path):
    assert word in refused(named(tmp_path / name, data)).reason


def test_a_video_that_was_cut_off_is_added_with_what_can_be_read(tmp_path):
    whole = clips.write(tmp_path / "whole.mkv", 60, gop=10)
    info = probe(named(tmp_path / "cut.mkv", whole.read_bytes()[: whole.stat().st_size * 2 // 3]))
    assert info.kind is Kind.VIDEO
    assert 0 < info.frames < 60


def test_an_mp4_without_its_index_is_refused(clip, tmp_path):
    assert "cannot be read as a video" in refused(named(tmp_path / "cut.mp4", clip.read_bytes()[:2000])).reason


def test_a_sound_without_samples_is_refused(sound, tmp_path):
    head = bytearray(sound.read_bytes())
    at = head.index(b"data")
    head[at + 4 : at + 8] = bytes(4)
    assert "holds no sound" in refused(named(tmp_path / "none.wav", bytes(head[: at + 8]))).reason


def test_a_pdf_with_a_password_is_refused(tmp_path):
    error = refused(named(tmp_path / "secret.pdf", pdfs.pdf({}, encrypted=True)))
    assert "protected by a password" in error.reason


def test_texts_of_gigabytes_are_refused_before_they_are_read(tmp_path):
    path = named(tmp_path / "log.txt", "a log that says nothing\n")
    with path.open("r+b") as file:
        file.truncate(3 << 30)
    assert "has 3.2 GB" in refused(path).reason
    assert documents.MAX_TEXT < 3 << 30


def test_reading_a_long_text_can_be_given_up(tmp_path):
    class Enough(Exception):
        pass

    def check() -> None:
        raise Enough

    with pytest.raises(Enough):
        probe(named(tmp_path / "a.txt", "words " * 1000), check)
