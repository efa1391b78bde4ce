"""Numbers and their accounts: changing one, undoing it, numbers of before, and getting an account back."""

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts import actions, returning, tasks
from chengyang.platform.accounts.models import FormerNumber, NumberRequest, PhoneProof, Subdistrict, User
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.offices.models import Office
from tests.personas import stepped_up
from tests.staff_pages import decide

from .conftest import PHONE, last_code

pytestmark = pytest.mark.django_db
OLD, NEW, OTHER = PHONE, "+8615400008001", "+8615400008002"
SIGN_IN = "/accounts/phone/"


@pytest.fixture
def owner(member):
    """A registered person who signs in with OLD and is reached there."""
    member.name, member.phone = "林知夏", OLD
    member.save()
    member.person.phone = OLD
    member.person.save()
    return member


def change(user, phone=NEW, **options):
    actions.change_phone(user, phone, actor=user, **options)
    return FormerNumber.objects.filter(user=user).first()


def enter(phone, browser=None):
    """Prove `phone` at the sign-in; return the answer to the right code."""
    browser = browser or Client()
    browser.post(SIGN_IN, {"do": "send", "phone": phone})
    return browser.post(SIGN_IN, {"do": "check", "code": last_code()})


def is_in(browser):
    return browser.session.get("_auth_user_id")


def link(kind):
    """Return the path of the signed link in the newest notice of `kind`."""
    body = Notice.objects.filter(kind=f"accounts/{kind}").latest("pk").body
    return re.search(r"https?://[^/]+(/\S+)", body)[1]


def phone_of(row):
    return type(row).objects.get(pk=row.pk).phone


# ---- changing -------------------------------------------------------------------------------------------------------
def test_the_old_number_is_notified_with_a_link(owner):
    change(owner)
    notice = Notice.objects.get(kind="accounts/phone_changed")
    assert (notice.address, notice.user) == (OLD, None)
    assert "/accounts/undo/" in notice.body


def test_a_change_ends_the_other_sessions_and_keeps_this_one(owner):
    there, here = Client(), Client()
    enter(OLD, there)
    PhoneProof.objects.all().delete()
    enter(OLD, here)
    stepped_up(here)
    page = reverse("accounts:change_phone")
    here.post(page, {"do": "send", "phone": NEW})
    assert here.post(page, {"do": "check", "code": last_code()})["Location"] == "/accounts/phone/changed/"
    assert (here.get("/accounts/").status_code, there.get("/accounts/").status_code) == (200, 302)


def test_a_number_is_changed_once_a_day(owner, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    change(owner)
    with pytest.raises(ActionError) as caught:
        change(owner, OTHER)
    assert caught.value.code == "too_often"
    time_machine.shift(dt.timedelta(days=1))
    change(owner, OTHER)
    assert phone_of(owner) == OTHER


def test_a_number_that_has_an_account_says_how_to_go_on(owner):
    other, browser = User.objects.create(phone=NEW), Client()
    enter(OLD, browser)
    stepped_up(browser)
    page = reverse("accounts:change_phone")
    browser.post(page, {"do": "send", "phone": NEW})
    refused = browser.get(browser.post(page, {"do": "check", "code": last_code()})["Location"]).content.decode()
    assert "这个手机号已经有账号了" in refused
    assert f'href="{reverse("accounts:lost_number")}"' in refused
    onwards = re.search(r'action="/accounts/logout/".*?name="next" value="([^"]+)"', refused)[1]
    assert browser.post("/accounts/logout/", {"next": onwards})["Location"] == f"{SIGN_IN}?next=/accounts/close/"
    actions.close_account(other, actor=other)
    change(owner)
    assert phone_of(owner) == NEW


@pytest.mark.django_db(transaction=True)
def test_of_two_accounts_that_change_to_one_number_at_the_same_moment_one_gets_it(transactional_db):
    users = [User.objects.create(phone=f"+861540000810{n}") for n in range(6)]
    outcomes = at_once([lambda user=user: actions.change_phone(user, NEW, actor=user) for user in users])
    assert outcomes == ["done"] + ["phone_taken"] * 5
    assert FormerNumber.objects.get().user == User.objects.by_phone(NEW).get()


@pytest.mark.django_db(transaction=True)
def test_a_number_that_signs_in_for_the_first_time_while_an_account_changes_to_it_has_one_account(transactional_db):
    users = [User.objects.create(phone=f"+861540000810{n}") for n in range(3)]
    changes = [lambda user=user: actions.change_phone(user, NEW, actor=user) for user in users]
    outcomes = at_once([*changes, *[lambda: actions.account_of(NEW)] * 3])
    assert set(outcomes) <= {"done", "phone_taken"}
    assert User.objects.by_phone(NEW).count() == 1


def at_once(calls):
    """Run `calls` on connections of their own, started together; return what came of them: done, or the code of a refusal."""
    gate = threading.Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            call()
            return "done"
        except ActionError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(run, calls))


