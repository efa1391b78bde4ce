"""Two officers, two edits, two organizations at the same moment, on real connections (docs/style.md rule 22)."""

import datetime as dt

import pytest
from django.db import connection

from chengyang.errors import ActionError
from chengyang.lib.chinese import credit_codes
from organizations import actions
from organizations.models import LifeStep, Organization
from tests import personas
from tests.activities.test_races import at_once

from . import life

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "51000000DEM000008" + credit_codes.check_digit("51000000DEM000008")


@pytest.fixture
def organization(transactional_db, settings):
    settings.PORTAL_CLOCK = life.NOW
    personas.reference()
    return personas.organization()


def answer(call):
    """Return a function that returns "done", or the code of the refusal."""

    def run():
        try:
            call()
        except ActionError as error:
            return error.code
        return "done"

    return run


def test_of_many_officers_who_decide_at_once_one_decides(organization):
    step = life.submitted(organization, "suspend", by=personas.make("secretary"))
    officers = [personas.make(name) for name in ("district", "district_2", "xiazhuang")]
    calls = [answer(lambda one=one: actions.agree_to_step(step, actor=one)) for one in officers] * 3
    calls += [answer(lambda one=one: actions.return_step(step, reason="再看", actor=one)) for one in officers] * 3
    assert sorted(at_once(calls)) == ["done"] + ["state"] * (len(calls) - 1)
    found = LifeStep.objects.get()
    assert found.state in ("agreed", "preparing")
    assert (Organization.objects.get(pk=organization.pk).next_on is not None) == (found.state == "agreed")


def test_of_many_who_begin_a_foundation_at_once_all_have_one_draft(organization):
    Organization.objects.update(state="preparing", founded_on=None)
    officers = [personas.make(name) for name in ("district", "xiazhuang")]
    calls = [answer(lambda one=one: actions.begin_step(organization, kind="found", actor=one)) for one in officers] * 5
    assert at_once(calls) == ["done"] * 10
    assert LifeStep.objects.count() == 1


def test_two_organizations_are_not_put_above_each_other_at_once(organization):
    officer = personas.make("district")
    other = personas.organization(slug="other", name="另一个联谊会")
    pairs = [(organization, other), (other, organization)] * 5
    calls = [answer(lambda a=a, b=b: actions.edit_organization(a, {"parent": b}, actor=officer)) for a, b in pairs]
    found = at_once(calls)
    assert {"done", "parent"} == set(found)
    assert Organization.objects.exclude(parent=None).count() == 1


def test_two_raw_writes_make_no_cycle_either(organization):
    other = personas.organization(slug="other", name="另一个联谊会")

    def write(child, parent):
        def run():
            try:
                Organization.objects.filter(pk=child.pk).update(parent=parent)
            except Exception as error:  # IntegrityError from the trigger
                connection.close()
                return type(error).__name__
            return "done"

        return run

    found = at_once([write(organization, other), write(other, organization)])
    assert sorted(found) == ["IntegrityError", "done"]


def test_of_many_organizations_with_one_code_one_gets_it(organization):
    officer = personas.make("district")
    rows = [organization, *(personas.organization(slug=f"o{n}", name=f"第{n}联谊会") for n in range(9))]
    calls = [
        answer(lambda row=row: actions.edit_organization(row, {"credit_code": CODE}, actor=officer)) for row in rows
    ]
    assert sorted(at_once(calls)) == ["done"] + ["invalid"] * 9
    assert Organization.objects.filter(credit_code=CODE).count() == 1


def test_of_many_renamings_to_one_name_one_succeeds(organization):
    officer = personas.make("district")
    rows = [organization, *(personas.organization(slug=f"o{n}", name=f"第{n}联谊会") for n in range(9))]
    calls = [
        answer(lambda row=row: actions.edit_organization(row, {"name": "同一个名字"}, actor=officer)) for row in rows
    ]
    assert sorted(at_once(calls)) == ["done"] + ["invalid"] * 9


def test_a_midnight_is_entered_once_by_many_workers(organization, settings):
    life.agreed(organization, "dissolve", by=personas.make("secretary"), second=personas.make("district"))
    settings.PORTAL_CLOCK = life.AFTER
    assert sum(at_once([actions.carry_out_steps] * 8)) == 1
    assert Organization.objects.get().state == "dissolved"


def test_nothing_is_put_below_what_is_dissolved_at_once(organization):
    officer, second = personas.make("district"), personas.make("district_2")
    other = personas.organization(slug="other", name="另一个联谊会")
    step = life.submitted(organization, "dissolve", by=officer, on=life.TODAY + dt.timedelta(days=1))
    agree = answer(lambda: actions.agree_to_step(step, actor=second))
    put = answer(lambda: actions.edit_organization(other, {"parent": organization}, actor=officer))
    found = at_once([agree, put])
    assert found in (["done", "parent"], ["children", "done"], ["done", "done"])
    if found == ["done", "done"]:  # put below it first, in which case the agreement must have been refused
        pytest.fail("a dissolved organization has one below it")
