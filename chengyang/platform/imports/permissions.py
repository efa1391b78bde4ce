"""Permissions of imports: `Import.objects.visible_to` shows them to their owner only."""

from typing import Any

from chengyang.platform.accounts.access import access_scope


def can_import(actor: Any, kind: Any) -> bool:
    """Return whether `actor` may read in sheets of `kind`: an officer for whom its app says so."""
    return access_scope(actor).officer and kind.can(actor)


def can_steer(actor: Any, owner: Any) -> bool:
    """Return whether `actor` may go on with the import `owner`: who uploaded it, while they may import at all."""
    return actor.pk == owner.owner_id and owner.declared is not None and can_import(actor, owner.declared)
