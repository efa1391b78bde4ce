"""Fixtures of the tests about the board: some activities and outcomes of three organizers, on 16 September 2026."""

import datetime as dt
from decimal import Decimal

import pytest

from activities.models import Activity, Brand, CheckIn, Programme, ServiceRecord
from bases.models import Post as BasePost
from bases.models import Room, RoomBooking, Visit
from chengyang import clock
from chengyang.platform.standards.models import Standard, Version
from chengyang.portal.board import keeping
from services.models import Outcome, Request
from services.models import Post as TeamPost
from tests import personas
from tests.activities import factories as activity_factories
from tests.members import factories as member_factories

TODAY = dt.date(2026, 9, 16)


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = clock.at(TODAY, dt.time(9))


def take_place(day, *, attended=10, **owner):
    """Create an activity that took place on `day`."""
    starts = clock.at(day, dt.time(14))
    fields = {
        "starts": starts,
        "ends": starts + dt.timedelta(hours=2),
        "state": "published",
        "headcount": attended,
        "published_at": starts,
    }
    return Activity.objects.create(title=f"活动 {day}", place="某地", **fields, **owner)


def given(day, amount, **owner):
    """Create a checked donation of `amount` yuan on `day`."""
    return Outcome.objects.create(
        kind_id="money", title="捐款", happened_on=day, amount=Decimal(amount), state="checked",
        reported_by=personas.make("leader"), checked_by=personas.make("xiazhuang"), checked_at=clock.now(), **owner,
    )  # fmt: skip


@pytest.fixture
def records(reference):
    """Two activities of the organization in 2026, one in 2025, one of the team; a donation of the team. All are kept."""
    Programme.objects.get_or_create(code="xin", defaults={"name": "新心汇"})
    organization, team = personas.organization(), personas.team()
    area = {"subdistrict": reference}
    take_place(dt.date(2026, 3, 2), organization=organization, **area)
    take_place(dt.date(2026, 5, 8), organization=organization, attended=30, **area)
    take_place(dt.date(2025, 4, 4), organization=organization, **area)
    take_place(dt.date(2026, 4, 4), team=team, **area)
    given(dt.date(2026, 6, 1), 5000, team=team)
    keeping.refresh()
    return {"organization": organization, "team": team, "area": reference}


def booked(base, day, **booker):
    """Create a confirmed booking of the room of `base` on `day`."""
    room, _made = Room.objects.get_or_create(base=base, name="会客厅", defaults={"capacity": 30})
    starts = clock.at(day, dt.time(9))
    times = {"starts": starts, "ends": starts + dt.timedelta(hours=2)}
    return RoomBooking.objects.create(room=room, title="开会", people=10, state="confirmed", **times, **booker)


def served(activity, person, hours=2):
    """Let `person` have attended `activity`, with hours."""
    signup = activity.signups.create(person=person, position=activity.signups.count() + 1)
    times = {"checked_in_at": activity.starts, "checked_out_at": activity.ends}
    return ServiceRecord.objects.create(checkin=CheckIn.objects.create(signup=signup, **times), hours=hours)


def named(person, starts=dt.date(2026, 1, 1), ends=dt.date(2027, 1, 1)):
    """Name `person` a representative for a term."""
    assessment = member_factories.assessed(person, member_factories.four_haves())
    return person.representations.create(starts=starts, ends=ends, state="named", assessment=assessment)


@pytest.fixture
def everything(records):
    """Something for each figure of the organization, the base and the team, all by one person, a representative. All are kept."""
    organization, team, base = records["organization"], records["team"], personas.base()
    area = {"subdistrict": records["area"]}
    brand = Brand.objects.create(name="新心行动")
    about = {
        "kind": Activity.Kind.VOLUNTEER,
        "base": base,
        "brand": brand,
        "programme": Programme.objects.get(code="xin"),
        **area,
    }
    account = activity_factories.guest(77)
    person = personas.person("周予安", account=account, phone=account.phone)
    term = named(person)
    membership = organization.memberships.create(person=person, state="active", joined_on=dt.date(2026, 2, 1))
    activities = [
        take_place(dt.date(2026, 6, day), **owner, **about)
        for day, owner in ((1, {"organization": organization}), (2, {"team": team}))
    ]
    for activity in activities:
        served(activity, person)
    booked(base, dt.date(2026, 6, 3), organization=organization)
    booked(base, dt.date(2026, 6, 4), team=team)
    for owner in ({"organization": organization}, {"base": base}, {"team": team}):
        given(dt.date(2026, 6, 1), 100, **owner)
        firms = {"title": "孵化", "kind_id": "firm", "amount": None, "quantity": 2}
        Outcome.objects.create(
            **firms, happened_on=dt.date(2026, 6, 1), state="checked", reported_by=personas.make("leader"),
            checked_by=personas.make("xiazhuang"), checked_at=clock.now(), **owner,
        )  # fmt: skip
    starts = {"starts": dt.date(2026, 3, 1), "person": person}
    organization.posts.create(kind="director", **starts)
    BasePost.objects.create(base=base, kind="guide", **starts)
    post = TeamPost.objects.create(team=team, kind="volunteer", **starts)
    personas.organization(slug="below", name="摄影专委会", parent=organization)
    standard = Standard.objects.create(code="five_goods", name="“五好”", subject="organization")
    version = Version.objects.create(standard=standard, number=1, published_on=dt.date(2017, 1, 1))
    organization.assessments.create(version=version, state="passed", assessed_on=dt.date(2026, 4, 1))
    base.honours.create(title="示范基地", level="city", awarded_on=dt.date(2026, 5, 20))
    starts = clock.at(dt.date(2026, 5, 5), dt.time(9))
    Visit.objects.create(
        base=base, unit="某会", contact_name="安知远", people=6, came=6, state="done", guest=activity_factories.guest(78),
        starts=starts, ends=starts + dt.timedelta(hours=1),
    )  # fmt: skip
    Request.objects.create(
        number="Q1", title="问合同", text="问合同", team=team, author=account, at=clock.now(), due_on=TODAY, state="answered",
        answer="答", answered_at=clock.now(), answered_by=personas.make("leader"),
    )  # fmt: skip
    keeping.refresh()
    return {**records, "base": base, "person": person, "term": term, "membership": membership, "post": post}
