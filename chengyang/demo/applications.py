"""Applications: approved ones of registered persons, and open or closed ones in every state."""

import datetime as dt
from typing import Any

from members.models import Application, Person
from members.reasons import DECLINE_REASONS, RETURN_REASONS
from members.states import FIRST_REVIEW_DAYS, SECOND_REVIEW_DAYS, ApplicationState

from . import accounts, occupations
from .bulk import insert
from .dataset import Dataset
from .names import names
from .persons import ONLINE_FOR
from .randomness import RandomSource

S = ApplicationState

# Applications that wait for the first review: subdistrict → working days until each is due (negative: overdue).
FIRST = {
    "夏庄": (-2, -1, 0, 1, 3, 4),
    "流亭": (-1, 0, 2, 4),
    "城阳": (1, 3, 4),
    "惜福镇": (2,),
    "棘洪滩": (1, 4),
    "上马": (3,),
    "红岛": (2,),
}
# Applications that wait for the second review: subdistrict, working days until it is due, and the persona who did the
# first review ("" for the officer of the subdistrict).
SECOND = (
    ("夏庄", -1, ""),
    ("城阳", 0, ""),
    ("流亭", 0, ""),
    ("惜福镇", 1, "district"),
    ("棘洪滩", 1, ""),
    ("夏庄", 2, ""),
    ("城阳", 2, "district_2"),
    ("上马", 3, ""),
)
DRAFTS, RETURNED, DECLINED, WITHDRAWN = 6, 4, 4, 3
OPINIONS = ("单位和类别属实，建议入册。", "电话核过，情况属实。", "材料齐全，同意。", "")


def make_applications(dataset: Dataset) -> None:
    """Create the applications of the persons who registered online, and those that are open or recently closed."""
    rng = dataset.random_source("applications")
    invented = names(dataset.random_source("applicants"))
    online = dataset.ago(ONLINE_FOR)
    registered = [person for person in dataset.persons if person.user_id and person.registered_on >= online]
    rows = [_approved(dataset, rng, person) for person in registered]
    rows += _waiting(dataset, rng, invented)
    rows += _with_applicants(dataset, rng, invented)
    rows += _closed(dataset, rng, invented)
    insert([row.user for row in rows if row.user.pk is None])
    insert(rows)


# ---- approved --------------------------------------------------------------------------------------------------------
def _approved(dataset: Dataset, rng: RandomSource, person: Person) -> Application:
    decided = rng.moment(person.registered_on, 9, 17)
    first = rng.moment(person.registered_on - dt.timedelta(days=rng.randint(1, 2)), 9, 17)
    row = _row(dataset, rng, person.user, person.registered_on - dt.timedelta(days=3), **person.registration_details())
    row.state, row.person = S.APPROVED, person
    row.first_reviewer, row.first_reviewed_at = dataset.officer(person.subdistrict), first
    row.second_reviewer = row.acted_by = rng.choice([dataset.personas["district"], dataset.personas["district_2"]])
    row.decided_at = row.acted_at = decided
    return row


def _row(dataset: Dataset, rng: RandomSource, account: Any, day: dt.date, **fields: Any) -> Application:
    """Return an application that was begun and, within 15 minutes, submitted on `day`."""
    begun = rng.moment(day, 9, 20)
    sent = begun + dt.timedelta(minutes=rng.randint(3, 15))
    defaults = {"state": S.SUBMITTED, "step": 3, "created_at": begun, "saved_at": sent, "submitted_at": sent}
    return Application(public_id=rng.public_id(), user=account, is_demo=True, **{**defaults, **fields})


def _new(dataset: Dataset, rng: RandomSource, name: str, day: dt.date, area: str = "", **fields: Any) -> Application:
    """Return an application of a new applicant, with a new account."""
    kind = occupations.category(rng)
    unit, job = occupations.workplace(rng, kind)
    answers = {
        "name": name,
        "category": dataset.categories[kind],
        "unit": unit,
        "job": job,
        "subdistrict": dataset.subdistricts[area or rng.choice(list(dataset.subdistricts))],
        "can": occupations.skills(rng, job),
        "want": occupations.wishes(rng),
    }
    account = accounts.user(dataset, rng, joined=day)
    account.date_joined -= dt.timedelta(hours=14)
    return _row(dataset, rng, account, day, **{**answers, **fields})


