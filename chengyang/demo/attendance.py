"""Who signs up, who comes, and the hours that come of it: tens of thousands of rows, made plain and written by COPY."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from activities.actions.attendance import served_hours
from activities.actions.signups import ANONYMISE_AFTER, REVIEW_DAYS
from activities.models import CheckIn, ServiceRecord, Signup
from activities.states import SIGNUP_TAKES_PLACE, SignupState
from chengyang import clock
from chengyang.lib.chinese import pinyin, search
from chengyang.platform.accounts.models import User
from members.models import Person

from . import bulk
from .dataset import World
from .events import Event
from .names import names
from .randomness import Dice

S = SignupState
ABSENT, CANCELLED = 0.05, 0.04  # of those who sign up
GUESTS = 0.45  # of a public session, at least; halls hold more citizens than members come
MEMBERS_AT_MOST = 120  # of the registry at one past session
IN_LINE = {S.PENDING: 1, S.OFFERED: 2, S.WAITLISTED: 3}  # who has a place came first
COLUMNS = (
    *("id", "public_id", "activity_id", "person_id", "user_id", "guest_name", "guest_key", "guest_search", "state"),
    *("position", "at", "changed_at", "offer_expires_at", "due_on", "forgotten_at"),
)
REGULARS = 0.55  # of a team's own people come to what it organises
MINUTE = dt.timedelta(minutes=1)
WAKES, AWAKE, BEDTIME = dt.time(7), dt.timedelta(hours=15), dt.timedelta(hours=2)  # when people sign up


class Who(NamedTuple):
    """A person, a guest with an account, or a guest whose name has been forgotten."""

    person: Person | None = None
    user: User | None = None
    name: str = ""


@dataclass
class Row:
    """A sign-up, and whether they came: `came` and `left` are the moments of check-in and check-out."""

    who: Who
    state: str = S.CONFIRMED
    at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    offer_expires_at: dt.datetime | None = None
    came: dt.datetime | None = None
    left: dt.datetime | None = None
    public_id: str = ""
    position: int = 0


class Crowd:
    """Those who come to things: some often, most now and then, and nobody to two things on one day."""

    def __init__(self, world: World) -> None:
        self.world, self.dice = world, world.dice("attendance")
        told = world.roles["member"]  # whose year is told in story.py
        self.people = [person for person in world.persons if person != told]
        self.weights = [min(self.dice.paretovariate(1.5), 14) for _ in self.people]
        self.today = [n for n, person in enumerate(self.people) if person.user_id]  # can sign up by themselves
        invented = names(world.dice("guests"))
        self.guests = [Who(user=user, name=next(invented)) for user in world.guests]
        self.busy: defaultdict[dt.date, set[Any]] = defaultdict(set)
        self.team_people = _team_people(world)

    def draw(self, event: Event, number: int) -> list[Who]:
        """Return up to `number` different ones for `event`: the organizer's own people first, then whoever comes."""
        recent = is_recent(self.world, event)
        guests = self._guests(event, number, recent)
        found = self._regulars(event, recent)[:number]
        found += self._persons(event, number - guests - len(found), recent, taken={who.person.pk for who in found})
        if guests and recent:
            found += [who for who in self.dice.sample(self.guests, len(self.guests)) if self._is_free(event, who)][
                :guests
            ]
        elif guests:
            found += [Who()] * max(number - len(found), 0)
        self._keep_busy(event, found)
        self.dice.shuffle(found)
        return found

    def _guests(self, event: Event, number: int, recent: bool) -> int:
        """Return how many of `number` are citizens; hours are kept with a name, so that few of them serve."""
        activity = event.activity
        if activity.audience != activity.Audience.PUBLIC:
            return 0
        if activity.earns_hours:
            return number // 10 if recent else 0
        least = round(number * GUESTS)
        return min(least, len(self.guests) // 2) if recent else max(least, number - MEMBERS_AT_MOST)

    def _regulars(self, event: Event, recent: bool) -> list[Who]:
        people = self.team_people.get(event.activity.team_id, ())
        in_it = [person for person, starts in people if starts <= event.day and (person.user_id or not recent)]
        held = [person for person in in_it if self.dice.chance(REGULARS)]
        return [who for who in map(Who, held) if self._is_free(event, who)]

    def _persons(self, event: Event, number: int, recent: bool, taken: set[int]) -> list[Who]:
        places = self._places(event, is_recent)
        if number <= 0 or not places:
            return []
        weights: list[float] = []
        total = 0.0
        for place in places:
            total += self.weights[place]
            weights.append(total)
        found = self.dice.distinct(places, weights, number + number // 8 + 4)
        people = (Who(self.people[place]) for place in found)
        return [who for who in people if who.person.pk not in taken and self._is_free(event, who)][:number]

    def _places(self, event: Event, recent: bool) -> Sequence[int]:
        """Return the places of those who may come: registered by then, of the organization where it is only for them."""
        activity = event.activity
        places: Iterable[int] = self.today if recent else range(len(self.people))
        if activity.audience == activity.Audience.ORGANIZATION:
            members = {person.pk for person in self.world.members[activity.organization_id]}
            places = [place for place in places if self.people[place].pk in members]
        return [place for place in places if self.people[place].registered_on < event.day]

    def _is_free(self, event: Event, who: Who) -> bool:
        return _key(who) not in self.busy[event.day]

    def _keep_busy(self, event: Event, found: list[Who]) -> None:
        day = event.day
        while day <= event.activity.last_day:
            self.busy[day].update(_key(who) for who in found if who != Who())
            day += dt.timedelta(days=1)


def is_recent(world: World, event: Event) -> bool:
    """Return whether the names of its guests are still kept, so that whoever came has an account."""
    return event.activity.ends > world.midnight - ANONYMISE_AFTER


def _key(who: Who) -> tuple[str, int]:
    return ("person", who.person.pk) if who.person else ("user", who.user.pk)


def _team_people(world: World) -> dict[int, list[tuple[Person, dt.date]]]:
    """Return who is in each team today, and since when."""
    told = world.roles["member"]
    found: dict[int, list[tuple[Person, dt.date]]] = {}
    for team in world.teams.values():
        posts = team.posts.on(world.today).exclude(person=told).select_related("person__user").order_by("pk")
        found[team.pk] = [(post.person, post.starts) for post in posts]
    return found


# ---- what becomes of a sign-up ---------------------------------------------------------------------------------------
def hold(world: World, crowd: Crowd, event: Event, extra: Iterable[Who] = ()) -> None:
    """Let a past event have been held: `wanted` people came, some did not turn up, some had cancelled."""
    dice = crowd.dice
    rows = [Row(who) for who in [*extra, *crowd.draw(event, event.wanted)]]
    for row in rows:
        row.came = _came(dice, event)
        row.left = _left(dice, event, row) if event.activity.recorded_at else None
    rows += [Row(who) for who in crowd.draw(event, max(round(event.wanted * ABSENT), 1))]
    if is_recent(world, event):
        rows += [Row(who, S.CANCELLED) for who in crowd.draw(event, round(event.wanted * CANCELLED))]
    dice.shuffle(rows)
    _put(crowd, event, rows)


def _came(dice: Dice, event: Event) -> dt.datetime:
    return event.activity.starts + dice.randint(-25, 6) * MINUTE


def _left(dice: Dice, event: Event, row: Row) -> dt.datetime:
    """Return when they left: nearly all at the end."""
    early = dice.randint(20, 50) * MINUTE if dice.chance(0.06) else 0 * MINUTE
    return max(event.activity.ends - early, row.came or event.activity.starts)


def fill(crowd: Crowd, event: Event, rows: Iterable[Row] = ()) -> None:
    """Let people sign up for a coming event; `rows` are already there, the rest is as its marks say."""
    rows, activity = list(rows), event.activity
    number = _signed_up(crowd.dice, event)
    taken = sum(row.state in SIGNUP_TAKES_PLACE for row in rows)
    rows += [Row(who) for who in crowd.draw(event, max(number - taken, 0))]
    for row in rows[-3:] if activity.by_review else ():
        row.state = S.PENDING
    if "full" in event.marks:
        activity.capacity = sum(row.state in SIGNUP_TAKES_PLACE for row in rows)
        rows += [Row(who, S.WAITLISTED) for who in crowd.draw(event, crowd.dice.randint(3, 7))]
    rows += [Row(who, S.CANCELLED) for who in crowd.draw(event, number // 20)]
    crowd.dice.shuffle(rows)
    _put(crowd, event, rows)


def _signed_up(dice: Dice, event: Event) -> int:
    capacity = event.activity.capacity
    if capacity and "full" in event.marks:
        return capacity
    if capacity and "few" in event.marks:
        return capacity - dice.randint(1, 4)
    return round(min(capacity or event.wanted // 3, 90) * dice.uniform(0.3, 0.8))


def _put(crowd: Crowd, event: Event, rows: list[Row]) -> None:
    """Number the rows in order of time, and count the places that they take."""
    activity = event.activity
    rows = sorted(rows, key=lambda row: IN_LINE.get(row.state, 0))
    opens = max(activity.signup_opens, activity.published_at)
    closes = min(activity.signup_closes or activity.starts, crowd.world.midnight - BEDTIME)
    for place, row in enumerate(rows, start=1):
        row.position, row.public_id = place, crowd.dice.public_id()
        row.at = _awake(opens, closes, place / (len(rows) + 1))
        row.changed_at = row.at
        if row.state == S.CANCELLED:
            row.changed_at = min(row.at + dt.timedelta(hours=2), closes)
        elif row.state == S.OFFERED:
            row.changed_at = crowd.world.midnight - dt.timedelta(hours=4, minutes=20)
    activity.taken = sum(row.state in SIGNUP_TAKES_PLACE for row in rows)
    activity.last_position = len(rows)
    if activity.capacity is not None:
        activity.capacity = max(activity.capacity, activity.taken)
    event.rows = rows


def _awake(opens: dt.datetime, closes: dt.datetime, share: float) -> dt.datetime:
    """Return the moment when `share` of the time between two moments has passed, nights left out."""
    days = (closes.date() - opens.date()).days + 1
    passed = share * days
    day = opens.date() + dt.timedelta(days=int(passed))
    moment = clock.at(day, WAKES) + (passed % 1) * AWAKE
    return min(max(moment, opens), closes).replace(microsecond=0)


# ---- writing ---------------------------------------------------------------------------------------------------------
def write(world: World, events: list[Event]) -> None:
    """Write sign-ups, check-ins and volunteer hours of events whose activities are written."""
    pairs = [(event, row) for event in events for row in event.rows]
    keys = bulk.new_keys(Signup, len(pairs))
    signups = (_signup(world, key, event, row) for key, (event, row) in zip(keys, pairs, strict=True))
    bulk.copy(Signup, COLUMNS, signups)
    came = [(key, event, row) for key, (event, row) in zip(keys, pairs, strict=True) if row.came]
    _write_checkins(world, came)


def _signup(world: World, key: int, event: Event, row: Row) -> tuple[Any, ...]:
    """Return the values of COLUMNS."""
    who, activity = row.who, event.activity
    pending = row.state == S.PENDING
    forgotten = activity.ends + ANONYMISE_AFTER if who == Who() else None
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
        min(world.due(row.at.date(), REVIEW_DAYS), activity.first_day) if pending else None,
        forgotten,
    )


def _write_checkins(world: World, came: list[tuple[int, Event, Row]]) -> None:
    dice = world.dice("checkins")
    keys = bulk.new_keys(CheckIn, len(came))
    rows = []
    for key, (signup, event, row) in zip(keys, came, strict=True):
        by_list = dice.chance(0.4)
        method = CheckIn.Method.LIST if by_list else CheckIn.Method.QR
        by = event.activity.drafted_by_id if by_list else None
        rows.append((key, signup, method, row.came, row.left, by))
    bulk.copy(CheckIn, ("id", "signup_id", "method", "checked_in_at", "checked_out_at", "by_id"), rows)
    served = [(key, event, row) for key, (_, event, row) in zip(keys, came, strict=True) if _serves(event, row)]
    hours = (
        (dice.public_id(), key, served_hours(row.came, row.left, event.activity), event.activity.recorded_at)
        for key, event, row in served
    )
    bulk.copy(ServiceRecord, ("public_id", "checkin_id", "hours", "at"), hours)


def _serves(event: Event, row: Row) -> bool:
    return event.activity.earns_hours and row.left is not None
