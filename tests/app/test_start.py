"""The start: first rows first, and a window that fits its screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.short_hash import short_hash
from storage.catalog.engine import Catalog
from tests.support.nouns import add, folder

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from app.main import application_of, main
from app.program import Program
from app.window import MainWindow

Program.UPKEEP_AFTER_MS *= 20  # however busy the machine is, the rows come first
application = application_of(["postil"])

def look():
    window = next((w for w in application.topLevelWidgets() if isinstance(w, MainWindow)), None)
    if window is not None and window.pages is not None and window.pages.files.panel.list.model.rowCount():
        frame, screen = window.frameGeometry(), window.screen().availableGeometry()
        print(json.dumps({
            "modules": list(sys.modules), "fits": screen.contains(frame), "size": [window.width(), window.height()],
            "jobs": [job.title for job in window.context.jobs.jobs],
        }))
        timer.stop()
        application.closeAllWindows()

timer = QTimer()
timer.timeout.connect(look)
timer.start(1)
sys.exit(main(Path(sys.argv[1]), arguments=["postil"]))
"""


def started(place: Path, screen: tuple[int, int] = (1920, 1080)) -> dict[str, Any]:
    """What the program is when its first rows are there."""
    with Catalog.create(place / "catalog", name="Ada", email="ada@example.org") as catalog:
        add(catalog, folder(catalog, "A"), "one", "two")
    one = {"name": "one", "x": 0, "y": 0, "width": screen[0], "height": screen[1], "logicalDpi": 96, "dpr": 1}
    (place / "screen.json").write_text(json.dumps({"screens": [one]}), "utf-8")
    homes = {f"XDG_{name}_HOME": str(place / name) for name in ("DATA", "CONFIG", "CACHE", "STATE")}
    environment = {**os.environ, **homes, "QT_QPA_PLATFORM": f"offscreen:configfile={place / 'screen.json'}"}
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(place / "catalog")],
        capture_output=True, text=True, timeout=300, check=True, cwd=ROOT, env=environment,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(child.stdout)
    return found


def test_the_first_rows_wait_for_nothing_that_they_do_not_need(tmp_path: Path) -> None:
    found = started(tmp_path)
    large = {"numpy", "sqlalchemy", "PIL", "av", "multiprocessing", "hashlib", "socket", "uuid", "storage.model.reads"}
    rooms = ("viewers", "storage.services", "storage.exchange", "app.label_editor", "app.rooms.projects", "widgets.dialogs")
    assert [m for m in found["modules"] if m in large or m.startswith(rooms)] == []
    assert found["jobs"] == ["Open catalog"]  # the catalog is looked after when the window is in use


@pytest.mark.parametrize(
    ("screen", "size"), [((1920, 1080), [1280, 800]), ((1280, 720), [1264, 680]), ((800, 600), [784, 560])]
)
def test_the_first_window_fits_its_screen(tmp_path: Path, screen: tuple[int, int], size: list[int]) -> None:
    found = started(tmp_path, screen)
    assert found["size"] == size
    assert found["fits"]


def test_what_is_remembered_of_windows_waits_for_nobody(tmp_path: Path) -> None:
    """A lock that a killed program has left and a torn file: the window comes as ever, and its state is kept."""
    old = tmp_path / "CONFIG" / "Postil" / "window.conf.lock"
    kept = tmp_path / "CONFIG" / "Postil" / "windows" / f"{short_hash(str(tmp_path / 'catalog'), 16)}.json"
    for file, text in ((old, ""), (kept, '{"place": "fi')):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    found = started(tmp_path)
    assert found["size"] == [1280, 800]
    assert old.exists()  # who waits for it takes it away at last
    assert json.loads(kept.read_text("utf-8"))["place"] == "files"
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]
