"""De-identification of DICOM files on their way out (PS3.15 Annex E): the basic profile, its options, one map of UIDs.

One `Deidentifier` is one export: the same UID, patient or date becomes the same thing in every file, so segmentations still
refer to their images. It gathers what it has met of the original identity, and `remains` looks for that in what was written.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from storage.errors import BadInput
from storage.exchange import dicom_read as dr
from storage.exchange import dicom_write as dw
from storage.progress import Progress
from storage.services.deidentify_names import Names
from storage.services.deidentify_rules import OF_BIRTH, SAFE_PRIVATE, Options, action_for

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

_METHOD = "PS3.15 2026c Annex E, Postil"
_STANDARD_UIDS = "1.2.840.10008."
_DUMMY: dict[str, Any] = {
    "DA": "19000101", "DT": "19000101000000", "TM": "000000", "IS": "0", "DS": "0", "AS": "000Y", "CS": "ANONYMIZED",
    "PN": "ANONYMIZED^", "US": 0, "SS": 0, "UL": 0, "SL": 0, "FL": 0.0, "FD": 0.0, "OB": b"\0\0", "OW": b"\0\0", "UN": b"",
}  # fmt: skip
_TEXTS = frozenset(("LO", "LT", "SH", "ST", "UT", "UC", "PN"))
#: Attributes whose values are looked for in what was written.
_NAMES = ("PatientName", "PatientID", "OtherPatientIDs", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName",
          "PatientAddress", "PatientTelephoneNumbers", "AccessionNumber", "StudyID", "RequestingPhysician", "MilitaryRank",
          "ReferringPhysicianName", "PerformingPhysicianName", "NameOfPhysiciansReadingStudy", "PhysiciansOfRecord",
          "OperatorsName", "ContentCreatorName", "ROIInterpreter", "ReviewerName", "VerifyingObserverName", "PersonName",
          "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "StationName", "DeviceSerialNumber",
          "FillerOrderNumberImagingServiceRequest", "PlacerOrderNumberImagingServiceRequest", "AdmissionID", "IssuerOfPatientID",
          "RequestedProcedureID", "ScheduledProcedureStepID", "PerformedProcedureStepID")  # fmt: skip
_DEVICE_NAMES = frozenset(("StationName", "DeviceSerialNumber"))
_INSTITUTION_NAMES = frozenset(("InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"))
_BURNED_IN = frozenset(("US", "SC", "OT", "XA", "RF", "ES", "XC", "GM", "DG", "OP", "IVUS"))


@dataclass(slots=True)
class Report:
    """What was done. `as_dict` is the file that goes with an export; it holds nothing of the identity."""

    files: int = 0
    actions: Counter[tuple[str, str]] = field(default_factory=Counter)  # (keyword, action)
    private: int = 0  # private elements removed
    warnings: dict[str, None] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def warn(self, text: str) -> None:
        self.warnings[text] = None

    def as_dict(self, options: Options) -> dict[str, Any]:
        return {
            "method": _METHOD,
            "codes": [f"{value} {meaning}" for value, meaning in options.codes()],
            "files": self.files,
            "attributes": {f"{keyword} {action}": n for (keyword, action), n in sorted(self.actions.items())},
            "private_elements_removed": self.private,
            "warnings": list(self.warnings),
            "refused": [{"input": name, "reason": why} for name, why in self.refused],
        }


@dataclass(frozen=True, slots=True)
class Remains:
    """Something of the original identity in a file that was written."""

    file: str
    kind: str  # name, UID or date
    where: str


class Deidentifier:
    """`safe_texts`: what is known to identify nobody (names of classes), kept in labels."""

    def __init__(self, options: Options | None = None, *, safe_texts: Iterable[str] = ()) -> None:
        self.options = options or Options()
        self.report = Report()
        self._secret = secrets.token_bytes(32)
        self._safe = {t.strip().casefold() for t in safe_texts}
        self._names = Names()
        self._uids: set[str] = set()
        self._dates: set[str] = set()
        self._births: set[str] = set()
        self._patient = ""

    # -- values

    def uid(self, uid: str) -> str:
        """The same new UID for the same old one; those of the standard stay."""
        text = str(uid).strip("\0 ")
        if not text or text.startswith(_STANDARD_UIDS):
            return text
        self._uids.add(text)
        return f"2.25.{int.from_bytes(self._digest('uid', text)[:15], 'big')}"

    def _digest(self, kind: str, text: str) -> bytes:
        return hashlib.sha256(self._secret + kind.encode() + b"\0" + text.encode("utf-8", "replace")).digest()

    def _pseudonym(self, patient: str) -> str:
        return f"S{self._digest('patient', patient)[:5].hex().upper()}"

    def _days(self) -> int:
        """How far back the dates of this patient go: one to ten years."""
        return 365 + int.from_bytes(self._digest("days", self._patient)[:4], "big") % 3285

    def _shifted(self, text: str) -> str:
        found = re.match(r"(\d{4})(\d{2})(\d{2})(.*)", text, re.DOTALL)
        if found is None:
            return ""
        try:
            day = datetime(int(found[1]), int(found[2]), int(found[3])) - timedelta(days=self._days())
        except (ValueError, OverflowError):
            return ""
        return day.strftime("%Y%m%d").zfill(8) + found[4]

    def _cleaned(self, text: str) -> str:
        """Without names, IDs, UIDs, dates and long numbers."""
        if text.strip().casefold() in self._safe or re.sub(r"\s+\d+$", "", text.strip()).casefold() in self._safe:
            return text
        text = self._names.cut(text)
        text = re.sub(r"\b\d+(?:\.\d+){3,}\b", "", text)
        text = re.sub(r"\b(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{5,})\b", "", text)
        return " ".join(text.split()) or "ANONYMIZED"

    # -- data sets

    def apply(self, ds: Dataset) -> Dataset:
        """In place. The identity is gathered from the whole data set first, so that texts can be cleaned of it."""
        self._patient = dr.text(ds, "PatientID") or dr.text(ds, "PatientName")
        self._gather(ds)
        self._warn(ds)
        self._walk(ds)
        self._clear_spare_bits(ds)
        if not self.options.retain_full_dates:
            ds.LongitudinalTemporalInformationModified = "MODIFIED" if self.options.modify_dates else "REMOVED"
        else:
            ds.LongitudinalTemporalInformationModified = "UNMODIFIED"
        ds.PatientName = ds.PatientID = self._pseudonym(self._patient)
        ds.PatientIdentityRemoved = "YES"
        ds.DeidentificationMethod = _METHOD
        ds.DeidentificationMethodCodeSequence = dw.items(dw.code(v, "DCM", m) for v, m in self.options.codes())
        meta = ds.file_meta
        meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        for keyword in ("SourceApplicationEntityTitle", "SendingApplicationEntityTitle", "ReceivingApplicationEntityTitle",
                        "PrivateInformation", "PrivateInformationCreatorUID", "SourcePresentationAddress",
                        "SendingPresentationAddress", "ReceivingPresentationAddress"):  # fmt: skip
            if keyword in meta:
                delattr(meta, keyword)
        ds.preamble = b"\0" * 128
        return ds

    def _gather(self, ds: Dataset) -> None:
        waiting = [ds]
        while waiting:
            there = waiting.pop()
            for element in _elements(there):
                if element.VR == "SQ":
                    waiting.extend(element.value)
                elif element.keyword in _NAMES or element.VR == "PN":
                    self._remember_name(element)
                elif element.VR in ("DA", "DT"):
                    kept = self._births if element.keyword in OF_BIRTH else self._dates
                    kept.update(str(v)[:8] for v in _values(element) if re.match(r"[12]\d{7}", str(v)))

    def _remember_name(self, element: DataElement) -> None:
        if self.options.retain_device_identity and element.keyword in _DEVICE_NAMES:
            return
        if self.options.retain_institution_identity and element.keyword in _INSTITUTION_NAMES:
            return
        for value in _values(element):
            person = element.VR == "PN"
            for part in re.split(r"[\^=,;]+", str(value)) if person else [str(value)]:
                if part.strip().casefold() not in self._safe:
                    self._names.add(part, person=person)

    def _warn(self, ds: Dataset) -> None:
        modality, burned = dr.text(ds, "Modality"), dr.text(ds, "BurnedInAnnotation")
        if "PixelData" not in ds:
            return
        what = f"{modality} images of the series {self.uid(dr.text(ds, 'SeriesInstanceUID'))}"
        if burned == "YES":
            self.report.warn(f"{what} say that text is burned into their pixels; it is still there.")
        elif burned != "NO" and (modality in _BURNED_IN or "SECONDARY" in dr.text(ds, "ImageType")):
            self.report.warn(f"{what} may have text burned into their pixels; look at them before they leave.")
        if modality in ("CT", "MR", "PT") and dr.text(ds, "BodyPartExamined").upper() in (
            "HEAD",
            "BRAIN",
            "HEADNECK",
            "FACE",
            "SKULL",
        ):
            self.report.warn(f"{what} show a head: a face can be made from them.")

    def _walk(self, ds: Dataset) -> None:
        self._drop_private(ds)
        for element in list(_elements(ds)):
            tag, group = int(element.tag), element.tag.group
            if tag == 0x7FE00010 or group == 0x0002:
                continue
            # Curves and overlays may be handwriting; what describes them says nothing once they are gone.
            if element.VR == "UN" or 0x5000 <= group <= 0x50FF or 0x6000 <= group <= 0x60FF:
                self._do(ds, element, "X")
                continue
            self._do(ds, element, action_for(tag, element.keyword, element.VR, self.options))

    def _clear_spare_bits(self, ds: Dataset) -> None:
        """Beside the bits of the values: overlays of the old way (60xx,0102), handwriting among them, lie just there."""
        allocated, stored = (dr.whole(ds, name) for name in ("BitsAllocated", "BitsStored"))
        if "PixelData" not in ds or ds.file_meta.TransferSyntaxUID.is_encapsulated or allocated not in (8, 16):
            return
        below = dr.whole(ds, "HighBit", stored - 1) + 1 - stored
        if not 0 < stored < allocated or not 0 <= below <= allocated - stored:
            return
        kind = np.dtype(f"{'<' if ds.original_encoding[1] else '>'}i{allocated // 8}")
        pixels = ds.PixelData[: len(ds.PixelData) // kind.itemsize * kind.itemsize]
        values = np.frombuffer(pixels, kind)
        # There and back: what is above is filled with the sign, or with nothing.
        above = allocated - stored - below
        signed = values << above >> above if dr.whole(ds, "PixelRepresentation") else values & ((1 << (stored + below)) - 1)
        cleaned = (signed >> below << below).astype(kind)
        if not np.array_equal(cleaned, values):
            ds.PixelData = cleaned.tobytes() + ds.PixelData[len(pixels) :]
            self.report.actions["PixelData", "C"] += 1

    def _drop_private(self, ds: Dataset) -> None:
        creators: dict[tuple[int, int], str] = {}
        kept: set[tuple[int, int]] = set()
        private = [e for e in _elements(ds) if e.tag.is_private]
        for element in private:
            if element.tag.is_private_creator:
                creators[element.tag.group, element.tag.element] = str(element.value).strip()
        for element in private:
            block = element.tag.group, element.tag.element >> 8
            safe = SAFE_PRIVATE.get((creators.get(block, ""), element.tag.group), frozenset())
            if self.options.retain_safe_private and not element.tag.is_private_creator and element.tag.element & 0xFF in safe:
                kept.add(block)
            elif not element.tag.is_private_creator:
                del ds[element.tag]
                self.report.private += 1
        for group, number in creators:
            if (group, number) not in kept:
                del ds[(group << 16) | number]

    def _do(self, ds: Dataset, element: DataElement, action: str) -> None:
        if action in "DZX" and self._is_safe(element):
            action = "K"
        if action != "K":
            self.report.actions[element.keyword or str(element.tag), action] += 1
        if element.VR == "SQ" and action not in ("X", "Z"):
            if action == "D":
                element.value = []
            for item in element.value:
                self._walk(item)
            return
        match action:
            case "X":
                del ds[element.tag]
            case "Z":
                element.value = [] if element.VR == "SQ" else None
            case "D":
                element.value = _DUMMY.get(element.VR, "ANONYMIZED")
            case "U":
                found = [self.uid(v) for v in _values(element)]
                element.value = found[0] if len(found) == 1 else found
            case "S":
                shifted = [self._shifted(str(v)) for v in _values(element)]
                element.value = shifted[0] if len(shifted) == 1 else shifted
            case "C":
                cleaned = [self._cleaned(str(v)) for v in _values(element)]
                element.value = cleaned[0] if len(cleaned) == 1 else cleaned
            case _:
                self._keep(ds, element)

    def _is_safe(self, element: DataElement) -> bool:
        if element.VR not in _TEXTS - {"PN"}:
            return False
        values = [str(v).strip().casefold() for v in _values(element)]
        return bool(values) and all(v in self._safe or re.sub(r"\s+\d+$", "", v) in self._safe for v in values)

    def _keep(self, ds: Dataset, element: DataElement) -> None:
        """What no rule names is kept, but not a name or an ID that is repeated in it."""
        if element.VR in _TEXTS and self._names and not element.tag.is_private:
            values = [str(v) for v in _values(element)]
            if any(map(self._names.held, values)):
                self.report.actions[element.keyword or str(element.tag), "C"] += 1
                cleaned = [self._cleaned(v) for v in values]
                element.value = cleaned[0] if len(cleaned) == 1 else cleaned

    # -- files

    def file(self, source: Path, folder: Path) -> Path:
        """Writes one file, named by its new UID. Raises BadInput."""
        import pydicom

        head = dr.read_head(source)  # refuses what is hostile
        uid = self.uid(dr.text(head, "SOPInstanceUID"))
        if not uid:
            raise BadInput(f"{source.name} names no instance.", remedy="Leave it out.", input=str(source))
        target = folder / f"{uid}.dcm"
        try:
            ds = pydicom.dcmread(source)
            self.apply(ds)
            dw.save(ds, target)
        except dr.damage() as error:
            raise BadInput(f"{source.name} cannot be written anew ({error})"[:300], input=str(source)) from error
        self.report.files += 1
        return target

    def files(self, sources: Sequence[Path], folder: Path, progress: Progress | None = None) -> list[Path]:
        """What cannot be de-identified is left out and told in the report."""
        made: list[Path] = []
        for done, source in enumerate(sources, start=1):
            try:
                made.append(self.file(source, folder))
            except BadInput as error:
                # The name of a file may be a name.
                self.report.refused.append((f"file {done}", error.reason.replace(source.name, "it")))
            if progress is not None:
                progress.step(done, len(sources))
        return made

    def remains(self, files: Iterable[Path]) -> list[Remains]:
        """Every original name, ID, UID and date that is still in these files: their bytes are searched, and names in every way to
        write them in the values of their heads. A date of birth is never kept, other dates where they may be."""
        uids = set() if self.options.retain_uids else self._uids
        dates = self._births - self._dates if self.options.retain_full_dates else self._births | self._dates
        searched = (
            ("UID", {u: _as_written(u) for u in uids}),
            ("date", {d: _as_written(d) for d in dates}),
            ("name", self._names.in_bytes()),
        )
        found: list[Remains] = []
        for file in files:
            for kind, words in searched:
                hit = _in_bytes(file, words, whole=kind != "name")
                found += [Remains(file.name, kind, "in its bytes") for _ in hit]
            found += [Remains(file.name, "name", where) for where in _in_values(file, self._names)]
        return found


def _elements(ds: Dataset) -> Iterable[DataElement]:
    """Elements that can be read; what cannot is dropped: nobody knows what it says."""
    for tag in list(ds.keys()):
        try:
            yield ds[tag]
        except dr.damage():
            del ds[tag]


def _values(element: DataElement) -> list[Any]:
    value = element.value
    if value is None or (isinstance(value, str) and not value):
        return []
    return list(value) if isinstance(value, (list, tuple)) or element.VM > 1 else [value]


def _as_written(text: str) -> set[bytes]:
    return {text.encode("ascii", "replace")}


def _in_bytes(file: Path, words: dict[str, set[bytes]], *, whole: bool) -> set[str]:
    """Which words are in a file in one of their forms, read in pieces that overlap. `whole`: digits before or after make it
    another word."""
    wanted = [(word, form) for word, forms in words.items() for form in forms]
    if not wanted:
        return set()
    overlap = max(len(form) for _, form in wanted) + 1
    found: set[str] = set()
    with file.open("rb") as source:
        before = b""
        while piece := source.read(1 << 22):
            data = before + piece
            for word, form in wanted:
                if word not in found and form in data and (not whole or _stands_alone(data, form)):
                    found.add(word)
            before = data[-overlap:]
    return found


def _stands_alone(data: bytes, form: bytes) -> bool:
    at = data.find(form)
    while at >= 0:
        around = data[max(0, at - 1) : at] + data[at + len(form) : at + len(form) + 1]
        if not any(chr(b).isdigit() or b == 0x2E for b in around):
            return True
        at = data.find(form, at + 1)
    return False


def _in_values(file: Path, names: Names) -> list[str]:
    found: list[str] = []
    waiting = [dr.read_head(file)]
    while waiting:
        for element in _elements(waiting.pop()):
            if element.VR == "SQ":
                waiting.extend(element.value)
            elif element.VR in _TEXTS | {"CS", "AE"} and names.held(str(element.value)):
                found.append(element.keyword or str(element.tag))
    return found
