"""Formats rows for 我的数据: each field with its label, value, purpose and the day since when it has this value."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from chengyang.lib.chinese import dates, phones
from chengyang.lib.vault.fields import BlindIndexField, CiphertextColumn, LastFourField, decrypt_for
from chengyang.platform.privacy.purposes import BY_CODE, OTHERS
from chengyang.platform.web.fields import NameKeyField

from ..models import Person
from ..officer_labels import officer_labels
from .descriptions import description, label

DERIVED = (
    BlindIndexField,
    LastFourField,
    NameKeyField,
    SearchVectorField,
)  # computed from another field for sorting and searching
NEVER_SHOWN = {"id", "is_demo", "password", "code_hash", "session_hash"}
TECHNICAL = {"public_id"}  # folded away in every table
CREATED_FIELDS = ("created_at", "applied_at", "at", "sent_at", "starts")  # tried where the description names none


@dataclass(frozen=True)
class Line:
    """One field of a row; `since` is the day of its last change, or of the creation of the row."""

    name: str
    label: str
    value: str
    purpose: str = ""
    since: dt.date | None = None


@dataclass(frozen=True)
class Change:
    """One change of a row: time, label of who made it, and (field label, before, after) for each field."""

    at: dt.datetime
    who: str
    fields: list[tuple[str, str, str]]


@dataclass
class Item:
    """One row: its lines, the technical ones apart, and its changes; `since` is the day of its creation, if known."""

    title: str
    since: dt.date | None
    lines: list[Line] = field(default_factory=list)
    technical: list[Line] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


class RowFormatter:
    """Formats rows as items for `user`; histories and labels of officers are fetched once for all rows."""

    def __init__(self, user: Any, found: dict[type[models.Model], list[Any]]) -> None:
        self.user = user
        named = {getattr(row, key.attname) for model, rows in found.items() for key in _officers(model) for row in rows}
        self.history = _histories(found, user)
        actors = {_actor(event) for former in self.history.values() for events in former.values() for event in events}
        known = get_user_model()._base_manager.filter(public_id__in=actors - {"", user.public_id})
        self.accounts = dict(known.values_list("public_id", "pk"))
        self.officer_labels = officer_labels((named | set(self.accounts.values())) - {None, user.pk})

    def item(self, row: Any) -> Item:
        """Return `row` as an item with lines and changes."""
        model = type(row)
        created_on = self.created_on(row)
        changes = list(self.changes(row))
        since = {name: _day(change.at) for change, names in changes for name in names}
        lines = [self.line(row, column, since.get(column.name, created_on)) for column in shown_columns(model)]
        lines = [line for line in lines if line.value]
        technical = TECHNICAL.union(description(model).technical)
        return Item(
            title=str(description(model).row_title(row)),
            since=created_on,
            lines=[line for line in lines if line.name not in technical],
            technical=[line for line in lines if line.name in technical],
            changes=[change for change, _names in changes],
        )

    def newest_first(self, rows: Iterable[Any]) -> list[Any]:
        """Return `rows` of one table in the order of the page: those created last first."""
        return sorted(rows, key=lambda row: (self.created_on(row) or dt.date.min, row.pk), reverse=True)

    def line(self, row: Any, column: models.Field, since: Any) -> Line:
        value = self.value(row, column)
        return Line(column.name, label(type(row), column.name), value, purpose_of(type(row), column.name), since)

    def created_on(self, row: Any) -> dt.date | None:
        """Return the day on which the row was created, or None if no field tells it."""
        name = description(type(row)).created_field or next((name for name in CREATED_FIELDS if hasattr(row, name)), "")
        return _day(getattr(row, name)) if name else None

    def changes(self, row: Any):
        """Yield (change, names of its fields), oldest first."""
        model = type(row)
        columns = [column for column in shown_columns(model) if _shows_changes(model, column)]
        for before, after in pairwise([*self.history[model].get(row.pk, ()), row]):
            altered = [column for column in columns if _raw(before, column) != _raw(after, column)]
            if altered:
                pairs = [
                    (label(model, column.name), self.former(before, row, column), self.former(after, row, column))
                    for column in altered
                ]
                yield Change(before.pgh_created_at, self.who(_actor(before)), pairs), [c.name for c in altered]

    def who(self, public_id: str) -> str:
        """Return the label of who made a change, by the public id of the account; 系统 for none."""
        if public_id == self.user.public_id:
            return _("本人")
        return self.officer_labels.get(self.accounts.get(public_id), _("系统"))

    def former(self, version: Any, row: Any, column: models.Field) -> str:
        """Return the value of a column in a former version, "—" if empty.

        Ciphertext is bound to the public id of `row`, which the version does not have, so it is decrypted with that id.
        """
        if version is row or not isinstance(column, CiphertextColumn):
            return self.value(version, column) or "—"
        return (
            _readable(column, decrypt_for(type(row)._meta.label, row.public_id, column.name, _raw(version, column)))
            or "—"
        )

    def value(self, row: Any, column: models.Field) -> str:
        """Return the value of a column as text; empty if there is none."""
        if own := description(type(row)).show.get(column.name):
            return str(own(row))
        if column.is_relation:
            return self.related(row, column)
        plain = getattr(row, column.name)
        if column.choices:
            return "" if plain is None else str(dict(column.flatchoices).get(plain, plain))
        if isinstance(column, ArrayField):
            labels = dict(getattr(column.base_field, "flatchoices", ()))
            return "、".join(str(labels.get(code, code)) for code in plain or ())
        return _readable(column, as_text(plain))

    def related(self, row: Any, column: models.Field) -> str:
        """Return the object that a key points at, as text; accounts by the label of the officer, never by name."""
        key = getattr(row, column.attname)
        if key is None:
            return ""
        if column.related_model is get_user_model():
            return _("本人") if key == self.user.pk else self.officer_labels.get(key, _("工作人员"))
        try:
            return str(getattr(row, column.name))
        except ObjectDoesNotExist:
            return ""


def shown_columns(model: type[models.Model]) -> list[models.Field]:
    """Return the columns of `model` that are shown: not hidden, not derived, not the key to the person concerned."""
    hidden = NEVER_SHOWN.union(description(model).hidden)
    return [
        column
        for column in model._meta.concrete_fields
        if not (column.name in hidden or column.primary_key or isinstance(column, DERIVED) or _is_key_to_person(column))
    ]


def _is_key_to_person(column):
    """Return whether the column is the key to the account or person that the row is about."""
    to_people = column.is_relation and column.related_model in (get_user_model(), Person)
    return to_people and not column.remote_field.hidden


def purpose_of(model: type[models.Model], name: str) -> str:
    """Return the name of the purpose of a field; empty if it is not personal.

    In the apps outside `chengyang` a foreign key has the purpose of the first personal field of its row.
    """
    codes = getattr(model, "PERSONAL", None) or OTHERS.get(model._meta.label, {})
    code = codes.get(name, "")
    if not code and codes and _is_key_in_product_app(model, name):
        code = next(iter(codes.values()))
    return str(BY_CODE[code].name) if code in BY_CODE else ""


def _is_key_in_product_app(model, name):
    column = model._meta.get_field(name)
    in_product_app = not model.__module__.startswith("chengyang.")
    return in_product_app and column.is_relation and column.related_model is not get_user_model()


def as_text(value: Any) -> str:
    """Return a plain value as text: dates, times and booleans in Chinese form."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dt.datetime):
        return dates.stamp(timezone.localtime(value))
    if isinstance(value, dt.date):
        return dates.full_day(value)
    return str(value)


