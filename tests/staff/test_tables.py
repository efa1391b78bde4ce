"""The tables of the district office and the lists of the three administrators."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Delivery
from chengyang.platform.notices.models import Notice as Message
from chengyang.platform.staff import actions
from chengyang.platform.workdays.models import WorkdayException
from tests import personas

pytestmark = pytest.mark.django_db
SATURDAY, MONDAY = dt.date(2027, 9, 18), dt.date(2027, 9, 20)
NOTICE = {"name": "中秋", "source": "国办发明电〔2026〕1号"}


def test_a_make_up_day_is_entered(district):
    assert actions.set_exception(actor=district, date=SATURDAY, is_workday=True, **NOTICE).is_workday


def test_the_holiday_notice_replaces_a_provisional_day(district):
    WorkdayException.objects.create(date=MONDAY, is_workday=False, provisional=True, **NOTICE)
    assert not actions.set_exception(actor=district, date=MONDAY, is_workday=False, **NOTICE).provisional


def test_an_ordinary_day_is_refused(district):
    with pytest.raises(ActionError):
        actions.set_exception(actor=district, date=MONDAY, is_workday=True, **NOTICE)


@pytest.mark.parametrize("name", [name for name in personas.NAMES if not name.startswith("district")])
def test_only_the_district_changes_the_table(reference, name):
    with pytest.raises(NotAllowed):
        actions.set_exception(actor=personas.make(name), date=MONDAY, is_workday=False, **NOTICE)


def test_a_day_is_deleted_on_the_staff_site(client_of, district):
    row = actions.set_exception(actor=district, date=SATURDAY, is_workday=True, **NOTICE)
    client_of(district).post(reverse("admin:workdays_workdayexception_do", args=[row.pk, "remove"]))
    assert not WorkdayException.objects.filter(date=SATURDAY).exists()


@pytest.mark.parametrize("name", personas.NAMES)
def test_the_audit_is_for_the_auditor_alone(client_of, reference, name):
    answer = client_of(personas.make(name)).get(reverse("admin:audit_entry_changelist"))
    assert answer.status_code == (200 if name == "auditor" else 404)


def test_reading_the_audit_is_recorded(client_of, auditor):
    client_of(auditor).get(reverse("admin:audit_entry_changelist"))
    assert Entry.objects.filter(verb="audit.read", actor=auditor.public_id).count() == 1


# ---- failed deliveries ----------------------------------------------------------------------------------------------
@pytest.fixture
def delivery(reference):
    message = Message.objects.create(
        user=personas.make("member"), kind="members/registered", title="你已入册", body="欢迎"
    )
    return Delivery.objects.create(notice=message, channel="sms", state="uncertain", tries=6, error="TimeoutError")


@pytest.mark.parametrize("state", ["uncertain", "failed"])
def test_a_failed_or_uncertain_delivery_is_sent_again(client_of, district, delivery, state):
    Delivery.objects.update(state=state)
    client_of(district).post(f"/manage/notices/delivery/{delivery.pk}/do/send-again/")
    assert Delivery.objects.values_list("state", "tries", "error").get() == ("waiting", 6, "")


@pytest.mark.parametrize("state", ["waiting", "sending", "sent"])
def test_a_delivery_in_progress_is_not_sent_twice(district, delivery, state):
    Delivery.objects.update(state=state)
    with pytest.raises(ActionError):
        actions.send_again(delivery, actor=district)


@pytest.mark.parametrize("name", [name for name in personas.NAMES if not name.startswith("district")])
def test_only_the_district_sends_again(delivery, name):
    with pytest.raises(NotAllowed):
        actions.send_again(delivery, actor=personas.make(name))
