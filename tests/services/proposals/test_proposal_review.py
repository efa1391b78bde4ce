"""审核: accepted, returned with advice, declined with a reason, merged with a similar one, undone (domain.md rule 10)."""

import pytest
from django.urls import reverse

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from services.models import Proposal
from services.proposals import actions, permissions, similar
from services.states import EDITION_TRANSITIONS, PROPOSAL_TRANSITIONS, EditionState, ProposalState
from tests import personas, staff_pages

from .conftest import TEXTS, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(member, friend, submitted):
    """A similar proposal of somebody else."""
    texts = {**TEXTS, "title": "园区周边夜间公交和接驳", "situation": "下班晚", "wish": "夜间公交多一班"}
    return actions.submit_proposal(actions.draft_proposal(actor=friend, **texts), actor=friend)


def decide(browser, row, choice, **data):
    url = reverse("admin:staff_decide", args=["proposal", row.public_id])
    return staff_pages.decide(browser, url, {"choice": choice, **data})


def test_the_tables_of_transitions_are_complete():
    assert set(PROPOSAL_TRANSITIONS) == set(ProposalState)
    assert set(EDITION_TRANSITIONS) == set(EditionState)


@pytest.mark.parametrize("name", ["xiazhuang", "secretary", "leader", "editor", "member"])
def test_only_district_staff_review(submitted, name):
    with pytest.raises(NotAllowed):
        actions.accept_proposal(submitted, actor=personas.make(name))


def test_an_officer_does_not_review_their_own(district, district_2):
    personas.person(name="何以安", account=district)
    own = actions.submit_proposal(actions.draft_proposal(actor=district, **TEXTS), actor=district)
    with pytest.raises(NotAllowed):
        actions.accept_proposal(own, actor=district)
    assert actions.accept_proposal(own, actor=district_2).state == "reviewed"


def test_an_officer_who_signs_does_not_review(submitted, district):
    personas.person(name="何以安", account=district)
    actions.cosign_proposal(submitted, actor=district)
    assert not permissions.can_review_proposal(district, fresh(submitted))


def test_returning_and_declining_need_words(submitted, district):
    with pytest.raises(ActionError) as refused:
        actions.return_proposal(submitted, actor=district, advice=" ")
    assert refused.value.code == "reason"
    with pytest.raises(ActionError) as refused:
        actions.decline_proposal(submitted, actor=district, reason="")
    assert (refused.value.code, fresh(submitted).state) == ("reason", "submitted")


def test_the_author_reads_the_advice(client_of, submitted, member, district):
    actions.return_proposal(submitted, actor=district, advice="请写清是哪一站")
    assert "请写清是哪一站" in Notice.objects.get(user=member, kind="services/proposal_returned").body
    assert "请写清是哪一站" in client_of(member).get(submitted.get_absolute_url()).content.decode()


def test_a_second_decision_is_refused(accepted, district_2):
    decided = actions.return_proposal(accepted, actor=district_2, advice="再想想")
    with pytest.raises(NotAllowed):
        actions.decline_proposal(decided, actor=district_2, reason="不行")


def test_a_decision_is_undone_by_who_made_it(submitted, district, district_2):
    declined = actions.decline_proposal(submitted, actor=district, reason="不归本区")
    with pytest.raises(NotAllowed):
        actions.undo_review(declined, actor=district_2)
    back = actions.undo_review(declined, actor=district)
    assert (back.state, back.advice, back.due_on) == ("submitted", "", submitted.due_on)


def test_similar_ones_are_found_by_their_words(submitted, other, district):
    assert [one.row for one in similar.to_merge_into(submitted, district)] == [other]
    assert not similar.alike("请开放公园", Proposal.objects.all(), "title", "situation", "wish")


def test_a_quote_in_a_title_is_no_error(submitted):
    assert similar.alike("公交' | 'x\\", Proposal.objects.all(), "title", "wish") is not None


def test_merged_on_the_page_with_a_found_one(client_of, submitted, other, district, friend, member):
    answer = decide(client_of(district), other, "merge", into=submitted.pk)
    assert answer.status_code == 302
    row = fresh(other)
    assert (row.state, row.merged_into, row.due_on) == ("merged", submitted, None)
    notice = set(Notice.objects.filter(kind__contains="proposal_").values_list("user", "kind"))
    assert {(friend.pk, "services/proposal_merged"), (member.pk, "services/proposal_joined")} <= notice


def test_only_a_found_one_can_be_chosen(client_of, submitted, other, district, member):
    far = {**TEXTS, "title": "公园长椅", "situation": "没有地方坐", "wish": "加椅子"}
    far = actions.submit_proposal(actions.draft_proposal(actor=member, **far), actor=member)
    assert decide(client_of(district), other, "merge", into=far.pk).status_code == 409
    assert fresh(other).state == "submitted"


