"""The form beside the ontology's tree: one for each kind of node. Forms ask for changes; the editor makes them.

A form is filled again after every change, so it must not disturb what a person is typing: `set_quietly` leaves a field
alone while its text differs from what was last said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from storage.errors import PostilError
from storage.model import dicom_codes, ontology_tree, overlap_groups
from storage.model import ontology_edit as edit
from storage.model.dicom_codes import Code
from storage.model.geometry import PICTURE_SHAPES, ShapeKind
from storage.model.ontology import AttributeType, ClassificationClass, ObjectClass, Ontology, Option, SkeletonTemplate
from widgets import theme, words
from widgets.controls.answer_fields import QuietCombo
from widgets.controls.code_form import CodeForm
from widgets.controls.color_button import ColorButton
from widgets.controls.labels import label
from widgets.controls.name_field import NameField
from widgets.controls.name_list import NameList
from widgets.controls.segments import Segments
from widgets.controls.shapes import ATTRIBUTE_ICONS, SHAPE_ICONS, attribute_title, shape_title
from widgets.icons import icon
from widgets.panels.skeleton_form import SkeletonForm

Verb = Callable[[Ontology], Ontology]


class Port(Protocol):
    """What a form may ask of the editor."""

    ontology: Ontology

    def change(self, text: str, verb: Verb, *, harms: str = "", merge: str = "") -> bool:
        """Do it and say whether it was done. `harms` names the feature whose labels would lose their meaning."""
        ...

    def add(self, text: str, verb: Callable[[Ontology], tuple[Ontology, str]], *, stay: bool = False) -> bool: ...

    def remove(self, feature_hash: str) -> None: ...

    def choose(self, feature_hash: str) -> None: ...


SHAPES = (*PICTURE_SHAPES, ShapeKind.AUDIO, ShapeKind.TEXT)


class NodeForm(QWidget):
    """The name, the flags all nodes have, and what was refused."""

    def __init__(self, port: Port, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.port, self.key = port, ""
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(theme.GROUP)
        self.form.setVerticalSpacing(theme.GAP)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.name = NameField(self)
        self.name.typed.connect(self._rename)
        self.fault = label("", "danger", wrap=True, parent=self)
        self.fault.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(theme.GROUP, 12, theme.GROUP, 12)
        self.column.setSpacing(12)
        self.form.addRow(self.tr("Name"), self.name)
        self.form.addRow("", self.fault)
        self.form.setRowVisible(self.fault, False)
        self.column.addLayout(self.form)

    def show_node(self, key: str) -> None:
        fresh = key != self.key
        self.key = key
        if fresh:
            self.say("")
        self.fill(fresh)

    def fill(self, fresh: bool) -> None:
        raise NotImplementedError

    def say(self, text: str) -> None:
        self.fault.setText(text)
        self.form.setRowVisible(self.fault, bool(text))

    def ask(self, text: str, verb: Verb, *, harms: str = "", merge: str = "") -> None:
        try:
            self.port.change(text, verb, harms=harms, merge=merge)
        except PostilError as error:
            self.say(f"{error.reason} {error.remedy}".strip())
            self.fill(False)
        else:
            self.say("")

    def flush(self) -> None:
        self.name.flush()

    def check(self, text: str, tip: str = "") -> QCheckBox:
        box = QCheckBox(text, self)
        box.setToolTip(tip)
        return box

    @Slot(str)
    def _rename(self, name: str) -> None:
        key = self.key
        self.ask(self.tr("Rename"), lambda o: edit.rename(o, key, name), merge=f"rename {key}")


class ObjectForm(NodeForm):
    def __init__(self, port: Port, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self.color = ColorButton(self)
        self.shape = QuietCombo(self)
        self.hotkey = QuietCombo(self)
        self.required = self.check(self.tr("Required"), self.tr("A task cannot be submitted without one"))
        self.beyond = self.check(self.tr("May reach beyond the picture"), self.tr("Boxes may be drawn out of bounds"))
        self.archived = self.check(self.tr("Archived"), self.tr("No longer offered; labels that use it are kept"))
        for shape in SHAPES:
            self.shape.addItem(icon(SHAPE_ICONS[shape]), shape_title(shape), shape)
        self.hotkey.addItem(self.tr("None"), "")
        for key in edit.HOTKEYS:
            self.hotkey.addItem(key, key)
        looks = QHBoxLayout()
        looks.addWidget(self.color)
        looks.addStretch(1)
        self.form.addRow(self.tr("Colour"), looks)
        self.form.addRow(self.tr("Shape"), self.shape)
        self.form.addRow(self.tr("Key"), self.hotkey)
        self.overlap = QuietCombo(self)
        self.overlap.setToolTip(self.tr("In volumes: objects of classes in one group share no voxel, whoever paints them"))
        self.overlap.addItem(self.tr("May overlap with all"), "")
        for group in overlap_groups.GROUPS:
            self.overlap.addItem(self.tr("None within group {0}").format(group), group)
        self.form.addRow(self.tr("Overlap"), self.overlap)
        for box in (self.required, self.beyond, self.archived):
            self.form.addRow("", box)
        self.skeleton = SkeletonForm(self)
        self.column.addWidget(self.skeleton)
        self.questions = NameList(self.tr("Questions"), self.tr("Add a question and press Enter"), self)
        self.column.addWidget(self.questions)
        self.code = CodeForm(self)
        self.column.addWidget(self.code)
        self.column.addStretch(1)
        self._connect()

    def _connect(self) -> None:
        self.skeleton.changed.connect(self._draw)
        self.skeleton.refused.connect(self.say)
        self.code.chosen.connect(self._recode)
        self.code.color_wanted.connect(self._recolor)
        self.color.chosen.connect(self._recolor)
        self.shape.activated.connect(self._reshape)
        self.hotkey.activated.connect(self._rekey)
        self.overlap.activated.connect(self._regroup)
        self.required.clicked.connect(self._require)
        self.beyond.clicked.connect(self._loosen)
        self.archived.clicked.connect(self._archive)
        self.questions.added.connect(self._add_question)
        self.questions.opened.connect(self.port.choose)
        self.questions.removed.connect(self.port.remove)

    def fill(self, fresh: bool) -> None:
        thing = self.port.ontology.object(self.key)
        if thing is None:
            return
        self.name.set_quietly(thing.name, fresh)
        self.color.show_color(thing.color)
        place = self.shape.findData(thing.shape)
        if place < 0:  # of a newer or another world: shown, not offered
            self.shape.addItem(icon(SHAPE_ICONS[thing.shape]), shape_title(thing.shape), thing.shape)
            place = self.shape.count() - 1
        self.shape.setCurrentIndex(place)
        owners = {o.hotkey: o.name for o in self.port.ontology.objects if o.hotkey and o is not thing}
        for place, digit in enumerate(edit.HOTKEYS, 1):
            self.hotkey.setItemText(
                place, self.tr("{0} (now of {1})").format(digit, owners[digit]) if digit in owners else digit
            )
        self.hotkey.setCurrentIndex(max(0, self.hotkey.findData(thing.hotkey)))
        self.overlap.setCurrentIndex(max(0, self.overlap.findData(overlap_groups.group_in(thing.extra))))
        self.form.setRowVisible(self.overlap, thing.shape is ShapeKind.BITMASK)
        self.required.setChecked(thing.required)
        self.beyond.setChecked(thing.allow_out_of_bounds)
        self.form.setRowVisible(self.beyond, thing.shape in (ShapeKind.BOX, ShapeKind.ROTATED_BOX))
        self.archived.setChecked(thing.archived)
        self.skeleton.setVisible(thing.shape is ShapeKind.SKELETON)
        if thing.shape is ShapeKind.SKELETON:
            self.skeleton.show_object(thing, self.port.ontology.template(thing.feature_hash))
        self.questions.show_entries([(a.feature_hash, a.name, attribute_title(a.type), a.archived) for a in thing.attributes])
        code, category = (dicom_codes.told(thing.extra, name) for name in ("code", "category"))
        self.code.show_codes(code, category, thing.color, fresh=fresh)

    def flush(self) -> None:
        super().flush()
        self.skeleton.flush()
        self.code.flush()

    @Slot(str, object, bool)
    def _draw(self, text: str, template: SkeletonTemplate, gone: bool) -> None:
        """Moving a point harms no label; taking one away does."""
        self.ask(text, lambda o: edit.set_template(o, template), harms=self.key if gone else "")
        self.fill(False)

    @Slot(str)
    def _recolor(self, color: str) -> None:
        self.ask(self.tr("Recolour"), lambda o: edit.recolor(o, self.key, color))

    @Slot(object, object)
    def _recode(self, code: Code | None, category: Code | None) -> None:
        key = self.key
        self.ask(self.tr("Change the DICOM code"), lambda o: edit.set_dicom_code(o, key, code, category))

    @Slot(int)
    def _reshape(self, place: int) -> None:
        shape, key = ShapeKind(self.shape.itemData(place)), self.key  # Qt gives back a mere text
        self.ask(self.tr("Change the shape"), lambda o: edit.set_shape(o, key, shape), harms=key)
        self.fill(False)

    @Slot(int)
    def _regroup(self, place: int) -> None:
        group, key = self.overlap.itemData(place), self.key
        self.ask(self.tr("Change what masks overlap"), lambda o: edit.set_overlap_group(o, key, group))

    @Slot(int)
    def _rekey(self, place: int) -> None:
        digit = self.hotkey.itemData(place)
        self.ask(self.tr("Change the key"), lambda o: edit.set_hotkey(o, self.key, digit))

    @Slot(bool)
    def _require(self, on: bool) -> None:
        self.ask(self.tr("Change “required”"), lambda o: edit.set_required(o, self.key, on))

    @Slot(bool)
    def _loosen(self, on: bool) -> None:
        self.ask(self.tr("Change the bounds"), lambda o: edit.set_out_of_bounds(o, self.key, on))

    @Slot(bool)
    def _archive(self, on: bool) -> None:
        self.ask(self.tr("Archive") if on else self.tr("Restore"), lambda o: edit.set_archived(o, self.key, on))

    @Slot(str)
    def _add_question(self, name: str) -> None:
        _add(self, self.tr("Add a question"), lambda o: edit.add_attribute(o, self.key, name))


class QuestionNodeForm(NodeForm):
    """An attribute, or a classification with its root attribute."""

    def __init__(self, port: Port, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self.type = Segments(self)
        for kind in (AttributeType.TEXT, AttributeType.RADIO, AttributeType.CHECKLIST, AttributeType.NUMERIC):
            self.type.add(kind, attribute_title(kind), ATTRIBUTE_ICONS[kind])
        self.required = self.check(self.tr("Required"), self.tr("A task cannot be submitted while it is not answered"))
        self.dynamic = self.check(self.tr("May change from frame to frame"))
        self.whole = self.check(self.tr("For the whole file"), self.tr("Answered once, not for frames"))
        self.archived = self.check(self.tr("Archived"), self.tr("No longer asked; answers are kept"))
        self.form.addRow(self.tr("Answer"), self.type)
        for box in (self.required, self.dynamic, self.whole, self.archived):
            self.form.addRow("", box)
        self.options = NameList(self.tr("Options"), self.tr("Add an option and press Enter"), self, renames=True)
        self.column.addWidget(self.options)
        self.column.addStretch(1)
        self.type.chosen.connect(self._retype)
        self.required.clicked.connect(self._require)
        self.dynamic.clicked.connect(self._make_dynamic)
        self.whole.clicked.connect(self._make_global)
        self.archived.clicked.connect(self._archive)
        self.options.added.connect(self._add_option)
        self.options.opened.connect(self.port.choose)
        self.options.removed.connect(self.port.remove)
        self.options.renamed.connect(self._rename_option)

    def fill(self, fresh: bool) -> None:
        found = next((e for e, _ in ontology_tree.elements(self.port.ontology) if e.feature_hash == self.key), None)
        if found is None or isinstance(found, (ObjectClass, Option)):
            return
        is_classification = isinstance(found, ClassificationClass)
        attribute = found.attribute if isinstance(found, ClassificationClass) else found
        parent = ontology_tree.parent_of(self.port.ontology, self.key)
        self.name.set_quietly(attribute.name, fresh)
        self.type.choose(attribute.type)
        self.required.setChecked(attribute.required)
        self.dynamic.setChecked(attribute.dynamic)
        self.form.setRowVisible(self.dynamic, isinstance(parent, ObjectClass))
        self.whole.setChecked(isinstance(found, ClassificationClass) and found.is_global)
        self.form.setRowVisible(self.whole, is_classification)
        self.archived.setChecked(found.archived)
        self.options.setVisible(attribute.type in edit.CHOICES)
        nests = attribute.type is AttributeType.RADIO
        self.options.show_entries(
            [(o.feature_hash, o.label, self._nested(o) if nests else "", o.archived) for o in attribute.options]
        )
        self._attribute = attribute.feature_hash

    def _nested(self, option: Option) -> str:
        count = len(option.attributes)
        return words.how_many("questions", count) if count else self.tr("Ask more…")

    def flush(self) -> None:
        super().flush()
        self.options.flush()

    @Slot(object)
    def _retype(self, kind: AttributeType) -> None:
        key, attribute = self.key, self._attribute
        self.ask(self.tr("Change the kind of answer"), lambda o: edit.set_type(o, key, kind), harms=attribute)
        self.fill(False)
        if kind in edit.CHOICES and not self.options.count:
            self.options.focus_new()

    @Slot(bool)
    def _require(self, on: bool) -> None:
        self.ask(self.tr("Change “required”"), lambda o: edit.set_required(o, self.key, on))

    @Slot(bool)
    def _make_dynamic(self, on: bool) -> None:
        self.ask(self.tr("Change “per frame”"), lambda o: edit.set_dynamic(o, self.key, on), harms=self._attribute)
        self.fill(False)

    @Slot(bool)
    def _make_global(self, on: bool) -> None:
        self.ask(self.tr("Change “for the whole file”"), lambda o: edit.set_global(o, self.key, on), harms=self.key)
        self.fill(False)

    @Slot(bool)
    def _archive(self, on: bool) -> None:
        self.ask(self.tr("Archive") if on else self.tr("Restore"), lambda o: edit.set_archived(o, self.key, on))

    @Slot(str)
    def _add_option(self, name: str) -> None:
        _add(self, self.tr("Add an option"), lambda o: edit.add_option(o, self._attribute, name))

    @Slot(str, str)
    def _rename_option(self, option: str, name: str) -> None:
        self.ask(self.tr("Rename an option"), lambda o: edit.rename(o, option, name), merge=f"rename {option}")


class OptionForm(NodeForm):
    def __init__(self, port: Port, parent: QWidget | None = None) -> None:
        super().__init__(port, parent)
        self.value = label("", "quiet", parent=self)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.archived = self.check(self.tr("Archived"), self.tr("No longer offered; answers are kept"))
        self.form.addRow(self.tr("In exports"), self.value)
        self.form.addRow("", self.archived)
        self.questions = NameList(self.tr("Asked when this is chosen"), self.tr("Add a question and press Enter"), self)
        self.column.addWidget(self.questions)
        self.column.addStretch(1)
        self.archived.clicked.connect(self._archive)
        self.questions.added.connect(self._add_question)
        self.questions.opened.connect(self.port.choose)
        self.questions.removed.connect(self.port.remove)

    def fill(self, fresh: bool) -> None:
        found = next((e for e, _ in ontology_tree.elements(self.port.ontology) if e.feature_hash == self.key), None)
        if not isinstance(found, Option):
            return
        parent = ontology_tree.parent_of(self.port.ontology, self.key)
        self.name.set_quietly(found.label, fresh)
        self.value.setText(found.value)
        self.archived.setChecked(found.archived)
        self.questions.setVisible(getattr(parent, "type", None) is AttributeType.RADIO)
        self.questions.show_entries([(a.feature_hash, a.name, attribute_title(a.type), a.archived) for a in found.attributes])

    @Slot(bool)
    def _archive(self, on: bool) -> None:
        self.ask(self.tr("Archive") if on else self.tr("Restore"), lambda o: edit.set_archived(o, self.key, on))

    @Slot(str)
    def _add_question(self, name: str) -> None:
        _add(self, self.tr("Add a question"), lambda o: edit.add_attribute(o, self.key, name))


def _add(form: NodeForm, text: str, verb: Callable[[Ontology], tuple[Ontology, str]]) -> None:
    try:
        form.port.add(text, verb, stay=True)
    except PostilError as error:
        form.say(f"{error.reason} {error.remedy}".strip())
    else:
        form.say("")
