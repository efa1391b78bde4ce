"""The values of a record's history as people read them: states by label, foreign keys by name, dates in Chinese."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models

from chengyang.extensions import Change
from chengyang.lib.chinese import dates
from chengyang.lib.vault.fields import BlindIndexField, EncryptedField, LastFourField
from chengyang.lib.vault.public_ids import PublicIdField
from chengyang.platform.accounts.models import User
from chengyang.platform.web.fields import NameKeyField

from .detail_rows import moment_text

CLIPPED = 80  # characters of a long text
NOTHING = "—"
# Texts that say why something was done. They are shown below the change, not as a change.
REASONS = ("reason", "note", "answer", "reopen_reason", "objection")
_DERIVED = (
    EncryptedField,
    LastFourField,
    NameKeyField,
    SearchVectorField,
    PublicIdField,
)  # an index says that it changed
_TECHNICAL = {
    "is_demo",
    "query_code",
    "reminders",
    "sequence",
    "previous_hours",
    "step",
    "surname_failures",
    "opened_is_demo",
}

Names = Mapping[tuple[type[models.Model], Any], str]


def fields_of(row: models.Model, *, moments: Collection[str] = ()) -> list[Any]:
    """Return the fields of the tracked `row` whose changes people read.

    Without derived columns, accounts (who did it is said anyway) and the moments of steps, except those in `moments` and those
    that somebody edits.
    """
    editable = {*getattr(row, "EDITABLE_FIELDS", ()), *moments}
    stored = {field.name for field in row._meta.concrete_model.pgh_event_model._meta.concrete_fields}
    return [field for field in row._meta.concrete_fields if field.name in stored and _is_read(field, editable)]


def _is_read(field: Any, editable: Collection[str]) -> bool:
    if field.primary_key or isinstance(field, _DERIVED) or field.name in _TECHNICAL:
        return False
    if field.is_relation and field.related_model is User:
        return False
    return not (isinstance(field, models.DateTimeField) and field.name not in editable)


def names_of(fields: Iterable[Any], versions: Iterable[Any]) -> Names:
    """Return the names of the rows that foreign keys in `versions` point at; one query for each table."""
    wanted: dict[type[models.Model], set] = {}
    versions = list(versions)
    for field in fields:
        if field.is_relation:
            keys = {getattr(version, field.attname) for version in versions} - {None}
            wanted.setdefault(field.related_model, set()).update(keys)
    return {
        (model, pk): str(row)
        for model, keys in wanted.items()
        if keys
        for pk, row in model._base_manager.in_bulk(keys).items()
    }


def change(row: models.Model, field: Any, old: Any, new: Any, names: Names, *, reads: bool) -> Change:
    """Return the change of `field` in words; without the values where they are encrypted, or personal and not `reads`."""
    if isinstance(field, BlindIndexField):
        return Change(field.source.verbose_name, None, None)
    if not reads and field.name in getattr(row, "PERSONAL", ()):
        return Change(field.verbose_name, None, None)
    return Change(field.verbose_name, words(row, field, old, names), words(row, field, new, names))


def words(row: models.Model, field: Any, value: Any, names: Names) -> str:
    """Return one value of `field` as text. A model may define `<field>_words(value)` for a column of its own making."""
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if own := getattr(row, f"{field.name}_words", None):
        return own(value)
    if field.is_relation:
        return names.get((field.related_model, value), NOTHING)
    if isinstance(value, list):
        labels = dict(getattr(field, "base_field", field).flatchoices)
        return "、".join(str(labels.get(item, item)) for item in value)
    return _plain(dict(field.flatchoices).get(value, value))


def _plain(value: Any) -> str:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dates.full_day(value)
    if (moment := moment_text(value)) is not None:
        return moment
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    text = " ".join(str(value).split())
    return text if len(text) <= CLIPPED else f"{text[:CLIPPED]}…"
