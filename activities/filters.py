"""The filters of the calendar, read from the URL query; the same for the page, the feed and the API.

`?programme=xin&programme=li&online=1&q=剪纸`: the values of one facet are joined by OR, the facets by AND.
"""

import dataclasses
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import Http404, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bases.models import Base
from chengyang import clock
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.web.fragments import per_version
from organizations.models import Organization

from .models import Activity, Programme
from .states import ActivityState

TEXT_LENGTH = 60
Choices = list[tuple[str, str]]


def _slug_choices(rows: QuerySet) -> Choices:
    return list(rows.values_list("slug", "name"))


def _teams() -> Choices:
    """Return the published teams that organise a public activity.

    `Team` belongs to the app `services`, which this app must not import; the lookup through the foreign key needs no import.
    """
    teams = Activity._meta.get_field("team").related_model._base_manager.filter(is_published=True)
    organises = Exists(Activity.objects.published().filter(team=OuterRef("pk")))
    return list(teams.filter(organises).order_by("pk").values_list("slug", "name"))


@dataclass(frozen=True)
class Facet:
    """A filter with values to choose from: its name in the query, its label, the lookup, and the possible values."""

    name: str
    label: Any
    lookup: str
    choices: Callable[[], Choices]


FACETS = {
    facet.name: facet
    for facet in (
        Facet(
            "programme",
            gettext_lazy("活动项目"),
            "programme__code",
            lambda: list(Programme.objects.values_list("code", "name")),
        ),
        Facet("kind", gettext_lazy("类别"), "kind", lambda: [(str(k), str(v)) for k, v in Activity.Kind.choices]),
        Facet(
            "organization",
            gettext_lazy("主办组织"),
            "organization__slug",
            lambda: _slug_choices(Organization.objects.published()),
        ),
        Facet("team", gettext_lazy("主办服务队"), "team__slug", _teams),
        Facet("base", gettext_lazy("基地"), "base__slug", lambda: _slug_choices(Base.objects.published())),
        Facet(
            "subdistrict",
            gettext_lazy("街道"),
            "place_subdistrict__code",
            lambda: [(row.code, row.short_name) for row in Subdistrict.objects.all()],
        ),
    )
}


def choices_of(name: str) -> Choices:
    """Return the values of the facet `name` with their labels."""
    return per_version(("activities.choices", name), FACETS[name].choices)


FLAGS = {"online": gettext_lazy("线上"), "free": gettext_lazy("还有名额")}
# An activity has at most one of these, so joining the two facets by AND would find nothing: they are joined by OR.
ORGANIZERS = ("organization", "team")


@dataclass(frozen=True)
class Filters:
    """The filters in force.

    `chosen` maps the name of a facet to its values in the order they were chosen, `flags` holds the names of the flags that
    are set, `text` is the text to search for.
    """

    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.chosen or self.flags or self.text)

    def has(self, name: str, value: str = "1") -> bool:
        """Return whether a value of a facet, or a flag, is chosen."""
        return name in self.flags if name in FLAGS else value in self.chosen.get(name, ())

    def toggled(self, name: str, value: str = "1") -> "Filters":
        """Return the filters with this value (or flag) added, or removed if it is chosen."""
        if name in FLAGS:
            return dataclasses.replace(self, flags=self.flags ^ {name})
        values = tuple(other for other in self.chosen.get(name, ()) if other != value)
        if not self.has(name, value):
            values = (*values, value)
        chosen = {**self.chosen, name: values}
        return dataclasses.replace(self, chosen={name: values for name, values in chosen.items() if values})

    def query_pairs(self) -> list[tuple[str, str]]:
        """Return the (name, value) pairs of a URL query for these filters, always in the same order."""
        facets = [(name, value) for name in FACETS for value in self.chosen.get(name, ())]
        flags = [(name, "1") for name in FLAGS if name in self.flags]
        return [*facets, *flags, *([("q", self.text)] if self.text else [])]

    def query(self, *first: tuple[str, str]) -> str:
        """Return the URL query with its question mark, with the pairs `first` in front; empty when there is no pair."""
        pairs = [*first, *self.query_pairs()]
        return f"?{urlencode(pairs)}" if pairs else ""

    def apply(self, rows: QuerySet) -> QuerySet:
        """Return the activities of `rows` that pass the filters."""
        organizers = Q()
        for name, values in self.chosen.items():
            condition = Q(**{f"{FACETS[name].lookup}__in": values})
            if name in ORGANIZERS:
                organizers |= condition
            else:
                rows = rows.filter(condition)
        rows = rows.filter(organizers)
        if "online" in self.flags:
            rows = rows.filter(mode__in=[Activity.Mode.ONLINE, Activity.Mode.BOTH])
        if "free" in self.flags:
            rows = rows.filter(has_places())
        return rows.search(self.text) if self.text else rows


