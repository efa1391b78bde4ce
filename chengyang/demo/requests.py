"""Requests for help with their answers, and what came of the work: donations, firms, beneficiaries."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from chengyang import clock
from chengyang.lib.chinese import workdays
from services.actions.outcomes import CHECK_DAYS
from services.actions.requests import CLOSES_AFTER, COMPLEX_DAYS, DAYS, REMIND_AT
from services.models import Outcome, Request
from services.states import OutcomeState, RequestState

from .bulk import insert
from .dataset import World
from .randomness import Dice
from .words import words
from .work import MARKS

R = RequestState
ANSWERED = 150  # requests of the last year that were answered
FIRST_OUTCOME, LAST_PUBLISHED = dt.date(2018, 5, 1), dt.date(2023, 12, 15)
FIRMS = 306  # incubated up to then; the published figure is 300 and more
GIFTS = 64
DONATED = Decimal(5_120_000)  # yuan, up to then; the published figure is 5,000,000 and more
A_YEAR = (26, 11, Decimal(860_000))  # firms, gifts and yuan since then
STEP = Decimal(100)
LEAST, MIDDLE, MOST = 8, 134, 260  # of a gift, before it is scaled

# Open requests: who has it (as in words.toml), number of the example, due in working days, complex.
OPEN = (
    ("xiaxin-lianxin", 0, -2, False),
    ("xiaxin-lianxin", 1, 0, False),
    ("xiaxin-lianxin", 2, 2, False),
    ("area:夏庄", 1, -1, False),
    ("area:夏庄", 0, 1, False),
    ("area:夏庄", 3, 4, True),
    ("area:流亭", 2, 0, False),
    ("area:流亭", 3, 3, False),
    ("area:城阳", 0, 2, False),
    ("office", 0, 0, False),
    ("office", 1, 3, False),
    ("office", 2, 8, True),
    ("falv", 1, 1, False),
    ("caishui", 0, 2, False),
    ("wucaiyun", 1, 4, False),
    ("xinli", 0, 3, False),
)
# Outcomes that wait for a check: kind, what, amount or number, who reported it, due in working days.
REPORTED = (
    ("beneficiaries", "秋菜采收帮扶受益农户", 46, "team:xiaxin-lianxin", 0),
    ("money", "乡村道路修缮款", 28_000, "organization:xiazhuang", 2),
    ("goods", "捐赠助学物资", 32_000, "team:zhuxue-zhukun", 2),
    ("firm", "澄海智能装备（孵化企业）", None, "team:wucaiyun", -1),
    ("firm", "沐野文化创意（孵化企业）", None, "team:wucaiyun", 1),
    ("money", "园区职工大病救助款", 50_000, "organization:tianan-shumacheng", 3),
    ("beneficiaries", "流亭园区法律答疑受益职工", 120, "base:liuting-xinliliang", 1),
)


# ---- requests --------------------------------------------------------------------------------------------------------
def make_requests(world: World) -> None:
    """Make requests: those of the last year with their answers, those that are open, and those of the cast."""
    dice = world.dice("requests")
    authors = [person.user for person in world.persons if person.user_id and not person.user.email] + world.guests
    rows = [_answered(world, dice, dice.choice(authors), dice.choice(words["requests"])) for _ in range(ANSWERED)]
    rows += [_open(world, dice, dice.choice(authors), *what) for what in OPEN]
    rows += _of_cast(world, dice)
    rows.sort(key=lambda row: row.at)
    numbers: Counter[dt.date] = Counter()
    for row in rows:
        day = row.at.date()
        numbers[day] += 1
        row.number = f"SQ{day:%Y%m%d}-{numbers[day]:03d}"
    insert(rows)


def _request(world: World, dice: Dice, author: Any, example: dict[str, str], day: dt.date, **fields: Any) -> Request:
    to = example["to"]
    area = world.subdistricts[to.partition(":")[2] or dice.choice(list(world.subdistricts))]
    return Request(
        public_id=dice.public_id(),
        query_code=f"{dice.randrange(1_000_000):06d}",
        author=author,
        title=example["title"],
        text=example["text"],
        service=example["service"],
        team=world.teams.get(to),
        subdistrict=area if to.startswith("area") else None,
        at=dice.moment(day, 8, 21),
        is_demo=True,
        **fields,
    )


def _answered(world: World, dice: Dice, author: Any, example: dict[str, str], ago: int = 0) -> Request:
    """Return a request with its answer, mostly rated; one that nobody rated is closed after some days."""
    day = world.ago(ago or dice.randint(14, 420))
    row = _request(world, dice, author, example, day, due_on=world.due(day, DAYS))
    answered = world.due(day, dice.choice((1, 2, 3, 3, 4, 5, 6)))
    row.answer, row.answered_by = example["answer"], handler(world, row)
    row.answered_at = dice.moment(min(answered, world.ago(1)), 9, 17)
    row.rating = dice.choice((5, 5, 5, 4, 4, 3)) if dice.chance(0.7) else None
    is_open = row.rating is None and row.answered_at > world.midnight - CLOSES_AFTER
    row.state = R.ANSWERED if is_open else R.CLOSED
    row.reminders = 3  # nobody is reminded any more
    return row


def handler(world: World, request: Request) -> Any:
    """Return who answers `request`: the leader of the team, the officer of the subdistrict, or the office."""
    if request.team:
        return world.keepers[request.team]
    return world.officers[request.subdistrict.short_name] if request.subdistrict else world.cast["district"]


def _open(
    world: World, dice: Dice, author: Any, to: str, number: int, due: int, is_complex: bool, state: str = ""
) -> Request:
    examples = [example for example in words["requests"] if example["to"] == to.partition(":")[0]]
    days = COMPLEX_DAYS if is_complex else DAYS
    day = world.started(days, world.workday(due))
    due_on = world.due(day, days)
    example = {**examples[number], "to": to}
    row = _request(world, dice, author, example, day, due_on=due_on, is_complex=is_complex)
    ordered = bool(row.team) or to == "office"
    row.state = state or (R.SUBMITTED if ordered else R.ROUTED)
    row.reminders = reminders(world, row)
    if due_on < world.ago(1):  # laid before the district in the first hours of the day after
        row.escalated_at = clock.at(due_on + dt.timedelta(days=1), dt.time(1, 5))
    return row


def reminders(world: World, request: Request) -> int:
    """Return how many reminders have gone out by now: at half, at four fifths and at the end of the working days."""
    asked = request.at.date()
    total = max(1, workdays.workdays_between(asked, request.due_on, world.exceptions))
    spent = workdays.workdays_between(asked, world.today, world.exceptions)
    return sum(spent >= total * share for share in REMIND_AT)


def _of_cast(world: World, dice: Dice) -> list[Request]:
    """Return the requests of the member (one answered and to be rated, one on its way, one done) and of the stranger."""
    member, stranger = world.cast["member"], world.cast["stranger"]
    review, bus = words["requests"][0], next(e for e in words["requests"] if e["title"].startswith("夜间公交"))
    answered = _answered(world, dice, member, review, ago=8)
    answered.rating, answered.state = None, R.ANSWERED
    answered.answered_at = dice.moment(world.ago(2), 9, 17)
    done = _answered(world, dice, member, words["requests"][1], ago=150)
    done.rating, done.state = 5, R.CLOSED
    return [
        answered,
        done,
        _open(world, dice, member, bus["to"], 0, 4, False),
        _open(world, dice, stranger, "xinli", 1, 5, False),
    ]


# ---- outcomes --------------------------------------------------------------------------------------------------------
def make_outcomes(world: World) -> None:
    """Make what was achieved: firms, donations, beneficiaries, most of it checked by a second person."""
    dice = world.dice("outcomes")
    rows = [*_firms(world, dice), *_gifts(world, dice), *_beneficiaries(world, dice)]
    rows += [_reported(world, dice, *what) for what in REPORTED]
    insert(rows)


def _outcome(world: World, dice: Dice, kind: str, title: str, day: dt.date, body: Any, **fields: Any) -> Outcome:
    """Return an outcome of `body`, reported by who keeps it and checked some days later by the district."""
    reporter = world.keepers.get(body) or world.officer(body.subdistrict)
    checker = world.cast["district_2" if reporter == world.cast["district"] else "district"]
    values = {
        "state": OutcomeState.CHECKED,
        "reported_by": reporter,
        "checked_by": checker,
        "checked_at": dice.moment(min(day + dt.timedelta(days=dice.randint(1, 9)), world.ago(1)), 9, 17),
        body._meta.model_name: body,
        **fields,
    }
    return Outcome(public_id=dice.public_id(), kind=kind, title=title, happened_on=day, is_demo=True, **values)


def _firms(world: World, dice: Dice) -> list[Outcome]:
    names = [f"{mark}{field}" for mark in MARKS for field in words["firm_fields"]]
    days = _days(world, dice, FIRMS, A_YEAR[0])
    team = world.teams["wucaiyun"]
    chosen = zip(dice.sample(names, len(days)), days, strict=True)
    return [_outcome(world, dice, "firm", f"{name}（孵化企业）", day, team) for name, day in chosen]


def _days(world: World, dice: Dice, published: int, a_year: int) -> list[dt.date]:
    """Return the days of as many outcomes as were published, and of `a_year` in each year since."""
    since = (world.ago(12) - LAST_PUBLISHED).days
    days = [dice.day(FIRST_OUTCOME, LAST_PUBLISHED) for _ in range(published)]
    if since > 0:
        days += [dice.day(LAST_PUBLISHED, world.ago(12)) for _ in range(a_year * since // 365)]
    return sorted(days)


def _gifts(world: World, dice: Dice) -> list[Outcome]:
    """Return donations of money and goods; those of the published years together come to DONATED."""
    days = _days(world, dice, GIFTS, A_YEAR[1])
    sizes = [Decimal(dice.randint(LEAST, MOST)) for _ in days]
    scale = DONATED / sum(sizes[:GIFTS]) / STEP
    later = A_YEAR[2] / A_YEAR[1] / MIDDLE / STEP
    bodies = [*world.organizations.values(), world.teams["zhuxue-zhukun"]]
    rows = []
    for number, (size, day) in enumerate(zip(sizes, days, strict=True)):
        title = dice.choice(words["gifts"])
        kind = "money" if title.endswith(("款", "金")) else "goods"
        body = dice.choice([body for body in bodies if getattr(body, "founded_on", day) <= day])
        amount = round(size * (scale if number < GIFTS else later)) * STEP
        rows.append(_outcome(world, dice, kind, title, day, body, amount=amount))
    return rows


def _beneficiaries(world: World, dice: Dice) -> list[Outcome]:
    """Return how many people some of the large sessions reached, as their organizers reported it."""
    held = [event for event in world.events if "held" in event.marks and event.topic.get("open")]
    rows = []
    for event in dice.sample(held, min(30, len(held))):
        activity = event.activity
        body = activity.organizer
        fields = {"quantity": int(activity.headcount), "activity": activity}
        rows.append(_outcome(world, dice, "beneficiaries", activity.title, activity.last_day, body, **fields))
    return rows


def _reported(world: World, dice: Dice, kind: str, title: str, number: int | None, by: str, due: int) -> Outcome:
    table, _, slug = by.partition(":")
    body = {"team": world.teams, "organization": world.organizations, "base": world.bases}[table][slug]
    day = world.started(CHECK_DAYS, world.workday(due))
    is_gift = kind in ("money", "goods")
    row = _outcome(world, dice, kind, title, day - dt.timedelta(days=3), body)
    row.state, row.checked_by, row.checked_at = OutcomeState.REPORTED, None, None
    row.due_on = world.due(day, CHECK_DAYS)
    row.amount, row.quantity = (Decimal(number), None) if is_gift else (None, number)
    return row