def test_one_question_moves_the_messages_to_the_new_number(client_of, owner):
    browser = client_of(owner)
    change(owner)
    page = browser.get("/accounts/phone/changed/").content.decode()
    assert reverse("members:data-number") in page
    browser.post(reverse("members:data-number"), {"next": "/accounts/"})
    assert phone_of(owner.person) == NEW
    assert reverse("members:data-number") not in browser.get("/accounts/phone/changed/").content.decode()


# ---- undoing --------------------------------------------------------------------------------------------------------
def test_the_link_gives_the_number_back_and_ends_all_sessions(owner):
    thief = Client()
    enter(OLD, thief)
    change(owner)
    path = link("phone_changed")
    assert "不是我改的" in Client().get(path).content.decode()
    assert phone_of(owner) == NEW
    assert Client().post(path)["Location"] == SIGN_IN
    assert phone_of(owner) == OLD
    assert thief.get("/accounts/").status_code == 302


def test_undoing_moves_the_messages_back(owner):
    row = change(owner)
    owner.person.phone = NEW
    owner.person.save()
    actions.undo_number(row, actor=owner)
    assert phone_of(owner.person) == OLD


def test_undoing_removes_a_second_factor_that_was_added_since(owner):
    from allauth.mfa.models import Authenticator

    row = change(owner)
    Authenticator.objects.create(user=owner, type="totp", data={}, created_at=clock.now())
    actions.undo_number(row, actor=owner)
    assert not Authenticator.objects.exists()


