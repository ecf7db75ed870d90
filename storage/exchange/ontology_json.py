"""Encord's ontology JSON as text. Faults name line and column, so that an editor can put the cursor there."""

from __future__ import annotations

import json

from storage.exchange.json_text import BadJson, at_offset, offset_of
from storage.exchange.json_text import loads as loads_json
from storage.model.ontology import Ontology
from storage.model.ontology_codec import OntologyFault, from_dict, to_dict

__all__ = ["BadJson", "dumps", "from_dict", "loads", "to_dict"]


def loads(text: str) -> Ontology:
    """Raises `BadJson` (a `BadInput` with `line` and `column`)."""
    structure = loads_json(text.removeprefix("\ufeff"))
    try:
        return from_dict(structure)
    except OntologyFault as fault:
        text = text.removeprefix("\ufeff")
        error = at_offset(text, offset_of(text, fault.path), fault.reason, remedy=fault.remedy)
        error.input = fault.input
        raise error from None


def dumps(ontology: Ontology) -> str:
    """Equal ontologies give equal text."""
    return json.dumps(to_dict(ontology), ensure_ascii=False, indent=2)
