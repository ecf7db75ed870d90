"""Rooms that anything may stand on, the command line and other threads among them, load no Qt. A fresh interpreter looks."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("storage", "postil", "viewers/decode", "viewers/scene", "viewers/sound", "viewers/tools", "viewers/track")
#: Imports each of the modules; says which of them brought Qt first.
LOOK = """
import importlib, json, sys
found = []
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
    if not found and any(m.split(".")[0] in ("PySide6", "shiboken6") for m in sys.modules):
        found.append(name)
print(found)
"""


def modules(folder: str) -> Iterator[str]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def said_to_be() -> list[str]:
    """Parts of the rooms with windows that promise it in their first sentences."""
    found = []
    for name in (n for room in ("canvas", "editors", "timeline") for n in modules(f"viewers/{room}")):
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        words = (ast.get_docstring(ast.parse(path.read_text())) or "") if path.exists() else ""
        if "Qt-free." in words.partition("\n\n")[0]:
            found.append(name)
    return found


def those_with_qt(names: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(names)], capture_output=True, text=True, cwd=ROOT, timeout=300, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_without_windows_loads_no_qt(room):
    names = [n for n in modules(room) if n != "postil.__main__"]
    assert names
    assert those_with_qt(names) == "[]"


def test_what_is_said_to_be_qt_free_is():
    names = said_to_be()
    assert "viewers.editors.tool_verbs" in names
    assert "viewers.timeline.verbs" in names
    assert those_with_qt(names) == "[]"


def test_qt_would_be_seen():
    assert those_with_qt(["viewers.tools.base", "viewers.canvas.background"]) == "['viewers.canvas.background']"
