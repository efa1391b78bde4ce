"""Where an activity stands, in a few words."""

import pytest

from activities.models import CheckIn
from activities.signup_status import came, numbers, standing, with_attendance

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
        ({"signup_opens": moment(17)}, "soon", "未开始报名"),
        ({"signup_closes": moment(16)}, "closed", "报名截止"),
        ({"starts": moment(16, 8), "ends": moment(16, 10)}, "closed", "进行中"),
        ({"starts": moment(15), "ends": moment(15, 10)}, "past", "已结束"),
        ({"starts": moment(15), "ends": moment(15, 10), "state": "cancelled", "cancelled_at": moment(2), "reason": "雨"}, "off", "已取消"),
    ],
)  # fmt: skip
def test_standing(reference, fields, code, text):
    found = standing(factories.published(**fields))
    assert (found.code, found.text) == (code, text)


def past(**fields):
    return factories.published(starts=moment(15), ends=moment(15, 10), **fields)


def counted(activity):
    return with_attendance(type(activity).objects.filter(pk=activity.pk)).get()


@pytest.mark.parametrize(
    ("headcount", "words"), [(5, ("5 人", "到场")), (1234, ("1,234 人", "到场")), (4, ("已结束", ""))]
)
def test_what_is_past_says_how_many_came_but_not_of_fewer_than_five(reference, headcount, words):
    found = standing(counted(past(headcount=headcount)))
    assert (found.text, found.more) == words


def test_of_several_days_it_says_attendances(reference):
    activity = factories.published(starts=moment(11), ends=moment(13), headcount=2640)
    assert standing(counted(activity)).text == "2,640 人次"


@pytest.mark.parametrize(("headcount", "number"), [(None, 2), (1, 2), (7, 7)])
def test_came_is_the_larger_of_check_ins_and_the_count_by_eye(activity, headcount, number):
    for signup in factories.queue(activity, 2):
        CheckIn.objects.create(signup=signup)
    type(activity).objects.update(headcount=headcount)
    activity.refresh_from_db()
    assert (came(activity), counted(activity).came) == (number, number)


def test_numbers_of_too_few_are_not_told(service):
    type(service).objects.update(headcount=4)
    service.refresh_from_db()
    assert numbers(service) == {}


def test_numbers_of_a_service_hold_its_hours(service):
    type(service).objects.update(headcount=46)
    service.refresh_from_db()
    assert numbers(service) == {"came": 46, "hours": 0}
