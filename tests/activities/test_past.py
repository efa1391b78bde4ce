"""Activities that are entered after they took place, and their attendance: what is refused, and who may."""

import datetime as dt

import pytest

from activities import actions, permissions
from activities.models import Activity, CheckIn, Signup
from activities.states import ActivityState
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from tests import personas

from . import factories
from .factories import HOUR, MINUTE, moment

pytestmark = pytest.mark.django_db


def refused(code, action, *args, **options):
    with pytest.raises(ActionError) as refusal:
        action(*args, **options)
    assert refusal.value.code == code


def past(**fields):
    """Create a published activity of 夏庄 on 5 September, 14:00 to 17:00."""
    return factories.published(**{"starts": moment(5, 14), "ends": moment(5, 17), **fields})


# ---- activities -----------------------------------------------------------------------------------------------------
def test_a_draft_that_is_over_is_published_only_as_a_past_one(reference, xiazhuang):
    activity = factories.draft(starts=moment(5, 14), ends=moment(5, 17), summary="", contact="", drafted_by=xiazhuang)
    refused("past", actions.publish_activity, activity, actor=xiazhuang)
    activity = actions.publish_past_activity(activity, actor=xiazhuang)
    assert (activity.state, activity.was_entered_later) == (ActivityState.PUBLISHED, True)
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("ends", [moment(16, 9, 1), moment(19, 11)])
def test_what_is_not_over_is_not_a_past_activity(reference, xiazhuang, ends):
    activity = factories.draft(starts=moment(16, 8), ends=ends, drafted_by=xiazhuang)
    refused("running", actions.publish_past_activity, activity, actor=xiazhuang)


def test_a_past_service_is_complete_within_ten_working_days_from_now(reference, xiazhuang):
    activity = factories.draft(kind="volunteer", starts=moment(2, 14), ends=moment(2, 17), drafted_by=xiazhuang)
    activity = actions.publish_past_activity(activity, actor=xiazhuang)
    assert activity.due_on == dt.date(2026, 9, 30)


def test_an_organizer_submits_and_staff_approve(reference, secretary, xiazhuang):
    organization = personas.organization()
    activity = factories.draft(organization=organization, starts=moment(5, 14), ends=moment(5, 17))
    with pytest.raises(NotAllowed):
        actions.publish_past_activity(activity, actor=secretary)
    refused("past", actions.submit_activity, activity, actor=secretary)
    activity = actions.submit_past_activity(activity, actor=secretary)
    activity = actions.publish_activity(activity, actor=xiazhuang)
    assert (activity.state, activity.was_entered_later) == (ActivityState.PUBLISHED, True)


def test_the_same_activity_is_entered_once(reference, xiazhuang):
    fields = {"title": "义诊", "starts": moment(5, 14), "ends": moment(5, 17), "subdistrict": personas.reference()}
    actions.enter_past_activity(actor=xiazhuang, **fields)
    refused("double", actions.enter_past_activity, actor=xiazhuang, **fields)
    actions.enter_past_activity(actor=xiazhuang, **{**fields, "starts": moment(6, 14), "ends": moment(6, 17)})
    assert Activity.objects.count() == 2


def test_only_what_was_entered_later_is_deleted_and_only_while_nothing_belongs_to_it(reference, district, xiazhuang):
    before = past()
    refused("state", actions.delete_past_activity, before, actor=xiazhuang)
    activity = past(published_at=moment(16))
    signup = actions.enter_attendance(activity, factories.person(), reason="签到表", actor=xiazhuang)
    refused("in_use", actions.delete_past_activity, activity, actor=xiazhuang)
    actions.remove_attendance(signup, actor=xiazhuang)
    actions.finish_activity(activity, actor=xiazhuang)
    refused("closed", actions.delete_past_activity, activity, actor=xiazhuang)
    Activity.objects.filter(pk=activity.pk).update(recorded_at=None)
    actions.delete_past_activity(activity, actor=district)
    assert list(Activity.objects.all()) == [before]
    assert Entry.objects.filter(verb="activity.deleted").count() == 1


def test_who_may_delete_a_past_activity(reference, secretary, liuting, xiazhuang):
    activity = past(organization=personas.organization(), published_at=moment(16))
    allowed = [permissions.can_delete_past_activity(user, activity) for user in (secretary, liuting, xiazhuang)]
    assert allowed == [False, False, True]
    activity.state = ActivityState.SUBMITTED
    assert permissions.can_delete_past_activity(secretary, activity)


