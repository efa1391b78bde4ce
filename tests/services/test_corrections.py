"""The writer of a message corrects or withdraws it for half an hour; what it said first is read by the writer and officers only."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.files.models import File
from services import actions
from services.actions import request_upkeep
from services.models import Request, ThreadEntry
from tests import personas
from tests.files.conftest import PDF, upload

pytestmark = pytest.mark.django_db
FIRST, SECOND = "对方姓薄，电话记错了", "对方电话另给"


@pytest.fixture
def asked(member, leader):
    row = actions.submit_request(actor=member, title="劳务合同", text="请看", team=personas.team())
    actions.accept_share(row.shares.get(), actor=leader)
    return Request.objects.get(pk=row.pk)


@pytest.fixture
def entry(asked, member):
    return actions.add_message(asked, actor=member, text=FIRST)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def later(settings, minutes):
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(minutes=minutes)


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


@pytest.mark.parametrize(("minutes", "allowed"), [(29, True), (31, False)])
def test_a_message_is_corrected_for_half_an_hour(entry, member, settings, minutes, allowed):
    later(settings, minutes)
    if allowed:
        assert actions.correct_entry(entry, actor=member, text=SECOND).text == SECOND
    else:
        for act in (
            lambda: actions.correct_entry(entry, actor=member, text=SECOND),
            lambda: actions.withdraw_entry(entry, actor=member),
        ):
            with pytest.raises(NotAllowed):
                act()


@pytest.mark.parametrize("name", personas.NAMES)
def test_only_its_writer_corrects_it(entry, name):
    somebody = personas.make(name)
    if name == "member":
        assert actions.correct_entry(entry, actor=somebody, text=SECOND).edited_at
    else:
        with pytest.raises(NotAllowed):
            actions.correct_entry(entry, actor=somebody, text=SECOND)


def test_the_handler_corrects_their_own_too(asked, leader, member):
    entry = actions.add_message(asked, actor=leader, text=FIRST)
    with pytest.raises(NotAllowed):
        actions.correct_entry(entry, actor=member, text=SECOND)
    assert actions.correct_entry(entry, actor=leader, text=SECOND).text == SECOND


def test_a_correction_says_something_else(entry, member):
    assert refusal(actions.correct_entry, entry, actor=member, text="  ") == "text"
    assert refusal(actions.correct_entry, entry, actor=member, text=FIRST) == "same"


@pytest.mark.parametrize("kind", ["step", "appointment", "answer", "reopened"])
def test_what_was_done_is_not_corrected(asked, leader, kind):
    fields = {"starts": clock.now(), "ends": clock.now() + dt.timedelta(hours=1), "place": "楼下"}
    entry = asked.entries.create(kind=kind, text="x", by=leader, **(fields if kind == "appointment" else {}))
    with pytest.raises(NotAllowed):
        actions.correct_entry(entry, actor=leader, text=SECOND)


def test_a_question_is_corrected_but_not_withdrawn(asked, leader):
    entry = actions.ask_author(asked, actor=leader, text="按条？", pauses=True, pause_reason="先弄清")
    actions.correct_entry(entry, actor=leader, text="按条还是按月？")
    with pytest.raises(NotAllowed):
        actions.withdraw_entry(fresh(entry), actor=leader)
    with pytest.raises(IntegrityError), transaction.atomic():
        ThreadEntry.objects.filter(pk=entry.pk).update(withdrawn_at=clock.now(), text="")


def test_a_closed_request_is_left_as_it_is(entry, asked, leader, member):
    actions.answer_request(asked, actor=leader, answer="好")
    actions.close_own_request(fresh(asked), actor=member)
    with pytest.raises(NotAllowed):
        actions.correct_entry(fresh(entry), actor=member, text=SECOND)


def test_a_withdrawn_message_has_no_words_and_no_files(asked, member):
    entry = actions.add_message(asked, actor=member, text=FIRST, uploads=[upload(PDF, "合同.pdf")])
    assert File.objects.filter(attached_id=entry.public_id).count() == 1
    actions.withdraw_entry(entry, actor=member)
    assert (fresh(entry).text, File.objects.filter(attached_id=entry.public_id).count()) == ("", 0)
    with pytest.raises(NotAllowed):
        actions.correct_entry(fresh(entry), actor=member, text=SECOND)


def test_a_withdrawn_reply_lets_the_clock_run(asked, leader, member):
    actions.ask_author(asked, actor=leader, text="按条？", pauses=True, pause_reason="先弄清")
    entry = actions.add_message(fresh(asked), actor=member, text=FIRST)
    actions.withdraw_entry(entry, actor=member)
    assert fresh(asked).state == "routed"


def text_of(client, asked):
    return client.get(asked.get_absolute_url()).content.decode()


@pytest.mark.parametrize("how", ["correct", "withdraw"])
def test_the_first_words_are_read_by_the_writer_and_the_office_only(
    entry, asked, member, leader, district, client_of, how
):
    if how == "correct":
        actions.correct_entry(entry, actor=member, text=SECOND)
    else:
        actions.withdraw_entry(entry, actor=member)
    Request.objects.filter(pk=asked.pk).update(handed_over_at=clock.now())  # the office follows it
    readers = {
        name: FIRST in text_of(client_of(personas.make(name)), asked) for name in ("member", "leader", "district")
    }
    assert readers == {"member": True, "leader": False, "district": True}
    assert ("改过" if how == "correct" else "撤回了") in text_of(client_of(leader), asked)


def test_the_author_reads_the_first_words_of_the_team_too(asked, leader, member, client_of):
    entry = actions.add_message(asked, actor=leader, text=FIRST)
    actions.correct_entry(entry, actor=leader, text=SECOND)
    assert FIRST in text_of(client_of(member), asked)


def test_the_page_says_that_the_first_words_are_kept(asked, entry, member, client_of):
    browser = client_of(member)
    assert "原来写的留在历史里，你、提出人和办公室看得到" in text_of(browser, asked)
    url = reverse("services:entry-correct", args=[entry.public_id])
    assert "留在历史里" in browser.get(url).content.decode()
    assert browser.post(url, {"text": ""}).status_code == 400
    assert browser.post(url, {"text": SECOND}).status_code == 302
    assert fresh(entry).text == SECOND


def test_the_other_side_finds_no_form_and_a_stranger_nothing(entry, leader, stranger, client_of):
    url = reverse("services:entry-correct", args=[entry.public_id])
    assert client_of(leader).get(url).status_code == 403
    assert client_of(stranger).get(url).status_code == 404


def test_the_query_by_code_shows_no_first_words(client, asked, entry, member):
    actions.correct_entry(entry, actor=member, text=SECOND)
    typed = {"number": asked.number, "code": asked.query_code}
    page = client.post(reverse("services:query"), typed).content.decode()
    assert asked.number in page
    assert FIRST not in page


def test_closing_the_account_deletes_the_first_words(entry, member):
    actions.correct_entry(entry, actor=member, text=SECOND)
    event = ThreadEntry._meta.get_field("history").related_model
    assert event.objects.filter(text=FIRST).exists()
    request_upkeep.close_requests_of(member, member)
    assert not event.objects.exists()
    assert not ThreadEntry.objects.exists()


def test_a_withdrawn_answer_leaves_no_history(asked, leader):
    event = ThreadEntry._meta.get_field("history").related_model
    actions.answer_request(asked, actor=leader, answer="发错了的答复")
    actions.withdraw_answer(fresh(asked), actor=leader)
    assert not event.objects.filter(text="发错了的答复").exists()
