"""联谊组织: creating, editing, founding after a passed “五好” assessment, and dissolving (domain.md rule 4)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.accounts import organizing
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move

from .. import permissions
from ..models import Organization
from ..states import ORGANIZATION_TRANSITIONS, OrganizationState
from .memberships import close_memberships
from .posts import close_posts


@transaction.atomic
def create_organization(data: Mapping[str, Any], *, actor: Any) -> Organization:
    """Create an organization in preparation from `data` (names in OFFICE_FIELDS and EDITABLE_FIELDS, and `categories`).

    Its slug is made from the name in pinyin. Raises ActionError("invalid") with the field that the model or a constraint
    refuses, NotAllowed outside the actor's subdistricts.
    """
    fields = {name: value for name, value in data.items() if name != "categories"}
    organization = organizing.create(Organization(**fields), actor=actor)
    organization.categories.set(data.get("categories", ()))
    return organization


@transaction.atomic
def edit_organization(organization: Organization, data: Mapping[str, Any], *, actor: Any) -> Organization:
    """Change `data` (names in OFFICE_FIELDS and EDITABLE_FIELDS, and `categories`).

    Only the responsible staff change a field of OFFICE_FIELDS, and move it only to where they are responsible, too. Raises
    ActionError("invalid") with the field that the model refuses, TypeError for a name that cannot be edited, NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_manage_organization, actor, organization)
    plain = {name: value for name, value in data.items() if name != "categories"}
    organizing.change(organization, plain, actor=actor)
    if "categories" in data and set(data["categories"]) != set(organization.categories.all()):
        organization.categories.set(data["categories"])
        audit.record("organization.updated", organization, actor=actor, fields=["categories"])
    return organization


@transaction.atomic
def found_organization(organization: Organization, *, actor: Any, on: dt.date | None = None) -> Organization:
    """Found the organization on the day `on` (default: today).

    Raises ActionError("assessment") without a passed “五好” assessment that is valid today (rule 4), ("state") if it is
    not in preparation; NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_found, actor, organization)
    if not organization.assessments.passed_on(clock.today()).exists():
        raise ActionError(_("要先通过“五好”评定，才能成立。"), code="assessment")
    day = on or clock.today()
    return move(
        organization,
        OrganizationState.FOUNDED,
        table=ORGANIZATION_TRANSITIONS,
        actor=actor,
        verb="organization.founded",
        founded_on=day,
        founded_text=day.isoformat(),
        founding_members=organization.memberships.active().count() or None,
    )


@transaction.atomic
def dissolve_organization(organization: Organization, *, actor: Any) -> Organization:
    """Dissolve the organization today and end its memberships and posts; its page and history stay.

    Raises ActionError("state") if it is dissolved already, NotAllowed for all but district staff.
    """
    organization = lock(organization)
    require(permissions.can_dissolve, actor, organization)
    dissolved = move(
        organization,
        OrganizationState.DISSOLVED,
        table=ORGANIZATION_TRANSITIONS,
        actor=actor,
        verb="organization.closed",
        dissolved_on=clock.today(),
    )
    close_memberships(dissolved, actor)
    close_posts(dissolved, actor)
    return dissolved