def test_undoing_the_first_of_two_changes_ends_the_link_of_the_second(owner, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    first = change(owner)
    time_machine.shift(dt.timedelta(days=1))
    second = change(owner, OTHER)
    actions.undo_number(first, actor=owner)
    with pytest.raises(ActionError):
        actions.undo_number(FormerNumber.objects.get(pk=second.pk), actor=owner)
    assert phone_of(owner) == OLD


@pytest.mark.parametrize(("hours", "number"), [(71.9, OLD), (72, NEW)])
def test_the_link_works_for_72_hours(owner, time_machine, hours, number):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    change(owner)
    time_machine.shift(dt.timedelta(hours=hours))
    Client().post(link("phone_changed"))
    assert phone_of(owner) == number


def test_a_link_with_another_signature_is_404(owner):
    change(owner)
    path = link("phone_changed")
    forged = path[:-2] + ("a/" if path[-2] != "a" else "b/")
    assert Client().post(forged).status_code == 404
    assert phone_of(owner) == NEW


def test_the_old_number_is_forgotten_when_it_cannot_be_used_any_more(owner, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    row = change(owner)
    time_machine.shift(dt.timedelta(hours=72))
    tasks.run_periodic()
    assert phone_of(row) == ""
    time_machine.shift(dt.timedelta(days=365))
    tasks.run_periodic()
    assert not FormerNumber.objects.exists()


# ---- a number of before ---------------------------------------------------------------------------------------------
def test_signing_in_with_a_number_of_before_says_what_happened(owner):
    change(owner)
    browser = Client()
    assert enter(OLD, browser)["Location"] == "/accounts/phone/former/"
    assert "不再登录原来的账号" in browser.get("/accounts/phone/former/").content.decode()
    assert not is_in(browser)
    assert User.objects.count() == 1


def test_its_holder_undoes_the_change_there(owner):
    change(owner)
    browser = Client()
    enter(OLD, browser)
    browser.post("/accounts/phone/former/", {"do": "undo"})
    assert is_in(browser) == str(owner.pk)
    assert phone_of(owner) == OLD


def test_its_holder_opens_an_account_of_their_own_on_purpose(owner):
    change(owner)
    browser = Client()
    enter(OLD, browser)
    browser.post("/accounts/phone/former/", {"do": "new"})
    assert is_in(browser) not in (None, str(owner.pk))
    again = Client()
    User.objects.filter(pk=is_in(browser)).update(phone="", phone_index=None)
    assert enter("15400008005", again)["Location"] == "/me/"


def test_nobody_reaches_the_answers_without_proving_the_number(owner):
    change(owner)
    for page in ("former", "surname", "new-owner"):
        assert Client().post(f"/accounts/phone/{page}/", {"do": "new"})["Location"] == SIGN_IN
    assert User.objects.count() == 1


# ---- after a long absence -------------------------------------------------------------------------------------------
@pytest.fixture
def absent(owner):
    owner.last_login = clock.now() - dt.timedelta(days=180)
    owner.save(update_fields=["last_login"])
    return owner


def surname(browser, typed):
    return browser.post("/accounts/phone/surname/", {"do": "answer", "surname": typed})


def test_nothing_is_shown_before_the_surname(absent):
    browser = Client()
    assert enter(OLD, browser)["Location"] == "/accounts/phone/surname/"
    assert not is_in(browser)
    assert "林" not in browser.get("/accounts/phone/surname/").content.decode()
    assert surname(browser, "林")["Location"] == "/me/"
    assert is_in(browser) == str(absent.pk)


def test_179_days_are_no_absence(owner):
    owner.last_login = clock.now() - dt.timedelta(days=179)
    owner.save(update_fields=["last_login"])
    assert enter(OLD)["Location"] == "/me/"


def test_a_guest_has_no_surname_to_know():
    User.objects.create(phone=OLD, last_login=clock.now() - dt.timedelta(days=300))
    assert enter(OLD)["Location"] == "/me/"


def test_a_browser_that_proved_the_number_before_is_not_asked(owner, time_machine):
    browser = Client()
    enter(OLD, browser)
    browser.post("/accounts/logout/")
    User.objects.filter(pk=owner.pk).update(last_login=clock.now() - dt.timedelta(days=200))
    time_machine.move_to(clock.now() + dt.timedelta(minutes=2))
    assert enter(OLD, browser)["Location"] == "/me/"


def test_three_wrong_surnames_leave_the_way_over_the_window(absent):
    Office.objects.create(subdistrict=Subdistrict.objects.get(name="夏庄街道"), phone="0532-87866010")
    browser = Client()
    enter(OLD, browser)
    for typed in ("王", "李", "张"):
        surname(browser, typed)
    page = browser.get("/accounts/phone/surname/").content.decode()
    assert reverse("accounts:lost_number") in page
    assert 'href="tel:053287866010"' in page
    assert surname(browser, "林").status_code == 200
    assert not is_in(browser)


def test_wrong_surnames_count_over_all_browsers_and_days(absent, time_machine):
    for typed in ("王", "李", "张"):
        browser = Client()
        enter(OLD, browser)
        surname(browser, typed)
        time_machine.move_to(clock.now() + dt.timedelta(days=2))
    browser = Client()
    enter(OLD, browser)
    surname(browser, "林")
    assert not is_in(browser)


@pytest.mark.parametrize(
    ("name", "typed", "right"),
    [
        ("林知夏", "林", True),
        ("林知夏", "林知夏", True),
        ("林知夏", "知", False),
        ("欧阳修", "欧阳", True),
        ("买买提·艾力", "买买提", True),
        ("买买提·艾力", "买", False),
        ("林知夏", "", False),
    ],
)
def test_the_surname_is_compared_with_that_of_the_person(owner, name, typed, right):
    owner.person.name = name
    owner.person.save()
    assert returning.is_surname_of(owner, typed) == right


def test_a_new_owner_frees_the_number_and_the_staff_are_notified(owner, xiazhuang):
    left, browser = Client(), Client()
    enter(OLD, left)
    PhoneProof.objects.all().delete()
    User.objects.filter(pk=owner.pk).update(last_login=clock.now() - dt.timedelta(days=180))
    enter(OLD, browser)
    page = browser.post("/accounts/phone/surname/", {"do": "new_owner"})["Location"]
    assert phone_of(owner) == OLD  # asked once, nothing has happened yet
    browser.post(page)
    assert (phone_of(owner), phone_of(owner.person)) == ("", "")
    assert is_in(browser) not in (None, str(owner.pk))
    assert left.get("/accounts/").status_code == 302
    assert Notice.objects.get(user=xiazhuang).kind == "accounts/number_freed"
    assert Entry.objects.filter(verb="phone.freed").count() == 1


# ---- getting an account back ----------------------------------------------------------------------------------------
def ask(browser=None, name="林知夏", former=OLD, phone=NEW):
    browser = browser or Client()
    page = reverse("accounts:lost_number")
    browser.post(page, {"do": "send", "name": name, "former": former, "phone": phone})
    return browser.post(page, {"do": "check", "code": last_code()})


def checked(xiazhuang):
    ask()
    return actions.check_number_request(NumberRequest.objects.get(), actor=xiazhuang)


def test_the_request_waits_for_the_staff_of_the_subdistrict(owner, xiazhuang, liuting, district, client_of):
    ask()
    row = NumberRequest.objects.get()
    answers = {
        user.name: client_of(user).get(row.get_absolute_url()).status_code for user in (xiazhuang, liuting, district)
    }
    assert answers == {"xiazhuang": 200, "liuting": 404, "district": 200}
    assert "当面核对身份" in client_of(xiazhuang).get("/manage/").content.decode()


def test_a_request_for_nobody_is_answered_alike_and_not_stored(owner):
    assert ask(name="别人")["Location"] == ask(phone=OTHER)["Location"] == reverse("accounts:lost_number_sent")
    assert NumberRequest.objects.count() == 1


def test_one_request_is_open_at_a_time(owner):
    ask()
    ask(phone=OTHER)
    assert phone_of(NumberRequest.objects.get()) == NEW


def test_the_number_changes_72_hours_after_the_check(owner, xiazhuang, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    checked(xiazhuang)
    time_machine.shift(dt.timedelta(hours=71, minutes=59))
    tasks.run_periodic()
    assert phone_of(owner) == OLD
    time_machine.shift(60)
    tasks.run_periodic()
    assert (phone_of(owner), phone_of(owner.person)) == (NEW, NEW)


def test_the_old_number_stops_it(owner, xiazhuang, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    checked(xiazhuang)
    assert Notice.objects.get(kind="accounts/number_will_change").address == OLD
    Client().post(link("number_will_change"))
    time_machine.shift(dt.timedelta(hours=72))
    tasks.run_periodic()
    assert phone_of(owner) == OLD
    assert Notice.objects.filter(user=xiazhuang, kind="accounts/number_stopped").exists()


def test_nobody_checks_themselves_or_outside_their_subdistrict(owner, liuting):
    ask()
    for actor in (owner, liuting):
        with pytest.raises(NotAllowed):
            actions.check_number_request(NumberRequest.objects.get(), actor=actor)


def test_a_refusal_has_a_reason_that_the_asking_number_reads(owner, xiazhuang):
    ask()
    actions.refuse_number_request(NumberRequest.objects.get(), actor=xiazhuang, reason="本人没有来窗口核对。")
    notice = Notice.objects.get(kind="accounts/number_refused")
    assert (notice.address, "没有来窗口" in notice.body) == (NEW, True)


def test_the_officer_decides_on_the_page(owner, xiazhuang, client_of):
    ask()
    row = NumberRequest.objects.get()
    decide(client_of(xiazhuang), row.get_absolute_url(), {"choice": "check"})
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("checked", xiazhuang)


def test_a_number_with_an_account_by_then_changes_nothing(owner, xiazhuang, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), tick=False)
    row = checked(xiazhuang)
    User.objects.create(phone=NEW)
    time_machine.shift(dt.timedelta(hours=72))
    tasks.run_periodic()
    row.refresh_from_db()
    assert (phone_of(owner), row.state) == (OLD, "stopped")


def test_a_freed_number_gets_its_owner_back_in(absent, xiazhuang, time_machine):
    actions.free_number(absent)
    ask()
    row = NumberRequest.objects.get()
    assert row.user == absent


def test_with_the_same_number_the_check_replaces_the_surname(absent, xiazhuang, time_machine):
    User.objects.filter(pk=absent.pk).update(surname_failures=3)
    ask(phone=OLD)
    actions.check_number_request(NumberRequest.objects.get(), actor=xiazhuang)
    time_machine.move_to(clock.now() + dt.timedelta(hours=73))
    tasks.run_periodic()
    browser = Client()
    assert enter(OLD, browser)["Location"] == "/me/"


def test_staff_of_another_person_are_not_notified(owner, xiazhuang, liuting):
    ask()
    assert [notice.user for notice in Notice.objects.filter(kind="accounts/number_request")] == [xiazhuang]