# ---- attendance -----------------------------------------------------------------------------------------------------
def test_attendance_is_entered_once_and_the_person_is_notified(reference, xiazhuang):
    activity, person = past(), factories.person()
    signup = actions.enter_attendance(activity, person, reason="按签到表", actor=xiazhuang)
    assert (signup.state, signup.checkin.method, signup.checkin.checked_in_at) == ("confirmed", "late", activity.starts)
    assert Notice.objects.get(user=person.user).kind == "activities/attendance_entered"
    refused("already", actions.enter_attendance, activity, person, reason="按签到表", actor=xiazhuang)
    refused("reason", actions.enter_attendance, activity, factories.person(2), reason=" ", actor=xiazhuang)
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("running", {"ends": moment(16, 9, 1)}),
        ("closed", {"recorded_at": moment(6)}),
        ("cancelled", {"state": "cancelled", "cancelled_at": moment(2), "reason": "台风"}),
        ("full", {"capacity": 1, "taken": 1}),
    ],
)
def test_attendance_that_is_refused(reference, xiazhuang, code, fields):
    activity = past(**fields)
    refused(code, actions.enter_attendance, activity, factories.person(), reason="签到表", actor=xiazhuang)


@pytest.mark.parametrize(
    ("came", "left"),
    [
        (moment(5, 10, 59), None),
        (moment(5, 17), None),
        (moment(4, 14), None),
        (moment(5, 15), moment(5, 14, 59)),
        (None, moment(6, 14)),
    ],
    ids=["before", "at-the-end", "day-before", "out-before-in", "day-after"],
)
def test_times_outside_the_activity_are_refused(reference, xiazhuang, came, left):
    times = {"checked_in_at": came, "checked_out_at": left}
    refused("moment", actions.enter_attendance, past(), factories.person(), reason="表", actor=xiazhuang, **times)


def test_a_sign_up_without_a_place_is_not_checked_in(reference, xiazhuang):
    activity, person = past(capacity=5), factories.person()
    activity.signups.create(person=person, state="waitlisted", position=1)
    refused("waiting", actions.enter_attendance, activity, person, reason="签到表", actor=xiazhuang)


def test_a_sign_up_made_before_stays_when_the_attendance_is_removed(reference, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(2)
    activity = past(capacity=5)
    signup = factories.signed_up(activity)
    settings.PORTAL_CLOCK = moment(16)
    entered = actions.enter_attendance(activity, signup.person, reason="签到表", actor=xiazhuang)
    assert entered.pk == signup.pk
    actions.remove_attendance(entered, actor=xiazhuang)
    assert (Signup.objects.get().state, factories.counted(activity)) == ("confirmed", (1, 1))


def test_hours_follow_the_times_and_a_correction_keeps_them(reference, xiazhuang):
    activity, person = past(kind="volunteer"), factories.person()
    signup = actions.enter_attendance(
        activity, person, reason="表", checked_out_at=activity.ends + HOUR, actor=xiazhuang
    )
    assert (signup.hours, signup.checkin.checked_out_at) == (3, activity.ends)
    actions.record_attendance(signup, reason="表", checked_out_at=moment(5, 15, 29), actor=xiazhuang)
    signup = Signup.objects.get()
    assert signup.hours == 1
    actions.correct_hours(signup.checkin.service, hours=2, reason="看过照片", actor=xiazhuang)
    refused("corrected", actions.record_attendance, signup, reason="表", actor=xiazhuang)
    refused("corrected", actions.remove_attendance, signup, actor=xiazhuang)


def test_two_past_services_at_the_same_time_count_once(reference, xiazhuang):
    person = factories.person()
    for _ in range(2):
        activity = past(kind="volunteer")
        actions.enter_attendance(activity, person, reason="表", checked_out_at=activity.ends, actor=xiazhuang)
    assert sorted(signup.hours for signup in Signup.objects.all()) == [0, 3]


def test_nobody_attests_their_own_attendance_and_others_may_not(reference, xiazhuang, liuting):
    activity, person = past(), personas.person("官自己", account=xiazhuang)
    refused("own", actions.enter_attendance, activity, person, reason="表", actor=xiazhuang)
    with pytest.raises(NotAllowed):
        actions.enter_attendance(activity, factories.person(), reason="表", actor=liuting)
    assert Signup.objects.count() == 0


def test_the_page_offers_what_fits_a_past_activity(client, reference, xiazhuang):
    client.force_login(xiazhuang)
    draft = factories.draft(starts=moment(5, 14), ends=moment(5, 17), drafted_by=xiazhuang)
    url = f"/manage/activities/activity/{draft.pk}"
    page = client.get(f"{url}/change/")
    assert "补录发布" in page.content.decode()
    assert "发布以后日历上看得到" not in page.content.decode()
    version = page.context["version"]
    client.post(f"{url}/do/publish-past/", {"version": version})
    draft.refresh_from_db()
    assert draft.state == ActivityState.PUBLISHED
    page = client.get(f"{url}/change/")
    assert "删除补录" in page.content.decode()
    answer = client.post(f"{url}/do/delete/", {"version": page.context["version"]})
    assert (answer.status_code, answer.url) == (302, "/manage/activities/activity/")
    assert not Activity.objects.exists()


def test_a_minute_before_the_end_it_is_not_over(reference, xiazhuang, settings):
    activity = past()
    settings.PORTAL_CLOCK = activity.ends - MINUTE
    refused("running", actions.enter_attendance, activity, factories.person(), reason="表", actor=xiazhuang)
    settings.PORTAL_CLOCK = activity.ends
    actions.enter_attendance(activity, factories.person(2), reason="表", actor=xiazhuang)
