"""Labels on the tiles of mosaics leave by files that speak of instances and come back onto the same slices and times."""

from __future__ import annotations

import numpy as np
import pytest

from storage.catalog import folders, labels
from storage.catalog.engine import Catalog
from storage.model.labels import LabelDocument
from storage.progress import Progress
from storage.services.export import export_labels
from storage.services.import_labels import import_labels
from storage.services.series import add_series
from tests.support import mosaics, nouns
from tests.support.volume_stage import blob, document, masks_of, named, ontology, voxels


@pytest.fixture
def stage(tmp_path):
    """A project with a series of three mosaics of seven slices, labelled at two times."""
    mosaics.mosaics(tmp_path / "in", times=3)
    with Catalog.create(tmp_path / "catalog", name="Ada", email="ada@example.org") as catalog:
        folder = catalog.do("New folder", folders.create, None, "Scans")
        add_series(catalog, [tmp_path / "in"], folder, progress=Progress())
        ids = [row.id for row in catalog.reads.first_rows(nouns.ALL)]
        project = nouns.project(catalog, nouns.dataset(catalog, "Set", *ids), ontology=ontology())
        (row,) = catalog.reads.label_rows(project)
        volume = np.concatenate([blob((7, 16, 20), 1), np.zeros((7, 16, 20), bool), blob((7, 16, 20), 2)])
        catalog.do("Label", labels.import_document, row, document(("Liver", masks_of(volume))), True)
        yield catalog, project, row, volume


@pytest.mark.parametrize("format", ["dicom-seg", "dicom-seg-labelmap", "rtstruct", "encord"])
def test_they_come_back_onto_their_tiles(stage, tmp_path, format):
    catalog, project, row, volume = stage
    out = tmp_path / ("out.json" if format == "encord" else "out")
    assert export_labels(catalog, project, format, out).lost == []
    catalog.do("Label", labels.import_document, row, LabelDocument(), True)
    assert import_labels(catalog, project, out, format).lost == []
    back = catalog.reads.labels(row)
    assert (voxels(back, named(back)["Liver 1"].uuid, volume.shape) == volume).all()


def test_a_report_on_whole_pictures_is_refused_with_what_to_do(stage, tmp_path):
    catalog, project, _, _ = stage
    (lost,) = export_labels(catalog, project, "sr", tmp_path / "out").lost
    assert "tiles of mosaics" in lost.why and "DICOM SEG" in lost.why
