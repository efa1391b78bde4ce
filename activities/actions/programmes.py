"""Programmes and brands: few, and kept by the district office."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from chengyang.errors import ActionError, require
from chengyang.platform.audit.actions import record
from chengyang.platform.audit.transitions import lock

from ..models import Brand, Programme
from ..permissions import can_keep_programmes


@transaction.atomic
def edit_programme(programme: Programme, *, actor: Any, **fields: Any) -> Programme:
    """Change name, summary or order; the code is its hue and mark and stays. Raises ActionError("invalid")."""
    return _write(lock(programme), fields, actor)


@transaction.atomic
def add_brand(*, actor: Any, **fields: Any) -> Brand:
    """Add a brand. Raises ActionError("invalid") naming the field, also for a name that is taken."""
    return _write(Brand(), fields, actor)


@transaction.atomic
def edit_brand(brand: Brand, *, actor: Any, **fields: Any) -> Brand:
    """Change name, summary, since when, or order. Raises ActionError("invalid")."""
    return _write(lock(brand), fields, actor)


def _write(row: Any, fields: dict[str, Any], actor: Any) -> Any:
    require(can_keep_programmes, actor, row)
    for name, value in fields.items():
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise ActionError(sentences[0], code="invalid", field=field) from error
    if row.pk is None:
        row.save(force_insert=True)
    else:
        row.save(update_fields=list(fields))
    record("settings.changed", row, actor=actor, fields=fields)
    return row
