"""Detail rows made from the fields of a model, so that a new editable field is shown without code of its own."""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.admin.utils import display_for_value

from chengyang.extensions import DetailRow
from chengyang.platform.web.wording import yes_or_no


def field_row(obj: Any, name: str) -> DetailRow:
    """Return the row for the field `name` of `obj`: its verbose name and its value, as staff read it."""
    field = obj._meta.get_field(name)
    value = getattr(obj, f"get_{name}_display")() if getattr(field, "choices", None) else getattr(obj, name)
    if isinstance(value, bool):
        return DetailRow(field.verbose_name, yes_or_no(value))
    return DetailRow(field.verbose_name, display_for_value(value, "—") if value is not None else "—")


def remaining_rows(obj: Any, names: Iterable[str], *, shown: Collection[str]) -> list[DetailRow]:
    """Return the rows of those fields in `names` that are not `shown` elsewhere and are filled in, in their order.

    `names` is the list of editable fields of the model, `shown` are the fields whose rows are written by hand.
    """
    return [field_row(obj, name) for name in names if name not in shown and getattr(obj, name) not in (None, "", [])]
