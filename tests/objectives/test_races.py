"""Two officers at once, with real connections to a real database (docs/style.md rule 22)."""

import datetime as dt
from decimal import Decimal

import pytest

from chengyang import clock
from chengyang.errors import NotAllowed
from chengyang.platform.objectives import actions
from chengyang.platform.objectives.models import Figure, Objective, Plan, Revision
from tests import personas
from tests.activities.test_races import at_once

from .conftest import COUNTED, ENTERED, TODAY, enter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan(transactional_db, settings):
    settings.PORTAL_CLOCK = clock.at(TODAY, dt.time(9))
    personas.reference()
    secretary = personas.make("secretary")
    row = actions.draft_plan(personas.organization(), year=2026, actor=secretary)
    for data in (COUNTED, ENTERED):
        actions.add_objective(row, actor=secretary, **data)
    return actions.publish_plan(actions.submit_plan(row, actor=secretary), actor=personas.make("xiazhuang"))


def test_two_officers_check_one_figure_at_once_and_it_counts_once(plan):
    entered = plan.objectives.get(metric="")
    row = enter(entered, actor=personas.make("secretary"))
    officers = [personas.make(name) for name in ("xiazhuang", "district", "district_2")]
    calls = [lambda actor=actor: actions.check_figure(row, actor=actor).state for actor in officers * 5]
    calls += [lambda actor=actor: actions.refuse_figure(row, "不采信", actor=actor).state for actor in officers]
    found = at_once(calls, connections=18)
    assert found.count("state") == 17
    row.refresh_from_db()
    total = sum(figure.amount for figure in Figure.objects.checked())
    assert total == (30 if row.state == "checked" else 0)


def test_two_copies_of_a_plan_at_once_make_one(plan):
    officers = [personas.make(name) for name in ("secretary", "xiazhuang", "district")]
    calls = [lambda actor=actor: actions.copy_plan(plan, percent=10, actor=actor).pk for actor in officers * 5]
    found = at_once(calls, connections=15)
    assert len(set(found)) == 1
    assert (Plan.objects.filter(year=2027).count(), Objective.objects.filter(plan__year=2027).count()) == (1, 2)


def test_the_plan_of_the_district_which_has_no_row_to_lock_is_begun_once(plan):
    officers = [personas.make(name) for name in ("district", "district_2")]
    calls = [lambda actor=actor: actions.draft_plan(None, year=2026, actor=actor).pk for actor in officers * 10]
    assert len(set(at_once(calls, connections=20))) == 1


def test_a_figure_is_reversed_once_by_many_at_once(plan):
    secretary = personas.make("secretary")
    row = actions.check_figure(enter(plan.objectives.get(metric=""), actor=secretary), actor=personas.make("xiazhuang"))
    found = at_once([lambda: actions.reverse_figure(row, "错了", actor=secretary).pk] * 10, connections=10)
    assert (found.count("reversed"), row.reversals.count()) == (9, 1)


def test_a_revision_is_asked_for_once_by_many_at_once(plan):
    secretary, entered = personas.make("secretary"), plan.objectives.get(metric="")

    def ask():
        return actions.revise_objective(entered, target=Decimal(100), reason="改", actor=secretary).pk

    found = at_once([ask] * 10, connections=10)
    assert (found.count("waits"), Revision.objects.count()) == (9, 1)


def test_no_figure_is_entered_for_a_publication_that_is_taken_back_at_once(plan):
    secretary, officer = personas.make("secretary"), personas.make("xiazhuang")
    entered = plan.objectives.get(metric="")

    def enter_one():
        try:
            return enter(entered, actor=secretary).pk
        except NotAllowed:
            return "not allowed"

    at_once([lambda: actions.undo_plan_decision(plan, actor=officer).state, enter_one], connections=2)
    plan.refresh_from_db()
    assert plan.state == "published" or not Figure.objects.exists()
