"""Erasing the proposals of one person leaves others what is theirs: the answer, the notice, and no reminder of what is gone."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.errors import NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from members.models import Person
from services import tasks
from services.models import AnswerCorrection, Promise, Proposal, ProposalEdition, Referral, ReferralLink
from services.proposals import actions, links
from services.proposals.actions.upkeep import remind_of_promise
from services.proposals.todos import DuePromise

from .conftest import fresh
from .test_proposal_care import pdf
from .test_proposal_flow import decide
from .test_proposal_review import other as other  # a fixture
from .test_proposal_upkeep import leave

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ANSWER = "已与林知夏同志联系，末班车试行到 22:00。"


@pytest.fixture
def together(link, other, district):
    """One that is answered with the one into which it was merged; the department has named the author of that one."""
    actions.merge_proposal(other, actor=district, into=link.referral.proposal)
    promises = [("试行一个月", clock.today() + 30 * DAY)]
    actions.answer_by_link(link, answer=ANSWER, result="adopted", promises=promises, uploads=[pdf()])
    Promise.objects.update(what="与林知夏同志试行一个月")  # as it was written while the author agreed to be named
    return fresh(other)


# ---- the answer to two ----------------------------------------------------------------------------------------------
def test_who_was_merged_keeps_the_answer_when_the_other_author_is_erased(client_of, together, member, friend):
    actions.erase_proposals(leave(member))
    page = client_of(friend).get(together.get_absolute_url())
    answer = page.context["answer"]
    assert answer.answer == ANSWER.replace("林知夏", "×××")
    assert [one.what for one in page.context["promises"]] == ["与×××同志试行一个月"]
    assert File.objects.filter(attached_to="services.Referral").count() == 1
    first = fresh(answer.proposal)
    assert (first.author, first.situation, first.state) == (None, "", "answered")
    kept = str([*Referral.objects.values(), *Promise.objects.values(), *answer.history.values()])
    assert "林知夏" not in kept


def test_a_corrected_answer_stays_with_its_former_words(together, member, district):
    referral = Referral.objects.get()
    actions.reopen_answer(referral, actor=district, reason="写错了")
    actions.correct_answer(referral.links.get(ended_at__isnull=True), answer="改过的", result="adopted")
    actions.erase_proposals(leave(member))
    row = AnswerCorrection.objects.get()
    assert (row.answer, fresh(referral).answer) == (ANSWER.replace("林知夏", "×××"), "改过的")


def test_the_answer_goes_with_the_last_who_has_it(together, member, friend):
    actions.erase_proposals(leave(member))
    actions.erase_proposals(leave(friend))
    assert [row.author for row in Proposal.objects.all()] == [None]
    assert (Referral.objects.get().answer, Promise.objects.get().what) == ("已删除", "已删除")
    assert not File.objects.exists()


def test_the_answer_goes_when_the_other_one_is_dealt_with_apart(together, member, friend):
    actions.erase_proposals(leave(member))
    tasks.run_periodic()
    assert Referral.objects.get().answer != "已删除"
    actions.split_proposal(together, actor=friend, reason="说的是接驳车")
    tasks.run_periodic()
    assert (Referral.objects.get().answer, Promise.objects.get().what) == ("已删除", "已删除")


def test_what_was_promised_to_two_is_reminded_of_after_the_erasure_of_one(together, member, district, settings):
    person = leave(member)
    promise = Promise.objects.get()
    settings.PORTAL_CLOCK = clock.at(promise.due_on)
    actions.erase_proposals(person)
    assert DuePromise().waiting(district).exists()
    tasks.run_periodic()
    assert Notice.objects.filter(user=district, kind="services/promise_reminder").exists()


def test_what_was_promised_to_two_is_reminded_of_when_one_has_left(
    client_of, together, member, friend, district, unit, settings
):
    leave(member)
    promise = Promise.objects.get()
    settings.PORTAL_CLOCK = clock.at(promise.due_on)
    for _run in range(2):
        tasks.run_periodic()
    notice = Notice.objects.get(user=district, kind="services/promise_reminder")
    assert (notice.url, Notice.objects.get(kind="services/promise_unit_reminder").address) == (
        together.get_absolute_url(),
        unit.phone,
    )
    browser = client_of(district)
    assert browser.get(notice.url).status_code == 200
    assert DuePromise().waiting(district).get() == promise
    decide(browser, "proposal-promise", promise, "keep", reason="试行了")
    assert fresh(promise).state == "done"
    assert "试行了" in Notice.objects.filter(user=friend, kind="services/proposal_progress").latest("pk").body


def test_officers_read_nothing_else_of_who_has_left(client_of, together, member, district, settings):
    first = fresh(together).merged_into
    leave(member)
    url = reverse("admin:staff_decide", args=["proposal-promise", Promise.objects.get().public_id])
    browser = client_of(district)
    page = browser.get(url)
    assert page.status_code == 200
    text = page.content.decode()
    assert (together.title in text, first.situation in text, first.wish in text) == (True, False, False)
    assert browser.get(first.get_absolute_url()).status_code == 404
    assert not Entry.objects.filter(verb="proposal.read", user=member.public_id).exists()


# ---- what was open --------------------------------------------------------------------------------------------------
def test_what_is_open_is_withdrawn_before_it_is_erased(forwarded, friend, member, district, unit, other):
    """As after a return to the registry: the former row of the person is erased, the proposal is open."""
    proposal = forwarded.proposal
    Proposal.objects.filter(pk=proposal.pk).update(state="submitted")
    actions.cosign_proposal(fresh(proposal), actor=friend)
    Proposal.objects.filter(pk=proposal.pk).update(state="forwarded")
    actions.erase_proposals(Person.objects.get(user=member))
    assert not Proposal.objects.filter(pk=proposal.pk).exists()
    notices = Notice.objects.filter(kind="services/proposal_withdrawn")
    assert set(notices.values_list("user", "url")) == {(friend.pk, ""), (district.pk, "")}
    assert Notice.objects.get(kind="services/proposal_unit_withdrawn").address == unit.phone
    words = "".join(f"{row.title}{row.body}" for row in notices)
    assert proposal.number in words
    assert proposal.title not in words


def test_what_was_merged_into_an_erased_one_is_reviewed_alone_and_its_author_knows(submitted, other, member, district):
    actions.merge_proposal(other, actor=district, into=submitted)
    actions.erase_proposals(Person.objects.get(user=member))
    row = fresh(other)
    assert (row.state, row.merged_into, row.due_on is not None) == ("submitted", None, True)
    assert Notice.objects.filter(user=row.author, kind="services/proposal_apart").exists()


def test_who_signs_learns_that_the_account_was_closed(submitted, friend, member):
    actions.cosign_proposal(submitted, actor=friend)
    actions.close_proposals_of(member, member)
    notice = Notice.objects.get(user=friend, kind="services/proposal_withdrawn")
    assert (notice.url, submitted.title in notice.body) == ("", False)


def test_the_name_of_an_erased_cosigner_goes_out_of_what_others_wrote(submitted, friend, member, district, unit):
    actions.cosign_proposal(submitted, actor=friend, shows_name=True)
    name = friend.person.name
    referral = actions.forward_proposal(
        actions.accept_proposal(submitted, actor=district), actor=district, department=unit
    )
    promises = [(f"回访{name}", clock.today() + 30 * DAY)]
    text = f"已与{name}联系。"
    actions.answer_by_link(referral.links.get(), answer=text, result="adopted", promises=promises)
    row = fresh(submitted)
    texts = {field: getattr(row, field) for field in ("title", "situation", "wish")}
    actions.clean_proposal(row, actor=district, answer=text, **texts)
    actions.erase_proposals(leave(friend))
    kept = [*Referral.objects.values(), *Promise.objects.values(), *ProposalEdition.objects.values()]
    kept += [*Promise.objects.get().history.values(), *ProposalEdition.objects.get().history.values()]
    assert name not in str(kept)
    assert Referral.objects.get().answer == f"已与{'×' * len(name)}联系。"
    assert fresh(submitted).author == member


def test_nobody_signs_a_draft_whose_author_has_left(client_of, draft, member, friend):
    path = links.invitation_path(draft)
    leave(member)
    with pytest.raises(NotAllowed):
        actions.cosign_proposal(draft, actor=friend)
    page = client_of(friend).get(path).content.decode()
    assert ("这件不能再附议了" in page, draft.situation in page) == (True, False)


# ---- the end --------------------------------------------------------------------------------------------------------
def test_links_of_departments_end_when_it_is_closed(client, answered, member, district):
    actions.renew_link(answered.referrals.get(), actor=district)
    actions.rate_answer(answered, actor=member, rating=3)
    assert ReferralLink.objects.filter(ended_at__isnull=True).exists()
    actions.keep_promise(Promise.objects.get(), actor=district, note="已做")
    assert fresh(answered).state == "closed"
    assert not ReferralLink.objects.filter(ended_at__isnull=True).exists()


def test_nobody_is_reminded_of_promises_to_who_has_left(answered, member, district, settings):
    leave(member)
    promise = Promise.objects.get()
    settings.PORTAL_CLOCK = clock.at(promise.due_on)
    assert not remind_of_promise(promise, clock.today())
    tasks.run_periodic()
    assert not Notice.objects.filter(kind__startswith="services/promise_").exists()
