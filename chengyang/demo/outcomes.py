"""Outcomes: donations, firms and beneficiaries; who took part, corrections, and reports of one thing by two organizers."""

import datetime as dt
from decimal import Decimal
from typing import Any

from chengyang.seed.facts import facts
from services.actions.outcome_doubles import DECIDE_DAYS
from services.actions.outcomes import CHECK_DAYS
from services.models import Outcome, OutcomeDouble, OutcomeParty
from services.states import DoubleState, OutcomeState

from .bulk import insert
from .dataset import Dataset
from .occupations import MARKS
from .randomness import RandomSource
from .words import words

FIRST_OUTCOME, LAST_PUBLISHED, FIRST_SINCE = dt.date(2018, 5, 1), dt.date(2023, 12, 15), dt.date(2024, 1, 2)
FIRMS = facts()["results"]["incubated_firms"]  # incubated up to the last published year, as the district published
GIFTS = 64
DONATED = Decimal(facts()["results"]["donations_yuan"])  # yuan, up to then
A_YEAR = (26, 11, Decimal(860_000))  # firms, gifts and yuan since then
STEP = Decimal(100)
LEAST, MIDDLE, MOST = 8, 134, 260  # range and middle of the size of a gift, before it is scaled
NAMED = 40  # latest gifts on which persons are named
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
# Gifts of the last months that two organizers reported: title of the first and the second report, yuan, first, second, verdict.
TWICE = (
    ("敬老院冬衣捐赠", "为敬老院捐冬衣", 18_600, "organization:xiazhuang", "team:zhuxue-zhukun", None),
    ("助学课桌捐赠", "捐赠助学课桌", 24_000, "organization:liuting", "base:liuting-xinliliang", DoubleState.LINKED),
    (
        "困难职工慰问金",
        "园区困难职工慰问金",
        12_000,
        "organization:tianan-shumacheng",
        "team:zhuxue-zhukun",
        DoubleState.APART,
    ),
)


def make_outcomes(dataset: Dataset) -> None:
    """Create outcomes: firms, donations, beneficiaries, most of them checked by a second person."""
    rng = dataset.random_source("outcomes")
    rows = [*_firms(dataset, rng), *_gifts(dataset, rng), *_beneficiaries(dataset, rng)]
    rows += [_reported(dataset, rng, *what) for what in REPORTED]
    _take_part(dataset, rng, insert(rows))
    _correct(dataset, rng)
    _doubles(dataset, rng)


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
        **({"quantity": 1} if kind == "firm" else {}),
        **fields,
    }
    return Outcome(public_id=rng.public_id(), kind_id=kind, title=title, happened_on=day, is_demo=True, **values)


def _firms(dataset: Dataset, rng: RandomSource) -> list[Outcome]:
    names = [f"{mark}{field}" for mark in MARKS for field in words["firm_fields"]]
    days = _days(dataset, rng, FIRMS, A_YEAR[0])
    team = dataset.teams["wucaiyun"]
    chosen = zip(rng.sample(names, len(days)), days, strict=True)
    return [_outcome(dataset, rng, "firm", f"{name}（孵化企业）", day, team) for name, day in chosen]


