from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QToolButton, QToolTip, QTreeView, QVBoxLayout, QWidget

from storage.model.changes import Changes
from widgets import icons, theme, words
from widgets.bus import CatalogBus


def contrast(one, other):
    def light(colour):
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_texts_can_be_read_on_their_grounds(qapp, dark):
    role = QPalette.ColorRole
    palette = theme.palette(dark=dark)
    pairs = [
        (role.HighlightedText, role.Highlight), (role.BrightText, role.Accent), (role.ButtonText, role.Button),
        (role.ToolTipText, role.ToolTipBase),
    ]  # fmt: skip
    rows = (role.Window, role.Base, role.Highlight, role.Midlight)  # those selected and under the mouse, too
    pairs += [(text, ground) for text in (role.Text, role.PlaceholderText, role.Accent) for ground in rows]
    for text, ground in pairs:
        assert contrast(palette.color(text), palette.color(ground)) >= 4.5, (text, ground)
    for name, told in theme._SIGNALS["dark" if dark else "light"].items():
        for ground in rows:
            assert contrast(QColor(told), palette.color(ground)) >= 4.5, (name, ground)


def test_another_scheme_reaches_palette_icons_and_style_sheet(plain, qtbot):
    theme.apply(plain, "light")
    before = (theme.text().name(), icons.icon("ph.folder").pixmap(QSize(32, 32)).toImage(), plain.styleSheet())
    told = []
    theme.on_change(lambda: told.append(theme.is_dark()))
    theme.apply(plain, "dark")
    after = (theme.text().name(), icons.icon("ph.folder").pixmap(QSize(32, 32)).toImage(), plain.styleSheet())
    assert told == [True]
    for old, new in zip(before, after, strict=True):
        assert old != new


def test_every_widget_dresses_without_a_warning(plain, qtbot):
    theme.apply(plain, "dark")
    whole = QWidget()
    qtbot.addWidget(whole)
    column = QVBoxLayout(whole)
    for made in (QPushButton("a"), QLineEdit("b"), QComboBox(), QTreeView()):
        column.addWidget(made)
    whole.show()
    assert not whole.grab().isNull()


def test_icons_used_in_words_exist(qapp):
    for name in (*words.KIND_ICONS.values(), *words.LOCATION_ICONS.values()):
        assert icons.exists(name), name


def test_an_icon_is_drawn_inside_its_square_and_fades_when_disabled(qapp):
    icon = icons.icon("ph.folder-simple")
    whole, faded = (icon.pixmap(QSize(48, 48), mode).toImage() for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled))
    edge = [whole.pixelColor(x, y).alpha() for x in range(48) for y in (0, 47)]
    inside = [whole.pixelColor(x, y).alpha() for x in range(48) for y in range(48)]
    assert max(edge) == 0
    assert max(inside) == 255
    assert whole != faded


def test_an_unknown_icon_is_a_mistake_at_once(qapp):
    with pytest.raises(KeyError, match="no-such-thing"):
        icons.icon("ph.no-such-thing")


def test_changes_of_one_turn_arrive_as_one_from_any_thread(qtbot, qapp):
    bus = CatalogBus()
    heard = []
    bus.changed.connect(heard.append)
    threads = [threading.Thread(target=bus.publish, args=(Changes(items=frozenset({n})),)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == []
    qtbot.waitUntil(lambda: bool(heard))
    assert [each.items for each in heard] == [frozenset(range(20))]
    with qtbot.waitSignal(bus.changed):
        bus.publish(Changes(folders=frozenset({1})))
    assert len(heard) == 2


def test_sizes_and_lengths_have_units():
    shown = [words.size(n) for n in (0, 999, 1000, 1_234_567, 5_000_000_000)]
    assert shown == ["0 bytes", "999 bytes", "1.0 kB", "1.2 MB", "5.0 GB"]
    assert [words.duration(s) for s in (None, 5, 65, 3725.4)] == ["", "0:05", "1:05", "1:02:05"]
    assert words.items(1) == "1 item"
    assert words.items(1204) == "1,204 items"


def test_spacing_goes_in_steps_of_four():
    steps = [theme.INSIDE, theme.GAP, theme.GROUP]
    assert all(step % 4 == 0 for step in steps)
    assert all(low < high for low, high in pairwise(steps))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tooltips_can_be_read(qtbot, plain, scheme):
    theme.apply(plain, scheme)
    button = QToolButton()
    qtbot.addWidget(button)
    button.show()
    QToolTip.showText(button.mapToGlobal(QPoint(5, 5)), "What this button does", button)

    def tips():
        return [w for w in plain.allWidgets() if w.metaObject().className() == "QTipLabel" and w.isVisible()]

    qtbot.waitUntil(lambda: bool(tips()))
    seen = tips()[0].grab().toImage()
    greys = [seen.pixelColor(x, y).lightness() for x in range(seen.width()) for y in range(seen.height())]
    assert max(greys) - min(greys) > 150
    QToolTip.hideText()


@pytest.mark.parametrize("size", [QSize(20, 20), QSize(19, 16)])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_icons_have_all_the_pixels_of_a_dense_screen(qapp, size, ratio):
    made = icons.icon("ph.gear-six").pixmap(size, ratio)
    assert made.devicePixelRatio() == ratio
    assert made.size() == size * ratio
