"""The sample's volumes: a trunk as a CT would show it, twice half a year apart, and a head as an MR would. Nobody lay in a scanner."""

from __future__ import annotations

from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Values = NDArray[np.int16]

NOW, BEFORE, HEAD = "Trunk, March 2026", "Trunk, September 2025", "head.nii.gz"
SLICES, SIDE, VOXEL_MM = 48, 160, (5.0, 2.4)  # along the patient, within a slice
HEAD_SHAPE, HEAD_MM = (40, 72, 64), (4.0, 3.0)
_PATIENT, _OFFSET = "SAMPLE-1", 1024


class Trunk:
    """Parts by name, over x to the patient's left, y to the back (both -1 to 1), z from the feet (0) to the head (1)."""

    def __init__(self, lesion: float) -> None:
        across = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
        z, y, x = np.meshgrid((np.arange(SLICES) + 0.5) / SLICES, across, across, indexing="ij", sparse=True)
        self._z, self._y, self._x = z, y, x
        self.body = self._tube(0, 0, 0.86, 0.62)
        inside = self._tube(0, 0, 0.80, 0.56)
        lungs = self._ball(-0.38, -0.03, 0.80, 0.28, 0.42, 0.36) | self._ball(0.40, -0.03, 0.80, 0.26, 0.42, 0.36)
        self.heart = self._ball(0.12, -0.16, 0.66, 0.25, 0.26, 0.15)
        self.lungs = lungs & inside & ~self.heart
        self.liver = self._ball(-0.28, -0.04, 0.38, 0.46, 0.42, 0.17) & inside & ~self.lungs & ~self.heart
        self.lesion = self._ball(-0.42, -0.08, 0.37, lesion, lesion, lesion * 0.55)
        self.spleen = self._ball(0.56, 0.14, 0.40, 0.15, 0.2, 0.1) & inside & ~self.lungs
        self.kidneys = self._ball(-0.34, 0.28, 0.18, 0.11, 0.11, 0.13) | self._ball(0.34, 0.28, 0.2, 0.11, 0.11, 0.13)
        self.spine = self._tube(0, 0.40, 0.11, 0.10) | (self._tube(0, 0.52, 0.05, 0.08) & (np.sin(z * 90) > -0.2))
        self.canal = self._tube(0, 0.50, 0.035, 0.03)
        self.aorta = self._tube(0.05, 0.26, 0.05, 0.05)
        wall = self._tube(0, 0, 0.82, 0.575) & ~self._tube(0, 0, 0.775, 0.53)
        self.ribs = wall & (np.sin(z * 70 + 3 * y) > 0.45) & (z > 0.38)
        self._inside = inside

    def _ball(self, x: float, y: float, z: float, rx: float, ry: float, rz: float) -> Bools:
        return ((self._x - x) / rx) ** 2 + ((self._y - y) / ry) ** 2 + ((self._z - z) / rz) ** 2 < 1

    def _tube(self, x: float, y: float, rx: float, ry: float) -> Bools:
        flat = ((self._x - x) / rx) ** 2 + ((self._y - y) / ry) ** 2 < 1
        return np.broadcast_to(flat, (SLICES, SIDE, SIDE))

    def hounsfield(self, seed: int) -> Values:
        made = np.full((SLICES, SIDE, SIDE), -1000.0, np.float32)
        for part, value in (
            (self.body, -95), (self._inside, 35), (self.lungs, -840), (self.heart, 45), (self.liver, 62), (self.lesion, 22),
            (self.spleen, 50), (self.kidneys, 38), (self.aorta, 150), (self.spine, 320), (self.canal, 20), (self.ribs, 480),
        ):  # fmt: skip
            made[part] = value
        noise = np.random.default_rng(seed).normal(0, 11, made.shape)
        return np.clip(made + noise, -1024, 3071).astype(np.int16)


def trunk(folder: Path, *, before: bool = False) -> list[Path]:
    """One of the two CT series, a file a slice."""
    title, date = (BEFORE, "20250912") if before else (NOW, "20260310")
    (folder / title).mkdir()
    values = Trunk(0.07 if before else LESION).hounsfield(2 if before else 1) + _OFFSET
    return [_slice(folder / title / f"{k:03}.dcm", title, date, k, values[k]) for k in range(SLICES)]


LESION = 0.11  # its radius in the newer series


