"""Every door of a catalog that cannot be written: what only looks works, what would change it is refused with a sentence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from storage.catalog.engine import Catalog
from storage.errors import CatalogError
from storage.progress import Progress
from storage.services.import_labels import import_dicom_labels, import_labels
from storage.services.intake import add_paths
from storage.services.trash import empty
from tests.support.command_line import ROOT
from viewers.decode.thumbs import render

#: Run by somebody without more rights than the files' modes give.
NOBODY = """
import json, sys, traceback
from pathlib import Path

from tests.support.rights import keep_to_the_modes

path, out, file = (Path(p) for p in sys.argv[1:])
keep_to_the_modes()

from storage.catalog import check, labels
from storage.catalog.engine import Catalog
from storage.errors import PostilError
from storage.media.thumbnails import ThumbnailStore
from storage.model.label_formats import LABEL_FORMATS
from storage.model.query import ItemQuery, ItemSelection
from storage.progress import Progress
from storage.services.export import export_labels
from storage.services.import_labels import import_labels
from storage.services.intake import add_paths
from storage.services.originals import facts_of, source_of
from storage.services.reread import reread
from storage.services.trash import empty
from viewers.decode.slices import open_frames
from viewers.decode.thumbs import render
from viewers.decode.volume import modality_of

told = {}

def door(name, ask):
    try:
        answer = ask()
        told[name] = answer if isinstance(answer, (int, str, bool)) else "done"
    except PostilError as error:
        told[name] = f"refused: {error.reason}"
    except Exception:
        told[name] = "FAULT: " + traceback.format_exc()

with Catalog.open(path, read_only=True) as catalog:
    reads = catalog.reads
    project = reads.projects()[0]
    items = [reads.item(i) for i in reads.ids(ItemQuery())]
    rows = reads.label_rows(project.id)
    door("read_only", lambda: catalog.read_only)
    door("items", lambda: len(items))
    door("search", lambda: reads.count(ItemQuery(text=items[0].title[:4])) > 0)
    door("labels", lambda: sum(len(reads.labels(r).annotations) for r in rows) > 0)
    door("histories", lambda: [labels.history(catalog, r).undoable() for r in rows])
    door("tasks", lambda: len(reads.task_rows(reads.task_ids(project.id))) > 0)
    door("use of classes", lambda: reads.ontology_use(project.ontology_id))
    door("consequences", lambda: reads.delete_consequences([], ItemSelection.of(items[0].id)))
    door("others", catalog.notice_others)
    door("verify", catalog.verify)
    door("undo text", lambda: catalog.undo_text == catalog.redo_text == "")
    volumes = [i for i in items if str(i.kind) in ("dicom_series", "nifti")]
    door("volumes", lambda: len(volumes) > 0)
    for item in volumes:
        door(f"frames of {item.title}", lambda: open_frames(source_of(catalog, item), str(item.kind), facts_of(catalog, item)))
    with_pictures = ThumbnailStore(catalog.paths.thumbnails, read_only=True)
    door("pictures", lambda: any(with_pictures.get(i.sha256) for i in items if i.sha256))
    with_pictures.close()
    for name in LABEL_FORMATS:
        door(f"export {name}", lambda: export_labels(catalog, project.id, name, out / name, pixels=modality_of) and "done")
    door("dry run", lambda: import_labels(catalog, project.id, out / "encord", "encord", dry_run=True))
    door("copy", lambda: catalog.backup(out / "copy"))
    door("! import", lambda: import_labels(catalog, project.id, out / "encord", "encord"))
    door("! add", lambda: add_paths(catalog, [file], reads.child_folders(None)[0].id, render=render, progress=Progress()))
    door("! operation", lambda: catalog.do("New folder", lambda op: op.insert("folders", title="x")))
    door("! undo", lambda: catalog.undo().result())
    door("! backup", catalog.backup)
    door("! trash", lambda: empty(catalog, None))
    door("reread", lambda: reread(catalog, Progress()))
door("check", lambda: len(check.check(path)))
with Catalog.open(out / "copy", read_only=True) as copy:
    door("a copy opens", lambda: len(copy.reads.ids(ItemQuery())))
print(json.dumps(told))
"""


def everything(path: Path) -> dict[str, tuple[int, int]]:
    return {str(p.relative_to(path)): (p.stat().st_mtime_ns, p.stat().st_size) for p in path.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def told(sample: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="postil-") as made:  # pytest's own folders are closed to others
        return by_nobody(sample, Path(made))


def by_nobody(sample: Path, folder: Path) -> dict[str, Any]:
    """What somebody without rights is told at each door of a copy of the sample."""
    path, out, file = folder / "catalog", folder / "out", folder / "new.txt"
    shutil.copytree(sample, path)
    file.write_text("new")
    out.mkdir()
    folder.chmod(0o755)
    out.chmod(0o777)
    places = [path, *path.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    before = everything(path)
    command = [sys.executable, "-c", NOBODY, *map(str, (path, out, file))]
    try:
        environment = {**os.environ, "HOME": str(out)}
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        assert everything(path) == before
    finally:
        for place in places:
            place.chmod(0o755)
    return dict(json.loads(done.stdout.splitlines()[-1]))


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")


def test_a_catalog_that_is_opened_for_looking_is_left_as_it_is_where_it_could_be_written(sample: Path, tmp_path: Path) -> None:
    path, file = tmp_path / "catalog", tmp_path / "new.txt"
    shutil.copytree(sample, path)
    file.write_text("new")
    with Catalog.open(path, read_only=True) as catalog:
        catalog.reads.projects()
        before = everything(path)
        folder, project = catalog.reads.child_folders(None)[0].id, catalog.reads.projects()[0].id
        for work in (
            lambda: add_paths(catalog, [file], folder, render=render, progress=Progress()),
            lambda: empty(catalog, None),
            lambda: import_labels(catalog, project, file, "encord"),
            lambda: import_dicom_labels(catalog, project, [file]),
        ):
            with pytest.raises(CatalogError, match="open for reading only"):
                work()
        assert everything(path) == before


def test_what_only_looks_works(told: dict[str, Any]) -> None:
    looks = {name: answer for name, answer in told.items() if not name.startswith("! ")}
    assert not {name: answer for name, answer in looks.items() if str(answer).startswith(("refused", "FAULT"))}
    assert all(told[name] is True for name in ("read_only", "search", "labels", "tasks", "undo text", "volumes", "pictures"))
    assert told["check"] == 0
    assert told["a copy opens"] == told["items"] > 0


def test_what_would_change_it_is_refused_with_a_sentence(told: dict[str, Any]) -> None:
    changes = {name: str(answer) for name, answer in told.items() if name.startswith("! ")}
    assert len(changes) == 6
    assert not {name: answer for name, answer in changes.items() if not answer.startswith("refused: ")}
