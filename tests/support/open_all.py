"""Runs in a child process: opens each file given as a series of its own and prints what came of it, a line of JSON each.

The name is printed before the file is touched, so that a crash or a hang is known by the last line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from storage.errors import PostilError
from storage.media.dicom import scan
from tests.support.volumes import frames_of


def outcome(path: Path) -> dict[str, object]:
    result = scan([path])
    if not result.series:
        if result.labels_found:
            return {"labels": [label.path.name for label in result.labels_found]}
        said = result.refused + result.warnings  # a DICOMDIR is known, and told if files of it are missing
        return {"refused": [e.reason for e in said] or [f"{path.name} holds no picture."]}
    frames = frames_of(result.series[0])
    try:
        stored = [frames.frame(k) for k in range(frames.shape[0])]
    finally:
        frames.close()
    np.save(sys.argv[1] + f"/{path.name}.npy", np.stack(stored))
    return {"shape": frames.shape, "dtype": frames.dtype.str}


def main() -> None:
    for name in sys.argv[2:]:
        print(json.dumps({"file": name}), flush=True)  # noqa: T201
        try:
            said = outcome(Path(name))
        except PostilError as error:
            said = {"refused": [error.reason]}
        print(json.dumps(said), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