# ---- with the reviewers ----------------------------------------------------------------------------------------------
def _waiting(dataset: Dataset, rng: RandomSource, invented) -> list[Application]:
    rows = [_first(dataset, rng, next(invented), area, due) for area, days in FIRST.items() for due in days]
    rows += [_second(dataset, rng, next(invented), *what) for what in SECOND]
    # A person of the same name is registered already: the reviewer is shown both.
    rows[0].name = dataset.persona_records["member"].name
    rows[len(FIRST["夏庄"])].name = "艾合买提·热合曼"
    officer = _first(dataset, rng, accounts.NAMES["liuting"], "流亭", 3)
    officer.user, officer.category = dataset.personas["liuting"], dataset.categories["intermediary"]
    officer.unit, officer.job = "青岛市城阳区白沙湾社会工作服务中心", "社工（派驻街道）"
    return [*rows, officer]


def _first(dataset: Dataset, rng: RandomSource, name: str, area: str, due: int) -> Application:
    sent = dataset.started(FIRST_REVIEW_DAYS, dataset.workday(due))
    return _new(dataset, rng, name, sent, area, due_on=dataset.due(sent, FIRST_REVIEW_DAYS))


def _second(dataset: Dataset, rng: RandomSource, name: str, area: str, due: int, by: str) -> Application:
    reviewed = dataset.started(SECOND_REVIEW_DAYS, dataset.workday(due))
    row = _new(dataset, rng, name, reviewed - dt.timedelta(days=rng.randint(1, 4)), area, state=S.FIRST_REVIEWED)
    row.first_reviewer = row.acted_by = dataset.personas.get(by) or dataset.officers[area]
    row.first_reviewed_at = row.acted_at = rng.moment(reviewed, 9, 17)
    row.reason, row.due_on = rng.choice(OPINIONS), dataset.due(reviewed, SECOND_REVIEW_DAYS)
    row.submitted_at = min(row.submitted_at, row.first_reviewed_at - dt.timedelta(minutes=30))
    return row


# ---- with the applicants, or closed -----------------------------------------------------------------------------------
def _with_applicants(dataset: Dataset, rng: RandomSource, invented) -> list[Application]:
    drafts = [
        _new(dataset, rng, next(invented), dataset.ago(rng.randint(1, 24)), state=S.DRAFT, submitted_at=None, step=2)
        for _ in range(DRAFTS)
    ]
    drafts[0].name = drafts[0].unit = ""
    drafts[1].category = None
    returned = [_answered(dataset, rng, next(invented), S.RETURNED, RETURN_REASONS) for _ in range(RETURNED)]
    returned[0].reason = "请补一份近半年的作品链接或聘用证明，任选一样。"
    return [*drafts, *returned]


def _closed(dataset: Dataset, rng: RandomSource, invented) -> list[Application]:
    """Return applications that were declined or withdrawn in the last weeks; `delete_closed` removes them after 30 days."""
    rows = [_answered(dataset, rng, next(invented), S.DECLINED, DECLINE_REASONS) for _ in range(DECLINED)]
    rows += [_answered(dataset, rng, next(invented), S.WITHDRAWN, {}) for _ in range(WITHDRAWN)]
    for row in rows:
        row.decided_at = row.acted_at
    return rows


def _answered(dataset: Dataset, rng: RandomSource, name: str, state: str, reasons: dict[str, Any]) -> Application:
    sent = dataset.ago(rng.randint(5, 20))
    row = _new(dataset, rng, name, sent, state=state)
    own = not reasons
    row.acted_by = row.user if own else dataset.officer(row.subdistrict)
    row.acted_at = rng.moment(sent + dt.timedelta(days=rng.randint(1, 4)), 9, 17)
    row.reason = "" if own else str(rng.choice(list(reasons.values())))
    return row