def _readable(column, text):
    """Return a phone number in groups of digits, any other text unchanged."""
    return phones.spaced_phone(text) if column.name == "phone" else text


def _day(value):
    return timezone.localtime(value).date() if isinstance(value, dt.datetime) else value


def _officers(model) -> Iterable[models.Field]:
    return [key for key in model._meta.concrete_fields if key.is_relation and key.related_model is get_user_model()]


def _shows_changes(model, column):
    """Return whether changes of this column are shown: those of personal fields and of the state, not of time stamps."""
    return column.name == "state" or bool(purpose_of(model, column.name))


def _histories(rows_by_model, user):
    """Return, by model and primary key, the stored former versions of rows, oldest first; a query asks which models have any."""
    versions = {model: _versions(model, rows) for model, rows in rows_by_model.items()}
    asked = {model: rows for model, rows in versions.items() if rows is not None}
    own = get_user_model()._base_manager.filter(pk=user.pk)
    has_some = own.values_list(*(models.Exists(rows) for rows in asked.values())).get() if asked else ()
    found: dict[type[models.Model], dict[Any, list[Any]]] = {model: {} for model in rows_by_model}
    for (model, rows), has in zip(asked.items(), has_some, strict=True):
        for version in rows.order_by("pgh_id") if has else ():
            found[model].setdefault(version.pgh_obj_id, []).append(version)
    return found


def _versions(model, rows):
    """Return the query for the former versions of `rows`, or None for a table without a history."""
    try:
        event = model._meta.get_field("history").related_model
    except FieldDoesNotExist:
        return None
    return event._base_manager.filter(pgh_obj_id__in=[row.pk for row in rows], pgh_label="update")


def _actor(event):
    return (event.pgh_context or {}).get("actor", "")


def _raw(version, column):
    """Return the stored value of a column, without decrypting ciphertext."""
    return version.__dict__.get(column.attname)
