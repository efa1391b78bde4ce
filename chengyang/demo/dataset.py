"""The state that the steps of the demo share: the day, the reference data, and the rows created so far."""

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

from .randomness import RandomSource, phones

FIRST_DAY = dt.date(2017, 9, 1)  # the first persons are registered before the federation is founded
YEARS = 6  # of activities


@dataclass
class Dataset:
    """One run of the demo. Every event that it records happened before `today` began."""

    seed: int
    today: dt.date
    personas: dict[str, User] = field(default_factory=dict)  # accounts of the personas by key
    officers: dict[str, User] = field(default_factory=dict)  # by the name of the subdistrict
    persona_records: dict[str, Person] = field(default_factory=dict)  # `Person` rows of the registered personas by key
    persons: list[Person] = field(default_factory=list)  # registered today, in order of registration
    guests: list[User] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)  # keys of persons who agreed to be shown in public
    members: dict[int, list[Person]] = field(default_factory=dict)  # by key of the organization
    managers: dict[Any, User] = field(default_factory=dict)  # who manages an organization, base or team today
    events: list[Any] = field(default_factory=list)  # activities with their sign-ups

    def random_source(self, part: str) -> RandomSource:
        """Return the random source of one part of the demo; parts do not influence each other."""
        return RandomSource(self.seed, part)

    @cached_property
    def phones(self) -> Iterator[str]:
        return phones(self.random_source("phones"))

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
        """Return the latest day before today from which `days` working days end on `due` or, if none fits, before it."""
        day = min(self.ago(1), due - dt.timedelta(days=1))
        while self.due(day, days) > due:
            day -= dt.timedelta(days=1)
        return day

    def workday(self, number: int) -> dt.date:
        """Return the `number`th working day from today: 0 is today, -1 the last working day before it."""
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
        return {
            organizer.slug: organizer for organizer in Organization.objects.select_related("subdistrict").order_by("pk")
        }

    @cached_property
    def bases(self) -> dict[str, Base]:
        return {organizer.slug: organizer for organizer in Base.objects.select_related("subdistrict").order_by("pk")}

    @cached_property
    def teams(self) -> dict[str, Team]:
        return {organizer.slug: organizer for organizer in Team.objects.select_related("subdistrict").order_by("pk")}

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
        """Return the officer of `area` or, without one, of the district."""
        return self.officers[area.short_name] if area else self.personas["district_2"]

    def active_by(self, day: dt.date) -> list[Person]:
        """Return the persons who were registered on `day` or before."""
        return [person for person in self.persons if person.registered_on <= day]
