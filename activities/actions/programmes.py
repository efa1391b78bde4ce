"""Programmes and brands, which the district office maintains."""

from typing import Any

from django.db import transaction

from chengyang.errors import require
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.editing import assign, edit, validate
from chengyang.platform.audit.transitions import lock

from ..models import Brand, Programme
from ..permissions import can_manage_programmes


@transaction.atomic
def edit_programme(programme: Programme, *, actor: Any, **data: Any) -> Programme:
    """Edit `data` (names in `Programme.EDITABLE_FIELDS`). The code cannot be edited: it selects the colour and the icon.

    Raises NotAllowed, ActionError("invalid") naming the field.
    """
    return _edit(programme, data, actor)


@transaction.atomic
def add_brand(*, actor: Any, **data: Any) -> Brand:
    """Create a brand from `data` (names in `Brand.EDITABLE_FIELDS`).

    Raises NotAllowed, ActionError("invalid") naming the field, also for a name that is taken.
    """
    brand = Brand()
    assign(brand, data, fields=Brand.EDITABLE_FIELDS)
    require(can_manage_programmes, actor, brand)
    validate(brand)
    brand.save(force_insert=True)
    record("settings.changed", brand, actor=actor, fields=data)
    return brand


@transaction.atomic
def edit_brand(brand: Brand, *, actor: Any, **data: Any) -> Brand:
    """Edit `data` (names in `Brand.EDITABLE_FIELDS`). Raises NotAllowed, ActionError("invalid") naming the field."""
    return _edit(brand, data, actor)


def _edit(row: Any, data: dict[str, Any], actor: Any) -> Any:
    row = lock(row)
    require(can_manage_programmes, actor, row)
    edit(row, data, fields=row.EDITABLE_FIELDS, verb="settings.changed", actor=actor)
    return row
