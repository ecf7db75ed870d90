"""What the parts of the window are given: one value, passed along, never a global."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.jobs import JobRunner
from app.messages import Messages
from app.settings import Settings
from widgets.bus import CatalogBus

if TYPE_CHECKING:
    from app.background.thumbnails import ThumbnailLoader
    from storage.catalog.engine import Catalog
    from storage.model.reads import Reads


@dataclass(slots=True)
class AppContext:
    """`messages` belongs to one window; the rest is shared by all windows on the catalog."""

    catalog: Catalog
    bus: CatalogBus
    jobs: JobRunner
    settings: Settings
    messages: Messages
    thumbs: ThumbnailLoader

    @property
    def reads(self) -> Reads:
        return self.catalog.reads
