"""Requests for help with their answers."""

import datetime as dt
from collections import Counter
from typing import Any

from chengyang import clock
from chengyang.lib.chinese import workdays
from services.actions.request_upkeep import REMIND_AT
from services.actions.requests import CLOSE_DAYS
from services.models import COMPLEX_DAYS, DAYS, Request, Share, ThreadEntry
from services.states import RequestState, ShareState

from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource
from .words import words

R = RequestState
ANSWERED = 150  # requests of the last year that were answered

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
