"""Planning the rotating chair: equal shares, in order, around absences and within posts (domain.md rule 6)."""

import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from organizations import rota
from organizations.rota import Chair, Share

JULY, YEAR = dt.date(2026, 7, 1), (dt.date(2026, 7, 1), dt.date(2027, 7, 1))
ALWAYS = ((dt.date(2020, 1, 1), None),)


def chairs(number, **of_first):
    return [Chair(key, **({"posts": ALWAYS} | (of_first if key == 1 else {}))) for key in range(1, number + 1)]


def months(number, starts=JULY):
    ends = starts
    for _ in range(number):
        ends = rota.next_month(ends)
    return rota.months_between(starts, ends)


def keys(shares):
    return [share.key for share in shares]


# ---- examples --------------------------------------------------------------------------------------------------------
def test_six_people_have_two_months_each_in_order():
    assert keys(rota.plan(months(12), chairs(6))) == [1, 2, 3, 4, 5, 6] * 2


def test_what_cannot_be_divided_is_shared_in_halves():
    shares = rota.plan(months(9), chairs(6))
    assert keys(shares[:6]) == [1, 2, 3, 4, 5, 6]
    assert [(share.starts.day, share.key) for share in shares[6:]] == [
        (1, 1),
        (16, 2),
        (1, 3),
        (16, 4),
        (1, 5),
        (16, 6),
    ]


def test_who_is_away_changes_with_the_next_one():
    away = ((dt.date(2026, 7, 20), dt.date(2026, 7, 25)),)
    assert keys(rota.plan(months(3), chairs(3, away=away))) == [2, 1, 3]


def test_whose_post_ends_early_comes_early():
    people = [*chairs(2), Chair(3, ((JULY, dt.date(2026, 8, 1)),))]
    assert keys(rota.plan(months(3), people)) == [3, 2, 1]


def test_a_month_after_the_post_of_its_person_names_them_and_is_vacant():
    people = [Chair(1, ALWAYS), Chair(2, ((JULY, dt.date(2026, 8, 1)),))]
    shares = rota.plan(months(4), people)
    assert Counter(keys(shares)) == {1: 2, 2: 2}
    assert sum(not people[share.key - 1].can_chair(share.starts, share.ends) for share in shares) == 1


def test_a_month_in_which_all_are_away_is_nobodys():
    people = [Chair(1, ALWAYS, (months(1)[0],))]
    assert keys(rota.plan(months(2), people)) == [None, 1]


def test_nobody_chairs_nothing():
    assert keys(rota.plan(months(2), [])) == [None, None]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((dt.date(2026, 2, 1), dt.date(2026, 3, 1)), dt.date(2026, 2, 16)),
        ((dt.date(2026, 7, 1), dt.date(2026, 8, 1)), dt.date(2026, 7, 16)),
        ((dt.date(2026, 7, 11), dt.date(2026, 7, 16)), dt.date(2026, 7, 14)),
    ],
)
def test_a_month_is_halved_on_the_sixteenth(days, expected):
    assert rota.halves(*days) == [(days[0], expected), (expected, days[1])]


def test_one_day_is_not_halved():
    days = (JULY, JULY + rota.ONE_DAY)
    assert rota.halves(*days) == [days]


def test_months_at_the_ends_of_a_term_are_cut():
    found = rota.months_between(dt.date(2026, 11, 16), dt.date(2027, 1, 3))
    assert [(a.isoformat(), b.isoformat()) for a, b in found] == [
        ("2026-11-16", "2026-12-01"),
        ("2026-12-01", "2027-01-01"),
        ("2027-01-01", "2027-01-03"),
    ]


@pytest.mark.parametrize(
    ("posts", "gap"),
    [
        (((JULY, None),), None),
        (((JULY, dt.date(2026, 7, 11)), (dt.date(2026, 7, 11), None)), None),
        (((dt.date(2026, 7, 5), None),), JULY),
        (((JULY, dt.date(2026, 7, 11)),), dt.date(2026, 7, 11)),
        ((), JULY),
    ],
)
def test_the_first_day_without_a_post(posts, gap):
    assert rota.first_gap(posts, JULY, dt.date(2026, 8, 1)) == gap


