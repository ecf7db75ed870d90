"""The formats that labels leave in and come from, by their keys."""

from __future__ import annotations

PROJECT_FORMATS = ("encord", "coco")
DICOM_FORMATS = ("dicom-seg", "dicom-seg-labelmap", "rtstruct", "sr")
#: Of volumes: a folder of files instead of one.
VOLUME_FORMATS = (*DICOM_FORMATS, "nifti", "nrrd")
LABEL_FORMATS = (*PROJECT_FORMATS, *VOLUME_FORMATS)
