"""When a base is open: the rows of its weekly hours, and exceptions such as a holiday of its own or longer evenings."""

import datetime as dt
from typing import Any

from django.db import transaction

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock

from .. import permissions
from ..models import Base, OpeningException, OpeningTime
from ..opening import parse_week


def write_opening_times(base: Base) -> None:
    """Write the rows of the weekly hours that `base.hours` says; the caller has locked `base`. Raises ActionError("hours")."""
    try:
        week = parse_week(base.hours)
    except ValueError as error:
        raise ActionError(error.args[0], code="hours", field="hours") from None
    base.opening_times.all().delete()
    OpeningTime.objects.bulk_create(
        OpeningTime(base=base, weekday=day, opens=opens, closes=closes)
        for day, spans in week.items()
        for opens, closes in spans
    )


@transaction.atomic
def add_exception(
    base: Base,
    *,
    actor: Any,
    starts: dt.date,
    ends: dt.date,
    reason: str,
    opens: dt.time | None = None,
    closes: dt.time | None = None,
) -> OpeningException:
    """Enter other hours of `base` from the day `starts` to `ends` (exclusive), or without `opens` that it is closed.

    Raises ActionError("invalid") with the field, such as for a day that has an exception already, NotAllowed.
    """
    base = lock(base)
    require(permissions.can_edit_base, actor, base)
    row = OpeningException(base=base, starts=starts, ends=ends, opens=opens, closes=closes, reason=reason.strip())
    row.is_demo = base.is_demo
    validate(row)
    row.save(force_insert=True)
    audit.record("opening_exception.added", row, actor=actor)
    return row


@transaction.atomic
def edit_exception(row: OpeningException, *, actor: Any, **data: Any) -> OpeningException:
    """Change `data` (names in `OpeningException.EDITABLE_FIELDS`) of an exception. Raises as `add_exception`."""
    base = lock(row.base)
    row = lock(row)
    require(permissions.can_edit_base, actor, base)
    if changed := assign(row, data, fields=OpeningException.EDITABLE_FIELDS):
        validate(row)  # the whole row: its constraints compare several fields
        row.save(update_fields=changed)
        audit.record("opening_exception.edited", row, actor=actor, fields=changed)
    return row


@transaction.atomic
def remove_exception(row: OpeningException, *, actor: Any) -> OpeningException:
    """Delete an exception: the usual hours hold again. Raises NotAllowed."""
    base = lock(row.base)
    require(permissions.can_edit_base, actor, base)
    audit.record("opening_exception.removed", row, actor=actor)
    history.delete_with_history(OpeningException.objects.filter(pk=row.pk))
    return row
