from __future__ import annotations

import pytest

from storage.catalog import many_tasks, ontologies, projects, tasks
from storage.catalog.engine import Catalog
from storage.errors import NotAllowed, NotFound, Refused
from storage.ids import new_uuid
from storage.model.geometry import ShapeKind
from storage.model.items import Kind
from storage.model.ontology import ObjectClass, Ontology
from storage.model.people import Role
from storage.model.workflow import Stage, StageKind, TaskStatus, Workflow
from tests.support.nouns import add, as_member, dataset, folder, project, task_titles, undo

STRICT = Ontology((ObjectClass("1", "Car", "#D33115", ShapeKind.BOX, "car00000", required=True),))


def queue(catalog: Catalog, *names: str, ontology: Ontology | None = None) -> int:
    ids = add(catalog, folder(catalog, "A"), *names)
    return project(catalog, dataset(catalog, "D", *ids), ontology=ontology)


def task_of(catalog: Catalog, work: int, title: str) -> int:
    return next(t.id for t in catalog.reads.task_rows(catalog.reads.task_ids(work)) if t is not None and t.title == title)


def test_a_project_has_a_task_for_every_data_unit_oldest_first(catalog: Catalog) -> None:
    work = queue(catalog, "b", "a", "c")
    assert task_titles(catalog, work) == ["b", "a", "c"]
    row = catalog.reads.project(work)
    assert list(row.tasks_by_stage.values()) == [3, 0]
    assert catalog.reads.project_by_title("project") == row
    assert [p.id for p in catalog.reads.projects_of_dataset(row.dataset_ids[0])] == [work]


def test_higher_priority_comes_first_and_skipped_tasks_last(catalog: Catalog) -> None:
    work = queue(catalog, "a", "b", "c", "d")
    catalog.do("Priority", tasks.set_priority, [task_of(catalog, work, "c"), task_of(catalog, work, "d")], 0.9)
    catalog.do("Skip", tasks.skip, task_of(catalog, work, "c"))
    catalog.do("Skip", tasks.skip, task_of(catalog, work, "a"))
    assert task_titles(catalog, work) == ["d", "b", "c", "a"]
    with pytest.raises(Refused, match="between 0 and 1"):
        catalog.do("Priority", tasks.set_priority, [1], 7)


def test_many_are_skipped_in_the_order_in_which_they_stand(catalog: Catalog) -> None:
    work = queue(catalog, "a", "b", "c", "d")
    a, b, c, d = catalog.reads.task_ids(work)
    catalog.do("Priority", tasks.set_priority, [c], 0.9)
    catalog.do("Assign", tasks.assign, [b], "ada@example.org")
    assert catalog.do("Skip", many_tasks.skip, frozenset({b, a, c})) == {"Annotate 1": 3}
    assert list(catalog.reads.task_ids(work)) == [d, c, a, b]
    assert {t.status for t in catalog.reads.task_rows([a, b, c]) if t} == {TaskStatus.SKIPPED}
    assert {t.assignee for t in catalog.reads.task_rows([a, b, c]) if t} == {None}
    undo(catalog)
    assert list(catalog.reads.task_ids(work)) == [c, a, b, d]
    catalog.do("Submit", tasks.submit, a)
    with pytest.raises(Refused, match=r"already in the stage “Complete”\. So it is with 1 of the 2 tasks\."):
        catalog.do("Skip", many_tasks.skip, [a, b])
    catalog.do("Claim", tasks.claim, b)
    with as_member(catalog, ("projects", work, Role.ANNOTATOR)) as bob, pytest.raises(NotAllowed):
        bob.do("Skip", many_tasks.skip, [b, c])


def test_many_are_released_and_reopened_at_once(catalog: Catalog) -> None:
    work = queue(catalog, "a", "b", "c")
    first, second, third = catalog.reads.task_ids(work)
    for each in (first, second):
        catalog.do("Claim", tasks.claim, each)
    catalog.do("Release", many_tasks.release, [first, second])
    assert {(t.status, t.assignee) for t in catalog.reads.task_rows([first, second]) if t} == {(TaskStatus.RELEASED, None)}
    for each in (first, second):
        catalog.do("Submit", tasks.submit, each)
    with pytest.raises(Refused, match=r"is open: .* 1 of the 2 tasks"):
        catalog.do("Reopen", many_tasks.reopen, [first, third])
    with pytest.raises(Refused, match=r"“Annotate 1”\.$"):
        catalog.do("Reopen", many_tasks.reopen, [third])
    catalog.do("Reopen", many_tasks.reopen, [first, second])
    assert {t.status for t in catalog.reads.task_rows([first, second]) if t} == {TaskStatus.REOPENED}
    assert list(catalog.reads.task_ids(work)) == [first, second, third]


def test_the_next_task_walks_the_queue_and_begins_again_at_its_end(catalog: Catalog) -> None:
    work = queue(catalog, "a", "b", "c")
    catalog.do("Priority", tasks.set_priority, [task_of(catalog, work, "c")], 0.9)
    order, after = [], None
    for _ in range(4):
        task = catalog.reads.next_task(work, after)
        assert task is not None
        order.append(task.title)
        after = task.id
    assert order == ["c", "a", "b", "c"]


