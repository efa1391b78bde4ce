"""The 425 representatives: places that are filled without a gap since they were made, each term on a “四有” of its own."""

import datetime as dt
from typing import Any

from members.models import Assessment, Person, Representative
from members.states import FIRST_REVIEW_DAYS, SECOND_REVIEW_DAYS, RepresentativeState

from .bulk import insert
from .dataset import World
from .randomness import Dice
from .words import words

R = RepresentativeState
# How many places were made in which year: 85 by the end of 2018, 425 by the end of 2023, as published.
PLACES = {2018: 85, 2019: 90, 2020: 80, 2021: 70, 2022: 60, 2023: 40}
TERM = 5  # years
STAYS = 0.85  # of those whose term ends are named again

NOMINATED = (("夏庄", 0), ("夏庄", 3), ("流亭", 2), ("惜福镇", 4))  # subdistrict, due in working days
REVIEWED = (("城阳", 0), ("流亭", 1), ("夏庄", 2), ("棘洪滩", 3))


def make_representatives(world: World) -> None:
    """Make all terms up to today, and those that are being decided on."""
    dice = world.dice("representatives")
    free = {person.pk: person for person in world.persons}
    rows = [row for first in _places(dice) for row in _place(world, dice, free, first)]
    waiting, assessments = _undecided(world, dice, free)
    insert([*(row.assessment for row in rows), *assessments])
    insert([*rows, *waiting])


def _places(dice: Dice) -> list[dt.date]:
    """Return the days on which the places were first filled."""
    return sorted(
        dice.day(dt.date(year, 2, 1), dt.date(year, 12, 10)) for year, number in PLACES.items() for _ in range(number)
    )


def _place(world: World, dice: Dice, free: dict[int, Person], starts: dt.date) -> list[Representative]:
    """Return the terms of one place, one after the other, from `starts` to the one that runs today."""
    person = _pick(dice, free, starts)
    rows = []
    while starts <= world.today:
        ends = _years_later(starts, TERM)
        rows.append(_term(world, dice, person, starts, ends))
        if ends <= world.today and not dice.chance(STAYS):
            person = _pick(dice, free, ends)
        starts = ends
    return rows


def _pick(dice: Dice, free: dict[int, Person], day: dt.date) -> Person:
    """Take somebody who has been registered for some weeks on `day`; the cast is left alone."""
    before = day - dt.timedelta(days=30)
    while True:
        person = dice.choice(list(free.values()))
        if person.registered_on <= before and not (person.user and person.user.email):
            return free.pop(person.pk)


def _years_later(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def _term(world: World, dice: Dice, person: Person, starts: dt.date, ends: dt.date) -> Representative:
    first, second = _reviewers(world, dice, person)
    is_over = ends <= world.today
    named = starts - dt.timedelta(days=dice.randint(1, 4))
    return Representative(
        public_id=dice.public_id(),
        person=person,
        assessment=_assessment(world, dice, person, named - dt.timedelta(days=dice.randint(2, 9))),
        state=R.ENDED if is_over else R.NAMED,
        starts=starts,
        ends=ends,
        is_public=not is_over and person.pk in world.shown,
        nominated_by=first,
        first_reviewer=first,
        first_reviewed_at=dice.moment(named - dt.timedelta(days=1), 9, 17),
        second_reviewer=second,
        named_at=dice.moment(named, 9, 17),
        is_demo=True,
    )


def _reviewers(world: World, dice: Dice, person: Person) -> tuple[Any, Any]:
    """Return the officer of the subdistrict and one of the district: two people (rule 2)."""
    return world.officer(person.subdistrict), dice.choice([world.cast["district"], world.cast["district_2"]])


def _assessment(world: World, dice: Dice, person: Person, day: dt.date, state: str = "passed") -> Assessment:
    first, second = _reviewers(world, dice, person)
    is_decided = state == "passed"
    return Assessment(
        public_id=dice.public_id(),
        version=world.standards["four_haves"],
        person=person,
        state=state,
        findings={
            code: {"met": True, "note": dice.choice(notes), "file": ""}
            for code, notes in words["findings"]["four_haves"].items()
        },
        submitted_by=first,
        assessed_by=second if is_decided else None,
        assessed_on=day if is_decided else None,
        is_demo=True,
    )


# ---- being decided on ------------------------------------------------------------------------------------------------
def _undecided(world: World, dice: Dice, free: dict[int, Person]) -> tuple[list[Representative], list[Assessment]]:
    """Return the nominations that wait, and their “四有”, which is passed or waits as well."""
    rows, assessments = [], []
    for area, due in NOMINATED:
        row = _nominated(world, dice, _of(world, dice, free, area), FIRST_REVIEW_DAYS, due)
        assessments.append(_assessment(world, dice, row.person, world.today, state="submitted"))
        rows.append(row)
    for area, due in REVIEWED:
        row = _nominated(world, dice, _of(world, dice, free, area), SECOND_REVIEW_DAYS, due)
        row.state, row.first_reviewer = R.FIRST_REVIEWED, world.officers[area]
        row.first_reviewed_at = dice.moment(world.started(SECOND_REVIEW_DAYS, world.workday(due)), 9, 17)
        assessments.append(_assessment(world, dice, row.person, row.first_reviewed_at.date() - dt.timedelta(days=3)))
        rows.append(row)
    declined = _nominated(world, dice, _of(world, dice, free, "河套"), SECOND_REVIEW_DAYS, 1)
    declined.state, declined.due_on, declined.reason = R.DECLINED, None, "近一年参加活动较少，先多参加几次再提名。"
    return [*rows, declined], assessments


def _of(world: World, dice: Dice, free: dict[int, Person], area: str) -> Person:
    while True:
        person = _pick(dice, free, world.ago(60))
        if person.subdistrict_id == world.subdistricts[area].pk and person.user_id:
            return person


def _nominated(world: World, dice: Dice, person: Person, days: int, due: int) -> Representative:
    started = world.started(days, world.workday(due))
    starts = (world.today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return Representative(
        public_id=dice.public_id(),
        person=person,
        state=R.NOMINATED,
        starts=starts,
        ends=_years_later(starts, TERM),
        nominated_by=world.cast["district"],
        due_on=world.due(started, days),
        is_demo=True,
    )
