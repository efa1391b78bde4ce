"""What may stand in the address of the list of organizations, and what staff type."""

from django.db.models import Count, QuerySet
from django.http import Http404, QueryDict

from chengyang.platform.accounts.models import Subdistrict
from members.models import Category

from .models import Organization

NAMES = ("level", "subdistrict", "category")


class OrganizationFilter:
    """`?level=`, `?subdistrict=`, `?category=`: codes; anything else is a page that is not there."""

    def __init__(self, query: QueryDict) -> None:
        self.values = {name: query.get(name, "") for name in NAMES}
        self.subdistricts = list(Subdistrict.objects.all())
        self.categories = list(Category.objects.all())
        known = {
            "level": Organization.Level.values,
            "subdistrict": [area.code for area in self.subdistricts],
            "category": [category.code for category in self.categories],
        }
        if any(value and value not in known[name] for name, value in self.values.items()):
            raise Http404

    def apply(self, rows: QuerySet, *, leaving_out: str = "") -> QuerySet:
        """Return `rows` narrowed to what was chosen, `leaving_out` one of the filters to count its choices."""
        lookups = {
            "level": self.values["level"],
            "subdistrict__code": self.values["subdistrict"],
            "categories__code": self.values["category"],
        }
        chosen = {name: value for name, value in lookups.items() if value}
        return rows.filter(**{name: value for name, value in chosen.items() if name.split("__")[0] != leaving_out})

    def levels(self, rows: QuerySet) -> list[tuple[str, str, int]]:
        """Return (code, words, how many of `rows` there are) of each level."""
        counted = dict(self.apply(rows, leaving_out="level").order_by().values_list("level").annotate(n=Count("pk")))
        return [(code, label, counted.get(code, 0)) for code, label in Organization.Level.choices]

    @property
    def labels(self) -> dict[str, str]:
        """Return what was chosen of the two longer lists, in words."""
        areas = {area.code: area.name for area in self.subdistricts}
        categories = {category.code: category.name for category in self.categories}
        return {
            "subdistrict": areas.get(self.values["subdistrict"], ""),
            "category": categories.get(self.values["category"], ""),
        }
