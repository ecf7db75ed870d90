"""Every verb of the window as data. Menus, context menus, toolbars, the palette and the shortcut sheet read one registry."""

from app.actions.registry import Action, ActionRegistry

__all__ = ["Action", "ActionRegistry"]
