"""Columns that follow another column of their row: sort keys and search vectors of names and texts."""

from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models

from chengyang.lib.chinese import pinyin, search


class NameKeyField(models.CharField):
    """The key that names sort by: pinyin with the surname's own reading, then the name (requirements U01)."""

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
    """Every way a name is typed: characters, parts, pinyin and initials (requirements U01, U02)."""

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
    """Two-character shingles of the named columns (requirements U17); needs no parser, dictionary or locale."""

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
    """A ready `tsquery` literal (`chengyang.lib.chinese.search` makes them), so that no parser or locale is involved."""

    def __init__(self, literal: str) -> None:
        self.literal = literal
        super().__init__(literal, search_type="raw")

    def as_sql(self, compiler, connection, function=None, template=None):
        return "%s::tsquery", [self.literal]