def test_the_next_task_is_never_the_one_just_left_nor_somebody_elses(catalog: Catalog) -> None:
    work = queue(catalog, "a", "b")
    first = catalog.reads.next_task(work)
    assert first is not None
    with as_member(catalog, ("projects", work, Role.ANNOTATOR)) as bob:
        bob.do("Claim", tasks.claim, task_of(catalog, work, "b"))
        assert [t.title for t in (bob.reads.next_task(work),) if t] == ["a"]
    assert catalog.reads.next_task(work, first.id) is None


def test_claiming_submitting_and_reopening(catalog: Catalog) -> None:
    work = queue(catalog, "a")
    task = task_of(catalog, work, "a")
    catalog.do("Claim", tasks.claim, task)
    claimed = catalog.reads.task(task)
    assert (claimed.status, claimed.assignee) == (TaskStatus.ASSIGNED, "ada@example.org")
    catalog.do("Submit", tasks.submit, task)
    done = catalog.reads.task(task)
    assert (done.status, done.stage_uuid) == (TaskStatus.COMPLETED, catalog.reads.project(work).workflow.stages[1].uuid)
    assert catalog.reads.next_task(work) is None
    for again in (tasks.submit, tasks.skip, tasks.claim):
        with pytest.raises(Refused, match="already in the stage"):
            catalog.do("Again", again, task)
    catalog.do("Reopen", tasks.reopen, task)
    assert catalog.reads.task(task).status is TaskStatus.REOPENED
    with pytest.raises(Refused, match="is open"):
        catalog.do("Reopen", tasks.reopen, task)
    undo(catalog)
    assert catalog.reads.task(task).status is TaskStatus.COMPLETED


def test_a_task_with_something_required_missing_is_not_submitted(catalog: Catalog) -> None:
    work = queue(catalog, "a", ontology=STRICT)
    task = task_of(catalog, work, "a")
    with pytest.raises(tasks.RequiredMissing, match="still empty in “a”") as told:
        catalog.do("Submit", tasks.submit, task)
    assert "Car" in told.value.remedy
    assert len(told.value.gaps) == 1
    assert catalog.reads.task(task).status is TaskStatus.NEW


def test_tasks_are_assigned_and_moved_in_bulk(catalog: Catalog) -> None:
    work = queue(catalog, "a", "b")
    wanted = list(catalog.reads.task_ids(work))
    catalog.do("Assign", tasks.assign, wanted, "ada@example.org")
    assert {t.assignee for t in catalog.reads.task_rows(wanted) if t} == {"ada@example.org"}
    catalog.do("Release", tasks.assign, wanted, None)
    assert {t.status for t in catalog.reads.task_rows(wanted) if t} == {TaskStatus.RELEASED}
    done = catalog.reads.project(work).workflow.stages[1].uuid
    catalog.do("Move", tasks.move, wanted, done)
    assert list(catalog.reads.task_ids(work, stage=done, status=TaskStatus.COMPLETED)) == wanted
    with pytest.raises(NotFound, match="nobody"):
        catalog.do("Assign", tasks.assign, wanted, "nobody")
    with pytest.raises(Refused, match="no such stage"):
        catalog.do("Move", tasks.move, wanted, "00000000-0000-4000-8000-000000000000")


def test_tasks_are_found_by_their_items_title(catalog: Catalog) -> None:
    work = queue(catalog, "brain left", "brain right", "liver")
    found = catalog.reads.task_ids(work, text="brain le")
    assert [t.title for t in catalog.reads.task_rows(found) if t] == ["brain left"]


def test_tasks_are_found_by_what_the_queue_shows_and_by_their_ids(catalog: Catalog) -> None:
    chest = {
        "patient_name": "DOE^JOHN",
        "patient_id": "PAT-17",
        "modality": "CT",
        "body_part": "CHEST",
        "study_date": "20260301",
    }
    head = {"patient_name": "Müller^Ann", "patient_id": "X9", "modality": "MR", "study_description": "Schädel nativ"}
    a = folder(catalog, "A")
    series = [
        add(catalog, a, title, kind=Kind.DICOM_SERIES, facts={"series_uid": f"9.{title}", **facts})[0]
        for title, facts in (("series 1", chest), ("series 2", head))
    ]
    work = project(catalog, dataset(catalog, "D", *add(catalog, a, "ct of nobody.png", "b.png"), *series))
    catalog.do("Assign", tasks.assign, [task_of(catalog, work, "b.png")], "ada@example.org")

    def found(text: str) -> list[str]:
        return [t.title for t in catalog.reads.task_rows(catalog.reads.task_ids(work, text=text)) if t]

    for text in ("doe", "john doe", "pat-17", "chest ct", "20260301", "series 1", "ct doe series"):
        assert found(text) == ["series 1"], text
    for text in ("MÜLLER", "x9", "schädel", "mr nativ"):
        assert found(text) == ["series 2"], text
    assert found("ct") == ["series 1", "ct of nobody.png"]  # begins a word
    assert found("ada") == found("example.org b") == ["b.png"]
    assert found("doe müller") == found("t") == found("x' OR 1 --") == []
    row = catalog.reads.task(task_of(catalog, work, "series 2"))
    for text in (row.uuid, row.uuid[:8], row.uuid.replace("-", "").upper(), row.uuid[:14], row.item_uuid):
        assert found(text) == ["series 2"], text
    other = project(catalog, dataset(catalog, "E", *series), title="Other")
    assert len(catalog.reads.task_ids(other, text="doe")) == 1
    assert list(catalog.reads.task_ids(work, text="doe", status=TaskStatus.ASSIGNED)) == []
    assert found("· ") == task_titles(catalog, work)  # narrows nothing


