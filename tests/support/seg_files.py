"""DICOM segmentations made of phantoms, what stands in them and in reports, and what dciodvfy says of a file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pydicom

from storage.exchange.dicom_seg import write_seg
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.exchange.volumes import Series, segments_of
from storage.model.geometry import ShapeKind
from storage.model.labels import LabelDocument
from storage.model.ontology import ObjectClass, Ontology
from tests.conftest import need
from tests.support import phantoms
from tests.support.volume_stage import FEATURES, NOW, blob, document, masks_of, of_phantom

CASES = {
    "axial": {},
    "odd widths": {"rows": 13, "cols": 11},
    "coronal": {"orientation": "coronal"},
    "oblique": {"orientation": "oblique"},
    "tilted": {"tilt": 18.5},
    "irregular": {"spacings": [1.0, 2.5, 2.5, 7.0, 1.0]},
    "one slice": {"n": 1},
}


def made(tmp_path: Path, **options) -> tuple[Series, LabelDocument, list[np.ndarray]]:
    """Two overlapping livers and a tumour on a phantom, and their voxels."""
    series = of_phantom(phantoms.series(tmp_path / "series", **options))
    shape = series.slices, series.rows, series.columns
    volumes = [blob(shape, seed) for seed in (1, 2, 3)]
    labels = zip(("Liver", "Liver", "Tumour"), volumes, strict=True)
    return series, document(*((name, masks_of(v)) for name, v in labels)), volumes


def written(tmp_path: Path, series: Series, labels: LabelDocument, **options) -> Path:
    losses = Losses()
    segments = segments_of(series, labels, FEATURES, None, losses)
    assert losses.all() == []
    path = tmp_path / "labels.dcm"
    write_seg(path, series, segments, now=NOW, **options)
    return path


def errors_of(path: Path) -> list[str]:
    run = subprocess.run([need("dciodvfy"), "-new", str(path)], capture_output=True, text=True, timeout=300, check=False)
    return [line for line in (run.stdout + run.stderr).splitlines() if line.startswith("Error")]


def by_mm(mm: np.ndarray) -> tuple[int, ...]:
    return tuple(int(v) for v in np.round(np.asarray(mm) * 100))


def wanted_points(series: Series, volume: np.ndarray) -> set[tuple[int, ...]]:
    k, r, c = np.nonzero(volume)
    assert series.geometry is not None
    return {by_mm(p) for p in series.geometry.to_mm(c, r, k)}


def classes_of(head: pydicom.Dataset) -> Features:
    names = dict.fromkeys(s.SegmentLabel for s in head.SegmentSequence)
    things = (ObjectClass(str(k), n, "#D33115", ShapeKind.BITMASK, f"A{k:07d}") for k, n in enumerate(names))
    return Features(Ontology(tuple(things)))


def contents(report) -> list:
    """All content items of a report."""
    return [report, *(found for item in report.get("ContentSequence") or () for found in contents(item))]
