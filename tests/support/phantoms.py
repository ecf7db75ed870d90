"""DICOM series and NIfTI files whose every voxel tells where it should lie.

Unless other values are given, the stored value of a voxel is its number in the volume (slice, row, column in C order), so a
value that comes back names the voxel it came from. Slice 0 is the one with the least position along row x column, whatever
the order of files, names and instance numbers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    generate_uid,
)

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"

ORIENTATIONS = {
    "axial": (1, 0, 0, 0, 1, 0),
    "coronal": (1, 0, 0, 0, 0, -1),
    "sagittal": (0, 1, 0, 0, 0, -1),
    "oblique": (0.8, 0.6, 0.0, -0.48, 0.64, 0.6),
}

Change = Callable[[int, Dataset], None]


@dataclass
class Phantom:
    """What was written, as it must come back."""

    volume: np.ndarray  # stored values [slice, row, column] (4D: [time, slice, row, column])
    origins: np.ndarray
    row_dir: np.ndarray
    col_dir: np.ndarray
    spacing: tuple[float, float]  # rows, columns
    files: list[Path]  # by slice (4D: by time, then slice)
    series_uid: str
    sop_uids: list[str] = field(default_factory=list)

    def lps(self, slice: int, row: float, column: float) -> np.ndarray:
        """By the words of the standard (PS3.3 C.7.6.2.1.1)."""
        return self.origins[slice] + self.row_dir * self.spacing[1] * column + self.col_dir * self.spacing[0] * row


def series(
    folder: Path,
    *,
    n: int = 6,
    rows: int = 16,
    cols: int = 20,
    orientation: str | Sequence[float] = "axial",
    spacing: tuple[float, float] = (0.7, 0.5),
    spacings: float | Sequence[float] = 2.5,
    tilt: float = 0.0,
    origin: Sequence[float] = (-12.5, 30.25, -100.0),
    times: int = 1,
    values: np.ndarray | None = None,
    transfer_syntax: str = ExplicitVRLittleEndian,
    modality: str = "CT",
    slope: float | Sequence[float] = 1.0,
    intercept: float | Sequence[float] = 0.0,
    windows: Sequence[tuple[float, float]] = ((40, 400),),
    voi_function: str = "",
    photometric: str = "MONOCHROME2",
    signed: bool = False,
    bits_stored: int = 16,
    names: str = "slice",
    reverse: bool = False,
    series_uid: str = "",
    study_uid: str = "",
    frame_of_reference: str = "",
    patient: str = "Phantom^Test",
    change: Change | None = None,
) -> Phantom:
    """A classic series, one file a slice.

    `spacings`: between slices, one number or n - 1 of them. `tilt` degrees shift each slice along its columns, as a tilted
    gantry does. `names`: "slice" (I0, I1 ...), "shuffled" or "uid". `reverse`: instance numbers count against the slices.
    `slope` and `intercept`: one number or one per slice. `change(i, data set)` has the last word on every file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    row_dir, col_dir, origins = _geometry(orientation, spacings, tilt, origin, n)
    volume = numbered((times, n, rows, cols), signed, bits_stored) if values is None else np.asarray(values)
    volume = volume.reshape(times, n, rows, cols)
    slopes, intercepts = (np.broadcast_to(np.asarray(v, float), (n,)) for v in (slope, intercept))
    made = Phantom(volume, origins, row_dir, col_dir, spacing, [], series_uid or generate_uid())
    common = {"study": study_uid or generate_uid(), "reference": frame_of_reference or generate_uid()}
    labels = list(range(times * n))
    if names == "shuffled":
        random.Random(7).shuffle(labels)
    for i in range(times * n):
        time, k = divmod(i, n)
        ds = dataset(transfer_syntax, MR if modality == "MR" else CT, modality, patient)
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = (
            common["study"],
            made.series_uid,
            common["reference"],
        )
        ds.InstanceNumber = times * n - i if reverse else i + 1
        ds.ImageOrientationPatient = [*row_dir, *col_dir]
        ds.ImagePositionPatient = list(origins[k])
        ds.PixelSpacing, ds.SliceThickness = list(spacing), 1.0
        ds.RescaleSlope, ds.RescaleIntercept = float(slopes[k]), float(intercepts[k])
        ds.WindowCenter, ds.WindowWidth = ([w[j] for w in windows] for j in (0, 1))
        if voi_function:
            ds.VOILUTFunction = voi_function
        if times > 1:
            ds.TemporalPositionIdentifier, ds.NumberOfTemporalPositions = time + 1, times
        set_pixels(ds, volume[time, k], photometric=photometric, bits_stored=bits_stored, signed=signed)
        if change is not None:
            change(i, ds)
        name = str(ds.SOPInstanceUID) if names == "uid" else f"I{labels[i]}"
        made.files.append(save(ds, folder / name, transfer_syntax))
        made.sop_uids.append(str(ds.SOPInstanceUID))
    if times == 1:
        made.volume = volume[0]
    return made


