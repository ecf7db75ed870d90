"""labels export, import."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from postil.console import OK, SOME_FAILED, Console
from postil.verbs import later
from postil.verbs.catalogs import opened
from postil.verbs.projects import _stage
from storage.errors import Refused
from storage.model.label_formats import LABEL_FORMATS

if TYPE_CHECKING:
    from storage.services.deidentify_rules import Options


def export(arguments: argparse.Namespace, console: Console) -> int:
    _known(arguments.format)
    if arguments.version:
        raise later("named versions of exports")
    if arguments.signed_urls:
        raise later("signed links")
    from storage.services.export import export_labels
    from viewers.decode.volume import modality_of

    with opened(arguments, read_only=True) as catalog:
        project = catalog.reads.project_by_title(arguments.project)
        stages = frozenset(filter(None, (_stage(project, s) for s in arguments.stages or ()))) or None
        classes = _classes(catalog.reads.ontology(project.ontology_id), arguments.classes)
        with console.progress() as progress:
            result = export_labels(
                catalog,
                project.id,
                arguments.format,
                arguments.out,
                stages=stages,
                classes=classes,
                progress=progress,
                pixels=modality_of,
                deidentify=_deidentify(arguments.deidentify),
            )
    lost = [{"what": x.what, "where": x.where, "why": x.why} for x in result.lost]
    document = {**result.counts, "files": [str(f) for f in result.files], "lost": lost}

    def lines() -> Iterator[str]:
        yield ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in result.counts.items())
        yield from (f"wrote {file}" for file in result.files)
        yield f"{len(lost)} things that the format cannot hold:" if lost else "Nothing was lost."
        yield from (f"  {x['where']}: {x['what']} ({x['why']})" for x in lost)

    console.result(document, lines)
    return OK


def take_in(arguments: argparse.Namespace, console: Console) -> int:
    _known(arguments.format)
    from storage.services.import_labels import import_labels

    with opened(arguments) as catalog:
        project = catalog.reads.project_by_title(arguments.project)
        with console.progress() as progress:
            result = import_labels(
                catalog,
                project.id,
                arguments.file,
                arguments.format,
                dry_run=arguments.dry_run,
                new_classes=arguments.new_classes,
                progress=progress,
            )
    document = result.as_dict()
    problems = [*document.get("unmatched", []), *document.get("refused", [])]

    def lines() -> Iterator[str]:
        for key, value in document.items():
            yield f"{key}: {len(value) if isinstance(value, list) else value}"
        yield from (f"  {p['where']}: {p['what']} ({p['why']})" for p in problems)

    console.result(document, lines)
    return SOME_FAILED if problems else OK


def _deidentify(said: str | None) -> Options | None:
    """The options of the confidentiality profile, as they are written on the command line."""
    if said is None:
        return None
    from dataclasses import fields

    from storage.services.deidentify_rules import Options

    known = {f.name.replace("_", "-"): (f.name, True) for f in fields(Options)}
    known |= {f"no-{word}": (name, False) for word, (name, _) in known.items() if getattr(Options(), name)}
    wanted = [word for word in said.split(",") if word]
    for word in wanted:
        if word not in known:
            raise Refused(f"“{word}” is no option of the profile.", remedy="Options: " + ", ".join(known) + ".", input=word)
    return Options(**dict(known[word] for word in wanted))


def _known(format: str) -> None:
    if format not in LABEL_FORMATS:
        raise later(f"the format {format}")


def _classes(ontology, names: list[str] | None) -> frozenset[str] | None:  # type: ignore[no-untyped-def]
    """Feature hashes for class names (or hashes)."""
    if not names:
        return None
    known = (*ontology.objects, *ontology.classifications)
    everything = {c.name.casefold(): c.feature_hash for c in known}
    hashes = set(everything.values())
    chosen = set()
    for name in names:
        found = everything.get(name.casefold()) or (name if name in hashes else None)
        if found is None:
            raise Refused(
                f"The ontology has no class “{name}”.",
                remedy="Classes: " + ", ".join(sorted((c.name for c in known), key=str.casefold)) + ".",
                input=name,
            )
        chosen.add(found)
    return frozenset(chosen)
