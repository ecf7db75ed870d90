"""Who may do what: the whole permission table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrgRole(StrEnum):
    ADMIN = "admin"
    MEMBER = "member"


class Role(StrEnum):
    """Roles on folders, datasets and ontologies (admin, user) and on projects (all)."""

    ADMIN = "admin"
    USER = "user"
    TEAM_MANAGER = "team_manager"
    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    ANNOTATOR_REVIEWER = "annotator_reviewer"
    VIEWER = "viewer"


class Action(StrEnum):
    VIEW = "view"
    EDIT = "edit"  # rename, describe, add, move, delete
    MANAGE_PEOPLE = "manage_people"
    ANNOTATE = "annotate"
    REVIEW = "review"
    ASSIGN = "assign"
    EXPORT = "export"


_ALL = frozenset(Action)
_TABLE: dict[Role, frozenset[Action]] = {
    Role.ADMIN: _ALL,
    Role.USER: frozenset({Action.VIEW}),
    Role.TEAM_MANAGER: frozenset({Action.VIEW, Action.MANAGE_PEOPLE, Action.ANNOTATE, Action.REVIEW, Action.ASSIGN}),
    Role.ANNOTATOR: frozenset({Action.VIEW, Action.ANNOTATE}),
    Role.REVIEWER: frozenset({Action.VIEW, Action.REVIEW}),
    Role.ANNOTATOR_REVIEWER: frozenset({Action.VIEW, Action.ANNOTATE, Action.REVIEW}),
    Role.VIEWER: frozenset({Action.VIEW}),
}


def can(role: Role, action: Action) -> bool:
    return action in _TABLE[role]


@dataclass(frozen=True, slots=True)
class User:
    id: int
    uuid: str
    name: str
    email: str
    role: OrgRole

    @property
    def is_admin(self) -> bool:
        return self.role is OrgRole.ADMIN
