"""Every kind of data through the command line: in, listed, shown, frame by frame, with labels out and in again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support import clips, pdfs, pictures, sounds
from tests.support.command_line import ask, postil


@pytest.fixture(scope="module")
def media(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    clips.write(folder / "clip.mp4", 30)
    sounds.write(folder / "sound.wav", sounds.ramp(4000, 2))
    (folder / "paper.pdf").write_bytes(pdfs.pdf({"draw": pdfs.words("One", 20, 40)}, {"size": (50, 80)}))
    (folder / "letter.txt").write_text("Grüße\naus der Ferne\n")
    (folder / "page.html").write_text("<h1>Title</h1><p>Words</p>")
    (folder / "rows.csv").write_text("a,b\n1,2\n")
    pictures.write(folder / "photo.jpg", pictures.smooth(40, 30), "JPEG")
    (folder / "archive.zip").write_bytes(b"PK\x03\x04....")
    (folder / "scan.dcm").write_bytes(b"\0" * 128 + b"DICM")
    return folder


@pytest.fixture(scope="module")
def shots(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("shots")
    return [pictures.write(folder / f"frame {n}.png", np.full((16, 24, 3), n * 10, np.uint8)) for n in (1, 2, 10)]


@pytest.fixture
def catalog(tmp_path) -> Path:
    postil("init", tmp_path / "catalog", "--user", "Ann", "--email", "ann@example.org")
    return tmp_path / "catalog"


def test_a_mixed_folder_becomes_items_of_every_kind(catalog, media, tmp_path):
    answer = ask("--catalog", catalog, "add", media, "--folder", "All", code=1)
    kinds = {item["title"]: item["kind"] for item in answer["items"]}
    assert kinds == {
        "clip.mp4": "video", "sound.wav": "audio", "paper.pdf": "pdf", "letter.txt": "text", "page.html": "text",
        "rows.csv": "text", "photo.jpg": "image",
    }  # fmt: skip
    reasons = {Path(e["input"]).name: e["reason"] for e in answer["errors"]}
    assert "no pixels" in reasons["scan.dcm"]
    assert "a ZIP archive" in reasons["archive.zip"]
    [clip] = ask("--catalog", catalog, "items", "--type", "video")
    assert (clip["frames"], clip["fps"], clip["duration"], clip["width"]) == (30, 25.0, 1.2, 64)
    shown = ask("--catalog", catalog, "item", "show", clip["uuid"])
    assert shown["facts"]["codec"] == "h264"
    [sound] = ask("--catalog", catalog, "items", "--type", "audio")
    facts = ask("--catalog", catalog, "item", "show", sound["uuid"])["facts"]
    assert (facts["sample_rate"], facts["channels"], sound["duration"]) == (8000, 2, 0.5)
    assert len(ask("--catalog", catalog, "items", "--type", "text")) == 3
    assert ask("--catalog", catalog, "check")["ok"]
    lines = postil("--catalog", catalog, "add", media / "clip.mp4", "--folder", "Again")
    assert "1 × video" in lines


def test_a_frame_of_a_video_and_a_page_are_written_as_pictures(catalog, media, tmp_path):
    ask("--catalog", catalog, "add", media / "clip.mp4", media / "paper.pdf", media / "letter.txt", "--folder", "All")
    uuids = {row["kind"]: row["uuid"] for row in ask("--catalog", catalog, "items")}
    postil("--catalog", catalog, "frame", uuids["video"], 17, "--out", tmp_path / "f.png")
    with Image.open(tmp_path / "f.png") as frame:
        assert clips.number_in(np.asarray(frame)) == 17
    postil("--catalog", catalog, "frame", uuids["pdf"], 1, "--out", tmp_path / "p.png")
    with Image.open(tmp_path / "p.png") as page:
        assert page.size == (50, 80)
    answer = ask("--catalog", catalog, "frame", uuids["text"], 0, "--out", tmp_path / "t.png", code=3)
    assert "has no frames" in answer["error"]["reason"]


@pytest.mark.parametrize(("as_", "kind"), [("image-group", "image_group"), ("image-sequence", "image_sequence")])
def test_pictures_become_a_group_or_a_sequence(as_, kind, catalog, shots, tmp_path):
    words = ["add", *reversed(shots), "--folder", "Batches", "--as", as_, "--title", "Corridor"]
    answer = ask("--catalog", catalog, *words)
    [item] = answer["items"]
    assert (item["kind"], item["title"], answer["errors"]) == (kind, "Corridor", [])
    shown = ask("--catalog", catalog, "item", "show", item["uuid"])
    assert [m["title"] for m in shown["members"]] == ["frame 1.png", "frame 2.png", "frame 10.png"]
    assert shown["frames"] == 3
    assert shown.get("encoded") == (True if kind == "image_sequence" else None)
    paths = {f["path"]: f["items"] for f in ask("--catalog", catalog, "folder", "list")}
    assert paths["Batches/Corridor"] == 3
    postil("--catalog", catalog, "frame", item["uuid"], 2, "--out", tmp_path / "f.png")
    with Image.open(tmp_path / "f.png") as frame:
        assert abs(int(np.asarray(frame).mean()) - 100) < 4
    assert ask("--catalog", catalog, "items", "--type", as_)[0]["uuid"] == item["uuid"]
    member = ask("--catalog", catalog, "item", "show", shown["members"][0]["uuid"])
    assert member["member_of"] == ["Corridor"]


def test_the_order_given_is_kept(catalog, shots):
    words = ["add", shots[2], shots[0], "--folder", "B", "--as", "image-group", "--keep-order"]
    [item] = ask("--catalog", catalog, *words)["items"]
    shown = ask("--catalog", catalog, "item", "show", item["uuid"])
    assert [m["title"] for m in shown["members"]] == ["frame 10.png", "frame 1.png"]


def test_only_the_group_enters_the_dataset(catalog, shots):
    postil("--catalog", catalog, "dataset", "create", "D")
    ask("--catalog", catalog, "add", *shots, "--folder", "B", "--as", "image-group", "--dataset", "D")
    assert [i["kind"] for i in ask("--catalog", catalog, "items", "--dataset", "D")] == ["image_group"]


def test_a_title_without_a_group_is_refused(catalog, shots):
    answer = ask("--catalog", catalog, "add", *shots, "--folder", "B", "--title", "T", code=3)
    assert "belong to groups" in answer["error"]["reason"]


def test_a_group_of_no_pictures_is_refused(catalog, media):
    words = ["add", media / "letter.txt", "--folder", "B", "--as", "image-group"]
    assert "no image group was made" in ask("--catalog", catalog, *words, code=3)["error"]["reason"]
    assert [f["path"] for f in ask("--catalog", catalog, "folder", "list")] == ["B"]


def hostile(folder: Path) -> dict[str, str]:
    """Files that mean harm or are broken -> what the reason says of each."""
    clip = clips.write(folder / "whole.mp4", 20)
    (folder / "cut.mp4").write_bytes(clip.read_bytes()[:900])
    sound = sounds.write(folder / "whole.wav", sounds.ramp(4000)).read_bytes()
    (folder / "none.wav").write_bytes(sound[: sound.index(b"data") + 4] + bytes(4))
    (folder / "secret.pdf").write_bytes(pdfs.pdf({}, encrypted=True))
    (folder / "long.txt").write_bytes(b"a text\n")
    with (folder / "long.txt").open("r+b") as file:
        file.truncate(3 << 30)
    (folder / "binary.csv").write_bytes(bytes(range(256)) * 20)
    (folder / "bomb.html").write_text("<div>" * 200_000)
    return {
        "cut.mp4": "cannot be read as a video",
        "none.wav": "holds no sound",
        "secret.pdf": "password",
        "long.txt": "GB",
        "binary.csv": "binary data",
    }


def test_hostile_files_are_refused_one_by_one_and_the_others_come_in(catalog, tmp_path):
    (tmp_path / "in").mkdir()
    expected = hostile(tmp_path / "in")
    answer = ask("--catalog", catalog, "add", tmp_path / "in", "--folder", "All", code=1)
    reasons = {Path(e["input"]).name: e["reason"] for e in answer["errors"]}
    assert reasons.keys() == expected.keys()
    assert all(word in reasons[name] for name, word in expected.items())
    assert sorted(i["title"] for i in answer["items"]) == ["bomb.html", "whole.mp4", "whole.wav"]
