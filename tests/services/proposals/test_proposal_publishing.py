"""公开: cleaned by one, checked by another; the consent of the author and of who signs; followers (domain.md rule 10)."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import todo_kind
from chengyang.platform.notices.models import Notice
from services import personal_traces
from services.models import CoSigner, Follower, Promise, ProposalEdition
from services.proposals import actions
from tests import personas

from .conftest import ANSWER, TEXTS, fresh

pytestmark = pytest.mark.django_db
WORDS = {name: TEXTS[name] for name in ("title", "situation", "wish")}


def clean(proposal, actor, **texts):
    return actions.clean_proposal(proposal, actor=actor, **{**WORDS, "answer": ANSWER, **texts})


def shown(client):
    return "夜间公交多停一站" in client.get("/proposals/").content.decode()


@pytest.mark.parametrize(
    "text",
    ["13812345678", "138 1234 5678", "+86 138-1234-5678", "37021419900101123X", "6222021234567890123", "a@b.example"],
)
def test_numbers_are_found_in_a_text(text):
    assert personal_traces.found_in(f"请找{text}问") == [text]


@pytest.mark.parametrize("text", ["400 人", "2026-11-30", "JY2026-0001", "20:30 到 21:00", "370214002"])
def test_other_numbers_are_not(text):
    assert personal_traces.found_in(text) == []


@pytest.mark.parametrize("field", ["title", "situation", "wish", "answer"])
def test_a_text_with_a_number_is_not_handed_on(answered, district, field):
    with pytest.raises(ActionError) as refused:
        clean(answered, district, **{field: "打 13812345678"})
    assert (refused.value.code, refused.value.field, ProposalEdition.objects.count()) == ("traces", field, 0)


def test_a_text_with_the_name_of_an_unnamed_author_is_not_handed_on(answered, district, member):
    with pytest.raises(ActionError) as refused:
        clean(answered, district, answer="林知夏同志：收到。")
    assert refused.value.field == "answer"
    actions.decide_openness(answered, actor=member, openness="named")
    assert clean(answered, district, answer="林知夏同志：收到。").state == "cleaned"


def test_who_cleaned_does_not_check(edition, district):
    with pytest.raises(NotAllowed):
        actions.publish_proposal(edition, actor=district)
    assert fresh(edition).state == "cleaned"


def test_before_the_check_nobody_sees_it(client, edition):
    assert not shown(client)
    assert client.get(edition.get_absolute_url()).status_code == 404


def test_after_the_check_everybody_reads_unit_and_dates(client, published):
    page = client.get(published.get_absolute_url()).content.decode()
    for words in ("区交通运输部门", ANSWER, "0 个工作日，期限 15 个", "末班车试行到 22:00", "作者未公开姓名"):
        assert words in page
    assert shown(client)


def test_the_words_of_the_edition_are_shown_and_not_those_of_the_author(client, answered, district, district_2):
    edition = clean(answered, district, situation="园区约 400 人晚上没有车")
    actions.publish_proposal(edition, actor=district_2)
    page = client.get(edition.get_absolute_url()).content.decode()
    assert "晚上没有车" in page
    assert TEXTS["situation"] not in page


def test_without_consent_nothing_is_cleaned(answered, member, district):
    actions.decide_openness(answered, actor=member, openness="closed")
    with pytest.raises(NotAllowed):
        clean(answered, district)


def test_a_consent_withdrawn_before_the_check_stops_it(edition, member, district_2):
    actions.decide_openness(edition.proposal, actor=member, openness="closed")
    with pytest.raises(NotAllowed):
        actions.publish_proposal(edition, actor=district_2)


def test_a_withdrawn_consent_takes_it_down_at_once(client, published, member):
    actions.decide_openness(published.proposal, actor=member, openness="closed")
    assert not shown(client)
    assert client.get(published.get_absolute_url()).status_code == 404
    assert client.get(f"/api/v1/proposals/{published.public_id}/").status_code == 404


def test_a_consent_given_again_needs_both_officers_again(client, published, member, district, district_2):
    proposal = published.proposal
    actions.decide_openness(proposal, actor=member, openness="closed")
    actions.decide_openness(proposal, actor=member, openness="unnamed")
    assert not shown(client)
    actions.publish_proposal(clean(fresh(proposal), district), actor=district_2)
    assert shown(client)


def test_nobody_else_decides(published, friend, district):
    for user in (friend, district):
        with pytest.raises(NotAllowed):
            actions.decide_openness(published.proposal, actor=user, openness="named")


def test_a_changed_edition_is_off_until_it_is_checked(client, published, district):
    clean(published.proposal, district, wish="改过")
    assert not shown(client)


def test_a_returned_edition_is_cleaned_again(edition, district, district_2):
    row = actions.return_edition(edition, actor=district_2, reason="还认得出公司")
    assert (row.state, row.reason) == ("returned", "还认得出公司")
    again = clean(edition.proposal, district)
    assert (again.state, again.reason, again.checked_by) == ("cleaned", "", None)


def test_the_name_of_the_author_goes_with_the_consent(client, published, member):
    url = published.get_absolute_url()
    actions.decide_openness(published.proposal, actor=member, openness="named")
    assert "林知夏" in client.get(url).content.decode()
    actions.decide_openness(published.proposal, actor=member, openness="unnamed")
    assert "林知夏" not in client.get(url).content.decode()


def test_a_name_in_the_text_takes_the_edition_down_when_it_is_to_be_hidden(
    client, answered, member, district, district_2
):
    actions.decide_openness(answered, actor=member, openness="named")
    actions.publish_proposal(clean(answered, district, answer="林知夏同志：好。"), actor=district_2)
    assert shown(client)
    actions.decide_openness(answered, actor=member, openness="unnamed")
    assert not shown(client)


def test_a_signer_is_named_only_with_their_consent(client, submitted, friend, member, district, district_2, unit):
    from services.proposals import actions

    row = actions.cosign_proposal(submitted, actor=friend)
    actions.accept_proposal(submitted, actor=district)
    referral = actions.forward_proposal(fresh(submitted), actor=district, department=unit)
    actions.answer_by_link(referral.links.get(), answer=ANSWER, result="adopted")
    edition = actions.publish_proposal(clean(fresh(submitted), district), actor=district_2)

    def names():
        page = client.get(edition.get_absolute_url()).content.decode()
        return "古丽米热·艾山" in page, "还有人附议，未公开姓名" in page

    assert names() == (False, True)
    actions.show_cosigner(row, actor=friend, shows_name=True)
    assert names() == (True, False)
    actions.withdraw_cosigning(row, actor=friend)
    assert names() == (False, False)


def test_officers_and_the_author_take_it_down_with_a_reason(client, published, member, district, friend):
    with pytest.raises(NotAllowed):
        actions.take_down(published, actor=friend, reason="…")
    with pytest.raises(ActionError):
        actions.take_down(published, actor=district, reason="")
    actions.take_down(published, actor=district, reason="答复有误")
    assert not shown(client)
    assert "答复有误" in Notice.objects.get(user=member, kind="services/proposal_taken_down").body


# ---- followers ------------------------------------------------------------------------------------------------------
def test_followers_are_notified_and_not_after_they_stop(published, stranger, district):
    actions.follow_proposal(published, actor=stranger)
    actions.follow_proposal(published, actor=stranger)
    assert Follower.objects.count() == 1
    promise = Promise.objects.get()
    actions.move_promise(promise, actor=district, due_on=promise.due_on.replace(year=2030), reason="车没到")
    notice = Notice.objects.get(user=stranger, kind="services/proposal_news")
    assert notice.url == published.get_absolute_url()
    actions.unfollow_proposal(published, actor=stranger)
    actions.keep_promise(fresh(promise), actor=district, note="好")
    assert Notice.objects.filter(user=stranger).count() == 1


def test_what_is_down_is_not_followed_and_tells_nothing(published, stranger, member, district):
    actions.follow_proposal(published, actor=stranger)
    actions.decide_openness(published.proposal, actor=member, openness="closed")
    actions.keep_promise(Promise.objects.get(), actor=district, note="好")
    assert not Notice.objects.filter(user=stranger).exists()
    with pytest.raises(ActionError):
        actions.follow_proposal(published, actor=district)


def test_nobody_reads_who_follows(published, stranger, member, district):
    actions.follow_proposal(published, actor=stranger)
    assert [Follower.objects.visible_to(user).count() for user in (stranger, member, district)] == [1, 0, 0]


def test_notes_of_a_promise_are_not_public(client, published, district):
    actions.keep_promise(Promise.objects.get(), actor=district, note="和岑工去看过")
    page = client.get(published.get_absolute_url()).content.decode()
    assert "做到" in page
    assert "岑工" not in page


def test_a_promise_that_nobody_checked_is_not_public(client, published, district):
    referral = published.proposal.referrals.get()
    day = Promise.objects.get().due_on
    actions.add_promise(referral, actor=district, what="还没核过的一件", due_on=day)
    assert "还没核过的一件" not in client.get(published.get_absolute_url()).content.decode()
    assert "还没核过的一件" not in client.get(f"/api/v1/proposals/{published.public_id}/").content.decode()


@pytest.mark.parametrize(("count", "shown"), [(1, False), (4, False), (5, True)])
def test_few_followers_and_signers_are_not_counted_in_public(client, published, count, shown):
    for number in range(count):
        account = personas.user(f"附议{number}")
        CoSigner.objects.create(proposal=published.proposal, user=account)
        actions.follow_proposal(published, actor=account)
    page = client.get(published.get_absolute_url()).content.decode()
    listed = client.get(reverse("services:proposals")).content.decode()
    assert ("另有 5 人附议" in page, "人关注" in page, "5 人关注" in listed) == (shown, shown, shown)
    assert ("还有人附议" in page) is not shown


def test_who_did_not_confirm_the_words_is_not_named(client, published, friend):
    CoSigner.objects.create(proposal=published.proposal, user=friend, state="asked", shows_name=True)
    page = client.get(published.get_absolute_url()).content.decode()
    assert "古丽米热·艾山" not in page
    assert "人附议，未公开姓名" not in page


def test_a_consent_given_again_brings_the_edition_back_to_the_office(published, member, district):
    actions.decide_openness(published.proposal, actor=member, openness="closed")
    assert published.proposal not in todo_kind("proposal-clean").waiting(district)
    actions.decide_openness(published.proposal, actor=member, openness="unnamed")
    assert fresh(published).state == "returned"
    assert published.proposal in todo_kind("proposal-clean").waiting(district)


def test_a_promise_that_the_first_officer_has_not_seen_is_not_published(edition, answered, district_2):
    referral = answered.referrals.get()
    actions.add_promise(referral, actor=district_2, what="再加一班", due_on=clock.today() + dt.timedelta(days=30))
    assert fresh(edition).state == "returned"
    with pytest.raises(NotAllowed):
        actions.publish_proposal(fresh(edition), actor=district_2)
    assert not Promise.objects.filter(is_public=True).exists()