def enhanced(
    path: Path,
    *,
    n: int = 6,
    rows: int = 16,
    cols: int = 20,
    orientation: str | Sequence[float] = "axial",
    spacing: tuple[float, float] = (0.7, 0.5),
    spacings: float | Sequence[float] = 2.5,
    tilt: float = 0.0,
    origin: Sequence[float] = (-12.5, 30.25, -100.0),
    times: int = 1,
    values: np.ndarray | None = None,
    transfer_syntax: str = ExplicitVRLittleEndian,
    slope: float | Sequence[float] = 1.0,
    intercept: float | Sequence[float] = 0.0,
    order: Sequence[int] | None = None,
    change: Callable[[Dataset], None] | None = None,
) -> Phantom:
    """The same as one enhanced multi-frame file; `order`: which (time, slice) number each frame holds."""
    row_dir, col_dir, origins = _geometry(orientation, spacings, tilt, origin, n)
    volume = numbered((times, n, rows, cols)) if values is None else np.asarray(values).reshape(times, n, rows, cols)
    slopes, intercepts = (np.broadcast_to(np.asarray(v, float), (n,)) for v in (slope, intercept))
    frames = list(order or range(times * n))
    ds = dataset(transfer_syntax, ENHANCED_MR if times > 1 else ENHANCED_CT, "MR" if times > 1 else "CT", "Phantom^Test")
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = generate_uid(), generate_uid(), generate_uid()
    ds.InstanceNumber, ds.NumberOfFrames = 1, len(frames)
    shared = Dataset()
    shared.PlaneOrientationSequence = _item(ImageOrientationPatient=[*row_dir, *col_dir])
    shared.PixelMeasuresSequence = _item(PixelSpacing=list(spacing), SliceThickness=1.0)
    shared.FrameVOILUTSequence = _item(WindowCenter=40, WindowWidth=400)
    ds.SharedFunctionalGroupsSequence = DicomSequence([shared])
    groups = []
    for f in frames:
        time, k = divmod(f, n)
        group = Dataset()
        group.PlanePositionSequence = _item(ImagePositionPatient=list(origins[k]))
        group.FrameContentSequence = _item(StackID="1", InStackPositionNumber=k + 1, TemporalPositionIndex=time + 1)
        group.PixelValueTransformationSequence = _item(
            RescaleSlope=float(slopes[k]), RescaleIntercept=float(intercepts[k]), RescaleType="HU"
        )
        groups.append(group)
    ds.PerFrameFunctionalGroupsSequence = DicomSequence(groups)
    stored = volume.reshape(times * n, rows, cols)[frames]
    set_pixels(ds, stored[0])
    ds.PixelData = _bytes(stored, transfer_syntax)
    if change is not None:
        change(ds)
    save(ds, path, transfer_syntax)
    return Phantom(
        volume[0] if times == 1 else volume,
        origins,
        row_dir,
        col_dir,
        spacing,
        [path],
        str(ds.SeriesInstanceUID),
        [str(ds.SOPInstanceUID)],
    )


def nifti(
    path: Path,
    array: np.ndarray,
    affine: np.ndarray,
    *,
    version: int = 1,
    sform: int = 1,
    qform: int = 0,
    slope: float | None = None,
    intercept: float = 0.0,
    big_endian: bool = False,
) -> Path:
    """`array` is [slice, row, column] (4D: [time, slice, row, column]), `affine` RAS of (column, row, slice). By nibabel."""
    import nibabel

    data = np.ascontiguousarray(np.asarray(array).T)  # nibabel: [column, row, slice, time]
    made: Any = (nibabel.Nifti2Image if version == 2 else nibabel.Nifti1Image)(data, affine, dtype=data.dtype)
    if path.suffix in (".hdr", ".img"):
        made = nibabel.Nifti1Pair(data, affine, dtype=data.dtype)
    made.set_sform(affine, code=sform)
    made.set_qform(affine, code=qform)
    if slope is not None:
        made.header.set_slope_inter(slope, intercept)
    if big_endian:
        made = type(made)(data, None, header=made.header.as_byteswapped(">"))
    nibabel.save(made, path)
    return path


# -- pieces other tests build on ---------------------------------------------------------------------------------------


def numbered(shape: tuple[int, ...], signed: bool = False, bits: int = 16) -> np.ndarray:
    """Every voxel its number, within the bits there are."""
    values = np.arange(int(np.prod(shape))).reshape(shape) % (1 << bits)
    kind: Any = np.uint16 if bits > 8 else np.uint8
    if signed:
        values = values - (1 << (bits - 1))
        kind = np.int16 if bits > 8 else np.int8
    return values.astype(kind)


