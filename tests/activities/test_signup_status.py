"""The sign-up status and the public figures of an activity."""

import pytest

from activities.models import CheckIn
from activities.signup_status import attendance_of, public_figures, signup_status_of, with_attendance

from . import factories
from .factories import moment


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({}, "free", "不限名额"),
        ({"capacity": 12}, "open", "余 12"),
        ({"capacity": 4}, "open", "余 4"),
        ({"capacity": 3}, "few", "仅余 3"),
        ({"capacity": 9, "taken": 8}, "few", "仅余 1"),
        ({"capacity": 9, "taken": 9}, "full", "已满"),
        ({"state": "cancelled", "cancelled_at": moment(2), "reason": "雨"}, "off", "已取消"),
        ({"signup_opens": moment(17)}, "soon", "9月17日起"),
        ({"signup_closes": moment(16)}, "closed", "报名截止"),
        ({"starts": moment(16, 8), "ends": moment(16, 10)}, "closed", "进行中"),
        ({"starts": moment(15), "ends": moment(15, 10)}, "past", "已结束"),
        ({"starts": moment(15), "ends": moment(15, 10), "state": "cancelled", "cancelled_at": moment(2), "reason": "雨"}, "off", "已取消"),
    ],
)  # fmt: skip
def test_the_status_names_places_and_times(reference, fields, code, text):
    status = signup_status_of(factories.published(**fields))
    assert (status.code, status.text) == (code, text)


def past(**fields):
    return factories.published(starts=moment(15), ends=moment(15, 10), **fields)


def counted(activity):
    return with_attendance(type(activity).objects.filter(pk=activity.pk)).get()


@pytest.mark.parametrize(
    ("headcount", "words"), [(5, ("5 人", "到场")), (1234, ("1,234 人", "到场")), (4, ("已结束", ""))]
)
def test_past_shows_the_attendance_from_five_on(reference, headcount, words):
    status = signup_status_of(counted(past(headcount=headcount)))
    assert (status.text, status.more) == words


def test_past_of_several_days_counts_attendances(reference):
    activity = factories.published(starts=moment(11), ends=moment(13), headcount=2640)
    assert signup_status_of(counted(activity)).text == "2,640 人次"


@pytest.mark.parametrize(("headcount", "number"), [(None, 2), (1, 2), (7, 7)])
def test_attendance_is_the_larger_of_check_ins_and_headcount(activity, headcount, number):
    for signup in factories.queue(activity, 2):
        CheckIn.objects.create(signup=signup)
    type(activity).objects.update(headcount=headcount)
    activity.refresh_from_db()
    assert (attendance_of(activity), counted(activity).attendance) == (number, number)


def test_figures_of_fewer_than_five_are_not_public(service):
    type(service).objects.update(headcount=4)
    service.refresh_from_db()
    assert public_figures(service) == {}


def test_figures_of_a_volunteer_service_have_its_hours(service):
    type(service).objects.update(headcount=46)
    service.refresh_from_db()
    assert public_figures(service) == {"attendance": 46, "hours": 0}
