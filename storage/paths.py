"""Where catalogs, caches, logs and crash files live. Nothing here touches the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CatalogPaths:
    """The parts of one catalog folder."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "catalog.sqlite"

    @property
    def thumbnails(self) -> Path:
        return self.root / "thumbnails.sqlite"

    @property
    def originals(self) -> Path:
        """Data, never evicted: LOCAL items keep their path below the root in `items.source`."""
        return self.root / "originals"

    @property
    def cache(self) -> Path:
        """May be deleted at any time."""
        return self.root / "cache"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def lock(self) -> Path:
        """Held by whoever writes; its text names the holder."""
        return self.root / "writer.lock"

    @property
    def turn(self) -> Path:
        """Held by whoever writes next, so that a busy writer cannot starve the others."""
        return self.root / "writer.turn"

    @property
    def presence(self) -> Path:
        """Held, shared, by everybody who has the catalog open."""
        return self.root / "in-use.lock"

    @property
    def ballast(self) -> Path:
        return self.root / "ballast"


def user_data_dir() -> Path:
    """The folder of this program in the person's data folder."""
    import platformdirs

    return Path(platformdirs.user_data_dir("Postil", appauthor=False))


def user_config_dir() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_dir("Postil", appauthor=False))


def default_catalog() -> Path:
    """Where a catalog is made when nobody names a place."""
    return user_data_dir() / "Catalog"
