"""The 425 representatives: each place is filled without a gap, and each term has a passed “四有” assessment."""

import datetime as dt
from typing import Any

from members.models import Assessment, Person, Representative
from members.states import FIRST_REVIEW_DAYS, SECOND_REVIEW_DAYS, RepresentativeState

from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource
from .words import words

R = RepresentativeState
# Places created by year: 85 by the end of 2018, 425 by the end of 2023, as published.
PLACES = {2018: 85, 2019: 90, 2020: 80, 2021: 70, 2022: 60, 2023: 40}
TERM = 5  # years
STAYS = 0.85  # share of the representatives who are named again after a term

NOMINATED = (("夏庄", 0), ("夏庄", 3), ("流亭", 2), ("惜福镇", 4))  # subdistrict, working days until it is due
REVIEWED = (("城阳", 0), ("流亭", 1), ("夏庄", 2), ("棘洪滩", 3))


def make_representatives(dataset: Dataset) -> None:
    """Create all terms up to today, and the nominations that are under review."""
    rng = dataset.random_source("representatives")
    free = {person.pk: person for person in dataset.persons}
    rows = [row for first in _places(rng) for row in _place(dataset, rng, free, first)]
    waiting, assessments = _undecided(dataset, rng, free)
    insert([*(row.assessment for row in rows), *assessments])
    insert([*rows, *waiting])


def _places(rng: RandomSource) -> list[dt.date]:
    """Return the days on which the places were first filled."""
    return sorted(
        rng.day(dt.date(year, 2, 1), dt.date(year, 12, 10)) for year, number in PLACES.items() for _ in range(number)
    )


def _place(dataset: Dataset, rng: RandomSource, free: dict[int, Person], starts: dt.date) -> list[Representative]:
    """Return the consecutive terms of one place, from `starts` to the present one."""
    person = _pick(rng, free, starts)
    rows = []
    while starts <= dataset.today:
        ends = _years_later(starts, TERM)
        rows.append(_term(dataset, rng, person, starts, ends))
        if ends <= dataset.today and not rng.chance(STAYS):
            person = _pick(rng, free, ends)
        starts = ends
    return rows


def _pick(rng: RandomSource, free: dict[int, Person], day: dt.date) -> Person:
    """Remove from `free` and return a person registered 30 days before `day`; never a persona (they have an e-mail)."""
    before = day - dt.timedelta(days=30)
    while True:
        person = rng.choice(list(free.values()))
        if person.registered_on <= before and not (person.user and person.user.email):
            return free.pop(person.pk)


def _years_later(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def _term(dataset: Dataset, rng: RandomSource, person: Person, starts: dt.date, ends: dt.date) -> Representative:
    first, second = _reviewers(dataset, rng, person)
    is_over = ends <= dataset.today
    named = starts - dt.timedelta(days=rng.randint(1, 4))
    return Representative(
        public_id=rng.public_id(),
        person=person,
        assessment=_assessment(dataset, rng, person, named - dt.timedelta(days=rng.randint(2, 9))),
        state=R.ENDED if is_over else R.NAMED,
        starts=starts,
        ends=ends,
        is_public=not is_over and person.pk in dataset.shown,
        nominated_by=first,
        first_reviewer=first,
        first_reviewed_at=rng.moment(named - dt.timedelta(days=1), 9, 17),
        second_reviewer=second,
        named_at=rng.moment(named, 9, 17),
        is_demo=True,
    )


def _reviewers(dataset: Dataset, rng: RandomSource, person: Person) -> tuple[Any, Any]:
    """Return the officer of the subdistrict and one of the district: two people (rule 2)."""
    return dataset.officer(person.subdistrict), rng.choice(
        [dataset.personas["district"], dataset.personas["district_2"]]
    )


def _assessment(dataset: Dataset, rng: RandomSource, person: Person, day: dt.date, state: str = "passed") -> Assessment:
    first, second = _reviewers(dataset, rng, person)
    is_decided = state == "passed"
    return Assessment(
        public_id=rng.public_id(),
        version=dataset.standards["four_haves"],
        person=person,
        state=state,
        findings={
            code: {"note": rng.choice(notes), "link": "", "file": "", **({"result": "met"} if is_decided else {})}
            for code, notes in words["findings"]["four_haves"].items()
        },
        submitted_by=first,
        assessed_by=second if is_decided else None,
        assessed_on=day if is_decided else None,
        due_on=None if is_decided else dataset.due(dataset.today, 6),
        is_demo=True,
    )


# ---- under review ----------------------------------------------------------------------------------------------------
def _undecided(
    dataset: Dataset, rng: RandomSource, free: dict[int, Person]
) -> tuple[list[Representative], list[Assessment]]:
    """Return the nominations under review, and their “四有” assessments, passed or submitted."""
    rows, assessments = [], []
    for area, due in NOMINATED:
        row = _nominated(dataset, rng, _of(dataset, rng, free, area), FIRST_REVIEW_DAYS, due)
        assessments.append(_assessment(dataset, rng, row.person, dataset.today, state="submitted"))
        rows.append(row)
    for area, due in REVIEWED:
        row = _nominated(dataset, rng, _of(dataset, rng, free, area), SECOND_REVIEW_DAYS, due)
        row.state, row.first_reviewer = R.FIRST_REVIEWED, dataset.officers[area]
        row.first_reviewed_at = rng.moment(dataset.started(SECOND_REVIEW_DAYS, dataset.workday(due)), 9, 17)
        assessments.append(_assessment(dataset, rng, row.person, row.first_reviewed_at.date() - dt.timedelta(days=3)))
        rows.append(row)
    declined = _nominated(dataset, rng, _of(dataset, rng, free, "河套"), SECOND_REVIEW_DAYS, 1)
    declined.state, declined.due_on, declined.reason = R.DECLINED, None, "近一年参加活动较少，先多参加几次再提名。"
    return [*rows, declined], assessments


def _of(dataset: Dataset, rng: RandomSource, free: dict[int, Person], area: str) -> Person:
    while True:
        person = _pick(rng, free, dataset.ago(60))
        if person.subdistrict_id == dataset.subdistricts[area].pk and person.user_id:
            return person


def _nominated(dataset: Dataset, rng: RandomSource, person: Person, days: int, due: int) -> Representative:
    started = dataset.started(days, dataset.workday(due))
    starts = (dataset.today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return Representative(
        public_id=rng.public_id(),
        person=person,
        state=R.NOMINATED,
        starts=starts,
        ends=_years_later(starts, TERM),
        nominated_by=dataset.personas["district"],
        due_on=dataset.due(started, days),
        is_demo=True,
    )
