"""Slices of a series through the command line: the stored frame through the window that is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from storage.catalog import folders
from storage.catalog.engine import Catalog
from storage.exchange.dicom_seg import write_seg
from storage.exchange.losses import Losses
from storage.exchange.volumes import segments_of
from storage.progress import Progress
from storage.services.series import add_series
from tests.support import phantoms
from tests.support.command_line import ask, postil
from tests.support.volume_stage import FEATURES, NOW, blob, document, masks_of, of_phantom
from tests.support.volumes import apart, by_dcmtk
from viewers.decode.thumbs import render


@pytest.fixture
def series(tmp_path) -> tuple[Path, phantoms.Phantom]:
    postil("init", tmp_path / "catalog", "--user", "Ann", "--email", "ann@example.org")
    made = phantoms.series(tmp_path / "s", names="shuffled", reverse=True, windows=((900, 1500),), intercept=-200.0)
    with Catalog.open(tmp_path / "catalog") as catalog:
        folder = catalog.do("New folder", folders.create, None, "Scans")
        result = add_series(catalog, [tmp_path / "s"], folder, render=render, progress=Progress())
        assert len(result.added) == 1, result.errors
    return tmp_path / "catalog", made


@pytest.mark.parametrize("window", [(), ("--window", "40", "400")])
def test_a_slice_is_what_dcmtk_shows_of_its_file(series, tmp_path, window):
    catalog, made = series
    [item] = ask("--catalog", catalog, "items", "--type", "dicom_series")
    for k in (0, 3, 5):
        ask("--catalog", catalog, "frame", item["uuid"], k, "--out", tmp_path / "slice.png", *window)
        options = ("+Ww", "40", "400") if window else ("+Wi", "1")
        ours = np.asarray(Image.open(tmp_path / "slice.png"))
        assert apart(ours, by_dcmtk(made.files[k], tmp_path, *options)) <= 1


def test_a_series_is_shown_with_how_it_lies(series):
    catalog, made = series
    [item] = ask("--catalog", catalog, "items", "--type", "dicom_series")
    shown = ask("--catalog", catalog, "item", "show", item["uuid"])
    geometry = shown["geometry"]
    assert shown["series_uid"] == made.series_uid
    assert geometry["shape"] == [20, 16, 6]
    for k, path in enumerate(made.files):
        head = dcmread(path)
        assert np.allclose(np.array(geometry["affine"]) @ [0, 0, k, 1], [*head.ImagePositionPatient, 1])
        across = np.array(head.ImageOrientationPatient[:3], float) * head.PixelSpacing[1]
        assert np.allclose(np.array(geometry["affine"])[:3, 0], across)


def test_a_series_of_uneven_slices_is_shown_with_their_origins(tmp_path):
    postil("init", tmp_path / "catalog", "--user", "Ann", "--email", "ann@example.org")
    made = phantoms.series(tmp_path / "s", spacings=(2.5, 2.5, 9.0, 2.5, 2.5))
    postil("--catalog", tmp_path / "catalog", "add", tmp_path / "s", "--folder", "A")
    [item] = ask("--catalog", tmp_path / "catalog", "items")
    geometry = ask("--catalog", tmp_path / "catalog", "item", "show", item["uuid"])["geometry"]
    assert geometry["affine"] is None
    assert np.allclose(geometry["origins"], [dcmread(path).ImagePositionPatient for path in made.files])
    assert geometry["warnings"] == item["warnings"] != []


def test_labels_beside_a_series_are_named_with_the_way_to_import_them(series, tmp_path):
    catalog, made = series
    beside = of_phantom(made)
    segments = segments_of(beside, document(("Liver", masks_of(blob((6, 16, 20), 3)))), FEATURES, None, Losses())
    write_seg(tmp_path / "s" / "liver.dcm", beside, segments, now=NOW)
    answer = ask("--catalog", catalog, "add", tmp_path / "s", "--folder", "Again")
    assert answer["labels"] == [{"input": str(tmp_path / "s" / "liver.dcm"), "kind": "SEG", "series": [made.series_uid]}]
    said = postil("--catalog", catalog, "add", tmp_path / "s", "--folder", "Once more")
    assert "liver.dcm holds labels (SEG)" in said and "--format dicom-seg" in said


def test_a_window_is_for_volumes_only(series, tmp_path):
    catalog, _ = series
    picture = tmp_path / "p.png"
    Image.new("L", (8, 6)).save(picture)
    ask("--catalog", catalog, "add", picture, "--folder", "Pictures")
    [item] = ask("--catalog", catalog, "items", "--type", "image")
    frame = ("frame", item["uuid"], 0, "--out", tmp_path / "o.png", "--window", "40", "400")
    answer = ask("--catalog", catalog, *frame, code=3)
    assert "is no volume" in answer["error"]["reason"]


def test_what_a_nifti_shows_is_said_by_hand(tmp_path):
    catalog = tmp_path / "catalog"
    postil("init", catalog, "--user", "Ann", "--email", "ann@example.org")
    grid = phantoms.nifti(tmp_path / "head.nii", np.arange(60, dtype=np.int16).reshape(5, 4, 3), np.eye(4))
    postil("--catalog", catalog, "add", grid, "--folder", "Grids")
    [item] = ask("--catalog", catalog, "items", "--type", "nifti")
    told = ask("--catalog", catalog, "item", "set", item["uuid"], "--modality", "CT")
    assert told == {"uuid": item["uuid"], "title": "head.nii", "modality": "CT"}
    assert ask("--catalog", catalog, "item", "show", item["uuid"])["facts"]["modality"] == "CT"
    postil("--catalog", catalog, "item", "set", item["uuid"], "--modality", "none")
    assert "modality" not in ask("--catalog", catalog, "item", "show", item["uuid"])["facts"]
    postil("--catalog", catalog, "item", "set", item["uuid"], "--modality", "XX", code=2)
