"""What a service did, item by item: shown in the result list of the window and printed by the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import PostilError
from storage.media.probe import unreadable
from storage.model.items import Kind

if TYPE_CHECKING:
    from storage.media.dicom_header import LabelFile


@dataclass(frozen=True, slots=True)
class Added:
    kind: Kind
    title: str
    uuid: str
    item_id: int
    path: str  # where it came from


@dataclass(frozen=True, slots=True)
class Failure:
    """Something refused, skipped or warned of: to what, what happened, what to do."""

    input: str
    reason: str
    remedy: str = ""

    @staticmethod
    def of(error: PostilError, input: str = "") -> Failure:
        return Failure(error.input or input, error.reason, error.remedy)

    @staticmethod
    def of_file(path: Path, error: PostilError | OSError) -> Failure:
        return Failure.of(unreadable(path, error) if isinstance(error, OSError) else error, str(path))


@dataclass(slots=True)
class IntakeResult:
    """Complete even when the work was cancelled or the disk filled up: what is listed as added is committed."""

    added: list[Added] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)
    skipped: list[Failure] = field(default_factory=list)
    warnings: list[Failure] = field(default_factory=list)
    folders_made: int = 0
    members: int = 0  # pictures of the group or sequence that was made
    cancelled: bool = False
    labels_found: list[LabelFile] = field(default_factory=list)  # SEG, RTSTRUCT, SR ... of series
    others: list[Path] = field(default_factory=list)  # files that lay among DICOM files and are none
    stopped: Failure | None = None  # why it ended before all was done, other than by cancelling
