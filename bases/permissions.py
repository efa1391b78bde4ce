"""Who may do what to a base (domain.md rule 4)."""

from chengyang.platform.accounts.access import access_scope


def can_open_base(actor, base) -> bool:
    """Allow the staff responsible for the base; for a base of the district that is the district office."""
    return access_scope(actor).covers(base.subdistrict_id)


def can_close_base(actor, base) -> bool:
    """Allow district staff only; no periodic task and no subdistrict closes a base."""
    return access_scope(actor).district


def can_edit_base(actor, base) -> bool:
    """Allow the manager of the base and the staff responsible for it."""
    scope = access_scope(actor)
    return base.pk in scope.managed("base") or scope.covers(base.subdistrict_id)


def can_appoint(actor, base) -> bool:
    """Allow the staff responsible for the base; a manager does not appoint a successor."""
    return access_scope(actor).covers(base.subdistrict_id)


def can_honour(actor, base) -> bool:
    """Allow district staff only, who hold the certificates."""
    return access_scope(actor).district