@pytest.mark.parametrize("state", ["returned", "declined", "withdrawn", "merged"])
def test_it_is_not_merged_into_one_that_has_ended(submitted, other, district, state):
    fields = {"state": state, "advice": "…", "merged_into": other}
    Proposal.objects.filter(pk=submitted.pk).update(**fields)
    with pytest.raises(ActionError) as refused:
        actions.merge_proposal(other, actor=district, into=fresh(submitted))
    assert refused.value.code == "into"


def test_two_are_not_merged_into_each_other(submitted, other, district):
    actions.merge_proposal(other, actor=district, into=submitted)
    with pytest.raises(ActionError) as refused:
        actions.merge_proposal(submitted, actor=district, into=other)
    assert refused.value.code == "into"


def test_the_author_of_a_merged_one_asks_to_have_it_apart(submitted, other, district, friend):
    merged = actions.merge_proposal(other, actor=district, into=submitted)
    with pytest.raises(ActionError):
        actions.split_proposal(merged, actor=friend, reason="")
    apart = actions.split_proposal(merged, actor=friend, reason="说的是接驳车")
    assert (apart.state, apart.merged_into) == ("submitted", None)


def test_the_author_of_a_merged_one_follows_the_other(client_of, submitted, other, district, friend, unit):
    actions.merge_proposal(other, actor=district, into=submitted)
    actions.accept_proposal(submitted, actor=district)
    actions.forward_proposal(fresh(submitted), actor=district, department=unit)
    page = client_of(friend).get(other.get_absolute_url()).content.decode()
    assert "区交通运输部门" in page
    assert client_of(friend).get(submitted.get_absolute_url()).status_code == 404
    assert Notice.objects.filter(user=friend, kind="services/proposal_forwarded").exists()


def test_who_opened_it_is_recorded_for_its_author(client_of, submitted, district, member):
    client_of(district).get(submitted.get_absolute_url())
    client_of(member).get(submitted.get_absolute_url())
    assert Entry.objects.get(verb="proposal.read").user == member.public_id


def test_who_signs_and_is_asked_to_confirm_again_is_no_reader(client_of, draft, member, friend):
    actions.cosign_proposal(draft, actor=friend)
    actions.edit_proposal(draft, actor=member, wish="改过的")
    assert draft.cosigners.get().state == "asked"
    assert client_of(friend).get(draft.get_absolute_url()).status_code == 200
    assert not Entry.objects.filter(verb="proposal.read").exists()


@pytest.mark.parametrize("state", ProposalState.values)
def test_the_truth_table_of_the_author(submitted, member, state):
    submitted.state = state
    may = {
        "edit": permissions.can_edit_proposal(member, submitted),
        "withdraw": permissions.can_withdraw_proposal(member, submitted),
        "invite": permissions.can_invite(member, submitted),
        "rate": permissions.can_rate_answer(member, submitted),
        "review": permissions.can_review_proposal(member, submitted),
    }
    assert may == {
        "edit": state in ("draft", "returned"),
        "withdraw": state in ("draft", "submitted", "returned", "reviewed", "forwarded"),
        "invite": state in ("draft", "returned", "submitted"),
        "rate": state in ("answered", "closed"),
        "review": False,
    }


@pytest.mark.parametrize("state", ProposalState.values)
def test_the_truth_table_of_the_office(submitted, district, state):
    submitted.state = state
    may = (permissions.can_review_proposal(district, submitted), permissions.can_forward_proposal(district, submitted))
    assert may == (state in ("submitted", "reviewed"), state == "reviewed")


def test_what_was_merged_is_reviewed_alone_when_the_other_is_withdrawn(submitted, other, district, member, friend):
    actions.merge_proposal(other, actor=district, into=submitted)
    actions.withdraw_proposal(fresh(submitted), actor=member)
    row = fresh(other)
    assert (row.state, row.merged_into, row.due_on is not None) == ("submitted", None, True)
    assert Notice.objects.filter(user=friend, kind="services/proposal_apart").exists()
    assert Entry.objects.get(verb="proposal.split").actor == ""


def test_what_was_merged_is_reviewed_alone_when_the_other_is_declined(submitted, other, district, friend):
    actions.merge_proposal(other, actor=district, into=submitted)
    actions.decline_proposal(fresh(submitted), actor=district, reason="不归本区")
    assert fresh(other).state == "submitted"
    assert not Notice.objects.filter(user=friend, kind="services/proposal_declined").exists()


def test_the_other_one_has_a_step_when_they_are_apart_again(submitted, other, district):
    actions.merge_proposal(other, actor=district, into=submitted)
    actions.undo_review(fresh(other), actor=district)
    assert submitted.steps.filter(text=f"不再与 {fresh(other).number} 并在一起办").count() == 1
