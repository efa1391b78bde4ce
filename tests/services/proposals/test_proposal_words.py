"""The words that others read: promises in public, and notices that say to each what is true for them."""

import pytest

from chengyang.errors import ActionError
from chengyang.platform.notices.models import Notice
from services.models import CoSigner, Follower, Promise, Proposal, ProposalEdition
from services.proposals import actions, forms
from services.proposals.todos import CheckEdition, CleanProposal

from .conftest import ANSWER, fresh
from .test_proposal_flow import decide
from .test_proposal_publishing import WORDS
from .test_proposal_review import other as other  # a fixture

pytestmark = pytest.mark.django_db
NAMED, CLEAN = "与林知夏同志对接", "与提出人对接"


# ---- the public words of a promise ----------------------------------------------------------------------------------
@pytest.fixture
def named(answered, member):
    """The promise of an answered one, with the name of its author, who agreed to it and later did not."""
    Promise.objects.update(what=NAMED)
    return Promise.objects.get()


def clean(proposal, actor, **promises):
    return actions.clean_proposal(fresh(proposal), actor=actor, **WORDS, answer=ANSWER, promises=promises)


def test_a_promise_with_a_name_is_reworded_and_published(
    client, client_of, answered, named, district, district_2, member
):
    field = f"promise_{named.public_id}"
    texts = {**WORDS, "answer": ANSWER}
    decide(client_of(district), "proposal-clean", answered, "clean", **texts, **{field: CLEAN})
    edition = ProposalEdition.objects.get()
    rows = [str(row.value) for row in CheckEdition().detail_rows(edition, district_2)]
    assert (CLEAN in rows, NAMED in rows) == (True, False)
    decide(client_of(district_2), "proposal-check", edition, "publish")
    actions.keep_promise(named, actor=district, note="已做")  # which stands among the steps of the page, too
    page = client.get(edition.get_absolute_url()).content.decode()
    assert (CLEAN in page, "林知夏" in page) == (True, False)
    assert NAMED in client_of(member).get(answered.get_absolute_url()).content.decode()
    api = client.get(f"/api/v1/proposals/{edition.public_id}/").json()
    assert [one["what"] for one in api["promises"]] == [CLEAN]


def test_followers_read_the_public_words(answered, named, district, district_2, friend, member):
    edition = actions.publish_proposal(clean(answered, district, **{named.public_id: CLEAN}), actor=district_2)
    Follower.objects.create(edition=edition, user=friend)
    actions.keep_promise(named, actor=district, note="已做")
    assert CLEAN in Notice.objects.get(user=friend, kind="services/proposal_news").body
    assert NAMED in Notice.objects.get(user=member, kind="services/proposal_progress").body


def test_a_name_is_not_left_in_the_words(answered, named, district):
    for words in (NAMED, ""):
        with pytest.raises(ActionError) as refused:
            clean(answered, district, **{named.public_id: words})
        assert (refused.value.code, refused.value.field) == ("traces", f"promise_{named.public_id}")
    form = CleanProposal().fields(answered, district)
    assert form[f"promise_{named.public_id}"].initial == NAMED


def test_a_reworded_promise_is_public_after_the_second_officer_only(published, district, district_2):
    row = Promise.objects.get()
    assert row.is_public
    edition = clean(published.proposal, district, **{row.public_id: "试行到 22 点"})
    assert (fresh(row).is_public, fresh(row).what == row.what) == (False, True)
    actions.publish_proposal(edition, actor=district_2)
    assert (fresh(row).is_public, fresh(row).shown_what) == (True, "试行到 22 点")


# ---- a promise that is hidden later ----------------------------------------------------------------------------------
@pytest.fixture
def hidden(answered, member, friend, stranger, district, district_2):
    """A published one with a promise that has the name of its author, who has just changed their mind about the name."""
    actions.decide_openness(answered, actor=member, openness="named")
    Promise.objects.update(what=NAMED)
    edition = actions.publish_proposal(clean(answered, district), actor=district_2)
    for user in (friend, stranger, member):
        Follower.objects.create(edition=edition, user=user)
    Notice.objects.all().delete()
    actions.decide_openness(fresh(answered), actor=member, openness="unnamed")
    return edition


def kinds_for(user):
    return sorted(Notice.objects.filter(user=user).values_list("kind", flat=True))


def test_a_promise_that_is_hidden_is_notified_once(client, hidden, member, friend, stranger):
    assert (fresh(hidden).state, NAMED in client.get(hidden.get_absolute_url()).content.decode()) == (
        "published",
        False,
    )
    assert kinds_for(member) == ["services/promise_hidden"]
    assert NAMED in last_notice(member, "promise_hidden")
    for user in (friend, stranger):
        assert kinds_for(user) == ["services/proposal_news"]
        text = last_notice(user, "proposal_news")
        assert ("1 件先不公开" in text, "林知夏" in text) == (True, False)


def test_the_office_words_a_hidden_promise_anew(client, client_of, hidden, member, district, district_2):
    proposal, row = hidden.proposal, Promise.objects.get()
    assert kinds_for(district) == ["services/promise_to_reword"]
    assert CleanProposal().waiting(district).get() == proposal
    assert "公开页上没有" in str([str(one.note) for one in CleanProposal().detail_rows(proposal, district)])
    for user in (member, district):
        assert "有 1 件不在公开页上" in client_of(user).get(proposal.get_absolute_url()).content.decode()
    actions.publish_proposal(clean(proposal, district, **{row.public_id: CLEAN}), actor=district_2)
    assert not CleanProposal().waiting(district).exists()
    assert "不在公开页上" not in client_of(member).get(proposal.get_absolute_url()).content.decode()
    assert CLEAN in client.get(hidden.get_absolute_url()).content.decode()


