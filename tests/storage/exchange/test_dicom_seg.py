"""A segmentation goes to other programs and comes back with every voxel at its millimetre."""

from __future__ import annotations

import subprocess
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
import SimpleITK

from storage.errors import Refused
from storage.exchange.volumes import Series
from tests.conftest import need
from tests.support import phantoms
from tests.support.seg_files import CASES, by_mm, errors_of, made, wanted_points, written
from tests.support.volume_stage import blob, document, masks_of, of_phantom, sorted_series


@pytest.mark.parametrize("options", CASES.values(), ids=list(CASES))
def test_other_readers_find_every_voxel_at_its_millimetre(tmp_path, options):
    series, labels, volumes = made(tmp_path, **options)
    path = written(tmp_path, series, labels)

    assert errors_of(path) == []
    seg = hd.seg.segread(path)
    assert [seg.get_segment_description(n).segment_label for n in (1, 2, 3)] == ["Liver 1", "Liver 2", "Tumour 1"]
    for number, volume in enumerate(volumes, start=1):
        found = set()
        for f, group in enumerate(seg.PerFrameFunctionalGroupsSequence):
            if group.SegmentIdentificationSequence[0].ReferencedSegmentNumber != number:
                continue
            transform = hd.spatial.PixelToReferenceTransformer(
                image_position=group.PlanePositionSequence[0].ImagePositionPatient,
                image_orientation=seg.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0].ImageOrientationPatient,
                pixel_spacing=seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing,
            )
            r, c = np.nonzero(seg.get_frame(f + 1))
            found |= {by_mm(p) for p in transform(np.stack([c, r], axis=1))}
        assert found == wanted_points(series, volume)


def test_a_regular_segmentation_is_a_volume_to_highdicom(tmp_path):
    series, labels, volumes = made(tmp_path)
    volume = hd.seg.segread(written(tmp_path, series, labels)).get_volume(segment_numbers=[2])
    k, r, c = np.nonzero(volume.array[..., 0])
    points = volume.map_indices_to_reference(np.stack([k, r, c], axis=1))
    assert {by_mm(p) for p in points} == wanted_points(series, volumes[1])


@pytest.mark.parametrize("label_map", [False, True])
@pytest.mark.parametrize("name", ["axial", "odd widths", "coronal", "oblique"])
def test_dcmqi_reads_every_voxel_right_in_mm(tmp_path, name, label_map):
    series, labels, volumes = made(tmp_path, **CASES[name])
    if label_map:
        volumes = [v & ~np.any(volumes[:i], axis=0) if i else v for i, v in enumerate(volumes)]
        kinds = ("Liver", "Liver", "Tumour")
        labels = document(*((kind, masks_of(v)) for kind, v in zip(kinds, volumes, strict=True)))
    path = written(tmp_path, series, labels, label_map=label_map)
    out = tmp_path / "out"
    out.mkdir()
    command = [_dcmqi(), "--inputDICOM", str(path), "--outputDirectory", str(out), "-t", "nrrd"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    found = [set() for _ in volumes]
    for file in sorted(out.glob("*.nrrd")):
        image = SimpleITK.ReadImage(str(file))
        array = SimpleITK.GetArrayFromImage(image)
        for number in range(1, 4):
            for k, r, c in np.argwhere(array == number):
                point = image.TransformIndexToPhysicalPoint((int(c), int(r), int(k)))
                found[number - 1].add(by_mm(np.array(point)))
    assert found == [wanted_points(series, v) for v in volumes]


def _dcmqi() -> str:
    import sysconfig

    path = Path(sysconfig.get_path("scripts")) / "segimage2itkimage"
    return str(path) if path.exists() else need("segimage2itkimage")


def test_a_label_map_is_read_by_highdicom(tmp_path):
    series, labels, volumes = made(tmp_path)
    volumes = volumes[:1]
    labels = document(("Liver", masks_of(volumes[0])))
    path = written(tmp_path, series, labels, label_map=True)
    seg = hd.seg.segread(path)
    assert seg.segmentation_type == hd.seg.SegmentationTypeValues.LABELMAP
    volume = seg.get_volume()
    k, r, c = np.nonzero(volume.array[..., 0] if volume.array.ndim == 4 else volume.array)
    points = volume.map_indices_to_reference(np.stack([k, r, c], axis=1))
    assert {by_mm(p) for p in points} == wanted_points(series, volumes[0])


def test_segments_that_share_voxels_make_no_label_map(tmp_path):
    series, labels, _ = made(tmp_path)
    with pytest.raises(Refused, match="share voxels"):
        written(tmp_path, series, labels, label_map=True)


def test_every_frame_names_the_instance_it_was_drawn_on(tmp_path):
    phantom = phantoms.series(tmp_path / "series", names="shuffled", reverse=True)
    series = of_phantom(phantom)
    drawn = blob((6, 16, 20), 5)
    seg = pydicom.dcmread(written(tmp_path, series, document(("Liver", masks_of(drawn, [1, 4])))))
    named = [
        g.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        for g in seg.PerFrameFunctionalGroupsSequence
    ]
    assert named == [phantom.sop_uids[1], phantom.sop_uids[4]]
    listed = {i.ReferencedSOPInstanceUID for i in seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence}
    assert listed == set(named)
    assert (seg.PatientName, seg.StudyInstanceUID) == ("Phantom^Test", series.first_header().StudyInstanceUID)


def test_a_series_without_positions_still_carries_a_segmentation(tmp_path):
    def flat(_, ds):
        for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID"):
            delattr(ds, keyword)

    phantom = phantoms.series(tmp_path / "series", n=1, change=flat)
    series = of_phantom(phantom)
    series = Series(**{**vars(series), "geometry": None})
    drawn = blob((1, 16, 20), 5)
    path = written(tmp_path, series, document(("Liver", masks_of(drawn))))
    assert errors_of(path) == []
    assert (hd.seg.segread(path).pixel_array.reshape(drawn.shape) == drawn).all()


@pytest.mark.realdata
@pytest.mark.parametrize("folder", ["ct-phantom", "ct-tilt"])
def test_on_real_series(real_data, tmp_path, folder):
    series = sorted_series(real_data / folder)
    drawn = blob((series.slices, series.rows, series.columns), 3)
    path = written(tmp_path, series, document(("Liver", masks_of(drawn, range(4, 9)))))
    assert errors_of(path) == []
    seg = hd.seg.segread(path)
    assert (seg.pixel_array == drawn[4:9]).all()
