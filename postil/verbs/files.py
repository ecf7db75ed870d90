"""folder, items, item, frame, metadata."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postil.console import OK, Console
from postil.verbs import later
from postil.verbs.catalogs import opened
from storage.catalog import files as file_operations
from storage.catalog import folders, trash
from storage.catalog.engine import Catalog
from storage.errors import BadInput, NotFound, Refused
from storage.exchange import json_text
from storage.model.items import BATCHES, VOLUMES, Folder, Item, Kind
from storage.model.query import ItemQuery, ItemSelection
from storage.services import sequences
from storage.services.label_volumes import series_of
from storage.services.originals import facts_of, source_of
from storage.services.whole_file import write_whole

BLOCK = 1000


def path_parts(path: str) -> list[str]:
    parts = [part.strip() for part in path.split("/")]
    parts = [part for part in parts if part]
    if not parts:
        raise Refused("A folder path needs a name, such as Scans/2026.", input=path)
    return parts


def folder_add(arguments: argparse.Namespace, console: Console) -> int:
    if arguments.cloud:
        raise later("cloud-synced folders")
    parts = path_parts(arguments.path)
    with opened(arguments) as catalog:
        folder_id = catalog.do("New folder", folders.ensure, parts)
        if arguments.description:
            catalog.do("Describe folder", folders.describe, folder_id, arguments.description)
        folder = catalog.reads.folder(folder_id)
    document = {"path": "/".join(parts), "uuid": folder.uuid}
    console.result(document, lambda: iter([f"Folder {document['path']}"]))
    return OK


def folder_list(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments, read_only=True) as catalog:
        rows = list(_walk(catalog))
    console.table(rows, ("path", "items", "folders", "description"))
    return OK


def _walk(catalog: Catalog) -> Iterator[dict[str, Any]]:
    """Every folder before those in it. Without recursion: folders may lie deeper than Python's stack."""
    waiting = [("", folder) for folder in reversed(catalog.reads.child_folders(None))]
    while waiting:
        prefix, folder = waiting.pop()
        path = f"{prefix}{folder.title}"
        inner = catalog.reads.child_folders(folder.id) if folder.has_children else []
        yield {
            "path": path,
            "uuid": folder.uuid,
            "items": catalog.reads.count(ItemQuery(folder_id=folder.id)),
            "folders": len(inner),
            "description": folder.description,
        }
        waiting.extend((f"{path}/", child) for child in reversed(inner))


def folder_move(arguments: argparse.Namespace, console: Console) -> int:
    """`folder move A/B C/D`: B becomes D inside C. When C/D exists, B goes into it."""
    with opened(arguments) as catalog:
        folder = catalog.reads.folder_by_path(arguments.path)
        target, title = _target(catalog, path_parts(arguments.new), folder)
        catalog.do("Move folder", _move_and_rename, folder.id, target, title)
        path = "/".join(f.title for f in catalog.reads.folder_path(folder.id))
    console.result({"path": path, "uuid": folder.uuid}, lambda: iter([f"Moved to {path}"]))
    return OK


def _target(catalog: Catalog, parts: list[str], folder: Folder) -> tuple[int | None, str]:
    try:
        existing = catalog.reads.folder_by_path("/".join(parts))
        if existing.id != folder.id:
            return existing.id, folder.title
    except NotFound:
        pass
    parent = catalog.do("New folder", folders.ensure, parts[:-1]) if len(parts) > 1 else None
    return parent, parts[-1]


def _move_and_rename(op: Any, folder_id: int, parent: int | None, title: str) -> None:
    folders.move(op, [folder_id], parent)
    folders.rename(op, folder_id, title)


def folder_delete(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments) as catalog:
        folder = catalog.reads.folder_by_path(arguments.path)
        lost = trash.consequences(catalog.reads, [folder.id], ItemSelection())
        group = catalog.do("Delete folder", trash.delete, [folder.id], ItemSelection())
    document = {"path": arguments.path, "items": lost.items, "folders": lost.folders, "trash": group}
    console.result(document, lambda: iter([f"{arguments.path} with {lost.items} items is in the trash."]))
    return OK


def items(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments, read_only=True) as catalog:
        query = ItemQuery(
            folder_id=catalog.reads.folder_by_path(arguments.folder).id if arguments.folder else None,
            recursive=True,
            text=arguments.search,
            kinds=frozenset({_kind(arguments.kind)}) if arguments.kind else frozenset(),
            dataset_id=catalog.reads.dataset_by_title(arguments.dataset).id if arguments.dataset else None,
        )
        ids = catalog.reads.ids(query)
        if arguments.limit is not None:
            ids = ids[: max(0, arguments.limit)]
        rows = [_item_document(catalog, catalog.reads.item(item_id)) for item_id in ids]
    console.table(rows, ("uuid", "kind", "title", "folder", "width", "height", "frames", "duration", "size", "location"))
    return OK


def _kind(text: str) -> Kind:
    try:
        return Kind(text.replace("-", "_").casefold())
    except ValueError:
        raise Refused(f"There is no type “{text}”.", remedy="Types: " + ", ".join(Kind) + ".", input=text) from None


def _item_document(catalog: Catalog, item: Item) -> dict[str, Any]:
    folder = "/".join(f.title for f in catalog.reads.folder_path(item.folder_id))
    return {
        "uuid": item.uuid,
        "kind": str(item.kind),
        "title": item.title,
        "folder": folder,
        "width": item.width,
        "height": item.height,
        "frames": item.frames,
        "fps": item.fps,
        "duration": item.duration,
        "size": item.size,
        "location": str(item.location),
        "datasets": [d.title for d in catalog.reads.datasets_of(item.id)],
        "warnings": list(item.warnings),
    }


