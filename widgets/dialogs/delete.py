"""Delete: names what goes along before it happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget

from widgets import theme, words
from widgets.controls.labels import label
from widgets.dialogs.dialog import Dialog

_NAMED = 4


class Consequences(Protocol):
    """`storage.catalog.trash.DeleteConsequences`."""

    @property
    def items(self) -> int: ...
    @property
    def folders(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def pictures(self) -> int: ...
    @property
    def pictures_size(self) -> int: ...
    @property
    def datasets(self) -> Sequence[str]: ...
    @property
    def projects(self) -> Sequence[str]: ...
    @property
    def annotations(self) -> int: ...


class ConfirmDelete(Dialog):
    @classmethod
    def ask(cls, parent: QWidget | None, consequences: Consequences, what: str = "", *, days: int) -> bool:
        """`what`: “Scans”; without it the counts are named. `days`: so long the trash keeps it."""
        return cls(parent, consequences, what, days=days).run()

    def __init__(self, parent: QWidget | None, consequences: Consequences, what: str = "", *, days: int) -> None:
        super().__init__("", "", parent, danger=True)
        if not what:
            what = words.folders(consequences.folders) if consequences.folders else words.items(consequences.items)
        title = self.tr("Delete {0}?").format(what)
        self.setWindowTitle(title)
        self.heading.setText(title)
        kept = self.tr("1 day") if days == 1 else self.tr("{0} days").format(words.number(days))
        self.text.setText(self.tr("To the trash, from where it can be restored for {0}.").format(kept))
        self.text.show()
        self.ok.setText(self.tr("Move to trash"))
        self.ok.setDefault(True)
        for line in self._lines(consequences):
            self.body.addWidget(label(f"•  {line}", wrap=True))
        self.body.setSpacing(theme.INSIDE)

    def _lines(self, of: Consequences) -> list[str]:
        lines = []
        if of.folders:
            lines.append(
                self.tr("{0} with {1}, {2}").format(words.folders(of.folders), words.items(of.items), words.size(of.size))
            )
        elif of.items and (of.size or not of.pictures):
            lines.append(f"{words.items(of.items)}, {words.size(of.size)}")
        elif of.items:
            lines.append(words.items(of.items))
        if of.pictures:
            some = (
                self.tr("its 1 picture") if of.pictures == 1 else self.tr("its {0} pictures").format(words.number(of.pictures))
            )
            lines.append(self.tr("{0}, {1}, stay as files in their own folder").format(some, words.size(of.pictures_size)))
        if of.datasets:
            few = self.tr("out of the dataset {0}") if len(of.datasets) == 1 else self.tr("out of the datasets {0}")
            lines.append(few.format(_names(of.datasets)))
        if of.projects:
            few = self.tr("with the tasks in the project {0}")
            lines.append(
                (few if len(of.projects) == 1 else self.tr("with the tasks in the projects {0}")).format(_names(of.projects))
            )
        if of.annotations == 1:
            lines.append(self.tr("with 1 annotation"))
        elif of.annotations:
            lines.append(self.tr("with {0} annotations").format(words.number(of.annotations)))
        return lines


def _names(titles: Sequence[str]) -> str:
    shown = ", ".join(f"“{title}”" for title in titles[:_NAMED])
    rest = len(titles) - _NAMED
    return f"{shown} + {rest}" if rest > 0 else shown
