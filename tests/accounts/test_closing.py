"""Closing an account: by its owner in two taps, and by the nightly task."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client

from activities.models import Signup
from chengyang import clock
from chengyang.errors import NotAllowed
from chengyang.platform.accounts import actions, tasks
from chengyang.platform.accounts.models import User
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy import actions as privacy
from members.models import Person
from services.models import Request
from tests.activities import factories
from tests.personas import stepped_up

from .conftest import PHONE, last_code

pytestmark = pytest.mark.django_db
CLOSE = "/accounts/close/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def guest(reference):
    return User.objects.create(phone=PHONE, name="王小明")


def aged(user, days):
    """Let the last sign-in of `user` be `days` ago."""
    User.objects.filter(pk=user.pk).update(
        last_login=clock.now() - days * DAY, date_joined=clock.now() - (days + 1) * DAY
    )
    return user


def is_closed(user):
    return User.objects.get(pk=user.pk).closed_at is not None


def signed_up(user, starts):
    activity = factories.published(starts=starts, ends=starts + dt.timedelta(hours=2), taken=1)
    return Signup.objects.create(activity=activity, user=user, guest_name="王小明", position=1)


# ---- by its owner ---------------------------------------------------------------------------------------------------
def test_two_taps_close_it_and_sign_out(client_of, guest):
    browser = stepped_up(client_of(guest))
    assert f'href="{CLOSE}"' in browser.get("/accounts/").content.decode()
    assert "不需要任何人批准" in browser.get(CLOSE).content.decode()
    assert browser.post(CLOSE)["Location"] == "/"
    assert is_closed(guest)
    assert browser.get("/accounts/").status_code == 302


def test_nothing_that_names_the_account_is_left(client_of, guest):
    stepped_up(client_of(guest)).post(CLOSE)
    row = User.objects.get()
    assert (row.name, row.phone, row.phone_index, row.phone_last4, row.is_active) == ("", "", None, "", False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_userevent WHERE pgh_obj_id = %s", [row.pk])
        assert cursor.fetchone() == (0,)


def test_the_number_may_begin_again(client_of, guest):
    stepped_up(client_of(guest)).post(CLOSE)
    browser = Client()
    browser.post("/accounts/phone/", {"do": "send", "phone": PHONE})
    browser.post("/accounts/phone/", {"do": "check", "code": last_code()})
    assert User.objects.by_phone(PHONE).get() != guest


def test_open_signups_end_and_past_ones_lose_the_name(guest):
    coming = signed_up(guest, clock.now() + DAY)
    past = signed_up(guest, clock.now() - DAY)
    actions.close_account(guest, actor=guest)
    rows = [Signup.objects.get(pk=row.pk) for row in (coming, past)]
    assert [(row.user, row.guest_name) for row in rows] == [(None, "")] * 2
    assert rows[0].state == "cancelled"


def test_open_requests_end_and_texts_go(guest):
    Request.objects.create(author=guest, number="SQ20260914-001", title="要场地", text="二十人", due_on=clock.today())
    actions.close_account(guest, actor=guest)
    assert not Request.objects.exists()


def test_a_member_leaves_the_registry_with_it(member):
    actions.close_account(member, actor=member)
    assert Person.objects.get().state == "left"
    assert not any(row.given for row in privacy.latest_for(member).values())


def test_an_officer_resigns_from_the_post_first(client_of, secretary):
    browser = stepped_up(client_of(secretary))
    assert "请先卸任职务" in browser.get(CLOSE).content.decode()
    assert browser.post(CLOSE).status_code == 403
    assert not is_closed(secretary)


def test_nobody_closes_the_account_of_somebody_else(guest, district):
    with pytest.raises(NotAllowed):
        actions.close_account(guest, actor=district)


# ---- by the nightly task --------------------------------------------------------------------------------------------
def nights(time_machine, *days):
    start = clock.now()
    for day in days:
        time_machine.move_to(start + day * DAY, tick=False)
        tasks.close_unneeded()


def test_an_account_that_nobody_used_for_two_years_is_closed_after_a_notice(guest, time_machine):
    aged(guest, 716)
    nights(time_machine, 0, 13)
    assert Notice.objects.filter(user=guest, kind="accounts/closing_soon").count() == 1
    assert not is_closed(guest)
    nights(time_machine, 1)
    assert is_closed(guest)


def test_signing_in_keeps_it(guest, time_machine, client_of):
    aged(guest, 716)
    nights(time_machine, 0)
    client_of(guest)
    nights(time_machine, 15)
    assert not is_closed(guest)
    assert User.objects.get(pk=guest.pk).closing_notified_at is None


def test_a_guest_is_closed_90_days_after_the_last_activity(guest, time_machine):
    signed_up(guest, clock.now() - 77 * DAY)
    aged(guest, 77)
    nights(time_machine, 0, 12)
    assert not is_closed(guest)
    nights(time_machine, 3)
    assert is_closed(guest)


@pytest.mark.parametrize("needed", ["person", "role", "signup", "request", "recent"])
def test_what_is_still_needed_stays(guest, district, member, time_machine, needed):
    user = {"person": member, "role": district}.get(needed, guest)
    User.objects.filter(pk=user.pk).update(email=None)
    if needed == "signup":
        signed_up(guest, clock.now() + 60 * DAY)
    if needed == "request":
        Request.objects.create(author=guest, number="SQ1", title="要场地", text="二十人", due_on=clock.today())
    aged(user, 100 if needed == "recent" else 900)
    nights(time_machine, 0, 20)
    assert not is_closed(user)
