"""更正答复: a department corrects its answer when the office asks for it; the former one stays (domain.md rule 10)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from services import tasks
from services.models import AnswerCorrection, CoSigner, Promise, ProposalEdition
from services.proposals import actions, figures, links
from services.proposals.todos import DuePromise, edition_fields
from tests import staff_pages

from .conftest import ANSWER, TEXTS, fresh
from .test_proposal_care import pdf, picture
from .test_proposal_referrals import enter, send

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NEW = "延长班次从 10月8日 起，不是 9月8日。"


@pytest.fixture
def referral(answered):
    return answered.referrals.get()


@pytest.fixture
def asked(referral, district):
    return actions.reopen_answer(referral, actor=district, reason="日子写错了")


@pytest.fixture
def new_link(asked):
    return asked.referral.links.get(ended_at__isnull=True)


def test_the_office_asks_with_a_reason_that_the_department_reads(client, new_link, unit, member):
    enter(client, new_link)
    page = client.get(links.path_of(new_link)).content.decode()
    assert "日子写错了" in page
    assert ANSWER in page
    assert Notice.objects.get(kind="services/proposal_correction_link").address == unit.phone
    assert "日子写错了" in Notice.objects.get(user=member, kind="services/proposal_answer_reopened").body


def test_asking_needs_a_reason_and_an_officer(referral, district, member):
    with pytest.raises(ActionError):
        actions.reopen_answer(referral, actor=district, reason=" ")
    with pytest.raises(NotAllowed):
        actions.reopen_answer(referral, actor=member, reason="不满意")
    assert not AnswerCorrection.objects.exists()


def test_nothing_is_corrected_before_the_answer(forwarded, district):
    with pytest.raises(ActionError) as refused:
        actions.reopen_answer(forwarded, actor=district, reason="…")
    assert refused.value.code == "state"


def test_asking_twice_is_one_correction(referral, asked, district):
    assert actions.reopen_answer(referral, actor=district, reason="还是错的").pk == asked.pk
    assert AnswerCorrection.objects.count() == 1


def test_the_former_answer_stays_as_replaced(client, client_of, new_link, member):
    enter(client, new_link)
    answer = send(client, new_link, do="answer", answer=NEW, result="partly")
    assert answer.status_code == 200
    row = AnswerCorrection.objects.get()
    assert (row.answer, row.result, row.referral.answer, row.referral.result) == (ANSWER, "adopted", NEW, "partly")
    page = client_of(member).get(row.referral.proposal.get_absolute_url()).content.decode()
    assert f"<del>{ANSWER}</del>" in page
    assert NEW in page


def test_the_link_ends_with_the_correction(new_link):
    actions.correct_answer(new_link, answer=NEW, result="adopted")
    with pytest.raises(ActionError) as refused:
        actions.correct_answer(new_link, answer="再改", result="adopted")
    assert refused.value.code == "link"


def test_a_link_for_reports_corrects_nothing(referral, district):
    link = actions.renew_link(referral, actor=district)
    with pytest.raises(ActionError) as refused:
        actions.correct_answer(link, answer=NEW, result="adopted")
    assert (refused.value.code, fresh(referral).answer) == ("state", ANSWER)


def test_the_same_answer_is_no_correction(new_link):
    with pytest.raises(ActionError) as refused:
        actions.correct_answer(new_link, answer=f" {ANSWER} ", result="adopted")
    assert refused.value.code == "same"


def test_another_file_alone_is_a_correction(new_link, referral):
    actions.correct_answer(new_link, answer=ANSWER, result="adopted", uploads=[pdf()])
    row = AnswerCorrection.objects.get()
    assert (row.answer, fresh(referral).answer) == (ANSWER, ANSWER)
    assert File.objects.get().attached_id == referral.public_id


def test_corrected_words_keep_the_files_of_the_answer(link, district):
    referral = actions.answer_by_link(link, answer=ANSWER, result="adopted", uploads=[pdf()])
    actions.reopen_answer(referral, actor=district, reason="日子写错了")
    actions.correct_answer(referral.links.get(ended_at__isnull=True), answer=NEW, result="adopted")
    assert File.objects.get().attached_id == referral.public_id


def test_the_day_of_the_answer_stays_the_first_one(new_link, referral, settings):
    settings.PORTAL_CLOCK = clock.now() + 10 * DAY
    actions.correct_answer(new_link, answer=NEW, result="adopted")
    assert fresh(referral).answered_at == referral.answered_at
    assert figures.of_year(clock.today().year).total.answered == 1


def test_the_author_rates_the_corrected_answer_anew(answered, member, district, settings):
    actions.rate_answer(answered, actor=member, rating=1)
    actions.keep_promise(Promise.objects.get(), actor=district, note="好")
    assert fresh(answered).state == "closed"
    actions.reopen_answer(answered.referrals.get(), actor=district, reason="写错了")
    settings.PORTAL_CLOCK = clock.now() + 40 * DAY
    link = actions.renew_link(answered.referrals.get(), actor=district)
    actions.correct_answer(link, answer=NEW, result="adopted")
    assert (fresh(answered).state, fresh(answered).rating) == ("answered", None)
    tasks.run_periodic()
    assert fresh(answered).state == "answered"
    assert actions.rate_answer(fresh(answered), actor=member, rating=3).state == "closed"


def test_it_is_not_closed_while_a_correction_waits(answered, asked, member, district):
    actions.keep_promise(Promise.objects.get(), actor=district, note="好")
    assert actions.rate_answer(answered, actor=member, rating=3).state == "answered"


def test_a_published_one_goes_off_until_two_officers_checked_the_new_answer(client, published, district, member):
    referral = published.proposal.referrals.get()
    actions.reopen_answer(referral, actor=district, reason="写错了")
    assert client.get(published.get_absolute_url()).status_code == 200
    actions.correct_answer(referral.links.get(ended_at__isnull=True), answer=NEW, result="adopted")
    assert client.get(published.get_absolute_url()).status_code == 404
    assert ProposalEdition.objects.get().state == "returned"


def test_the_officer_cleans_the_new_words(published, district):
    referral = published.proposal.referrals.get()
    assert edition_fields(published.proposal, district)["answer"].initial == ANSWER
    actions.reopen_answer(referral, actor=district, reason="写错了")
    actions.correct_answer(referral.links.get(ended_at__isnull=True), answer=NEW, result="adopted")
    assert edition_fields(fresh(published.proposal), district)["answer"].initial == NEW


def test_what_an_officer_took_down_stays_down(published, district):
    actions.take_down(published, actor=district, reason="有误")
    referral = published.proposal.referrals.get()
    actions.reopen_answer(referral, actor=district, reason="写错了")
    actions.correct_answer(referral.links.get(ended_at__isnull=True), answer=NEW, result="adopted")
    assert fresh(published).state == "down"


def test_the_office_no_longer_asks(asked, referral, district):
    actions.cancel_correction(referral, actor=district)
    assert (AnswerCorrection.objects.count(), referral.links.filter(ended_at__isnull=True).count()) == (0, 0)
    with pytest.raises(ActionError):
        actions.cancel_correction(referral, actor=district)


def test_the_buttons_of_the_office(client_of, referral, district, member):
    url = referral.proposal.get_absolute_url()
    office, author = client_of(district), client_of(member)
    assert "请单位更正" in office.get(url).content.decode()
    assert "答复有误" not in author.get(url).content.decode()
    refused = office.post(f"/services/referrals/{referral.public_id}/correct/", {"reason": ""})
    assert refused.context["forms"]["correct"].errors
    assert office.post(f"/services/referrals/{referral.public_id}/correct/", {"reason": "写错了"}).status_code == 302
    assert "不用更正了" in office.get(url).content.decode()
    assert office.post(f"/services/referrals/{referral.public_id}/correct/cancel/").status_code == 302
    assert not AnswerCorrection.objects.exists()


def test_former_answers_are_erased_with_the_proposal(new_link, member):
    from .test_proposal_upkeep import leave

    actions.correct_answer(new_link, answer=NEW, result="adopted")
    actions.erase_proposals(leave(member))
    assert not AnswerCorrection.objects.exists()
    assert not AnswerCorrection.pgh_event_model.objects.exists()


# ---- a result that was recorded wrongly -----------------------------------------------------------------------------
def test_a_kept_promise_is_open_again_and_its_readers_learn_why(answered, member, district):
    row = actions.keep_promise(Promise.objects.get(), actor=district, note="试行了")
    back = actions.reopen_promise(row, actor=district, reason="只开了一天")
    assert (back.state, back.done_on, back.note) == ("open", None, "")
    newest = Notice.objects.filter(user=member, kind="services/proposal_progress").order_by("-pk").first()
    assert "只开了一天" in newest.body


def test_a_closed_one_is_followed_again(answered, member, district):
    actions.rate_answer(answered, actor=member, rating=3)
    row = actions.drop_promise(Promise.objects.get(), actor=district, reason="没有车")
    assert fresh(answered).state == "closed"
    actions.reopen_promise(row, actor=district, reason="车有了")
    assert fresh(answered).state == "answered"


def test_only_an_officer_takes_a_result_back_and_only_a_result(answered, member, district):
    row = Promise.objects.get()
    with pytest.raises(ActionError) as refused:
        actions.reopen_promise(row, actor=district, reason="…")
    assert refused.value.code == "state"
    row = actions.keep_promise(row, actor=district, note="好")
    with pytest.raises(NotAllowed):
        actions.reopen_promise(row, actor=member, reason="没做")


@pytest.mark.parametrize("option", ["keep", "drop"])
def test_a_decision_on_a_promise_is_undone_in_the_queue(client_of, answered, district, option):
    row = Promise.objects.get()
    url = reverse("admin:staff_decide", args=["proposal-promise", row.public_id])
    data = {"choice": option, "reason": "试行了", "done_on": clock.today().isoformat()}
    page = staff_pages.decide(client_of(district), url, data)
    assert page.status_code == 302
    assert fresh(row).state == {"keep": "done", "drop": "dropped"}[option]
    assert option in DuePromise.undoes
    DuePromise().undo(fresh(row), option, actor=district)
    assert (fresh(row).state, fresh(row).reason) == ("open", "记错了")


def test_the_officer_takes_it_back_on_the_page(client_of, answered, district):
    row = actions.keep_promise(Promise.objects.get(), actor=district, note="好")
    browser = client_of(district)
    assert "记错了，撤销" in browser.get(answered.get_absolute_url()).content.decode()
    assert browser.post(f"/services/promises/{row.public_id}/reopen/", {"reason": ""}).status_code != 302
    assert browser.post(f"/services/promises/{row.public_id}/reopen/", {"reason": "记错"}).status_code == 302
    assert fresh(row).state == "open"


def test_a_promise_was_kept_on_the_day_that_is_written(client, answered, district):
    link = actions.renew_link(answered.referrals.get(), actor=district)
    row = Promise.objects.get()
    enter(client, link)
    day = clock.today()
    data = {
        f"{row.public_id}-choice": "keep",
        f"{row.public_id}-words": "好",
        f"{row.public_id}-done_on": day.isoformat(),
    }
    send(client, link, do="report", promise=row.public_id, **data)
    assert fresh(row).done_on == day


@pytest.mark.parametrize("days", [1, -400])
def test_the_day_of_a_promise_is_between_the_forwarding_and_today(answered, district, days):
    with pytest.raises(ActionError) as refused:
        actions.keep_promise(Promise.objects.get(), actor=district, note="好", done_on=clock.today() + days * DAY)
    assert refused.value.code == "day"


def test_the_day_can_lie_before_the_click(answered, district, settings):
    day = clock.today()
    settings.PORTAL_CLOCK = clock.now() + 9 * DAY
    assert actions.keep_promise(Promise.objects.get(), actor=district, note="好", done_on=day).done_on == day


# ---- reasons that stay ----------------------------------------------------------------------------------------------
@pytest.fixture
def moved(answered, district):
    row = Promise.objects.get()
    return actions.move_promise(row, actor=district, due_on=row.due_on + 9 * DAY, reason="车没到")


@pytest.mark.parametrize("option", ["keep", "drop"])
def test_a_result_that_is_taken_back_leaves_the_reason_of_another_day(client_of, moved, member, district, option):
    if option == "keep":
        actions.keep_promise(moved, actor=district, note="试行了")
    else:
        actions.drop_promise(moved, actor=district, reason="没有司机")
    DuePromise().undo(fresh(moved), option, actor=district)
    row = fresh(moved)
    assert (row.state, row.move_reason, row.reason) == ("open", "车没到", "记错了")
    page = client_of(member).get(row.referral.proposal.get_absolute_url()).content.decode()
    for words in ("改日子的原因：车没到", "撤销过记下的结果：记错了", {"keep": "试行了", "drop": "没有司机"}[option]):
        assert words in page
    assert "车没到" in str([one.value for one in DuePromise().detail_rows(row, district)])


def test_each_reason_stands_among_the_steps(moved, district):
    actions.move_promise(moved, actor=district, due_on=moved.due_on + 9 * DAY, reason="修路")
    actions.drop_promise(fresh(moved), actor=district, reason="没有司机")
    texts = [step.text for step in moved.referral.proposal.steps.order_by("-pk")[:3]]
    assert [text.rsplit("。", 1)[1] for text in texts] == ["没有司机", "修路", "车没到"]


def test_a_promise_is_moved_or_given_up_with_words_only(moved):
    for change in ({"move_reason": ""}, {"state": "dropped", "reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Promise.objects.update(**change)


def test_the_name_of_an_erased_cosigner_goes_out_of_the_steps(answered, friend, member, district):
    CoSigner.objects.create(proposal=answered, user=friend)
    name = friend.person.name
    row = Promise.objects.get()
    actions.move_promise(row, actor=district, due_on=row.due_on + DAY, reason=f"等{name}回来")
    from .test_proposal_upkeep import leave

    actions.erase_proposals(leave(friend))
    row = fresh(row)
    kept = str([row.move_reason, *row.history.values(), *answered.steps.values()])
    assert (name in kept, row.move_reason) == (False, f"等{'×' * len(name)}回来")


# ---- files of a corrected answer ------------------------------------------------------------------------------------
@pytest.fixture
def link_with_files(link, district):
    """The link of a department that is asked to correct an answer with two files."""
    referral = actions.answer_by_link(link, answer=ANSWER, result="adopted", uploads=[pdf(), picture(1)])
    actions.reopen_answer(referral, actor=district, reason="附错了文件")
    return referral.links.get(ended_at__isnull=True)


def test_the_department_reads_which_files_stay_and_opens_them(client, link_with_files):
    enter(client, link_with_files)
    page = client.get(links.path_of(link_with_files)).content.decode()
    assert ("现在附着的 2 个留着" in page, "不换，只去掉其中几个" in page) == (True, True)
    for file in File.objects.all():
        url = f"{links.path_of(link_with_files)}files/{file.public_id}/"
        assert url in page
        answer = client.get(url)
        assert (answer.status_code, bool(answer.getvalue())) == (200, True)


def test_the_first_answer_has_no_files_to_drop(client, link):
    enter(client, link)
    page = client.get(links.path_of(link)).content.decode()
    assert ("现在附着" in page, "只去掉" in page) == (False, False)


def test_a_correction_drops_one_file_and_keeps_the_other(client, client_of, link_with_files, member):
    enter(client, link_with_files)
    wrong, right = File.objects.order_by("pk")
    same = {"answer": ANSWER, "result": "adopted"}
    assert send(client, link_with_files, do="answer", **same, dropped=["0000000000"]).status_code == 400
    assert not AnswerCorrection.objects.written().exists()
    answer = send(client, link_with_files, do="answer", **same, dropped=[wrong.public_id])
    assert "已送到" in answer.content.decode()
    correction = AnswerCorrection.objects.get()
    assert (fresh(wrong).attached_id, fresh(right).attached_id) == (correction.public_id, correction.referral.public_id)
    page = client_of(member).get(correction.referral.proposal.get_absolute_url())
    assert [one.pk for one in page.context["files"]["answer"]] == [right.pk]


def test_no_file_of_somebody_else_is_dropped(link_with_files, answered_too):
    other = File.objects.get(attached_id=answered_too.public_id)
    with pytest.raises(ActionError) as refused:
        actions.correct_answer(link_with_files, answer=ANSWER, result="adopted", dropped=[other.public_id])
    assert (refused.value.code, fresh(other).attached_id) == ("same", answered_too.public_id)


@pytest.fixture
def answered_too(friend, district, unit):
    """The answer to another proposal, with a file."""
    row = actions.submit_proposal(actions.draft_proposal(actor=friend, **{**TEXTS, "title": "另一件"}), actor=friend)
    row = actions.accept_proposal(row, actor=district)
    forwarded = actions.forward_proposal(row, actor=district, department=unit)
    return actions.answer_by_link(forwarded.links.get(), answer=ANSWER, result="adopted", uploads=[pdf()])
