"""What PS3.15 Annex E wants done with each attribute, and what its options change.

The table is that of the basic profile; the options are lists of what they keep or clean. Where the table leaves a choice
(X/Z/D), the choice is the one that keeps every object valid: a dummy, else an empty value, else nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

from storage.errors import Refused

#: Codes for (0012,0064): PS3.16 CID 7050.
BASIC = ("113100", "Basic Application Confidentiality Profile")
_CODES = {
    "clean_graphics": ("113103", "Clean Graphics Option"),
    "clean_structured_content": ("113104", "Clean Structured Content Option"),
    "clean_descriptors": ("113105", "Clean Descriptors Option"),
    "retain_full_dates": ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    "modify_dates": ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    "retain_patient_characteristics": ("113108", "Retain Patient Characteristics Option"),
    "retain_device_identity": ("113109", "Retain Device Identity Option"),
    "retain_uids": ("113110", "Retain UIDs Option"),
    "retain_safe_private": ("113111", "Retain Safe Private Option"),
    "retain_institution_identity": ("113112", "Retain Institution Identity Option"),
}


@dataclass(frozen=True, slots=True)
class Options:
    """Of the profile. Clean Pixel Data (113101) and Clean Recognizable Features (113102) are never claimed: what is burned
    into pixels is warned of, not found."""

    clean_graphics: bool = True
    clean_structured_content: bool = True  # without it reports lose their content
    clean_descriptors: bool = False
    retain_full_dates: bool = False
    modify_dates: bool = False  # shifted, all by the same number of days for a patient
    retain_patient_characteristics: bool = False
    retain_device_identity: bool = False
    retain_institution_identity: bool = False
    retain_uids: bool = False
    retain_safe_private: bool = False

    def __post_init__(self) -> None:
        if self.retain_full_dates and self.modify_dates:
            raise Refused(
                "Dates are kept as they are or shifted, not both.", remedy="Choose retain-full-dates or modify-dates."
            )

    @staticmethod
    def of(names: Iterable[str]) -> Options:
        """These are on, the others off."""
        chosen = set(names)
        return Options(**{option.name: option.name in chosen for option in fields(Options)})

    def codes(self) -> list[tuple[str, str]]:
        return [BASIC, *(code for name, code in _CODES.items() if getattr(self, name))]


_PATIENT = frozenset(
    """PatientSex PatientAge PatientSize PatientWeight EthnicGroup EthnicGroups SmokingStatus PregnancyStatus PatientState
    PatientSexNeutered PreMedication SpecialNeeds Allergies MeasuredAPDimension MeasuredLateralDimension GenderIdentitySequence
    SexParametersForClinicalUseCategorySequence PatientBodyMassIndex""".split()
)
_DEVICE = frozenset(
    """StationName DeviceSerialNumber DeviceUID PlateID DetectorID GantryID GeneratorID CassetteID XRaySourceID XRayDetectorID
    XRayDetectorLabel DeviceDescription DeviceLabel LongDeviceDescription ScheduledStationName PerformedStationName
    ScheduledStationNameCodeSequence PerformedStationNameCodeSequence SourceSerialNumber SourceManufacturer ManufacturerDeviceIdentifier
    ManufacturerDeviceClassUID UDISequence UniqueDeviceIdentifier TransducerIdentificationSequence LensSerialNumber
    LensSpecification DeviceAlternateIdentifier ScheduledStationAETitle PerformedStationAETitle StationAETitle RetrieveAETitle
    ScheduledStudyLocationAETitle ActualHumanPerformersSequence SynchronizationTriggerSource""".split()
) - {"ActualHumanPerformersSequence", "SynchronizationTriggerSource"}
_INSTITUTION = frozenset(
    """InstitutionName InstitutionAddress InstitutionCodeSequence InstitutionalDepartmentName
    InstitutionalDepartmentTypeCodeSequence""".split()
)
#: Free text that says what something is: kept when cleaned of what identifies.
_DESCRIPTORS = frozenset(
    """StudyDescription SeriesDescription ProtocolName ImageComments DerivationDescription ContrastBolusAgent
    RequestedProcedureDescription PerformedProcedureStepDescription ScheduledProcedureStepDescription AcquisitionProtocolDescription
    AcquisitionDeviceProcessingDescription AdmittingDiagnosesDescription ROIName ROIDescription ROIObservationLabel
    StructureSetLabel StructureSetName StructureSetDescription AcquisitionComments FrameComments SeriesDescriptionCodeSequence
    ReasonForStudy ReasonForTheRequestedProcedure RequestedProcedureComments StudyComments PatientComments VisitComments
    AdditionalPatientHistory Occupation MedicalAlerts InterpretationText ResultsComments ContentDescription ContentLabel
    SegmentLabel SegmentDescription TrackingID RTPlanLabel RTPlanName RTPlanDescription EntityLabel EntityName
    EntityDescription""".split()
)
_GRAPHICS = frozenset(("GraphicAnnotationSequence",))
_CONTENT = frozenset(("ContentSequence", "AcquisitionContextSequence"))

#: Private elements that PS3.15 table E.3.10-1 calls safe: creator -> group, low byte of the element.
SAFE_PRIVATE: dict[tuple[str, int], frozenset[int]] = {
    ("Philips PET Private Group", 0x7053): frozenset({0x00, 0x09}),
    ("SIEMENS MR HEADER", 0x0019): frozenset({0x0C, 0x0D, 0x0E, 0x27}),
    ("Philips Imaging DD 001", 0x2001): frozenset({0x03, 0x04}),
    ("Philips MR Imaging DD 001", 0x2005): frozenset({0xB0, 0xB1, 0xB2}),
}

#: UIDs that name what something is, not which one it is.
CLASS_UIDS = frozenset(
    """SOPClassUID ReferencedSOPClassUID MediaStorageSOPClassUID TransferSyntaxUID RelatedGeneralSOPClassUID
    OriginalSpecializedSOPClassUID SOPClassesInStudy SOPClassesSupported MappingResourceUID ContextGroupExtensionCreatorUID
    ContextUID CodingSchemeUID ReferencedRelatedGeneralSOPClassUIDInFile ReferencedSOPClassUIDInFile
    ReferencedTransferSyntaxUIDInFile AvailableTransferSyntaxUID EncapsulatedDocumentClassUID PixelDataProviderUID""".split()
) - {"PixelDataProviderUID"}

_TEMPORAL = frozenset(("DA", "DT", "TM"))
#: No option of table E.1-1 keeps or shifts these.
OF_BIRTH = frozenset(("PatientBirthDate", "PatientBirthTime"))
_OTHER_CALENDARS = frozenset(
    ("PatientBirthDateInAlternativeCalendar", "PatientDeathDateInAlternativeCalendar")
)  # the table forgot


@cache
def profile() -> dict[int, str]:
    """Tag -> action(s) of the basic profile."""
    told = json.loads(files("storage.services").joinpath("deidentify_profile.json").read_text("utf-8"))
    made: dict[int, str] = {}
    for action, lines in told.items():
        if action != "source":
            made.update({int(tag, 16): action for line in lines for tag in line.split()})
    return made


def action_for(tag: int, keyword: str, vr: str, options: Options) -> str:
    """One of K (keep), C (clean), D, Z, X, U, S (shift the date); K for what the profile does not name."""
    listed = profile().get(tag)
    if vr == "UI":
        return "K" if keyword in CLASS_UIDS or options.retain_uids else "U"
    if keyword in _OTHER_CALENDARS:
        return "X"
    if keyword in _DESCRIPTORS and (options.clean_descriptors or listed is None):
        return "C"
    if keyword in _CONTENT and options.clean_structured_content:
        return "C"
    if keyword in _GRAPHICS and options.clean_graphics:
        return "C"
    if listed is None:
        # Dates that no table names (of newer standards) still tell when.
        return _temporal(vr, "D", options) if vr in ("DA", "DT") else "K"
    if vr in _TEMPORAL and keyword not in OF_BIRTH:
        return _temporal(vr, listed, options)
    if keyword in _PATIENT and options.retain_patient_characteristics:
        return "C" if vr in ("LO", "LT", "ST", "UT") else "K"
    if keyword in _DEVICE and options.retain_device_identity:
        return "K"
    if keyword in _INSTITUTION and options.retain_institution_identity:
        return "K"
    return _chosen(listed)


def _temporal(vr: str, listed: str, options: Options) -> str:
    if options.retain_full_dates:
        return "K"
    if options.modify_dates:
        return "K" if vr == "TM" else "S"
    return _chosen(listed)


def _chosen(listed: str) -> str:
    """Of alternatives by the kind of object: the one that leaves any object valid."""
    for action in "UDZ":
        if action in listed:
            return action
    return "X"
