"""Names of classes that were deleted while labels used them: what was labelled is still called so.

Kept among the keys of the ontology's JSON, `"deletedClasses": {"<feature hash>": "Car"}`, which other programs pass over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from storage.model.ontology import ClassificationClass, ObjectClass, Ontology

KEY = "deletedClasses"


def keep_names(before: Ontology, after: Ontology) -> Ontology:
    """`after`, with the names of the classes that only `before` had."""
    left = {c.feature_hash for c in _classes(after)}
    gone = {c.feature_hash: c.name for c in _classes(before) if c.feature_hash not in left}
    return replace(after, extra={**after.extra, KEY: {**_known(after), **gone}}) if gone else after


def name_of(ontology: Ontology, feature_hash: str) -> str:
    """Of a class or classification, whether it is still there or not."""
    known = ontology.object(feature_hash) or ontology.classification(feature_hash)
    if known is not None:
        return known.name
    name = _known(ontology).get(feature_hash)
    return f"{name} (deleted)" if name and isinstance(name, str) else "Unknown class"


def _classes(ontology: Ontology) -> tuple[ObjectClass | ClassificationClass, ...]:
    return (*ontology.objects, *ontology.classifications)


def _known(ontology: Ontology) -> Mapping[str, object]:
    found = ontology.extra.get(KEY)
    return found if isinstance(found, Mapping) else {}