def item_show(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments, read_only=True) as catalog:
        item = catalog.reads.item_by_uuid(arguments.uuid)
        document = _item_document(catalog, item) | {
            "description": item.description,
            "mime": item.mime,
            "sha256": item.sha256,
            "created_at": datetime.fromtimestamp(item.created_at / 1000, UTC).isoformat(),
            "created_by": item.created_by,
            "facts": {key: value for key, value in item.facts.items() if key != "members"},
            "metadata": dict(item.metadata),
        }
        if item.kind in BATCHES:
            document["members"] = [
                {"uuid": m.uuid, "title": m.title, "width": m.width, "height": m.height}
                for m in catalog.reads.members_of(item.id)
            ]
        groups = [title for _, title in catalog.reads.groups_of(item.id)]
        if groups:
            document["member_of"] = groups
        if item.kind is Kind.IMAGE_SEQUENCE:
            document["encoded"] = sequences.encoded(catalog, item) is not None
        if item.kind in VOLUMES:
            document |= _volume(catalog, item)
    console.result(document, lambda: _shown(document))
    return OK


def _volume(catalog: Catalog, item: Item) -> dict[str, Any]:
    """How it lies: `affine` takes column, row and slice to millimetres (LPS); `origins` stand in its place where slices are uneven."""
    series = series_of(catalog, item)
    geometry: dict[str, Any] = {
        "affine": None,
        "shape": [series.columns, series.rows, series.slices],
        "warnings": list(item.warnings),
    }
    if series.geometry is not None and series.geometry.affine is not None:
        geometry["affine"] = series.geometry.affine.tolist()
    elif series.geometry is not None:
        geometry["origins"] = series.geometry.origins.tolist()
    return {"series_uid": item.facts.get("series_uid"), "geometry": geometry}


def _shown(document: Mapping[str, Any]) -> Iterator[str]:
    for key, value in document.items():
        if key == "facts":
            yield from (f"{name:16} {each}" for name, each in value.items() if each not in (None, "", [], {}))
        elif key == "members":
            yield f"{key:16} {len(value)}"
            yield from (f"{n:>15}. {m['title']} ({m['width']} × {m['height']})" for n, m in enumerate(value, 1))
        elif value not in (None, "", [], {}):
            yield f"{key:16} {value}"


def frame(arguments: argparse.Namespace, console: Console) -> int:
    from viewers.decode import frame_png

    with opened(arguments, read_only=True) as catalog:
        item = catalog.reads.item_by_uuid(arguments.uuid)
        if item.kind in (Kind.AUDIO, Kind.TEXT):
            raise Refused(f"“{item.title}” is no picture: it has no frames.", input=arguments.uuid)
        source, facts = source_of(catalog, item), facts_of(catalog, item)
        if not 0 <= arguments.index < (item.frames or 1):
            raise Refused(
                f"“{item.title}” has no frame {arguments.index}.",
                remedy=f"Frames are 0 to {(item.frames or 1) - 1}.",
                input=arguments.uuid,
            )
        window = tuple(arguments.window) if arguments.window else None
        if window and item.kind not in VOLUMES:
            raise Refused(f"“{item.title}” is no volume: it has no window.", remedy="Leave --window out.", input=arguments.uuid)
        png = frame_png(source, str(item.kind), facts, arguments.index, window)
    write_whole(arguments.out, png)
    console.result(
        {"out": str(arguments.out), "frame": arguments.index}, lambda: iter([f"Frame {arguments.index} in {arguments.out}"])
    )
    return OK


def item_set(arguments: argparse.Namespace, console: Console) -> int:
    modality = "" if arguments.modality == "none" else arguments.modality
    with opened(arguments) as catalog:
        item = catalog.reads.item_by_uuid(arguments.uuid)
        catalog.do("Set modality", file_operations.set_modality, ItemSelection.of(item.id), modality)
        document = {"uuid": item.uuid, "title": item.title, "modality": modality or None}
    told = f"is taken for {modality}" if modality else "is taken for what its values look like"
    console.result(document, lambda: iter([f"“{item.title}” {told}."]))
    return OK


def metadata_set(arguments: argparse.Namespace, console: Console) -> int:
    try:
        metadata = json_text.loads(Path(arguments.file).read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{arguments.file} is not a text file in UTF-8.", remedy="Give a JSON file.", input=str(arguments.file)
        ) from error
    except BadInput as error:
        error.input = str(arguments.file)
        raise
    if not isinstance(metadata, Mapping):
        raise BadInput(f"{arguments.file} does not hold a JSON object.", remedy='Write keys and values, such as {"site": "B"}.')
    with opened(arguments) as catalog:
        item = catalog.reads.item_by_uuid(arguments.uuid)
        catalog.do("Edit metadata", file_operations.set_metadata, item.id, dict(metadata))
    console.result({"uuid": item.uuid, "metadata": dict(metadata)}, lambda: iter([f"{len(metadata)} keys set on {item.title}"]))
    return OK


def selection(catalog: Catalog, uuids: list[str]) -> ItemSelection:
    return ItemSelection.of(*(catalog.reads.item_by_uuid(u).id for u in uuids))
