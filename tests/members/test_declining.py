"""Declining takes two people, and an objection is decided by a third (domain.md rule 2, requirements X12)."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import Role
from chengyang.platform.notices.models import Notice
from chengyang.platform.offices.models import Office
from members import actions
from members.models import Application
from members.reasons import DECLINE_REASONS
from members.timeline import timeline_of
from tests import personas
from tests.staff_pages import decide

from . import factories

pytestmark = pytest.mark.django_db
WHY = "单位不在城阳区"
MONDAY = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)  # 09:00 in Qingdao


def refusal(call, *args, **options):
    with pytest.raises(ActionError) as caught:
        call(*args, **options)
    return caught.value.code


def text(answer):
    return answer.content.decode()


@pytest.fixture
def third(reference):
    """A third officer of the district."""
    account = personas.user("district_3")
    Role.objects.create(user=account, kind=Role.Kind.DISTRICT, starts=personas.STARTED)
    return account


@pytest.fixture
def proposed(applicant, xiazhuang):
    return actions.propose_decline(factories.in_state(applicant, "submitted"), actor=xiazhuang, reason=WHY)


@pytest.fixture
def declined(proposed, district):
    return actions.confirm_decline(proposed, actor=district)


@pytest.fixture
def objected(declined, applicant):
    return actions.object_to_decline(declined, actor=applicant, objection="单位去年搬来城阳了")


# ---- two people ------------------------------------------------------------------------------------------------------
def test_one_officer_only_proposes(proposed):
    assert (proposed.state, proposed.reason) == ("decline_proposed", WHY)
    assert not Notice.objects.exists()


def test_another_officer_declines_and_the_applicant_reads_the_reason(declined, applicant, xiazhuang, district):
    assert (declined.state, declined.declined_by, declined.decline_confirmed_by) == ("declined", xiazhuang, district)
    assert WHY in Notice.objects.get(user=applicant).body


@pytest.mark.parametrize("state", ["submitted", "first_reviewed"])
def test_the_proposer_does_not_confirm(applicant, district, district_2, state):
    row = factories.in_state(applicant, state, first=district_2 if state == "first_reviewed" else None)
    row = actions.propose_decline(row, actor=district, reason=WHY) if state == "first_reviewed" else row
    if state == "submitted":
        Application.objects.update(state="decline_proposed", declined_by=district)
        row.refresh_from_db()
    with pytest.raises(NotAllowed):
        actions.confirm_decline(row, actor=district)


@pytest.mark.parametrize("name", ["xiazhuang", "liuting", "secretary", "stranger"])
def test_only_the_district_confirms(proposed, name):
    with pytest.raises(NotAllowed):
        actions.confirm_decline(proposed, actor=personas.make(name))


def test_the_database_refuses_one_officer_for_both(declined, xiazhuang):
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.update(decline_confirmed_by=xiazhuang)


def test_the_proposal_waits_for_the_district_alone(applicant, district, district_2, xiazhuang):
    row = factories.in_state(applicant, "first_reviewed", first=xiazhuang)
    actions.propose_decline(row, actor=district, reason=WHY)
    waiting = extensions.todo_kind("application-decline").waiting
    assert (list(waiting(district)), list(waiting(xiazhuang)), list(waiting(district_2))) == ([], [], [row])


@pytest.mark.parametrize(("first", "state"), [(False, "submitted"), (True, "first_reviewed")])
def test_without_agreement_the_review_goes_on_where_it_was(applicant, xiazhuang, district, district_2, first, state):
    row = factories.in_state(applicant, state, first=xiazhuang if first else None)
    row = actions.propose_decline(row, actor=district if first else xiazhuang, reason=WHY) if first else row
    if not first:
        row = actions.propose_decline(row, actor=xiazhuang, reason=WHY)
    resumed = actions.resume_review(row, actor=district_2, reason="单位在城阳")
    assert (resumed.state, resumed.declined_by) == (state, None)


STEPS = {  # step → the only state of an application in which it may be taken
    actions.review_first: "submitted",
    actions.confirm_decline: "decline_proposed",
    actions.resume_review: "decline_proposed",
    actions.uphold_decline: "objected",
    actions.accept_objection: "objected",
}


@pytest.mark.parametrize("state", ["submitted", "decline_proposed", "objected", "declined"])
def test_no_step_is_taken_in_the_state_of_another_one(applicant, xiazhuang, district_2, state):
    row = factories.in_state(applicant, state, declined_by=None if state == "submitted" else xiazhuang)
    for step in (step for step, own in STEPS.items() if own != state):
        assert refusal(step, row, actor=district_2, reason="单位在城阳") == "state"


def test_the_second_officer_may_return_it(proposed, district):
    assert actions.return_application(proposed, actor=district, reason="单位请写全称。").state == "returned"


def test_the_decision_page_declines(proposed, district, client_of):
    kind = extensions.todo_kind("application-decline")
    decide(client_of(district), kind.url(proposed), {"choice": "confirm", "reason": ""})
    proposed.refresh_from_db()
    assert (proposed.state, proposed.reason) == ("declined", WHY)


def test_no_ready_reason_names_what_is_not_asked():
    assert not [sentence for _label, sentence in DECLINE_REASONS.values() if "住" in str(sentence)]


# ---- the objection ---------------------------------------------------------------------------------------------------
def test_the_applicant_objects_on_the_page(declined, applicant, client_of):
    browser = client_of(applicant)
    page = declined.get_absolute_url()
    assert f'action="{page}object/"' in text(browser.get(page))
    assert browser.post(f"{page}object/", {"objection": ""}).status_code == 400
    browser.post(f"{page}object/", {"objection": "单位去年搬来城阳了"})
    declined.refresh_from_db()
    assert (declined.state, declined.objection) == ("objected", "单位去年搬来城阳了")


def test_who_is_declined_reads_whom_to_ask(declined, applicant, client_of):
    Office.objects.create(subdistrict=declined.subdistrict, phone="0532-87866010")
    Office.objects.create(subdistrict=factories.area("流亭街道"), phone="0532-87866020")
    page = text(client_of(applicant).get(declined.get_absolute_url()))
    assert ('href="tel:053287866010"' in page, 'href="tel:053287866020"' in page) == (True, False)


def test_an_objection_is_due_in_five_working_days(declined, applicant):
    Application.objects.update(decided_at=MONDAY)
    with time_machine.travel(MONDAY, tick=False):
        assert actions.object_to_decline(declined, actor=applicant, objection="不对").due_on == dt.date(2026, 11, 30)


@pytest.mark.parametrize(("days", "late"), [(30, False), (31, True)])
def test_it_can_be_objected_to_for_30_days(declined, applicant, days, late):
    Application.objects.update(decided_at=clock.now() - dt.timedelta(days=days))
    if late:
        assert refusal(actions.object_to_decline, declined, actor=applicant, objection="不对") == "late"
    else:
        assert actions.object_to_decline(declined, actor=applicant, objection="不对").state == "objected"


def test_others_do_not_object(declined, stranger, client_of):
    with pytest.raises(NotAllowed):
        actions.object_to_decline(declined, actor=stranger, objection="不对")
    answer = client_of(stranger).post(f"{declined.get_absolute_url()}object/", {"objection": "不对"})
    assert answer.status_code == 404


def test_nobody_objects_beside_a_new_application(declined, applicant):
    actions.begin_application(applicant)
    assert refusal(actions.object_to_decline, declined, actor=applicant, objection="不对") == "open"


@pytest.mark.parametrize("decide", [actions.uphold_decline, actions.accept_objection])
@pytest.mark.parametrize("name", ["district", "xiazhuang", "liuting", "stranger"])
def test_who_took_part_does_not_decide_it(objected, decide, name):
    with pytest.raises(NotAllowed):
        decide(objected, actor=personas.make(name), reason="维持")


def test_it_waits_for_somebody_else(objected, xiazhuang, district, third):
    waiting = extensions.todo_kind("application-objection").waiting
    assert (list(waiting(xiazhuang)), list(waiting(district)), list(waiting(third))) == ([], [], [objected])


def test_the_database_refuses_a_decision_by_who_took_part(objected, district):
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.update(objection_decided_by=district)


def test_an_accepted_objection_begins_both_reviews_anew(objected, applicant, third, xiazhuang):
    row = actions.accept_objection(objected, actor=third)
    assert (row.state, row.first_reviewer, row.due_on is not None) == ("submitted", None, True)
    assert "重新审核" in Notice.objects.filter(user=applicant).latest("pk").title
    assert actions.review_first(row, actor=xiazhuang).state == "first_reviewed"


def test_an_upheld_decline_is_final(objected, applicant, third):
    row = actions.uphold_decline(objected, actor=third, reason="营业执照还在外区")
    assert (row.state, row.objection_until) == ("declined", None)
    assert "营业执照还在外区" in Notice.objects.filter(user=applicant).latest("pk").body
    assert refusal(actions.object_to_decline, row, actor=applicant, objection="不对") == "late"


def test_the_third_officer_reads_both_sides(objected, third, client_of):
    page = text(client_of(third).get(extensions.todo_kind("application-objection").url(objected)))
    assert WHY in page
    assert "单位去年搬来城阳了" in page


def test_an_objection_is_not_deleted_while_it_waits(objected):
    Application.objects.update(objected_at=clock.now() - dt.timedelta(days=99))
    actions.run_periodic()
    assert Application.objects.exists()


def test_the_timeline_names_every_step(objected, third):
    actions.uphold_decline(objected, actor=third, reason="维持")
    titles = [str(step.title) for step in timeline_of(Application.objects.get())]
    assert titles[:4] == ["复核后维持不予通过", "申请复核", "未通过", "提出不予通过，等另一位工作人员复核"]


def test_me_says_what_can_be_done(declined, applicant, client_of):
    assert "看详情，或申请复核" in text(client_of(applicant).get("/me/"))