def test_an_annotator_works_on_free_tasks_and_decides_nothing_else(catalog: Catalog) -> None:
    work = queue(catalog, "a", "b")
    mine, other = task_of(catalog, work, "a"), task_of(catalog, work, "b")
    catalog.do("Claim", tasks.claim, other)
    with as_member(catalog, ("projects", work, Role.ANNOTATOR)) as bob:
        bob.do("Submit", tasks.submit, mine)
        with pytest.raises(NotAllowed, match="assigned to Ada"):
            bob.do("Submit", tasks.submit, other)
        with pytest.raises(NotAllowed):
            bob.do("Priority", tasks.set_priority, [other], 1)
        with pytest.raises(NotAllowed):
            bob.do("Rename", projects.rename, work, "Mine")


def test_a_dataset_that_leaves_a_project_hides_its_tasks_and_brings_them_back(catalog: Catalog) -> None:
    work = queue(catalog, "a", "b")
    made = catalog.reads.project(work).dataset_ids[0]
    before = list(catalog.reads.task_ids(work))
    catalog.do("Submit", tasks.submit, before[0])
    catalog.do("Detach", projects.detach_dataset, work, made)
    assert task_titles(catalog, work) == []
    catalog.do("Attach", projects.attach_dataset, work, made)
    assert list(catalog.reads.task_ids(work)) == [before[1], before[0]]
    with pytest.raises(Refused, match="already"):
        catalog.do("Attach", projects.attach_dataset, work, made)


def test_a_deleted_project_takes_its_tasks_and_can_be_brought_back(catalog: Catalog) -> None:
    work = queue(catalog, "a")
    catalog.do("Delete", projects.delete, work)
    assert catalog.reads.projects() == []
    assert catalog.reader().execute("PRAGMA foreign_key_check").fetchall() == []
    undo(catalog)
    assert task_titles(catalog, work) == ["a"]


def test_a_label_row_knows_its_place(catalog: Catalog) -> None:
    work = queue(catalog, "a", "b")
    rows = list(catalog.reads.iterate_label_rows(work))
    assert [info.item.title for info, _ in rows] == ["a", "b"]
    info, document = rows[0]
    assert (info.dataset_title, info.branch, info.stage_title, document.uuid) == ("D", "main", "Annotate 1", info.uuid)
    done = catalog.reads.project(work).workflow.stages[1].uuid
    assert list(catalog.reads.iterate_label_rows(work, frozenset({done}))) == []


def test_a_stage_that_one_has_not_seen_is_not_handed_in(catalog: Catalog) -> None:
    """Two people have the same task open; the second to hand it in has seen its first stage only."""
    done = Stage(new_uuid(), StageKind.COMPLETE, "Complete")
    second = Stage(new_uuid(), StageKind.ANNOTATE, "Annotate 2", done.uuid)
    first = Stage(new_uuid(), StageKind.ANNOTATE, "Annotate 1", second.uuid)
    made = catalog.do("New ontology", ontologies.create, "O", Ontology())
    scans = dataset(catalog, "D", *add(catalog, folder(catalog, "A"), "a", "b"))
    work = catalog.do("New project", projects.create, "P", "", made, [scans], Workflow((first, second, done)))
    task, other = task_of(catalog, work, "a"), task_of(catalog, work, "b")
    with as_member(catalog, ("projects", work, Role.ANNOTATOR)) as bob:
        seen = catalog.reads.task(task).stage_uuid
        bob.do("Submit", tasks.submit, task, bob.reads.task(task).stage_uuid)
        for again in (tasks.submit, tasks.skip):
            with pytest.raises(Refused, match="“a” is in the stage “Annotate 2” by now"):
                catalog.do("Again", again, task, seen)
        assert catalog.reads.task(task).stage_uuid == second.uuid
        catalog.do("Submit", tasks.submit, task, second.uuid)
        assert catalog.reads.task(task).status is TaskStatus.COMPLETED
        catalog.do("Skip", tasks.skip, other, first.uuid)
        assert catalog.reads.task(other).status is TaskStatus.SKIPPED
