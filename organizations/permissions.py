"""Who may do what in an organization (domain.md rules 2, 4 and 12)."""

from typing import Any

from chengyang.platform.accounts.access import access_scope


def can_apply_for_membership(actor: Any, person: Any) -> bool:
    """Allow a person to apply for themself only."""
    return bool(actor.is_authenticated and actor.is_active and person.user_id == actor.pk)


def can_decide_membership(actor: Any, membership: Any) -> bool:
    """Allow whoever manages the organization, except on an own application (rule 2)."""
    own = membership.person.user_id == actor.pk
    return not own and can_manage_organization(actor, membership.organization)


def can_add_membership(actor: Any, organization: Any, person: Any) -> bool:
    """Allow whoever manages the organization to enter somebody else as a member."""
    return person.user_id != actor.pk and can_manage_organization(actor, organization)


def can_end_membership(actor: Any, membership: Any) -> bool:
    """Allow the member only: leaving needs no approval and no reason (rule 12).

    Whoever manages the organization ends a membership with a reason that the member reads (`can_decide_membership`).
    """
    return can_apply_for_membership(actor, membership.person)


def can_manage_organization(actor: Any, organization: Any) -> bool:
    """Allow the secretary and the responsible staff; for an organization of the district that is the district office."""
    scope = access_scope(actor)
    return organization.pk in scope.managed("organization") or scope.covers(organization.subdistrict_id)


def can_found(actor: Any, organization: Any) -> bool:
    """Allow the staff responsible for the organization."""
    return access_scope(actor).covers(organization.subdistrict_id)


def can_dissolve(actor: Any, organization: Any) -> bool:
    """Allow district staff only."""
    return access_scope(actor).district


def can_appoint(actor: Any, organization: Any) -> bool:
    """Allow the staff responsible for the organization; a secretary does not appoint a successor."""
    return access_scope(actor).covers(organization.subdistrict_id)