# ---- properties ------------------------------------------------------------------------------------------------------
def days(starts, ends):
    return st.dates(starts, ends - rota.ONE_DAY)


@st.composite
def plans(draw):
    periods = months(draw(st.integers(1, 14)), starts=draw(days(*YEAR)))
    people = []
    for key in range(1, draw(st.integers(1, 7)) + 1):
        first = draw(st.sampled_from([dt.date(2020, 1, 1), JULY, dt.date(2026, 10, 9)]))
        last = draw(st.none() | st.dates(dt.date(2026, 11, 1), dt.date(2028, 1, 1)))
        away = [
            (day, day + dt.timedelta(days=draw(st.integers(1, 40)))) for day in draw(st.lists(days(*YEAR), max_size=2))
        ]
        people.append(Chair(key, ((first, last),), tuple(away)))
    return periods, people


@settings(deadline=None, max_examples=150)
@given(plans())
def test_every_day_is_in_exactly_one_share(case):
    periods, people = case
    shares = rota.plan(*case)
    assert shares[0].starts == periods[0][0]
    assert shares[-1].ends == periods[-1][1]
    assert all(a.ends == b.starts and a.starts < a.ends for a, b in pairwise(shares))
    assert {share.key for share in shares} <= {None, *(person.key for person in people)}


@settings(deadline=None, max_examples=150)
@given(plans())
def test_nobody_chairs_on_days_on_which_they_are_away(case):
    known = {person.key: person for person in case[1]}
    named = [share for share in rota.plan(*case) if share.key is not None]
    assert not any(known[share.key].is_away(share.starts, share.ends) for share in named)


@settings(deadline=None, max_examples=150)
@given(st.integers(1, 40), st.integers(1, 12))
def test_shares_differ_by_half_a_month_at_most(number, people):
    half_months = Counter(dict.fromkeys(range(1, people + 1), 0))
    for share in rota.plan(months(number), chairs(people)):
        half_months[share.key] += 1 if (share.starts.day, share.ends.day) in ((1, 16), (16, 1)) else 2
    assert sum(half_months.values()) == 2 * number
    assert max(half_months.values()) - min(half_months.values()) <= 1


@settings(deadline=None, max_examples=150)
@given(st.integers(1, 24), st.integers(1, 8))
def test_nobody_has_a_whole_month_more_before_the_others_had_theirs(number, people):
    seen = Counter(dict.fromkeys(range(1, people + 1), 0))
    for share in rota.plan(months(number), chairs(people)):
        seen[share.key] += 1
        assert max(seen.values()) - min(seen.values()) <= 1 or share.ends != rota.next_month(share.starts)


@settings(deadline=None, max_examples=60)
@given(plans())
def test_as_many_months_as_possible_have_somebody_who_can(case):
    """Against a slow oracle that tries every assignment of the same turns to the months."""
    periods, people = case[0][:6], case[1]
    known = {person.key: person for person in people}
    turns = rota._turns(len(periods), [person.key for person in people])

    def fits(number, turn):
        return all(
            share.key is not None and known[share.key].can_chair(share.starts, share.ends)
            for share in rota._shares(periods[number], turn, known)
        )

    def most(number, left):
        if number == len(periods):
            return 0
        return max(fits(number, turns[turn]) + most(number + 1, left - {turn}) for turn in left)

    placed = rota._placed(periods, turns, known)
    assert len(placed) == most(0, frozenset(range(len(turns))))
    assert all(fits(month, turns[turn]) for turn, month in placed.items())


@settings(deadline=None, max_examples=30)
@given(plans())
def test_the_same_request_gives_the_same_plan(case):
    assert rota.plan(*case) == rota.plan(*case)
    assert all(isinstance(share, Share) for share in rota.plan(*case))
