"""Activities that have taken place, and who attended them, read in from sheets."""

import datetime as dt
from decimal import Decimal

import pytest

from activities import actions
from activities.models import Activity, CheckIn, ServiceRecord, Signup
from activities.states import ActivityState
from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from tests import personas
from tests.activities import factories
from tests.activities.factories import moment

from .conftest import rows_of, upload, write
from .test_kinds import exported, refusals, undone
from .workbooks import book

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    """Stop the clock at 09:00 on 16 September 2026."""
    settings.PORTAL_CLOCK = factories.NINE


# ---- activities -----------------------------------------------------------------------------------------------------
HEAD = ["活动名称", "类别", "开始时间", "结束时间", "组织", "服务队", "基地", "街道", "人数", "地点"]


def row(title="春季义诊", kind="志愿服务", starts="2026-03-05 14:00", ends="16:30", **cells):
    names = ("organization", "team", "base", "subdistrict", "headcount", "place")
    return [title, kind, starts, ends, *(cells.get(name) for name in names)]


def test_staff_enter_past_activities_which_count_at_once(people, district):
    rows = [
        HEAD,
        row(organization="夏庄联谊会", headcount="46人", place="村委大院"),
        row("读书会", "联谊交流", dt.datetime(2026, 4, 1, 19, 0), dt.datetime(2026, 4, 1, 21, 0)),
        row("创业课", "培训", "2026年5月6日下午2点半", "17：00", team="没有的队"),
        row("明年的课", "培训", "2027-01-05 14:00", "16:00"),
        row("倒着的课", "培训", "2026-05-06 14:00", "12:00"),
        row("没写几点", "培训", "2026-05-06", "12:00"),
    ]
    personas.team()
    owner = upload("past-activities", book(rows), actor=district)
    assert refusals(owner) == {
        4: ["没有“没有的队”，或者不归你管。"],
        5: ["还没有结束；要让人报名的活动，请在“新增活动”里填。"],
        6: ["结束时间要晚于开始时间。"],
        7: ["没有写几点几分，请按 2026-03-05 14:00 的形式填写。"],
    }
    owner = write(owner, actor=district)
    found = Activity.objects.get(title="春季义诊")
    assert owner.results == {"made": 2}
    assert (found.state, found.starts, found.ends) == (
        ActivityState.PUBLISHED,
        clock.at(dt.date(2026, 3, 5), dt.time(14)),
        clock.at(dt.date(2026, 3, 5), dt.time(16, 30)),
    )
    assert (found.headcount, found.place, found.organization.name) == (46, "村委大院", "夏庄联谊会")
    assert found.was_entered_later
    assert found.due_on > clock.today()
    assert Activity.objects.completed().count() == 2


def test_a_sheet_read_in_again_makes_no_second_activity(people, district):
    rows = [HEAD, row(organization="夏庄联谊会")]
    write(upload("past-activities", book(rows), actor=district), actor=district)
    assert upload("past-activities", book(rows), actor=district).counts == {"same": 1}
    rows[1][1] = "培训"
    assert refusals(upload("past-activities", book(rows), actor=district)) == {
        2: ["这一栏不能用表格改，现在是“志愿服务”。"]
    }


def test_a_past_activity_of_an_organizer_waits_for_approval(people, secretary, xiazhuang):
    managed = personas.organization()
    rows = [HEAD, row(organization=managed.name), row("外面的", organization="流亭联谊会")]
    owner = upload("past-activities", book(rows), actor=secretary)
    assert refusals(owner) == {3: ["没有“流亭联谊会”，或者不归你管。"]}
    write(owner, actor=secretary)
    activity = Activity.objects.get()
    assert (activity.state, activity.drafted_by) == (ActivityState.SUBMITTED, secretary)
    actions.approve_activity(activity, actor=xiazhuang)
    activity = actions.publish_activity(activity, actor=secretary)
    assert (activity.state, activity.was_entered_later) == (ActivityState.PUBLISHED, True)


def test_an_officer_of_a_subdistrict_enters_their_own_and_no_others(people, liuting):
    rows = [HEAD, row(), row("夏庄的", subdistrict="夏庄街道"), row("基地的", base=personas.base().name)]
    owner = upload("past-activities", book(rows), actor=liuting)
    assert refusals(owner) == {
        3: ["这场活动不归你管，请写你负责的主办。"],
        4: ["这场活动不归你管，请写你负责的主办。"],
    }
    write(owner, actor=liuting)
    assert Activity.objects.get().subdistrict.name == "流亭街道"


def test_past_activities_are_taken_back_until_somebody_is_entered(people, district):
    persons, organization = people
    rows = [HEAD, row(organization=organization.name), row("读书会", "联谊交流")]
    owner = write(upload("past-activities", book(rows), actor=district), actor=district)
    actions.enter_attendance(Activity.objects.get(title="读书会"), persons[0], reason="签到表", actor=district)
    owner = undone(owner, actor=district)
    assert list(Activity.objects.values_list("title", flat=True)) == ["读书会"]
    assert owner.message == "已撤回，1 行后来有了变化，留着没有动。"


# ---- attendance -----------------------------------------------------------------------------------------------------
PEOPLE_HEAD = ["姓名", "手机号", "活动", "日期", "签到", "签退"]


