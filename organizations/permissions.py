"""Who may do what in an organization (domain.md rules 2, 4 and 12)."""

from typing import Any

from chengyang.platform.accounts.access import access_scope


def can_apply_for_membership(actor: Any, person: Any) -> bool:
    """The person themself."""
    return bool(actor.is_authenticated and actor.is_active and person.user_id == actor.pk)


def can_decide_membership(actor: Any, membership: Any) -> bool:
    """The secretary, and staff responsible for the organization; nobody decides on themself (rule 2)."""
    own = membership.person.user_id == actor.pk
    return not own and can_keep(actor, membership.organization)


def can_end_membership(actor: Any, membership: Any) -> bool:
    """The member alone: nobody is put out here, and nobody is asked (rule 12)."""
    return can_apply_for_membership(actor, membership.person)


def can_keep(actor: Any, organization: Any) -> bool:
    """The secretary, and staff responsible for the organization; one of the district is the district's."""
    scope = access_scope(actor)
    return organization.pk in scope.managed("organization") or scope.covers(organization.subdistrict_id)


def can_found(actor: Any, organization: Any) -> bool:
    """Staff responsible for the organization."""
    return access_scope(actor).covers(organization.subdistrict_id)


def can_dissolve(actor: Any, organization: Any) -> bool:
    """The district office alone."""
    return access_scope(actor).district


def can_create(actor: Any, subdistrict_id: int | None) -> bool:
    """Staff responsible for where it is to be; one of the district only the district office."""
    return access_scope(actor).covers(subdistrict_id)


def can_appoint(actor: Any, organization: Any) -> bool:
    """Staff responsible for the organization; a secretary does not appoint a successor."""
    return access_scope(actor).covers(organization.subdistrict_id)
