"""Fields that several apps have: those computed from other columns of their row, and the key to an account that acted."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models

from chengyang.lib.chinese import pinyin, search


def acting_account(label: Any) -> models.ForeignKey:
    """Return a key to the account that did something to a row, such as a reviewer; None until somebody did.

    It has no reverse name: by this convention `members.personal_data` knows that the row is about somebody else.
    """
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


class NameKeyField(models.CharField):
    """The sort key of a name: pinyin, with the reading that the character has as a surname, then the name (requirements U01)."""

    def __init__(self, source: str = "name", **options: Any) -> None:
        self.source = source
        super().__init__(**{"max_length": 400, "editable": False, "default": "", "db_collation": "C", **options})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.source, *args], kwargs

    def pre_save(self, instance, add):
        value = pinyin.name_key(getattr(instance, self.source) or "")
        setattr(instance, self.attname, value)
        return value


class NameSearchField(SearchVectorField):
    """The search vector of a name: characters, parts, pinyin and initials (requirements U01, U02)."""

    def __init__(self, source: str = "name", **options: Any) -> None:
        self.source = source
        super().__init__(**{"editable": False, "null": True, **options})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.source, *args], kwargs

    def pre_save(self, instance, add):
        value = search.name_vector(getattr(instance, self.source) or "")
        setattr(instance, self.attname, value)
        return value


class TextSearchField(SearchVectorField):
    """The search vector of two-character shingles of columns (requirements U17); needs no parser, dictionary or locale."""

    def __init__(self, *sources: str, **options: Any) -> None:
        self.sources = sources
        super().__init__(**{"editable": False, "null": True, **options})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, [*self.sources, *args], kwargs

    def pre_save(self, instance, add):
        value = search.text_vector(*(str(getattr(instance, source) or "") for source in self.sources))
        setattr(instance, self.attname, value)
        return value


class LiteralQuery(SearchQuery):
    """A `tsquery` literal from `chengyang.lib.chinese.search`; Postgres needs no parser or locale for it."""

    def __init__(self, literal: str) -> None:
        self.literal = literal
        super().__init__(literal, search_type="raw")

    def as_sql(self, compiler, connection, function=None, template=None):
        return "%s::tsquery", [self.literal]
