"""Requests by telephone, with the caller's consent, and those that belong to another channel."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import User
from chengyang.platform.notices.models import Delivery, Notice
from services import actions
from services.models import CHANNELS, Diversion, Request
from tests import personas

pytestmark = pytest.mark.django_db
PHONE = "+8615401234567"


def take(actor, **options):
    typed = {"phone": PHONE, "consents": True, "title": "路灯不亮", "text": "小区门口"}
    return actions.take_by_phone(actor=actor, **{**typed, **options})


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


@pytest.fixture
def asked(member):
    return actions.submit_request(actor=member, title="我要举报", text="某人收钱")


# ---- by telephone ---------------------------------------------------------------------------------------------------
def test_the_caller_gets_number_and_code_by_text_message(district):
    row = take(district)
    notice = Notice.objects.get(user=row.author, kind="services/request_received")
    assert row.number in notice.title
    assert row.query_code in notice.body
    assert Delivery.objects.filter(notice=notice, channel="sms").exists()


def test_it_belongs_to_the_account_of_the_number(district):
    rows = [take(district), take(district, title="又一件")]
    assert rows[0].author == rows[1].author == User.objects.by_phone(PHONE).get()
    assert Request.objects.visible_to(rows[0].author).count() == 2


def test_without_consent_nothing_is_stored(district):
    assert refusal(take, district, consents=False) == "consent"
    assert not (Request.objects.exists())
    assert not (User.objects.by_phone(PHONE).exists())


def test_the_database_refuses_one_by_telephone_without_consent(district):
    row = take(district)
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=row.pk).update(consent_at=None)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_takes_calls(reference, name):
    somebody = personas.make(name)
    if name in ("district", "district_2", "xiazhuang", "liuting"):
        assert take(somebody).taken_by == somebody
    else:
        with pytest.raises(NotAllowed):
            take(somebody)


def test_a_subdistrict_gets_it_at_once(xiazhuang):
    row = take(xiazhuang, subdistrict=personas.reference())
    assert Request.objects.visible_to(xiazhuang).get() == row


def test_the_page_reads_the_consent_out_and_shows_number_and_code(district, client_of):
    browser, url = client_of(district), reverse("services:request-by-phone")
    assert "您同意吗" in browser.get(url).content.decode()
    typed = {"phone": "15401234567", "title": "路灯不亮", "text": "小区门口", "urgency": "normal"}
    refused = browser.post(url, typed)
    assert (refused.status_code, "路灯不亮" in refused.content.decode()) == (409, True)
    done = browser.post(url, {**typed, "consents": "on"}, follow=True)
    row = Request.objects.get()
    assert row.number in done.content.decode()
    assert row.query_code in done.content.decode()


# ---- another channel ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("to", Diversion.values)
def test_the_author_reads_where_to_go_and_the_content_is_closed(asked, district, member, client_of, to):
    actions.divert_request(asked, actor=district, to=to)
    assert CHANNELS[to][1] in Notice.objects.get(user=member, kind="services/request_diverted").body
    assert not Request.objects.visible_to(district).exists()
    page = client_of(member).get(asked.get_absolute_url()).content.decode()
    assert ("某人收钱" in page, CHANNELS[to][1] in page) == (True, True)


def test_a_diverted_request_is_open_to_nobody_who_worked_on_it(asked, district, leader, client_of):
    actions.ask_for_help(asked, actor=district, team=personas.team())
    assert Request.objects.visible_to(leader).exists()
    actions.divert_request(Request.objects.get(pk=asked.pk), actor=district, to="report")
    for user in (district, leader):
        assert client_of(user).get(asked.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_diverts(asked, name):
    somebody = personas.make(name)
    if name in ("district", "district_2"):
        assert actions.divert_request(asked, actor=somebody, to="report").state == "diverted"
    else:
        with pytest.raises(NotAllowed):
            actions.divert_request(asked, actor=somebody, to="report")


def test_a_team_does_not_divert(member, leader):
    asked = actions.submit_request(actor=member, title="我要举报", text="某人收钱", team=personas.team())
    with pytest.raises(NotAllowed):
        actions.divert_request(asked, actor=leader, to="report")


def test_another_channel_is_refused(asked, district):
    assert refusal(actions.divert_request, asked, actor=district, to="newspaper") == "channel"


# ---- details --------------------------------------------------------------------------------------------------------
def test_the_form_stores_all_details(member, client_of):
    typed = {
        "title": "劳务合同",
        "text": "请看",
        "category": "law",
        "place": "夏庄",
        "firm": "澄海文化",
        "urgency": "soon",
        "wanted_by": "2026-09-30",
        "readers": "office",
    }
    assert client_of(member).post(reverse("services:request-new"), typed).status_code == 302
    row = Request.objects.get()
    assert {name: str(getattr(row, name)) for name in typed} == typed


def test_an_unknown_detail_is_a_mistake_of_the_program(member):
    with pytest.raises(TypeError):
        actions.submit_request(actor=member, title="x", text="y", state="closed")
