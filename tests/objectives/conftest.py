"""Fixtures of the tests about objectives: a plan of the organization in 夏庄 for 2026, on 16 September 2026."""

import datetime as dt
from decimal import Decimal

import pytest

from chengyang import clock
from chengyang.platform.objectives import actions
from tests import personas

TODAY = dt.date(2026, 9, 16)
COUNTED = {"what": "办活动", "metric": "activities_completed", "target": Decimal(10)}
ENTERED = {"what": "走访会员", "unit": "人次", "target": Decimal(120), "every": "quarter"}


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = clock.at(TODAY, dt.time(9))


@pytest.fixture
def organization(reference):
    return personas.organization()


@pytest.fixture
def draft(organization, secretary):
    """A draft with one objective that is counted, and one whose figures are entered."""
    plan = actions.draft_plan(organization, year=2026, actor=secretary)
    for data in (COUNTED, ENTERED):
        actions.add_objective(plan, actor=secretary, **data)
    return plan


@pytest.fixture
def waiting(draft, secretary):
    return actions.submit_plan(draft, actor=secretary)


@pytest.fixture
def plan(waiting, xiazhuang):
    return actions.publish_plan(waiting, actor=xiazhuang)


@pytest.fixture
def counted(plan):
    return plan.objectives.get(metric="activities_completed")


@pytest.fixture
def entered(plan):
    return plan.objectives.get(metric="")


def enter(objective, amount=30, *, actor, on=TODAY, **fields):
    """Enter a figure of `objective`."""
    return actions.enter_figure(objective, amount=Decimal(amount), on=on, note="入户走访", actor=actor, **fields)


@pytest.fixture
def figure(entered, secretary):
    return enter(entered, actor=secretary)


@pytest.fixture
def checked(figure, xiazhuang):
    return actions.check_figure(figure, actor=xiazhuang)


@pytest.fixture
def revision(entered, secretary):
    return actions.revise_objective(entered, target=Decimal(100), reason="秋收推迟", actor=secretary)
