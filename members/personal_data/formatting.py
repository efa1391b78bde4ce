"""Rows as lines that a person reads: each field with its value, what it is for, and since when it says so."""

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
from ..officer_labels import labels_of
from .descriptions import description, label

DERIVED = (BlindIndexField, LastFourField, NameKeyField, SearchVectorField)  # made from another field, to sort and find
NEVER_SHOWN = {"id", "is_demo", "password", "code_hash", "session_hash"}
CREATED_FIELDS = ("created_at", "applied_at", "at", "sent_at", "starts")  # where a description names none


@dataclass(frozen=True)
class Line:
    """One field of a row."""

    name: str
    label: str
    value: str
    purpose: str = ""
    since: dt.date | None = None


@dataclass(frozen=True)
class Change:
    """One change of a row: when, by whom in words, and (field, before, after)."""

    at: dt.datetime
    who: str
    fields: list[tuple[str, str, str]]


@dataclass
class Item:
    """One row."""

    title: str
    since: dt.date | None
    lines: list[Line] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


class Writer:
    """Turns rows into items for `user`; the offices of all officers named in them are asked for at once."""

    def __init__(self, user: Any, found: dict[type[models.Model], list[Any]]) -> None:
        self.user = user
        named = {getattr(row, key.attname) for model, rows in found.items() for key in _officers(model) for row in rows}
        self.history = {model: _former(model, rows) for model, rows in found.items()}
        actors = {_actor(event) for former in self.history.values() for events in former.values() for event in events}
        known = get_user_model()._base_manager.filter(public_id__in=actors - {"", user.public_id})
        self.accounts = dict(known.values_list("public_id", "pk"))
        self.words = labels_of((named | set(self.accounts.values())) - {None, user.pk})

    def item(self, row: Any) -> Item:
        """Return `row` with its lines and changes."""
        model = type(row)
        born = self.born(row)
        changes = list(self.changes(row))
        since = {name: _day(change.at) for change, names in changes for name in names}
        lines = [self.line(row, column, since.get(column.name, born)) for column in shown_columns(model)]
        return Item(str(row), born, [line for line in lines if line.value], [change for change, _names in changes])

    def line(self, row: Any, column: models.Field, since: Any) -> Line:
        value = self.value(row, column)
        return Line(column.name, label(type(row), column.name), value, purpose_of(type(row), column.name), since)

    def born(self, row: Any) -> dt.date | None:
        """Return since when the row is there, as far as it says."""
        name = description(type(row)).created_field or next((name for name in CREATED_FIELDS if hasattr(row, name)), "")
        return _day(getattr(row, name)) if name else None

    def changes(self, row: Any):
        """Yield (change, names of its fields), oldest first."""
        model = type(row)
        columns = [column for column in shown_columns(model) if _is_told(model, column)]
        for before, after in pairwise([*self.history[model].get(row.pk, ()), row]):
            altered = [column for column in columns if _raw(before, column) != _raw(after, column)]
            if altered:
                pairs = [
                    (label(model, column.name), self.former(before, row, column), self.former(after, row, column))
                    for column in altered
                ]
                yield Change(before.pgh_created_at, self.who(_actor(before)), pairs), [c.name for c in altered]

    def who(self, public_id: str) -> str:
        """Return who made a change, in words."""
        if public_id == self.user.public_id:
            return _("本人")
        return self.words.get(self.accounts.get(public_id), _("系统"))

    def former(self, version: Any, row: Any, column: models.Field) -> str:
        """Return the value of a column in a kept version; sealed ones are opened with the identity of `row`."""
        if version is row or not isinstance(column, CiphertextColumn):
            return self.value(version, column) or "—"
        return (
            _read(column, decrypt_for(type(row)._meta.label, row.public_id, column.name, _raw(version, column))) or "—"
        )

    def value(self, row: Any, column: models.Field) -> str:
        """Return the value of a column in words; empty when there is none."""
        if own := description(type(row)).show.get(column.name):
            return str(own(row))
        if column.is_relation:
            return self.related(row, column)
        plain = getattr(row, column.name)
        if column.choices:
            return str(dict(column.flatchoices).get(plain, plain))
        if isinstance(column, ArrayField):
            words = dict(getattr(column.base_field, "flatchoices", ()))
            return "、".join(str(words.get(code, code)) for code in plain or ())
        return _read(column, in_words(plain))

    def related(self, row: Any, column: models.Field) -> str:
        """Return what a key points at; accounts stand by their office, never by name."""
        key = getattr(row, column.attname)
        if key is None:
            return ""
        if column.related_model is get_user_model():
            return _("本人") if key == self.user.pk else self.words.get(key, _("工作人员"))
        try:
            return str(getattr(row, column.name))
        except ObjectDoesNotExist:
            return ""


def shown_columns(model: type[models.Model]) -> list[models.Field]:
    """Return the columns of `model` that say something to a person."""
    hidden = NEVER_SHOWN.union(description(model).hidden)
    return [
        column
        for column in model._meta.concrete_fields
        if not (column.name in hidden or column.primary_key or isinstance(column, DERIVED) or _is_oneself(column))
    ]


def _is_oneself(column):
    """Whether the column says whom the row is about, by which it was found."""
    to_people = column.is_relation and column.related_model in (get_user_model(), Person)
    return to_people and not column.remote_field.hidden


def purpose_of(model: type[models.Model], name: str) -> str:
    """Return what the field is for, in words; empty for what is not personal. On the floors a key is for what its row is for."""
    codes = getattr(model, "PERSONAL", None) or OTHERS.get(model._meta.label, {})
    code = codes.get(name, "")
    if not code and codes and _points_elsewhere(model, name):
        code = next(iter(codes.values()))
    return str(BY_CODE[code].name) if code in BY_CODE else ""


def _points_elsewhere(model, name):
    column = model._meta.get_field(name)
    on_a_floor = not model.__module__.startswith("chengyang.")
    return on_a_floor and column.is_relation and column.related_model is not get_user_model()


def in_words(value: Any) -> str:
    """Return a plain value as people write it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dt.datetime):
        return dates.stamp(timezone.localtime(value))
    if isinstance(value, dt.date):
        return dates.full_day(value)
    return str(value)


def _read(column, text):
    """Return a number as it is read out; anything else as it is."""
    return phones.spaced_phone(text) if column.name == "phone" else text


def _day(value):
    return timezone.localtime(value).date() if isinstance(value, dt.datetime) else value


def _officers(model) -> Iterable[models.Field]:
    return [key for key in model._meta.concrete_fields if key.is_relation and key.related_model is get_user_model()]


def _is_told(model, column):
    """Whether a change of this column is told: personal fields and the state, not every time stamp."""
    return column.name == "state" or bool(purpose_of(model, column.name))


def _former(model, rows):
    """Return the kept former versions of `rows`: pk → versions, oldest first."""
    try:
        event = model._meta.get_field("history").related_model
    except FieldDoesNotExist:
        return {}
    kept: dict[Any, list[Any]] = {}
    versions = event._base_manager.filter(pgh_obj_id__in=[row.pk for row in rows], pgh_label="update")
    for version in versions.order_by("pgh_id"):
        kept.setdefault(version.pgh_obj_id, []).append(version)
    return kept


def _actor(event):
    return (event.pgh_context or {}).get("actor", "")


def _raw(version, column):
    """Return the stored value of a column, without opening sealed ones."""
    return version.__dict__.get(column.attname)
