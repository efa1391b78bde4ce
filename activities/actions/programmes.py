"""Programmes and brands: few, and kept by the district office."""

from typing import Any

from django.db import transaction

from chengyang.errors import require
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock

from ..models import Brand, Programme
from ..permissions import can_keep_programmes


@transaction.atomic
def edit_programme(programme: Programme, *, actor: Any, **data: Any) -> Programme:
    """Edit `data` (names in `Programme.EDITABLE_FIELDS`); the code is its hue and mark and stays. Raises ActionError("invalid")."""
    return _edit(programme, data, actor)


@transaction.atomic
def add_brand(*, actor: Any, **data: Any) -> Brand:
    """Add a brand. Raises ActionError("invalid") naming the field, also for a name that is taken."""
    brand = Brand(**data)
    require(can_keep_programmes, actor, brand)
    validate(brand)
    brand.save(force_insert=True)
    record("settings.changed", brand, actor=actor, fields=data)
    return brand


@transaction.atomic
def edit_brand(brand: Brand, *, actor: Any, **data: Any) -> Brand:
    """Edit `data` (names in `Brand.EDITABLE_FIELDS`). Raises ActionError("invalid") naming the field."""
    return _edit(brand, data, actor)


def _edit(row: Any, data: dict[str, Any], actor: Any) -> Any:
    row = lock(row)
    require(can_keep_programmes, actor, row)
    edit(row, data, fields=row.EDITABLE_FIELDS, verb="settings.changed", actor=actor)
    return row
