"""The command line as people and scripts meet it: exit codes, one JSON document."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import highdicom as hd
import pytest
from PIL import Image

from tests.support.command_line import ROOT, ask, postil, process


@pytest.fixture
def catalog(tmp_path) -> Path:
    folder = tmp_path / "catalog"
    postil("init", folder, "--user", "Ann", "--email", "ann@example.org")
    return folder


@pytest.fixture
def pictures(tmp_path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "inner").mkdir(parents=True)
    for n, name in enumerate(("a.png", "b.jpg", "inner/c.webp")):
        Image.new("RGB", (40 + n, 30), (n * 80, 90, 120)).save(folder / name)
    (folder / "tool.exe").write_bytes(b"MZ\x90\0\x03")
    (folder / "empty.png").touch()
    return folder


def test_the_sample_holds_a_project_with_every_shape_and_question(sample):
    [project] = ask("--catalog", sample, "project", "list")
    assert project["title"] == "Sample project"
    assert project["tasks"] == {"Annotate 1": 18, "Complete": 0}
    ontology = ask("--catalog", sample, "ontology", "export", project["ontology"])
    shapes = {o["shape"] for o in ontology["objects"]}
    assert shapes == {
        "bounding_box", "rotatable_bounding_box", "polygon", "polyline", "point", "skeleton", "bitmask", "circle", "ellipse", "cuboid_2d",
        "audio", "text",
    }  # fmt: skip
    assert ask("--catalog", sample, "check") == {"ok": True, "problems": []}


def test_files_come_in_and_what_is_refused_is_named_with_its_reason(catalog, pictures):
    answer = ask("--catalog", catalog, "add", pictures, "--folder", "Scans/2026", code=1)
    assert sorted(item["title"] for item in answer["items"]) == ["a.png", "b.jpg", "c.webp"]
    refused = {Path(e["input"]).name: e for e in answer["errors"]}
    assert set(refused) == {"tool.exe", "empty.png"}
    assert all(e["reason"] and e["remedy"] for e in refused.values())
    paths = [f["path"] for f in ask("--catalog", catalog, "folder", "list")]
    assert paths == ["Scans", "Scans/2026", "Scans/2026/pictures", "Scans/2026/pictures/inner"]


def test_the_same_files_again_are_skipped_and_said_so(catalog, pictures):
    ask("--catalog", catalog, "add", pictures, "--folder", "Scans", code=1)
    again = ask("--catalog", catalog, "add", pictures / "a.png", "--folder", "Scans/pictures")
    assert again["items"] == []
    assert [Path(s["input"]).name for s in again["skipped"]] == ["a.png"]


def test_items_are_listed_searched_and_shown(catalog, pictures):
    ask("--catalog", catalog, "add", pictures, "--folder", "Scans", code=1)
    rows = ask("--catalog", catalog, "items")
    assert {
        "uuid",
        "kind",
        "title",
        "folder",
        "width",
        "height",
        "frames",
        "fps",
        "duration",
        "size",
        "location",
        "datasets",
        "warnings",
    } <= set(rows[0])
    [found] = ask("--catalog", catalog, "items", "--search", "c.we")
    assert (found["title"], found["width"], found["height"]) == ("c.webp", 42, 30)
    assert ask("--catalog", catalog, "item", "show", found["uuid"])["mime"] == "image/webp"


def test_a_frame_is_written_as_the_picture_that_came_in(catalog, pictures, tmp_path):
    ask("--catalog", catalog, "add", pictures / "a.png", "--folder", "Scans")
    [row] = ask("--catalog", catalog, "items")
    postil("--catalog", catalog, "frame", row["uuid"], 0, "--out", tmp_path / "f.png")
    with Image.open(tmp_path / "f.png") as frame, Image.open(pictures / "a.png") as original:
        assert frame.convert("RGB").tobytes() == original.tobytes()
    refused = ask("--catalog", catalog, "frame", row["uuid"], 7, "--out", tmp_path / "g.png", code=3)
    assert "no frame 7" in refused["error"]["reason"]


def test_a_project_is_made_and_its_tasks_are_submitted_or_refused(catalog, pictures, sample, tmp_path):
    ask("--catalog", catalog, "add", pictures, "--folder", "Scans", code=1)
    postil("--catalog", catalog, "dataset", "create", "D")
    assert ask("--catalog", catalog, "dataset", "attach", "D", "--folder", "Scans")["items"] == 3
    structure = ask("--catalog", sample, "ontology", "export", "Sample ontology")
    structure["objects"][0]["required"] = True
    (tmp_path / "o.json").write_text(json.dumps(structure))
    postil("--catalog", catalog, "ontology", "import", tmp_path / "o.json", "--title", "O")
    made = ask("--catalog", catalog, "project", "create", "P", "--ontology", "O", "--dataset", "D")
    assert made["tasks"] == {"Annotate 1": 3, "Complete": 0}
    first, second, _ = ask("--catalog", catalog, "project", "tasks", "P")
    refused = ask("--catalog", catalog, "task", "submit", first["uuid"], code=3)
    assert "Car" in refused["error"]["reason"] + refused["error"]["remedy"]
    moved = ask("--catalog", catalog, "task", "skip", second["uuid"], "--stage", "Complete", code=3)
    assert "is in the stage “Annotate 1” by now" in moved["error"]["reason"]
    skipped = ask("--catalog", catalog, "task", "skip", second["uuid"], "--stage", "Annotate 1")
    assert skipped["tasks"][0]["status"] == "skipped"
    assert ask("--catalog", catalog, "project", "tasks", "P")[-1]["uuid"] == second["uuid"]


def test_a_dataset_with_labels_of_projects_is_deleted_only_when_that_is_said(sample, tmp_path):
    copy = tmp_path / "copy"
    postil("--catalog", sample, "backup", tmp_path / "backup")
    postil("--catalog", copy, "restore", tmp_path / "backup")
    labelled = [d["title"] for d in ask("--catalog", copy, "dataset", "list")]
    for title in labelled:
        refused = ask("--catalog", copy, "dataset", "delete", title, code=3)["error"]
        assert re.search(r"“Sample project” \(\d+\)", refused["reason"]) and "--with-labels" in refused["remedy"]
        postil("--catalog", copy, "project", "detach", "Sample project", "--dataset", title)
        assert ask("--catalog", copy, "dataset", "delete", title, code=3)["error"] == refused  # its labels would come back
        postil("--catalog", copy, "dataset", "delete", title, "--with-labels")
    postil("--catalog", copy, "dataset", "create", "Bare")
    postil("--catalog", copy, "dataset", "delete", "Bare")
    assert ask("--catalog", copy, "dataset", "list") == []


@pytest.mark.parametrize("format", ["encord", "coco"])
def test_an_export_taken_into_a_copy_exports_the_same_again(sample, tmp_path, format):
    out = tmp_path / f"{format}.json"
    answer = ask("--catalog", sample, "labels", "export", "Sample project", "--format", format, "--out", out)
    assert {lost["where"] for lost in answer["lost"]} == (
        {"bells.wav", "letter.txt", "page.html", "Trunk, March 2026", "head.nii.gz"} if format == "coco" else set()
    )
    copy = tmp_path / "copy"
    postil("--catalog", sample, "backup", tmp_path / "backup")
    postil("--catalog", copy, "restore", tmp_path / "backup")
    imported = ask("--catalog", copy, "labels", "import", "Sample project", out, "--format", format)
    assert imported["unmatched"] == []
    assert imported["refused"] == []
    again = tmp_path / "again.json"
    postil("--catalog", copy, "labels", "export", "Sample project", "--format", format, "--out", again)
    assert json.loads(again.read_text()) == json.loads(out.read_text())


def test_the_sdk_reads_the_labels_of_every_kind(sample, tmp_path):
    from tests.support import encord_sdk

    out = tmp_path / "out.json"
    postil("--catalog", sample, "labels", "export", "Sample project", "--format", "encord", "--out", out)
    structure = ask("--catalog", sample, "ontology", "export", "Sample ontology")
    rows = {row["data_title"]: row for row in json.loads(out.read_text())}
    frames = {item["title"]: item["frames"] or 1 for item in ask("--catalog", sample, "items")}
    seen = {}
    for title, row in rows.items():
        loaded = encord_sdk.load_row(row, structure, frames=frames[title])
        seen[title] = len(loaded.get_object_instances())
    assert [seen[t] for t in ("crossing.webm", "bells.wav", "report.pdf", "letter.txt", "page.html")] == [2, 2, 1, 3, 3]
    assert seen["Leaf from three sides"] == 1
    film = encord_sdk.load_row(rows["crossing.webm"], structure, frames=100)
    assert sorted(len(o.get_annotation_frames()) for o in film.get_object_instances()) == [65, 100]
    [sound] = rows["bells.wav"]["data_units"].values()
    assert (sound["audio_sample_rate"], sound["audio_num_channels"], sound["audio_bit_depth"]) == (22050, 1, 16)


def test_what_comes_later_is_refused_with_a_sentence(catalog):
    for words in (
        ["register", "x.json"],
        ["sync"],
        ["agent", "run", "a.py"],
        ["labels", "export", "P", "--format", "yolo", "--out", "o"],
    ):
        answer = ask("--catalog", catalog, *words, code=2)
        assert "does not have" in answer["error"]["reason"]


def test_wrong_words_are_usage_and_a_missing_catalog_is_named(tmp_path):
    postil("--catalog", tmp_path / "none", "frobnicate", code=2)
    process("--catalog", tmp_path / "none", "frobnicate", code=2)
    answer = ask("--catalog", tmp_path / "none", "items", code=3)
    assert "no catalog" in answer["error"]["reason"]
    assert "postil init" in answer["error"]["remedy"]


def test_no_qt_and_no_sqlalchemy_are_loaded_to_list_items(sample):
    code = (
        "import sys; from postil.__main__ import main; "
        f"main(['--catalog', {str(sample)!r}, '--json', 'items']); "
        "print([m for m in sys.modules if m.startswith(('PySide6', 'shiboken6', 'sqlalchemy', 'app.', 'widgets'))], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=300, check=True)
    assert done.stderr.strip() == "[]"


def test_the_version_is_looked_up_when_it_is_asked_for():
    told = subprocess.run([sys.executable, "-m", "postil", "--version"], capture_output=True, text=True, cwd=ROOT, check=True)
    assert re.fullmatch(r"postil \d+\.\d+\.\d+\n", told.stdout)
    code = "import sys; from postil.commands import parse; parse(['items']); print('importlib.metadata' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "False"


def test_a_module_of_the_user_that_hides_ours_is_named(tmp_path):
    (tmp_path / "storage").mkdir()
    (tmp_path / "storage" / "__init__.py").touch()
    done = subprocess.run(
        [sys.executable, "-m", "postil", "items"], capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 3
    assert "hides Postil's own" in done.stderr


def test_the_sample_holds_scans_with_labels_that_other_programs_read(sample, tmp_path):
    scans = ask("--catalog", sample, "items", "--folder", "Samples/Scans")
    assert sorted((i["kind"], i["title"]) for i in scans) == [
        ("dicom_series", "Trunk, March 2026"), ("dicom_series", "Trunk, September 2025"), ("nifti", "head.nii.gz"),
    ]  # fmt: skip
    assert not any(i["warnings"] for i in scans)
    answer = ask("--catalog", sample, "labels", "export", "Sample project", "--format", "dicom-seg", "--out", tmp_path / "out")
    seg = hd.seg.segread(answer["files"][0])
    liver, lesion = (seg.get_segment_description(n) for n in (1, 2))
    assert (liver.segment_label, liver.segmented_property_type.value) == ("Liver 1", "10200004")
    assert lesion.segmented_property_category.meaning == "Morphologically Abnormal Structure"
    report = ask("--catalog", sample, "labels", "export", "Sample project", "--format", "sr", "--out", tmp_path / "sr")
    assert sorted(Path(f).name.rsplit(".", 2)[1] for f in report["files"]) == ["ko", "sr"]
    nifti = ask("--catalog", sample, "labels", "export", "Sample project", "--format", "nifti", "--out", tmp_path / "nii")
    assert len([f for f in nifti["files"] if f.endswith(".nii.gz")]) == 2
