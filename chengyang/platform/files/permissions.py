"""Who may do what with an upload; who may open it is `File.objects.visible_to`."""

from typing import Any


def can_attach(actor: Any, file: Any) -> bool:
    """A file is put to a row by whoever uploaded it."""
    return bool(actor and actor.is_authenticated and actor.pk == file.owner_id)
