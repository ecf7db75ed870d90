"""The few modules of VTK that are needed, imported when the first volume is rendered (packaging lists them: `MODULES`)."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Of vtkmodules, for packagers: what is loaded by the time a volume with a surface is drawn (held by a test). With them the
#: packages `numpy_interface` and `util`, which are Python.
MODULES = (
    "vtkCommonCore",
    "vtkCommonDataModel",
    "vtkCommonExecutionModel",
    "vtkCommonMath",
    "vtkCommonMisc",
    "vtkCommonSystem",
    "vtkCommonTransforms",
    "vtkFiltersCore",
    "vtkFiltersGeneral",
    "vtkRenderingCore",
    "vtkRenderingOpenGL2",
    "vtkRenderingUI",
    "vtkRenderingVolume",
    "vtkRenderingVolumeOpenGL2",
    "vtkImagingCore",
    "vtkImagingMath",
    "vtkIOCore",
    "vtkIOImage",
    "vtkParallelCore",
    "vtkRenderingFreeType",
    "vtkRenderingHyperTreeGrid",
    "vtkRenderingLabel",
)


def quiet() -> None:
    """VTK writes its warnings to the terminal; what matters comes back as a fault."""
    from vtkmodules.vtkCommonCore import vtkObject

    vtkObject.GlobalWarningDisplayOff()


def window(size: tuple[int, int]) -> Any:
    """An off-screen render window; of this thread from its first frame on. Loads all that the first frame needs: what is loaded
    holds up every thread, so not while one turns."""
    import vtkmodules.util.numpy_support
    import vtkmodules.vtkRenderingOpenGL2  # registers the window and the mappers of surfaces
    import vtkmodules.vtkRenderingVolume
    import vtkmodules.vtkRenderingVolumeOpenGL2  # registers those of volumes
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

    quiet()
    made: Any = None
    if sys.platform.startswith("linux") and hasattr(vtkmodules.vtkRenderingOpenGL2, "vtkEGLRenderWindow"):
        made = (
            vtkmodules.vtkRenderingOpenGL2.vtkEGLRenderWindow()
        )  # never X11: it needs no display, and an X error would end the program
    if made is None:
        made = vtkRenderWindow()
    if hasattr(made, "SetConnectContextToNSView"):
        made.SetConnectContextToNSView(False)  # macOS: views and windows belong to the main thread
    made.SetOffScreenRendering(1)
    made.SetMultiSamples(0)
    made.SetSize(*size)
    return made


def renderer_name(made: Any) -> str:
    """OpenGL's own name for what draws, of a window that has drawn."""
    for text in str(made.ReportCapabilities()).splitlines():
        if "renderer string" in text.lower():
            return text.partition(":")[2].strip()
    return ""


def as_vtk(array: NDArray[Any]) -> Any:
    """The same memory, which VTK's array keeps alive."""
    from vtkmodules.util.numpy_support import numpy_to_vtk

    return numpy_to_vtk(array)


def pixels(made: Any, width: int, height: int) -> NDArray[np.uint8]:
    """[height, width, 4] BGRA, first row on top."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

    raw = vtkUnsignedCharArray()
    made.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, raw)
    rgba = vtk_to_numpy(raw).reshape(height, width, 4)[::-1]
    out = np.empty((height, width, 4), np.uint8)
    for channel, source in enumerate((2, 1, 0)):
        out[..., channel] = rgba[..., source]
    out[..., 3] = 255
    return out