def _days(dataset: Dataset, rng: RandomSource, published: int, a_year: int) -> list[dt.date]:
    """Return days: `published` of them in the published years, and `a_year` in each year since."""
    since = (dataset.ago(12) - FIRST_SINCE).days
    days = [rng.day(FIRST_OUTCOME, LAST_PUBLISHED) for _ in range(published)]
    if since > 0:
        days += [rng.day(FIRST_SINCE, dataset.ago(12)) for _ in range(a_year * since // 365)]
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
    rows[GIFTS - 1].amount += DONATED - sum(row.amount for row in rows[:GIFTS])  # what rounding left
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
    organizer = _organizer(dataset, by)
    day = dataset.started(CHECK_DAYS, dataset.workday(due))
    is_gift = kind in ("money", "goods")
    row = _outcome(dataset, rng, kind, title, day - dt.timedelta(days=3), organizer)
    row.state, row.checked_by, row.checked_at = OutcomeState.REPORTED, None, None
    row.due_on = dataset.due(day, CHECK_DAYS)
    row.amount, row.quantity = (Decimal(number), None) if is_gift else (None, number or 1)
    return row


def _organizer(dataset: Dataset, by: str) -> Any:
    table, _, slug = by.partition(":")
    return {"team": dataset.teams, "organization": dataset.organizations, "base": dataset.bases}[table][slug]


def _take_part(dataset: Dataset, rng: RandomSource, rows: list[Outcome]) -> None:
    """Name who took part in the latest gifts: persons, a team beside the organization, and the programme."""
    gifts = sorted((row for row in rows if row.kind_id in ("money", "goods")), key=lambda row: row.happened_on)[-NAMED:]
    member, team = dataset.persona_records["member"], dataset.teams["zhuxue-zhukun"]
    found = []
    for number, row in enumerate(gifts):
        persons = rng.sample(dataset.active_by(row.happened_on), 2)
        persons += [member] if number % 8 == 0 and member not in persons else []
        found += [OutcomeParty(outcome=row, person=person, is_demo=True) for person in persons]
        if row.team_id is None and number % 5 == 0:
            found.append(OutcomeParty(outcome=row, team=team, is_demo=True))
        if number % 6 == 0:
            found.append(OutcomeParty(outcome=row, programme=dataset.programmes["li"], is_demo=True))
    insert(found)


def _correct(dataset: Dataset, rng: RandomSource) -> None:
    """Reverse one gift of this time and replace it, and leave another correction to be checked."""
    rows = Outcome.objects.filter(kind="money", state=OutcomeState.CHECKED, happened_on__gte=FIRST_SINCE)
    for row, is_checked in zip(rows.order_by("-happened_on", "pk")[3:5], (True, False), strict=False):
        organizer = row.organizer
        why = "回单上的数写错了一位，照回单改。"
        state = {} if is_checked else {"state": OutcomeState.REPORTED, "checked_by": None, "checked_at": None}
        due = {"due_on": dataset.due(dataset.ago(1), CHECK_DAYS)} if state else {}
        common = {"why": why, **state, **due, "reported_on": dataset.ago(5), "checked_at": row.checked_at, **state}
        first, kind = (row.title, row.kind_id), row.happened_on
        taken = _outcome(dataset, rng, first[1], first[0], kind, organizer, amount=-row.amount, reverses=row, **common)
        taken.save()
        amount = (row.amount * Decimal("0.9")).quantize(STEP)
        _outcome(dataset, rng, first[1], first[0], kind, organizer, amount=amount, replaces=taken, **common).save()


def _doubles(dataset: Dataset, rng: RandomSource) -> None:
    """Let two organizers report one gift: nobody has decided, it is counted once, or they are two gifts."""
    officer = dataset.personas["district_2"]
    for number, (title, again, amount, one, other, verdict) in enumerate(TWICE):
        day = dataset.ago(20 + 9 * number)
        first, second = (
            _outcome(dataset, rng, "goods", name, on, _organizer(dataset, by), amount=Decimal(amount))
            for name, on, by in ((title, day, one), (again, day + dt.timedelta(days=2), other))
        )
        first.save()
        if verdict is None:
            second.state, second.checked_by, second.checked_at = OutcomeState.REPORTED, None, None
            second.due_on = dataset.due(dataset.ago(1), CHECK_DAYS)
        second.save()
        decided = {"decided_by": officer, "decided_at": rng.moment(dataset.ago(6), 9, 17)} if verdict else {}
        if verdict == DoubleState.LINKED:
            decided |= {"counted": first, "merged": second}
        if verdict == DoubleState.APART:
            decided["reason"] = "两家各有一张转账回单。"
        OutcomeDouble.objects.create(
            public_id=rng.public_id(),
            first=first,
            second=second,
            state=verdict or DoubleState.SUSPECTED,
            signs="相隔 2 天、数额相同、名称相近",
            at=rng.moment(dataset.ago(9), 9, 17),
            due_on=dataset.due(dataset.ago(1), DECIDE_DAYS),
            is_demo=True,
            **decided,
        )