def accepts_signups() -> Q:
    """Return the condition for activities that people can sign up for now, also for the waiting list.

    The same rule as `Activity.accepts_signups`, as a query.
    """
    moment = clock.now()
    return (
        Q(state=ActivityState.PUBLISHED, starts__gt=moment, published_at__lte=moment)
        & (Q(signup_opens=None) | Q(signup_opens__lte=moment))
        & (Q(signup_closes=None) | Q(signup_closes__gt=moment))
    )


def opens_later() -> Q:
    """Return the condition for activities whose sign-up has not opened yet."""
    moment = clock.now()
    return Q(state=ActivityState.PUBLISHED, starts__gt=moment, signup_opens__gt=moment)


def has_places() -> Q:
    """Return the condition for activities in which a sign-up made now gets a place (`accepts_signups` and `places_left`)."""
    return accepts_signups() & (Q(capacity=None) | Q(taken__lt=F("capacity")))


def parse(query: QueryDict) -> Filters:
    """Return the filters in a URL query. Ignores unknown names; raises Http404 for a value that a facet does not have.

    For programs: a feed that left out a value would fill a calendar with what was not asked for.
    """
    filters, is_complete = parse_known(query)
    if not is_complete:
        raise Http404(_("没有这个筛选条件。"))
    return filters


def parse_known(query: QueryDict) -> tuple[Filters, bool]:
    """Return the filters in a URL query without the values that no facet has, and whether there were none of those."""
    chosen, is_complete = {}, True
    for name in FACETS:
        values = tuple(dict.fromkeys(value for value in query.getlist(name) if value))
        if values:
            known = {value for value, _label in choices_of(name)}
            kept = tuple(value for value in values if value in known)
            is_complete = is_complete and kept == values
            chosen |= {name: kept} if kept else {}
    is_complete = is_complete and all(query.get(name, "") in ("", "0", "1") for name in FLAGS)
    flags = frozenset(name for name in FLAGS if query.get(name) == "1")
    return Filters(chosen, flags, clean_text(query.get("q", ""))), is_complete


