"""Mosaics taken apart: every tile's pixels at its own millimetres, by dcm2niix's and nibabel's word too, or left with a reason."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, RLELossless

from storage.media.dicom import scan
from storage.media.dicom_index import FrameIndex
from storage.media.dicom_mosaic import read_csa
from storage.media.source import FileSource
from storage.model.space import LPS_RAS
from tests.storage.media.test_dicom_realdata import agrees_voxel_by_voxel, by_dcm2niix
from tests.support import mosaics, phantoms
from tests.support.series_read import only, volume
from viewers.decode.volume import open_volume


def shown(series) -> np.ndarray:
    """As the viewer reads it."""
    index = FrameIndex.from_bytes(series.index.to_bytes())
    frames = open_volume(index, lambda file: FileSource(series.files[file]))
    made = np.empty(frames.shape, frames.dtype)
    for frame in range(len(made)):
        frames.read_into(frame, made[frame])
    return made.reshape(index.times, index.slices, *made.shape[1:])


@pytest.mark.parametrize("older", [False, True], ids=["CSA2", "CSA1"])
@pytest.mark.parametrize("against", [False, True], ids=["along", "against"])
@pytest.mark.parametrize("orientation", sorted(phantoms.ORIENTATIONS))
def test_every_tile_is_a_slice_at_its_own_place(tmp_path, orientation, against, older):
    phantom = mosaics.mosaics(tmp_path, orientation=orientation, against=against, older=older)
    series = only(tmp_path)
    assert (series.index.slices, series.index.times, series.info.width, series.info.height) == (7, 1, 20, 16)
    assert np.array_equal(volume(series)[0], phantom.volume)
    assert np.array_equal(shown(series)[0], phantom.volume)
    for k in range(7):
        for column, row in ((0, 0), (19, 0), (3, 15)):
            assert np.allclose(series.geometry.to_mm(column, row, k), phantom.lps(k, row, column), atol=1e-4)
    assert any("Taken from mosaics: 7 slices" in warning for warning in series.warnings)


def test_mosaics_one_after_another_are_one_volume_over_time(tmp_path):
    phantom = mosaics.mosaics(tmp_path, times=4)
    series = only(tmp_path)
    assert (series.index.slices, series.index.times, len(series.files)) == (7, 4, 4)
    assert np.array_equal(shown(series), phantom.volume)


@pytest.mark.parametrize("against", [False, True], ids=["along", "against"])
@pytest.mark.parametrize("orientation", sorted(phantoms.ORIENTATIONS))
def test_dcm2niix_puts_every_voxel_of_a_mosaic_where_we_do(tmp_path, orientation, against):
    mosaics.mosaics(tmp_path / "in", orientation=orientation, against=against, times=3)
    (path,) = by_dcm2niix(tmp_path / "in", tmp_path / "out")
    agrees_voxel_by_voxel(only(tmp_path / "in"), path)


@pytest.mark.filterwarnings("ignore:The DICOM readers are highly experimental")
def test_nibabel_puts_the_first_slice_of_a_mosaic_where_we_do(tmp_path):
    from nibabel.nicom.dicomwrappers import MosaicWrapper

    phantom = mosaics.mosaics(tmp_path, orientation="oblique")
    theirs = MosaicWrapper(pydicom.dcmread(phantom.files[0]))
    assert theirs.n_mosaic == 7
    assert np.allclose(LPS_RAS @ theirs.affine @ [0, 0, 0, 1], [*(LPS_RAS[:3, :3] @ phantom.origins[0]), 1], atol=1e-4)
    assert np.array_equal(np.moveaxis(theirs.get_unscaled_data(), -1, 0), phantom.volume)


@pytest.mark.filterwarnings("ignore:The DICOM readers are highly experimental")
@pytest.mark.parametrize("older", [False, True], ids=["CSA2", "CSA1"])
def test_the_private_header_is_read_as_nibabel_reads_it(older):
    from nibabel.nicom import csareader

    data = mosaics.csa(
        {"NumberOfImagesInMosaic": ["36"], "SliceNormalVector": ["0.1", "-0.2", "0.97"], "Empty": []}, older=older
    )
    ours, theirs = read_csa(data), csareader.read(data)["tags"]
    assert ours["NumberOfImagesInMosaic"] == ["36"] == [str(v) for v in theirs["NumberOfImagesInMosaic"]["items"][:1]]
    assert len(ours["SliceNormalVector"]) == 3 and ours["Empty"] == []


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("count", lambda i, ds: mosaics.without(ds, "NumberOfImagesInMosaic"), "how many tiles"),
        ("normal", lambda i, ds: mosaics.without(ds, "SliceNormalVector"), "in which direction"),
        ("spacing", lambda i, ds: delattr(ds, "SpacingBetweenSlices"), "Spacing Between Slices is missing"),
        ("position", lambda i, ds: delattr(ds, "ImagePositionPatient"), "position"),
        ("turned", lambda i, ds: setattr(ds, "ImageOrientationPatient", [1, 0, 0, 0, 0, -1]), "contradict"),
        (
            "header",
            lambda i, ds: ds.private_block(0x0029, "SIEMENS CSA HEADER")[0x10].__setattr__("value", b"SV10" + b"\xff" * 90),
            "how many",
        ),
    ],
    ids=lambda v: v if isinstance(v, str) and " " not in v else "",
)
def test_what_the_file_does_not_say_is_not_guessed(tmp_path, name, change, why):
    mosaics.mosaics(tmp_path, change=change)
    series = only(tmp_path)
    assert series.geometry is None and (series.info.width, series.info.height) == (60, 48)
    (told,) = [w for w in series.warnings if w.startswith("Mosaics")]
    assert why in told


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, DeflatedExplicitVRLittleEndian])
def test_compressed_mosaics_are_taken_apart_too(tmp_path, syntax):
    phantom = mosaics.mosaics(tmp_path, transfer_syntax=syntax, times=2)
    series = only(tmp_path)
    assert np.array_equal(shown(series), phantom.volume)
    assert np.allclose(series.geometry.to_mm(3, 4, 5), phantom.lps(5, 4, 3), atol=1e-4)


@pytest.mark.realdata
@pytest.mark.parametrize("name", [*(f"transfer-syntaxes/In/{n}.dcm" for n in range(1, 7)), "bits-12/In/12bitUnsigned.dcm"])
def test_dcm2niix_puts_every_voxel_of_real_mosaics_where_we_do(tmp_path, real_data, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.dcm").write_bytes((real_data / name).read_bytes())
    (path,) = by_dcm2niix(tmp_path / "in", tmp_path / "out")
    series = only(tmp_path / "in")
    agrees_voxel_by_voxel(series, path, shown(series))


def test_the_count_of_tiles_may_stand_outside_of_the_private_header(tmp_path):
    def newer(i, ds):
        mosaics.without(ds, "NumberOfImagesInMosaic")
        ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", 7)

    phantom = mosaics.mosaics(tmp_path, change=newer)
    assert np.array_equal(shown(only(tmp_path))[0], phantom.volume)


@pytest.mark.parametrize("cut", range(0, 900, 53))
def test_a_damaged_private_header_costs_the_tiles_and_nothing_else(tmp_path, cut):
    def damage(i, ds):
        block = ds.private_block(0x0029, "SIEMENS CSA HEADER")
        block[0x10].value = block[0x10].value[:cut] + b"\0" * (cut % 2)

    mosaics.mosaics(tmp_path, change=damage)
    (series,) = scan([tmp_path]).series
    assert series.index.slices in (1, 7)
