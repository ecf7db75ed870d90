"""Units of values that DICOM names by words of its own (Units of PET, PS3.16 CID 84)."""

from __future__ import annotations

#: As UCUM writes them, and as people do.
_NAMED = {
    "BQML": ("Bq/ml", "Bq/ml"), "GML": ("g/ml", "g/ml"), "CNTS": ("{counts}", "counts"), "CPS": ("{counts}/s", "counts/s"),
    "PROPCNTS": ("{propcounts}", "prop. counts"), "PROPCPS": ("{propcounts}/s", "prop. counts/s"), "NONE": ("1", ""),
    "PCNT": ("%", "%"), "CM2": ("cm2", "cm²"), "CM2ML": ("cm2/ml", "cm²/ml"), "1CM": ("/cm", "1/cm"), "MLG": ("ml/g", "ml/g"),
    "MGMINML": ("mg/min/ml", "mg/min/ml"), "UMOLMINML": ("umol/min/ml", "µmol/min/ml"), "UMOLML": ("umol/ml", "µmol/ml"),
    "MLMING": ("ml/min/g", "ml/min/g"), "MLMINML": ("ml/min/ml", "ml/min/ml"), "MLML": ("ml/ml", "ml/ml"),
    "STDDEV": ("{stddev}", "standard deviations"),
}  # fmt: skip


def ucum(units: str) -> str:
    """Of a unit as a file names it; "" for one that UCUM is not known to have."""
    return _NAMED[units][0] if units in _NAMED else ""


def spoken(units: str) -> str:
    """As it is shown."""
    return _NAMED[units][1] if units in _NAMED else units
