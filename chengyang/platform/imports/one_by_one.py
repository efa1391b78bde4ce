"""Writing the rows of a sheet by the action on one of them, for lists that are short."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from chengyang.errors import ActionError, NotAllowed


def each(rows: Iterable[Any], act: Callable[[Any], Any]) -> list[Any]:
    """Return for each of `rows` what `act(row)` returned, or the error with which it refused; that row is rolled back alone."""
    return [_one(row, act) for row in rows]


def _one(row: Any, act: Callable[[Any], Any]) -> Any:
    try:
        with transaction.atomic():
            return act(row)
    except ValidationError as error:
        return ActionError("".join(error.messages), code="invalid")
    except (ActionError, NotAllowed) as error:
        return error


def locked(rows: models.QuerySet, pks: Iterable[Any]) -> dict[Any, Any]:
    """Return key → row of those of `rows` with the keys `pks`, locked in the order of their keys."""
    if not pks:
        return {}
    found = rows.filter(pk__in=set(pks)).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {row.pk: row for row in found}


def by_key(rows: models.QuerySet, keys: Iterable[str]) -> dict[str, Any]:
    """Return the text of the key → row, of rows without public ids; what is no number is left out."""
    numbers = {int(key) for key in keys if key.isdecimal() and len(key) < 18}
    return {str(row.pk): row for row in rows.filter(pk__in=numbers)} if numbers else {}
