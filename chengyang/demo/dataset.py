"""What the parts of the demo hand on to each other: the day, the reference data, and the people made so far."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from activities.models import Brand, Programme
from bases.models import Base
from chengyang import clock
from chengyang.lib.chinese import workdays
from chengyang.platform.accounts.models import Subdistrict, User
from chengyang.platform.standards.models import Standard
from chengyang.platform.workdays import deadlines
from members.models import Category, Person
from organizations.models import Organization
from services.models import Team

from .randomness import Dice, phones

FIRST_DAY = dt.date(2017, 9, 1)  # the first persons are registered before the federation is founded
YEARS = 6  # of activities


@dataclass
class World:
    """One run of the demo: whatever has happened, happened before `today` began."""

    seed: int
    today: dt.date
    cast: dict[str, User] = field(default_factory=dict)
    officers: dict[str, User] = field(default_factory=dict)  # by the name of the subdistrict
    roles: dict[str, Person] = field(default_factory=dict)  # persons of the cast: secretary, member …
    persons: list[Person] = field(default_factory=list)  # who is registered today, in order of registration
    guests: list[User] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)  # persons who agreed to be shown in public
    members: dict[int, list[Person]] = field(default_factory=dict)  # by organization
    keepers: dict[Any, User] = field(default_factory=dict)  # who acts for an organization, base or team today
    events: list[Any] = field(default_factory=list)  # activities with their sign-ups

    def dice(self, part: str) -> Dice:
        """Return the dice of one part of the demo."""
        return Dice(self.seed, part)

    @cached_property
    def phones(self) -> Iterator[str]:
        return phones(self.dice("phones"))

    # ---- days ----------------------------------------------------------------------------------------------------
    @cached_property
    def exceptions(self) -> dict[dt.date, bool]:
        return deadlines.exceptions(range(FIRST_DAY.year, self.today.year + 2))

    def ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)

    def ahead(self, days: int) -> dt.date:
        return self.today + dt.timedelta(days=days)

    @property
    def midnight(self) -> dt.datetime:
        """The moment at which `today` begins."""
        return clock.at(self.today)

    def due(self, start: dt.date, days: int) -> dt.date:
        """Return the day that is `days` working days after `start`."""
        return workdays.add_workdays(start, days, self.exceptions)

    def started(self, days: int, due: dt.date) -> dt.date:
        """Return the last day before today from which `days` working days end on `due`, or as near to it as can be."""
        day = min(self.ago(1), due - dt.timedelta(days=1))
        while self.due(day, days) > due:
            day -= dt.timedelta(days=1)
        return day

    def workday(self, number: int) -> dt.date:
        """Return the `number`th working day from today: 0 is today itself, -1 the last one before it."""
        if number >= 0:
            return self.due(self.today, number)
        day = self.today
        while number:
            day -= dt.timedelta(days=1)
            number += workdays.is_workday(day, self.exceptions)
        return day

    # ---- reference data ------------------------------------------------------------------------------------------
    @cached_property
    def subdistricts(self) -> dict[str, Subdistrict]:
        return {area.short_name: area for area in Subdistrict.objects.all()}

    @cached_property
    def categories(self) -> dict[str, Category]:
        return {category.code: category for category in Category.objects.all()}

    @cached_property
    def organizations(self) -> dict[str, Organization]:
        return {body.slug: body for body in Organization.objects.select_related("subdistrict").order_by("pk")}

    @cached_property
    def bases(self) -> dict[str, Base]:
        return {body.slug: body for body in Base.objects.select_related("subdistrict").order_by("pk")}

    @cached_property
    def teams(self) -> dict[str, Team]:
        return {body.slug: body for body in Team.objects.select_related("subdistrict").order_by("pk")}

    @cached_property
    def programmes(self) -> dict[str, Programme]:
        return {programme.code: programme for programme in Programme.objects.all()}

    @cached_property
    def brands(self) -> dict[str, Brand]:
        return {brand.name: brand for brand in Brand.objects.all()}

    @cached_property
    def standards(self) -> dict[str, Any]:
        """The version in force of each standard, by code."""
        return {standard.code: standard.current() for standard in Standard.objects.all()}

    def officer(self, area: Subdistrict | None) -> User:
        """Return who decides first on what belongs to `area`: its officer, or the district's."""
        return self.officers[area.short_name] if area else self.cast["district_2"]

    def active_by(self, day: dt.date) -> list[Person]:
        """Return who was registered on `day`; the order of registration makes them the first ones."""
        return [person for person in self.persons if person.registered_on <= day]
