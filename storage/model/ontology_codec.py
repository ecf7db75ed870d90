"""Encord's ontology structure (encord.md 2.2) as plain dicts and lists, to and from `Ontology`.

Pure: text, files and line numbers are `storage.exchange.ontology_json`'s. Keys that Encord does not know are kept in
`extra` and written back, so nothing that somebody put into a file is lost here. Every fault is a `BadInput` whose
`input` is the path of the value, like `objects[2].attributes[0].name`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from storage.errors import BadInput
from storage.model.geometry import ShapeKind
from storage.model.ontology import (
    Attribute,
    AttributeType,
    ClassificationClass,
    ObjectClass,
    Ontology,
    Option,
    SkeletonTemplate,
    TemplatePoint,
)

Path = tuple[str | int, ...]
T = TypeVar("T", ObjectClass, ClassificationClass, Attribute, Option)

#: A guard against absurd files only: the platform's own limit is `MAX_NESTING`, and deeper files load unharmed.
MAX_DEPTH = 60

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}\Z")
#: Where unknown keys of a template's wrapper, points and edges wait in `SkeletonTemplate.extra`.
_WRAPPER, _POINTS, _EDGES = "{wrapper}", "{points}", "{edges}"


class OntologyFault(BadInput):
    """A `BadInput` that also knows where: `path` into the structure."""

    def __init__(self, reason: str, path: Path, *, remedy: str = "") -> None:
        super().__init__(f"{reason} (at {path_text(path)})", remedy=remedy, input=path_text(path))
        self.path = path


def path_text(path: Path) -> str:
    """`objects[2].attributes[0].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the whole ontology"


# -- reading ------------------------------------------------------------------------------------------------------


def from_dict(structure: Any) -> Ontology:
    """The ontology of a decoded JSON structure. Raises `OntologyFault`."""
    top = _Table(structure, ())
    hashes: dict[str, Path] = {}
    objects = tuple(_object(t, hashes) for t in top.tables("objects"))
    classifications = tuple(_classification(t, hashes) for t in top.tables("classifications"))
    templates = tuple(_template(t) for t in top.tables("skeleton_templates", optional=True))
    return Ontology(objects, classifications, templates, top.rest())


class _Table:
    """One JSON object being read: asks for typed values, remembers what was asked for, so that the rest can be kept."""

    def __init__(self, value: Any, path: Path) -> None:
        if not isinstance(value, Mapping):
            raise OntologyFault(f"An object in braces is expected here, not {_kind_of(value)}.", path)
        self._values = value
        self.path = path
        self._asked: set[str] = set()

    def raw(self, key: str) -> Any:
        self._asked.add(key)
        if key not in self._values:
            raise OntologyFault(f"The key “{key}” is missing.", self.path, remedy=f"Add “{key}”.")
        return self._values[key]

    def has(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, default: str | None = None, *, empty: bool = True) -> str:
        self._asked.add(key)
        if default is not None and self._values.get(key) is None:
            return default
        value = self.raw(key)
        if not isinstance(value, str):
            raise OntologyFault(f"“{key}” must be a text, not {_kind_of(value)}.", (*self.path, key))
        if not value and not empty:
            raise OntologyFault(f"“{key}” must not be empty.", (*self.path, key))
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        self._asked.add(key)
        if default is not None and key not in self._values:
            return default
        value = self.raw(key)
        if not isinstance(value, bool):
            raise OntologyFault(f"“{key}” must be true or false, not {_kind_of(value)}.", (*self.path, key))
        return value

    def number(self, key: str) -> float:
        value = self.raw(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise OntologyFault(f"“{key}” must be a number, not {_kind_of(value)}.", (*self.path, key))
        if not -1e300 < value < 1e300:
            raise OntologyFault(f"“{key}” is too large a number.", (*self.path, key))
        return float(value)

    def color(self, key: str) -> str:
        value = self.text(key)
        if not _COLOR.match(value):
            raise OntologyFault(f"“{value}” is no colour: it must look like #D33115.", (*self.path, key))
        return value

    def id(self, depth: int | None = None) -> str:
        """`5` or `5.2.1`: Encord's loader parses the parts as whole numbers. The SDK also writes bare ints."""
        value = self.raw("id")
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not re.fullmatch(r"\d+(\.\d+)*", text) or (depth == 1 and "." in text):
            raise OntologyFault(f"“id” must be numbers joined by dots, like 5.2.1, not {value!r}.", (*self.path, "id"))
        return text

    def tables(self, key: str, *, optional: bool = False) -> list[_Table]:
        if optional and key not in self._values:
            self._asked.add(key)
            return []
        value = self.raw(key)
        if not isinstance(value, list):
            raise OntologyFault(f"“{key}” must be a list, not {_kind_of(value)}.", (*self.path, key))
        return [_Table(v, (*self.path, key, i)) for i, v in enumerate(value)]

    def table(self, key: str) -> _Table:
        return _Table(self.raw(key), (*self.path, key))

    def keys(self) -> list[str]:
        self._asked.update(self._values)
        return list(self._values)

    def rest(self) -> dict[str, Any]:
        return {k: v for k, v in self._values.items() if k not in self._asked}


def _hash(table: _Table, hashes: dict[str, Path]) -> str:
    value = table.text("featureNodeHash", empty=False)
    if value in hashes:
        raise OntologyFault(
            f"The featureNodeHash “{value}” is used twice: also at {path_text(hashes[value])}.",
            (*table.path, "featureNodeHash"),
            remedy="Give every object, attribute, option and classification a hash of its own.",
        )
    hashes[value] = table.path
    return value


def _object(t: _Table, hashes: dict[str, Path]) -> ObjectClass:
    shape_text = t.text("shape")
    try:
        shape = ShapeKind(shape_text)
    except ValueError:
        raise OntologyFault(
            f"“{shape_text}” is no shape.", (*t.path, "shape"), remedy="Shapes: " + ", ".join(ShapeKind) + "."
        ) from None
    made = ObjectClass(
        t.id(1),
        t.text("name"),
        t.color("color"),
        shape,
        _hash(t, hashes),
        t.flag("required", False),
        t.flag("archived", False),
        tuple(_attribute(a, hashes, 1, on_object=True) for a in t.tables("attributes", optional=True)),
        t.text("hotkey", ""),
        t.flag("allowOutOfBounds", False),
    )
    return _with_extra(made, t)


def _classification(t: _Table, hashes: dict[str, Path]) -> ClassificationClass:
    level = t.text("level", "")
    if t.has("level") and level != "global":
        raise OntologyFault(f"“{level}” is no level: only “global” exists.", (*t.path, "level"), remedy="Leave it out.")
    feature_hash = _hash(t, hashes)
    roots = t.tables("attributes")
    if len(roots) != 1:
        raise OntologyFault(f"A classification has exactly one root attribute, not {len(roots)}.", (*t.path, "attributes"))
    made = ClassificationClass(
        t.id(1), feature_hash, _attribute(roots[0], hashes, 1), level == "global", t.flag("archived", False)
    )
    return _with_extra(made, t)


def _attribute(t: _Table, hashes: dict[str, Path], depth: int, *, on_object: bool = False) -> Attribute:
    if depth > MAX_DEPTH:
        raise OntologyFault(f"Attributes are nested more than {MAX_DEPTH} deep.", t.path)
    type_text = t.text("type")
    try:
        kind = AttributeType(type_text)
    except ValueError:
        raise OntologyFault(
            f"“{type_text}” is no type of attribute.",
            (*t.path, "type"),
            remedy="Types: " + ", ".join(AttributeType) + ".",
        ) from None
    dynamic = t.flag("dynamic", False)
    if dynamic and not (on_object and depth == 1):
        raise OntologyFault(
            "Only a top-level attribute of an object can be dynamic.", (*t.path, "dynamic"), remedy="Set it to false."
        )
    feature_hash = _hash(t, hashes)
    options = t.tables("options", optional=True)
    if options and kind in (AttributeType.TEXT, AttributeType.NUMERIC):
        raise OntologyFault(f"A {kind} attribute has no options.", (*t.path, "options"), remedy="Leave them out.")
    made = Attribute(
        t.id(),
        t.text("name"),
        kind,
        feature_hash,
        t.flag("required"),
        dynamic,
        t.flag("archived", False),
        tuple(_option(o, hashes, depth, nests=kind is AttributeType.RADIO) for o in options),
    )
    return _with_extra(made, t)


def _option(t: _Table, hashes: dict[str, Path], depth: int, *, nests: bool) -> Option:
    feature_hash = _hash(t, hashes)
    nested = t.tables("options", optional=True)
    if nested and not nests:
        raise OntologyFault("The options of a checklist cannot have questions of their own.", (*t.path, "options"))
    made = Option(
        t.id(),
        t.text("label"),
        t.text("value"),
        feature_hash,
        t.flag("archived", False),
        tuple(_attribute(a, hashes, depth + 1) for a in nested),
    )
    return _with_extra(made, t)


def _with_extra(made: T, t: _Table) -> T:
    rest = t.rest()
    return replace(made, extra=rest) if rest else made


def _template(wrapper: _Table) -> SkeletonTemplate:
    t = wrapper.table("template")
    if t.text("shape", "skeleton") != "skeleton":
        raise OntologyFault("The shape of a skeleton template is “skeleton”.", (*t.path, "shape"))
    points_table = t.table("skeleton")
    keys = points_table.keys()
    if not all(k.isdigit() for k in keys):
        raise OntologyFault("The points of a skeleton are keyed 0, 1, 2 and so on.", points_table.path)
    keys.sort(key=int)
    index = {int(k): i for i, k in enumerate(keys)}
    points: list[TemplatePoint] = []
    extra: dict[str, Any] = {}
    for key in keys:
        p = points_table.table(key)
        points.append(
            TemplatePoint(
                p.number("x"),
                p.number("y"),
                p.text("name"),
                p.text("color", "#000000"),  # the SDK's default for a point without colour is no valid one
                p.text("value", ""),
                p.text("featureHash", ""),
            )
        )
        if rest := p.rest():
            extra.setdefault(_POINTS, {})[str(len(points) - 1)] = rest
    edges = _edges(t.table("skeletonEdges"), index, extra)
    made = SkeletonTemplate(
        t.text("name"), t.text("feature_node_hash", empty=False), t.number("width"), t.number("height"), tuple(points), edges
    )
    extra.update(t.rest())
    if rest := wrapper.rest():
        extra[_WRAPPER] = rest
    return replace(made, extra=extra) if extra else made


def _edges(table: _Table, index: Mapping[int, int], extra: dict[str, Any]) -> tuple[tuple[int, int, str], ...]:
    edges: list[tuple[int, int, str]] = []
    for start in table.keys():  # noqa: SIM118 - a method of ours
        ends = table.table(start)
        for end in ends.keys():  # noqa: SIM118
            edge = ends.table(end)
            if not (start.isdigit() and end.isdigit() and int(start) in index and int(end) in index):
                raise OntologyFault(f"The edge {start} to {end} names a point that does not exist.", edge.path)
            a, b = index[int(start)], index[int(end)]
            edges.append((a, b, edge.color("color")))
            if rest := edge.rest():
                extra.setdefault(_EDGES, {})[f"{a},{b}"] = rest
    return tuple(edges)


def _kind_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


# -- writing ------------------------------------------------------------------------------------------------------


def to_dict(ontology: Ontology) -> dict[str, Any]:
    """What Encord's loader takes. The order of keys is fixed, so equal ontologies give equal text."""
    return {
        "objects": [_object_dict(o) for o in ontology.objects],
        "classifications": [_classification_dict(c) for c in ontology.classifications],
        "skeleton_templates": [_template_dict(t) for t in ontology.skeleton_templates],
        **ontology.extra,
    }


def _object_dict(o: ObjectClass) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": o.id,
        "name": o.name,
        "color": o.color,
        "shape": str(o.shape),
        "featureNodeHash": o.feature_hash,
        "required": o.required,
        "archived": o.archived,
    }
    if o.hotkey:
        made["hotkey"] = o.hotkey
    if o.allow_out_of_bounds:
        made["allowOutOfBounds"] = True
    if o.attributes:
        made["attributes"] = [_attribute_dict(a) for a in o.attributes]
    return made | dict(o.extra)


def _classification_dict(c: ClassificationClass) -> dict[str, Any]:
    made: dict[str, Any] = {"id": c.id, "featureNodeHash": c.feature_hash}
    if c.is_global:
        made["level"] = "global"
    if c.archived:
        made["archived"] = True
    made["attributes"] = [_attribute_dict(c.attribute)]
    return made | dict(c.extra)


def _attribute_dict(a: Attribute) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": a.id,
        "name": a.name,
        "type": str(a.type),
        "featureNodeHash": a.feature_hash,
        "required": a.required,
        "archived": a.archived,
        "dynamic": a.dynamic,
    }
    if a.options:
        made["options"] = [_option_dict(o) for o in a.options]
    return made | dict(a.extra)


def _option_dict(o: Option) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": o.id,
        "label": o.label,
        "value": o.value,
        "featureNodeHash": o.feature_hash,
        "archived": o.archived,
    }
    if o.attributes:
        made["options"] = [_attribute_dict(a) for a in o.attributes]
    return made | dict(o.extra)


def _template_dict(t: SkeletonTemplate) -> dict[str, Any]:
    extra = dict(t.extra)
    wrapper, points, edges = extra.pop(_WRAPPER, {}), extra.pop(_POINTS, {}), extra.pop(_EDGES, {})
    edge_table: dict[str, dict[str, Any]] = {}
    for a, b, color in t.edges:
        edge_table.setdefault(str(a), {})[str(b)] = {"color": color, **edges.get(f"{a},{b}", {})}
    template = {
        "name": t.name,
        "width": t.width,
        "height": t.height,
        "shape": "skeleton",
        "feature_node_hash": t.feature_hash,
        "skeleton": {
            str(i): {
                "x": p.x,
                "y": p.y,
                "name": p.name,
                "color": p.color,
                "value": p.value,
                "featureHash": p.feature_hash,
                **points.get(str(i), {}),
            }
            for i, p in enumerate(t.points)
        },
        "skeletonEdges": edge_table,
        **extra,
    }
    return {"template": template, **wrapper}
