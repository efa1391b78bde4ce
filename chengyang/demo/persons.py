"""Two thousand registered persons, some with an account, and accounts of citizens who are not registered."""

import datetime as dt
from bisect import bisect
from itertools import pairwise

from chengyang.lib.chinese import workdays
from chengyang.platform.accounts.models import User
from members.models import Person
from members.states import PersonState

from . import accounts, occupations
from .bulk import insert
from .dataset import FIRST_DAY, Dataset
from .names import every_kind
from .randomness import RandomSource

PERSONS = 2000
LINKED = 350  # persons registered before ONLINE_FOR days ago who have an account today
GUESTS = 180  # citizens with an account who are not registered
LEFT, UNCONFIRMED = 8, 6
ONLINE_FOR = 420  # days since registration is possible online, with an account
PUBLIC_SHARE = 0.55  # share of the persons with an account who agree to be shown in public
AREAS = {"城阳": 26, "夏庄": 14, "惜福镇": 11, "流亭": 16, "棘洪滩": 12, "上马": 8, "河套": 7, "红岛": 6}
# (day, persons registered by the end of it); the registrations between two days are spread evenly.
GROWTH = ((FIRST_DAY, 0), (dt.date(2017, 11, 14), 130), (dt.date(2018, 12, 20), 420), (dt.date(2020, 10, 31), 1000))
BEFORE_2024 = (dt.date(2023, 12, 20), 1600)

# Registered personas: area, category, unit, job, registered how many days ago, skills, wishes.
PERSONAS = {
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


def make_persons(dataset: Dataset) -> None:
    """Create all persons with their accounts, and the accounts of citizens who are not registered."""
    rng = dataset.random_source("persons")
    invented = every_kind(dataset.random_source("names"))
    days = _days(dataset, rng)
    invented_names = [next(invented) for _ in days]
    dataset.random_source("order of names").shuffle(invented_names)
    people = [_person(dataset, rng, name, day) for name, day in zip(invented_names, days, strict=True)]
    _place_personas(dataset, people)
    _add_accounts(dataset, rng, people)
    insert(people)
    dataset.persons = people
    dataset.persona_records = {key: dataset.personas[key].person for key in PERSONAS}
    dataset.shown = {person.pk for person in people if person.user_id and rng.chance(PUBLIC_SHARE)}
    dataset.shown |= {person.pk for person in dataset.persona_records.values()}
    insert([_left(dataset, rng, next(invented)) for _ in range(LEFT)])
    insert([_unconfirmed(dataset, rng, next(invented), place) for place in range(UNCONFIRMED)])
    dataset.guests = insert([_guest(dataset, rng) for _ in range(GUESTS)])


def _days(dataset: Dataset, rng: RandomSource) -> list[dt.date]:
    """Return the days of registration in order; each is a working day."""
    anchors = [*GROWTH, BEFORE_2024, (dataset.ago(1), PERSONS)]
    spread = []
    for (first, before), (last, after) in pairwise(anchors):
        start = first + dt.timedelta(days=bool(before))
        spread += [_working(dataset, rng.day(start, last)) for _ in range(after - before)]
    return sorted(spread)


def _working(dataset: Dataset, day: dt.date) -> dt.date:
    while not workdays.is_workday(day, dataset.exceptions):
        day -= dt.timedelta(days=1)
    return day


def _person(dataset: Dataset, rng: RandomSource, name: str, day: dt.date, **fields) -> Person:
    kind = occupations.category(rng)
    unit, job = occupations.workplace(rng, kind)
    defaults = {
        "public_id": rng.public_id(),
        "category": dataset.categories[kind],
        "subdistrict": dataset.subdistricts[rng.choices(list(AREAS), list(AREAS.values()))[0]],
        "unit": unit,
        "job": job,
        "can": occupations.skills(rng, job),
        "want": occupations.wishes(rng),
        "phone": next(dataset.phones),
        "registered_on": day,
        "is_demo": True,
    }
    return Person(name=name, **{**defaults, **fields})


def _place_personas(dataset: Dataset, people: list[Person]) -> None:
    """Turn four of `people`, each registered at about the right time, into the registered personas."""
    days = [person.registered_on for person in people]
    for key, (area, kind, unit, job, ago, can, want) in PERSONAS.items():
        person = people[bisect(days, dataset.ago(ago))]
        person.name, person.unit, person.job, person.can, person.want = accounts.NAMES[key], unit, job, can, want
        person.subdistrict, person.category = dataset.subdistricts[area], dataset.categories[kind]
        person.user, person.phone = dataset.personas[key], dataset.personas[key].phone


def _add_accounts(dataset: Dataset, rng: RandomSource, people: list[Person]) -> None:
    """Create accounts for the persons who registered online, and for LINKED older ones."""
    online = dataset.ago(ONLINE_FOR)
    older = [person for person in people if person.registered_on < online and person.user_id is None]
    wanted = [person for person in people if person.registered_on >= online and person.user_id is None]
    wanted += rng.sample(older, LINKED)
    made = insert([_account(dataset, rng, person, online) for person in wanted])
    for person, account in zip(wanted, made, strict=True):
        person.user, person.phone = account, account.phone


def _account(dataset: Dataset, rng: RandomSource, person: Person, online: dt.date) -> User:
    joined = rng.day(online, dataset.ago(2)) if person.registered_on < online else person.registered_on
    return accounts.user(dataset, rng, name=person.name, joined=joined - dt.timedelta(days=rng.randint(3, 9)))


def _guest(dataset: Dataset, rng: RandomSource) -> User:
    return accounts.user(dataset, rng, joined=rng.day(dataset.ago(300), dataset.ago(15)))


def _left(dataset: Dataset, rng: RandomSource, name: str) -> Person:
    fields = {"state": PersonState.LEFT, "left_on": rng.day(dataset.ago(25), dataset.ago(2))}
    return _person(dataset, rng, name, rng.day(dt.date(2019, 3, 1), dataset.ago(200)), **fields)


def _unconfirmed(dataset: Dataset, rng: RandomSource, name: str, place: int) -> Person:
    """Return a record that staff created and the person has not confirmed; every second one belongs to 夏庄."""
    area = dataset.subdistricts["夏庄"] if place % 2 else dataset.subdistricts["流亭"]
    confirm_by = dataset.ahead(3 + 4 * place)
    fields = {"state": PersonState.UNCONFIRMED, "confirm_by": confirm_by, "subdistrict": area}
    return _person(dataset, rng, name, confirm_by - dt.timedelta(days=30), **fields)
