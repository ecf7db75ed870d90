"""The ontology editor: tree, form, preview and JSON over one draft that is saved as it is made.

The editor owns its undo. After each change it asks to be saved (`save_wanted`); `app` answers its `drafts` with `saved` or `save_failed`.
What would take the meaning from labels is asked about first, in a banner, not in a dialog.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from storage.errors import NotFound, PostilError
from storage.model import ontology_edit as edit
from storage.model import ontology_tree
from storage.model.deleted_classes import keep_names
from storage.model.geometry import ShapeKind
from storage.model.ontology import Ontology, Option
from storage.model.reads import OntologyUse
from widgets import theme, words
from widgets.controls.banner import Banner
from widgets.controls.buttons import button, icon_button
from widgets.controls.labels import label
from widgets.controls.shapes import SHAPE_ICONS, shape_title
from widgets.controls.states import StatePanel
from widgets.icons import icon
from widgets.only_read import writes
from widgets.panels.ontology_drafts import OntologyDrafts
from widgets.panels.ontology_forms import SHAPES, NodeForm, ObjectForm, OptionForm, QuestionNodeForm, Verb
from widgets.panels.ontology_json import Dump, OntologyJson, Parse
from widgets.panels.ontology_preview import OntologyPreview
from widgets.panels.ontology_state import labels_below, labels_lost
from widgets.views.ontology_view import OntologyView

FORM_WIDTH = 360  # px, at the least
WITH_PREVIEW = 880  # px; in less room the form comes first


class OntologyEditor(QWidget):
    save_wanted = Signal(int, object)  # ontology id, Ontology
    state_changed = Signal(str, str)  # "saved", "saving" or "failed", and the sentence

    def __init__(self, parse: Parse, dump: Dump, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drafts = OntologyDrafts(self)
        self.drafts.save_wanted.connect(self.save_wanted)
        self.drafts.state_changed.connect(self._tell_state)
        self._use = OntologyUse((), {})
        self.view = OntologyView(self)
        self.warning = Banner("danger", self, closable=True)
        self.json = OntologyJson(parse, dump, self)
        self.preview = OntologyPreview(Ontology(), self)
        self._forms: dict[str, NodeForm] = {
            "object": ObjectForm(self), "question": QuestionNodeForm(self), "option": OptionForm(self),
        }  # fmt: skip
        self._lay_out()
        self._connect()
        self._show_all()

    # -- parts

    def _lay_out(self) -> None:
        self._note = label("", "danger", wrap=True, parent=self)
        self._note.setContentsMargins(12, 4, 12, 4)
        self._note.hide()
        self._stack = QStackedWidget(self)
        self._nothing = StatePanel("ph.tree-structure", "")
        writes(*self._nothing.buttons)
        self._stack.addWidget(self._nothing)
        self._pages: dict[NodeForm, QScrollArea] = {}
        for form in self._forms.values():
            scroll = QScrollArea()
            scroll.setWidgetResizable(True)
            scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            scroll.setWidget(form)
            scroll.setMinimumWidth(FORM_WIDTH)
            self._pages[form] = scroll
            self._stack.addWidget(scroll)
        design = QSplitter()
        design.setChildrenCollapsible(False)
        design.addWidget(self._left())
        design.addWidget(self._stack)
        design.addWidget(self.preview)
        design.setSizes([300, 400, 290])
        for place, stretch in enumerate((2, 3, 2)):
            design.setStretchFactor(place, stretch)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setProperty("page", True)
        self.tabs.addTab(design, self.tr("Design"))
        self.tabs.addTab(self.json, self.tr("JSON"))
        corner = QWidget()
        steps = QHBoxLayout(corner)
        steps.setContentsMargins(0, 0, theme.GROUP, 0)
        steps.setSpacing(theme.INSIDE)
        steps.addWidget(self._undo)
        steps.addWidget(self._redo)
        self.tabs.setCornerWidget(corner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        wrap = QHBoxLayout()
        wrap.setContentsMargins(theme.GROUP, 0, theme.GROUP, 6)
        wrap.addWidget(self.warning)
        column.addLayout(wrap)
        column.addWidget(self._note)
        column.addWidget(self.tabs, 1)

    def _left(self) -> QWidget:
        self._add_object = button(self.tr("Object"), "ph.plus")
        self._add_object.setProperty("menu", True)
        self._shapes = QMenu(self)
        for shape in SHAPES:
            self._shapes.addAction(icon(SHAPE_ICONS[shape]), shape_title(shape)).setData(shape)
        self._add_object.setMenu(self._shapes)
        self._add_object.setToolTip(self.tr("Add an object of a shape"))
        self._add_class = button(self.tr("Classification"), "ph.plus")
        self._add_class.setToolTip(self.tr("Add a question about the frame or the whole file"))
        self._undo = icon_button("ph.arrow-u-up-left", self.tr("Undo"), parent=self)
        self._redo = icon_button("ph.arrow-u-up-right", self.tr("Redo"), parent=self)
        self._remove = icon_button("ph.trash", self.tr("Delete"), tip=self.tr("Delete (Del)"), parent=self)
        writes(self._add_object, self._add_class, self._remove, self.view, *self._forms.values())
        tools = QHBoxLayout()
        tools.setContentsMargins(theme.GROUP, 8, 8, 8)
        tools.setSpacing(theme.INSIDE)
        tools.addWidget(self._add_object)
        tools.addWidget(self._add_class)
        tools.addStretch(1)
        tools.addWidget(self._remove)
        left = QWidget()
        left.setMinimumWidth(306)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self.view, 1)
        return left

    def _connect(self) -> None:
        self._shapes.triggered.connect(self._new_object)
        self._add_class.clicked.connect(self._new_classification)
        self._undo.clicked.connect(self.undo)
        self._redo.clicked.connect(self.redo)
        self._remove.clicked.connect(self._remove_current)
        self._nothing.action_wanted.connect(self._offer_shapes)
        self._nothing.second_wanted.connect(self._new_classification)
        self.view.chosen.connect(self._show_node)
        self.view.remove_wanted.connect(self.remove)
        self.view.move_wanted.connect(self._move)
        self.view.menu_wanted.connect(self._menu)
        self.json.apply_wanted.connect(self._apply_json)
        self.json.state_changed.connect(self._mark_json)
        self.tabs.currentChanged.connect(self._tab_changed)

    @Slot()
    def _offer_shapes(self) -> None:
        """Of an ontology that is empty, below the button in its middle."""
        asked = self._nothing.buttons[0]
        self._shapes.popup(asked.mapToGlobal(QPoint(0, asked.height())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.preview.setVisible(event.size().width() >= WITH_PREVIEW)

    # -- opening and saving

    @property
    def ontology(self) -> Ontology:
        return self.drafts.shown.ontology

    @property
    def ontology_id(self) -> int:
        return self.drafts.shown.ontology_id

    @property
    def dirty(self) -> bool:
        return self.drafts.shown.dirty

    def take_keyboard(self) -> None:
        """Where work begins: at adding the first object, else among what is there."""
        begins = self.view if self.ontology.objects or self.ontology.classifications else self._add_object
        begins.setFocus(Qt.FocusReason.OtherFocusReason)

    def open(self, ontology_id: int, ontology: Ontology) -> None:
        """Show another ontology; what is unsaved of the one before is sent first."""
        self.leave()
        self.drafts.open(ontology_id, ontology)
        self._use = OntologyUse((), {})
        self.warning.say("")
        self._say("")
        self.json.revert()
        self._show_all()
        first = next(iter((*ontology.objects, *ontology.classifications)), None)
        self.view.choose(first.feature_hash if first else "")
        self.view.scrollToTop()
        self.state_changed.emit("saved", "")

    def show_use(self, use: OntologyUse) -> None:
        """What labels there are, for the questions before destructive changes."""
        self._use = use

    def reload(self, ontology: Ontology) -> None:
        """The catalog says it is now this."""
        if self.drafts.reload(ontology):
            self._show_all()

    @Slot()
    def flush(self) -> None:
        """Ask for what is unsaved to be saved now."""
        self.drafts.flush()

    def leave(self) -> None:
        """Before something else is shown: what was typed counts."""
        for form in self._forms.values():
            if form.key:
                form.flush()
        self.json.apply()
        self.flush()

    def close_down(self) -> None:
        self.leave()
        self.preview.close_down()

    @Slot(str, str)
    def _tell_state(self, state: str, text: str) -> None:
        if state == "saved" and self.json.dirty:  # what was typed there has a fault, or is not finished
            text = self.tr("Saved without the text of the tab JSON")
        self.state_changed.emit(state, text)

    # -- changing (the port of the forms)

    def change(self, text: str, verb: Verb, *, harms: str = "", merge: str = "") -> bool:
        """Raises what the verb refuses. Where labels would suffer, the banner asks first and False is returned."""
        ontology = verb(self.ontology)
        count = labels_below(self.ontology, harms, self._use) if harms and ontology != self.ontology else 0
        if count:
            self._ask_first(text, verb, harms, count)
            return False
        self.warning.say("")
        if self.drafts.shown.change(text, ontology, merge):
            self._changed()
        return True

    def add(self, text: str, verb: Callable[[Ontology], tuple[Ontology, str]], *, stay: bool = False) -> bool:
        ontology, made = verb(self.ontology)
        self.drafts.shown.change(text, ontology)
        self._changed()
        if not stay:
            self.choose(made)
        return True

    @Slot(str)
    def choose(self, feature_hash: str) -> None:
        """It was opened from a list in a form. Of an option that is for what it asks more."""
        self.view.choose(feature_hash)
        form = self._form_of(feature_hash)
        if isinstance(form, OptionForm):
            form.questions.focus_new()

    @Slot(str)
    def remove(self, feature_hash: str) -> None:
        element = ontology_tree.find(self.ontology, feature_hash)
        name = element.label if isinstance(element, Option) else element.name
        text = self.tr("Delete “{name}”").format(name=name)
        self._attempt(text, lambda o: edit.remove(o, feature_hash), harms=feature_hash)

    def _attempt(self, text: str, verb: Verb, *, harms: str = "") -> None:
        try:
            self.change(text, verb, harms=harms)
        except PostilError as error:
            self._say(f"{error.reason} {error.remedy}".strip())
        else:
            self._say("")

    def _ask_first(self, text: str, verb: Verb, harms: str, count: int) -> None:
        where = ", ".join(f"“{p}”" for p in self._use.projects[:3]) + (" …" if len(self._use.projects) > 3 else "")
        sentence = self.tr(
            "{what}? It is used by {labels} in {where}. What uses it would be kept: objects grey, with the old name and "
            "“(deleted)”; answers out of sight. Archiving only hides it from new work."
        ).format(what=text, labels=words.how_many("labels", count), where=where or self.tr("this catalog"))
        self.warning.say(sentence, (self.tr("Do it anyway"), partial(self._go_on, text, verb)))

    def _go_on(self, text: str, verb: Verb) -> None:
        self.warning.say("")
        self._attempt(text, lambda ontology: keep_names(ontology, verb(ontology)))

    @Slot(object)
    def _apply_json(self, ontology: Ontology) -> None:
        text = self.tr("Edit the JSON")
        count = labels_lost(self.ontology, ontology, self._use)
        if count:
            self._ask_first(text, lambda _: ontology, "", count)
        else:
            self._attempt(text, lambda _: ontology)

    @Slot()
    def undo(self) -> None:
        self._flush_forms()
        if self.drafts.shown.undo() is not None:
            self._changed()

    @Slot()
    def redo(self) -> None:
        if self.drafts.shown.redo() is not None:
            self._changed()

    # -- showing

    def _changed(self) -> None:
        self._show_all()
        self.drafts.save_soon()

    @property
    def undo_text(self) -> str:
        """What Ctrl+Z would take back (the window has the key: it is everybody's)."""
        return self.drafts.shown.done[-1].text if self.drafts.shown.done else ""

    @property
    def redo_text(self) -> str:
        return self.drafts.shown.undone[-1].text if self.drafts.shown.undone else ""

    def _show_all(self) -> None:
        ontology = self.ontology
        self.view.show_ontology(ontology)
        self.preview.show_ontology(ontology)
        self.json.show_ontology(ontology)
        if ontology.objects or ontology.classifications:
            self._nothing.say(self.tr("Nothing is chosen"), self.tr("Choose an object or a classification at the left."))
        else:
            what = self.tr("Objects are drawn on the media; classifications are asked about a frame or the whole file.")
            self._nothing.say(self.tr("The ontology is empty"), what, self.tr("Add an object"), self.tr("Add a classification"))
        self._undo.setEnabled(bool(self.drafts.shown.done))
        self._redo.setEnabled(bool(self.drafts.shown.undone))
        if self.drafts.shown.done:
            self._undo.setToolTip(self.tr("Undo {what} (Ctrl+Z)").format(what=self.drafts.shown.done[-1].text))
        if self.drafts.shown.undone:
            self._redo.setToolTip(self.tr("Redo {what} (Ctrl+Shift+Z)").format(what=self.drafts.shown.undone[-1].text))
        self._show_node(self.view.current)

    @Slot(str)
    def _show_node(self, feature_hash: str) -> None:
        form = self._form_of(feature_hash)
        for other in self._forms.values():
            if other is not form or other.key != feature_hash:
                other.flush()
        self._remove.setEnabled(form is not None)
        if form is None:
            self._stack.setCurrentIndex(0)
            return
        form.show_node(feature_hash)
        page = self._pages[form]
        needed = form.minimumSizeHint().width() + 2 * page.frameWidth()  # wide letters need more
        page.setMinimumWidth(max(FORM_WIDTH, needed))
        self._stack.setCurrentWidget(page)
        self.preview.show_node(feature_hash)

    def _form_of(self, feature_hash: str) -> NodeForm | None:
        if not feature_hash:
            return None
        try:
            element = ontology_tree.find(self.ontology, feature_hash)
        except NotFound:
            return None
        if isinstance(element, Option):
            return self._forms["option"]
        return self._forms["object" if self.ontology.object(feature_hash) else "question"]

    def _flush_forms(self) -> None:
        for form in self._forms.values():
            if form.key:
                form.flush()

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))

    # -- verbs of the toolbar and the tree

    def _free_name(self, base: str, taken: set[str]) -> str:
        n = 1
        while f"{base} {n}" in taken:
            n += 1
        return f"{base} {n}"

    @Slot(object)
    def _new_object(self, action: QAction) -> None:
        shape = ShapeKind(action.data())  # Qt gives back a mere text
        name = self._free_name(self.tr("Object"), {o.name for o in self.ontology.objects})
        self.add(self.tr("Add an object"), lambda o: edit.add_object(o, name, shape))
        self._name_it(self._forms["object"])

    @Slot()
    def _new_classification(self) -> None:
        name = self._free_name(self.tr("Classification"), {c.name for c in self.ontology.classifications})
        self.add(self.tr("Add a classification"), lambda o: edit.add_classification(o, name))
        self._name_it(self._forms["question"])

    def _name_it(self, form: NodeForm) -> None:
        form.name.setFocus(Qt.FocusReason.OtherFocusReason)
        form.name.selectAll()

    @Slot()
    def _remove_current(self) -> None:
        if self.view.current:
            self.remove(self.view.current)

    @Slot(str, int)
    def _move(self, feature_hash: str, place: int) -> None:
        self._attempt(self.tr("Move"), lambda o: edit.move(o, feature_hash, place))

    @Slot(str, QPoint)
    def _menu(self, feature_hash: str, place: QPoint) -> None:
        if not feature_hash:
            return
        element = ontology_tree.find(self.ontology, feature_hash)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        archive = menu.addAction(self.tr("Restore") if element.archived else self.tr("Archive"))
        remove = menu.addAction(icon("ph.trash"), self.tr("Delete"))
        archive.triggered.connect(self._archive_current)
        remove.triggered.connect(self._remove_current)
        menu.popup(place)

    @Slot()
    def _archive_current(self) -> None:
        key = self.view.current
        archived = not ontology_tree.find(self.ontology, key).archived
        text = self.tr("Archive") if archived else self.tr("Restore")
        self._attempt(text, lambda o: edit.set_archived(o, key, archived))

    @Slot(int)
    def _tab_changed(self, place: int) -> None:
        if self.tabs.widget(place) is self.json:
            self._flush_forms()
        elif self.json.dirty:
            self.json.apply()

    @Slot()
    def _mark_json(self) -> None:
        self.tabs.setTabText(self.tabs.indexOf(self.json), self.tr("JSON •") if self.json.dirty else self.tr("JSON"))
