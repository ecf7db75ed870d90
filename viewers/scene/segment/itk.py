"""SimpleITK as a library of filters on arrays: spacing goes in, geometry does not (medical.md, fact 1)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import Cancelled
from storage.progress import Progress


def image(array: NDArray, spacing: tuple[float, ...] | None = None) -> Any:
    """Of an array [slice, row, column] (or [row, column]); spacing in the same order."""
    import SimpleITK as sitk  # noqa: N813 - its own custom

    made = sitk.GetImageFromArray(array.view(np.uint8) if array.dtype == bool else array)
    if spacing is not None:
        made.SetSpacing([float(s) for s in reversed(spacing)])
    return made


def run(filter_: Any, progress: Progress | None, *images: Any) -> NDArray:
    """Execute a filter; it tells how far it is in hundredths and stops when asked to."""
    import SimpleITK as sitk  # noqa: N813

    if progress is not None:
        progress.check()

        def on_progress() -> None:
            progress.done, progress.total = int(filter_.GetProgress() * 100), 100
            if progress.cancelled:
                filter_.Abort()

        filter_.AddCommand(sitk.sitkProgressEvent, on_progress)
    try:
        made = filter_.Execute(*images)
    except RuntimeError:
        if progress is not None and progress.cancelled:
            raise Cancelled from None
        raise
    if progress is not None:
        progress.check()
    return np.asarray(sitk.GetArrayFromImage(made))
