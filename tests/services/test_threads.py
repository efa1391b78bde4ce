"""The thread of a request: both sides write, both read the same, with files and appointments (domain.md rule 9)."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from services import actions, tasks
from services.models import Request, ThreadEntry
from tests import personas
from tests.files.conftest import PDF, office
from tests.files.conftest import upload as file_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(member, leader):
    return actions.submit_request(actor=member, title="劳务合同", text="请看", team=personas.team())


@pytest.fixture
def answered(asked, leader):
    return actions.answer_request(asked, actor=leader, answer="改四处就能签")


def upload(data=PDF, name="说明.pdf"):
    return file_of(data, name)


def fresh(request):
    return Request.objects.get(pk=request.pk)


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


def later(settings, **span):
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(**span)


# ---- both sides -----------------------------------------------------------------------------------------------------
def test_each_side_is_notified_of_what_the_other_wrote(asked, leader, member):
    actions.add_message(asked, actor=leader, text="收到了")
    actions.add_message(asked, actor=member, text="谢谢")
    kinds = Notice.objects.filter(kind="services/request_message").order_by("pk")
    assert [notice.user for notice in kinds] == [member, leader]


def test_author_and_handler_read_the_same_entries(asked, leader, member, client_of):
    actions.record_step(asked, actor=leader, text="问了税务")
    actions.ask_author(asked, actor=leader, text="按条结算吗？")
    pages = [client_of(user).get(asked.get_absolute_url()) for user in (leader, member)]
    read = [[entry.pk for entry in page.context["entries"]] for page in pages]
    assert read[0] == read[1] == list(asked.thread().values_list("pk", flat=True))
    assert all("问了税务" in page.content.decode() for page in pages)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_writes_into_the_thread(asked, name):
    somebody = personas.make(name)
    if name in ("member", "leader"):
        assert actions.add_message(asked, actor=somebody, text="补充").pk
    else:
        with pytest.raises(NotAllowed):
            actions.add_message(asked, actor=somebody, text="补充")


@pytest.mark.parametrize("verb", ["ask_author", "record_step"])
def test_the_author_does_not_handle(asked, member, verb):
    with pytest.raises(NotAllowed):
        getattr(actions, verb)(asked, actor=member, text="…")


@pytest.mark.parametrize("verb", ["ask_author", "record_step", "add_message"])
def test_an_empty_entry_is_refused(asked, leader, verb):
    assert refusal(getattr(actions, verb), asked, actor=leader, text=" ") == "text"


def test_a_withdrawn_request_takes_no_entry(asked, member, leader):
    actions.withdraw_request(asked, actor=member)
    for actor in (member, leader):
        with pytest.raises(NotAllowed):
            actions.add_message(fresh(asked), actor=actor, text="补充")


# ---- files ----------------------------------------------------------------------------------------------------------
def test_files_are_read_by_both_sides_only(asked, leader, member, client_of):
    actions.add_message(asked, actor=member, text="见附件", uploads=[upload()])
    url = File.objects.get().get_absolute_url()
    seen = {}
    for name in personas.NAMES:
        answer = client_of(personas.make(name)).get(url)
        b"".join(answer)  # reading the whole answer closes a served file
        seen[name] = answer.status_code
    assert {name for name, status in seen.items() if status == 200} == {"member", "leader"}


def test_only_pictures_and_pdf_are_taken_and_nothing_is_stored_otherwise(asked, member):
    word = upload(office(), "合同.docx")
    assert refusal(actions.add_message, asked, actor=member, text="见附件", uploads=[word]) == "kind"
    assert not (asked.entries.filter(kind="message").exists())
    assert not (File.objects.exists())


def test_six_files_are_too_many(asked, member):
    uploads = [upload(name=f"{n}.pdf") for n in range(6)]
    assert refusal(actions.add_message, asked, actor=member, text="见附件", uploads=uploads) == "too_many"


def test_a_refused_file_keeps_what_was_typed(asked, member, client_of):
    url = reverse("services:request-message", args=[asked.public_id])
    answer = client_of(member).post(url, {"text": "写了很久", "uploads": upload(b"MZ\x90", "a.pdf")})
    assert (answer.status_code, "写了很久" in answer.content.decode()) == (409, True)


def test_files_go_with_an_erased_request(answered, member, leader, settings):
    actions.add_message(fresh(answered), actor=leader, text="批注稿", uploads=[upload()])
    actions.erase_requests(member.person)
    assert not (File.objects.exists())
    assert not (ThreadEntry.objects.exists())


# ---- appointments ---------------------------------------------------------------------------------------------------
def meet(asked, actor, hours=24, **options):
    starts = clock.now() + dt.timedelta(hours=hours)
    fields = {"starts": starts, "ends": starts + dt.timedelta(minutes=30), "place": "嗨创天地一楼", **options}
    return actions.make_appointment(asked, actor=actor, **fields)


def test_both_sides_get_the_appointment_for_their_calendar(asked, leader, member, stranger, client_of):
    entry = meet(asked, leader)
    for user, status in ((leader, 200), (member, 200), (stranger, 404)):
        answer = client_of(user).get(entry.ics_url)
        assert answer.status_code == status
        assert status == 404 or b"BEGIN:VEVENT" in answer.content
    assert "嗨创天地" in Notice.objects.get(user=member, kind="services/request_appointment").body


def test_the_calendar_file_does_not_say_what_it_is_about(asked, leader, client_of):
    assert "劳务合同" not in client_of(leader).get(meet(asked, leader).ics_url).content.decode()


def test_impossible_appointments_are_refused(asked, leader):
    now = clock.now()
    assert refusal(meet, asked, leader, hours=-1) == "past"
    assert refusal(meet, asked, leader, ends=now) == "ends"
    assert refusal(meet, asked, leader, place=" ") == "place"
    meet(asked, leader)
    assert refusal(meet, asked, leader) == "busy"


@pytest.mark.parametrize("side", ["leader", "member"])
def test_either_side_cancels_and_the_other_is_notified(asked, leader, member, side, client_of):
    actor, other = (leader, member) if side == "leader" else (member, leader)
    entry = actions.cancel_appointment(meet(asked, leader), actor=actor)
    assert Notice.objects.get(kind="services/appointment_cancelled").user == other
    assert b"STATUS:CANCELLED" in client_of(other).get(entry.ics_url).content
    assert refusal(actions.cancel_appointment, entry, actor=actor) == "state"


# ---- after the answer -----------------------------------------------------------------------------------------------
def test_a_rating_is_changed_for_thirty_days(answered, member, settings):
    actions.rate_request(answered, actor=member, solved=3, useful=3)
    later(settings, days=29)
    actions.rate_request(fresh(answered), actor=member, solved=1, useful=1)
    later(settings, days=2)
    with pytest.raises(NotAllowed):
        actions.rate_request(fresh(answered), actor=member, solved=3, useful=3)


def test_a_rated_request_is_reopened_once_within_thirty_days(answered, member, leader, settings):
    actions.rate_request(answered, actor=member, solved=1, useful=1)
    later(settings, days=29)
    actions.reopen_request(fresh(answered), actor=member, reason="对方不同意")
    actions.answer_request(fresh(answered), actor=leader, answer="再看过了")
    answers = answered.entries.filter(kind="answer").values_list("text", flat=True)
    assert list(answers) == ["改四处就能签", "再看过了"]
    assert actions.rate_request(fresh(answered), actor=member, solved=3, useful=3).rated_at == clock.now()
    with pytest.raises(NotAllowed):
        actions.reopen_request(fresh(answered), actor=member, reason="还是不行")


def test_after_thirty_days_it_is_not_reopened(answered, member, settings):
    later(settings, days=31)
    with pytest.raises(NotAllowed):
        actions.reopen_request(fresh(answered), actor=member, reason="对方不同意")


def test_it_is_closed_after_ten_working_days_with_a_notice_before(answered, member, settings):
    notices = Notice.objects.filter(user=member, kind="services/request_closing")
    seen = []
    for _day in range(20):
        later(settings, days=1)
        tasks.run_periodic()
        seen.append((notices.count(), fresh(answered).state))
    assert seen.index((1, "answered")) < seen.index((1, "closed"))
    assert notices.count() == 1


def test_the_author_closes_it_without_a_rating_and_rates_later(answered, member):
    actions.close_own_request(answered, actor=member)
    assert fresh(answered).state == "closed"
    assert actions.rate_request(fresh(answered), actor=member, solved=2, useful=2).rated_at


def test_a_withdrawn_answer_leaves_a_line_and_not_the_answer(answered, leader, member):
    actions.withdraw_answer(answered, actor=leader)
    assert not answered.entries.filter(kind="answer").exists()
    assert "撤回了答复" in answered.entries.last().text
    assert answered.shares.get().state == "accepted"


def test_the_office_takes_back_the_answer_to_what_has_escalated(asked, district, district_2, settings):
    later(settings, days=40)
    tasks.run_periodic()
    answered = actions.answer_request(fresh(asked), actor=district, answer="看错了")
    with pytest.raises(NotAllowed):
        actions.withdraw_answer(answered, actor=district_2)
    assert actions.withdraw_answer(fresh(asked), actor=district).is_open


def test_the_page_of_a_code_does_not_show_what_the_author_wrote(asked, member, leader, client):
    actions.add_message(asked, actor=member, text="我的秘密")
    actions.answer_request(fresh(asked), actor=leader, answer="看过了")
    page = client.post(reverse("services:query"), {"number": asked.number, "code": asked.query_code}).content.decode()
    assert ("我的秘密" in page, "看过了" in page) == (False, True)
