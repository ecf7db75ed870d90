"""Voxels of a label row as a DICOM Segmentation of its series, the source instances referenced.

One writer for all series: every frame carries its own plane position, so tilted and irregular slices stay where they were
acquired. Only slices with voxels are written. Two forms: BINARY (a frame per segment and slice; segments may overlap) and
LABELMAP (a frame per slice; refused where segments share voxels). Pixels are streamed, one frame in memory at a time.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storage.errors import Refused
from storage.exchange import dicom_write as dw
from storage.exchange.volumes import Segment, Series, by_frame, overlapping

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.7"
EXPLICIT = "1.2.840.10008.1.2.1"
_PER_FRAME = 0x52009230
_LARGEST = 0xFFFFFFFE  # bytes of one element of pixels
_SEGMENTATION_CODE = ("113076", "DCM", "Segmentation")
_SOURCE_CODE = ("121322", "DCM", "Source image for image processing operation")


@dataclass(frozen=True)
class _Frame:
    at: int  # frame of the series
    segments: tuple[Segment, ...]  # one of them, but in a label map


def write_seg(path: Path, series: Series, segments: Sequence[Segment], *, now: int, label_map: bool = False) -> None:
    """Raises Refused where the form cannot hold the segments or the series cannot carry them."""
    _check(series, segments, label_map)
    segments = [replace(s, number=k) for k, s in enumerate(segments, start=1)]
    frames = list(_frames(segments, label_map))
    bits = 1 if not label_map else 8 if len(segments) < 256 else 16
    size = (len(frames) * series.rows * series.columns * bits + 7) // 8
    if size > _LARGEST:
        raise Refused(
            f"The segmentation of {series.title} would hold {size:,} bytes, more than a DICOM file can.",
            remedy="Export fewer classes at a time.",
        )
    made = _head(series, segments, frames, now, label_map, bits)

    def tail(file: IO[bytes]) -> None:
        dimensions = len(made.DimensionIndexSequence)
        dw.write_items(file, _PER_FRAME, _groups(series, frames, dimensions, label_map))
        _write_pixels(file, series, frames, bits, size)

    dw.save(made, path, tail)


def _check(series: Series, segments: Sequence[Segment], label_map: bool) -> None:
    if series.index is None or series.header is None:
        raise Refused(
            f"{series.title} is no DICOM series: there is nothing for a segmentation to refer to.",
            remedy="Export its labels as NIfTI or NRRD.",
        )
    if not segments:
        raise Refused(f"{series.title} has no labels with voxels.", remedy="Draw masks, polygons or boxes first.")
    if label_map and (pairs := overlapping(segments)):
        a, b = pairs[0]
        raise Refused(
            f"{a.name} and {b.name} of {series.title} share voxels; a label map holds one label a voxel.",
            remedy="Export a binary segmentation.",
        )


def _frames(segments: Sequence[Segment], label_map: bool) -> Iterator[_Frame]:
    if label_map:
        for at, there in by_frame(segments):
            yield _Frame(at, tuple(there))
        return
    for segment in segments:
        for at in segment.frames:
            yield _Frame(at, (segment,))


# -- the head ----------------------------------------------------------------------------------------------------------


def _head(
    series: Series, segments: Sequence[Segment], frames: Sequence[_Frame], now: int, label_map: bool, bits: int
) -> Dataset:
    source = series.first_header()
    sop_class = LABEL_MAP_SEGMENTATION if label_map else SEGMENTATION
    made = dw.new_object(source, sop_class, "SEG", f"Segmentation of {series.title}", now, transfer_syntax=EXPLICIT)
    dw.name_private_scheme(made, [s.thing for s in segments])
    if series.geometry is not None and source.get("FrameOfReferenceUID"):
        made.FrameOfReferenceUID = source.FrameOfReferenceUID
        made.PositionReferenceIndicator = source.get("PositionReferenceIndicator")
    else:
        made.PatientOrientation = source.get("PatientOrientation")
    made.ImageType = ["DERIVED", "PRIMARY"]
    made.ContentLabel, made.ContentDescription, made.ContentCreatorName = "SEGMENTATION", "Segmentation", None
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.Rows, made.Columns, made.NumberOfFrames = series.rows, series.columns, len(frames)
    made.BitsAllocated = made.BitsStored = bits
    made.HighBit, made.PixelRepresentation = bits - 1, 0
    _say_lossy(made, series, source)
    made.SegmentationType = "LABELMAP" if label_map else "BINARY"
    if label_map:
        made.PixelPaddingValue = 0
        made["PixelPaddingValue"].VR = "US"
    made.SegmentsOverlap = "NO" if label_map else "UNDEFINED"
    made.SegmentSequence = dw.items(_segment(s) for s in segments)
    made.ReferencedSeriesSequence = dw.items([dw.referenced_series(series, [f.at for f in frames])])
    _add_groups(made, series, label_map)
    return made


def _say_lossy(made: Dataset, series: Series, source: Dataset) -> None:
    made.LossyImageCompression = "01" if source.get("LossyImageCompression") == "01" else "00"
    if made.LossyImageCompression == "01":
        for keyword in ("LossyImageCompressionRatio", "LossyImageCompressionMethod"):
            if source.get(keyword) is not None:
                made[keyword] = source[keyword]


def _segment(segment: Segment) -> Dataset:
    from highdicom.color import CIELabColor

    made = dw.item(
        SegmentNumber=segment.number,
        SegmentLabel=segment.name[:64],
        SegmentDescription=segment.thing.name[:1024],
        SegmentedPropertyCategoryCodeSequence=dw.items([dw.code(*dw.class_category(segment.thing))]),
        SegmentedPropertyTypeCodeSequence=dw.items([dw.code(*dw.class_code(segment.thing))]),
    )
    dw.algorithm(made, manual=segment.manual)
    dw.tracking(made, segment.instance, segment.name)
    red, green, blue = (int(segment.thing.color[i : i + 2], 16) for i in (1, 3, 5))
    made.RecommendedDisplayCIELabValue = list(CIELabColor.from_rgb(red, green, blue).value)
    return made


def _add_groups(made: Dataset, series: Series, label_map: bool) -> None:
    """Dimensions, and the functional groups that all frames share; those of each are written behind the head."""
    placed = series.geometry is not None
    organization = dw.new_uid()
    pointers = [] if label_map else [(0x0062000B, 0x0062000A, "Segment")]
    pointers += [(0x00200032, 0x00209113, "Position")] if placed else [(0x00081155, 0x00082112, "Image")][: not pointers]
    made.DimensionOrganizationSequence = dw.one(DimensionOrganizationUID=organization)
    made.DimensionIndexSequence = dw.items(
        dw.item(
            DimensionIndexPointer=pointer,
            FunctionalGroupPointer=group,
            DimensionOrganizationUID=organization,
            DimensionDescriptionLabel=name,
        )
        for pointer, group, name in pointers
    )
    made.SharedFunctionalGroupsSequence = dw.items([_shared(series)])


def _shared(series: Series) -> Dataset:
    shared = dw.item()
    geometry = series.geometry
    if geometry is not None:
        shared.PlaneOrientationSequence = dw.one(ImageOrientationPatient=dw.ds([*geometry.row_dir, *geometry.col_dir]))
        measures = dw.item(
            PixelSpacing=dw.ds([geometry.spacing_row_mm, geometry.spacing_col_mm]),
            SliceThickness=dw.ds([_thickness(series)])[0],
        )
        if geometry.slice_spacing_mm is not None:
            measures.SpacingBetweenSlices = dw.ds([geometry.slice_spacing_mm])[0]
        shared.PixelMeasuresSequence = dw.items([measures])
    return shared


def _thickness(series: Series) -> float:
    """What the series says, else the usual distance; it places nothing."""
    said = series.first_header().get("SliceThickness")
    if said:
        return float(said)
    assert series.geometry is not None
    distances = series.geometry.distances_mm
    return float(np.median(distances)) if len(distances) else 1.0


def _groups(series: Series, frames: Sequence[_Frame], dimensions: int, label_map: bool) -> Iterator[bytes]:
    """Of each frame, in the order of the tags: what frames have in common is made into bytes once, not a million times."""
    places = {at: k for k, at in enumerate(sorted({f.at for f in frames}), start=1)}
    derived = cache(lambda at: dw.encoded(_derivation(series, at)))
    position = cache(lambda k: dw.encoded(_position(series, k)))
    segment = cache(lambda number: dw.encoded(dw.item(SegmentIdentificationSequence=dw.one(ReferencedSegmentNumber=number))))
    content = dw.encoded(dw.item(FrameContentSequence=dw.one(DimensionIndexValues=[1] * dimensions)))
    content = content[: -4 * dimensions]  # up to the numbers
    for frame in frames:
        number = frame.segments[0].number
        index = ((places[frame.at],) if label_map else (number, places[frame.at]))[:dimensions]
        own = derived(frame.at) + content + struct.pack(f"<{dimensions}I", *index) + position(frame.at % series.slices)
        yield own if label_map else own + segment(number)


def _derivation(series: Series, at: int) -> Dataset:
    image = dw.reference(*series.sop(at))
    image.SpatialLocationsPreserved = "YES"
    image.PurposeOfReferenceCodeSequence = dw.items([dw.code(*_SOURCE_CODE)])
    return dw.item(
        DerivationImageSequence=dw.one(
            SourceImageSequence=dw.items([image]), DerivationCodeSequence=dw.items([dw.code(*_SEGMENTATION_CODE)])
        )
    )


def _position(series: Series, k: int) -> Dataset:
    if series.geometry is None:
        return dw.item()
    return dw.item(PlanePositionSequence=dw.one(ImagePositionPatient=dw.ds(series.geometry.origins[k])))


# -- pixels ------------------------------------------------------------------------------------------------------------


def _write_pixels(file: IO[bytes], series: Series, frames: Sequence[_Frame], bits: int, size: int) -> None:
    file.write(struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW" if bits == 16 else b"OB", 0, size + size % 2))
    if bits == 1:
        _write_bits(file, (f.segments[0].pixels(f.at) for f in frames))
    else:
        kind = np.dtype("<u1" if bits == 8 else "<u2")
        for frame in frames:
            values = np.zeros((series.rows, series.columns), kind)
            for segment in frame.segments:
                values[segment.pixels(frame.at)] = segment.number
            file.write(values.tobytes())
    file.write(b"\0" * (size % 2))


def _write_bits(file: IO[bytes], frames: Iterator[NDArray[np.bool_]]) -> None:
    """Frames follow each other without padding: what does not fill a byte waits for the next one."""
    left = np.zeros(0, np.bool_)
    for frame in frames:
        bits = np.concatenate([left, frame.ravel()])
        whole = len(bits) // 8 * 8
        file.write(np.packbits(bits[:whole], bitorder="little").tobytes())
        left = bits[whole:]
    if len(left):
        file.write(np.packbits(left, bitorder="little").tobytes())
