"""Applications: those that made today's persons, and those that wait, in every state and round the day of today."""

import datetime as dt
from typing import Any

from members.models import Application, Person
from members.reasons import DECLINE, RETURN
from members.states import FIRST_REVIEW_DAYS, SECOND_REVIEW_DAYS, ApplicationState

from . import accounts, work
from .bulk import insert
from .dataset import World
from .names import names
from .persons import ONLINE_FOR
from .randomness import Dice

S = ApplicationState

# What waits for the first review: subdistrict, and due in how many working days (negative: overdue).
FIRST = {
    "夏庄": (-2, -1, 0, 1, 3, 4),
    "流亭": (-1, 0, 2, 4),
    "城阳": (1, 3, 4),
    "惜福镇": (2,),
    "棘洪滩": (1, 4),
    "上马": (3,),
    "红岛": (2,),
}
# What waits for the second review: subdistrict, due, and who did the first one where it was not its officer.
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


def make_applications(world: World) -> None:
    """Make the applications of the persons who registered by themselves, and all that are on their way."""
    dice = world.dice("applications")
    invented = names(world.dice("applicants"))
    online = world.ago(ONLINE_FOR)
    registered = [person for person in world.persons if person.user_id and person.registered_on >= online]
    rows = [_approved(world, dice, person) for person in registered]
    rows += _waiting(world, dice, invented)
    rows += _with_applicants(world, dice, invented)
    rows += _closed(world, dice, invented)
    insert([row.user for row in rows if row.user.pk is None])
    insert(rows)


# ---- approved --------------------------------------------------------------------------------------------------------
def _approved(world: World, dice: Dice, person: Person) -> Application:
    decided = dice.moment(person.registered_on, 9, 17)
    first = dice.moment(person.registered_on - dt.timedelta(days=dice.randint(1, 2)), 9, 17)
    row = _row(world, dice, person.user, person.registered_on - dt.timedelta(days=3), **person.registration_details())
    row.state, row.person = S.APPROVED, person
    row.first_reviewer, row.first_reviewed_at = world.officer(person.subdistrict), first
    row.second_reviewer = row.acted_by = dice.choice([world.cast["district"], world.cast["district_2"]])
    row.decided_at = row.acted_at = decided
    return row


def _row(world: World, dice: Dice, account: Any, day: dt.date, **fields: Any) -> Application:
    """Return an application sent in on `day`, within the hour in which it was begun."""
    begun = dice.moment(day, 9, 20)
    sent = begun + dt.timedelta(minutes=dice.randint(3, 15))
    defaults = {"state": S.SUBMITTED, "step": 3, "created_at": begun, "saved_at": sent, "submitted_at": sent}
    return Application(public_id=dice.public_id(), user=account, is_demo=True, **{**defaults, **fields})


def _new(world: World, dice: Dice, name: str, day: dt.date, area: str = "", **fields: Any) -> Application:
    """Return an application of somebody new, whose account was made with it."""
    kind = work.category(dice)
    unit, job = work.workplace(dice, kind)
    said = {
        "name": name,
        "category": world.categories[kind],
        "unit": unit,
        "job": job,
        "subdistrict": world.subdistricts[area or dice.choice(list(world.subdistricts))],
        "can": work.skills(dice, job),
        "want": work.wishes(dice),
    }
    account = accounts.user(world, dice, joined=day)
    account.date_joined -= dt.timedelta(hours=14)
    return _row(world, dice, account, day, **{**said, **fields})


# ---- with the reviewers ----------------------------------------------------------------------------------------------
def _waiting(world: World, dice: Dice, invented) -> list[Application]:
    rows = [_first(world, dice, next(invented), area, due) for area, days in FIRST.items() for due in days]
    rows += [_second(world, dice, next(invented), *what) for what in SECOND]
    # Somebody of the same name is registered already: whoever decides is shown both.
    rows[0].name = world.roles["member"].name
    rows[len(FIRST["夏庄"])].name = "艾合买提·热合曼"
    officer = _first(world, dice, accounts.NAMES["liuting"], "流亭", 3)
    officer.user, officer.category = world.cast["liuting"], world.categories["intermediary"]
    officer.unit, officer.job = "青岛市城阳区白沙湾社会工作服务中心", "社工（派驻街道）"
    return [*rows, officer]


def _first(world: World, dice: Dice, name: str, area: str, due: int) -> Application:
    sent = world.started(FIRST_REVIEW_DAYS, world.workday(due))
    return _new(world, dice, name, sent, area, due_on=world.due(sent, FIRST_REVIEW_DAYS))


def _second(world: World, dice: Dice, name: str, area: str, due: int, by: str) -> Application:
    reviewed = world.started(SECOND_REVIEW_DAYS, world.workday(due))
    row = _new(world, dice, name, reviewed - dt.timedelta(days=dice.randint(1, 4)), area, state=S.FIRST_REVIEWED)
    row.first_reviewer = row.acted_by = world.cast.get(by) or world.officers[area]
    row.first_reviewed_at = row.acted_at = dice.moment(reviewed, 9, 17)
    row.reason, row.due_on = dice.choice(OPINIONS), world.due(reviewed, SECOND_REVIEW_DAYS)
    row.submitted_at = min(row.submitted_at, row.first_reviewed_at - dt.timedelta(minutes=30))
    return row


# ---- with the applicants, or over ------------------------------------------------------------------------------------
def _with_applicants(world: World, dice: Dice, invented) -> list[Application]:
    drafts = [
        _new(world, dice, next(invented), world.ago(dice.randint(1, 24)), state=S.DRAFT, submitted_at=None, step=2)
        for _ in range(DRAFTS)
    ]
    drafts[0].name = drafts[0].unit = ""
    drafts[1].category = None
    returned = [_answered(world, dice, next(invented), S.RETURNED, RETURN) for _ in range(RETURNED)]
    returned[0].reason = "请补一份近半年的作品链接或聘用证明，任选一样。"
    return [*drafts, *returned]


def _closed(world: World, dice: Dice, invented) -> list[Application]:
    """Return what was decided or taken back within the last weeks; older ones are deleted after thirty days."""
    rows = [_answered(world, dice, next(invented), S.DECLINED, DECLINE) for _ in range(DECLINED)]
    rows += [_answered(world, dice, next(invented), S.WITHDRAWN, {}) for _ in range(WITHDRAWN)]
    for row in rows:
        row.decided_at = row.acted_at
    return rows


def _answered(world: World, dice: Dice, name: str, state: str, reasons: dict[str, Any]) -> Application:
    sent = world.ago(dice.randint(5, 20))
    row = _new(world, dice, name, sent, state=state)
    own = not reasons
    row.acted_by = row.user if own else world.officer(row.subdistrict)
    row.acted_at = dice.moment(sent + dt.timedelta(days=dice.randint(1, 4)), 9, 17)
    row.reason = "" if own else str(dice.choice(list(reasons.values())))
    return row
