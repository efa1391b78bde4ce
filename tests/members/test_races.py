"""Concurrent actions in the registry, on real database connections (style.md rule 22; P06, P12)."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.audit.transitions import lock
from chengyang.platform.privacy import actions as privacy
from members import actions
from members.models import Application, Person, Representative
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db(transaction=True)
LONG = dt.timedelta(days=31)
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


@pytest.fixture
def beside():
    """Start a call in a thread with its own connection; `.result()` is its return value, or the code of its ActionError."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda call: pool.submit(_outcome, call)


def _outcome(call):
    try:
        return call()
    except ActionError as error:
        return error.code
    except NotAllowed:
        return "not allowed"
    except OperationalError:
        return "deadlock"
    finally:
        connection.close()


def until_it_waits(running):
    """Return once `running` waits for a row that this connection holds, or has ended."""
    with connection.cursor() as cursor:
        while not running.done():
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return


def withdraw_while(user, call, beside):
    """Withdraw the consent of `user` while `call` runs on the other connection; return the result of `call`."""
    with transaction.atomic():
        lock(user)  # the first lock that a withdrawal takes
        running = beside(call)
        until_it_waits(running)
        privacy.withdraw(user, "registration", actor=user)
    return running.result()


STEPS = {
    "submit": ("draft", lambda row, first, second: actions.submit_application(row, actor=row.user)),
    "withdraw": ("submitted", lambda row, first, second: actions.withdraw_application(row, actor=row.user)),
    "review": ("submitted", lambda row, first, second: actions.review_first(row, actor=first)),
    "return": ("submitted", lambda row, first, second: actions.return_application(row, actor=first, reason="补全称")),
    "take back": ("submitted", lambda row, first, second: actions.take_back_application(row, actor=row.user)),
    "propose": ("submitted", lambda row, first, second: actions.propose_decline(row, actor=first, reason="不在")),
    "decline": (
        "decline_proposed",
        lambda row, first, second: actions.confirm_decline(row, actor=second, reason="不在"),
    ),
    "approve": ("first_reviewed", lambda row, first, second: actions.approve_application(row, actor=second)),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_consent_is_withdrawn_while_the_application_is_dealt_with(applicant, beside, step):
    state, call = STEPS[step]
    first, second = personas.make("xiazhuang"), personas.make("district")
    row = factories.in_state(applicant, state, first=first if step == "approve" else None)
    assert withdraw_while(applicant, lambda: call(row, first, second), beside) in ("state", "consent")
    assert Application.objects.get().state == "withdrawn"


def at_once(*calls):
    """Run `calls` on connections of their own, started together; return their outcomes."""
    gate = threading.Barrier(len(calls))

    def run(call):
        connection.ensure_connection()
        gate.wait(timeout=60)
        return _outcome(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


TWO_OFFICERS = {  # state before, what the two officers do, states after
    "both propose to decline": ("submitted", "propose", "propose", {"decline_proposed"}),
    "both pass the first review": ("submitted", "review", "review", {"first_reviewed"}),
    "both confirm": ("decline_proposed", "decline", "decline", {"declined"}),
    "one confirms, one resumes": ("decline_proposed", "decline", "resume", {"declined", "submitted"}),
    "one confirms, one returns": ("decline_proposed", "decline", "return", {"declined", "returned"}),
    "both decide an objection": ("objected", "uphold", "accept", {"declined", "submitted"}),
}
OFFICERS_DO = {
    "propose": lambda row, actor: actions.propose_decline(row, actor=actor, reason="不在"),
    "review": lambda row, actor: actions.review_first(row, actor=actor),
    "decline": lambda row, actor: actions.confirm_decline(row, actor=actor),
    "resume": lambda row, actor: actions.resume_review(row, actor=actor, reason="在"),
    "return": lambda row, actor: actions.return_application(row, actor=actor, reason="补全称"),
    "uphold": lambda row, actor: actions.uphold_decline(row, actor=actor, reason="不在"),
    "accept": lambda row, actor: actions.accept_objection(row, actor=actor),
}


@pytest.mark.parametrize("case", TWO_OFFICERS)
def test_of_two_officers_who_decide_on_one_application_at_the_same_moment_one_does(applicant, case):
    before, first, second, after = TWO_OFFICERS[case]
    officers = [personas.make("district"), personas.make("district_2")]
    row = factories.in_state(applicant, before, reason="不在", declined_by=personas.make("xiazhuang"))
    if before == "submitted":
        Application.objects.update(declined_by=None)
    rows = [Application.objects.get(pk=row.pk) for _officer in officers]
    calls = [partial(OFFICERS_DO[verb], *pair) for verb, *pair in zip((first, second), rows, officers, strict=True)]
    outcomes = at_once(*calls)
    assert outcomes.count("state") + outcomes.count("not allowed") == 1
    assert Application.objects.get().state in after
    assert Entry.objects.filter(subject_id=row.public_id).count() == 1


def test_a_consent_is_withdrawn_while_the_same_person_leaves(rules, beside):
    member = personas.make("member")
    factories.consent(member)
    outcome = withdraw_while(member, lambda: actions.leave_registry(member.person, actor=member), beside)
    assert (outcome, Person.objects.get().state) == ("state", "left")


def while_changing(rows, call, beside, **changes):
    """Run `call` on the other connection while `rows` are being changed on this one; return its result."""
    with transaction.atomic():
        rows.update(**changes)
        running = beside(call)
        until_it_waits(running)
    return running.result()


def test_a_consent_is_withdrawn_while_a_nomination_is_declined(rules, beside):
    member = personas.make("member")
    factories.consent(member)
    Representative.objects.create(person=member.person, starts=personas.STARTED, ends=dt.date(2099, 1, 1))
    withdraw = partial(privacy.withdraw, member, "registration", actor=member)
    while_changing(Representative.objects.all(), withdraw, beside, state="declined")
    assert not privacy.holds(member, "registration")


def test_a_draft_that_is_being_sent_is_not_deleted(applicant, beside):
    factories.in_state(applicant, "draft", saved_at=clock.now() - LONG)
    while_changing(Application.objects.all(), actions.run_periodic, beside, state="submitted", submitted_at=clock.now())
    assert Application.objects.exists()


def test_a_record_that_is_being_confirmed_is_not_deleted(rules, beside):
    personas.person(state="unconfirmed", confirm_by=clock.today() - LONG)
    while_changing(Person.objects.all(), actions.run_periodic, beside, state="active", confirm_by=None)
    assert Person.objects.get().state == "active"


def test_person_who_returns_meanwhile_is_not_erased(rules, beside):
    personas.person("周予安", state="left", left_on=clock.today() - LONG)
    while_changing(Person.objects.all(), actions.run_periodic, beside, state="active", left_on=None)
    assert Person.objects.get().name == "周予安"
