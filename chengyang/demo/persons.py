"""The registry: two thousand persons as they came in over the years, some with an account, and some citizens without."""

import datetime as dt
from bisect import bisect
from itertools import pairwise

from chengyang.lib.chinese import workdays
from chengyang.platform.accounts.models import User
from members.models import Person
from members.states import PersonState

from . import accounts, work
from .bulk import insert
from .dataset import FIRST_DAY, World
from .names import every_kind
from .randomness import Dice

PERSONS = 2000
LINKED = 350  # older persons who have confirmed their record and sign in by now
GUESTS = 180  # citizens with an account who are not registered
LEFT, UNCONFIRMED = 8, 6
ONLINE_FOR = 420  # days since people register by themselves, with an account
PUBLIC_SHARE = 0.55  # of those with an account agree to be shown in public
AREAS = {"城阳": 26, "夏庄": 14, "惜福镇": 11, "流亭": 16, "棘洪滩": 12, "上马": 8, "河套": 7, "红岛": 6}
# How many were registered by the end of a day; what lies between is filled evenly.
GROWTH = ((FIRST_DAY, 0), (dt.date(2017, 11, 14), 130), (dt.date(2018, 12, 20), 420), (dt.date(2020, 10, 31), 1000))
BEFORE_2024 = (dt.date(2023, 12, 20), 1600)

# Persons of the cast: area, category, unit, job, how many days ago they were registered, what they can and want.
CAST = {
    "secretary": (
        "夏庄",
        "intermediary",
        "青岛市城阳区樱桃谷社会工作服务中心",
        "理事长",
        2400,
        ["aid", "law"],
        ["propose"],
    ),
    "base_manager": ("夏庄", "enterprise", "青岛丹山里食品有限公司", "总经理", 2250, ["startup"], ["partners"]),
    "leader": ("夏庄", "new_media", "青岛源头里文化传媒有限公司", "运营总监", 2100, ["media", "aid"], ["volunteer"]),
    "member": (
        "夏庄",
        "new_media",
        "青岛澄海文化传媒有限公司",
        "短视频编导",
        920,
        ["media"],
        ["peers", "training", "volunteer"],
    ),
}


def make_persons(world: World) -> None:
    """Make all persons and the accounts some of them have, and the accounts of citizens who are not registered."""
    dice = world.dice("persons")
    invented = every_kind(world.dice("names"))
    days = _days(world, dice)
    called = [next(invented) for _ in days]
    world.dice("order of names").shuffle(called)
    people = [_person(world, dice, name, day) for name, day in zip(called, days, strict=True)]
    _cast(world, people)
    _give_accounts(world, dice, people)
    insert(people)
    world.persons = people
    world.roles = {key: world.cast[key].person for key in CAST}
    world.shown = {person.pk for person in people if person.user_id and dice.chance(PUBLIC_SHARE)}
    world.shown |= {person.pk for person in world.roles.values()}
    insert([_left(world, dice, next(invented)) for _ in range(LEFT)])
    insert([_unconfirmed(world, dice, next(invented), place) for place in range(UNCONFIRMED)])
    world.guests = insert([_guest(world, dice) for _ in range(GUESTS)])


def _days(world: World, dice: Dice) -> list[dt.date]:
    """Return the days of registration in order; they are working days."""
    anchors = [*GROWTH, BEFORE_2024, (world.ago(1), PERSONS)]
    spread = []
    for (first, before), (last, after) in pairwise(anchors):
        start = first + dt.timedelta(days=bool(before))
        spread += [_working(world, dice.day(start, last)) for _ in range(after - before)]
    return sorted(spread)


def _working(world: World, day: dt.date) -> dt.date:
    while not workdays.is_workday(day, world.exceptions):
        day -= dt.timedelta(days=1)
    return day


def _person(world: World, dice: Dice, name: str, day: dt.date, **fields) -> Person:
    kind = work.category(dice)
    unit, job = work.workplace(dice, kind)
    defaults = {
        "public_id": dice.public_id(),
        "category": world.categories[kind],
        "subdistrict": world.subdistricts[dice.choices(list(AREAS), list(AREAS.values()))[0]],
        "unit": unit,
        "job": job,
        "can": work.skills(dice, job),
        "want": work.wishes(dice),
        "phone": next(world.phones),
        "registered_on": day,
        "is_demo": True,
    }
    return Person(name=name, **{**defaults, **fields})


def _cast(world: World, people: list[Person]) -> None:
    """Let the four persons of the cast take the places of whoever was registered about then."""
    days = [person.registered_on for person in people]
    for key, (area, kind, unit, job, ago, can, want) in CAST.items():
        person = people[bisect(days, world.ago(ago))]
        person.name, person.unit, person.job, person.can, person.want = accounts.NAMES[key], unit, job, can, want
        person.subdistrict, person.category = world.subdistricts[area], world.categories[kind]
        person.user, person.phone = world.cast[key], world.cast[key].phone


def _give_accounts(world: World, dice: Dice, people: list[Person]) -> None:
    """Give accounts to who registered by themselves, and to some who were registered before that was possible."""
    online = world.ago(ONLINE_FOR)
    older = [person for person in people if person.registered_on < online and person.user_id is None]
    wanted = [person for person in people if person.registered_on >= online and person.user_id is None]
    wanted += dice.sample(older, LINKED)
    made = insert([_account(world, dice, person, online) for person in wanted])
    for person, account in zip(wanted, made, strict=True):
        person.user, person.phone = account, account.phone


def _account(world: World, dice: Dice, person: Person, online: dt.date) -> User:
    joined = dice.day(online, world.ago(2)) if person.registered_on < online else person.registered_on
    return accounts.user(world, dice, name=person.name, joined=joined - dt.timedelta(days=dice.randint(3, 9)))


def _guest(world: World, dice: Dice) -> User:
    return accounts.user(world, dice, joined=dice.day(world.ago(300), world.ago(15)))


def _left(world: World, dice: Dice, name: str) -> Person:
    fields = {"state": PersonState.LEFT, "left_on": dice.day(world.ago(25), world.ago(2))}
    return _person(world, dice, name, dice.day(dt.date(2019, 3, 1), world.ago(200)), **fields)


def _unconfirmed(world: World, dice: Dice, name: str, place: int) -> Person:
    """Return a record that staff made and that waits for its person; one in two belongs to 夏庄."""
    area = world.subdistricts["夏庄"] if place % 2 else world.subdistricts["流亭"]
    confirm_by = world.ahead(3 + 4 * place)
    fields = {"state": PersonState.UNCONFIRMED, "confirm_by": confirm_by, "subdistrict": area}
    return _person(world, dice, name, confirm_by - dt.timedelta(days=30), **fields)