def sphere(n: int, rows: int, cols: int, spacings: tuple[float, float, float], radius: float) -> np.ndarray:
    """1,000 inside a ball around the middle of the volume, else 0; spacings slice, row, column in mm."""
    grid = np.meshgrid(*(np.arange(m) - (m - 1) / 2 for m in (n, rows, cols)), indexing="ij")
    distance = np.sqrt(sum((g * s) ** 2 for g, s in zip(grid, spacings, strict=True)))
    return np.where(distance <= radius, 1000, 0).astype(np.uint16)


def dataset(transfer_syntax: str, sop_class: str, modality: str, patient: str = "Phantom^Test") -> Dataset:
    """A file's head and what every image needs, without pixels."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(transfer_syntax)
    ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, generate_uid()
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = patient, "P-1", "19700101", "O"
    ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber, ds.ReferringPhysicianName = "20240102", "030405", "1", "", ""
    ds.Modality, ds.SeriesNumber, ds.SeriesDescription, ds.BodyPartExamined = modality, 3, "Phantom", "HEAD"
    ds.Manufacturer, ds.ImageType = "Postil", ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.PatientPosition = "HFS"
    return ds


def set_pixels(
    ds: Dataset, frame: np.ndarray, *, photometric: str = "MONOCHROME2", bits_stored: int = 16, signed: bool = False
) -> None:
    """One frame, native, in the byte order of the file's transfer syntax."""
    colour = frame.ndim == 3
    ds.SamplesPerPixel, ds.PhotometricInterpretation = (3, "RGB") if colour else (1, photometric)
    if colour:
        ds.PlanarConfiguration = 0
    ds.Rows, ds.Columns = frame.shape[:2]
    ds.BitsAllocated = frame.dtype.itemsize * 8
    ds.BitsStored = min(bits_stored, ds.BitsAllocated)
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(signed or frame.dtype.kind == "i")
    ds.PixelData = _bytes(frame, str(ds.file_meta.TransferSyntaxUID))


def save(ds: Dataset, path: Path, transfer_syntax: str) -> Path:
    """Compresses where the transfer syntax is a compressed one; deflating and byte order are pydicom's work."""
    wanted = UID(transfer_syntax)
    if wanted in (JPEG2000Lossless, JPEG2000, HTJ2KLossless):
        ds.PixelData = encapsulate([_encoded(f, wanted) for f in _native_frames(ds)])
    elif wanted.is_compressed and wanted != DeflatedExplicitVRLittleEndian:
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.compress(wanted, generate_instance_uid=False)
    ds.save_as(path, enforce_file_format=True)
    return path


def _native_frames(ds: Dataset) -> list[np.ndarray]:
    kind = np.dtype(f"{'i' if ds.PixelRepresentation else 'u'}{ds.BitsAllocated // 8}")
    shape = (ds.Rows, ds.Columns, 3) if ds.SamplesPerPixel == 3 else (ds.Rows, ds.Columns)
    size = int(np.prod(shape)) * kind.itemsize
    count = int(ds.get("NumberOfFrames", 1))
    return [np.frombuffer(ds.PixelData, kind, int(np.prod(shape)), i * size).reshape(shape) for i in range(count)]


def _encoded(frame: np.ndarray, transfer_syntax: str) -> bytes:
    import imagecodecs

    if transfer_syntax == HTJ2KLossless:
        return bytes(imagecodecs.htj2k_encode(frame, reversible=True))
    return bytes(imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=transfer_syntax == JPEG2000Lossless))


def _bytes(values: np.ndarray, transfer_syntax: str) -> bytes:
    raw = np.ascontiguousarray(values)
    if transfer_syntax == "1.2.840.10008.1.2.2":
        raw = raw.astype(raw.dtype.newbyteorder(">"))
    data = raw.tobytes()
    return data + b"\0" * (len(data) % 2)


def _item(**values: Any) -> DicomSequence:
    item = Dataset()
    for name, value in values.items():
        setattr(item, name, value)
    return DicomSequence([item])


def _geometry(
    orientation: str | Sequence[float], spacings: float | Sequence[float], tilt: float, origin: Sequence[float], n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    iop = np.array(ORIENTATIONS[orientation] if isinstance(orientation, str) else orientation, float)
    row_dir, col_dir = np.round(iop[:3], 12), np.round(iop[3:], 12)
    steps = np.broadcast_to(np.asarray(spacings, float), (n - 1,)) if n > 1 else np.zeros(0)
    heights = np.concatenate([[0.0], np.cumsum(steps)])
    step = np.cross(row_dir, col_dir) + np.tan(np.radians(tilt)) * col_dir
    # Rounded to what a DS of 16 characters holds: what is expected is what the file says.
    origins = np.round(np.asarray(origin, float) + heights[:, None] * step, 8)
    return row_dir, col_dir, origins
