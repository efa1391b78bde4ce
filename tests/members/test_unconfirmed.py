"""待本人确认的登记: a list for staff, with resending, correcting and ending (domain.md rule 1)."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from members import actions
from members.models import Person
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db
LIST = "/manage/members/unconfirmedperson/"
OTHER = "+8615400007009"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def record(rules, xiazhuang):
    return actions.enter_person(factories.details(), phone=factories.PHONE, actor=xiazhuang)


def page(record, verb=""):
    return f"{LIST}{record.pk}/do/{verb}/" if verb else f"{LIST}{record.pk}/change/"


@pytest.mark.parametrize(
    ("name", "status"),
    [("xiazhuang", 200), ("district", 200), ("liuting", 404), ("secretary", 404), ("auditor", 404)],
)
def test_staff_of_the_scope_see_it(record, client_of, name, status):
    browser = client_of(personas.make(name))
    assert (record.name in text(browser.get(LIST))) == (status == 200)
    assert browser.get(page(record)).status_code == status


def test_after_entering_a_person_the_list_shows_the_record(rules, xiazhuang, client_of):
    typed = {**factories.TYPED, "phone": "15400007000"}
    answer = client_of(xiazhuang).post("/manage/members/person/add/", typed, follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    assert factories.TYPED["unit"] in text(answer)


def test_the_number_is_masked(record, xiazhuang, client_of):
    browser = client_of(xiazhuang)
    shown = [text(browser.get(address)) for address in (LIST, page(record), f"{page(record)}?edit=1")]
    assert not [words for words in shown if "5400007000" in words.replace(" ", "")]


def test_the_message_is_sent_again_once_a_day(record, xiazhuang, client_of, settings):
    with pytest.raises(ActionError) as caught:
        actions.resend_confirmation(record, actor=xiazhuang)
    assert caught.value.code == "too_soon"
    Notice.objects.update(at=clock.now() - dt.timedelta(hours=25))
    client_of(xiazhuang).post(page(record, "resend"))
    assert Notice.objects.filter(kind="members/please_confirm").count() == 2


def test_a_mistyped_number_is_corrected_and_asked(record, xiazhuang, client_of):
    typed = {**factories.TYPED, "phone": "15400007009", "job": "律师"}
    client_of(xiazhuang).post(f"{page(record)}?edit=1", typed)
    record.refresh_from_db()
    assert (record.phone, record.job, record.state) == (OTHER, "律师", "unconfirmed")
    assert Notice.objects.filter(kind="members/please_confirm").latest("pk").address == OTHER


def test_an_empty_number_stays(record, xiazhuang, client_of):
    client_of(xiazhuang).post(f"{page(record)}?edit=1", {**factories.TYPED, "phone": ""})
    record.refresh_from_db()
    assert record.phone == factories.PHONE


def test_it_is_not_corrected_to_the_number_of_a_person(record, xiazhuang):
    personas.person(phone=OTHER)
    with pytest.raises(ActionError) as caught:
        actions.edit_record(record, {}, phone=OTHER, actor=xiazhuang)
    assert caught.value.code == "twice"


def test_it_is_ended(record, xiazhuang, client_of):
    client_of(xiazhuang).post(page(record, "cancel"))
    assert not Person.objects.filter(pk=record.pk).exists()


@pytest.mark.parametrize("call", [actions.resend_confirmation, actions.cancel_record])
def test_others_and_confirmed_records_are_refused(record, liuting, xiazhuang, call):
    with pytest.raises(NotAllowed):
        call(record, actor=liuting)
    Person.objects.update(state="active", confirm_by=None)
    with pytest.raises(NotAllowed):
        call(record, actor=xiazhuang)
