"""`python -m postil.demo DIR`: the sample catalog, made for a window that shows the steps. Each is a line of JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from postil.demo.make import make_demo
from storage.errors import PostilError
from storage.progress import Progress


class _Told(Progress):
    def step(self, done: int, total: int | None = None) -> None:
        super().step(done, total)
        print(json.dumps([self.text, self.done, self.total]), flush=True)


def main(folder: Path) -> int:
    try:
        make_demo(folder, _Told())
    except PostilError as error:
        print(f"{error.reason} {error.remedy}".strip(), file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