@pytest.fixture
def service(people):
    """A volunteer service on 5 September, 14:00 to 17:00, whose attendance is not complete."""
    return factories.published(
        title="春季义诊", kind="volunteer", starts=moment(5, 14), ends=moment(5, 17), published_at=moment(1)
    )


def test_attendance_is_entered_earns_hours_and_is_taken_back(people, service, district):
    persons, _organization = people
    rows = [
        PEOPLE_HEAD,
        ["陈桂兰", None, "春季义诊", "2026-09-05", "13:50", "16:10"],
        ["李雷", "15400007101", "春季义诊", None, None, None],
        ["周予安", None, "别的活动", None, None, None],
        ["韩梅梅", None, "春季义诊", None, "9:00", None],
    ]
    owner = upload("attendance", book(rows), actor=district)
    assert refusals(owner) == {4: ["没有这场办完的活动，或者不归你管，或者已经登记完成。"]}
    with pytest.raises(ActionError) as refusal:
        write(owner, actor=district, note="")
    assert refusal.value.code == "note"
    owner = write(owner, actor=district, note="按签到表补录")
    assert owner.results == {"made": 2, "refused": 1}
    first, second = Signup.objects.order_by("person__pk")
    assert (first.checkin.checked_in_at, first.checkin.reason) == (moment(5, 13, 50), "按签到表补录")
    assert (first.hours, second.hours) == (Decimal(2), None)
    assert second.checkin.checked_in_at == service.starts
    service.refresh_from_db()
    assert (service.taken, service.attended) == (2, 2)
    kinds = Notice.objects.filter(kind__startswith="activities/").values_list("kind", flat=True)
    assert sorted(kinds) == ["activities/attendance_entered", "activities/hours"]
    assert Entry.objects.filter(verb="checkin.entered", person=persons[0].public_id).exists()
    owner = undone(owner, actor=district)
    service.refresh_from_db()
    assert (Signup.objects.count(), CheckIn.objects.count(), ServiceRecord.objects.count()) == (0, 0, 0)
    assert (service.taken, service.attended, service.last_position) == (0, 0, 2)


def test_the_list_of_sign_ups_comes_back_with_times_filled_in(people, service, district):
    """Exported, filled in offline, read in: a sign-up that was made before stays when the import is taken back."""
    persons, _organization = people
    signup = service.signups.create(person=persons[0], state="confirmed", position=1, at=moment(2))
    Activity.objects.update(taken=1, last_position=1)
    rows = exported("activities.Signup", district)
    rows[1][rows[0].index("签到")] = "14:05"
    rows[1][rows[0].index("签退")] = dt.datetime(2026, 9, 5, 16, 40)
    owner = upload("attendance", book(rows), actor=district)
    assert owner.counts == {"changed": 1}
    owner = write(owner, actor=district, note="按签到表补录")
    signup = Signup.objects.get(pk=signup.pk)
    assert (signup.checkin.checked_in_at, signup.hours) == (moment(5, 14, 5), Decimal("2.5"))
    undone(owner, actor=district)
    assert Signup.objects.filter(pk=signup.pk, checkin=None).exists()


def test_times_are_corrected_and_set_back(people, service, district):
    persons, _organization = people
    signup = actions.enter_attendance(
        service, persons[0], reason="签到表", checked_out_at=moment(5, 16), actor=district
    )
    rows = [PEOPLE_HEAD, ["陈桂兰", None, "春季义诊", None, "14:30", "17:00"]]
    owner = upload("attendance", book(rows), actor=district)
    assert rows_of(owner, "changed")[2].number == 2
    owner = write(owner, actor=district, note="看错了")
    assert Signup.objects.get().hours == Decimal("2.5")
    undone(owner, actor=district)
    checkin = CheckIn.objects.get(signup=signup)
    assert (checkin.checked_in_at, checkin.checked_out_at) == (moment(5, 14), moment(5, 16))
    assert ServiceRecord.objects.get().hours == 2


def test_nobody_enters_themself_and_nothing_outside_the_scope(people, service, district, liuting):
    persons, _organization = people
    persons[0].user = district
    persons[0].save(update_fields=["user"])
    rows = [PEOPLE_HEAD, ["陈桂兰", None, "春季义诊", None, None, None]]
    assert refusals(upload("attendance", book(rows), actor=district)) == {2: ["不能登记自己。"]}
    rows[1][:2] = ["李雷", "15400007101"]
    assert refusals(upload("attendance", book(rows), actor=liuting)) == {
        2: ["没有这场办完的活动，或者不归你管，或者已经登记完成。"]
    }


def test_two_activities_of_one_title_need_the_day(people, service, district):
    factories.published(title="春季义诊", starts=moment(6, 14), ends=moment(6, 17), published_at=moment(1))
    rows = [
        PEOPLE_HEAD,
        ["陈桂兰", None, "春季义诊", None, None, None],
        ["李雷", None, "春季义诊", "9月6日", None, None],
    ]
    rows[2][3] = "2026.9.6"
    owner = upload("attendance", book(rows), actor=district)
    assert refusals(owner) == {2: ["有 2 场同名的活动，请写活动日期。"]}
    assert rows_of(owner, "new").keys() == {3}
