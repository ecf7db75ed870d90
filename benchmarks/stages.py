"""Catalogs and pictures that several benchmarks work on."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 4000, 3000
SHAPES = 10_000


def jpeg(size: tuple[int, int], seed: int, quality: int = 85) -> bytes:
    """About as many bytes as a photograph: smooth ground, fine noise."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (24, 32, 3), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    noisy = np.asarray(coarse).astype(np.int16) + rng.integers(-8, 9, (size[1], size[0], 1), np.int16)
    out = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def pictures(folder: Path, count: int, size: tuple[int, int]) -> None:
    """Different files from a few encoded pictures: a comment of a running number in each changes the hash."""
    folder.mkdir(parents=True)
    seeds = [jpeg(size, seed) for seed in range(4)]
    for i in range(count):
        data = seeds[i % len(seeds)]
        comment = f"{i:08d}".encode()
        (folder / f"picture {i}.jpg").write_bytes(data[:2] + b"\xff\xfe\x00\x0a" + comment + data[2:])


def catalog_of_pictures(path: Path, source: Path) -> None:
    """One folder “Pictures” that holds the pictures of a folder, previews made."""
    from storage.catalog import folders
    from storage.catalog.engine import Catalog
    from storage.progress import Progress
    from storage.services.intake import add_paths
    from viewers.decode.thumbs import render

    with Catalog.create(path, name="Ada", email="ada@example.org") as catalog:
        folder_id = catalog.do("New folder", folders.create, None, "Pictures")
        add_paths(catalog, sorted(source.iterdir()), folder_id, render=render, progress=Progress())


def labelled_catalog(path: Path, source: Path, shapes: Sequence[int] = (SHAPES,)) -> list[int]:
    """A project with a task for each picture, with so many polygons of 20 vertices (in turns). Returns the task ids."""
    from storage.catalog import datasets, labels, ontologies, projects
    from storage.catalog.engine import Catalog
    from storage.ids import new_uuid
    from storage.model.labels import Annotation, Instance, LabelDocument
    from tests.support import scenes

    catalog_of_pictures(path, source)
    with Catalog.open(path) as catalog:
        dataset_id = catalog.do("New dataset", datasets.create, "Pictures", "")
        catalog.do("Attach", datasets.attach_folder, dataset_id, catalog.reads.folder_by_path("Pictures").id)
        ontology_id = catalog.do("New ontology", ontologies.create, "Classes", scenes.ontology())
        project_id = catalog.do("New project", projects.create, "Many", "", ontology_id, [dataset_id])
        for row, row_id in enumerate(catalog.reads.label_rows(project_id)):
            document = LabelDocument("")
            for n, shape in enumerate(scenes.many(shapes[row % len(shapes)], WIDTH, HEIGHT, radius=40.0)):
                instance = Instance(new_uuid(), f"{n:08x}", f"c{n % 4}", n // 4 + 1)
                document.put(instance)
                document.put(Annotation(new_uuid(), instance.uuid, shape))
            catalog.do("Labels", labels.import_document, row_id, document, replace=True)
        return list(catalog.reads.task_ids(project_id))


def labelme_file(path: Path, picture: Path) -> None:
    """The same shapes as labelme stores them, beside the picture."""
    from tests.support import scenes

    shapes = [
        {
            "label": f"c{n % 4}",
            "points": [list(p) for p in shape.parts[0][0]],
            "group_id": None,
            "shape_type": "polygon",
            "flags": {},
        }
        for n, shape in enumerate(scenes.many(SHAPES, WIDTH, HEIGHT, radius=40.0))
    ]
    document = {
        "version": "5.0.0",
        "flags": {},
        "shapes": shapes,
        "imagePath": picture.name,
        "imageData": None,
        "imageHeight": HEIGHT,
        "imageWidth": WIDTH,
    }
    path.write_text(json.dumps(document))
