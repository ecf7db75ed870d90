"""What is only looked at: every verb of every editor is tried on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from storage.model.geometry import AudioRanges, Box, HtmlRanges, ShapeKind, TextRanges
from storage.model.masks import encode
from tests.support import clips, sounds
from tests.support.audio_stage import SPEECH, AudioStage
from tests.support.editor_stage import EditorStage
from tests.support.page_stage import PageStage
from tests.support.pdfs import pdf, words
from tests.support.text_stage import PERSON, TextStage
from tests.support.tool_stage import feature
from tests.support.video_stage import SIZE, VideoStage
from tests.support.volume_view import VolumeStage
from viewers.editors.track_actions import GROUP_ACTIONS

WHY = "This task is complete: reopen it to change its labels."
BOXES = (feature(ShapeKind.BOX), Box(10, 10, 20, 15), Box(25, 20, 20, 10))
MASKS = (feature(ShapeKind.BITMASK), encode(np.ones((6, 6), bool), 5, 5), encode(np.ones((6, 6), bool), 8, 8))


def picture(qtbot, _folder):
    return EditorStage(qtbot, frames=3), BOXES


def group(qtbot, _folder):
    return EditorStage(qtbot, frames=3, actions=GROUP_ACTIONS), BOXES


def video(qtbot, folder):
    return VideoStage(qtbot, clips.write(folder / "clip.mp4", 30, size=SIZE)), BOXES


def page(qtbot, folder):
    path = folder / "report.pdf"
    path.write_bytes(pdf(*({"size": (400, 300), "draw": words("The quick brown fox", 40, 240, 14)} for _ in range(3))))
    return PageStage(qtbot, path), BOXES


def sound(qtbot, folder):
    path = sounds.write(folder / "speech.wav", sounds.ramp(32_000))
    return AudioStage(qtbot, path), (SPEECH, AudioRanges(((500, 1500),)), AudioRanges(((1000, 2000),)))


def text(qtbot, _folder):
    return TextStage(qtbot, "The quick brown fox\n" * 20), (PERSON, TextRanges(((0, 9),)), TextRanges(((4, 15),)))


def html(qtbot, _folder):
    at = "/html[1]/body[1]/p[1]/text()[1]"
    shapes = (HtmlRanges((((at, 0), (at, 9)),)), HtmlRanges((((at, 4), (at, 15)),)))
    return TextStage(qtbot, "<html><body><p>The quick brown fox</p></body></html>", html=True), (PERSON, *shapes)


def volume(qtbot, _folder):
    return VolumeStage(qtbot), BOXES


def volume_masks(qtbot, _folder):
    return VolumeStage(qtbot), MASKS


@pytest.mark.parametrize(
    "opened", [picture, group, video, page, sound, text, html, volume, volume_masks], ids=lambda f: f.__name__
)
def test_a_verb_that_would_change_labels_says_so_and_no_other_tries(qtbot, tmp_path, opened):
    stage, (feature_hash, *shapes) = opened(qtbot, tmp_path)
    session, focus, editor = stage.session, stage.focus, stage.editor
    for shape in shapes:
        edits, made = session.drawn(feature_hash, shape, focus.at, 1)
        session.do("Draw", edits)
        focus.select((*focus.selected, made))
    chosen, at, before = focus.selected, focus.at, list(session.document.records())
    editor.run("copy")
    tried: list[Any] = []
    session.sealed, session.refused = WHY, tried.append
    for action in editor.keymap:
        focus.set(at=at)
        focus.select(chosen)
        if isinstance(stage, TextStage):
            stage.view.select(4, 9)
        assert (editor.why_not(action.id) == WHY) is action.changes, action.id
        editor.run(action.id)
        if (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        assert not tried, f"“{action.title}” would have changed the labels: its row says nothing of it"
    assert list(session.document.records()) == before
