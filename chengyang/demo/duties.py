"""The rotating chair: a term of each founded organization, and for some the plan of a year with what happens in it."""

import datetime as dt
from typing import Any

from chengyang import clock
from organizations import rota
from organizations.models import CHAIRING, Duty, DutySwap, HandOver, Organization, Post, Term
from organizations.states import AnswerState, OrganizationState

from .bulk import insert
from .dataset import Dataset
from .posts import CHAIR_FOR
from .randomness import RandomSource

PLANNED = (
    "xiazhuang",
    "lianhehui",
    "xinmeiti",
    "jihongtan",
)  # organizations with a plan; the first has all that happens
WITH_VACANCY = "xinmeiti"
MONTHS_BEFORE, MONTHS = 3, 12
ASKED_BEFORE = 2  # days that a swap has waited
LINES = "印章在秘书处，用一次登记一次。\n十月的公益课讲师已答应，还没写邀请函。\n会客厅的投影仪在修，月底前取回。"


def make_duties(dataset: Dataset) -> None:
    """Create the terms, the plans, and in one organization a substitute, a swap that waits, and a sheet."""
    rng = dataset.random_source("duties")
    terms = {row.organization_id: row for row in insert(_terms(dataset))}
    for slug in PLANNED:
        organization = dataset.organizations[slug]
        shares = _shares(dataset, rng, organization, terms[organization.pk])
        if slug == WITH_VACANCY and (coming := [row for row in shares if row.starts > dataset.today][1:2]):
            coming[0].person_id = None
        insert(shares)
        if slug == PLANNED[0]:
            _happenings(dataset, rng, organization, shares)


def _terms(dataset: Dataset) -> list[Term]:
    found = []
    for organization in dataset.organizations.values():
        chairs = list(organization.posts.filter(kind=Post.Kind.CHAIR).order_by("starts"))
        if organization.state != OrganizationState.FOUNDED or not chairs:
            continue
        starts = chairs[-1].starts
        ends = starts.replace(year=starts.year + CHAIR_FOR)
        found.append(Term(organization=organization, number=len(chairs), starts=starts, ends=ends, is_demo=True))
    return found


def _shares(dataset: Dataset, rng: RandomSource, organization: Organization, term: Term) -> list[Duty]:
    """Return the shares of a year around today, as the portal plans them."""
    first = dataset.today.replace(day=1)
    for _number in range(MONTHS_BEFORE):
        first = (first - rota.ONE_DAY).replace(day=1)
    first = max(first, term.starts)
    last = first.replace(day=1)
    for _number in range(MONTHS):
        last = rota.next_month(last)
    posts = organization.posts.on(dataset.today).filter(kind__in=CHAIRING).order_by("starts", "pk")
    people = [post.person_id for post in posts]
    people = [*people[1:], *people[:1]]  # the chair comes last
    chairs = [rota.Chair(key, ((term.starts, None),)) for key in people]
    planned = rota.plan(rota.months_between(first, min(last, term.ends)), chairs)
    return [
        Duty(
            public_id=rng.public_id(),
            organization=organization,
            term=term,
            person_id=share.key,
            starts=share.starts,
            ends=share.ends,
            announced_at=_past(dataset, share.starts - dt.timedelta(days=14)),
            began_at=_past(dataset, share.starts),
            is_demo=True,
        )
        for share in planned
    ]


def _past(dataset: Dataset, day: dt.date) -> dt.datetime | None:
    """Return the moment at which `day` began, None when it has not."""
    return clock.at(day) if day <= dataset.today else None


def _happenings(dataset: Dataset, rng: RandomSource, organization: Organization, shares: list[Duty]) -> None:
    """Create a substitute next month, a swap that waits for the answer of the persona, and the sheet of the next change."""
    coming = [row for row in shares if row.starts > dataset.today]
    member = dataset.persona_records["member"]
    others = [row for row in coming if row.person_id != member.pk]
    own = [row for row in coming if row.person_id == member.pk]
    if len(others) < 3 or not own:
        return
    insert([_substitute(rng, others[0], next(row.person_id for row in others if row.person_id != others[0].person_id))])
    insert([_swap(dataset, rng, others[-1], own[-1])])
    insert([_sheet(dataset, rng, organization, shares, coming[0])])


def _substitute(rng: RandomSource, share: Duty, person_id: int) -> Duty:
    starts = share.starts + dt.timedelta(days=11)
    return Duty(
        public_id=rng.public_id(),
        organization=share.organization,
        term=share.term,
        kind=Duty.Kind.SUBSTITUTE,
        person_id=person_id,
        starts=starts,
        ends=starts + dt.timedelta(days=5),
        reason="出差",
        is_demo=True,
    )


def _swap(dataset: Dataset, rng: RandomSource, given: Duty, taken: Duty) -> DutySwap:
    asked = dataset.ago(ASKED_BEFORE)
    return DutySwap(
        public_id=rng.public_id(),
        organization=given.organization,
        given=given,
        taken=taken,
        giver_id=given.person_id,
        taker_id=taken.person_id,
        state=AnswerState.ASKED,
        asked_at=clock.at(asked, dt.time(9, 30)),
        answer_by=asked + dt.timedelta(days=7),
        giver_agreed_at=clock.at(asked, dt.time(9, 30)),
        reason="那个月在外地培训",
        is_demo=True,
    )


def _sheet(dataset: Dataset, rng: RandomSource, organization: Organization, shares: list[Duty], duty: Duty) -> HandOver:
    before: Any = next(row for row in shares if row.ends == duty.starts)
    return HandOver(
        public_id=rng.public_id(),
        organization=organization,
        duty=duty,
        giver_id=before.person_id,
        taker_id=duty.person_id,
        on=duty.starts,
        lines=LINES,
        given_at=clock.at(dataset.ago(1), dt.time(9, 12)),
        is_demo=True,
    )
