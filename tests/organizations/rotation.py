"""A rotating year of the organization 夏庄: six vice-chairs and the plan of a term, on 16 September 2026."""

import datetime as dt

from chengyang import clock
from organizations import actions, roster
from organizations.models import Term
from tests import personas

TODAY = dt.date(2026, 9, 16)
NOW = clock.at(TODAY, dt.time(9))
BEGAN, ENDS = dt.date(2026, 7, 1), dt.date(2027, 7, 1)
NAMES = ("宋守信", "辛渡朗", "江海晴", "马希军", "房青屿", "栾若溪")
SINCE = dt.date(2026, 1, 1)


def chair(organization, name, *, ends=None, is_public=False, number=1):
    """Return a person with an account and the post of vice-chair in `organization`."""
    account = personas.user(f"chair{number}", phone=f"+8615400007{number:03}")
    person = personas.person(name, account=account, phone=account.phone)
    starts = SINCE + dt.timedelta(days=number)  # the order of the posts is that of NAMES
    organization.posts.create(person=person, kind="vice_chair", starts=starts, ends=ends, is_public=is_public)
    return person


def people(organization, **ends):
    """Return six vice-chairs by their names; `ends` has the end of the post of some, by their number (`n5`)."""
    made = [chair(organization, name, number=n, ends=ends.get(f"n{n}")) for n, name in enumerate(NAMES, 1)]
    return {person.name: person for person in made}


def term(organization, **fields):
    return Term.objects.create(organization=organization, **{"number": 3, "starts": BEGAN, "ends": ENDS, **fields})


def wanted(chairs, *, first=BEGAN, months=12, away=()):
    return roster.PlanRequest(first, months, tuple(person.pk for person in chairs), frozenset(away))


def plan(organization, term, chairs, *, actor, **options):
    """Store the plan of `chairs` as the portal proposes it."""
    asked = wanted(chairs, **options)
    shown = roster.plan_digest(roster.proposal(organization, term, asked))
    return actions.save_plan(organization, term, asked, shown=shown, actor=actor)


def names(organization, *, since=BEGAN):
    """Return the names of the people of the shares, by day."""
    rows = organization.duties.shares().filter(ends__gt=since).order_by("starts")
    return [row.person.name if row.person else "" for row in rows]