def _slice(path: Path, title: str, date: str, k: int, pixels: Values) -> Path:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, UID(_uid(f"{date}/{k}"))
    made.file_meta.MediaStorageSOPClassUID, made.file_meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    made.SpecificCharacterSet = "ISO_IR 192"
    made.PatientName, made.PatientID, made.PatientBirthDate, made.PatientSex = "Phantom^Sample", _PATIENT, "", "O"
    made.StudyDate = made.SeriesDate = made.ContentDate = date
    made.StudyTime = made.SeriesTime = made.ContentTime = "101500"
    made.StudyInstanceUID, made.SeriesInstanceUID = _uid(f"{date}/study"), _uid(f"{date}/series")
    made.FrameOfReferenceUID, made.PositionReferenceIndicator = _uid(f"{date}/space"), ""
    made.StudyID, made.AccessionNumber, made.ReferringPhysicianName = date, f"S{date}", ""
    made.StudyDescription, made.SeriesDescription, made.BodyPartExamined = "Chest and abdomen", title, "CHEST"
    made.Modality, made.Manufacturer, made.SeriesNumber, made.InstanceNumber = "CT", "Postil", 2, k + 1
    made.ImageType, made.PatientPosition = ["ORIGINAL", "PRIMARY", "AXIAL"], "HFS"
    made.AcquisitionNumber, made.KVP = 1, 120
    thick, within = VOXEL_MM
    corner = -within * (SIDE - 1) / 2
    made.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    made.ImagePositionPatient = [corner, corner, thick * k]
    made.PixelSpacing, made.SliceThickness = [within, within], thick
    made.Rows, made.Columns, made.SamplesPerPixel, made.PhotometricInterpretation = SIDE, SIDE, 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 12, 11, 0
    made.RescaleIntercept, made.RescaleSlope, made.RescaleType = -_OFFSET, 1, "HU"
    made.WindowCenter, made.WindowWidth = [40, -600], [400, 1500]
    made.WindowCenterWidthExplanation = ["Soft tissue", "Lung"]
    made.PixelData = pixels.astype("<u2").tobytes()
    made.save_as(path, enforce_file_format=True)
    return path


def _uid(name: str) -> str:
    """The same in every catalog."""
    return f"2.25.{uuid5(NAMESPACE_URL, f'postil sample {name}').int}"


class Head:
    def __init__(self) -> None:
        z, y, x = np.meshgrid(*(((np.arange(n) + 0.5) / n * 2 - 1) for n in HEAD_SHAPE), indexing="ij", sparse=True)
        self._place = x, y, z
        self.skin, self.skull, self.brain = (self._ball(0, 0, 0, r, r, r) for r in (0.92, 0.85, 0.78))
        self.white = self._ball(-0.3, 0, 0.05, 0.3, 0.55, 0.5) | self._ball(0.3, 0, 0.05, 0.3, 0.55, 0.5)
        self.ventricles = self._ball(-0.13, -0.05, 0.12, 0.08, 0.3, 0.2) | self._ball(0.13, -0.05, 0.12, 0.08, 0.3, 0.2)
        self.lesion = self._ball(0.36, 0.3, 0.25, 0.13, 0.12, 0.16)

    def _ball(self, cx: float, cy: float, cz: float, rx: float, ry: float, rz: float) -> Bools:
        x, y, z = self._place
        return np.asarray(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2 < 1)

    def values(self) -> Values:
        made = np.zeros(HEAD_SHAPE, np.float32)
        for part, value in (
            (self.skin, 620), (self.skull, 60), (self.brain, 420), (self.white, 560), (self.ventricles, 130), (self.lesion, 760),
        ):  # fmt: skip
            made[part] = value
        return np.clip(made + np.random.default_rng(5).normal(0, 14, made.shape), 0, 1200).astype(np.int16)


def head(folder: Path) -> Path:
    """A NIfTI volume, packed."""
    import nibabel

    thick, within = HEAD_MM
    affine = np.diag([-within, -within, thick, 1.0])  # to the right, to the front, up: columns go left and rows back
    affine[:3, 3] = [within * (HEAD_SHAPE[2] - 1) / 2, within * (HEAD_SHAPE[1] - 1) / 2, -thick * (HEAD_SHAPE[0] - 1) / 2]
    made = nibabel.Nifti1Image(np.ascontiguousarray(Head().values().T), affine)  # type: ignore[no-untyped-call]
    made.header.set_xyzt_units("mm")  # type: ignore[no-untyped-call]
    path = folder / HEAD
    nibabel.save(made, path)
    return path
