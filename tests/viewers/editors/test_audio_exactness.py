"""Half an hour of stereo: what is drawn at a time is the sample of that time, what is played there too. Nothing drifts."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import sounds
from tests.support.audio_stage import AudioStage

RATE = 8000
MINUTES = 30
#: Samples that are not silent: odd places from the first second to the last.
CLICKS = [8_001, 1_234_567, 4_800_003, 7_654_321, 11_111_111, RATE * 60 * MINUTES - 4_321]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    samples = np.zeros((RATE * 60 * MINUTES, 2), np.int16)
    samples[CLICKS] = (30_000, -30_000)
    return sounds.write(tmp_path_factory.mktemp("long") / "long.flac", samples, RATE, codec="flac")


@pytest.fixture
def stage(qtbot, path):
    stage = AudioStage(qtbot, path, cache_dir=path.parent / "cache")
    assert stage.sound.duration_ms == MINUTES * 60_000
    return stage


def bright(stage, area):
    """Columns in which the waveform of a strip reaches up or down by much."""
    image = stage.canvas.grab().toImage()
    x = np.arange(image.width())
    row = (
        round(area.center().y() - area.height() / 4)
        if area is stage.canvas.layout_.waves[0]
        else round(area.center().y() + area.height() / 4)
    )
    values = np.array([image.pixelColor(int(i), row).blue() for i in x])
    return x[values > 100]


@pytest.mark.parametrize("span", [0.02, 0.8, 12.0])
def test_a_click_is_drawn_at_its_time_at_every_zoom(stage, span):
    for click in CLICKS:
        at = click / RATE
        stage.canvas.show_span(at - span / 2, at + span / 2, 0)
        stage.editor.player.seek(900.0)  # out of sight
        stage.settle()
        x = stage.canvas.view.x(at)
        reach = 1.01 + 256 / RATE / stage.canvas.view.scale * (span > 10)  # wide: exact to a bucket of the peaks
        reach = max(reach, 1 / RATE / stage.canvas.view.scale)  # close up: the line rises from the sample before
        for strip in stage.canvas.layout_.waves:
            found = bright(stage, strip)
            assert len(found), (click, span)
            assert np.abs(found - x).max() <= reach, (click, span, found, x)


def test_the_spectrogram_shows_the_click_at_its_time(stage):
    stage.canvas.set_look(channel=0)  # both together are silent: one is the other turned over
    for click in CLICKS:
        at = click / RATE
        stage.canvas.show_span(at - 0.5, at + 0.5, 0)
        stage.editor.player.seek(900.0)  # out of sight
        stage.settle()
        image, area = stage.canvas.grab().toImage(), stage.canvas.layout_.spectrum
        row = round(area.center().y())
        values = np.array([image.pixelColor(i, row).red() for i in range(image.width())], float)
        lit = np.flatnonzero(values > values.max() * 0.8)
        assert lit.mean() == pytest.approx(stage.canvas.view.x(at), abs=4), click


def test_what_is_played_from_a_time_on_begins_with_its_sample(stage):
    for click in CLICKS:
        stage.editor.player.play_once((click - 800) / RATE, (click + 800) / RATE)
        played = stage.output.listen(1600)
        stage.ends()
        assert np.flatnonzero(played[:, 0]).tolist() == [800], click
        assert played[800].tolist() == [30_000, -30_000]


def test_a_region_drawn_to_a_click_holds_its_millisecond(stage):
    for click in CLICKS[1:3]:
        at = click / RATE
        stage.canvas.show_span(at - 0.05, at + 0.05, 0)
        (own,) = stage.draw((at, at + 0.03))
        drawn = stage.of(own)[0][0]
        assert abs(drawn - at * 1000) <= 1
