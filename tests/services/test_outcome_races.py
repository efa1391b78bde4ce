"""Two people at the same outcome or the same pair at once, with real connections (docs/style.md rule 22)."""

import datetime as dt
from decimal import Decimal

import pytest

from chengyang import extensions
from chengyang.errors import ActionError, NotAllowed
from services import actions
from services.models import Outcome, OutcomeDouble
from tests import personas
from tests.activities.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2026, 9, 1)
VALUES = {"kind": "money", "title": "助学捐款", "happened_on": DAY, "amount": Decimal(3000)}


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def of(act):
    """Return what `act` answers, or the code of its refusal."""
    try:
        return act()
    except ActionError as error:
        return error.code
    except NotAllowed:
        return "not_allowed"


@pytest.fixture
def managers(transactional_db):
    """A team and an organization with their managers, and two officers."""
    personas.reference()
    leader, secretary = personas.make("leader"), personas.make("secretary")
    officers = [personas.make("district"), personas.make("district_2")]
    return [(personas.team(), leader), (personas.organization(), secretary)], officers


@pytest.fixture
def checked(managers):
    """The same donation of both, checked."""
    reporters, (district, _second) = managers
    rows = [actions.report_outcome(organizer, actor=manager, **VALUES) for organizer, manager in reporters]
    return [actions.check_outcome(row, actor=district) for row in rows]


def donations():
    return extensions.metric("donations").of()


def test_two_officers_check_one_outcome_at_once(managers):
    reporters, officers = managers
    row = actions.report_outcome(reporters[0][0], actor=reporters[0][1], **VALUES)
    calls = [
        lambda officer=officer: of(lambda: actions.check_outcome(fresh(row), actor=officer).state)
        for officer in officers
    ]
    found = at_once(calls * 3, connections=6)
    assert (found.count("checked"), donations()) == (1, 3000)


def test_one_officer_checks_while_another_one_refuses(managers):
    reporters, (district, second) = managers
    row = actions.report_outcome(reporters[0][0], actor=reporters[0][1], **VALUES)
    calls = [
        lambda: of(lambda: actions.check_outcome(fresh(row), actor=district).state),
        lambda: of(lambda: actions.refuse_outcome(fresh(row), actor=second, reason="没有凭证").state),
    ]
    found = at_once(calls * 3, connections=6)
    assert found.count(fresh(row).state) == 1


def test_two_officers_link_one_pair_at_once(managers, checked):
    _reporters, officers = managers
    pair = OutcomeDouble.objects.get()
    calls = [
        lambda officer=officer, row=row: of(
            lambda: actions.link_double(fresh(pair), actor=officer, counted=row).counted_id
        )
        for officer, row in zip(officers, checked, strict=True)
    ]
    found = at_once(calls * 3, connections=6)
    assert (sum(isinstance(one, int) for one in found), donations()) == (1, 3000)
    assert fresh(pair).counted_id in found


def test_two_managers_report_the_same_at_once_and_the_pair_is_found(managers):
    reporters, _officers = managers
    calls = [
        lambda organizer=organizer, manager=manager: actions.report_outcome(organizer, actor=manager, **VALUES).pk
        for organizer, manager in reporters
    ]
    at_once(calls, connections=2)
    pair = OutcomeDouble.objects.get()
    assert {pair.first_id, pair.second_id} == set(Outcome.objects.values_list("pk", flat=True))


def test_a_pair_is_linked_while_one_of_it_is_corrected(managers, checked):
    reporters, (district, _second) = managers
    pair = OutcomeDouble.objects.get()
    calls = [
        lambda: of(lambda: actions.link_double(fresh(pair), actor=district, counted=checked[0]).state),
        lambda: of(lambda: actions.reverse_outcome(fresh(checked[0]), actor=reporters[0][1], reason="没到账").state),
    ]
    found = at_once(calls, connections=2)
    is_linked = fresh(pair).state == "linked"
    assert is_linked != Outcome.objects.filter(reverses=checked[0]).exists()
    assert sorted(found) == sorted(["linked", "linked"] if is_linked else ["corrected", "reported"])


def test_crossing_links_of_three_make_no_chain(managers, checked):
    reporters, (district, second) = managers
    third = actions.report_outcome(reporters[0][0], actor=reporters[0][1], **VALUES)
    third = actions.check_outcome(third, actor=district)
    one, two = checked
    pairs = {(row.first_id, row.second_id): row for row in OutcomeDouble.objects.all()}
    calls = [
        lambda: of(lambda: actions.link_double(pairs[one.pk, two.pk], actor=district, counted=one).state),
        lambda: of(lambda: actions.link_double(pairs[two.pk, third.pk], actor=second, counted=two).state),
    ]
    found = at_once(calls, connections=2)
    linked = OutcomeDouble.objects.filter(state="linked")
    assert (found.count("linked"), found.count("merged"), linked.count()) == (1, 1, 1)
    assert donations() == 6000


def test_two_corrections_at_once_are_one(managers, checked):
    reporters, (district, _second) = managers
    calls = [
        lambda actor=actor: of(lambda: actions.reverse_outcome(fresh(checked[0]), actor=actor, reason="没到账").state)
        for actor in (reporters[0][1], district)
    ]
    found = at_once(calls, connections=2)
    assert sorted(found) == ["corrected", "reported"]
