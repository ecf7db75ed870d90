"""What is known of the folder, the item or the items one has selected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from storage.errors import NotFound
from storage.model.changes import Changes
from storage.model.items import BATCHES, Folder, FolderKind, FolderSummary, Item, Kind, Location, Member
from storage.model.query import ItemSelection
from storage.model.reads import ActivityRow, DatasetRow, ItemTask, Reads
from widgets import theme, words
from widgets.bus import CatalogBus
from widgets.controls.buttons import button
from widgets.controls.fact_grid import Fact, FactGrid
from widgets.controls.labels import label
from widgets.controls.metadata_table import MetadataTable
from widgets.item_facts import facts_of
from widgets.latest import Latest
from widgets.only_read import writes
from widgets.panels.details_parts import (
    ActivityList,
    DatasetLine,
    DescriptionEdit,
    ItemLine,
    ModalityLine,
    Preview,
    Section,
    TaskLine,
)
from widgets.thumbs import Thumbs, next_generation
from widgets.when_seen import WhenSeen
from widgets.work import Work

MEMBERS_SHOWN = 12
CALM_MS = 400  # while one change follows the other


@dataclass(frozen=True, slots=True)
class _ItemFacts:
    item: Item
    path: str
    datasets: tuple[DatasetRow, ...]
    tasks: tuple[ItemTask, ...]
    activity: tuple[ActivityRow, ...]
    thumb_key: str | None
    members: tuple[Member, ...] = ()  # of a group or sequence
    groups: tuple[tuple[int, str], ...] = ()  # that a picture belongs to
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _FolderFacts:
    folder: Folder
    path: str
    summary: FolderSummary
    activity: tuple[ActivityRow, ...]


class DetailsPanel(QWidget):
    describe_folder_wanted = Signal(int, str)
    describe_item_wanted = Signal(int, str)
    metadata_wanted = Signal(int, dict)
    dataset_wanted = Signal(int)  # show it
    detach_wanted = Signal(int, ItemSelection)  # dataset id, items
    relink_wanted = Signal(int)
    open_wanted = Signal(int)
    task_wanted = Signal(int)  # task of the item
    modality_wanted = Signal(int, str)  # item, what it shows
    weighed = Signal(float)  # bytes of the items that are selected; an int of Qt's ends at 2 GB

    def __init__(
        self,
        reads: Reads,
        bus: CatalogBus,
        work: Work,
        thumbs: Thumbs,
        parent: QWidget | None = None,
        *,
        trouble_of: Callable[[Item], str] = lambda _item: "",
    ) -> None:
        """`trouble_of` says what went wrong with an item after it was added; it is asked off the GUI thread."""
        super().__init__(parent)
        self._trouble_of = trouble_of
        self._reads = reads
        self._latest = Latest(work, self)
        self._thumbs = thumbs
        self._folder_id: int | None = None
        self._selection = ItemSelection()
        self._item_id: int | None = None
        self._preview = Preview()
        self._title = label("", "title", wrap=True)
        self._subtitle = label("", "quiet", wrap=True)
        self._trouble = label("", "danger", wrap=True)
        self._warnings = label("", wrap=True)
        self._relink = button(self.tr("Relink…"), "ph.link-simple")
        self._description = DescriptionEdit()
        self._facts = FactGrid()
        self._modality = ModalityLine()
        self._members = Section(self.tr("Pictures"))
        self._groups = Section(self.tr("Belongs to"))
        self._datasets = Section(self.tr("Datasets"))
        self._tasks = Section(self.tr("Projects"))
        self._metadata = MetadataTable()
        writes(self._relink, self._description, self._metadata, self._modality)
        self._metadata_section = Section(self.tr("Custom metadata"))
        self._activity = ActivityList(self.tr("Activity"))
        self._stale = False
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CALM_MS)
        self._calm.timeout.connect(self._catch_up)
        self._tasks_changed = WhenSeen(self, self._catch_up_soon)  # much changes of them while one is elsewhere
        self._lay_out()
        self._description.edited.connect(self._describe)
        self._metadata.edited.connect(self._want_metadata)
        self._relink.clicked.connect(self._want_relink)
        self._modality.chosen.connect(self._want_modality)
        self._preview.opened.connect(self._want_open)
        thumbs.ready.connect(self._take_thumb)
        bus.changed.connect(self._on_changes)
        self._show_nothing()

    def _lay_out(self) -> None:
        sections = (self._modality, self._members, self._groups, self._datasets, self._tasks, self._metadata_section)
        self._of_items: tuple[QWidget, ...] = (self._preview, self._trouble, self._warnings, self._relink, *sections)
        scroll = QScrollArea(self)
        inside = QWidget()
        scroll.setWidget(inside)
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.GROUP, theme.GROUP, theme.GROUP, theme.GROUP)
        column.setSpacing(theme.GAP)
        self._metadata_section.body.addWidget(self._metadata)
        for part in (
            self._preview,
            self._title,
            self._subtitle,
            self._trouble,
            self._relink,
            self._warnings,
            self._description,
        ):
            column.addWidget(part)
        column.addSpacing(theme.INSIDE)
        for part in (self._facts, *sections, self._activity):
            column.addWidget(part)
        column.addStretch(1)  # else the sections share what is left, and stand apart
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)
        self.setMinimumWidth(220)

    def sizeHint(self) -> QSize:
        return QSize(288, 600)

    # -- what to show

    def show_place(self, folder_id: int | None, selection: ItemSelection) -> None:
        """The items when some are selected, else the folder; connect it to `FilesPanel.selection_changed`."""
        if folder_id == self._folder_id and selection == self._selection and selection.count == self._selection.count:
            return
        self._folder_id, self._selection = folder_id, selection
        self._refresh()

    def _refresh(self) -> None:
        selection = self._selection
        if selection.count == 1 and len(selection.ids) == 1:
            self._ask_item(next(iter(selection.ids)))
        elif selection.count:
            self._ask_many(selection)
        elif self._folder_id is not None:
            self._ask_folder(self._folder_id)
        else:
            self._latest.forget()
            self._show_nothing()

    def _on_changes(self, changes: Changes) -> None:
        item = bool(self._selection.count) and bool(changes.items or changes.dataset_members or changes.datasets)
        folder = not self._selection.count and bool(changes.folders or changes.item_folders)
        if item or folder or changes.everything:
            self._catch_up_soon()
        elif self._item_id is not None and (changes.tasks or changes.projects):
            self._tasks_changed()

    def _catch_up_soon(self) -> None:
        self._stale = True
        if not self._calm.isActive():
            self._catch_up()

    def _catch_up(self) -> None:
        """The first change is shown at once; of many in a row those that come within a moment are shown together."""
        if self._stale:
            self._stale = False
            self._calm.start()
            self._refresh()

    def _gone(self, error: Exception) -> None:
        if isinstance(error, NotFound):
            self._show_nothing()
            return
        self._show_nothing()
        self._subtitle.setText(str(error))
        self._subtitle.show()

    # -- one item

    def _ask_item(self, item_id: int) -> None:
        reads, trouble_of = self._reads, self._trouble_of

        def read() -> _ItemFacts:
            item = reads.item(item_id)
            path = " / ".join(folder.title for folder in reads.folder_path(item.folder_id))
            (row,) = reads.rows([item_id])
            return _ItemFacts(
                item,
                path,
                tuple(reads.datasets_of(item_id)),
                tuple(reads.tasks_of(item_id)),
                tuple(reads.activity(item_id=item_id, limit=20)),
                row.thumb_key if row is not None else None,
                tuple(reads.members_of(item_id)) if item.kind in BATCHES else (),
                tuple(reads.groups_of(item_id)) if item.kind is Kind.IMAGE else (),
                trouble_of(item),
            )

        self._latest.ask(read, self._show_item, self._gone)

    def _show_item(self, facts: _ItemFacts) -> None:
        item = facts.item
        if item.id != self._item_id:
            self._preview.show_picture(None, words.icon_of(item.kind, item.title))
        self._item_id = item.id
        image = self._thumbs.get(facts.thumb_key) if facts.thumb_key is not None else None
        if image is not None:
            self._preview.show_picture(image, "")
        elif facts.thumb_key is not None:
            self._thumbs.request([(item.id, facts.thumb_key)], next_generation())
        self._preview.show()
        self._title.setText(words.name(item.title))
        self._show_text(self._subtitle, words.kind(item.kind))
        self._show_warnings(item, facts.trouble)
        self._description.show_text(item.description)
        self._description.show()
        self._facts.show_facts(facts_of(item, facts.path))
        self.weighed.emit(item.size)
        self._modality.show_modality(item.facts.get("modality"))
        self._modality.setVisible(item.kind is Kind.NIFTI)
        self._show_members(facts.members)
        self._show_groups(facts.groups)
        self._show_datasets(facts.datasets)
        self._show_tasks(facts.tasks)
        self._metadata.show_metadata(item.metadata)
        self._metadata_section.show()
        self._show_activity(facts.activity)

    def _show_warnings(self, item: Item, more: str) -> None:
        trouble = {
            Location.MISSING: self.tr("The linked file is gone. Reconnect its disk, or relink it to where it lies now."),
            Location.CHANGED: self.tr("The linked file changed since it was added. Relink it to accept or replace it."),
        }.get(item.location, "")
        self._show_text(self._trouble, trouble)
        self._relink.setVisible(bool(trouble))
        self._show_text(self._warnings, "\n\n".join(filter(None, (*item.warnings, more))))
        self._warnings.setStyleSheet(f"color: {theme.warning().name()};")

    def _show_members(self, members: tuple[Member, ...]) -> None:
        self._members.clear()
        self._members.setVisible(bool(members))
        for number, member in enumerate(members[:MEMBERS_SHOWN], 1):
            self._members.body.addWidget(self._line(member.item_id, f"{number}.  {member.title}", member.title))
        if len(members) > MEMBERS_SHOWN:
            more = self.tr("and {0} more, in the folder of the same name")
            self._members.body.addWidget(label(more.format(words.number(len(members) - MEMBERS_SHOWN)), "small", wrap=True))

    def _show_groups(self, groups: tuple[tuple[int, str], ...]) -> None:
        self._groups.clear()
        self._groups.setVisible(bool(groups))
        for item_id, title in groups:
            self._groups.body.addWidget(self._line(item_id, title, title))

    def _line(self, item_id: int, text: str, name: str) -> ItemLine:
        line = ItemLine(item_id, text, name)
        line.open_wanted.connect(self.open_wanted)
        return line

    def _show_datasets(self, datasets: tuple[DatasetRow, ...]) -> None:
        self._datasets.clear()
        self._datasets.setVisible(True)
        if not datasets:
            self._datasets.body.addWidget(label(self.tr("In no dataset"), "quiet"))
        for row in datasets:
            line = DatasetLine(row)
            line.view_wanted.connect(self.dataset_wanted)
            line.remove_wanted.connect(self._want_detach)
            self._datasets.body.addWidget(line)

    def _show_tasks(self, tasks: tuple[ItemTask, ...]) -> None:
        self._tasks.clear()
        self._tasks.setVisible(bool(tasks))
        for placed in tasks:
            line = TaskLine(placed)
            line.open_wanted.connect(self.task_wanted)
            self._tasks.body.addWidget(line)

    # -- several items, a folder, nothing

    def _ask_many(self, selection: ItemSelection) -> None:
        self._hide_parts()
        self._preview.show_picture(None, "ph.files")
        self._preview.show()
        self._title.setText(self.tr("{0} selected").format(words.items(selection.count)))
        reads = self._reads
        self._latest.ask(lambda: reads.selection_size(selection), self._show_many, self._gone)

    def _show_many(self, size: tuple[int, int]) -> None:
        self._facts.show_facts([(self.tr("Size"), words.size(size[1]))])
        self.weighed.emit(size[1])

    def _ask_folder(self, folder_id: int) -> None:
        reads = self._reads

        def read() -> _FolderFacts:
            path = reads.folder_path(folder_id)
            return _FolderFacts(
                path[-1],
                " / ".join(folder.title for folder in path[:-1]),
                reads.folder_summary(folder_id),
                tuple(reads.activity(folder_id=folder_id, limit=20)),
            )

        self._latest.ask(read, self._show_folder, self._gone)

    def _show_folder(self, facts: _FolderFacts) -> None:
        self._item_id = None
        self._hide(self._of_items)
        folder, summary = facts.folder, facts.summary
        self._title.setText(words.name(folder.title))
        kinds = {FolderKind.PLAIN: self.tr("Folder"), FolderKind.CLOUD_SYNCED: self.tr("Cloud-synced folder")}
        self._show_text(self._subtitle, kinds.get(folder.kind, self.tr("Members of a group or sequence")))
        self._description.show_text(folder.description)
        self._description.show()
        by_kind: list[Fact] = [
            (words.kind(kind), words.number(count))
            for kind, count in sorted(summary.kinds.items(), key=lambda pair: -pair[1])
            if isinstance(kind, Kind)
        ]
        self._facts.show_facts(
            [
                (self.tr("Items"), words.number(summary.items)),
                (self.tr("Sub-folders"), words.number(summary.folders) if summary.folders else ""),
                (self.tr("Size"), words.size(summary.size)),
                *(by_kind if len(by_kind) > 1 else ()),
                (self.tr("In"), words.name(facts.path)),
                (self.tr("Created"), words.when(folder.created_at), words.when_exactly(folder.created_at)),
                (self.tr("By"), folder.created_by),
            ]
        )
        self._show_activity(facts.activity)

    def _show_nothing(self) -> None:
        self._hide_parts()
        self._title.setText(self.tr("Nothing selected"))
        self._show_text(self._subtitle, self.tr("Select an item or a folder to see what is known of it."))

    def _hide_parts(self) -> None:
        self._item_id = None
        self._hide((*self._of_items, self._subtitle, self._description, self._activity))
        self._facts.show_facts([])

    def _hide(self, parts: tuple[QWidget, ...]) -> None:
        for part in parts:
            part.hide()

    def _show_text(self, on: QWidget, text: str) -> None:
        on.setText(text)
        on.setVisible(bool(text))

    def _show_activity(self, rows: tuple[ActivityRow, ...]) -> None:
        self._activity.show_rows(rows)
        self._activity.setVisible(bool(rows))

    def _take_thumb(self, item_id: int, image: QImage) -> None:
        if item_id == self._item_id and not image.isNull():
            self._preview.show_picture(image, "")

    # -- what is wanted

    def _describe(self, text: str) -> None:
        if self._item_id is not None:
            self.describe_item_wanted.emit(self._item_id, text)
        elif self._folder_id is not None:
            self.describe_folder_wanted.emit(self._folder_id, text)

    def _want_metadata(self, metadata: dict) -> None:
        if self._item_id is not None:
            self.metadata_wanted.emit(self._item_id, metadata)

    def _want_modality(self, modality: str) -> None:
        if self._item_id is not None:
            self.modality_wanted.emit(self._item_id, modality)

    def _want_detach(self, dataset_id: int) -> None:
        if self._item_id is not None:
            self.detach_wanted.emit(dataset_id, ItemSelection.of(self._item_id))

    def _want_relink(self) -> None:
        if self._item_id is not None:
            self.relink_wanted.emit(self._item_id)

    def _want_open(self) -> None:
        if self._item_id is not None:
            self.open_wanted.emit(self._item_id)
