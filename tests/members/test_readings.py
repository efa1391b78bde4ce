"""谁看过: readings of lists, searches, requests and look-alikes are recorded once a day, with a count (requirements P10)."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.urls import reverse

from activities.models import Activity, Signup
from chengyang import clock, extensions
from chengyang.platform.accounts.models import User
from chengyang.platform.audit import readings
from chengyang.platform.audit.models import Reading
from members import actions, personal_data
from services.models import Request
from tests import personas

from . import factories

pytestmark = pytest.mark.django_db
XIAZHUANG = "夏庄街道工作人员"
CHAIN = "“夏新连心”美丽乡村建设服务队队长"


def looks(user, **options):
    """Return the accesses to the data of `user`, as their page shows them."""
    return personal_data.accesses(user, person=getattr(user, "person", None), **options)


def lines(user):
    return [(look.who, look.what, look.why, look.count) for look in looks(user)]


def times(browser, page, n=1, **data):
    for _ in range(n):
        assert browser.get(page, data).status_code == 200


# ---- what is recorded ------------------------------------------------------------------------------------------------
def test_the_list_of_persons_is_one_line_a_day(rules, member, xiazhuang, client_of):
    times(client_of(xiazhuang), "/manage/members/person/", 3)
    assert lines(member) == [(XIAZHUANG, "人士名单", "查看负责范围内的名单", 3)]


def test_another_day_is_another_line(rules, member, xiazhuang, client_of):
    times(client_of(xiazhuang), "/manage/members/person/")
    Reading.objects.update(day=clock.today() - dt.timedelta(days=1))
    times(client_of(xiazhuang), "/manage/members/person/")
    assert len(lines(member)) == 2


@pytest.mark.parametrize("page", ["/manage/search/", "/manage/autocomplete/"])
def test_search_results_are_recorded(rules, member, xiazhuang, client_of, page):
    field = {"app_label": "organizations", "model_name": "post", "field_name": "person", "term": "林知夏"}
    times(client_of(xiazhuang), page, q="林知夏", **field)
    assert lines(member) == [(XIAZHUANG, "搜索结果", "按姓名、号码查找", 1)]


def test_an_empty_search_records_nobody(rules, member, xiazhuang, client_of):
    times(client_of(xiazhuang), "/manage/search/", q="没有这个人")
    assert lines(member) == []


def test_a_membership_list_is_recorded(rules, member, xiazhuang, client_of):
    times(client_of(xiazhuang), "/manage/organizations/membership/")
    assert lines(member) == [(XIAZHUANG, "会员名单", "查看负责范围内的名单", 1)]


@pytest.fixture
def request_of_member(member):
    words = {"title": "劳务合同", "text": "请看一看", "due_on": clock.today(), "team": personas.team()}
    return Request.objects.create(number="SQ20260101-001", author=member, **words)


def test_reading_a_request_is_shown_to_its_author(rules, member, leader, request_of_member, client_of):
    browser = client_of(leader)
    times(browser, request_of_member.get_absolute_url(), 2)
    times(browser, extensions.todo_kind("request").url(request_of_member))
    assert lines(member) == [(CHAIN, "诉求“劳务合同”", "承办你的诉求", 3)]


def test_the_author_does_not_read_as_an_officer(rules, member, request_of_member, client_of):
    times(client_of(member), request_of_member.get_absolute_url())
    assert lines(member) == []


def test_the_list_at_the_entrance_is_recorded(rules, member, secretary, client_of):
    starts = clock.now()
    activity = Activity.objects.create(
        title="采摘帮扶",
        kind="volunteer",
        state="published",
        published_at=starts,
        starts=starts,
        ends=starts + dt.timedelta(hours=2),
        organization=personas.organization(),
    )
    Signup.objects.create(activity=activity, person=member.person, position=1)
    guest = User.objects.create(phone="+8615400000005")
    Signup.objects.create(activity=activity, user=guest, guest_name="来宾", position=2)
    times(client_of(secretary), reverse("activities:checkin", args=[activity.public_id]), 2)
    expected = ("夏庄街道新的社会阶层代表人士联谊会秘书长", "活动“采摘帮扶”的报名名单", "组织活动和签到", 2)
    assert (lines(member), lines(guest)) == ([expected], [expected])


def test_who_is_shown_as_a_look_alike_knows_it(rules, applicant, member, xiazhuang, client_of):
    row = factories.in_state(applicant, "submitted", name=member.person.name)
    times(client_of(xiazhuang), extensions.todo_kind("application-first").url(row))
    assert lines(member) == [(XIAZHUANG, "人士", "核对是不是重复登记", 1)]


def test_opening_an_application_many_times_is_one_line(rules, applicant, xiazhuang, client_of):
    row = factories.in_state(applicant, "submitted")
    times(client_of(xiazhuang), extensions.todo_kind("application-first").url(row), 8)
    assert lines(applicant) == [(XIAZHUANG, "入册申请", "审核入册申请", 8)]


def test_the_own_row_is_not_recorded(rules, xiazhuang, client_of):
    personas.person("王小二", account=xiazhuang)
    times(client_of(xiazhuang), "/manage/members/person/")
    assert not Reading.objects.exists()


def test_the_page_says_how_often(rules, member, xiazhuang, client_of):
    times(client_of(xiazhuang), "/manage/members/person/", 3)
    assert "（当天 3 次）" in client_of(member).get("/me/data/").content.decode()


def test_every_list_about_people_records_its_readers():
    from django.contrib import admin

    about_people = {
        "accounts.User",
        "accounts.Role",
        "audit.Entry",
        "notices.Delivery",
    }  # officers' accounts, own records
    silent = {
        model._meta.label
        for model, model_admin in admin.site._registry.items()
        if model_admin.concerns is None
        and any(
            key.related_model._meta.label in ("members.Person",)
            for key in model._meta.concrete_fields
            if key.is_relation
        )
    }
    assert silent - about_people == set()


# ---- storage ---------------------------------------------------------------------------------------------------------
def test_an_unknown_verb_is_refused(member, district):
    with pytest.raises(ValueError, match="not an audit verb"):
        readings.record("nothing.read", [member.person], actor=district)


def test_readings_past_retention_are_deleted(member, district):
    readings.record("search.read", [member.person], actor=district)
    Reading.objects.update(day=clock.today() - dt.timedelta(days=400))
    assert readings.purge() == 1


@pytest.mark.django_db(transaction=True)
def test_readings_at_the_same_moment_are_all_counted(reference):
    people = [personas.person(f"人士{n}") for n in range(20)]
    officer = personas.make("district")

    def read(found):
        readings.record("search.read", found, actor=officer)
        connection.close()

    threads = [threading.Thread(target=read, args=[people if n % 2 else people[::-1]]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Reading.objects.values_list("count", flat=True)) == {8}


# ---- what one handled oneself ----------------------------------------------------------------------------------------
def test_the_own_application_is_not_about_others(application):
    actions.submit_application(application, actor=application.user)
    assert personal_data.everything(application.user).acted == []
