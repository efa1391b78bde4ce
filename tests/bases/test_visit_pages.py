"""The pages of visits: asking with a phone code or signed in, the page of a visit, the calendar file, the staff site."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from bases import actions
from bases.models import Visit
from bases.states import VisitState
from chengyang import clock
from chengyang.platform.accounts.models import User
from chengyang.platform.audit.models import Entry
from tests import personas
from tests.activities import factories

from .test_visits import AFTERNOON, DAY, HOUR, MORNING, RULES, ask, propose

pytestmark = pytest.mark.django_db
PHONE = "15400000077"
TYPED = {
    "slot": "2026-09-21 09:30",
    "unit": "日照市新的社会阶层人士联谊会",
    "people": "24",
    "purpose": "learn",
    "wishes": "轮值制怎么交接",
    "needs": ["wheelchair"],
    "contact_name": "安知远",
}


@pytest.fixture(autouse=True)
def stopped_clock(settings, tmp_path):
    settings.PORTAL_CLOCK, settings.OUTBOX_DIR = factories.NINE, tmp_path
    return tmp_path


@pytest.fixture
def base(reference, base_manager):
    return actions.edit_base(personas.base(), actor=base_manager, **RULES)


@pytest.fixture
def guest(reference):
    return User.objects.create(phone="+8615400000927", name="安知远")


def url(base):
    return reverse("bases:visit-request", args=[base.slug])


def text(answer):
    return answer.content.decode()


def code(folder):
    return json.loads((folder / "sms.jsonl").read_text().splitlines()[-1])["code"]


# ---- asking ---------------------------------------------------------------------------------------------------------
def test_a_visitor_asks_with_a_phone_code(client, base, stopped_clock):
    page = text(client.get(url(base)))
    assert ["我们记什么，记多久" in page, 'value="2026-09-21 09:30"' in page] == [True, True]
    client.post(url(base), {**TYPED, "phone": PHONE, "do": "send"})
    assert not Visit.objects.exists()
    answer = client.post(url(base), {"code": code(stopped_clock), "do": "check"})
    visit = Visit.objects.get()
    assert answer["Location"] == visit.get_absolute_url()
    assert (visit.guest.phone, visit.unit, visit.needs, visit.people) == (
        f"+86{PHONE}",
        TYPED["unit"],
        ["wheelchair"],
        24,
    )
    assert "等基地答复" in text(client.get(visit.get_absolute_url()))


def test_the_message_with_the_code_names_what_it_is_for(client, base, stopped_clock):
    client.post(url(base), {**TYPED, "phone": PHONE, "do": "send"})
    assert "观摩预约" in json.loads((stopped_clock / "sms.jsonl").read_text())["text"]


def test_a_time_that_was_taken_meanwhile_is_refused_with_free_ones_as_buttons(client, base, guest, stopped_clock):
    client.post(url(base), {**TYPED, "phone": PHONE, "do": "send"})
    ask(base, guest)
    refused = client.post(url(base), {"code": code(stopped_clock), "do": "check"})
    assert (refused.status_code, "刚被约走" in text(refused)) == (409, True)
    offer = refused.context["form"].offers[0]
    data = {**TYPED, "offer": f"{offer.starts:%Y-%m-%d %H:%M}"}
    answer = client.post(url(base), data)
    visit = Visit.objects.exclude(guest=guest).get()
    assert (answer.status_code, visit.starts) == (302, AFTERNOON)


def test_somebody_signed_in_asks_at_once(client_of, base, guest):
    answer = client_of(guest).post(url(base), TYPED)
    assert (answer.status_code, Visit.objects.get().guest) == (302, guest)


@pytest.mark.parametrize(
    "change",
    [
        {"slot": ""},
        {"slot": "x"},
        {"slot": "2026-09-21 25:00"},
        {"unit": ""},
        {"people": "x"},
        {"purpose": "x"},
        {"contact_name": "\x00"},
    ],
    ids=["none", "nonsense", "no-hour", "no-unit", "no-number", "purpose", "nul"],
)
def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(client_of, base, guest, change):
    answer = client_of(guest).post(url(base), {**TYPED, **change})
    assert (answer.status_code, "field__error" in text(answer), Visit.objects.exists()) == (400, True, False)
    assert "轮值制怎么交接" in text(answer)


def test_the_free_times_are_live(client, base, guest):
    assert text(client.get(url(base))).count('value="2026-09-21') == 2
    visit = ask(base, guest)
    assert text(client.get(url(base))).count('value="2026-09-21') == 1
    actions.cancel_visit(visit, actor=guest)
    assert text(client.get(url(base))).count('value="2026-09-21') == 2


def test_three_weeks_are_shown_and_the_next_ones(client, base):
    page = client.get(url(base))
    window = page.context["window"]
    assert (window.first, window.last, len(window.days)) == (dt.date(2026, 9, 14), dt.date(2026, 10, 4), 21)
    marks = {day.day.day: day.mark for day in window.days if day.mark}
    assert (marks[20], marks[25]) == ("班", "休")
    later = client.get(url(base), {"from": window.later}).context["window"]
    assert (later.first, later.earlier) == (dt.date(2026, 10, 5), "2026-09-14")


@pytest.mark.parametrize("first", ["x", "2026-13-01", "0001-01-01", "9999-12-31", "2020-01-01"])
def test_a_made_up_week_is_this_one(client, base, first):
    assert client.get(url(base), {"from": first}).context["window"].first == dt.date(2026, 9, 14)


def test_a_base_without_visits_leads_to_its_page(client, reference):
    base = personas.base()
    assert client.get(url(base))["Location"] == base.get_absolute_url()
    assert "预约观摩" not in text(client.get(base.get_absolute_url()))


def test_the_page_of_the_base_leads_to_the_form(client, base):
    page = text(client.get(base.get_absolute_url()))
    assert (url(base) in page, "每场 90 分钟，5–40 位" in page) == (True, True)


@pytest.mark.parametrize("name", ["sysadmin", "secadmin", "auditor"])
def test_administrators_do_not_ask(client_of, base, name):
    assert client_of(personas.make(name)).post(url(base), TYPED).status_code == 403


# ---- the page of a visit --------------------------------------------------------------------------------------------
def test_the_guest_reads_both_times_and_accepts(client_of, base, guest, base_manager):
    visit = propose(ask(base, guest), base_manager)
    browser = client_of(guest)
    page = text(browser.get(visit.get_absolute_url()))
    assert ["9月21日 周一 09:30–11:00" in page, "9月21日 周一 10:30–12:00" in page, "展厅在换展" in page] == [True] * 3
    browser.post(reverse("bases:visit-accept", args=[visit.public_id]))
    assert "说定了" in text(browser.get(visit.get_absolute_url()))


def test_the_link_asks_a_stranger_to_sign_in_and_shows_nothing(client, client_of, base, guest, stranger):
    visit = ask(base, guest)
    assert client.get(visit.get_absolute_url())["Location"].startswith("/accounts/")
    assert client_of(stranger).get(visit.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("verb", ["accept", "cancel", "people", "rate", "erase"])
def test_the_base_reads_the_page_and_does_not_press_the_buttons_of_the_guest(
    client_of, base, guest, base_manager, verb
):
    visit, browser = ask(base, guest), client_of(base_manager)
    page = text(browser.get(visit.get_absolute_url()))
    assert ("撤回预约" in page, "154****0927" in page) == (False, True)
    answer = browser.post(reverse(f"bases:visit-{verb}", args=[visit.public_id]), {"people": "9", "rating": "5"})
    assert answer.status_code == 403
    assert Entry.objects.filter(verb="visit.read", user=guest.public_id).exists()


def test_the_guest_changes_the_number_and_takes_it_back(client_of, base, guest):
    visit, browser = ask(base, guest), client_of(guest)
    people = reverse("bases:visit-people", args=[visit.public_id])
    assert [browser.post(people, {"people": number}).status_code for number in ("30", "400", "x")] == [302, 409, 400]
    browser.post(reverse("bases:visit-cancel", args=[visit.public_id]))
    visit.refresh_from_db()
    assert (visit.people, visit.state) == (30, VisitState.CANCELLED)


def test_the_guest_rates_and_erases_after_the_visit(client_of, base, guest, base_manager, settings):
    visit = actions.confirm_visit(ask(base, guest), actor=base_manager)
    settings.PORTAL_CLOCK = MORNING + HOUR
    actions.receive_visit(visit, actor=base_manager, came=22)
    browser = client_of(guest)
    rate = reverse("bases:visit-rate", args=[visit.public_id])
    assert [browser.post(rate, {"rating": rating, "feedback": "好"}).status_code for rating in ("5", "9")] == [302, 400]
    assert browser.post(reverse("bases:visit-erase", args=[visit.public_id]))["Location"] == reverse("bases:my-visits")
    assert browser.get(visit.get_absolute_url()).status_code == 404


def test_both_sides_get_a_calendar_file(client_of, base, guest, base_manager):
    visit = actions.confirm_visit(ask(base, guest), actor=base_manager)
    files = [
        text(client_of(user).get(reverse("bases:visit-ics", args=[visit.public_id]))) for user in (guest, base_manager)
    ]
    assert files[0] == files[1]
    for part in ("BEGIN:VEVENT", f"UID:{visit.public_id}@", "DTSTART:20260921T013000Z", "STATUS:CONFIRMED"):
        assert part in files[0]
    assert "安知远" not in files[0]


def test_a_guest_sees_their_visits(client_of, base, guest):
    visit, browser = ask(base, guest), client_of(guest)
    pages = [
        text(browser.get(path)) for path in (reverse("bases:my-visits"), reverse("me:home"), reverse("members:data"))
    ]
    assert [visit.get_absolute_url() in page for page in pages[:2]] == [True, True]
    assert TYPED["unit"] in pages[2]


# ---- a route --------------------------------------------------------------------------------------------------------
def test_a_route_of_two_bases_is_asked_for_on_the_page_of_the_first(client_of, base, guest, district):
    other = personas.base(slug="other", name="嗨创天地", subdistrict=None)
    actions.edit_base(other, actor=district, **RULES)
    first, browser = ask(base, guest), client_of(guest)
    assert url(other) not in text(browser.get(first.get_absolute_url()))  # nobody has typed in the way
    actions.add_travel(base, other, actor=district, minutes=20)
    assert f"{url(other)}?route={first.public_id}" in text(browser.get(first.get_absolute_url()))
    page = browser.get(url(other), {"route": first.public_id})
    slots = [slot for day in page.context["window"].days for slot in day.times if slot.is_free]
    assert [slot.value for slot in slots] == ["2026-09-21 14:00"]
    assert page.context["form"]["unit"].value() == first.unit
    browser.post(f"{url(other)}?route={first.public_id}", {**TYPED, "slot": "2026-09-21 14:00"})
    second = Visit.objects.get(base=other)
    assert second.route == first
    shown = text(browser.get(first.get_absolute_url()))
    assert ("乘车约 20 分钟" in shown, second.get_absolute_url() in shown) == (True, True)


# ---- the staff site -------------------------------------------------------------------------------------------------
def decide(browser, visit, **data):
    page = reverse("admin:staff_decide", args=["visit", visit.public_id])
    version = browser.get(page).context_data["page"].version
    return browser.post(page, {"version": version, **data})


def test_the_manager_confirms_with_a_host_on_the_decision_page(client_of, base, guest, base_manager):
    visit, post = ask(base, guest), base.posts.get()
    assert decide(client_of(base_manager), visit, choice="confirm", host=post.pk).status_code == 302
    visit.refresh_from_db()
    assert (visit.state, visit.host, visit.decided_by) == (VisitState.CONFIRMED, post, base_manager)


def test_the_manager_proposes_another_time_on_the_decision_page(client_of, base, guest, base_manager):
    visit, browser = ask(base, guest), client_of(base_manager)
    data = {"choice": "propose", "starts": "2026-09-21T10:30", "kept_until": "2026-09-18T18:00"}
    assert decide(browser, visit, **data).status_code in (400, 409)  # without a reason
    assert decide(browser, visit, **data, reason="展厅在换展").status_code == 302
    visit.refresh_from_db()
    assert (visit.starts, visit.kept_until) == (MORNING + HOUR, clock.at(dt.date(2026, 9, 18), dt.time(18)))


def test_what_is_over_waits_until_the_reception_is_recorded(client_of, base, guest, base_manager, settings):
    visit = actions.confirm_visit(ask(base, guest), actor=base_manager)
    settings.PORTAL_CLOCK = MORNING + DAY
    browser, page = client_of(base_manager), reverse("admin:staff_decide", args=["reception", visit.public_id])
    assert visit.unit in text(browser.get(reverse("admin:index")))
    version = browser.get(page).context_data["page"].version
    browser.post(page, {"choice": "receive", "came": "22", "record": "看了轮值", "version": version})
    visit.refresh_from_db()
    assert (visit.state, visit.came, visit.record) == (VisitState.DONE, 22, "看了轮值")


def test_nobody_came(base, guest, base_manager, settings):
    visit = actions.confirm_visit(ask(base, guest), actor=base_manager)
    settings.PORTAL_CLOCK = MORNING + DAY
    assert actions.miss_visit(visit, actor=base_manager).state == VisitState.LAPSED


def test_the_plan_is_edited_on_the_record(client_of, base, guest, base_manager):
    visit, browser = actions.confirm_visit(ask(base, guest), actor=base_manager), client_of(base_manager)
    page = reverse("admin:bases_visit_change", args=[visit.pk])
    data = {"host": base.posts.get().pk, "guide": "", "programme": "9:30 门口接\n10:00 展厅"}
    assert browser.post(page, data).status_code == 302
    assert "10:00" in text(client_of(guest).get(visit.get_absolute_url()))
    assert "安知远" in text(browser.get(page))


def test_the_plan_of_the_day_is_printed_with_all_who_come(client_of, base, guest, base_manager):
    visit = actions.confirm_visit(ask(base, guest), actor=base_manager, host=base.posts.get())
    actions.plan_visit(visit, actor=base_manager, programme="9:30 门口接")
    ask(base, User.objects.create(phone="+8615400000001"), starts=AFTERNOON, unit="红岛街道社区工作者班")
    ask(base, User.objects.create(phone="+8615400000002"), starts=AFTERNOON + DAY, unit="明天的班")
    page = reverse("admin:papers_papertemplate_print", args=["visit_plan"])
    printed = text(client_of(base_manager).get(page, {"record": visit.pk}))
    shown = [
        part in printed
        for part in ("9月21日 周一 接待安排", "9:30 门口接", "红岛街道社区工作者班", "154****0927", "明天的班")
    ]
    assert shown == [True] * 4 + [False]
