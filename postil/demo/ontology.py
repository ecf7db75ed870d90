"""The sample's ontology: every shape, and every kind of question."""

from __future__ import annotations

from typing import Any

from postil.demo.pictures import CAR_COLORS, JOINTS
from storage.model.geometry import ShapeKind
from storage.model.ontology import Ontology
from storage.model.ontology_codec import from_dict


def _options(path: str, prefix: str, labels: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{path}.{n}",
            "label": label,
            "value": label.lower().replace(" ", "_"),
            "featureNodeHash": f"{prefix}{n:0{8 - len(prefix)}d}",
        }
        for n, label in enumerate(labels, 1)
    ]


def _attribute(path: str, name: str, kind: str, hash8: str, **more: Any) -> dict[str, Any]:
    return {"id": path, "name": name, "type": kind, "featureNodeHash": hash8, "required": False, "dynamic": False, **more}


def _object(
    number: int, name: str, shape: ShapeKind, color: str, attributes: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": str(number),
        "name": name,
        "color": color,
        "shape": str(shape),
        "featureNodeHash": f"sample{number:02d}",
        "required": False,
        "archived": False,
        "hotkey": str(number % 10),
    }
    if attributes:
        made["attributes"] = attributes
    return made


_ANATOMY = ("91723000", "Anatomical Structure")
_ABNORMAL = ("49755003", "Morphologically Abnormal Structure")


def _code(value: str, meaning: str, category: tuple[str, str]) -> dict[str, Any]:
    """The DICOM code of a class (SNOMED CT)."""
    kind, of = category
    return {
        "dicom": {
            "code": {"value": value, "scheme": "SCT", "meaning": meaning},
            "category": {"value": kind, "scheme": "SCT", "meaning": of},
        }
    }


def _car() -> list[dict[str, Any]]:
    colors = _options("1.1", "carCol", tuple(CAR_COLORS))
    colors[-1]["options"] = [_attribute("1.1.4.1", "Which colour", "text", "carOther")]
    return [
        _attribute("1.1", "Colour", "radio", "carColor", required=True, options=colors),
        _attribute("1.2", "Seen", "checklist", "carSeen0", options=_options("1.2", "carSe", ("Driver", "Lights on", "Damage"))),
        _attribute("1.3", "Plate", "text", "carPlate"),
        _attribute("1.4", "Doors", "numeric", "carDoors"),
        _attribute("1.5", "Moving", "radio", "carMovin", dynamic=True, options=_options("1.5", "carMv", ("Yes", "No"))),
    ]


def _call() -> list[dict[str, Any]]:
    return [_attribute("12.1", "What", "radio", "callWhat", options=_options("12.1", "callWh", ("Bell", "Bird")))]


def _template() -> dict[str, Any]:
    places = ((0.5, 0.06), (0.5, 0.2), (0.12, 0.5), (0.88, 0.46), (0.48, 0.55), (0.25, 0.98), (0.75, 0.97))
    points = {
        str(i): {
            "x": x,
            "y": y,
            "name": name,
            "color": "#FE9200",
            "value": name.lower().replace(" ", "_"),
            "featureHash": f"joint{i:03d}",
        }
        for i, (name, (x, y)) in enumerate(zip(JOINTS, places, strict=True))
    }
    edges: dict[str, dict[str, dict[str, str]]] = {}
    for start, end in ((0, 1), (1, 2), (1, 3), (1, 4), (4, 5), (4, 6)):
        edges.setdefault(str(start), {})[str(end)] = {"color": "#FE9200"}
    template = {"name": "Person", "width": 0.06, "height": 0.16, "shape": "skeleton", "feature_node_hash": "sample06"}
    return {"template": {**template, "skeleton": points, "skeletonEdges": edges}}


def sample_ontology() -> Ontology:
    weather = _options("1.1", "weath", ("Sunny", "Overcast", "Rain"))
    weather[2]["options"] = [
        _attribute("1.1.3.1", "How much", "radio", "rainHow0", options=_options("1.1.3.1", "rain", ("Drizzle", "Heavy")))
    ]
    return from_dict(
        {
            "objects": [
                _object(1, "Car", ShapeKind.BOX, "#D33115", _car()),
                _object(2, "Tree", ShapeKind.POLYGON, "#68BC00"),
                _object(3, "Kerb", ShapeKind.POLYLINE, "#FCDC00"),
                _object(4, "Lamp", ShapeKind.POINT, "#FA28FF"),
                _object(5, "Wheel", ShapeKind.CIRCLE, "#009CE0"),
                _object(6, "Person", ShapeKind.SKELETON, "#FE9200"),
                _object(7, "Building", ShapeKind.CUBOID_2D, "#AEA1FF"),
                _object(8, "Lorry", ShapeKind.ROTATED_BOX, "#7B64FF"),
                _object(9, "Pond", ShapeKind.ELLIPSE, "#16A5A5"),
                _object(10, "Nucleus", ShapeKind.BITMASK, "#A4DD00"),
                _object(11, "Leaf", ShapeKind.POLYGON, "#194D33") | {"hotkey": ""},
                _object(12, "Call", ShapeKind.AUDIO, "#E27300", _call()) | {"hotkey": ""},
                _object(13, "Name", ShapeKind.TEXT, "#FF6F61") | {"hotkey": ""},
                _object(14, "Heading", ShapeKind.BOX, "#2E86AB") | {"hotkey": ""},
                _object(15, "Liver", ShapeKind.BITMASK, "#DD8265") | {"hotkey": "", **_code("10200004", "Liver", _ANATOMY)},
                _object(16, "Lesion", ShapeKind.BITMASK, "#90EE90") | {"hotkey": "", **_code("52988006", "Lesion", _ABNORMAL)},
                _object(17, "Diameter", ShapeKind.POLYLINE, "#FCDC00") | {"hotkey": ""},
            ],
            "classifications": [
                {
                    "id": "1",
                    "featureNodeHash": "weather0",
                    "attributes": [_attribute("1.1", "Weather", "radio", "weather1", options=weather)],
                },
                {
                    "id": "2",
                    "featureNodeHash": "usable00",
                    "attributes": [
                        _attribute(
                            "2.1",
                            "Usable for",
                            "checklist",
                            "usable01",
                            options=_options("2.1", "usab", ("Training", "Testing", "Nothing")),
                        )
                    ],
                },
                {
                    "id": "3",
                    "featureNodeHash": "remark00",
                    "level": "global",
                    "attributes": [_attribute("3.1", "Remark", "text", "remark01")],
                },
                {
                    "id": "4",
                    "featureNodeHash": "countd00",
                    "attributes": [_attribute("4.1", "Things in view", "numeric", "countd01")],
                },
                {
                    "id": "5",
                    "featureNodeHash": "keyimg00",
                    "attributes": [
                        _attribute("5.1", "Key image", "checklist", "keyimg01", options=_options("5.1", "keyIm", ("Yes",)))
                    ],
                },
            ],
            "skeleton_templates": [_template()],
        }
    )
