"""Requests for help with their answers, and outcomes: donations, firms, beneficiaries."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from chengyang import clock
from chengyang.lib.chinese import workdays
from services.actions.outcomes import CHECK_DAYS
from services.actions.request_upkeep import REMIND_AT
from services.actions.requests import CLOSE_DAYS
from services.models import COMPLEX_DAYS, DAYS, Outcome, Request, Share, ThreadEntry
from services.states import OutcomeState, RequestState, ShareState

from .bulk import insert
from .dataset import Dataset
from .occupations import MARKS
from .randomness import RandomSource
from .words import words

R = RequestState
ANSWERED = 150  # requests of the last year that were answered
FIRST_OUTCOME, LAST_PUBLISHED = dt.date(2018, 5, 1), dt.date(2023, 12, 15)
FIRMS = 306  # incubated up to then; the published figure is 300 and more
GIFTS = 64
DONATED = Decimal(5_120_000)  # yuan, up to then; the published figure is 5,000,000 and more
A_YEAR = (26, 11, Decimal(860_000))  # firms, gifts and yuan since then
STEP = Decimal(100)
LEAST, MIDDLE, MOST = 8, 134, 260  # range and middle of the size of a gift, before it is scaled

# Open requests: handler (as in words.toml), number of the example, working days until it is due, complex.
RATINGS = ((3, 3), (3, 3), (3, 3), (3, 2), (2, 2), (2, 2))  # solved, useful
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
# Outcomes that wait for a check: kind, title, amount or number, reported by, working days until it is due.
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
def make_requests(dataset: Dataset) -> None:
    """Create requests: answered ones of the last year, open ones, and those of personas."""
    rng = dataset.random_source("requests")
    authors = [person.user for person in dataset.persons if person.user_id and not person.user.email] + dataset.guests
    rows = [_answered(dataset, rng, rng.choice(authors), rng.choice(words["requests"])) for _ in range(ANSWERED)]
    rows += [_open(dataset, rng, rng.choice(authors), *what) for what in OPEN]
    rows += _of_personas(dataset, rng)
    rows.sort(key=lambda row: row.at)
    numbers: Counter[dt.date] = Counter()
    for row in rows:
        day = row.at.date()
        numbers[day] += 1
        row.number = f"SQ{day:%Y%m%d}-{numbers[day]:03d}"
    insert(rows)
    insert([_share(dataset, rng, row) for row in rows if row.team])
    insert([entry for row in rows for entry in _thread(dataset, rng, row)])


def _share(dataset: Dataset, rng: RandomSource, row: Request) -> Share:
    """Return the share of the team that leads `row`: asked, accepted some hours later, done with the answer."""
    state = ShareState.ASKED if row.state == R.SUBMITTED else ShareState.ACCEPTED
    state = state if row.state in (R.SUBMITTED, R.ROUTED) else ShareState.DONE
    by = None if state == ShareState.ASKED else handler(dataset, row)
    at = by and (row.answered_at or row.at + dt.timedelta(hours=3))
    return Share(
        public_id=rng.public_id(),
        request=row,
        team=row.team,
        role=Share.Role.LEAD,
        state=state,
        asked_by=row.author,
        asked_at=row.at,
        decided_by=by,
        decided_at=at,
        is_demo=True,
    )


def _thread(dataset: Dataset, rng: RandomSource, row: Request) -> list[ThreadEntry]:
    """Return what was written about `row`: that a team took it, and the answer."""
    by = handler(dataset, row)
    fields = {"request": row, "by": by, "unit": row.handler, "is_demo": True}
    entries = []
    if row.team and row.state != R.SUBMITTED:
        text = f"{row.team}接下了，{by.name}经办"
        entries.append(ThreadEntry(public_id=rng.public_id(), kind="step", text=text, at=row.at, **fields))
    if row.answer:
        at = row.answered_at
        entries.append(ThreadEntry(public_id=rng.public_id(), kind="answer", text=row.answer, at=at, **fields))
    return entries


def _request(
    dataset: Dataset, rng: RandomSource, author: Any, example: dict[str, str], day: dt.date, **fields: Any
) -> Request:
    to = example["to"]
    area = dataset.subdistricts[to.partition(":")[2] or rng.choice(list(dataset.subdistricts))]
    return Request(
        public_id=rng.public_id(),
        query_code=f"{rng.randrange(1_000_000):08d}",
        author=author,
        title=example["title"],
        text=example["text"],
        service=example["service"],
        team=dataset.teams.get(to),
        subdistrict=area if to.startswith("area") else None,
        at=rng.moment(day, 8, 21),
        is_demo=True,
        **fields,
    )


def _answered(dataset: Dataset, rng: RandomSource, author: Any, example: dict[str, str], ago: int = 0) -> Request:
    """Return an answered request from `ago` days ago (0: a random day); 70% are rated, unrated ones close after some days."""
    day = dataset.ago(ago or rng.randint(14, 420))
    row = _request(dataset, rng, author, example, day, due_on=dataset.due(day, DAYS))
    answered = dataset.due(day, rng.choice((1, 2, 3, 3, 4, 5, 6)))
    row.answer, row.answered_by = example["answer"], handler(dataset, row)
    row.answered_at = rng.moment(min(answered, dataset.ago(1)), 9, 17)
    if rng.chance(0.7):
        _rate(row, *rng.choice(RATINGS))
    closes_on = dataset.due(row.answered_at.date(), CLOSE_DAYS)
    is_open = row.solved is None and closes_on >= dataset.today
    row.state = R.ANSWERED if is_open else R.CLOSED
    row.reminders = 3  # all reminders have been sent
    return row


def _rate(row: Request, solved: int, useful: int) -> None:
    """Let the author of `row` say two hours after the answer whether it is solved and was useful."""
    row.solved, row.useful, row.rated_at = solved, useful, row.answered_at + dt.timedelta(hours=2)


def handler(dataset: Dataset, request: Request) -> Any:
    """Return the account that answers `request`: leader of the team, officer of the subdistrict, or district officer."""
    if request.team:
        return dataset.managers[request.team]
    return dataset.officers[request.subdistrict.short_name] if request.subdistrict else dataset.personas["district"]


def _open(
    dataset: Dataset, rng: RandomSource, author: Any, to: str, number: int, due: int, is_complex: bool, state: str = ""
) -> Request:
    examples = [example for example in words["requests"] if example["to"] == to.partition(":")[0]]
    days = COMPLEX_DAYS if is_complex else DAYS
    day = dataset.started(days, dataset.workday(due))
    due_on = dataset.due(day, days)
    example = {**examples[number], "to": to}
    row = _request(dataset, rng, author, example, day, due_on=due_on, is_complex=is_complex)
    is_direct = bool(row.team) or to == "office"
    row.state = state or (R.SUBMITTED if is_direct else R.ROUTED)
    row.reminders = reminders(dataset, row)
    if due_on < dataset.ago(1):  # the nightly task of the next day escalated it to the district
        row.escalated_at = clock.at(due_on + dt.timedelta(days=1), dt.time(1, 5))
    return row


def reminders(dataset: Dataset, request: Request) -> int:
    """Return how many reminders have been sent: at half, at four fifths and at the end of the working days."""
    submitted = request.at.date()
    total = max(1, workdays.workdays_between(submitted, request.due_on, dataset.exceptions))
    spent = workdays.workdays_between(submitted, dataset.today, dataset.exceptions)
    return sum(spent >= total * share for share in REMIND_AT)


def _of_personas(dataset: Dataset, rng: RandomSource) -> list[Request]:
    """Return the requests of the member (one to be rated, one closed, one open) and of the stranger (one open)."""
    member, stranger = dataset.personas["member"], dataset.personas["stranger"]
    review, bus = words["requests"][0], next(e for e in words["requests"] if e["title"].startswith("夜间公交"))
    answered = _answered(dataset, rng, member, review, ago=8)
    answered.solved = answered.useful = answered.rated_at = None
    answered.state = R.ANSWERED
    answered.answered_at = rng.moment(dataset.ago(2), 9, 17)
    done = _answered(dataset, rng, member, words["requests"][1], ago=150)
    _rate(done, 3, 3)
    done.state = R.CLOSED
    return [
        answered,
        done,
        _open(dataset, rng, member, bus["to"], 0, 4, False),
        _open(dataset, rng, stranger, "xinli", 1, 5, False),
    ]


# ---- outcomes --------------------------------------------------------------------------------------------------------
def make_outcomes(dataset: Dataset) -> None:
    """Create outcomes: firms, donations, beneficiaries, most of them checked by a second person."""
    rng = dataset.random_source("outcomes")
    rows = [*_firms(dataset, rng), *_gifts(dataset, rng), *_beneficiaries(dataset, rng)]
    rows += [_reported(dataset, rng, *what) for what in REPORTED]
    insert(rows)


def _outcome(
    dataset: Dataset, rng: RandomSource, kind: str, title: str, day: dt.date, organizer: Any, **fields: Any
) -> Outcome:
    """Return an outcome of `organizer`, reported by its manager and checked some days later by a district officer."""
    reporter = dataset.managers.get(organizer) or dataset.officer(organizer.subdistrict)
    checker = dataset.personas["district_2" if reporter == dataset.personas["district"] else "district"]
    values = {
        "state": OutcomeState.CHECKED,
        "reported_by": reporter,
        "checked_by": checker,
        "checked_at": rng.moment(min(day + dt.timedelta(days=rng.randint(1, 9)), dataset.ago(1)), 9, 17),
        organizer._meta.model_name: organizer,
        **fields,
    }
    return Outcome(public_id=rng.public_id(), kind=kind, title=title, happened_on=day, is_demo=True, **values)


def _firms(dataset: Dataset, rng: RandomSource) -> list[Outcome]:
    names = [f"{mark}{field}" for mark in MARKS for field in words["firm_fields"]]
    days = _days(dataset, rng, FIRMS, A_YEAR[0])
    team = dataset.teams["wucaiyun"]
    chosen = zip(rng.sample(names, len(days)), days, strict=True)
    return [_outcome(dataset, rng, "firm", f"{name}（孵化企业）", day, team) for name, day in chosen]


def _days(dataset: Dataset, rng: RandomSource, published: int, a_year: int) -> list[dt.date]:
    """Return days: `published` of them in the published years, and `a_year` in each year since."""
    since = (dataset.ago(12) - LAST_PUBLISHED).days
    days = [rng.day(FIRST_OUTCOME, LAST_PUBLISHED) for _ in range(published)]
    if since > 0:
        days += [rng.day(LAST_PUBLISHED, dataset.ago(12)) for _ in range(a_year * since // 365)]
    return sorted(days)


def _gifts(dataset: Dataset, rng: RandomSource) -> list[Outcome]:
    """Return donations of money and goods; those of the published years add up to DONATED yuan."""
    days = _days(dataset, rng, GIFTS, A_YEAR[1])
    sizes = [Decimal(rng.randint(LEAST, MOST)) for _ in days]
    scale = DONATED / sum(sizes[:GIFTS]) / STEP
    later = A_YEAR[2] / A_YEAR[1] / MIDDLE / STEP
    organizers = [*dataset.organizations.values(), dataset.teams["zhuxue-zhukun"]]
    rows = []
    for number, (size, day) in enumerate(zip(sizes, days, strict=True)):
        title = rng.choice(words["gifts"])
        kind = "money" if title.endswith(("款", "金")) else "goods"
        organizer = rng.choice([organizer for organizer in organizers if getattr(organizer, "founded_on", day) <= day])
        amount = round(size * (scale if number < GIFTS else later)) * STEP
        rows.append(_outcome(dataset, rng, kind, title, day, organizer, amount=amount))
    return rows


def _beneficiaries(dataset: Dataset, rng: RandomSource) -> list[Outcome]:
    """Return the numbers of beneficiaries of up to 30 large events, as their organizers reported them."""
    completed = [event for event in dataset.events if "completed" in event.marks and event.topic.get("open")]
    rows = []
    for event in rng.sample(completed, min(30, len(completed))):
        activity = event.activity
        organizer = activity.organizer
        fields = {"quantity": int(activity.headcount), "activity": activity}
        rows.append(_outcome(dataset, rng, "beneficiaries", activity.title, activity.last_day, organizer, **fields))
    return rows


def _reported(
    dataset: Dataset, rng: RandomSource, kind: str, title: str, number: int | None, by: str, due: int
) -> Outcome:
    table, _, slug = by.partition(":")
    organizer = {"team": dataset.teams, "organization": dataset.organizations, "base": dataset.bases}[table][slug]
    day = dataset.started(CHECK_DAYS, dataset.workday(due))
    is_gift = kind in ("money", "goods")
    row = _outcome(dataset, rng, kind, title, day - dt.timedelta(days=3), organizer)
    row.state, row.checked_by, row.checked_at = OutcomeState.REPORTED, None, None
    row.due_on = dataset.due(day, CHECK_DAYS)
    row.amount, row.quantity = (Decimal(number), None) if is_gift else (None, number)
    return row
