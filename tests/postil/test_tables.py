"""Tables for people: as wide as the terminal, and whole where a program reads them."""

from __future__ import annotations

import os

import pytest

from postil.console import Console

ROWS = [{"uuid": "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f", "title": "t" * 900, "path": "p" * 500, "items": 3}]
COLUMNS = ["uuid", "title", "path", "items"]


def test_one_long_name_does_not_push_the_figures_off_the_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((140, 40)))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    Console().table(ROWS, COLUMNS)
    head, line = capsys.readouterr().out.splitlines()
    assert len(line) <= 140 and line.endswith("3") and head.endswith("items")
    assert line.startswith(ROWS[0]["uuid"] + "  ttt") and "t…" in line and "p…" in line


def test_what_another_program_reads_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    Console().table(ROWS, COLUMNS)
    assert ROWS[0]["title"] in capsys.readouterr().out
