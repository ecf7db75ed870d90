"""The 3D view of 256 x 256 x 256 voxels drawn by the processor: frames while dragging, refining after it, and the window meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.rows import Row, percentile

SIDE, VIEW = 256, 512


def run(quick: bool) -> list[Row]:
    """In a process of its own: what is measured is one view in one window."""
    command = [sys.executable, "-m", "benchmarks.volume_3d", "15" if quick else "60"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=_environment())
    if answer.returncode:
        raise RuntimeError(answer.stderr[-2000:])
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    bar = max(33.0, found["idle_gap"] + 20)
    rows = []
    for name, title in (("bone", "CT bone"), ("soft", "CT soft tissue"), ("mip", "MIP")):
        frames, refined = found[f"{name}_frames"], found[f"{name}_refined"]
        note = f"{len(frames)} frames of {VIEW // 2} px, slowest {max(frames):.0f} ms"
        rows.append(Row(f"3d: a frame while dragging, {title}, p95", percentile(frames, 95), 0, "ms", 100, "at most", note))
        note = f"{VIEW} px, after letting go; slowest of {len(refined)}: {max(refined):.0f} ms"
        rows.append(Row(f"3d: refined, {title}, median", percentile(refined, 50), 0, "ms", 400, "at most", note))
    note = f"idle {found['idle_gap']:.1f} ms"
    rows.append(Row("3d: worst gap of the window while turning", max(found["gaps"]), 0, "ms", bar, "at most", note))
    rows.append(
        Row("3d: gaps of the window while turning, p99.9", percentile(found["gaps"], 99.9), 0, "ms", 16, "at most", note)
    )
    rows.append(
        Row(
            "3d: importing VTK",
            found["import_ms"],
            0,
            "ms",
            1500,
            "at most",
            f"worst gap of the window {found['import_gap']:.0f} ms",
        )
    )
    return rows


def _environment() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "POSTIL_3D": "cpu"}


# -- the process that is measured ---------------------------------------------------------------------------------------

Story = Iterator[Callable[[], bool]]


def _body() -> Any:
    """Skin, a skull-like shell and vessels with noise: what rays meet in a patient, more than in a ball."""
    import numpy as np

    k, r, c = (
        np.arange(SIDE, dtype=np.float32)[s] - SIDE / 2
        for s in (np.s_[:, None, None], np.s_[None, :, None], np.s_[None, None, :])
    )
    radius = np.sqrt(k * k + r * r + c * c)
    array = np.full((SIDE,) * 3, -1000, np.int16)
    array[radius < 118] = 30
    array[(radius < 108) & (radius > 98)] = 900
    waves = np.sin(k / 11) * np.sin(r / 9) * np.sin(c / 10)
    array[(radius < 96) & (waves > 0.55)] = 260
    noise = np.random.default_rng(1).normal(0, 12, array.shape).astype(np.int16)
    array[radius < 118] += noise[radius < 118]
    return array


def _story(view: Any, moves: int, out: dict[str, Any]) -> Story:
    from benchmarks.window import Lateness

    def soon(seconds: float) -> Callable[[], bool]:
        until = time.perf_counter() + seconds
        return lambda: time.perf_counter() > until

    watch = Lateness()
    yield soon(1.5)
    out["idle_gap"] = max(watch.take())
    began = time.perf_counter()
    view.show()
    yield lambda: "vtkmodules.vtkRenderingVolumeOpenGL2" in sys.modules
    out["import_ms"] = (time.perf_counter() - began) * 1000
    out["import_gap"] = max(watch.take(), default=0.0)
    yield lambda: view.settled
    out["gaps"] = []
    for name, preset in (("bone", "ct_bone"), ("soft", "ct_soft"), ("mip", "mip")):
        view.set_preset(next(p for p in view.presets() if p.id == preset))
        yield lambda: view.settled
        yield soon(0.3)
        yield from _turn(view, name, moves, out, watch)


def _turn(view: Any, name: str, moves: int, out: dict[str, Any], watch: Any) -> Story:
    frames, refined = out.setdefault(f"{name}_frames", []), out.setdefault(f"{name}_refined", [])
    for n in range(moves):
        before = view.shown
        view.set_camera(view.camera.turned(4, 1.5), held=True)
        yield lambda before=before: view.shown is not before and view.shown.wish.generation == view._workers.generation
        frames.append(view.shown.took_s * 1000)
        if n % 10 == 9:
            began = time.perf_counter()
            view.rest()  # the button is let go
            yield lambda: view.shown.fine and view.shown.wish.generation == view._workers.generation
            refined.append((time.perf_counter() - began) * 1000)
    out["gaps"] += watch.take()


def main(moves: int) -> int:
    import numpy as np
    from PySide6.QtWidgets import QApplication

    from benchmarks.window import Driver
    from storage.model.space import VolumeGeometry
    from viewers.canvas.volume_3d import VolumeView

    class Store:
        array = _body()
        have = np.ones(SIDE, bool)
        geometry = VolumeGeometry.from_affine(np.diag([0.8, 0.8, 0.8, 1.0]), (SIDE,) * 3)
        modality = "CT"

    app = QApplication([])
    view = VolumeView(Store())
    view.resize(VIEW, VIEW)
    app.setQuitOnLastWindowClosed(False)
    out: dict[str, Any] = {}

    def story() -> Story:
        yield from _story(view, moves, out)
        view.close_view()
        app.quit()

    driver = Driver(story())
    app.exec()
    del driver
    print(json.dumps(out), flush=True)
    return 0 if view.ended() else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
