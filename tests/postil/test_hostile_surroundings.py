"""What a person meets on a bad day: no room, no rights, odd names, closed pipes. Always a sentence, the right code, no mess."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from postil.__main__ import main
from postil.demo import pictures
from storage.catalog import backups
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.errors import CatalogError
from storage.services.intake import add_paths
from tests.support import nouns

ROOT = Path(__file__).resolve().parents[2]


def run(*words: object, environment: dict[str, str] | None = None, **more) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "postil", *map(os.fsencode, map(str, words))]
    surroundings = {**os.environ, **(environment or {})}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    done = subprocess.run(command, cwd=ROOT, env=surroundings, timeout=300, check=False, **pipes)
    assert b"Traceback" not in (done.stderr or b"")
    return done


@pytest.fixture
def catalog(tmp_path):
    with Catalog.create(tmp_path / "catalog", name="Ada", email="ada@example.org") as made:
        nouns.folder(made, "Scans \N{GRINNING FACE}")
    return tmp_path / "catalog"


@pytest.mark.skipif(sys.platform != "linux", reason="file names of any bytes")
def test_names_that_are_no_text_or_would_steer_a_terminal_are_told_harmlessly(catalog, tmp_path):
    odd = tmp_path / "odd"
    odd.mkdir()
    for name in (b"zero\xff.png", b"esc\x1b[31m\n.png"):
        Path(os.fsdecode(os.fsencode(odd) + b"/" + name)).touch()
    done = run("--catalog", catalog, "--json", "add", odd, "--folder", "A")
    assert done.returncode == 1
    assert len(json.loads(done.stdout)["errors"]) == 2
    done = run("--catalog", catalog, "add", odd, "--folder", "A")
    assert b"\x1b" not in done.stderr
    assert done.returncode == 1


def test_a_terminal_without_unicode_shows_escapes_and_json_stays_json(catalog):
    plain = {"PYTHONIOENCODING": "ascii"}
    assert rb"\U0001f600" in run("--catalog", catalog, "folder", "list", environment=plain).stdout
    [folder] = json.loads(run("--catalog", catalog, "--json", "folder", "list", environment=plain).stdout)
    assert folder["path"] == "Scans \N{GRINNING FACE}"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_an_answer_that_cannot_be_written_is_a_failure_in_words(catalog, more):
    with Path("/dev/full").open("wb") as full:
        done = run("--catalog", catalog, *more, "folder", "list", stdout=full)
    assert done.returncode == 3
    assert b"The answer cannot be written" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="X11")
@pytest.mark.parametrize("display", ["", ":9876"])
def test_without_a_display_the_window_says_so(tmp_path, display):
    clean = {"DISPLAY": display, "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    done = run("--catalog", tmp_path / "none", environment=clean)
    assert done.returncode == 3
    assert b"no display" in done.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_in_the_place_of_a_file_is_never_waited_for(catalog, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with Catalog.open(catalog) as opened:
        nouns.project(opened, nouns.dataset(opened, "Set"), title="P")
    done = run("--catalog", catalog, "labels", "export", "P", "--format", "coco", "--out", pipe)
    assert done.returncode == 3
    assert pipe.is_fifo()
    (tmp_path / "odd").mkdir()
    os.mkfifo(tmp_path / "odd" / "catalog.sqlite")
    assert run("--catalog", tmp_path / "odd", "items").returncode == 3


def test_a_fault_in_a_file_names_the_file(catalog, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"objects": [')
    done = run("--catalog", catalog, "ontology", "import", bad, "--title", "T")
    assert done.returncode == 3
    assert bad.name.encode() in done.stderr


def test_a_catalog_whose_making_was_broken_off_can_be_made_again(tmp_path, monkeypatch):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.catalog.migrations.APPLICATION_ID", "no number, so the first step fails;")
        with pytest.raises(sqlite3.Error):
            Catalog.create(tmp_path / "c")
    assert not (tmp_path / "c" / "catalog.sqlite").exists()
    (tmp_path / "c" / "making.sqlite").write_bytes(b"half")
    with Catalog.create(tmp_path / "c"):
        pass
    assert check(tmp_path / "c") == []
    with pytest.raises(CatalogError):
        Catalog.create(tmp_path / "c")


def test_a_backup_that_lacks_a_picture_does_not_pass_for_a_whole_one(catalog, tmp_path, monkeypatch):
    with Catalog.open(catalog) as opened:
        folder = opened.paths.originals / "aa" / "bb"
        folder.mkdir(parents=True)
        (folder / "a.png").write_bytes(b"pixels")
        (opened.paths.originals / "incoming").mkdir()
        (opened.paths.originals / "incoming" / "half").write_bytes(b"half")

        def locked(path, *_, **__):
            raise PermissionError(13, "Permission denied", str(path))

        with monkeypatch.context() as patch:
            patch.setattr(backups.shutil, "copyfile", locked)
            with pytest.raises(PermissionError):
                opened.backup(tmp_path / "copy")
        assert not (tmp_path / "copy" / "catalog.sqlite").exists()
        opened.backup(tmp_path / "copy")  # goes on in the folder it began
    assert [p.name for p in (tmp_path / "copy" / "originals").rglob("*") if p.is_file()] == ["a.png"]


def test_previews_that_cannot_be_kept_do_not_undo_the_adding(catalog, tmp_path):
    from storage.progress import Progress

    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with Catalog.open(catalog) as opened:
        opened.paths.thumbnails.mkdir()  # SQLite cannot open a folder
        folder = nouns.folder(opened, "New")
        result = add_paths(opened, [tmp_path / "a.png"], folder, render=lambda _path, _size: b"", progress=Progress())
    assert len(result.added) == 1
    assert [w.input for w in result.warnings] == [str(catalog / "thumbnails.sqlite")]


def test_a_catalog_that_is_moved_away_while_open_is_said_to_be_gone_and_works_when_it_is_back(catalog, tmp_path):
    with Catalog.open(catalog) as opened:
        catalog.rename(tmp_path / "elsewhere")
        with pytest.raises(CatalogError, match="not there any more"):
            nouns.folder(opened, "New")
        (tmp_path / "elsewhere").rename(catalog)
        nouns.folder(opened, "New")
    assert check(catalog) == []


def test_a_sample_that_was_broken_off_leaves_the_folder_free(tmp_path, monkeypatch):
    def stopped(catalog, *_):
        assert list(catalog.paths.originals.rglob("*.jpg"))
        raise KeyboardInterrupt

    def one_picture(scratch, _progress):
        (scratch / "Streets").mkdir()
        scene = pictures.street(1, "street-1.jpg")
        scene.image.save(scratch / "Streets" / scene.file)
        return {"Streets": [scene]}

    with monkeypatch.context() as patch:  # after the first picture: what is made is the same, and sooner
        patch.setattr("postil.demo.make._write", one_picture)
        patch.setattr("postil.demo.make._add_media", stopped)
        assert main(["--quiet", "demo", str(tmp_path / "sample")]) == 130
    assert list((tmp_path / "sample").iterdir()) == []
    (tmp_path / "sample" / "mine.txt").write_text("keep me")
    assert main(["--quiet", "demo", str(tmp_path / "sample")]) == 3
    assert (tmp_path / "sample" / "mine.txt").exists()


def test_folders_deeper_than_the_stack_are_listed_and_a_walk_does_not_come_back_into_the_catalog(catalog, tmp_path):
    from storage.progress import Progress
    from storage.services.walk import find_files

    with Catalog.open(catalog) as opened:
        nouns.folder(opened, "/".join(["d"] * 1200))
    listed = json.loads(run("--catalog", catalog, "--json", "folder", "list").stdout)
    assert max(row["path"].count("/") for row in listed) == 1199
    (tmp_path / "link").symlink_to(catalog)
    (tmp_path / "a.png").touch()
    found = find_files([tmp_path], Progress(), but=catalog)
    assert [file.path.name for file in found.files] == ["a.png"]
