"""`python -m postil`: the command line (docs: README), and without a command the window."""

from __future__ import annotations

import sys
from pathlib import Path


def _own_packages() -> None:
    """A user's `storage/` or `app.py` in the current folder would shadow ours: say so plainly instead of failing oddly."""
    import storage

    ours = Path(__file__).resolve().parent.parent
    found = Path(storage.__file__ or "").resolve().parent.parent
    if found != ours:
        print(
            f"postil: a folder or file called “storage” in {found} hides Postil's own. Start Postil from another folder.",
            file=sys.stderr,
        )
        raise SystemExit(3)


def main(argv: list[str] | None = None) -> int:
    _own_packages()
    from postil.commands import parse

    arguments = parse(sys.argv[1:] if argv is None else argv)
    if arguments.command is None:
        from app.main import main as open_window

        return open_window(arguments.catalog, user=arguments.user)
    from postil.verbs import run

    return run(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
