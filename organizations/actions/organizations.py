"""联谊组织: creating and editing; what becomes of it is decided by steps (`actions.life`)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from chengyang.errors import require
from chengyang.platform.accounts import organizing
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock

from .. import permissions
from ..models import Organization
from .register import check_register

SETS = ("categories", "work_fields")  # whom it is for, and what it works on


@transaction.atomic
def create_organization(data: Mapping[str, Any], *, actor: Any) -> Organization:
    """Create an organization in preparation from `data` (names in OFFICE_FIELDS, EDITABLE_FIELDS and SETS).

    Its slug is made from the name in pinyin. Raises ActionError("invalid") with the field that the model or a constraint
    refuses, as `register.check_register`, NotAllowed outside the actor's subdistricts.
    """
    fields = {name: value for name, value in data.items() if name not in SETS}
    check_register(Organization(), fields)
    organization = organizing.create(Organization(**fields), actor=actor)
    for name in SETS:
        getattr(organization, name).set(data.get(name, ()))
    return organization


@transaction.atomic
def edit_organization(organization: Organization, data: Mapping[str, Any], *, actor: Any) -> Organization:
    """Change `data` (names in OFFICE_FIELDS, EDITABLE_FIELDS and SETS).

    Only the responsible staff change a field of OFFICE_FIELDS, and move it only to where they are responsible, too. Raises
    ActionError("invalid") with the field that the model refuses, as `register.check_register`, TypeError for a name that cannot
    be edited, NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_manage_organization, actor, organization)
    plain = {name: value for name, value in data.items() if name not in SETS}
    check_register(organization, plain)
    organizing.change(organization, plain, actor=actor)
    for name in SETS:
        rows = getattr(organization, name)
        if name in data and set(data[name]) != set(rows.all()):
            rows.set(data[name])
            audit.record("organization.updated", organization, actor=actor, fields=[name])
    return organization
