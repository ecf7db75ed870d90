"""The threads behind one 3D view: one renders, the other makes the surfaces of masks. They hold nothing of the view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.model.voxels import VoxelBlock
from viewers.canvas.background import Bell
from viewers.scene.surfaces import Color, SurfaceMaker
from viewers.scene.volume_render.camera import Camera
from viewers.scene.volume_render.ladder import Step
from viewers.scene.volume_render.looks import Look
from viewers.scene.volume_render.render_thread import RenderThread, State, Subject
from viewers.scene.volume_render.wish import ClipBox, Drawn, Wish


class Workers:
    """Nothing runs before `begin` and after `end`, which never waits."""

    def __init__(self, step: Step | None = None) -> None:
        self.bell = Bell()  # there is something to `take`, or the state is another one
        self.thread: RenderThread | None = None
        self.generation = 0  # of the newest wish
        self.masks: dict[str, tuple[VoxelBlock, Color]] = {}
        self._maker: SurfaceMaker | None = None
        self._forced = step
        self._newest: Drawn | None = None
        self._ending: tuple[Any, ...] = ()

    # -- from beginning to end

    def begin(self) -> None:
        self.thread = RenderThread(self._put, self.bell.ring, self._forced)

    def end(self) -> None:
        ended = [worker for worker in (self.thread, self._maker) if worker is not None]
        self.thread, self._maker = None, None
        for worker in ended:
            worker.close()
        self._ending = (*(worker for worker in self._ending if worker.alive), *ended)

    def ended(self, timeout: float) -> bool:
        """After `end`: waits. For tests and benchmarks."""
        return all(worker.join(timeout) for worker in self._ending)

    # -- what they are told

    def show(self, subject: Subject) -> None:
        assert self.thread is not None
        if self._maker is None:
            self._maker = SurfaceMaker(subject.geometry, self.bell.ring)
            self._maker.want(self.masks)
        self.thread.show(subject)

    def set_masks(self, masks: Mapping[str, tuple[VoxelBlock, Color]]) -> None:
        self.masks = dict(masks)
        if self._maker is not None:
            self._maker.want(self.masks)
            self._hand_over()

    def want(
        self, camera: Camera, size: tuple[int, int], look: Look, clip: ClipBox, segments_opacity: float, *, held: bool
    ) -> None:
        assert self.thread is not None
        self.generation += 1
        self.thread.want(Wish(camera, size, look, clip, segments_opacity, held, self.generation))

    def give_way(self) -> None:
        """Slices are turned through by hand: the processor is theirs."""
        for worker in (self.thread, self._maker):
            if worker is not None:
                worker.give_way()

    def _hand_over(self) -> None:
        if self.thread is not None and self._maker is not None:
            self.thread.set_surfaces(self._maker.surfaces())

    # -- what they tell

    @property
    def state(self) -> State:
        return self.thread.state if self.thread is not None else State()

    @property
    def running(self) -> bool:
        return self.thread is not None

    @property
    def shows_nothing(self) -> bool:
        """Since they began."""
        return self._maker is None

    @property
    def settled(self) -> bool:
        """All is made that is wanted."""
        if self.thread is None or self._maker is None:
            return False
        return not self._maker.busy and self.thread.settled

    def take(self) -> Drawn | None:
        """The newest picture, where one has come; new surfaces go to the one who renders."""
        if self._maker is not None and self._maker.news():
            self._hand_over()
        drawn, self._newest = self._newest, None
        return drawn if drawn is not None and self.thread is not None and drawn.wish.generation <= self.generation else None

    def _put(self, drawn: Drawn) -> None:
        self._newest = drawn
        self.bell.ring()
