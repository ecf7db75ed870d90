"""VTK draws: off screen, of one thread from its first frame to `close`."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from viewers.scene.surfaces import Surface
from viewers.scene.volume_render import vtk_parts
from viewers.scene.volume_render.grid import Grid
from viewers.scene.volume_render.looks import Look
from viewers.scene.volume_render.wish import GROUND, ClipBox, Picture, Wish

_STEPS = 800.0  # samples along the diagonal of a volume at most: finer voxels are passed over
_UNIT = 400.0  # opacities hold for this part of the diagonal: a mouse looks as dense as a man
_COARSE = 2.0  # longer steps while moving


class VtkEngine:
    def __init__(self, *, gpu: bool) -> None:
        from vtkmodules.vtkRenderingCore import vtkRenderer

        self.gpu = gpu
        self._window = vtk_parts.window((16, 16))
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(*(c / 255 for c in GROUND))
        self._renderer.GetActiveCamera().ParallelProjectionOn()
        self._window.AddRenderer(self._renderer)
        self._volumes: dict[object, _Volume] = {}
        self._actors: dict[str, _Actor] = {}

    def draw(
        self, wish: Wish, grid: Grid | None, surfaces: Mapping[str, Surface], *, scale: float, coarse: bool
    ) -> Picture | None:
        """At `scale` times the wish's size. None: `abort` was called meanwhile."""
        width, height = (max(1, round(side * scale)) for side in wish.size)
        self._window.SetSize(width, height)
        self._place_volume(wish, grid, coarse)
        self._place_surfaces(surfaces, wish.opacity)
        self._aim(wish)
        self._window.SetAbortRender(0)  # one that came too late for the picture before must not end this one
        self._window.Render()
        if self._window.GetAbortRender():
            return None
        return vtk_parts.pixels(self._window, width, height)

    def abort(self) -> None:
        """From any thread: what is being drawn is worthless. The one call that other threads may make; it sets a number."""
        window = self._window
        if window is not None:
            window.SetAbortRender(1)

    def keep(self, grids: set[object]) -> None:
        """Forget all volumes but those with these keys."""
        for key in [k for k in self._volumes if k not in grids]:
            self._renderer.RemoveViewProp(self._volumes.pop(key).prop)

    def close(self) -> None:
        window, self._window = self._window, None
        if window is None:
            return
        self._volumes.clear()
        self._actors.clear()
        self._renderer.RemoveAllViewProps()
        with contextlib.suppress(RuntimeError):
            window.Finalize()
        window.RemoveRenderer(self._renderer)
        del self._renderer

    # -- the scene ---------------------------------------------------------------------------------------------------

    def _place_volume(self, wish: Wish, grid: Grid | None, coarse: bool) -> None:
        shown = grid if wish.look.shows_volume else None
        for key, volume in self._volumes.items():
            volume.prop.SetVisibility(shown is not None and key is shown.key)
        if shown is None:
            return
        if shown.key not in self._volumes:
            self._volumes[shown.key] = _Volume(shown, self.gpu)
            self._renderer.AddVolume(self._volumes[shown.key].prop)
        self._volumes[shown.key].show(wish.look, wish.clip, coarse)

    def _place_surfaces(self, surfaces: Mapping[str, Surface], opacity: float) -> None:
        for name in [n for n in self._actors if n not in surfaces]:
            self._renderer.RemoveActor(self._actors.pop(name).prop)
        for name, surface in surfaces.items():
            actor = self._actors.get(name)
            if actor is None:
                actor = self._actors[name] = _Actor()
                self._renderer.AddActor(actor.prop)
            actor.show(surface, opacity)

    def _aim(self, wish: Wish) -> None:
        camera, eye = wish.camera, self._renderer.GetActiveCamera()
        far = camera.size_mm * 2 + float(np.linalg.norm(camera.middle - camera.pivot))
        eye.SetFocalPoint(*camera.middle)
        eye.SetPosition(*(camera.middle + camera.toward * far))
        eye.SetViewUp(*camera.up)
        eye.SetParallelScale(camera.height_mm / 2)
        self._renderer.ResetCameraClippingRange()


