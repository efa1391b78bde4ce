"""The words that others read: promises in public, and notices that say to each what is true for them."""

import pytest

from chengyang.errors import ActionError
from chengyang.platform.notices.models import Notice
from services.models import Follower, Promise, ProposalEdition
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
