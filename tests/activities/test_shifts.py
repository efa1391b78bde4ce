"""Two shifts of volunteer service at the same time: the volunteer and the officer are warned, back to back nobody is."""

import pytest
from django.urls import reverse

from activities import actions
from activities.models import Signup
from chengyang import extensions
from tests import personas

from . import factories
from .factories import moment

pytestmark = pytest.mark.django_db
WARNING, OF_TEAM, AT_BASE = "你这个时间已报名别的活动", "同一时间、同一支队的班次", "同一时间、同一基地"
HOURS = [  # of the other shift, beside one from 9 to 11, and whether they overlap
    ((9, 11), True),
    ((10, 12), True),
    ((8, 10), True),
    ((8, 12), True),
    ((11, 13), False),
    ((7, 9), False),
]


def shift(title, hours=(9, 11), *, make=factories.published, **fields):
    """Create a shift of the team on 19 September."""
    times = {"starts": moment(19, hours[0]), "ends": moment(19, hours[1])}
    return make(title=title, **{"team": personas.team(), "kind": "volunteer", **times, **fields})


# ---- the volunteer --------------------------------------------------------------------------------------------------
@pytest.fixture
def first(member):
    """The shift from 9 to 11, for which 林知夏 has signed up."""
    made = shift("值守早班")
    actions.sign_up(made, actor=member)
    return made


def warned_of(browser, activity):
    """Return whether the page for signing up warns, and whether it names 值守早班."""
    page = browser.get(reverse("activities:signup", args=[activity.public_id])).content.decode()
    return WARNING in page, "值守早班" in page


@pytest.mark.parametrize(("hours", "overlaps"), HOURS)
def test_who_signs_up_for_two_shifts_at_once_is_warned(client_of, member, first, hours, overlaps):
    second = shift("值守中班", hours)
    assert warned_of(client_of(member), second) == (overlaps, overlaps)
    actions.sign_up(second, actor=member)
    assert Signup.objects.open().count() == 2  # a warning is no refusal


def test_a_cancelled_shift_warns_of_nothing(client_of, member, district, first):
    second = shift("值守中班")
    actions.cancel_activity(first, reason="台风", actor=district)
    assert warned_of(client_of(member), second) == (False, False)


@pytest.mark.parametrize(
    ("state", "is_warned"),
    [
        ("pending", True),
        ("waitlisted", True),
        ("offered", True),
        ("confirmed", True),
        ("cancelled", False),
        ("declined", False),
        ("expired", False),
    ],
)
def test_only_a_sign_up_that_is_open_warns(client_of, member, first, state, is_warned):
    offer = {"offer_expires_at": moment(18)} if state == "offered" else {}
    Signup.objects.update(state=state, reason="有事", **offer)
    assert warned_of(client_of(member), shift("值守中班")) == (is_warned, is_warned)


def test_the_shift_of_another_volunteer_warns_nobody(client_of, leader, first):
    assert warned_of(client_of(leader), shift("值守中班")) == (False, False)


# ---- the officer ----------------------------------------------------------------------------------------------------
def rows_on(browser, url):
    """Return the rows about what takes place at the same time: label → value."""
    rows = browser.get(url).context["detail_rows"]
    return {str(row.label): str(row.value) for row in rows if str(row.label) in (OF_TEAM, AT_BASE)}


def record(row):
    return reverse("admin:activities_activity_change", args=[row.pk])


def decision(row):
    return extensions.todo_kind("activity").url(row)


@pytest.mark.parametrize(("hours", "overlaps"), HOURS)
def test_the_leader_and_the_officer_see_another_shift_of_the_team(client_of, leader, district, hours, overlaps):
    shift("值守早班")
    row = shift("值守中班", hours, make=factories.draft, state="submitted")
    expected = {OF_TEAM: "值守早班"} if overlaps else {}
    assert rows_on(client_of(district), decision(row)) == expected
    type(row).objects.filter(pk=row.pk).update(state="draft")
    assert rows_on(client_of(leader), record(row)) == expected


@pytest.mark.parametrize(
    "other",
    [
        {"state": "cancelled", "cancelled_at": factories.NINE, "reason": "台风"},
        {"kind": "training"},
        {"team": None},
    ],
)
def test_what_is_no_other_shift_of_the_team_is_not_shown(client_of, leader, other):
    shift("值守早班", **other)
    assert rows_on(client_of(leader), record(shift("值守中班", make=factories.draft))) == {}


def test_a_shift_of_another_team_is_not_shown(client_of, leader):
    shift("值守早班", team=personas.team(slug="other", name="另一支服务队"))
    assert rows_on(client_of(leader), record(shift("值守中班", make=factories.draft))) == {}


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "published"])
def test_a_base_is_said_to_be_taken_without_the_title_that_one_may_not_read(client_of, leader, district, state):
    shown = {"published_at": moment(1)} if state == "published" else {}
    shift("别家还没说的事", make=factories.draft, team=None, base=personas.base(), state=state, **shown)
    row = shift("值守中班", make=factories.draft, base=personas.base())
    title = "别家还没说的事" if state == "published" else "另一个单位的活动"
    assert rows_on(client_of(leader), record(row)) == {AT_BASE: title}
    assert rows_on(client_of(district), record(row)) == {AT_BASE: "别家还没说的事"}
