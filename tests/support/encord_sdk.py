"""The real Encord SDK, offline, as the judge of what we write (never a dependency of the program)."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

with warnings.catch_warnings():
    # Its 0.1.211 trips over pydantic's own deprecations while it is imported; nothing of ours does.
    warnings.simplefilter("ignore")
    from encord.objects import LabelRowV2, OntologyStructure
    from encord.objects.attributes import ChecklistAttribute, NumericAttribute, RadioAttribute, TextAttribute
    from encord.objects.bitmask import BitmaskCoordinates
    from encord.objects.coordinates import AudioCoordinates, BoundingBoxCoordinates, HtmlCoordinates, TextCoordinates
    from encord.objects.frames import Range
    from encord.objects.html_node import HtmlNode, HtmlRange
    from encord.ontology import Ontology
    from encord.orm.label_row import LabelRowMetadata
    from encord.orm.ontology import Ontology as OntologyRecord
    from encord.orm.storage import (
        CustomerProvidedAudioMetadata,
        CustomerProvidedPdfMetadata,
        CustomerProvidedTextMetadata,
        CustomerProvidedVideoMetadata,
    )

__all__ = [
    "AudioCoordinates",
    "BitmaskCoordinates",
    "BoundingBoxCoordinates",
    "ChecklistAttribute",
    "CustomerProvidedAudioMetadata",
    "CustomerProvidedPdfMetadata",
    "CustomerProvidedTextMetadata",
    "CustomerProvidedVideoMetadata",
    "HtmlCoordinates",
    "HtmlNode",
    "HtmlRange",
    "LabelRowV2",
    "NumericAttribute",
    "OntologyStructure",
    "RadioAttribute",
    "Range",
    "TextAttribute",
    "TextCoordinates",
    "load_ontology",
    "load_row",
]


def load_ontology(structure: dict[str, Any]) -> Ontology:
    record = OntologyRecord(
        title="T",
        structure=OntologyStructure.from_dict(structure),
        ontology_hash="00000000-0000-4000-8000-000000000000",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        last_edited_at=datetime(2026, 1, 1, tzinfo=UTC),
        description="",
    )
    return Ontology(record, SimpleNamespace())  # type: ignore[arg-type]


def load_row(row: dict[str, Any], structure: dict[str, Any], *, frames: int = 1) -> LabelRowV2:
    """A detached row with everything that a label row of ours says. Raises what the SDK raises."""
    listing = {
        "label_hash": row["label_hash"],
        "created_at": "2026-01-01 00:00:00",
        "last_edited_at": "2026-01-01 00:00:00",
        "branch_name": row["branch_name"],
        "data_hash": row["data_hash"],
        "dataset_hash": row["dataset_hash"],
        "dataset_title": row["dataset_title"],
        "data_title": row["data_title"],
        "data_type": row["data_type"],
        "data_link": "",
        "label_status": row["label_status"],
        "annotation_task_status": row["annotation_task_status"],
        "is_shadow_data": False,
        "number_of_frames": frames,
        "duration": None,
        "frames_per_second": None,
        "height": None,
        "spaces": {},
        "width": None,
    }
    loaded = LabelRowV2(LabelRowMetadata.from_dict(listing), None, load_ontology(structure))  # type: ignore[arg-type]
    loaded.from_labels_dict(row)
    return loaded
