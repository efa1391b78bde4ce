"""The history of a record in words: who changed what when, from which value to which, why; nothing one may not see."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import CheckIn, ServiceRecord, Signup
from chengyang import clock
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.staff.row_history import Source, history_of
from chengyang.platform.standards import actions as standards
from chengyang.platform.standards.models import Criterion, Standard, Version
from members.models import Category
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db


def url_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def steps_of(browser, row):
    return browser.get(url_of(row), {"tab": "history"}).context["record"].history


def text_of(browser, row):
    return browser.get(url_of(row), {"tab": "history"}).content.decode()


def in_words(step):
    return [(str(change.label), change.old, change.new) for change in step.changes]


@pytest.fixture
def person(reference):
    personas.make("secretary")
    found = personas.person("林知夏", job="短视频编导", can=["law"])
    found.phone = "+8615431412046"
    found.save()
    found.memberships.create(organization=personas.organization(), state="active", joined_on=dt.date(2026, 1, 1))
    return found


@pytest.fixture
def corrected(person, client_of, xiazhuang):
    """The person, whose unit, category and skills an officer has corrected."""
    data = {
        "name": "林知夏",
        "category": "new_media",
        "unit": "青岛沐野文化创意有限公司",
        "job": "短视频编导",
        "subdistrict": "370214002",
        "can": ["law", "media"],
    }
    assert client_of(xiazhuang).post(url_of(person), data).status_code == 302
    return person


def test_a_correction_is_shown_with_old_and_new_values_by_whom(corrected, client_of, district):
    step = steps_of(client_of(district), corrected)[0]
    assert (str(step.title), step.who) == ("修改个人信息", "xiazhuang")
    assert in_words(step) == [
        ("类别", "民营企业和外商投资企业管理技术人员", "新媒体从业人员"),
        ("工作单位", "青岛澄海文化传媒有限公司", "青岛沐野文化创意有限公司"),
        ("能帮上什么", "法律", "法律、新媒体"),
    ]


def test_who_is_not_responsible_reads_that_something_changed_and_not_what_it_was(corrected, client_of, secretary):
    step = steps_of(client_of(secretary), corrected)[0]
    assert in_words(step) == [
        ("类别", "民营企业和外商投资企业管理技术人员", "新媒体从业人员"),  # a category is no personal field
        ("工作单位", None, None),
        ("能帮上什么", None, None),
    ]
    page = text_of(client_of(secretary), corrected)
    assert ("改了，内容不在这里显示" in page, "青岛澄海文化传媒有限公司" in page) == (True, False)


def test_a_number_is_only_named(corrected, client_of, district):
    corrected.phone = "+8615431419999"
    corrected.save()
    changes = [one for step in steps_of(client_of(district), corrected) for one in in_words(step)]
    assert ("手机", None, None) in changes
    page = text_of(client_of(district), corrected)
    assert not any(text in page for text in ("15431412046", "15431419999", "phone", corrected.phone_index))


def test_a_state_is_shown_by_its_label_a_date_in_chinese_and_the_reason_as_it_was_typed(
    person, client_of, secretary, district
):
    row = person.memberships.get()
    done = client_of(secretary).post(f"{url_of(row)[:-7]}do/end/", {"reason": "搬到外地"})
    assert done.status_code == 302
    step = steps_of(client_of(district), row)[0]
    today = clock.today()
    assert (str(step.title), step.who, step.text) == ("代办退会", "secretary", "搬到外地")
    assert in_words(step) == [
        ("状态", "会员", "已退出"),
        ("退会日期", "—", f"{today.year}年{today.month}月{today.day}日"),
    ]


def test_the_history_of_a_person_has_that_of_what_belongs_to_them(person, client_of, secretary, district):
    row = person.memberships.get()
    client_of(secretary).post(f"{url_of(row)[:-7]}do/end/", {"reason": "搬到外地"})
    step = steps_of(client_of(district), person)[0]
    assert (step.about, step.url) == (f"会员：{row.organization}", url_of(row))


def test_the_history_of_a_person_has_nothing_of_rows_that_one_may_not_read(person, client_of, district, xiazhuang):
    elsewhere = personas.organization(slug="o", name="区级联谊会", level="district", subdistrict=None)
    row = person.memberships.create(organization=elsewhere, state="active", joined_on=dt.date(2026, 1, 1))
    client_of(district).post(f"{url_of(row)[:-7]}do/end/", {"reason": "搬到外地"})
    assert ["区级联谊会" in text_of(client_of(user), person) for user in (district, xiazhuang)] == [True, False]


def test_what_one_request_did_to_a_row_is_one_step(client_of, xiazhuang, reference):
    base = personas.base()
    data = {"name": "新的名称", "level": "park", "subdistrict": base.subdistrict_id}
    assert client_of(xiazhuang).post(url_of(base), data).status_code == 302
    steps = steps_of(client_of(xiazhuang), base)
    assert [str(step.title) for step in steps] == ["基地改名、基地调整级别或街道"]
    assert in_words(steps[0]) == [
        ("名称", "夏新连心驿站", "新的名称"),
        ("级别", "社区基地", "园区基地"),
    ]


def test_a_foreign_key_is_shown_by_its_name(client_of, district, reference):
    base, there = personas.base(), Subdistrict.objects.get(name="流亭街道")
    client_of(district).post(url_of(base), {"name": base.name, "level": base.level, "subdistrict": there.pk})
    assert in_words(steps_of(client_of(district), base)[0]) == [("街道", "夏庄街道", "流亭街道")]


def test_findings_are_shown_by_their_criteria(reference, client_of, base_manager, district):
    version = Version.objects.create(standard=Standard.objects.create(code="six_haves", name="六有", subject="base"))
    for number, name in enumerate(("有阵地", "有品牌")):
        Criterion.objects.create(version=version, code=f"c{number}", name=name, order=number)
    Version.objects.filter(pk=version.pk).update(published_on=dt.date(2020, 1, 1))
    row = standards.open_assessment(personas.base(), actor=base_manager)
    standards.record_statement(row, "c0", note="有", actor=base_manager)
    changes = [one for step in steps_of(client_of(district), row) for one in in_words(step)]
    assert ("逐项结果", "—", "有阵地：还没有评定，自述“有”") in changes


def test_a_secret_of_the_row_is_never_shown(client_of, leader, member, reference):
    from services import actions as services

    row = services.submit_request(actor=member, title="合同审阅", text="…", team=personas.team())
    former = row.query_code
    type(row).objects.filter(pk=row.pk).update(query_code="abcdefgh", due_on=clock.today())
    page = text_of(client_of(leader), row)
    assert "时限" in page
    assert ("查询码" in page, former in page, "abcdefgh" in page) == (False, False, False)


def test_the_rows_of_one_activity_are_not_in_its_history(client_of, district, reference):
    activity = factories.published()
    person = personas.person("林知秋")
    signup = Signup.objects.create(activity=activity, person=person, position=1, state="waitlisted")
    Signup.objects.filter(pk=signup.pk).update(state="confirmed")
    assert "林知秋" not in text_of(client_of(district), activity)
    assert in_words(steps_of(client_of(district), signup)[0]) == [("状态", "候补", "已确认")]


def test_every_page_of_a_row_has_the_same_history(client_of, district, reference):
    browser = client_of(district)
    rows = [personas.organization(), personas.base(), personas.team(), factories.published(), personas.person()]
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(**({"unit": "改"} if hasattr(row, "unit") else {"contact": "改"}))
        answer = browser.get(url_of(row))
        assert "staff/_timeline.html" in [template.name for template in answer.templates]
        assert [change.new for step in answer.context["record"].history for change in step.changes] == ["改"]


def test_the_number_of_statements_does_not_depend_on_the_number_of_changes(person):
    def change(times):
        first, second = Category.objects.values_list("pk", flat=True)[:2]
        for number in range(times):
            values = {"category": (first, second)[number % 2], "unit": f"第{number}家"}
            type(person).objects.filter(pk=person.pk).update(**values)
        person.refresh_from_db()
        with CaptureQueriesContext(connection) as found:
            return len(history_of([Source([person])])), len(found)

    (few, statements), (many, again) = change(3), change(20)
    assert (few, many) == (4, 24)  # the first one is the number of the person
    assert statements == again


def test_corrected_hours_are_in_the_history_of_the_person(client_of, district, reference):
    activity = factories.published(kind="volunteer", state="finished")
    person = personas.person("林知夏")
    signup = Signup.objects.create(activity=activity, person=person, position=1)
    left = activity.starts + dt.timedelta(hours=2)
    checkin = CheckIn.objects.create(signup=signup, checked_in_at=activity.starts, checked_out_at=left)
    record = ServiceRecord.objects.create(checkin=checkin, hours=3)
    data = {"hours": "2.5", "reason": "签退晚扫半小时"}
    assert client_of(district).post(url_of(record), data).status_code == 302
    step = steps_of(client_of(district), person)[0]
    assert (step.about, step.text) == (f"活动与时长：{activity}", "签退晚扫半小时")
    assert in_words(step) == [("时长（小时）", "3", "2.5")]
