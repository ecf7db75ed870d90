"""Standardised uptake values of PET by body weight, or the reason why they cannot be had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from storage.errors import Refused
from storage.media.source import ByteSource

_LEAST_DOSE_BQ = 1e5  # a thousandth of what people get, a tenth of what mice get: less was written in MBq or mCi
_MOST_KG = 700.0
_TAGS = ["Units", "DecayCorrection", "PatientWeight", "SeriesDate", "SeriesTime", "AcquisitionDate", "AcquisitionTime",
         "RadiopharmaceuticalInformationSequence", "CorrectedImage"]  # fmt: skip


def suv_factor(sources: Sequence[ByteSource]) -> float:
    """What Bq/ml are multiplied with: SUVbw = Bq/ml * weight (g) / dose left at the time of the scan. Refused with a reason.

    All files of the series are asked when they were acquired: the first bed need not be the first slice.
    """
    import io

    from pydicom import dcmread

    first = sources[0]
    file: Any = str(first.path) if first.path else io.BytesIO(first.read_at(0, first.size))
    header = dcmread(file, stop_before_pixels=True, specific_tags=_TAGS, force=True)
    factor_of(header)  # what is refused anyway need not be looked for in every file
    return factor_of(header, [_acquired(source) for source in sources[1:]])


def _acquired(source: ByteSource) -> datetime | None:
    from storage.media.dicom_tags import find_elements

    date, time = 0x00080022, 0x00080032
    found = find_elements(source.read_at, source.size, {date: None, time: None}).elements
    return _moment(*(found.get(tag, b"").decode("ascii", "replace").strip("\0 ") for tag in (date, time)))


def factor_of(header: Any, acquired: Sequence[datetime | None] = ()) -> float:
    """The same of a pydicom data set. Only activity that is corrected for decay to a known time is taken. `acquired`: when the
    other slices were."""
    if header.get("Units") != "BQML":
        raise _refused(f"its values are {header.get('Units') or 'of an unknown unit'}, not Bq/ml")
    correction = header.get("DecayCorrection")
    if correction not in ("START", "ADMIN"):
        raise _refused("its decay correction is neither to the start of the scan nor to the injection")
    weight = float(header.get("PatientWeight") or 0)
    if weight <= 0:
        raise _refused("the patient's weight is missing")
    if weight > _MOST_KG:
        raise _refused(f"the patient's weight of {weight:,.0f} kg cannot be meant")
    tracers = header.get("RadiopharmaceuticalInformationSequence") or []
    if len(tracers) != 1:
        raise _refused("the radiopharmaceutical is missing" if not tracers else "there are several radiopharmaceuticals")
    dose = float(tracers[0].get("RadionuclideTotalDose") or 0)
    if dose <= 0:
        raise _refused("the injected dose is missing")
    if dose < _LEAST_DOSE_BQ:
        raise _refused(f"an injected dose of {dose:,g} Bq cannot be meant (it may be in MBq)")
    if correction == "START":
        half_life = float(tracers[0].get("RadionuclideHalfLife") or 0)
        if half_life <= 0:
            raise _refused("the half-life of the radionuclide is missing")
        dose *= 2.0 ** (-_waited_s(header, tracers[0], acquired) / half_life)
    return weight * 1000.0 / dose


def _waited_s(header: Any, tracer: Any, acquired: Sequence[datetime | None]) -> float:
    series = _moment(header.get("SeriesDate"), header.get("SeriesTime"))
    own = _moment(header.get("AcquisitionDate"), header.get("AcquisitionTime"))
    # A derived series is newer than the scan, whose start counts: when the first of all slices was acquired.
    scan = min((moment for moment in (series, own, *acquired) if moment is not None), default=None)
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
