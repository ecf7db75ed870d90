"""What ultrasound and pictures of unknown size say about their pixels, from the file to the catalog's facts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from storage.model.calibration import Calibration
from storage.model.measures import length
from tests.support import phantoms
from tests.support.series_read import only

US = "1.2.840.10008.5.1.4.1.1.6.1"


def region(box: tuple[int, int, int, int], cm: float) -> Dataset:
    made = Dataset()
    made.RegionSpatialFormat, made.RegionDataType, made.RegionFlags = 1, 1, 0
    made.RegionLocationMinX0, made.RegionLocationMinY0, made.RegionLocationMaxX1, made.RegionLocationMaxY1 = box
    made.PhysicalUnitsXDirection = made.PhysicalUnitsYDirection = 3
    made.PhysicalDeltaX = made.PhysicalDeltaY = cm
    return made


def picture(folder: Path, number: int, *, size: tuple[int, int] = (40, 60), **values: object) -> Path:
    ds = phantoms.dataset(ExplicitVRLittleEndian, US, "US")
    ds.SeriesInstanceUID, ds.StudyInstanceUID = "1.2.3.4", "1.2.3"
    ds.InstanceNumber = number
    for name, value in values.items():
        setattr(ds, name, value)
    phantoms.set_pixels(ds, np.zeros(size, np.uint8))
    return phantoms.save(ds, folder / f"{number}.dcm", ExplicitVRLittleEndian)


def test_regions_of_a_real_ultrasound_are_those_of_its_header(tmp_path):
    """The file is one whose lower part was cut off for pydicom's tests; its regions are cut here as well."""
    ds = pydicom.dcmread(get_testdata_file("examples_palette.dcm"))
    tissue, trace = ds.SequenceOfUltrasoundRegions
    tissue.RegionLocationMaxY1, trace.RegionLocationMinY0, trace.RegionLocationMaxY1 = 305, 310, 349
    ds.save_as(tmp_path / "us.dcm")
    made = Calibration.of_facts(only(tmp_path).info.facts)
    inside = [(tissue.RegionLocationMinX0 + 5, tissue.RegionLocationMinY0 + 5), (400, 290)]
    scale = made.at(inside, 0)
    assert (scale.column, scale.row) == pytest.approx((tissue.PhysicalDeltaX * 10, tissue.PhysicalDeltaY * 10))
    assert scale.unit == "mm"
    calipers = [(460.0, 291.0), (499.5, 301.5)]  # the machine's own, drawn into the picture: it wrote 1.06 cm beside them
    assert length(calipers, made.at(calipers, 0)) == pytest.approx(10.6, abs=0.3)
    strip = [(trace.RegionLocationMinX0 + 5, 320), (700, 340)]
    assert made.at(strip, 0).unit == made.at([(1, 1), (400, 200)], 0).unit == "px"
    axes = made.axes_at(strip, 0)
    assert axes is not None
    assert (trace.PhysicalUnitsXDirection, trace.PhysicalUnitsYDirection) == (4, 0)
    ((seconds, unit),) = axes.spans(strip)
    assert unit == "s"
    assert seconds == pytest.approx((strip[1][0] - strip[0][0]) * trace.PhysicalDeltaX)


@pytest.mark.parametrize("name", ["examples_palette.dcm", "examples_ybr_color.dcm"])
def test_a_picture_that_was_cut_or_made_smaller_has_lost_its_calibration(name):
    """Regions that reach beyond it: their centimetres are those of another picture."""
    found = only(Path(get_testdata_file(name)))
    assert any("calibration is that of a picture of another size" in text for text in found.warnings)
    assert Calibration.of_facts(found.info.facts).at([(150, 100), (200, 100)], 0).unit == "px"


def test_pictures_of_other_depths_in_one_series_keep_their_own(tmp_path):
    for number, cm in enumerate((0.01, 0.01, 0.03, 0.01), start=1):
        picture(tmp_path, number, SequenceOfUltrasoundRegions=Sequence([region((0, 0, 49, 39), cm)]))
    made = Calibration.of_facts(only(tmp_path).info.facts)
    assert [made.at([(5, 5), (15, 5)], n).column for n in range(4)] == pytest.approx([0.1, 0.1, 0.3, 0.1])


def test_a_picture_without_regions_among_others_stays_in_pixels(tmp_path):
    picture(tmp_path, 1, SequenceOfUltrasoundRegions=Sequence([region((0, 0, 49, 39), 0.01)]))
    picture(tmp_path, 2)
    made = Calibration.of_facts(only(tmp_path).info.facts)
    assert [made.at([(5, 5), (15, 5)], n).unit for n in range(2)] == ["mm", "px"]


def test_the_aspect_of_pixels_comes_along_unless_the_pictures_differ(tmp_path):
    picture(tmp_path, 1, PixelAspectRatio=[4, 3])
    assert Calibration.of_facts(only(tmp_path).info.facts).aspect == (pytest.approx(4 / 3), 1.0)
    picture(tmp_path, 2, PixelAspectRatio=[1, 1])
    assert Calibration.of_facts(only(tmp_path).info.facts).aspect == (1.0, 1.0)


def test_the_small_picture_of_a_series_has_its_aspect(tmp_path):
    import io

    from PIL import Image

    from viewers.decode.thumbs import render

    path = picture(tmp_path, 1, size=(60, 60), PixelAspectRatio=[2, 1])
    assert Image.open(io.BytesIO(render(path, 256))).size == (60, 120)