def clean_text(text: str) -> str:
    """Return typed search text without control and other invisible characters, at most 60 characters long."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text)
    return " ".join(visible.split())[:TEXT_LENGTH]


# ---- filters as links -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Chip:
    """A link for one value: `url` adds it to the filters, or removes it if it is chosen.

    `count` is the number of coming activities with this value that pass the filters of the other facets; None: not counted.
    """

    label: str
    url: str
    chosen: bool
    value: str = ""
    count: int | None = None


@dataclass(frozen=True)
class Menu:
    """A menu of chips under one label."""

    label: Any
    chips: list[Chip]

    @property
    def chosen(self) -> int:
        """Return how many of the chips are chosen."""
        return sum(chip.chosen for chip in self.chips)


class Chips:
    """The filters of a page as links to the search results.

    `cleared` are the query pairs of the page without filters; `counts` come from `count_values`.
    """

    def __init__(
        self,
        filters: Filters,
        path: str,
        cleared: Iterable[tuple[str, str]] = (),
        counts: dict[tuple[str, str], int] | None = None,
    ) -> None:
        self.filters, self.path, self.cleared, self.counts = filters, path, list(cleared), counts

    @property
    def contents(self) -> tuple[Hashable, ...]:
        """Return everything that the chips are drawn from."""
        counts = None if self.counts is None else frozenset(self.counts.items())
        choices = tuple(tuple(found) for found in self.choices.values())
        return tuple(self.filters.query_pairs()), self.path, tuple(self.cleared), counts, choices

    @cached_property
    def choices(self) -> dict[str, Choices]:
        """Return the values of each facet with their labels."""
        return {name: choices_of(name) for name in FACETS}

    def _chip(self, label: str, name: str, value: str = "1") -> Chip:
        toggled = self.filters.toggled(name, value)
        url = self.path + (toggled.query() if toggled else Filters().query(*self.cleared))
        count = None if self.counts is None else self.counts.get((name, value), 0)
        return Chip(label, url, self.filters.has(name, value), value, count)

    def of(self, name: str) -> list[Chip]:
        """Return the chips of one facet."""
        return [self._chip(str(label), name, value) for value, label in self.choices[name]]

    def programmes(self) -> list[Chip]:
        return self.of("programme")

    def menus(self) -> list[Menu]:
        """Return the menus of the other facets; a menu without chips is left out."""
        menus = [
            Menu(FACETS["kind"].label, self.of("kind")),
            Menu(_("主办"), self.of("organization") + self.of("team")),
            Menu(FACETS["base"].label, self.of("base")),
            Menu(FACETS["subdistrict"].label, self.of("subdistrict")),
        ]
        return [menu for menu in menus if menu.chips]

    def flags(self) -> list[Chip]:
        return [self._chip(str(label), name) for name, label in FLAGS.items()]

    @property
    def clear_url(self) -> str:
        return self.path + Filters().query(*self.cleared)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return the query pairs that the search form sends along as hidden fields."""
        return dataclasses.replace(self.filters, text="").query_pairs()


def count_values(filters: Filters, rows: QuerySet) -> dict[tuple[str, str], int]:
    """Return (facet or flag, value) → number of activities of `rows` with it that pass the filters of the other facets.

    So a chip says how many results it leads to. The organizers are one facet, as in `Filters.apply`. One query groups the
    rows by all values; the groups are few, also where the rows are many. Cancelled activities do not count.
    """
    found = rows.filter(state=ActivityState.PUBLISHED).search(filters.text).annotate(has_place=Q(has_places()))
    lookups = [facet.lookup for facet in FACETS.values()]
    groups = found.order_by().values_list(*lookups, "mode", "has_place").annotate(n=Count("pk"))
    counts: Counter = Counter()
    for *values, mode, has_place, n in groups:
        values_of = dict(zip(FACETS, values, strict=True))
        values_of |= {"online": "1" if mode != Activity.Mode.ONSITE else None, "free": "1" if has_place else None}
        for name, value in values_of.items():
            if value is not None and _passes(filters, values_of, but=name):
                counts[name, value] += n
    return dict(counts)


def _passes(filters: Filters, values_of: dict[str, Any], *, but: str) -> bool:
    """Return whether an activity with the values `values_of` passes all filters except those of the facet `but`."""
    left_out = ORGANIZERS if but in ORGANIZERS else (but,)
    chosen = {name: values for name, values in filters.chosen.items() if name not in left_out}
    organizers = [name for name in chosen if name in ORGANIZERS]
    others = all(values_of[name] in values for name, values in chosen.items() if name not in ORGANIZERS)
    flags = all(values_of[name] for name in filters.flags - set(left_out))
    return others and flags and (not organizers or any(values_of[name] in chosen[name] for name in organizers))
