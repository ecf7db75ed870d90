"""Standardised uptake values of PET by body weight, or the reason why they cannot be had."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from storage.errors import Refused
from storage.media.source import ByteSource

_TAGS = ["Units", "DecayCorrection", "PatientWeight", "SeriesDate", "SeriesTime", "AcquisitionDate", "AcquisitionTime",
         "RadiopharmaceuticalInformationSequence", "CorrectedImage"]  # fmt: skip


def suv_factor(source: ByteSource) -> float:
    """What Bq/ml are multiplied with: SUVbw = Bq/ml * weight (g) / dose left at the time of the scan. Refused with a reason."""
    import io

    from pydicom import dcmread

    file: Any = str(source.path) if source.path else io.BytesIO(source.read_at(0, source.size))
    return factor_of(dcmread(file, stop_before_pixels=True, specific_tags=_TAGS, force=True))


def factor_of(header: Any) -> float:
    """The same of a pydicom data set. Only activity that is corrected for decay to a known time is taken."""
    if header.get("Units") != "BQML":
        raise _refused(f"its values are {header.get('Units') or 'of an unknown unit'}, not Bq/ml")
    correction = header.get("DecayCorrection")
    if correction not in ("START", "ADMIN"):
        raise _refused("its decay correction is neither to the start of the scan nor to the injection")
    weight = float(header.get("PatientWeight") or 0)
    if weight <= 0:
        raise _refused("the patient's weight is missing")
    tracers = header.get("RadiopharmaceuticalInformationSequence") or []
    if len(tracers) != 1:
        raise _refused("the radiopharmaceutical is missing" if not tracers else "there are several radiopharmaceuticals")
    dose = float(tracers[0].get("RadionuclideTotalDose") or 0)
    if dose <= 0:
        raise _refused("the injected dose is missing")
    if correction == "START":
        half_life = float(tracers[0].get("RadionuclideHalfLife") or 0)
        if half_life <= 0:
            raise _refused("the half-life of the radionuclide is missing")
        dose *= 2.0 ** (-_waited_s(header, tracers[0]) / half_life)
    return weight * 1000.0 / dose


def _waited_s(header: Any, tracer: Any) -> float:
    scan = _moment(header.get("SeriesDate"), header.get("SeriesTime"))
    acquired = _moment(header.get("AcquisitionDate"), header.get("AcquisitionTime"))
    if scan is not None and acquired is not None and acquired < scan:
        scan = acquired  # a derived series is newer than the scan whose start counts
    scan = scan or acquired
    injected = _moment(str(tracer.get("RadiopharmaceuticalStartDateTime") or "")[:8],
                       str(tracer.get("RadiopharmaceuticalStartDateTime") or "")[8:])  # fmt: skip
    if injected is None and scan is not None:
        injected = _moment(scan.strftime("%Y%m%d"), tracer.get("RadiopharmaceuticalStartTime"))
        if injected is not None and injected > scan:
            injected -= timedelta(days=1)  # injected before midnight
    if scan is None or injected is None:
        raise _refused("the time of the injection or of the scan is missing")
    waited = (scan - injected).total_seconds()
    if not 0 <= waited <= 24 * 3600:
        raise _refused("the injection does not lie within the day before the scan")
    return waited


def _moment(date: Any, time: Any) -> datetime | None:
    day, clock = str(date or "").strip(), str(time or "").strip().split("+")[0].split("-")[0]
    if len(day) != 8 or len(clock) < 4:
        return None
    whole, _, part = clock.partition(".")
    try:
        found = datetime.strptime(day + whole.ljust(6, "0")[:6], "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return found + timedelta(seconds=float(f"0.{part}") if part.isdigit() else 0.0)


def _refused(why: str) -> Refused:
    return Refused(f"SUV cannot be computed: {why}.", remedy="The values are shown as the file has them.")
