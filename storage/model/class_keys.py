"""Which digit arms which object class, on media where some classes cannot be drawn."""

from __future__ import annotations

from collections.abc import Collection

from storage.model.geometry import ShapeKind
from storage.model.ontology import Ontology

DIGITS = "1234567890"


def class_keys(ontology: Ontology, drawable: Collection[ShapeKind]) -> dict[str, str]:
    """Digit by feature hash: a class's own key, else that of its place in the list where nobody has that digit.

    The digits of classes that cannot be drawn here serve those that can and have none.
    """
    living = [o for o in ontology.objects if not o.archived]
    keys: dict[str, str] = {}
    for known in living:
        if known.hotkey and known.hotkey not in keys.values():
            keys[known.feature_hash] = known.hotkey
    for place, known in enumerate(living[: len(DIGITS)]):
        if not known.hotkey and DIGITS[place] not in keys.values():
            keys[known.feature_hash] = DIGITS[place]
    here = {o.feature_hash for o in living if o.shape in drawable}
    spare = sorted((digit for owner, digit in keys.items() if owner not in here), key=DIGITS.index)
    keys = {owner: digit for owner, digit in keys.items() if owner in here}
    without = [o.feature_hash for o in living if o.feature_hash in here and o.feature_hash not in keys]
    return keys | dict(zip(without, spare, strict=False))
