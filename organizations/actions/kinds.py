"""组织类型 and 工作领域: the lists that the district office keeps."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock

from .. import permissions
from ..models import Kind, WorkField
from .register import lock_register

Listed = Kind | WorkField
ADDED = {Kind: "organization_kind.added", WorkField: "work_field.added"}
UPDATED = {Kind: "organization_kind.updated", WorkField: "work_field.updated"}


@transaction.atomic
def add_listed(row: Listed, *, actor: Any) -> Listed:
    """Save the new `row` of one of the lists. Raises ActionError("invalid") with the field, NotAllowed for all but the district."""
    require(permissions.can_keep_lists, actor, row)
    lock_register()
    validate(row)
    row.save(force_insert=True)
    audit.record(ADDED[type(row)], row, actor=actor)
    return row


@transaction.atomic
def edit_listed(row: Listed, data: Mapping[str, Any], *, actor: Any) -> Listed:
    """Change `data` (names in EDITABLE_FIELDS) of a row; what is no longer offered stays with the organizations that have it.

    Raises ActionError("invalid") with the field, ("code") where organizations of a kind that is not to register have a code,
    NotAllowed for all but the district.
    """
    row = lock(row)
    require(permissions.can_keep_lists, actor, row)
    lock_register()
    if data.get("may_register") is False and row.organizations.exclude(credit_code="").exists():  # type: ignore[union-attr,misc]
        text = _("有这类组织已经登记，写了统一社会信用代码。")
        raise ActionError(text, code="code", field="may_register")
    edit(row, data, fields=type(row).EDITABLE_FIELDS, verb=UPDATED[type(row)], actor=actor)
    return row
