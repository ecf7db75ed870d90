"""A catalog of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.catalog import folders
from storage.catalog.engine import Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.create(tmp_path / "catalog", name="Ada", email="ada@example.org") as made:
        yield made


@pytest.fixture
def target(catalog: Catalog) -> int:
    return catalog.do("New folder", folders.create, None, "Target")
