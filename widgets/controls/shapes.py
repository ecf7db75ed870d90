"""How a kind of shape is called and drawn in lists: one icon and one title each."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from storage.model.geometry import ShapeKind
from storage.model.ontology import AttributeType
from widgets import theme

SHAPE_ICONS: dict[ShapeKind, str] = {
    ShapeKind.BOX: "mdi6.rectangle-outline",
    ShapeKind.ROTATED_BOX: "mdi6.rhombus-outline",
    ShapeKind.POLYGON: "mdi6.vector-polygon",
    ShapeKind.POLYLINE: "mdi6.vector-polyline",
    ShapeKind.POINT: "mdi6.circle-medium",
    ShapeKind.SKELETON: "mdi6.human-handsup",
    ShapeKind.BITMASK: "mdi6.brush",
    ShapeKind.CIRCLE: "mdi6.circle-outline",
    ShapeKind.ELLIPSE: "mdi6.ellipse-outline",
    ShapeKind.CUBOID_2D: "mdi6.cube-outline",
    ShapeKind.AUDIO: "mdi6.waveform",
    ShapeKind.TEXT: "mdi6.format-text",
    ShapeKind.CUBOID: "mdi6.cube-scan",
    ShapeKind.TIME_RANGE: "mdi6.timeline-outline",
    ShapeKind.SEGMENTATION: "mdi6.dots-hexagon",
}

ATTRIBUTE_ICONS: dict[AttributeType, str] = {
    AttributeType.TEXT: "mdi6.text-short",
    AttributeType.RADIO: "mdi6.radiobox-marked",
    AttributeType.CHECKLIST: "mdi6.checkbox-marked-outline",
    AttributeType.NUMERIC: "mdi6.numeric",
}


def shape_title(shape: ShapeKind) -> str:
    """The shape's name for a person."""
    tr = QCoreApplication.translate
    titles = {
        ShapeKind.BOX: tr("Shapes", "Bounding box"),
        ShapeKind.ROTATED_BOX: tr("Shapes", "Rotatable box"),
        ShapeKind.POLYGON: tr("Shapes", "Polygon"),
        ShapeKind.POLYLINE: tr("Shapes", "Polyline"),
        ShapeKind.POINT: tr("Shapes", "Keypoint"),
        ShapeKind.SKELETON: tr("Shapes", "Skeleton"),
        ShapeKind.BITMASK: tr("Shapes", "Bitmask"),
        ShapeKind.CIRCLE: tr("Shapes", "Circle"),
        ShapeKind.ELLIPSE: tr("Shapes", "Ellipse"),
        ShapeKind.CUBOID_2D: tr("Shapes", "Cuboid on a picture"),
        ShapeKind.AUDIO: tr("Shapes", "Audio region"),
        ShapeKind.TEXT: tr("Shapes", "Text region"),
        ShapeKind.CUBOID: tr("Shapes", "Cuboid in 3D"),
        ShapeKind.TIME_RANGE: tr("Shapes", "Time range"),
        ShapeKind.SEGMENTATION: tr("Shapes", "Point cloud segmentation"),
    }
    return titles[shape]


def attribute_title(kind: AttributeType) -> str:
    tr = QCoreApplication.translate
    return {
        AttributeType.TEXT: tr("Attributes", "Text"),
        AttributeType.RADIO: tr("Attributes", "One of"),
        AttributeType.CHECKLIST: tr("Attributes", "Several of"),
        AttributeType.NUMERIC: tr("Attributes", "Number"),
    }[kind]


#: A colour no further from its ground than this (red, green and blue together, of 765) is told by an edge.
_ALIKE = 150


def is_alike(color: QColor, ground: QColor) -> bool:
    pairs = zip(color.getRgb()[:3], ground.getRgb()[:3], strict=True)
    return sum(abs(a - b) for a, b in pairs) < _ALIKE


def paint_swatch(painter: QPainter, rect: QRectF, color: QColor) -> None:
    """A rounded square of a class's colour, with a thin edge so that pale colours show on pale grounds, dark ones on dark."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(color)
    painter.setPen(theme.subtle_text() if is_alike(color, theme.ground()) else QColor(color).darker(130))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.restore()


def swatch(color: str, size: int = 16) -> QIcon:
    """The colour as an icon for buttons and menus."""
    icon = QIcon()
    for ratio in (1, 2):
        pixmap = QPixmap(size * ratio, size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_swatch(painter, QRectF(1, 1, size - 2, size - 2), QColor(color))
        painter.end()
        icon.addPixmap(pixmap)
    return icon
