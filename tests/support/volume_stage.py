"""A series made by `phantoms` with labels on it: what exports of volumes start from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom

from storage.exchange.features import Features
from storage.exchange.volumes import Series
from storage.ids import new_hash8, new_uuid
from storage.media.dicom_index import FrameIndex, PixelFormat, Voi
from storage.model import masks
from storage.model.geometry import Geometry, ShapeKind
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.ontology import ObjectClass, Ontology
from storage.model.space import VolumeGeometry
from tests.support.phantoms import Phantom

NOW = 1_780_000_000_000


def ontology(*more: ObjectClass) -> Ontology:
    return Ontology(
        (
            ObjectClass("1", "Liver", "#D33115", ShapeKind.BITMASK, "aZ09+/xy"),
            ObjectClass("2", "Tumour", "#16406C", ShapeKind.BITMASK, "Bb000001"),
            ObjectClass("3", "Outline", "#A4DD00", ShapeKind.POLYGON, "Bb000002"),
            ObjectClass("4", "Spot", "#A4DD00", ShapeKind.POINT, "Bb000003"),
            ObjectClass("5", "Line", "#009CE0", ShapeKind.POLYLINE, "Bb000004"),
            ObjectClass("6", "Round", "#FA28FF", ShapeKind.ELLIPSE, "Bb000005"),
            *more,
        )
    )


FEATURES = Features(ontology())


def of_phantom(made: Phantom, *, multi: bool = False, title: str = "Phantom") -> Series:
    """The series as the catalog knows it, from what the phantom's files say."""
    times = made.volume.shape[0] if made.volume.ndim == 4 else 1
    rows, columns = made.volume.shape[-2:]
    row_mm, col_mm = made.spacing
    geometry = VolumeGeometry(made.origins, made.row_dir, made.col_dir, row_mm, col_mm, rows, columns)
    return series_of(made.files, geometry, times=times, multi=multi, title=title)


def series_of(
    files: list[Path], geometry: VolumeGeometry | None, *, times: int = 1, multi: bool = False, title: str = "Series"
) -> Series:
    heads = [pydicom.dcmread(f, stop_before_pixels=True) for f in files]
    rows, columns = int(heads[0].Rows), int(heads[0].Columns)
    count = int(heads[0].NumberOfFrames) if multi else len(files)
    index = FrameIndex(
        slices=count // times,
        times=times,
        file=np.zeros(count, int) if multi else np.arange(count),
        frame_number=np.arange(1, count + 1) if multi else np.zeros(count, int),
        offset=np.zeros(count),
        length=np.zeros(count),
        format=np.zeros(count),
        voi=np.zeros(count),
        slope=np.ones(count),
        intercept=np.zeros(count),
        formats=(PixelFormat("1.2.840.10008.1.2.1", rows, columns),),
        vois=(Voi(),),
        sop_uids=tuple(str(h.SOPInstanceUID) for h in heads),
        sop_classes=tuple(str(h.SOPClassUID) for h in heads),
        geometry=geometry,
    )

    def pixels(frame: int) -> np.ndarray:
        array = pydicom.dcmread(files[int(index.file[frame])]).pixel_array
        return np.asarray(array[frame] if multi else array, np.float32)

    return Series(title, rows, columns, count // times, times, geometry, index, heads.__getitem__, pixels, "", new_uuid())


def sorted_series(folder: Path, title: str = "Series") -> Series:
    """Real files of one axial-like series, sorted along the normal, by the words of the standard."""
    heads = []
    for file in sorted(p for p in folder.iterdir() if p.is_file()):
        try:
            head = pydicom.dcmread(file, stop_before_pixels=True)
        except pydicom.errors.InvalidDicomError:
            continue
        if "ImagePositionPatient" in head:
            heads.append((head, file))
    row, column = (np.array(heads[0][0].ImageOrientationPatient[i : i + 3], float) for i in (0, 3))
    normal = np.cross(row, column)
    heads.sort(key=lambda h: float(np.dot(np.array(h[0].ImagePositionPatient, float), normal)))
    origins = np.array([h.ImagePositionPatient for h, _ in heads], float)
    spacing = [float(v) for v in heads[0][0].PixelSpacing]
    geometry = VolumeGeometry(origins, row, column, *spacing, int(heads[0][0].Rows), int(heads[0][0].Columns))
    return series_of([f for _, f in heads], geometry, title=title)


Shapes = dict[int, Geometry]


def document(*objects: tuple[str, Shapes], features: Features = FEATURES) -> LabelDocument:
    """Objects as (name of the class, shape by frame)."""
    made = LabelDocument(new_uuid())
    by_name = {t.name: t for t in features.objects.values()}
    for name, shapes in objects:
        thing = by_name[name]
        instance = Instance(new_uuid(), new_hash8(), thing.feature_hash, made.next_number(thing.feature_hash))
        made.put(instance)
        for frame, geometry in shapes.items():
            made.put(Annotation(new_uuid(), instance.uuid, geometry, frame))
    return made


def masks_of(volume: np.ndarray, frames: Iterable[int] | None = None) -> Shapes:
    """[frame, row, column] of bool as shapes by frame; frames without a voxel have none."""
    wanted = range(len(volume)) if frames is None else frames
    return {f: mask for f in wanted if (mask := masks.encode(volume[f])).w}


def voxels(document: LabelDocument, instance: str, shape: tuple[int, int, int]) -> np.ndarray:
    out = np.zeros(shape, bool)
    for row in document.annotations_of(instance):
        out[row.frame] = masks.rasterize(row.geometry, shape[2], shape[1])
    return out


def named(document: LabelDocument, features: Features = FEATURES) -> dict[str, Instance]:
    return {f"{features.objects[i.feature_hash].name} {i.number}": i for i in document.instances.values()}


def blob(shape: tuple[int, int, int], seed: int, share: float = 0.3) -> np.ndarray:
    """A ball with a hole and some noise: what people paint. Not more than 40 specks a slice: each is an outline of its own."""
    noise = min(0.02, 40 / (shape[1] * shape[2]))
    rng = np.random.default_rng(seed)
    grid = np.meshgrid(*(np.linspace(-1, 1, m) for m in shape), indexing="ij")
    shift = rng.uniform(-0.3, 0.3, 3)
    r = np.sqrt(sum((g - s) ** 2 for g, s in zip(grid, shift, strict=True)))
    return np.asarray((r < 0.8) & (r > share) | (rng.random(shape) < noise))


Check = Callable[[Any], None]
