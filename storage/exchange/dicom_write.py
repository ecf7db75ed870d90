"""What every DICOM object made of labels needs: head, patient, study, equipment, references, codes.

Written with pydicom alone. Who was imaged is copied from a file of the series; what the standard wants and the series lacks
is written empty, never made up.
"""

from __future__ import annotations

import struct
import uuid as uuids
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from storage.clock import as_datetime
from storage.exchange.volumes import Series
from storage.model import dicom_codes
from storage.model.labels import Instance
from storage.model.ontology import ObjectClass

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

#: Specific Character Set (0008,0005) of UTF-8.
UNICODE = "ISO_IR 192"

#: Coding scheme of classes that have no code of their own: code value = feature hash, meaning = name.
PRIVATE_SCHEME = "99POSTIL"
PRIVATE_SCHEME_NAME = "Classes of a Postil ontology"
TISSUE = ("85756007", "SCT", "Tissue")

_EMPTY_IF_MISSING = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex",
    "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber",
)  # fmt: skip
_COPIED = (
    *_EMPTY_IF_MISSING,
    "IssuerOfPatientID", "OtherPatientIDs", "EthnicGroup", "PatientComments", "StudyInstanceUID", "StudyDescription",
    "PhysiciansOfRecord", "NameOfPhysiciansReadingStudy", "AdmittingDiagnosesDescription", "PatientAge", "PatientSize",
    "PatientWeight", "Occupation", "AdditionalPatientHistory", "ClinicalTrialSponsorName", "ClinicalTrialProtocolID",
    "ClinicalTrialProtocolName", "ClinicalTrialSiteID", "ClinicalTrialSiteName", "ClinicalTrialSubjectID",
    "ClinicalTrialSubjectReadingID", "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified", "BurnedInAnnotation",
)  # fmt: skip
_OF_IMAGES = ("BurnedInAnnotation",)


