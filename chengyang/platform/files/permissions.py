"""Permissions to change an upload; `File.objects.visible_to` decides who may open it."""

from typing import Any


def can_attach(actor: Any, file: Any) -> bool:
    """Return whether `actor` uploaded `file`: only then may they attach or delete it."""
    return bool(actor and actor.is_authenticated and actor.pk == file.owner_id)