def test_what_goes_off_as_a_whole_says_nothing_of_its_promises(published, member, friend):
    ProposalEdition.objects.update(situation="林知夏说的")
    Promise.objects.update(what=NAMED)
    Follower.objects.create(edition=published, user=friend)
    Proposal.objects.update(openness="named")
    actions.decide_openness(fresh(published.proposal), actor=member, openness="unnamed")
    assert (fresh(published).state, fresh(Promise.objects.get()).is_public) == ("returned", False)
    assert not Notice.objects.filter(kind__in=["services/promise_hidden", "services/promise_to_reword"]).exists()
    assert not Notice.objects.filter(user=friend, kind="services/proposal_news").exists()


def test_the_second_officer_publishes_no_promise_with_a_name(answered, member, district, district_2):
    actions.decide_openness(answered, actor=member, openness="named")
    Promise.objects.update(what=NAMED)
    edition = clean(answered, district)
    actions.decide_openness(fresh(answered), actor=member, openness="unnamed")
    with pytest.raises(ActionError) as refused:
        actions.publish_proposal(fresh(edition), actor=district_2)
    assert (refused.value.code, fresh(edition).state) == ("traces", "cleaned")


def test_a_promise_written_down_later_is_published_by_two_officers_too(published, district):
    day = Promise.objects.get().due_on
    actions.add_promise(published.proposal.referrals.get(), actor=district, what="再加一班", due_on=day)
    assert CleanProposal().waiting(district).get() == published.proposal


def test_who_signs_and_follows_is_notified_once(published, friend, district):
    CoSigner.objects.create(proposal=published.proposal, user=friend)
    Follower.objects.create(edition=published, user=friend)
    Notice.objects.all().delete()
    actions.keep_promise(Promise.objects.get(), actor=district, note="好")
    assert kinds_for(friend) == ["services/proposal_progress"]


# ---- notices --------------------------------------------------------------------------------------------------------
@pytest.fixture
def signer(submitted, leader):
    actions.cosign_proposal(submitted, actor=leader)
    return leader


def last_notice(user, kind):
    row = Notice.objects.filter(user=user, kind=f"services/{kind}").latest("pk")
    return row.title + row.body


def test_each_reads_what_is_true_for_them(submitted, other, member, friend, signer, district, district_2, unit):
    actions.merge_proposal(other, actor=district, into=submitted)
    actions.accept_proposal(fresh(submitted), actor=district)
    link = actions.forward_proposal(fresh(submitted), actor=district, department=unit).links.get()
    actions.answer_by_link(link, answer=ANSWER, result="adopted")
    texts = {user.pk: last_notice(user, "proposal_answered") for user in (member, signer, friend)}
    assert "评价满不满意" in texts[member.pk]
    for user in (signer, friend):
        assert ("你的建言有了答复" in texts[user.pk], "评价" in texts[user.pk]) == (False, False)
    assert "你附议的" in texts[signer.pk]
    assert "并在一起办" in texts[friend.pk]
    edition = clean(submitted, district)
    actions.publish_proposal(edition, actor=district_2)
    assert "想撤下" in last_notice(member, "proposal_published")
    text = last_notice(signer, "proposal_published")
    assert ("想撤下" in text, "你附议的" in text) == (False, True)
    assert "没有公开" in last_notice(friend, "proposal_published")


@pytest.mark.parametrize("openness", ["named", "unnamed", "closed"])
def test_the_office_reads_whether_an_answer_is_published(link, member, district, openness):
    actions.decide_openness(link.referral.proposal, actor=member, openness=openness)
    actions.answer_by_link(link, answer=ANSWER, result="partly")
    kinds = set(Notice.objects.filter(user=district).values_list("kind", flat=True))
    is_closed = openness == "closed"
    assert ("services/proposal_answer_arrived" in kinds, "services/proposal_to_publish" in kinds) == (
        is_closed,
        not is_closed,
    )
    text = last_notice(district, "proposal_answer_arrived" if is_closed else "proposal_to_publish")
    assert ("可以公开了" in text, "部分采用" in text) == (not is_closed, is_closed)


def test_what_is_returned_to_be_cleaned_says_why(edition, district, district_2):
    actions.return_edition(edition, actor=district_2, reason="还能认出是谁")
    text = last_notice(district, "proposal_to_publish")
    assert ("还能认出是谁" in text, "可以公开了" in text) == (True, False)


def test_who_learnt_of_a_refusal_learns_that_it_was_undone(submitted, signer, district):
    actions.decline_proposal(submitted, actor=district, reason="不归本区")
    actions.undo_review(fresh(submitted), actor=district)
    assert last_notice(signer, "proposal_declined")
    assert last_notice(signer, "proposal_review_undone")


def test_a_signer_has_nothing_to_work_on(submitted, signer, member):
    actions.withdraw_proposal(submitted, actor=member)
    assert "不用再办" not in last_notice(signer, "proposal_withdrawn")


def test_the_forms_say_who_reads_and_how_much():
    assert "承办单位" not in str(forms.RateForm.base_fields["words"].help_text)
    data = {"choice": "keep", "words": "长" * 201}
    assert "200" in str(forms.UnitPromiseForm(data).errors["words"])
    assert forms.UnitPromiseForm({**data, "choice": "drop"}).is_valid()
