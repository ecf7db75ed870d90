"""The panels beside a film of 10,000 objects while it plays: what another frame costs the list and the answers."""

from __future__ import annotations

import os
import random
import time
from typing import Any

from benchmarks.application import application
from benchmarks.rows import Row, percentile

OBJECTS, FRAMES, LIFE = 10_000, 2_000, 300
BAR_MS = 5.0


def run(quick: bool) -> list[Row]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

    app = application()
    return [_play(app, "comes and goes", LIFE, quick), _play(app, "is always there", FRAMES, quick)]


def _play(app: Any, name: str, life: int, quick: bool) -> Row:
    from storage.editing.focus import Focus
    from widgets import theme
    from widgets.panels.answers import AnswersPanel
    from widgets.panels.labels import LabelsPanel

    theme.apply(app, "light")
    ontology, session = _film(life, OBJECTS // 10 if quick else OBJECTS)
    focus = Focus()
    panels = [LabelsPanel(session, focus, ontology), AnswersPanel(session, focus, ontology)]
    for panel in panels:
        panel.resize(300, 500)
        panel.show()
    focus.select([next(iter(session.document.instances))])
    app.processEvents()
    taken = []
    for frame in range(FRAMES // 2, FRAMES // 2 + (50 if quick else 250)):
        start = time.process_time()
        focus.set(at=("", frame))
        taken.append((time.process_time() - start) * 1000)
        app.processEvents()  # painting is the screen's, not the frame's
    for panel in panels:
        panel.close_down()
        panel.close()
    note = f"p95 of {len(taken)} frames, {OBJECTS:,} objects, time of the processor, before painting"
    return Row(f"panels: a frame, each object {name}", percentile(taken, 95), BAR_MS, "ms", 1.0, "at most", note)


def _film(life: int, objects: int) -> tuple[Any, Any]:
    from storage.editing.on_frames import Moving
    from storage.editing.session import EditSession
    from storage.model import ontology_edit as edit
    from storage.model.geometry import Box, ShapeKind
    from storage.model.labels import Annotation, Instance, LabelDocument
    from storage.model.ontology import AttributeType, Ontology
    from tests.support.sent import stored

    ontology, car = edit.add_object(Ontology(), "Car", ShapeKind.BOX)
    ontology, _ = edit.add_attribute(ontology, car, "Speed", AttributeType.NUMERIC, dynamic=True)
    ontology, tree = edit.add_object(ontology, "Tree", ShapeKind.BOX)

    chance, document = random.Random(1), LabelDocument()
    for n in range(objects):
        own = f"object {n}"
        document.put(Instance(own, own, (car, tree)[n % 2], n))
        first = chance.randint(0, FRAMES - life)
        for k, frame in enumerate((first, first + life // 2, first + life - 1)):
            document.put(Annotation(f"{own} {k}", own, Box(n, 1, 4, 4), frame))
    return ontology, EditSession(document, stored, frames=Moving(FRAMES))
