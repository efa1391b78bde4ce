"""What may stand in the address of the list of bases."""

from django.db.models import QuerySet
from django.http import Http404, QueryDict

from chengyang.platform.accounts.models import Subdistrict

from .models import Base


class BaseFilter:
    """`?level=` and `?subdistrict=`: a level's code and a subdistrict's code; anything else is a page that is not there."""

    def __init__(self, query: QueryDict) -> None:
        self.values = {name: query.get(name, "") for name in ("level", "subdistrict")}
        self.subdistricts = list(Subdistrict.objects.all())
        known = {"level": Base.Level.values, "subdistrict": [area.code for area in self.subdistricts]}
        if any(value and value not in known[name] for name, value in self.values.items()):
            raise Http404

    def apply(self, rows: QuerySet) -> QuerySet:
        """Return `rows` narrowed to what was chosen."""
        lookups = {"level": self.values["level"], "subdistrict__code": self.values["subdistrict"]}
        return rows.filter(**{name: value for name, value in lookups.items() if value})