class _Volume:
    """One grid in the scene, with its transfer function."""

    def __init__(self, grid: Grid, gpu: bool) -> None:
        from vtkmodules.vtkCommonDataModel import vtkImageData
        from vtkmodules.vtkRenderingCore import vtkVolume, vtkVolumeProperty

        self.grid = grid
        spacing = grid.spacing
        image = vtkImageData()
        image.SetDimensions(*grid.size)
        image.SetSpacing(*spacing)
        image.GetPointData().SetScalars(vtk_parts.as_vtk(grid.array.reshape(-1)))
        self._mapper: Any = _gpu_mapper() if gpu else _cpu_mapper()
        self._mapper.SetInputData(image)
        self._property = vtkVolumeProperty()
        self._property.SetInterpolationTypeToLinear()
        diagonal = math.dist((0, 0, 0), [n * mm for n, mm in zip(grid.size, spacing, strict=True)])
        self._step = max(min(spacing), diagonal / _STEPS)
        self._property.SetScalarOpacityUnitDistance(diagonal / _UNIT)
        self.prop = vtkVolume()
        self.prop.SetMapper(self._mapper)
        self.prop.SetProperty(self._property)
        self.prop.SetUserMatrix(_matrix(grid))
        self._shown: Look | None = None

    def show(self, look: Look, clip: ClipBox, coarse: bool) -> None:
        if look != self._shown:
            self._dress(look)
            self._shown = look
        step = self._step * (_COARSE if coarse else 1.0)
        if self._mapper.GetSampleDistance() != step:
            self._mapper.SetSampleDistance(step)
        self._mapper.SetCropping(not clip.whole)
        if not clip.whole:
            self._mapper.SetCroppingRegionPlanes(*self._planes(clip))

    def _planes(self, clip: ClipBox) -> list[float]:
        ends = []
        for axis, (n, mm) in enumerate(zip(self.grid.size, self.grid.spacing, strict=True)):
            for fraction in (clip.low[axis], clip.high[axis]):
                ends.append(min(max(fraction * n - 0.5, 0.0), n - 1.0) * mm)
        return ends

    def _dress(self, look: Look) -> None:
        from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
        from vtkmodules.vtkRenderingCore import vtkColorTransferFunction

        grid, preset = self.grid, look.preset
        opacity, colors = vtkPiecewiseFunction(), vtkColorTransferFunction()
        for value, density in look.opacity(grid):
            opacity.AddPoint(float(grid.stored(value)), float(density))
        for value, red, green, blue in look.colors(grid):
            colors.AddRGBPoint(float(grid.stored(value)), red, green, blue)
        self._property.SetScalarOpacity(opacity)
        self._property.SetColor(colors)
        self._property.SetShade(preset.shaded)
        self._property.SetAmbient(0.35)
        self._property.SetDiffuse(0.85)
        self._property.SetSpecular(0.2)
        self._property.SetSpecularPower(12)
        blends = {"composite": 0, "max": 1, "min": 2}
        self._mapper.SetBlendMode(blends[preset.blend])


def _cpu_mapper() -> Any:
    from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper

    mapper = vtkFixedPointVolumeRayCastMapper()
    mapper.AutoAdjustSampleDistancesOff()
    mapper.LockSampleDistanceToInputSpacingOff()
    mapper.SetImageSampleDistance(1.0)
    return mapper


def _gpu_mapper() -> Any:
    from vtkmodules.vtkRenderingVolume import vtkGPUVolumeRayCastMapper

    mapper = vtkGPUVolumeRayCastMapper()
    mapper.AutoAdjustSampleDistancesOff()
    mapper.LockSampleDistanceToInputSpacingOff()
    mapper.SetImageSampleDistance(1.0)
    mapper.UseJitteringOn()
    return mapper


def _matrix(grid: Grid) -> Any:
    """From the image's own millimetres along its axes to the patient's: turned, sheared by a tilt, and moved."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    made = vtkMatrix4x4()
    for row in range(3):
        for column in range(3):
            made.SetElement(row, column, float(grid.affine[row, column] / grid.spacing[column]))
        made.SetElement(row, 3, float(grid.affine[row, 3]))
    return made


class _Actor:
    """The surface of one segment in the scene."""

    def __init__(self) -> None:
        from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

        self._mapper = vtkPolyDataMapper()
        self._mapper.ScalarVisibilityOff()
        self.prop = vtkActor()
        self.prop.SetMapper(self._mapper)
        look = self.prop.GetProperty()
        look.SetInterpolationToPhong()
        look.SetAmbient(0.2)
        look.SetDiffuse(0.8)
        look.SetSpecular(0.15)
        look.SetSpecularPower(20)
        self._mesh: object = None

    def show(self, surface: Surface, opacity: float) -> None:
        if surface.mesh is not self._mesh:
            self._mesh = surface.mesh
            self._mapper.SetInputData(surface.mesh.to_vtk())
        look = self.prop.GetProperty()
        look.SetColor(*(c / 255 for c in surface.color))
        look.SetOpacity(opacity)
