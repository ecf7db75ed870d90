"""Labels that are on the screen when the catalog is found damaged: what its backup lacks of them is written into that."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication

from storage.catalog import labels
from storage.editing.edits import Step, difference
from storage.editing.session import StepChange
from storage.errors import NotFound, PostilError

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from storage.model.labels import LabelDocument
    from storage.model.reads import LabelRowInfo

log = logging.getLogger(__name__)


class Shown(NamedTuple):
    row: LabelRowInfo
    document: LabelDocument


def write_back(catalog: Catalog, shown: Iterable[Shown]) -> str:
    """One step each, so that it can be undone. What came of it, in words."""
    kept: list[str] = []
    lost: list[str] = []
    for each in shown:
        row_id, title = each.row.id, f"“{each.row.item.title}”"
        try:
            if catalog.reads.label_row(row_id).uuid != each.row.uuid:
                raise NotFound("These labels are not in the backup.")
            stored = catalog.reads.labels(row_id)
            edits, text = difference(stored, each.document), "Labels from before the damage"
            if edits:
                step = Step(labels.history(catalog, row_id).next_n, text, edits, difference(each.document, stored))
                catalog.do(text, labels.save_step, row_id, StepChange("do", step), undoable=False)
            kept.append(title)
        except PostilError as error:
            log.error("labels of %s were not written back: %s", title, error)
            lost.append(title)
    tr = QCoreApplication.translate
    said = (
        tr("rescue", "The labels of {0} are as they were last on the screen.").format(", ".join(kept)) if kept else "",
        tr("rescue", "The labels of {0} are as they were in the backup.").format(", ".join(lost)) if lost else "",
    )
    return " ".join(filter(None, said))
