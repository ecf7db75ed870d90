"""Users and rights: reads, then operations.

Who sees what (encord.md 1.1): organisation admins see everything; others see what they made or were added to. Making
something adds its maker as an admin of it, so one table, `members`, answers; rights on a folder hold for all that lies in it.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from storage.errors import NotFound, Refused
from storage.ids import uuid_text
from storage.model.people import Action, OrgRole, Role, User

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

_KINDS = ("folders", "datasets", "ontologies", "projects")
_COLUMNS = "id, uuid, name, email, role"

#: Name of a user as shown; `{0}` is the column with the id.
NAME_OF = "coalesce((SELECT coalesce(nullif(name, ''), email) FROM users WHERE users.id = {0}), '')"

_VISIBLE_FOLDERS = """
WITH RECURSIVE seen(id) AS (
    SELECT entity_id FROM members WHERE kind = 'folders' AND user_id = ?
    UNION SELECT f.id FROM folders f JOIN seen ON f.parent_id = seen.id
) SELECT id FROM seen
"""

#: Items that somebody meets in a dataset or a project of theirs, whatever folder they lie in.
_MET_ELSEWHERE = """
SELECT 1 FROM data_units u WHERE u.item_id = ? AND (
    EXISTS (SELECT 1 FROM members m WHERE m.kind = 'datasets' AND m.entity_id = u.dataset_id AND m.user_id = ?)
    OR EXISTS (SELECT 1 FROM project_datasets p JOIN members m ON m.kind = 'projects' AND m.entity_id = p.project_id
               WHERE p.dataset_id = u.dataset_id AND m.user_id = ?))
LIMIT 1
"""


# -- reads ---------------------------------------------------------------------------------------------------------


def users(db: sqlite3.Connection) -> list[User]:
    return [_user(row) for row in db.execute(f"SELECT {_COLUMNS} FROM users ORDER BY name COLLATE NOCASE, email")]


def user(db: sqlite3.Connection, email_or_name: str) -> User:
    """By e-mail, else by name with case ignored. Raises NotFound."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM users WHERE email = ?1 OR name = ?1 COLLATE NOCASE ORDER BY email = ?1 DESC, id LIMIT 1",
        (email_or_name,),
    ).fetchone()
    if row is None:
        raise NotFound(
            f"There is no user “{email_or_name}”.", remedy="`postil user list` names those there are.", input=email_or_name
        )
    return _user(row)


def visible_folders(db: sqlite3.Connection, viewer: User) -> frozenset[int] | None:
    """None: all of them."""
    if viewer.is_admin:
        return None
    return frozenset(row[0] for row in db.execute(_VISIBLE_FOLDERS, (viewer.id,)))


def visible(db: sqlite3.Connection, viewer: User, kind: str) -> frozenset[int] | None:
    """Ids of datasets, ontologies or projects; None: all of them."""
    if viewer.is_admin:
        return None
    rows = db.execute("SELECT entity_id FROM members WHERE kind = ? AND user_id = ?", (kind, viewer.id))
    found = {row[0] for row in rows}
    if kind == "ontologies":  # whoever works in a project sees what it asks
        found |= {row[0] for row in db.execute(_ONTOLOGIES_OF_PROJECTS, (viewer.id,))}
    return frozenset(found)


def sees_item(db: sqlite3.Connection, viewer: User, item_id: int, folder_id: int) -> bool:
    folders = visible_folders(db, viewer)
    if folders is None or folder_id in folders:
        return True
    return db.execute(_MET_ELSEWHERE, (item_id, viewer.id, viewer.id)).fetchone() is not None


_ONTOLOGIES_OF_PROJECTS = """
SELECT p.ontology_id FROM projects p JOIN members m ON m.kind = 'projects' AND m.entity_id = p.id WHERE m.user_id = ?
"""


def _user(row: tuple[int, bytes, str, str, str]) -> User:
    return User(row[0], uuid_text(row[1]), row[2], row[3], OrgRole(row[4]))


# -- operations ----------------------------------------------------------------------------------------------------


def add(op: Operation, name: str, email: str, role: OrgRole = OrgRole.MEMBER) -> int:
    """Returns the id. Raises Refused where the e-mail is none, or somebody else's."""
    op.require(Action.MANAGE_PEOPLE)
    email = email.strip()
    if "@" not in email or any(c.isspace() for c in email):
        raise Refused(f"“{email}” is not an e-mail address.", remedy="Write it as name@place.", input=email)
    if op.value("SELECT 1 FROM users WHERE email = ?", email):
        raise Refused(f"There is a user with the e-mail {email} already.", remedy="Use that one.", input=email)
    user_id = op.insert("users", name=name.strip(), email=email, role=role)
    op.touch(people=user_id)
    return user_id


def add_member(op: Operation, kind: str, entity_id: int, user_id: int, role: Role) -> None:
    """Give somebody a role on a folder, dataset, ontology or project, in place of the one they had."""
    _check_kind(kind)
    op.require(Action.MANAGE_PEOPLE, kind, entity_id)
    member_id = op.value(_MEMBER, kind, entity_id, user_id)
    if member_id is None:
        op.insert("members", kind=kind, entity_id=entity_id, user_id=user_id, role=role)
    else:
        op.update("members", member_id, role=role)
    _touch(op, kind, entity_id, user_id)


def remove_member(op: Operation, kind: str, entity_id: int, user_id: int) -> None:
    _check_kind(kind)
    op.require(Action.MANAGE_PEOPLE, kind, entity_id)
    member_id = op.value(_MEMBER, kind, entity_id, user_id)
    if member_id is not None:
        op.delete("members", member_id)
    _touch(op, kind, entity_id, user_id)


_MEMBER = "SELECT id FROM members WHERE kind = ? AND entity_id = ? AND user_id = ?"


def own(op: Operation, kind: str, entity_id: int) -> None:
    """Whoever makes something may do all with it. Organisation admins may anyway."""
    if not op.user.is_admin:
        op.insert("members", kind=kind, entity_id=entity_id, user_id=op.user.id, role=Role.ADMIN)


def forget(op: Operation, kind: str, entity_ids: list[int]) -> None:
    """Rights on what is deleted for good."""
    from storage.catalog.transaction import IN_IDS, ids_json

    rows = op.all(f"SELECT id FROM members WHERE kind = ? AND entity_id {IN_IDS}", kind, ids_json(entity_ids))
    op.delete("members", [row[0] for row in rows])


def _check_kind(kind: str) -> None:
    if kind not in _KINDS:
        raise ValueError(f"no rights are kept on {kind!r}")


def _touch(op: Operation, kind: str, entity_id: int, user_id: int) -> None:
    op.touch(people=user_id, **{kind: entity_id})
