"""What an item is shown with: the medium opened for it, and the editor that shows it and takes its labels."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from app.volumes import corner_titles, header_of, open_volume_source, patient_lines
from storage.editing.on_frames import Moving, OnFrames, Still
from storage.errors import PostilError
from storage.model.items import MOVING, SEQUENCE_FPS, VOLUMES, Item, Kind
from storage.services.originals import by_its_title, facts_of, path_of, source_of
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import PictureSource

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from storage.catalog.engine import Catalog
    from storage.editing.focus import Focus
    from storage.editing.session import EditSession
    from storage.model.ontology import Ontology
    from viewers.editors.editor import Editor
    from viewers.scene.frame_clock import FrameClock
    from viewers.scene.sound_source import SoundSource
    from viewers.scene.text_source import TextSource
    from viewers.scene.volume_source import VolumeSource
    from viewers.sound.feeder import SoundFeeder

log = logging.getLogger(__name__)


HTML = ("text/html", "application/xhtml+xml")


@dataclass(eq=False, slots=True)
class Medium:
    """Where it cannot be shown `source.error` will say why; the labels can be worked on nevertheless. End with `close()`."""

    item: Item
    source: PictureSource | SoundSource | TextSource | VolumeSource
    frames: OnFrames
    clock: FrameClock | None = None  # of what moves
    sound: SoundFeeder | None = None  # of a video that has one
    decoder: Callable[[], Any] | None = None  # a further decoder of the same pictures, for another thread
    titles: tuple[str, ...] = ()  # of the pictures of a group; of a volume what stands in its corner
    header: Callable[[int], Any] | None = None  # of a DICOM frame
    first: int = 0  # the frame it is opened on

    @property
    def pictures(self) -> PictureSource:
        assert isinstance(self.source, PictureSource)
        return self.source

    def start(self, room: tuple[float, float, float] | None = None) -> None:
        """Read ahead what will be seen first, of a picture on a canvas of this size (`Editor.room`)."""
        if isinstance(self.source, PictureSource):
            _warm(self.source, room)
        else:
            self.source.start()
        if self.sound is not None:
            self.sound.warm()
        _import_editor(self.item)

    def close(self) -> None:
        self.source.close()
        if self.sound is not None:
            self.sound.close()


def open_medium(catalog: Catalog, item: Item) -> Medium:
    """On any thread; what takes long is done on the medium's own."""
    if item.kind is Kind.AUDIO:
        return _sound(catalog, item)
    if item.kind is Kind.TEXT:
        return _text(catalog, item)
    facts = facts_of(catalog, item)
    if item.kind in VOLUMES:
        count = item.frames or 1
        slices = int(item.facts.get("slices") or count)
        shown = {"titles": corner_titles(item), "header": header_of(item, facts), "first": min(slices, count) // 2}
        return Medium(item, open_volume_source(catalog, item, facts), Still(count, slices=slices), **shown)
    cache = catalog.paths.cache

    def opened() -> Any:
        from viewers.decode import open_media

        try:
            return open_media(source_of(catalog, item), str(item.kind), facts, cache)
        except PostilError as error:
            raise by_its_title(error, item) from None

    pictures = PictureSource(opened)
    if item.kind not in MOVING:
        found = facts.get("members", ()) if item.kind is Kind.IMAGE_GROUP else ()
        members = tuple(str(member["uuid"]) for member in found)
        titles = tuple(str(member.get("title") or "") for member in found)
        return Medium(item, pictures, Still(len(members) or item.frames or 1, members), decoder=opened, titles=titles)
    clock = _clock(catalog, item, facts)
    return Medium(item, pictures, Moving(clock.count, clock.pts), clock, _sound_of(catalog, item, facts), opened)


def editor_for(
    medium: Medium,
    session: EditSession,
    focus: Focus,
    ontology: Ontology,
    parent: QWidget,
    *,
    run_job: Any = None,
    hung: Mapping[str, Any] | None = None,
    **options: Any,
) -> Editor:
    """`options`: icon, clipboard, rebound keys. `run_job(title, work, done, failed)` does what takes long. `hung`: how a volume
    stands (`app.hanging.hung`)."""
    item = medium.item
    shared = (session, focus, ontology, medium.source, parent)
    match item.kind:
        case Kind.VIDEO | Kind.IMAGE_SEQUENCE:
            from viewers.editors.video_editor import VideoEditor
            from viewers.timeline.marks import key_frames

            assert medium.clock is not None
            film = VideoEditor(
                *shared[:4], medium.clock, parent, sound=medium.sound, open_decoder=medium.decoder, run_job=run_job, **options
            )
            film.timeline.set_marks(key_frames(item.metadata, medium.clock))
            return film
        case Kind.IMAGE_GROUP:
            from viewers.editors.group_editor import GroupEditor

            return GroupEditor(*shared, titles=medium.titles, open_decoder=medium.decoder, **options)
        case Kind.PDF:
            from viewers.editors.page_editor import PageEditor

            return PageEditor(*shared, open_decoder=medium.decoder, **options)
        case Kind.AUDIO:
            from viewers.editors.audio_editor import AudioEditor

            return AudioEditor(*shared, **options)
        case Kind.TEXT if item.mime in HTML:
            from viewers.editors.html_editor import HtmlEditor

            return HtmlEditor(*shared, **options)
        case Kind.TEXT:
            from viewers.editors.text_editor import TextEditor
            from viewers.scene.syntax import language_of

            return TextEditor(*shared, language=language_of(item.mime), **options)
    if item.kind in VOLUMES:
        from viewers.editors.volume_editor import VolumeEditor

        impossible = item.facts.get("impossible_3d") or {}
        missing = tuple(
            f"{name} ({impossible[name]} is impossible)" if name in impossible else name
            for name in item.facts.get("missing_3d") or ()
        )
        shown = {
            "titles": lambda: medium.titles,
            "patient": patient_lines(item.facts),
            "missing": missing,
            "told": item.warnings,
            "read_header": medium.header,
        }
        return VolumeEditor(*shared, **shown, **(hung or {}), **options)
    from viewers.editors.image_editor import ImageEditor

    return ImageEditor(*shared, **options)


def _import_editor(item: Item) -> None:
    """Up to 140 ms the first time, which the thread of the window does not have."""
    match item.kind:
        case Kind.TEXT:
            name = "html_editor" if item.mime in HTML else "text_editor"
        case Kind.VIDEO | Kind.IMAGE_SEQUENCE:
            name = "video_editor"
        case Kind.IMAGE_GROUP:
            name = "group_editor"
        case Kind.PDF:
            name = "page_editor"
        case Kind.AUDIO:
            name = "audio_editor"
        case kind:
            name = "volume_editor" if kind in VOLUMES else "image_editor"
    import_module(f"viewers.editors.{name}")


# -- opening by kind


def _sound(catalog: Catalog, item: Item) -> Medium:
    from viewers.decode.audio import open_sound
    from viewers.scene.sound_source import SoundSource

    cache = catalog.paths.cache
    stream = item.facts.get("stream")

    def opened(check: Any, told: Any) -> Any:
        number = stream if isinstance(stream, int) else None
        try:
            return open_sound(
                source_of(catalog, catalog.reads.item(item.id)), number, cache_dir=cache, check=check, on_progress=told
            )
        except PostilError as error:
            raise by_its_title(error, item) from None

    store, name = cache / "sounds", item.sha256 or item.uuid
    return Medium(item, SoundSource(opened, seconds=item.duration, store=store, name=name), Still(1))


def _text(catalog: Catalog, item: Item) -> Medium:
    from viewers.scene.html_source import HtmlSource
    from viewers.scene.text_source import TextSource

    kind = HtmlSource if item.mime in HTML else TextSource
    source = kind(lambda: source_of(catalog, catalog.reads.item(item.id)), worded=lambda error: by_its_title(error, item))
    return Medium(item, source, Still(1))


def _clock(catalog: Catalog, item: Item, facts: Mapping[str, Any]) -> FrameClock:
    """The times of the frames: of the table that was kept, else of one made now; of an even rate where the file is gone."""
    from viewers.scene.frame_clock import FrameClock

    if item.kind is Kind.IMAGE_SEQUENCE:
        return FrameClock.even(max(1, item.frames or 1), SEQUENCE_FPS)
    table = facts.get("frame_table")
    if table is None:
        from storage.media.video import frame_table

        try:
            table = frame_table(source_of(catalog, item))
        except PostilError as error:
            log.info("no frame table: %s", error)
            return FrameClock.even(max(1, item.frames or 1), item.fps or SEQUENCE_FPS)
    return FrameClock.of(table)


def _sound_of(catalog: Catalog, item: Item, facts: Mapping[str, Any]) -> SoundFeeder | None:
    table = facts.get("frame_table")
    if item.kind is not Kind.VIDEO or not facts.get("has_audio") or table is None:
        return None
    from storage.media.source import FileSource
    from viewers.sound.of_video import sound_of_video

    try:
        return sound_of_video(FileSource(path_of(catalog, item)), table, catalog.paths.cache)
    except (OSError, PostilError) as error:
        log.info("no sound: %s", error)
        return None


def _warm(pictures: PictureSource, room: tuple[float, float, float] | None) -> None:
    """Have the picture's first view decoded; from then on the canvas says what it wants."""
    from viewers.canvas.picture_layer import first_sight  # brings OpenCV, which the start of the window does without

    asked: list[bool] = []

    def arrived() -> None:
        facts = pictures.facts(0)
        if not asked and facts is not None:
            asked.append(True)
            if not pictures.wanting:
                pictures.want([(0, facts.levels, -1, -1)] if room is None else first_sight(pictures, 0, room), Adjustments())

    pictures.listen(arrived)
    arrived()
