"""Who may do what to a base (domain.md rule 4)."""

from chengyang.platform.accounts.access import access_scope


def can_open_base(actor, base) -> bool:
    """Staff responsible for the base's subdistrict; a base of the district is the district's."""
    return access_scope(actor).covers(base.subdistrict_id)


def can_close_base(actor, base) -> bool:
    """The district office alone: a base is never closed by the machine, and not by its neighbour."""
    return access_scope(actor).district


def can_edit_base(actor, base) -> bool:
    """The manager, and staff responsible for it."""
    scope = access_scope(actor)
    return base.pk in scope.managed("base") or scope.covers(base.subdistrict_id)


def can_appoint(actor, base) -> bool:
    """Staff responsible for the base; a manager does not appoint a successor."""
    return access_scope(actor).covers(base.subdistrict_id)


def can_honour(actor, base) -> bool:
    """The district office, which keeps the certificates."""
    return access_scope(actor).district
