"""How far a proposal is: its stages, its days, and an answer that waits to be corrected."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse

from chengyang import clock
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from chengyang.platform.workdays import deadlines
from chengyang.platform.workdays.models import WorkdayException
from services.models import AnswerCorrection, Promise
from services.proposals import actions, due, page
from services.proposals.correction_todos import LateCorrection
from tests import staff_pages

from .conftest import ANSWER, fresh
from .test_proposal_care import pdf
from .test_proposal_review import other as other  # a fixture

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


# ---- the stages -----------------------------------------------------------------------------------------------------
def now_at(proposal, user):
    """Return the names of the stages that are done, and of the present one."""
    found = page.context_of(fresh(proposal), user)["stages"]
    return [one["name"] for one in found if one["is_done"]], [one["name"] for one in found if one["is_now"]]


@pytest.mark.parametrize("how", ["handed back", "recalled"])
def test_what_came_back_waits_to_be_forwarded(link, member, district, how):
    if how == "recalled":
        actions.recall_referral(link.referral, actor=district, reason="转错了")
    else:
        actions.hand_back(link, reason="归水务部门")
    assert now_at(link.referral.proposal, member) == (["提出", "审核"], ["转办单位"])


def test_a_merged_one_is_as_far_as_the_other_one(submitted, other, friend, member, district, unit):
    actions.merge_proposal(other, actor=district, into=submitted)
    assert now_at(other, friend) == (["提出"], ["审核"])
    actions.accept_proposal(submitted, actor=district)
    assert now_at(other, friend) == (["提出", "审核"], ["转办单位"])
    referral = actions.forward_proposal(fresh(submitted), actor=district, department=unit)
    assert now_at(other, friend) == (["提出", "审核", "转办单位"], ["答复"])
    actions.answer_by_link(referral.links.get(), answer=ANSWER, result="adopted")
    assert now_at(other, friend)[1] == ["跟进"]
    actions.rate_answer(fresh(submitted), actor=member, rating=3)
    assert now_at(other, friend) == (["提出", "审核", "转办单位", "答复", "跟进"], [])


# ---- the days -------------------------------------------------------------------------------------------------------
@pytest.fixture
def forwarded_late(accepted, district, unit, settings):
    """One that lay with the office for so long that five working days are left."""
    settings.PORTAL_CLOCK = clock.now() + 100 * DAY
    return actions.forward_proposal(accepted, actor=district, department=unit)


def test_the_days_end_with_the_limit(forwarded_late):
    row = fresh(forwarded_late)
    assert (due.asked_days(row), due.days_of(row)[-1].date, due.due_of(row)) == (5, row.due_on, row.due_on)


def test_the_public_page_has_the_limit_of_this_one(client, forwarded_late, district, district_2):
    proposal = actions.answer_by_link(forwarded_late.links.get(), answer=ANSWER, result="adopted").proposal
    texts = {name: getattr(proposal, name) for name in ("title", "situation", "wish")}
    edition = actions.clean_proposal(fresh(proposal), actor=district, answer=ANSWER, **texts)
    actions.publish_proposal(edition, actor=district_2)
    assert client.get(edition.get_absolute_url()).context["limit"] == 5


def test_a_new_holiday_leaves_the_fewest_days(forwarded_late):
    day = deadlines.due_on(clock.today(), 3)
    with transaction.atomic(), deadlines.moving_with_the_table():
        WorkdayException.objects.create(date=day, is_workday=False, name="新放的假", source="通知")
    row = fresh(forwarded_late)
    assert row.due_on == deadlines.due_on(clock.today(), due.FEWEST_DAYS) > forwarded_late.due_on


# ---- a correction that does not come --------------------------------------------------------------------------------
@pytest.fixture
def asked(answered, district):
    return actions.reopen_answer(answered.referrals.get(), actor=district, reason="日子写错了").referral


def later(settings, days):
    settings.PORTAL_CLOCK = clock.at(deadlines.due_on(clock.today(), days), dt.time(10))


def decide(browser, row, choice):
    url = reverse("admin:staff_decide", args=["proposal-correction", row.public_id])
    return staff_pages.decide(browser, url, {"choice": choice})


def test_the_office_is_asked_after_five_working_days(asked, district, member, settings):
    kind, start = LateCorrection(), clock.today()
    for days, waits in ((0, False), (4, False), (5, True)):
        settings.PORTAL_CLOCK = clock.at(deadlines.due_on(start, days), dt.time(10))
        assert kind.waiting(district).exists() is waits
    assert not kind.waiting(member).exists()


def test_it_lets_the_answer_stand_and_the_proposal_ends(client_of, asked, answered, district, member, settings):
    later(settings, 5)
    actions.keep_promise(Promise.objects.get(), actor=district, note="已做")
    actions.rate_answer(fresh(answered), actor=member, rating=3)
    assert fresh(answered).state == "answered"
    assert decide(client_of(district), asked, "cancel").status_code == 302
    assert (fresh(answered).state, AnswerCorrection.objects.count()) == ("closed", 0)
    assert not LateCorrection().waiting(district).exists()


def test_it_asks_again_with_a_new_link(client_of, asked, district, settings):
    later(settings, 5)
    assert decide(client_of(district), asked, "renew").status_code == 302
    assert not LateCorrection().waiting(district).exists()
    assert Notice.objects.filter(kind="services/proposal_correction_link").count() == 2
    later(settings, 5)
    assert LateCorrection().waiting(district).exists()


def test_a_link_to_report_with_does_not_ask_for_an_answer(answered, district, unit):
    actions.renew_link(answered.referrals.get(), actor=district)
    notice = Notice.objects.get(kind="services/proposal_report_link")
    assert (notice.address, "前答复" in notice.body) == (unit.phone, False)


def test_files_of_a_former_answer_stay_with_it(client_of, link, member, district):
    referral = actions.answer_by_link(link, answer=ANSWER, result="adopted", uploads=[pdf("旧.pdf")])
    actions.reopen_answer(referral, actor=district, reason="写错了")
    new = referral.links.get(ended_at__isnull=True)
    actions.correct_answer(new, answer="改过的", result="adopted", uploads=[pdf("新.pdf")])
    found = page.context_of(fresh(referral.proposal), member)
    assert [file.name for file in found["files"]["answer"]] == ["新.pdf"]
    assert [[file.name for file in row.files] for row in found["corrections"]] == [["旧.pdf"]]
    old = File.objects.get(name="旧.pdf")
    assert File.objects.visible_to(member).filter(pk=old.pk).exists()
    assert "旧.pdf" in client_of(member).get(referral.proposal.get_absolute_url()).content.decode()
