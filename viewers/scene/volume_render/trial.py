"""What the child process of the trial does. Free of Qt."""

from __future__ import annotations

import time
from typing import Any


def run(line: Any) -> None:
    """Send what `ladder.Report` holds."""
    try:
        line.send(_try())
    except Exception as error:
        line.send({"fault": f"{type(error).__name__}: {str(error)[:120]}"})
    finally:
        line.close()


def _try() -> dict[str, Any]:
    import numpy as np

    from viewers.scene.volume_render import ladder, vtk_parts
    from viewers.scene.volume_render.camera import Camera
    from viewers.scene.volume_render.grid import Grid
    from viewers.scene.volume_render.looks import Look, presets
    from viewers.scene.volume_render.vtk_engine import VtkEngine
    from viewers.scene.volume_render.wish import Wish

    window = vtk_parts.window((64, 64))
    window.Render()
    if not window.SupportsOpenGL():
        return {"fault": "its version is too old"}
    renderer = vtk_parts.renderer_name(window)
    window.Finalize()
    if ladder.Report(renderer).software:
        return {"renderer": renderer}
    ramp = np.linspace(-1000, 1000, 128**3, dtype=np.int16).reshape(128, 128, 128)
    grid = Grid(ramp, np.eye(4), low=-1000, high=1000)
    engine = VtkEngine(gpu=True)
    wish = Wish(Camera.around((0, 0, 0), (128, 128, 128)), (512, 512), Look(presets("CT")[0]))
    try:
        engine.draw(wish, grid, {}, scale=1.0, coarse=False)  # compiles the programs
        began = time.perf_counter()
        picture = engine.draw(wish, grid, {}, scale=1.0, coarse=False)
        took = time.perf_counter() - began
    finally:
        engine.close()
    if picture is None or not picture[..., :3].any():
        return {"fault": "what it drew is black"}
    return {"renderer": renderer, "frame_s": took}
