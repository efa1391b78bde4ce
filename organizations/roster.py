"""The plan of the rotating chair as pages show it: who has which days, what is vacant and why, and what a new plan would be."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.lib.chinese import dates

from . import rota
from .models import CHAIRING, Duty, DutySwap, Organization, Post, Term
from .models.duties import name_of
from .rota import Chair, Share
from .states import AnswerState

MOST_MONTHS = 60  # of a plan: the longest term
USUAL_MONTHS = 12
ANNOUNCED = dt.timedelta(days=14)  # both people are notified so long before (domain.md rule 6)


def chairs_of(organization: Organization, since: dt.date) -> dict[int, list[Post]]:
    """Return key of the person → their chairing posts that last on or after the day `since`, in the order of the posts."""
    rows = organization.posts.valid().filter(kind__in=CHAIRING, person__state="active")
    rows = rows.filter(Q(ends__isnull=True) | Q(ends__gt=since)).select_related("person__user", "person__subdistrict")
    found: dict[int, list[Post]] = {}
    for post in sorted(rows, key=lambda one: (CHAIRING.index(one.kind), one.starts, one.person.name_key, one.pk)):
        found.setdefault(post.person_id, []).append(post)
    return found


def days_of(posts: Iterable[Post]) -> tuple[tuple[dt.date, dt.date | None], ...]:
    """Return the days of `posts`, as `rota` reads them."""
    return tuple((post.starts, post.ends) for post in posts)


def vacant_from(duty: Duty, chairs: dict[int, list[Post]]) -> dt.date | None:
    """Return the first day of `duty` on which its person holds no chairing post, None when they hold one on all days."""
    if duty.person_id is None:
        return duty.starts
    return rota.first_gap(days_of(chairs.get(duty.person_id, ())), duty.starts, duty.ends)


def vacant_shares(rows: Iterable[Duty], since: dt.date) -> list[tuple[Duty, dt.date]]:
    """Return those of `rows` that are vacant on a day from `since` on, each with the first such day."""
    chairs: dict[int, dict[int, list[Post]]] = {}
    found = []
    for row in rows:
        if row.organization_id not in chairs:
            chairs[row.organization_id] = chairs_of(row.organization, since)
        first = max(row.starts, since)
        posts = days_of(chairs[row.organization_id].get(row.person_id or 0, ()))
        gap = rota.first_gap(posts, first, row.ends) if first < row.ends else None
        if gap:
            found.append((row, gap))
    return found


# ---- a plan that is proposed ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PlanRequest:
    """What a plan is made for: `months` months from the month of `first`, of the people (keys, in order), with their absences."""

    first: dt.date
    months: int
    people: tuple[int, ...]
    away: frozenset[tuple[int, dt.date]] = field(default_factory=frozenset)  # (key of a person, first day of a month)


def term_for(organization: Organization, day: dt.date) -> Term | None:
    """Return the term that runs on `day`, or the next one."""
    return organization.terms.filter(ends__gt=day).order_by("starts").first()


def periods(term: Term, first: dt.date, months: int) -> list[rota.Days]:
    """Return the months of a plan within `term`."""
    starts = max(first.replace(day=1), term.starts)
    ends = starts.replace(day=1)
    for _number in range(months):
        ends = rota.next_month(ends)
    return rota.months_between(starts, min(ends, term.ends))


def proposal(organization: Organization, term: Term, wanted: PlanRequest) -> list[Share]:
    """Return the shares that the portal proposes for `wanted`: equal, in order, around absences and within posts."""
    months = periods(term, wanted.first, wanted.months)
    if not months:
        return []
    posts = chairs_of(organization, months[0][0])
    chairs = [
        Chair(
            person,
            days_of(posts[person]),
            tuple((month, rota.next_month(month)) for key, month in sorted(wanted.away) if key == person),
        )
        for person in wanted.people
        if person in posts
    ]
    return rota.plan(months, chairs)


def digest_of(rows: Iterable[tuple[Any, ...]]) -> str:
    """Return a digest of what a page showed; its form carries it, and the action compares it under the lock."""
    return hashlib.sha256(repr([tuple(map(str, row)) for row in rows]).encode()).hexdigest()[:32]


def plan_digest(shares: Sequence[Share]) -> str:
    return digest_of((share.starts, share.ends, share.key) for share in shares)


# ---- the plan that stands ---------------------------------------------------------------------------------------------
@dataclass
class Cell:
    """One share in the band and in the list: who has it, and what is particular about it."""

    duty: Duty
    name: str
    label: str
    days: int
    css: str = ""
    word: str = ""
    notes: list[str] = field(default_factory=list)
    year: str = ""
    was: str = ""  # in an order that is not saved: the share that the person has in the stored plan
    is_open: bool = False
    swap: DutySwap | None = None
    passed: int = 0  # per cent of the present share that are over
    day_number: int = 0


class Roster:
    """The shares of `organization` in `term` with their substitutes and swaps, on the day `today`.

    `order` are the public ids of the coming shares in another order: what the plan would be, before it is saved.
    """

    def __init__(self, organization: Organization, term: Term, *, order: Sequence[str] = ()) -> None:
        self.organization, self.term, self.today = organization, term, clock.today()
        self.wanted = list(order)

    @cached_property
    def rows(self) -> list[Duty]:
        """The agreed shares and the open substitutes of the term, by day."""
        found = self.term.duties.exclude(state__in=[AnswerState.DECLINED, AnswerState.LAPSED, AnswerState.WITHDRAWN])
        return list(found.select_related("person__user", "person__subdistrict").order_by("starts", "pk"))

    @cached_property
    def shares(self) -> list[Duty]:
        return [row for row in self.rows if row.kind == Duty.Kind.SHARE]

    @cached_property
    def substitutes(self) -> list[Duty]:
        return [row for row in self.rows if row.kind == Duty.Kind.SUBSTITUTE]

    @cached_property
    def swaps(self) -> list[DutySwap]:
        """The swaps that wait for an answer, in which all rows are those of `rows`."""
        found = self.organization.swaps.open().filter(given__term=self.term)
        return list(found.select_related("given", "taken", "giver__user", "taker__user", "asked_by").order_by("pk"))

    @cached_property
    def chairs(self) -> dict[int, list[Post]]:
        return chairs_of(self.organization, self.term.starts)

    @cached_property
    def coming(self) -> list[Duty]:
        """The shares that have not begun: only they can be moved."""
        return [row for row in self.shares if row.starts > self.today]

    @cached_property
    def order(self) -> list[Duty]:
        """The coming shares in the order that is wanted: the row whose person has the first place, the second …"""
        by_id = {row.public_id: row for row in self.coming}
        if sorted(self.wanted) != sorted(by_id):
            return self.coming
        return [by_id[one] for one in self.wanted]

    @property
    def is_reordered(self) -> bool:
        return self.order != self.coming

    @cached_property
    def digest(self) -> str:
        """A digest of the coming shares, by which the action knows that they are those of the page."""
        return digest_of((row.public_id, row.person_id, row.starts, row.ends) for row in self.coming)

    @property
    def order_text(self) -> str:
        return ".".join(row.public_id for row in self.order)

    # ---- cells -------------------------------------------------------------------------------------------------------
    @cached_property
    def cells(self) -> list[Cell]:
        """All shares of the term by day, with the people of the wanted order."""
        moved = dict(zip((row.pk for row in self.coming), self.order, strict=True))
        found, year = [], None
        for row in self.shares:
            cell = self._cell(row, moved.get(row.pk, row))
            if row.starts.year != year:
                year = row.starts.year
                cell.year = _("%(year)d年") % {"year": year}
            found.append(cell)
        return found

    def _cell(self, row: Duty, source: Duty) -> Cell:
        cell = Cell(
            row, _shown(source), name_of(row.starts, row.ends, year=row.starts.year), (row.ends - row.starts).days
        )
        cell.swap = next((one for one in self.swaps if row.pk in (one.given_id, one.taken_id)), None)
        self._add_notes(cell, row)
        if source.pk != row.pk and source.person_id != row.person_id:
            cell.css, cell.word = "is-moved", _("未保存")
            cell.was = name_of(source.starts, source.ends, year=row.starts.year)
        elif gap := vacant_from(row, self.chairs) if row.ends > self.today else None:
            cell.css, cell.word, cell.is_open = "is-open", _("要补"), True
            cell.name = _("空缺") if gap == row.starts else cell.name
            cell.notes.insert(0, self._why_open(row, gap))
        elif row.ends <= self.today:
            cell.css, cell.word = "is-past", _("已值")
        elif row.starts <= self.today:
            cell.css, cell.word = "is-now", _("今天在值")
            cell.day_number = (self.today - row.starts).days + 1
            cell.passed = round(100 * cell.day_number / cell.days)
        elif cell.swap:
            cell.css, cell.word = "is-asked", _("待换")
        return cell

    def _add_notes(self, cell: Cell, row: Duty) -> None:
        for one in self.substitutes:
            if one.starts < row.ends and one.ends > row.starts:
                text = (
                    _("%(days)s %(person)s代")
                    if one.state == AnswerState.AGREED
                    else _("%(days)s 请%(person)s代，等答复")
                )
                cell.notes.append(
                    text % {"days": dates.days(one.starts, one.ends, today=row.starts), "person": one.person}
                )

    def _why_open(self, row: Duty, gap: dt.date) -> str:
        if row.person_id is None:
            return _("没有人能排")
        if row.person_id not in self.chairs:
            return _("%(person)s已卸任") % {"person": _shown(row)}
        if gap > row.starts:
            return _("%(person)s的任期到 %(day)s") % {
                "person": row.person,
                "day": dates.month_day(gap - rota.ONE_DAY),
            }
        ends = max((post.ends for post in self.chairs[row.person_id] if post.ends), default=None)
        text = _("%(person)s的任期到 %(day)s") if ends else _("%(person)s那时不在任")
        return text % {"person": row.person, "day": dates.month_day(ends - rota.ONE_DAY) if ends else ""}

    @cached_property
    def coming_cells(self) -> list[Cell]:
        keys = {row.pk for row in self.coming}
        return [cell for cell in self.cells if cell.duty.pk in keys]

    @cached_property
    def ordered(self) -> list[tuple[Cell, str, str, str]]:
        """The coming shares in the wanted order: each with the row whose person has it, and the orders after moving it up or down."""
        last = len(self.order) - 1
        return [
            (
                cell,
                row.public_id,
                self.moved(row.public_id, -1) if place else "",
                self.moved(row.public_id, 1) if place < last else "",
            )
            for place, (cell, row) in enumerate(zip(self.coming_cells, self.order, strict=True))
        ]

    @cached_property
    def vacancies(self) -> list[Cell]:
        """The shares, the present one included, of which days are vacant in the stored plan."""
        return [cell for cell in self.cells if cell.is_open]

    @property
    def moved_people(self) -> int:
        """Return how many people get other days when the wanted order is saved."""
        pairs = zip(self.coming, self.order, strict=True)
        moved = [(row, source) for row, source in pairs if row.person_id != source.person_id]
        return len({one.person_id for pair in moved for one in pair if one.person_id})

    def moved(self, public_id: str, by: int) -> str:
        """Return the wanted order with the share `public_id` moved by `by` places, as a text; unknown ones move nothing."""
        found = [row.public_id for row in self.order]
        if public_id in found:
            at = found.index(public_id)
            to = min(max(at + by, 0), len(found) - 1)
            found.insert(to, found.pop(at))
        return ".".join(found)

    def people(self) -> list[Any]:
        """Return the people who can chair now or later in the term, in the order of their posts."""
        return [posts[0].person for posts in self.chairs.values() if any(_lasts(post, self.today) for post in posts)]

    def free_on(self, starts: dt.date, ends: dt.date) -> list[Any]:
        """Return the people who hold a chairing post on all these days and have no duty on any of them."""
        busy = {row.person_id for row in self.rows if row.starts < ends and row.ends > starts}
        return [
            posts[0].person
            for key, posts in self.chairs.items()
            if key not in busy and rota.first_gap(days_of(posts), starts, ends) is None
        ]


def _shown(duty: Duty) -> str:
    """Return the name of who has a share; of who left the registry nobody reads it (requirements P06)."""
    if duty.person is None:
        return _("空缺")
    return str(duty.person) if duty.person.is_active else _("已退出名册")


def _lasts(post: Post, day: dt.date) -> bool:
    return post.ends is None or post.ends > day


def summary(roster: Roster) -> str:
    """Return how the shares are distributed, in one sentence."""
    counted: dict[int, int] = {}
    for row in roster.shares:
        if row.person_id:
            counted[row.person_id] = counted.get(row.person_id, 0) + (1 if row.whole_month else 0)
    people = len(counted)
    if people and len(set(counted.values())) == 1 and all(row.whole_month for row in roster.shares):
        return _("%(people)d 位，每人 %(n)d 个月，份额相等。") % {"people": people, "n": next(iter(counted.values()))}
    return _("%(people)d 位轮流，共 %(n)d 段。") % {"people": people, "n": len(roster.shares)}


# ---- in public --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Watch:
    """Who is on duty today in an organization, and who is next; a name stands only where its person agreed to it."""

    duty: Duty | None
    name: str
    until: dt.date | None
    passed: int
    following: Duty | None
    next_name: str

    @property
    def days_left(self) -> int:
        return (self.until - clock.today()).days if self.until else 0


def watch_of(organization: Organization) -> Watch | None:
    """Return who is on duty today and next in `organization`, None where nobody is."""
    today = clock.today()
    rows = Duty.objects.filter(organization=organization).select_related("person", "organization")
    duty = rows.on_duty(today).first()
    soon = rows.shares().filter(starts__gt=today).order_by("starts")[:3]
    chairs = chairs_of(organization, today)
    following = next((row for row in soon if vacant_from(row, chairs) is None and _is_other(row, duty)), None)
    if duty is None and following is None:
        return None
    days = (duty.ends - duty.starts).days if duty else 1
    return Watch(
        duty,
        _public_name(duty, chairs),
        duty.last if duty else None,
        round(100 * ((today - duty.starts).days + 1) / days) if duty else 0,
        following,
        _public_name(following, chairs),
    )


def _is_other(row: Duty, duty: Duty | None) -> bool:
    return duty is None or row.person_id != duty.person_id


def _public_name(duty: Duty | None, chairs: dict[int, list[Post]]) -> str:
    if duty is None or not any(post.is_public for post in chairs.get(duty.person_id or 0, ())):
        return ""
    return str(duty.person)


def public_days(starts: dt.date, ends: dt.date, slugs: Sequence[str]) -> list[Duty]:
    """Return the agreed days of people who agreed to be named, in the public organizations `slugs`, between two days."""
    rows = Duty.objects.published().within(starts, ends).filter(organization__slug__in=slugs)
    return list(rows.select_related("organization", "person").order_by("organization", "starts", "pk"))
