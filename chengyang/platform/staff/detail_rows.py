"""Detail rows made from the fields of a model, so that a new editable field is shown without code of its own."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.admin.utils import display_for_value
from django.db.models import Model
from django.utils import timezone

from chengyang.extensions import DetailRow
from chengyang.lib.chinese import dates
from chengyang.platform.web.wording import yes_or_no


def moment_text(value: Any) -> str | None:
    """Return the text of a date, a time or a boolean as lists write it; None for any other value."""
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, dt.datetime):
        moment = timezone.localtime(value)
        return f"{dates.day(moment)} {moment:%H:%M}"
    return dates.day(value) if isinstance(value, dt.date) else None


def cell_text(value: Any) -> Any:
    """Return `value` as a table of the staff site shows it: dates in Chinese, a row by the name that tells it apart."""
    return moment_text(value) or display_for_value(getattr(value, "staff_label", value), "—")


def field_row(obj: Any, name: str) -> DetailRow:
    """Return the row for the field `name` of `obj`: its verbose name and its value, as staff read it."""
    field = obj._meta.get_field(name)
    value = getattr(obj, f"get_{name}_display")() if getattr(field, "choices", None) else getattr(obj, name)
    return DetailRow(field.verbose_name, value if isinstance(value, Model) else cell_text(value))


def remaining_rows(obj: Any, names: Iterable[str], *, shown: Collection[str]) -> list[DetailRow]:
    """Return the rows of those fields in `names` that are not `shown` elsewhere and are filled in, in their order.

    `names` is the list of editable fields of the model, `shown` are the fields whose rows are written by hand.
    """
    return [field_row(obj, name) for name in names if name not in shown and getattr(obj, name) not in (None, "", [])]
