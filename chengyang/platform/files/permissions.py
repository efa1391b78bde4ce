"""Permissions to change an upload or a picture; `visible_to` decides who may open it."""

from typing import Any

from chengyang import extensions


def can_attach(actor: Any, file: Any) -> bool:
    """Return whether `actor` uploaded `file`: only then may they attach or delete it."""
    return bool(actor and actor.is_authenticated and actor.pk == file.owner_id)


def can_show_pictures(actor: Any, obj: Any) -> bool:
    """Return whether `actor` decides which pictures the page of `obj` shows: as the app declares it (slot `pictures`)."""
    return bool(actor and actor.is_authenticated and extensions.picture_set(obj).can(actor, obj))