def new_object(
    source: Dataset,
    sop_class: str,
    modality: str,
    description: str,
    now: int,
    *,
    transfer_syntax: str,
    series_number: int = 900,
) -> Dataset:
    """A new instance in a new series of the same study."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID

    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(transfer_syntax)
    made.file_meta.MediaStorageSOPClassUID = UID(sop_class)
    made.SpecificCharacterSet = UNICODE
    for keyword in _COPIED:
        if keyword in source and keyword not in _OF_IMAGES:
            made[keyword] = source[keyword]
        elif keyword in _EMPTY_IF_MISSING:
            setattr(made, keyword, None)
    made.SOPClassUID, made.SOPInstanceUID = sop_class, new_uid()
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.SeriesInstanceUID, made.SeriesNumber, made.InstanceNumber = new_uid(), series_number, 1
    made.Modality, made.SeriesDescription = modality, description[:64]
    stamp(made, now)
    made.SeriesDate, made.SeriesTime = made.ContentDate, made.ContentTime
    made.Manufacturer, made.ManufacturerModelName = "Postil", "Postil"
    made.DeviceSerialNumber, made.SoftwareVersions = "0", version()
    return made


def stamp(made: Dataset, now: int) -> None:
    moment = as_datetime(now)
    made.ContentDate, made.ContentTime = moment.strftime("%Y%m%d"), moment.strftime("%H%M%S")
    made.InstanceCreationDate, made.InstanceCreationTime = made.ContentDate, made.ContentTime


def person_name(name: str) -> str:
    """ "Ada King Lovelace" as DICOM writes it: Lovelace^Ada King."""
    if "^" in name:
        return name
    *given, family = " ".join(name.replace("\\", " ").replace("=", " ").split()).split(" ")
    return f"{family}^{' '.join(given)}"[:64]


def version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("postil")
    except PackageNotFoundError:
        return "0"


def new_uid() -> str:
    return f"2.25.{uuids.uuid4().int}"


def uid_of(uuid: str) -> str:
    """A UUID as a UID (PS3.5 B.2), so that it can be told from it again."""
    return f"2.25.{uuids.UUID(uuid).int}"


def uuid_of(uid: object) -> str:
    """The inverse of `uid_of`; empty for the UIDs of others."""
    text = str(uid or "")
    number = text[5:]
    if (
        not text.startswith("2.25.")
        or not (number.isascii() and number.isdigit())
        or len(number) > 39
        or int(number) >= 1 << 128
    ):
        return ""
    return str(uuids.UUID(int=int(number)))


def item(**values: Any) -> Dataset:
    from pydicom.dataset import Dataset

    made = Dataset()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def items(found: Iterable[Dataset]) -> Sequence:
    from pydicom.sequence import Sequence

    return Sequence(list(found))


def one(**values: Any) -> Sequence:
    return items([item(**values)])


def encoded(made: Dataset) -> bytes:
    """As it stands in an item of a file whose types are written out (explicit VR, little endian)."""
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    write_dataset(out, made)
    return out.getvalue()


def write_items(file: IO[bytes], tag: int, found: Iterable[bytes]) -> None:
    """A sequence of items that are bytes already (`encoded`): pydicom takes a millisecond for each."""
    data = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item for item in found)
    file.write(struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, b"SQ", 0, len(data)) + data)


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """A code; values of more than 16 characters go where there is room for them."""
    made = item(CodingSchemeDesignator=scheme[:16], CodeMeaning=(meaning or value)[:64])
    if len(value) <= 16:
        made.CodeValue = value
    else:
        made.LongCodeValue = value
    return made


def class_code(thing: ObjectClass) -> tuple[str, str, str]:
    """The coded concept of a class: what the ontology says (`storage.model.dicom_codes`),
    else a private one."""
    if (found := dicom_codes.told(thing.extra, "code")) is not None:
        return found.value, found.scheme, found.meaning or thing.name
    return thing.feature_hash, PRIVATE_SCHEME, thing.name


def class_category(thing: ObjectClass) -> tuple[str, str, str]:
    found = dicom_codes.told(thing.extra, "category")
    return (found.value, found.scheme, found.meaning) if found is not None else TISSUE


def name_private_scheme(made: Dataset, things: Iterable[ObjectClass]) -> None:
    """Says what the private coding scheme is, where it is used."""
    if any(class_code(t)[1] == PRIVATE_SCHEME for t in things):
        made.CodingSchemeIdentificationSequence = one(
            CodingSchemeDesignator=PRIVATE_SCHEME,
            CodingSchemeName=PRIVATE_SCHEME_NAME,
            CodingSchemeResponsibleOrganization="Postil",
        )


def reference(sop_class: str, sop_uid: str, number: int = 0) -> Dataset:
    made = item(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=sop_uid)
    if number:
        made.ReferencedFrameNumber = number
    return made


def referenced_series(series: Series, frames: Iterable[int]) -> Dataset:
    """The series with its instances behind these frames, each once."""
    used = dict.fromkeys(series.sop(f)[:2] for f in frames)
    return item(
        ReferencedInstanceSequence=items(reference(*s) for s in used),
        SeriesInstanceUID=series.first_header().SeriesInstanceUID,
    )


def algorithm(made: Dataset, *, manual: bool) -> None:
    made.SegmentAlgorithmType = "MANUAL" if manual else "SEMIAUTOMATIC"
    if not manual:
        made.SegmentAlgorithmName = "Postil"


def tracking(made: Dataset, instance: Instance, name: str) -> None:
    made.TrackingID, made.TrackingUID = name, uid_of(instance.uuid)


def ds(values: Iterable[float]) -> list[str]:
    """Decimal strings of at most 16 characters, as exact as they can be."""
    from pydicom.valuerep import format_number_as_ds

    return [format_number_as_ds(float(v)) for v in values]


def save(made: Dataset, path: Path, tail: Callable[[IO[bytes]], None] | None = None) -> None:
    """Writes beside the target first; `tail` appends what does not fit in memory (pixel data)."""
    waiting = path.with_name(f".{path.name[:80]}.part")
    try:
        with waiting.open("wb") as file:
            made.save_as(file, enforce_file_format=True)
            if tail is not None:
                tail(file)
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)
