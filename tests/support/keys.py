"""Keys that mean two things in one place."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from app.actions.registry import Action, ActionRegistry


def collisions(registry: ActionRegistry) -> list[tuple[str, str, str]]:
    """(keys, one action, the other) within a scope; "window" collides with all."""
    seen: dict[str, list[Action]] = {}
    found = []
    for action in registry.actions.values():
        for keys in registry.keys_of(action):
            text = QKeySequence(keys).toString()
            for other in seen.setdefault(text, []):
                if action.scope == other.scope or (
                    "window" in (action.scope, other.scope) and not (action.hint_keys or other.hint_keys)
                ):
                    found.append((text, other.id, action.id))
            seen[text].append(action)
    return found
