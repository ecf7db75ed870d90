"""Facts as words for people: sizes, lengths, places, kinds, times."""

from __future__ import annotations

import unicodedata
from functools import cache

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, Qt, QTime

from storage.model.items import VOLUMES, FileRow, Kind, Location

KIND_ICONS = {
    Kind.IMAGE: "ph.image",
    Kind.IMAGE_GROUP: "mdi6.image-multiple-outline",
    Kind.IMAGE_SEQUENCE: "mdi6.filmstrip-box-multiple",
    Kind.VIDEO: "ph.film-strip",
    Kind.AUDIO: "ph.speaker-high",
    Kind.DICOM_SERIES: "ph.stack",
    Kind.NIFTI: "ph.cube",
    Kind.PDF: "ph.file-pdf",
    Kind.TEXT: "ph.file-text",
}
_MARKS = dict.fromkeys(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"), "\N{REPLACEMENT CHARACTER}")
_BREAKS = "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"
_TEXT_ICONS = {
    "html": "mdi6.language-html5",
    "htm": "mdi6.language-html5",
    "xml": "mdi6.file-code-outline",
    "json": "mdi6.code-json",
    "csv": "mdi6.file-delimited-outline",
    "tsv": "mdi6.file-delimited-outline",
    "md": "mdi6.language-markdown-outline",
}
LOCATION_ICONS = {
    Location.LOCAL: "ph.hard-drive",
    Location.LINKED: "ph.link-simple",
    Location.CLOUD: "ph.cloud",
    Location.CACHED: "ph.cloud-check",
    Location.MISSING: "ph.link-break",
    Location.CHANGED: "ph.warning-octagon",
}
_WHEN = "d MMM yyyy, HH:mm"
_PAGED = {Kind.PDF}
_UNCOUNTED = {Kind.TEXT, Kind.AUDIO}


def name(title: str) -> str:
    """For one line, as it is written: what would turn its letters round or break the line is a mark of its own."""
    if title.isprintable():
        return title
    return "".join(_MARKS.get(unicodedata.bidirectional(c), "\N{SYMBOL FOR NEWLINE}" if c in _BREAKS else c) for c in title)


def kind(value: Kind) -> str:
    tr = QCoreApplication.translate
    return {
        Kind.IMAGE: tr("words", "Image"),
        Kind.IMAGE_GROUP: tr("words", "Image group"),
        Kind.IMAGE_SEQUENCE: tr("words", "Image sequence"),
        Kind.VIDEO: tr("words", "Video"),
        Kind.AUDIO: tr("words", "Audio"),
        Kind.DICOM_SERIES: tr("words", "DICOM series"),
        Kind.NIFTI: tr("words", "NIfTI"),
        Kind.PDF: tr("words", "PDF"),
        Kind.TEXT: tr("words", "Text"),
    }[value]


def modality(value: str) -> str:
    """What a NIfTI is taken for; "" where nobody has said it."""
    return {
        "CT": QCoreApplication.translate("words", "CT (HU)"),
        "MR": QCoreApplication.translate("words", "MR"),
        "": QCoreApplication.translate("words", "By its values"),
    }[value]


def icon_of(value: Kind, title: str) -> str:
    """Texts have the icon of what they are written in."""
    return _TEXT_ICONS.get(title.rpartition(".")[2].lower(), KIND_ICONS[value]) if value is Kind.TEXT else KIND_ICONS[value]


def location(value: Location) -> str:
    tr = QCoreApplication.translate
    return {
        Location.LOCAL: tr("words", "In the catalog"),
        Location.LINKED: tr("words", "Linked in place"),
        Location.CLOUD: tr("words", "In the cloud"),
        Location.CACHED: tr("words", "Cached from the cloud"),
        Location.MISSING: tr("words", "Missing"),
        Location.CHANGED: tr("words", "Changed since it was added"),
    }[value]


@cache
def locale() -> QLocale:
    """The person's; where the system names none ("C"), English, because C has neither groups of digits nor months."""
    found = QLocale()
    return QLocale(QLocale.Language.English) if found.language() == QLocale.Language.C else found


def number(value: int) -> str:
    return locale().toString(value)


def size(count: int) -> str:
    """Bytes in decimal units, as disks and buckets are sold."""
    return locale().formattedDataSize(count, 1 if count >= 1000 else 0, QLocale.DataSizeFormat.DataSizeSIFormat)


def dimensions(width: int | None, height: int | None) -> str:
    return "" if width is None or height is None else f"{width} × {height}"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(max(round(seconds), 1 if seconds > 0 else 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def exact_duration(seconds: float | None) -> str:
    """With hundredths where they matter: 0:03.28."""
    if seconds is None or seconds >= 600:
        return duration(seconds)
    minutes, rest = divmod(round(seconds * 100), 6000)
    return f"{minutes}:{rest // 100:02}{locale().decimalPoint()}{rest % 100:02}"


def length(row: FileRow) -> str:
    """How long the item is in its own measure: time, slices, pages, frames. Empty for a single picture."""
    return duration(row.duration) if row.duration is not None else counted(row)


def counted(row: FileRow) -> str:
    """How many slices, pages, pictures or frames; empty for a single picture and for what has none."""
    if row.frames is None or row.kind in _UNCOUNTED or (row.frames < 2 and row.kind not in _PAGED):
        return ""
    return frames(row.kind, row.frames)


def frames(kind: Kind, count: int) -> str:
    """Slices, pages, pictures or frames."""
    tr = QCoreApplication.translate
    if kind in VOLUMES:
        return tr("words", "1 slice") if count == 1 else tr("words", "{0} slices").format(number(count))
    if kind in _PAGED:
        return tr("words", "1 page") if count == 1 else tr("words", "{0} pages").format(number(count))
    if kind is Kind.IMAGE_GROUP:
        return tr("words", "1 picture") if count == 1 else tr("words", "{0} pictures").format(number(count))
    return tr("words", "1 frame") if count == 1 else tr("words", "{0} frames").format(number(count))


def items(count: int) -> str:
    if count == 1:
        return QCoreApplication.translate("words", "1 item")
    return QCoreApplication.translate("words", "{0} items").format(number(count))


def folders(count: int) -> str:
    if count == 1:
        return QCoreApplication.translate("words", "1 folder")
    return QCoreApplication.translate("words", "{0} folders").format(number(count))


def tasks(count: int) -> str:
    if count == 1:
        return QCoreApplication.translate("words", "1 task")
    return QCoreApplication.translate("words", "{0} tasks").format(number(count))


def how_many(what: str, count: int) -> str:
    """How many of what; what an export counts by the names of `ExportResult.counts`."""
    tr = QCoreApplication.translate
    one, many = {
        "annotations": (tr("words", "1 annotation"), tr("words", "{0} annotations")),
        "classes": (tr("words", "1 class"), tr("words", "{0} classes")),
        "classifications": (tr("words", "1 classification"), tr("words", "{0} classifications")),
        "files": (tr("words", "1 file"), tr("words", "{0} files")),
        "images": (tr("words", "1 image"), tr("words", "{0} images")),
        "label_rows": (tr("words", "1 label row"), tr("words", "{0} label rows")),
        "labels": (tr("words", "1 label"), tr("words", "{0} labels")),
        "objects": (tr("words", "1 object"), tr("words", "{0} objects")),
        "projects": (tr("words", "1 project"), tr("words", "{0} projects")),
        "questions": (tr("words", "1 question"), tr("words", "{0} questions")),
    }[what]
    return one if count == 1 else many.format(number(count))


def when(ms: int) -> str:
    """Local date and time, short."""
    return locale().toString(QDateTime.fromMSecsSinceEpoch(ms), _WHEN)


def when_exactly(ms: int) -> str:
    return QDateTime.fromMSecsSinceEpoch(ms).toString(Qt.DateFormat.ISODateWithMs)


def longest_times() -> tuple[str, ...]:
    """One of each month, as wide as they come: for columns of times."""
    return tuple(locale().toString(QDateTime(QDate(2028, month, 28), QTime(20, 28)), _WHEN) for month in range(1, 13))


def longest_dates() -> tuple[str, ...]:
    return tuple(dicom_date(f"2028{month:02}28") for month in range(1, 13))


def dicom_date(text: str) -> str:
    """20260301 as people write it; what is no date stays as it is."""
    date = QDate.fromString(text, "yyyyMMdd")
    return locale().toString(date, "d MMM yyyy") if date.isValid() else text


def person(name: str) -> str:
    """ "DOE^JOHN^A" as people write it: "DOE, JOHN A"."""
    family, *given = (part.strip() for part in name.split("=")[0].split("^"))
    return ", ".join(filter(None, (family, " ".join(filter(None, given[:2])))))


def selected(count: int) -> str:
    return QCoreApplication.translate("words", "{0} selected").format(items(count))
