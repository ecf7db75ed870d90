from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.catalog.engine import Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.create(tmp_path / "catalog", name="Ada", email="ada@example.org") as made:
        yield made
