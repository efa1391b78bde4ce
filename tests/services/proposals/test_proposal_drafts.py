"""建言: drafts, who signs with the author, submitting and taking back (domain.md rule 10)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from chengyang.platform.workdays import deadlines
from services.models import Proposal
from services.proposals import actions, links
from tests import personas
from tests.files.conftest import PDF

from .conftest import TEXTS, fresh

pytestmark = pytest.mark.django_db


def sign(row, user, **options):
    return actions.cosign_proposal(row, actor=user, **options)


def test_a_draft_is_read_by_its_author_only(draft, member, district, friend):
    seen = [Proposal.objects.visible_to(user).filter(pk=draft.pk).exists() for user in (member, district, friend)]
    assert seen == [True, False, False]


def test_only_registered_persons_propose(stranger, sysadmin):
    for user in (stranger, sysadmin):
        with pytest.raises(NotAllowed):
            actions.draft_proposal(actor=user, **TEXTS)


def test_the_same_draft_sent_twice_is_one(draft, member):
    assert actions.draft_proposal(actor=member, **TEXTS).pk == draft.pk


def test_there_are_at_most_ten_drafts(member):
    for n in range(10):
        actions.draft_proposal(actor=member, **{**TEXTS, "title": f"第{n}件"})
    with pytest.raises(ActionError) as refused:
        actions.draft_proposal(actor=member, **{**TEXTS, "title": "第十一件"})
    assert refused.value.code == "many"


def test_a_title_that_is_too_long_is_refused(member):
    with pytest.raises(ActionError) as refused:
        actions.draft_proposal(actor=member, **{**TEXTS, "title": "长" * 31})
    assert (refused.value.field, Proposal.objects.count()) == ("title", 0)


def test_numbers_of_a_year_follow_each_other(member):
    rows = [actions.draft_proposal(actor=member, **{**TEXTS, "title": f"第{n}件"}) for n in (1, 2)]
    numbers = [actions.submit_proposal(row, actor=member).number for row in rows]
    year = clock.today().year
    assert numbers == [f"JY{year}-0001", f"JY{year}-0002"]


def test_the_office_has_seven_working_days(submitted):
    assert submitted.due_on == deadlines.due_on(clock.today(), 7)


def test_the_office_is_notified_and_the_author_too(submitted, member, district, district_2):
    kinds = set(Notice.objects.values_list("user", "kind"))
    waiting = {(user.pk, "services/proposal_waiting") for user in (district, district_2)}
    assert kinds == {(member.pk, "services/proposal_received"), *waiting}


def test_a_submitted_one_is_not_changed(submitted, member):
    with pytest.raises(NotAllowed):
        actions.edit_proposal(submitted, actor=member, title="另一件")


def test_changed_words_are_found_by_the_search(draft, member):
    actions.edit_proposal(draft, actor=member, wish="请装一座天桥")
    assert Proposal.objects.search("天桥").get() == draft
    assert not Proposal.objects.search("先试一个月").exists()


# ---- co-signers -----------------------------------------------------------------------------------------------------
def test_who_signs_reads_it_from_then_on(draft, friend):
    sign(draft, friend)
    assert Proposal.objects.visible_to(friend).get() == draft


def test_signing_twice_is_one_signature(draft, friend):
    assert sign(draft, friend).pk == sign(draft, friend).pk
    assert draft.steps.count() == 1


def test_the_author_does_not_sign(draft, member):
    with pytest.raises(NotAllowed):
        sign(draft, member)


def test_a_guest_does_not_sign(draft, stranger):
    with pytest.raises(NotAllowed):
        sign(draft, stranger)


def test_nobody_signs_after_the_review(accepted, friend):
    with pytest.raises(NotAllowed):
        sign(accepted, friend)


def test_changed_words_are_confirmed_again(draft, member, friend):
    row = sign(draft, friend)
    actions.edit_proposal(draft, actor=member, wish="改成别的")
    assert fresh(row).state == "asked"
    assert Notice.objects.filter(user=friend, kind="services/proposal_changed").count() == 1
    assert sign(draft, friend).state == "confirmed"


def test_another_openness_needs_no_confirmation(draft, member, friend):
    row = sign(draft, friend)
    actions.edit_proposal(draft, actor=member, openness="closed", joinable=True)
    assert fresh(row).state == "confirmed"


def test_a_signature_is_withdrawn_without_asking_and_reads_no_more(submitted, friend):
    row = sign(submitted, friend, shows_name=True)
    row = actions.withdraw_cosigning(row, actor=friend)
    assert (row.state, row.shows_name) == ("withdrawn", False)
    assert not Proposal.objects.visible_to(friend).exists()


def test_nobody_withdraws_the_signature_of_somebody_else(submitted, friend, member):
    row = sign(submitted, friend)
    with pytest.raises(NotAllowed):
        actions.withdraw_cosigning(row, actor=member)


def test_there_are_at_most_twenty(draft):
    for n in range(20):
        account = personas.user(f"signer-{n}")
        personas.person(name=f"署名{n}", account=account)
        sign(draft, account)
    account = personas.user("signer-20")
    personas.person(name="第二十一", account=account)
    with pytest.raises(ActionError) as refused:
        sign(draft, account)
    assert refused.value.code == "many"


def test_the_link_opens_until_it_is_renewed(client_of, draft, member, friend):
    path = links.invitation_path(draft)
    assert client_of(friend).get(path).status_code == 200
    actions.renew_invitation(draft, actor=member)
    assert client_of(friend).get(path).status_code == 404
    assert client_of(friend).get(links.invitation_path(fresh(draft))).status_code == 200


def test_the_link_of_a_visitor_leads_to_the_sign_in(client, draft):
    answer = client.get(links.invitation_path(draft))
    assert answer.status_code == 302
    assert TEXTS["wish"] not in answer.content.decode()


def test_other_signers_read_how_many_and_not_who(client_of, submitted, friend):
    other = personas.user("other")
    personas.person(name="祝云帆", account=other)
    sign(submitted, friend)
    sign(submitted, other)
    page = client_of(other).get(submitted.get_absolute_url()).content.decode()
    assert "祝云帆" in page
    assert "古丽米热·艾山" not in page
    assert "另有 1 人" in page


# ---- the end --------------------------------------------------------------------------------------------------------
def test_a_draft_is_deleted_with_its_files_and_its_history(draft, member):
    actions.edit_proposal(draft, actor=member, uploads=[SimpleUploadedFile("问题.pdf", PDF)])
    assert File.objects.count() == 1
    actions.discard_draft(draft, actor=member)
    assert (Proposal.objects.count(), File.objects.count()) == (0, 0)


def test_a_submitted_one_is_withdrawn_and_not_deleted(submitted, member):
    with pytest.raises(NotAllowed):
        actions.discard_draft(submitted, actor=member)
    assert actions.withdraw_proposal(submitted, actor=member).state == "withdrawn"


def test_withdrawing_ends_the_link_of_the_department(client, link, member):
    actions.withdraw_proposal(link.referral.proposal, actor=member)
    assert client.get(links.path_of(link)).status_code == 410
    assert fresh(link.referral).state == "recalled"


def test_what_is_withdrawn_is_closed_to_officers(submitted, member, district):
    actions.withdraw_proposal(submitted, actor=member)
    assert not Proposal.objects.visible_to(district).exists()


def test_an_answered_one_is_not_withdrawn(answered, member):
    with pytest.raises(NotAllowed):
        actions.withdraw_proposal(answered, actor=member)


def test_a_returned_one_keeps_its_number(submitted, member, district):
    actions.return_proposal(submitted, actor=district, advice="请写清是哪一站")
    again = actions.submit_proposal(submitted, actor=member)
    assert (again.number, again.state, again.advice) == (submitted.number, "submitted", "")


def test_the_author_reads_every_step_with_its_date(client_of, answered, member):
    page = client_of(member).get(answered.get_absolute_url()).content.decode()
    for words in ("提出", "审核通过", "转给区交通运输部门", "答复：采用", "用了 0 个工作日"):
        assert words in page
    assert answered.steps.count() == 4


def test_the_link_shows_nothing_once_the_office_has_decided_or_it_was_taken_back(client_of, draft, member, friend):
    path = links.invitation_path(draft)
    actions.submit_proposal(draft, actor=member)
    actions.withdraw_proposal(fresh(draft), actor=member)
    page = client_of(friend).get(path).content.decode()
    assert "这件不能再附议了" in page
    assert TEXTS["title"] not in page
    assert TEXTS["wish"] not in page


def test_who_signs_is_led_from_the_link_to_the_proposal(client_of, submitted, friend, district):
    sign(submitted, friend)
    actions.accept_proposal(submitted, actor=district)
    answer = client_of(friend).get(links.invitation_path(submitted))
    assert (answer.status_code, answer["Location"]) == (302, submitted.get_absolute_url())


def test_a_signature_of_changed_words_is_confirmed_only_while_it_counts(client_of, submitted, member, friend, district):
    sign(submitted, friend)
    actions.return_proposal(submitted, actor=district, advice="写清")
    actions.edit_proposal(fresh(submitted), actor=member, wish="改成别的")
    url = submitted.get_absolute_url()
    assert "我确认" in client_of(friend).get(url).content.decode()
    actions.accept_proposal(actions.submit_proposal(submitted, actor=member), actor=district)
    page = client_of(friend).get(url).content.decode()
    assert "我确认" not in page
    assert "不算附议" in page


def test_what_is_typed_while_it_was_submitted_elsewhere_is_refused_and_kept(client_of, submitted, member, friend):
    url = f"{submitted.get_absolute_url()}edit/"
    data = {**TEXTS, "wish": "改了一半的话", "openness": "unnamed"}
    answer = client_of(member).post(url, data)
    assert (answer.status_code, "改了一半的话" in answer.content.decode()) == (409, True)
    assert fresh(submitted).wish == TEXTS["wish"]
    assert client_of(member).get(url).status_code == 403
    sign(submitted, friend)
    assert client_of(friend).post(url, data).status_code == 403
