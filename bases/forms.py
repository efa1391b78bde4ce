"""Filters of the list of bases, read from the query string."""

from django.db.models import QuerySet
from django.http import QueryDict

from chengyang.platform.accounts.models import Subdistrict

from .models import Base


class BaseFilter:
    """The filters `?level=` and `?subdistrict=`, each a code; `is_complete` is False when an unknown code was left out."""

    def __init__(self, query: QueryDict) -> None:
        self.values = {name: query.get(name, "") for name in ("level", "subdistrict")}
        self.subdistricts = list(Subdistrict.objects.all())
        known = {"level": Base.Level.values, "subdistrict": [area.code for area in self.subdistricts]}
        read = {name: value if value in known[name] else "" for name, value in self.values.items()}
        self.is_complete = read == self.values
        self.values = read

    def apply(self, rows: QuerySet) -> QuerySet:
        """Return `rows` filtered by the chosen values."""
        lookups = {"level": self.values["level"], "subdistrict__code": self.values["subdistrict"]}
        return rows.filter(**{name: value for name, value in lookups.items() if value})
