"""The columns that a list of the staff site can export: those it shows, with their types, and those that its admin adds.

An entry of `export_more` is a `Column`, the name of a field (`unit`), or a path to one (`person__unit`).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib.admin.utils import display_for_value, label_for_field
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from chengyang.lib.vault.fields import EncryptedField
from chengyang.platform.sheets.columns import Column, Kind
from chengyang.platform.web.wording import yes_or_no

KINDS = (  # class of a field → type of its cells; the first that matches
    (models.DateTimeField, Kind.MOMENT),
    (models.DateField, Kind.DATE),
    (models.DecimalField, Kind.MONEY),
    (models.IntegerField, Kind.NUMBER),
    (models.FloatField, Kind.NUMBER),
)
PEOPLE = {"members.Person", "accounts.User"}


def columns_of(model_admin: Any) -> list[Column]:
    """Return all columns of the list of `model_admin`: first those that its page shows."""
    named = [entry if isinstance(entry, Column) else _named(model_admin, entry) for entry in _entries(model_admin)]
    return list({column.code: column for column in named}.values())


def shown_codes(model_admin: Any) -> list[str]:
    """Return the codes of the columns that the page of the list shows."""
    return list(model_admin.list_display)


def chosen(model_admin: Any, codes: Sequence[str]) -> list[Column]:
    """Return the columns with `codes`, in the order of the list. Unknown codes are left out."""
    return [column for column in columns_of(model_admin) if column.code in set(codes)]


def related_of(columns: Sequence[Column]) -> list[str]:
    """Return the foreign keys that `columns` follow."""
    return list(dict.fromkeys(path for column in columns for path in column.related))


def _entries(model_admin: Any) -> list[Any]:
    typed = {entry.code: entry for entry in model_admin.export_more if isinstance(entry, Column)}
    return [*(typed.get(name, name) for name in model_admin.list_display), *model_admin.export_more]


def _named(model_admin: Any, name: str) -> Column:
    """Return the column of a field, of a path to a field, or of a method of the admin or the model."""
    found = field_at(model_admin.model, name)
    if found is not None:
        return _of_field(name, *found)
    header = label_for_field(name, model_admin.model, model_admin)
    return Column(name, header, partial(_displayed, model_admin, name), personal=model_admin.people_of is not None)


def field_at(model: type[models.Model], path: str) -> tuple[type[models.Model], Any] | None:
    """Return (model, field) at the end of `path`; None where `path` names no field."""
    *way, last = path.split("__") if not path.startswith("__") else [path]
    try:
        for part in way:
            model = model._meta.get_field(part).related_model
        return model, model._meta.get_field(last)
    except FieldDoesNotExist:
        return None


def model_at(model: type[models.Model], path: str) -> type[models.Model]:
    """Return the model that the foreign key at `path` leads to, `model` itself for an empty path."""
    found = field_at(model, path) if path else None
    return model if found is None else found[1].related_model


def _of_field(path: str, model: type[models.Model], field: Any) -> Column:
    if isinstance(field, EncryptedField):
        raise ValueError(f"{path} is encrypted: declare a Column that masks it.")
    way = path.split("__")
    is_person = field.is_relation and field.related_model._meta.label in PEOPLE
    personal = is_person or model._meta.label in PEOPLE or field.name in getattr(model, "PERSONAL", {})
    related = "__".join(way if field.is_relation else way[:-1])
    kind = Kind.TEXT if field.choices else next((kind for base, kind in KINDS if isinstance(field, base)), Kind.TEXT)
    kind = Kind.NUMBER if kind == Kind.MONEY and field.decimal_places != 2 else kind
    make = _maker(field)
    reads = f"{path}__name" if is_person and field.related_model._meta.label == "members.Person" else path
    return Column(
        path,
        _header(field),
        _reader(way, make),
        kind,
        personal,
        related=(related,) if related else (),
        reads=(reads,),
        make=make,
    )


def _header(field: Any) -> Any:
    return _("编号") if field.name == "public_id" else field.verbose_name


def _reader(way: list[str], make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function that reads the field at the end of `way` from a row."""

    def read(row: Any) -> Any:
        for part in way[:-1]:
            row = getattr(
                row, part, None
            )  # the other side of a one-to-one key raises an AttributeError where there is none
            if row is None:
                return None
        return make(getattr(row, way[-1]))

    return read


def _maker(field: Any) -> Callable[[Any], Any]:
    """Return the function that makes the content of a cell from the value of `field`."""
    if field.choices:
        labels = {value: str(label) for value, label in field.flatchoices}
        return lambda value: labels.get(value, value)
    if isinstance(field, models.BooleanField):
        return lambda value: None if value is None else str(yes_or_no(value))
    if isinstance(field, ArrayField):
        return lambda value: "、".join(map(str, value or ()))
    return lambda value: value


def _displayed(model_admin: Any, name: str, row: Any) -> Any:
    """Return what the list shows in the column `name`, a method of the admin or the model, as text."""
    method = getattr(model_admin, name, None)
    value = method(row) if method is not None and name != "__str__" else getattr(row, name)
    value = value() if method is None or name == "__str__" else value
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, dt.date):
        return display_for_value(value, "")
    return "" if value in (None, "—") else str(value)
