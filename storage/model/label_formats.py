"""The formats that labels leave in and come from, by their keys."""

from __future__ import annotations

PROJECT_FORMATS = ("encord", "coco")
DICOM_FORMATS = ("dicom-seg", "dicom-seg-labelmap", "rtstruct", "sr")
#: Of volumes: a folder of files instead of one.
VOLUME_FORMATS = (*DICOM_FORMATS, "nifti", "nrrd")
LABEL_FORMATS = (*PROJECT_FORMATS, *VOLUME_FORMATS)
#: As people call them, in sentences.
FORMAT_NAMES = {
    "encord": "Encord JSON",
    "coco": "COCO",
    "dicom-seg": "DICOM SEG",
    "dicom-seg-labelmap": "DICOM SEG",
    "rtstruct": "RTSTRUCT",
    "sr": "SR",
    "nifti": "NIfTI",
    "nrrd": "NRRD",
}
#: What sort of DICOM file is read as which format; other sorts hold no labels that are understood.
FORMAT_OF_SORT = {"SEG": "dicom-seg", "RTSTRUCT": "rtstruct", "SR": "sr", "KO": "sr"}
