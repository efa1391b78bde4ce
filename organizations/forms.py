"""Filters of the list of organizations, read from the query string."""

from django.db.models import Count, QuerySet
from django.http import QueryDict

from chengyang.platform.accounts.models import Subdistrict
from members.models import Category

from .models import Organization

NAMES = ("level", "subdistrict", "category")


class OrganizationFilter:
    """The filters `?level=`, `?subdistrict=` and `?category=`, each a code.

    `is_complete` is False when an unknown code was left out.
    """

    def __init__(self, query: QueryDict) -> None:
        self.values = {name: query.get(name, "") for name in NAMES}
        self.subdistricts = list(Subdistrict.objects.all())
        self.categories = list(Category.objects.all())
        known = {
            "level": Organization.Level.values,
            "subdistrict": [area.code for area in self.subdistricts],
            "category": [category.code for category in self.categories],
        }
        read = {name: value if value in known[name] else "" for name, value in self.values.items()}
        self.is_complete = read == self.values
        self.values = read

    def apply(self, rows: QuerySet, *, leaving_out: str = "") -> QuerySet:
        """Return `rows` filtered by the chosen values, except by the filter `leaving_out`, to count its choices."""
        lookups = {
            "level": self.values["level"],
            "subdistrict__code": self.values["subdistrict"],
            "categories__code": self.values["category"],
        }
        chosen = {name: value for name, value in lookups.items() if value}
        return rows.filter(**{name: value for name, value in chosen.items() if name.split("__")[0] != leaving_out})

    def levels(self, rows: QuerySet) -> list[tuple[str, str, int]]:
        """Return (code, label, number of `rows`) for each level."""
        counted = dict(self.apply(rows, leaving_out="level").order_by().values_list("level").annotate(n=Count("pk")))
        return [(code, label, counted.get(code, 0)) for code, label in Organization.Level.choices]

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels of the chosen subdistrict and category, each empty if not chosen."""
        areas = {area.code: area.name for area in self.subdistricts}
        categories = {category.code: category.name for category in self.categories}
        return {
            "subdistrict": areas.get(self.values["subdistrict"], ""),
            "category": categories.get(self.values["category"], ""),
        }
