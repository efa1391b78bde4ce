"""联谊组织: creating, editing, founding after a passed “五好” assessment, and dissolving (domain.md rule 4)."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock, move

from .. import permissions
from ..models import Organization
from ..states import ORGANIZATION_TRANSITIONS, OrganizationState
from .memberships import close_memberships
from .posts import close_posts

SLUG_LENGTH = 60
# Parts that most names share; left out of the slug so that it says what is particular to the organization.
COMMON_NAME_PARTS = "新的社会阶层|代表人士|联谊会|联合会|城阳区|街道"


@transaction.atomic
def create_organization(data: Mapping[str, Any], *, actor: Any) -> Organization:
    """Create an organization in preparation from `data` (names in `Organization.CREATION_FIELDS`).

    The slug is made from the name in pinyin and never changes. Raises ActionError("invalid") with the field that the
    model or a constraint refuses, NotAllowed outside the actor's subdistricts.
    """
    subdistrict = data.get("subdistrict")
    require(permissions.can_create, actor, subdistrict.pk if subdistrict else None)
    organization = Organization(
        name=data["name"],
        level=data["level"],
        subdistrict=subdistrict,
        summary=data.get("summary", ""),
        contact=data.get("contact", ""),
    )
    organization.slug = _free_slug(organization.name)
    validate(organization)
    organization.save(force_insert=True)
    organization.categories.set(data.get("categories", ()))
    audit.record("organization.created", organization, actor=actor)
    return organization


def _free_slug(name):
    """Return an unused slug for `name` in pinyin, with a number appended where the plain one is taken."""
    short = re.sub(COMMON_NAME_PARTS, "", name) or name
    wanted = slugify(" ".join(lazy_pinyin(short)))[:SLUG_LENGTH].strip("-") or "organization"
    taken = set(Organization.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    number = next(n for n in range(1, len(taken) + 2) if (wanted if n == 1 else f"{wanted}-{n}") not in taken)
    return wanted if number == 1 else f"{wanted}-{number}"


@transaction.atomic
def edit_organization(organization: Organization, data: Mapping[str, Any], *, actor: Any) -> Organization:
    """Change `data` (names in `Organization.EDITABLE_FIELDS`, and `categories`).

    Only staff may change `is_published`. Raises ActionError("invalid") with the field that the model refuses, TypeError
    for a name that cannot be edited, NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_manage_organization, actor, organization)
    plain = {name: value for name, value in data.items() if name != "categories"}
    if plain.get("is_published", organization.is_published) != organization.is_published:
        require(permissions.can_found, actor, organization)
    edit(organization, plain, fields=Organization.EDITABLE_FIELDS, verb="organization.updated", actor=actor)
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
        raise ActionError(_("要先通过“五好”评定，才能成立。"), code="assessment", url=organization.get_absolute_url())
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
