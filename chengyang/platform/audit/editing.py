"""Editing fields of a row: check which fields may be edited, validate, save and write the audit entry together."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from chengyang.errors import ActionError

from .actions import record


def edit(
    obj: Any, data: Mapping[str, Any], *, fields: Collection[str], verb: str, actor: Any, code: str = ""
) -> list[str]:
    """Save the values in `data` that differ from `obj` (locked by the caller), record `verb`, and return the changed names.

    `fields` are the names of the editable fields of the model; form, API and staff page use the same list. `code` is the
    reason code of the audit entry. If nothing differs, nothing is saved or recorded. Raises TypeError for a name that is not
    in `fields`, and ActionError("invalid") with the first field whose value the model refuses.
    """
    changed = assign(obj, data, fields=fields)
    if changed:
        validate(obj, changed)
        obj.save(update_fields=changed)
        record(verb, obj, actor=actor, fields=changed, reason=code)
    return changed


def assign(obj: Any, data: Mapping[str, Any], *, fields: Collection[str]) -> list[str]:
    """Set the values in `data` that differ from `obj`, without saving; return the changed names in the order of `fields`.

    Raises TypeError for a name that is not in `fields`.
    """
    if unknown := set(data) - set(fields):
        raise TypeError(f"{', '.join(sorted(unknown))} cannot be edited on {type(obj).__name__}.")
    changed = [name for name in fields if name in data and getattr(obj, name) != data[name]]
    for name in changed:
        setattr(obj, name, data[name])
    return changed


def validate(obj: models.Model, names: Collection[str] | None = None) -> None:
    """Validate the fields `names` of `obj` (None: all) and the constraints on them.

    Raises ActionError("invalid") with the first message and its field.
    """
    skipped = [] if names is None else [field.name for field in obj._meta.fields if field.name not in names]
    try:
        obj.full_clean(exclude=skipped)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise ActionError(messages[0], code="invalid", field=None if name == "__all__" else name) from error
