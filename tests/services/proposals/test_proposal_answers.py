"""答复、评价、答应的事: what a department writes, what the author says of it, and what becomes of promises."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from services.models import Promise
from services.proposals import actions, links
from tests.files.conftest import PDF

from .conftest import ANSWER, fresh
from .test_proposal_referrals import enter, send

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def promise_of(proposal):
    return Promise.objects.get(referral__proposal=proposal)


def test_the_author_is_notified_and_the_office_too(answered, member, district):
    assert Notice.objects.filter(user=member, kind="services/proposal_answered").count() == 1
    assert Notice.objects.filter(user=district, kind="services/proposal_to_publish").count() == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [({"answer": "", "result": "adopted"}, "answer"), ({"answer": ANSWER}, "result")],
)
def test_an_answer_without_words_or_result_changes_nothing(client, link, data, field):
    enter(client, link)
    answer = send(client, link, do="answer", **data)
    assert field in answer.context["form"].errors
    assert fresh(link.referral).state == "open"


def test_half_a_promise_is_refused_and_nothing_typed_is_lost(client, link):
    enter(client, link)
    answer = send(client, link, do="answer", answer=ANSWER, result="adopted", what_1="试行")
    assert "due_1" in answer.context["form"].errors
    assert ANSWER in answer.content.decode()
    assert not Promise.objects.exists()


@pytest.mark.parametrize("what", ["联系 13812345678 报名", "写信到 a.b@qd.example"])
def test_a_promise_with_a_number_is_refused(link, what):
    with pytest.raises(ActionError) as refused:
        actions.answer_by_link(link, answer=ANSWER, result="adopted", promises=[(what, clock.today() + 9 * DAY)])
    assert (refused.value.code, fresh(link.referral).state) == ("traces", "open")


def test_a_promise_for_yesterday_is_refused(link):
    with pytest.raises(ActionError) as refused:
        actions.answer_by_link(link, answer=ANSWER, result="adopted", promises=[("试行", clock.today() - DAY)])
    assert refused.value.code == "promise"


def test_a_file_of_the_answer_has_no_owner_and_both_sides_open_it(client, client_of, link, member, district, friend):
    enter(client, link)
    upload = SimpleUploadedFile("方案.pdf", PDF, content_type="application/pdf")
    send(client, link, do="answer", answer=ANSWER, result="partly", uploads=upload)
    file = File.objects.get()
    assert file.owner is None
    url = file.get_absolute_url()
    answers = [client_of(user).get(url) for user in (member, district, friend)]
    for answer in answers:
        b"".join(answer)  # reading the whole answer closes the file
    assert [answer.status_code for answer in answers] == [200, 200, 404]


def test_an_answer_is_sent_once(link):
    actions.answer_by_link(link, answer=ANSWER, result="adopted")
    with pytest.raises(ActionError) as refused:
        actions.answer_by_link(link, answer="另一个", result="not_now")
    assert (refused.value.code, fresh(link.referral).answer) == ("link", ANSWER)


# ---- rating ---------------------------------------------------------------------------------------------------------
def test_a_rating_is_changed_for_thirty_days(answered, member, settings):
    actions.rate_answer(answered, actor=member, rating=3)
    settings.PORTAL_CLOCK = clock.now() + 29 * DAY
    assert actions.rate_answer(answered, actor=member, rating=1, words="没试").rating == 1
    settings.PORTAL_CLOCK = clock.now() + 2 * DAY
    with pytest.raises(NotAllowed):
        actions.rate_answer(answered, actor=member, rating=2)


@pytest.mark.parametrize("rating", [0, 4])
def test_a_rating_has_three_steps(answered, member, rating):
    with pytest.raises(ActionError):
        actions.rate_answer(answered, actor=member, rating=rating)


def test_only_the_author_rates(answered, friend, district):
    for user in (friend, district):
        with pytest.raises(NotAllowed):
            actions.rate_answer(answered, actor=user, rating=3)


def test_it_is_closed_once_it_is_rated_and_nothing_is_open(answered, member, district):
    assert actions.rate_answer(answered, actor=member, rating=3).state == "answered"
    actions.keep_promise(promise_of(answered), actor=district, note="10月8日 起试行")
    assert fresh(answered).state == "closed"


# ---- promises -------------------------------------------------------------------------------------------------------
def test_a_kept_promise_has_its_day_and_is_notified(answered, member, district):
    row = actions.keep_promise(promise_of(answered), actor=district, note="试行了")
    assert (row.state, row.done_on, row.note) == ("done", clock.today(), "试行了")
    assert "做到了" in Notice.objects.get(user=member, kind="services/proposal_progress").body


def test_a_moved_promise_keeps_its_first_day_and_the_reason(answered, district):
    row = promise_of(answered)
    first = row.due_on
    moved = actions.move_promise(row, actor=district, due_on=first + 30 * DAY, reason="车还没到")
    assert (moved.first_due_on, moved.due_on, moved.move_reason) == (first, first + 30 * DAY, "车还没到")


@pytest.mark.parametrize("days", [0, -200])
def test_a_promise_moves_to_another_coming_day(answered, district, days):
    row = promise_of(answered)
    with pytest.raises(ActionError) as refused:
        actions.move_promise(row, actor=district, due_on=row.due_on + days * DAY, reason="…")
    assert refused.value.code == "day"


def test_giving_up_needs_a_reason(answered, district):
    with pytest.raises(ActionError):
        actions.drop_promise(promise_of(answered), actor=district, reason=" ")
    assert actions.drop_promise(promise_of(answered), actor=district, reason="没有车").state == "dropped"


def test_a_promise_has_one_result(answered, district):
    row = actions.keep_promise(promise_of(answered), actor=district, note="好")
    with pytest.raises(ActionError) as refused:
        actions.drop_promise(row, actor=district, reason="不好")
    assert refused.value.code == "state"


def test_the_author_does_not_keep_it(answered, member):
    with pytest.raises(NotAllowed):
        actions.keep_promise(promise_of(answered), actor=member, note="好")


def test_the_department_reports_with_a_renewed_link(client, answered, district):
    link = actions.renew_link(answered.referrals.get(), actor=district)
    row = promise_of(answered)
    enter(client, link)
    data = {f"{row.public_id}-choice": "keep", f"{row.public_id}-words": "10月8日 起"}
    assert send(client, link, do="report", promise=row.public_id, **data).status_code == 302
    assert fresh(row).state == "done"
    assert answered.steps.filter(unit="区交通运输部门", text__contains="做到了").exists()


def test_a_link_reports_nothing_of_another_answer(client, answered, forwarded_too, district):
    link = actions.renew_link(answered.referrals.get(), actor=district)
    other = forwarded_too.promises.create(what="别的", due_on=clock.today(), first_due_on=clock.today())
    enter(client, link)
    data = {f"{other.public_id}-choice": "drop", f"{other.public_id}-words": "…"}
    assert send(client, link, do="report", promise=other.public_id, **data).status_code == 404
    with pytest.raises(ActionError) as refused:
        actions.drop_promise(other, link=link, reason="…")
    assert (refused.value.code, fresh(other).state) == ("link", "open")


@pytest.fixture
def forwarded_too(answered, district, friend, unit):
    """The referral of another proposal."""
    from services.proposals import actions

    texts = {"title": "公园长椅", "topic": "city", "situation": "没处坐", "wish": "加椅子"}
    row = actions.submit_proposal(actions.draft_proposal(actor=friend, **texts), actor=friend)
    row = actions.accept_proposal(row, actor=district)
    return actions.forward_proposal(row, actor=district, department=unit)


def test_an_officer_writes_a_promise_down_and_a_closed_one_is_followed_again(answered, member, district):
    actions.rate_answer(answered, actor=member, rating=3)
    actions.keep_promise(promise_of(answered), actor=district, note="好")
    referral = answered.referrals.get()
    actions.add_promise(referral, actor=district, what="再加一站", due_on=clock.today() + 9 * DAY)
    assert (fresh(answered).state, referral.promises.count()) == ("answered", 2)


def test_nothing_is_promised_before_the_answer(forwarded, district):
    with pytest.raises(ActionError) as refused:
        actions.add_promise(forwarded, actor=district, what="试行", due_on=clock.today())
    assert refused.value.code == "state"


def test_the_page_of_the_department_says_when_it_ends(client, link):
    enter(client, link)
    assert "送出答复也失效" in client.get(links.path_of(link)).content.decode()


def test_a_report_that_was_sent_twice_is_no_error(client, answered, district):
    link = actions.renew_link(answered.referrals.get(), actor=district)
    row = promise_of(answered)
    enter(client, link)
    data = {f"{row.public_id}-choice": "keep", f"{row.public_id}-words": "10月8日 起"}
    codes = [send(client, link, do="report", promise=row.public_id, **data).status_code for _time in range(2)]
    assert codes == [302, 302]
    assert answered.steps.filter(text__contains="做到了").count() == 1


def test_a_note_is_refused_and_not_cut(answered, district):
    with pytest.raises(ActionError) as refused:
        actions.keep_promise(promise_of(answered), actor=district, note="长" * 201)
    assert (refused.value.code, promise_of(answered).state) == ("too_long", "open")


def test_the_same_rating_sent_twice_is_one_step(answered, member):
    for _time in range(2):
        actions.rate_answer(answered, actor=member, rating=3)
    assert answered.steps.filter(text__contains="评价").count() == 1
