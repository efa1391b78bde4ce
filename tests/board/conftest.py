"""Fixtures of the tests about the board: some activities and outcomes of three organizers, on 16 September 2026."""

import datetime as dt
from decimal import Decimal

import pytest

from activities.models import Activity, Programme
from chengyang import clock
from chengyang.portal.board import keeping
from services.models import Outcome
from tests import personas

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
