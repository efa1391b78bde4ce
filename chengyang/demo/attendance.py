"""Sign-ups, check-ins and volunteer hours: tens of thousands of rows, built as plain objects and written by COPY."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from activities.actions.hours import served_hours
from activities.actions.signup_upkeep import ANONYMISE_AFTER
from activities.actions.signups import REVIEW_DAYS
from activities.models import CheckIn, ServiceRecord, Signup
from activities.states import SIGNUP_TAKES_PLACE, SignupState
from chengyang import clock
from chengyang.lib.chinese import pinyin, search
from chengyang.platform.accounts.models import User
from members.models import Person

from . import bulk
from .dataset import Dataset
from .events import Event
from .names import names
from .randomness import RandomSource

S = SignupState
ABSENT, CANCELLED = 0.05, 0.04  # shares of the sign-ups of a session
GUESTS = 0.45  # least share of guests at a public session: more citizens come to large halls than members
MEMBERS_AT_MOST = 120  # registered persons at one past session
IN_LINE = {
    S.PENDING: 1,
    S.OFFERED: 2,
    S.WAITLISTED: 3,
}  # sort key of positions: people who have a place signed up first
COLUMNS = (
    *("id", "public_id", "activity_id", "person_id", "user_id", "guest_name", "guest_key", "guest_search", "state"),
    *("position", "at", "changed_at", "offer_expires_at", "due_on", "forgotten_at"),
)
REGULARS = 0.55  # share of a team's own people who come to its activities
MINUTE = dt.timedelta(minutes=1)
WAKES, AWAKE, BEDTIME = (
    dt.time(7),
    dt.timedelta(hours=15),
    dt.timedelta(hours=2),
)  # when people sign up: from 7:00, for 15 hours; and not in the last 2 hours before midnight


class Attendee(NamedTuple):
    """A registered person, a guest with an account, or a guest whose name has been deleted (all fields empty)."""

    person: Person | None = None
    user: User | None = None
    name: str = ""


@dataclass
class Row:
    """A sign-up that is not written yet; `came` and `left` are the moments of check-in and check-out."""

    who: Attendee
    state: str = S.CONFIRMED
    at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    offer_expires_at: dt.datetime | None = None
    came: dt.datetime | None = None
    left: dt.datetime | None = None
    public_id: str = ""
    position: int = 0


class AttendeePool:
    """Everybody who can sign up: a few come often, most now and then, nobody to two activities on one day."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset, self.rng = dataset, dataset.random_source("attendance")
        member = dataset.persona_records["member"]  # the sign-ups of this persona are in scripted_events.py
        self.people = [person for person in dataset.persons if person != member]
        self.weights = [min(self.rng.paretovariate(1.5), 14) for _ in self.people]
        self.online = [n for n, person in enumerate(self.people) if person.user_id]  # indexes of people with an account
        invented = names(dataset.random_source("guests"))
        self.guests = [Attendee(user=user, name=next(invented)) for user in dataset.guests]
        self.busy: defaultdict[dt.date, set[Any]] = defaultdict(set)
        self.team_people = _team_people(dataset)

    def draw(self, event: Event, number: int) -> list[Attendee]:
        """Return up to `number` different attendees of `event`: the organizer's own people first, then persons and guests."""
        recent = is_recent(self.dataset, event)
        guests = self._guests(event, number, recent)
        found = self._regulars(event, recent)[:number]
        found += self._persons(event, number - guests - len(found), recent, taken={who.person.pk for who in found})
        if guests and recent:
            found += [who for who in self.rng.sample(self.guests, len(self.guests)) if self._is_free(event, who)][
                :guests
            ]
        elif guests:
            found += [Attendee()] * max(number - len(found), 0)
        self._keep_busy(event, found)
        self.rng.shuffle(found)
        return found

    def _guests(self, event: Event, number: int, recent: bool) -> int:
        """Return how many of `number` are guests; few at volunteer service, because hours belong to a registered person."""
        activity = event.activity
        if activity.audience != activity.Audience.PUBLIC:
            return 0
        if activity.earns_hours:
            return number // 10 if recent else 0
        least = round(number * GUESTS)
        return min(least, len(self.guests) // 2) if recent else max(least, number - MEMBERS_AT_MOST)

    def _regulars(self, event: Event, recent: bool) -> list[Attendee]:
        people = self.team_people.get(event.activity.team_id, ())
        current = [person for person, starts in people if starts <= event.day and (person.user_id or not recent)]
        found = [person for person in current if self.rng.chance(REGULARS)]
        return [who for who in map(Attendee, found) if self._is_free(event, who)]

    def _persons(self, event: Event, number: int, recent: bool, taken: set[int]) -> list[Attendee]:
        places = self._places(event, recent)
        if number <= 0 or not places:
            return []
        weights: list[float] = []
        total = 0.0
        for place in places:
            total += self.weights[place]
            weights.append(total)
        found = self.rng.distinct(places, weights, number + number // 8 + 4)
        people = (Attendee(self.people[place]) for place in found)
        return [who for who in people if who.person.pk not in taken and self._is_free(event, who)][:number]

    def _places(self, event: Event, recent: bool) -> Sequence[int]:
        """Return the indexes of the people who may come: registered by then and, where required, members."""
        activity = event.activity
        places: Iterable[int] = self.online if recent else range(len(self.people))
        if activity.audience == activity.Audience.ORGANIZATION:
            members = {person.pk for person in self.dataset.members[activity.organization_id]}
            places = [place for place in places if self.people[place].pk in members]
        return [place for place in places if self.people[place].registered_on < event.day]

    def _is_free(self, event: Event, who: Attendee) -> bool:
        return _key(who) not in self.busy[event.day]

    def _keep_busy(self, event: Event, found: list[Attendee]) -> None:
        day = event.day
        while day <= event.activity.last_day:
            self.busy[day].update(_key(who) for who in found if who != Attendee())
            day += dt.timedelta(days=1)


def is_recent(dataset: Dataset, event: Event) -> bool:
    """Return whether the names of the guests of `event` are still stored, so that each attendee needs an account."""
    return event.activity.ends > dataset.midnight - ANONYMISE_AFTER


def _key(who: Attendee) -> tuple[str, int]:
    return ("person", who.person.pk) if who.person else ("user", who.user.pk)


def _team_people(dataset: Dataset) -> dict[int, list[tuple[Person, dt.date]]]:
    """Return team key → (person, first day in the team) of everybody who is in it today."""
    member = dataset.persona_records["member"]
    found: dict[int, list[tuple[Person, dt.date]]] = {}
    for team in dataset.teams.values():
        posts = team.posts.on(dataset.today).exclude(person=member).select_related("person__user").order_by("pk")
        found[team.pk] = [(post.person, post.starts) for post in posts]
    return found


# ---- sign-ups of one activity -----------------------------------------------------------------------------------------
def add_past_signups(dataset: Dataset, pool: AttendeePool, event: Event, extra: Iterable[Attendee] = ()) -> None:
    """Add the sign-ups of a past event: `wanted` people came, a few were absent, a few had cancelled."""
    rng = pool.rng
    rows = [Row(who) for who in [*extra, *pool.draw(event, event.wanted)]]
    for row in rows:
        row.came = _came(rng, event)
        row.left = _left(rng, event, row) if event.activity.recorded_at else None
    rows += [Row(who) for who in pool.draw(event, max(round(event.wanted * ABSENT), 1))]
    if is_recent(dataset, event):
        rows += [Row(who, S.CANCELLED) for who in pool.draw(event, round(event.wanted * CANCELLED))]
    rng.shuffle(rows)
    _put(pool, event, rows)


def _came(rng: RandomSource, event: Event) -> dt.datetime:
    return event.activity.starts + rng.randint(-25, 6) * MINUTE


def _left(rng: RandomSource, event: Event, row: Row) -> dt.datetime:
    """Return the moment of check-out: for nearly everybody the end of the activity."""
    early = rng.randint(20, 50) * MINUTE if rng.chance(0.06) else 0 * MINUTE
    return max(event.activity.ends - early, row.came or event.activity.starts)


def add_coming_signups(pool: AttendeePool, event: Event, rows: Iterable[Row] = ()) -> None:
    """Add the sign-ups of a coming event: `rows` first, then as many as its marks (`full`, `few`) ask for."""
    rows, activity = list(rows), event.activity
    number = _signed_up(pool.rng, event)
    taken = sum(row.state in SIGNUP_TAKES_PLACE for row in rows)
    rows += [Row(who) for who in pool.draw(event, max(number - taken, 0))]
    for row in rows[-3:] if activity.by_review else ():
        row.state = S.PENDING
    if "full" in event.marks:
        activity.capacity = sum(row.state in SIGNUP_TAKES_PLACE for row in rows)
        rows += [Row(who, S.WAITLISTED) for who in pool.draw(event, pool.rng.randint(3, 7))]
    rows += [Row(who, S.CANCELLED) for who in pool.draw(event, number // 20)]
    pool.rng.shuffle(rows)
    _put(pool, event, rows)


def _signed_up(rng: RandomSource, event: Event) -> int:
    capacity = event.activity.capacity
    if capacity and "full" in event.marks:
        return capacity
    if capacity and "few" in event.marks:
        return capacity - rng.randint(1, 4)
    return round(min(capacity or event.wanted // 3, 90) * rng.uniform(0.3, 0.8))


def _put(pool: AttendeePool, event: Event, rows: list[Row]) -> None:
    """Give each row its position and times, and count the places that the rows take."""
    activity = event.activity
    rows = sorted(rows, key=lambda row: IN_LINE.get(row.state, 0))
    opens = max(activity.signup_opens, activity.published_at)
    closes = min(activity.signup_closes or activity.starts, pool.dataset.midnight - BEDTIME)
    for place, row in enumerate(rows, start=1):
        row.position, row.public_id = place, pool.rng.public_id()
        row.at = _awake(opens, closes, place / (len(rows) + 1))
        row.changed_at = row.at
        if row.state == S.CANCELLED:
            row.changed_at = min(row.at + dt.timedelta(hours=2), closes)
        elif row.state == S.OFFERED:
            row.changed_at = pool.dataset.midnight - dt.timedelta(hours=4, minutes=20)
    activity.taken = sum(row.state in SIGNUP_TAKES_PLACE for row in rows)
    activity.last_position = len(rows)
    if activity.capacity is not None:
        activity.capacity = max(activity.capacity, activity.taken)
    event.rows = rows


def _awake(opens: dt.datetime, closes: dt.datetime, share: float) -> dt.datetime:
    """Return the moment after `share` (0 to 1) of the time from `opens` to `closes`, nights left out."""
    days = (closes.date() - opens.date()).days + 1
    passed = share * days
    day = opens.date() + dt.timedelta(days=int(passed))
    moment = clock.at(day, WAKES) + (passed % 1) * AWAKE
    return min(max(moment, opens), closes).replace(microsecond=0)


# ---- writing ---------------------------------------------------------------------------------------------------------
def write(dataset: Dataset, events: list[Event]) -> None:
    """Write the sign-ups, check-ins and volunteer hours of `events`, whose activities are in the database already."""
    pairs = [(event, row) for event in events for row in event.rows]
    keys = bulk.new_keys(Signup, len(pairs))
    signups = (_signup(dataset, key, event, row) for key, (event, row) in zip(keys, pairs, strict=True))
    bulk.copy(Signup, COLUMNS, signups)
    came = [(key, event, row) for key, (event, row) in zip(keys, pairs, strict=True) if row.came]
    _write_checkins(dataset, came)


def _signup(dataset: Dataset, key: int, event: Event, row: Row) -> tuple[Any, ...]:
    """Return the values of COLUMNS for one sign-up."""
    who, activity = row.who, event.activity
    pending = row.state == S.PENDING
    anonymised_at = activity.ends + ANONYMISE_AFTER if who == Attendee() else None
    return (
        key,
        row.public_id,
        activity.pk,
        who.person.pk if who.person else None,
        who.user.pk if who.user else None,
        who.name,
        pinyin.name_key(who.name) if who.name else "",
        search.name_vector(who.name) if who.name else None,
        row.state,
        row.position,
        row.at,
        row.changed_at,
        row.offer_expires_at,
        min(dataset.due(row.at.date(), REVIEW_DAYS), activity.first_day) if pending else None,
        anonymised_at,
    )


def _write_checkins(dataset: Dataset, came: list[tuple[int, Event, Row]]) -> None:
    rng = dataset.random_source("checkins")
    keys = bulk.new_keys(CheckIn, len(came))
    rows = []
    for key, (signup, event, row) in zip(keys, came, strict=True):
        by_list = rng.chance(0.4)
        method = CheckIn.Method.LIST if by_list else CheckIn.Method.QR
        by = event.activity.drafted_by_id if by_list else None
        rows.append((key, signup, method, row.came, row.left, "", by))
    bulk.copy(CheckIn, ("id", "signup_id", "method", "checked_in_at", "checked_out_at", "reason", "by_id"), rows)
    served = [(key, event, row) for key, (_, event, row) in zip(keys, came, strict=True) if _serves(event, row)]
    hours = (
        (rng.public_id(), key, served_hours(row.came, row.left, event.activity), event.activity.recorded_at)
        for key, event, row in served
    )
    bulk.copy(ServiceRecord, ("public_id", "checkin_id", "hours", "at"), hours)


def _serves(event: Event, row: Row) -> bool:
    return event.activity.earns_hours and row.left is not None
