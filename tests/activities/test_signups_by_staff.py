"""What organizers do to sign-ups for people who call (requirements U02)."""

import pytest
from django.urls import reverse

from activities import actions
from activities.forms import ActivityForm
from activities.models import Activity, Signup
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from tests import personas

from . import factories
from .factories import moment


def refused(code, action, *args, **options):
    with pytest.raises(ActionError) as refusal:
        action(*args, **options)
    assert refusal.value.code == code


def do(client, signup, verb, reason=""):
    address = reverse("admin:activities_signup_do", args=[signup.pk, verb])
    return client.post(address, {"reason": reason})


def test_a_guest_who_calls_is_cancelled_and_the_next_gets_the_place(client_of, activity, xiazhuang):
    first, _second, _third = factories.queue(activity, 3)
    do(client_of(xiazhuang), first, "cancel", "本人来电，来不了")
    first.refresh_from_db()
    assert (first.reason, factories.states(activity)) == ("本人来电，来不了", ["cancelled", "confirmed", "offered"])
    assert Notice.objects.filter(kind="activities/cancelled_for_you", user=first.person.user).count() == 1


def test_an_offered_place_is_confirmed_on_the_telephone(client_of, activity, xiazhuang):
    first, _second, third = factories.queue(activity, 3)
    actions.cancel_signup(first, actor=first.person.user)
    do(client_of(xiazhuang), third, "confirm")
    third.refresh_from_db()
    assert third.state == "confirmed"


def test_one_who_waits_is_moved_up_with_a_reason(client_of, activity, xiazhuang):
    *_rest, third, fourth = factories.queue(activity, 4)
    do(client_of(xiazhuang), fourth, "move-up", "陪同的家人已有名额")
    third.refresh_from_db()
    fourth.refresh_from_db()
    assert (fourth.place_in_line(), third.place_in_line()) == (1, 2)
    refused("first", actions.move_signup_up, fourth, reason="再前", actor=xiazhuang)


def test_somebody_who_calls_is_added_and_gets_the_ticket(client_of, activity, xiazhuang):
    typed = {"activity": activity.pk, "guest_name": "王建国", "phone": "154 0000 0088"}
    answer = client_of(xiazhuang).post(reverse("admin:activities_signup_add"), typed)
    signup = Signup.objects.get()
    assert (answer.status_code, signup.guest_name, signup.state) == (302, "王建国", "confirmed")
    assert Notice.objects.get(kind="activities/signed_up_for_you").url == signup.get_absolute_url()


def test_a_registered_person_who_calls_is_added_as_that_person(activity, xiazhuang):
    somebody = factories.person(88, "王建国")
    signup = actions.sign_up_for(activity, guest_name="王建国", phone="+8615400000088", actor=xiazhuang)
    assert (signup.person, signup.user) == (somebody, None)


def test_another_name_of_the_number_is_an_error_at_the_field(client_of, activity, xiazhuang):
    actions.sign_up_for(activity, guest_name="王建国", phone="+8615400000088", actor=xiazhuang)
    typed = {"activity": activity.pk, "guest_name": "李秀兰", "phone": "15400000088"}
    answer = client_of(xiazhuang).post(reverse("admin:activities_signup_add"), typed)
    assert (answer.status_code, Signup.objects.count()) == (409, 1)


def test_after_the_check_in_nothing_is_cancelled(activity, xiazhuang, settings):
    signup = factories.signed_up(activity)
    settings.PORTAL_CLOCK = moment(19, 8)
    actions.check_in(signup, actor=xiazhuang)
    refused("checked_in", actions.cancel_signup_for, signup, reason="走了", actor=xiazhuang)


@pytest.mark.parametrize("name", ["liuting", "leader", "member", "editor"])
def test_nobody_else_does_it(activity, name):
    signup, actor = factories.signed_up(activity), personas.make(name)
    for action in (actions.cancel_signup_for, actions.move_signup_up, actions.confirm_signup_for):
        with pytest.raises(NotAllowed):
            action(signup, reason="…", actor=actor)
    with pytest.raises(NotAllowed):
        actions.sign_up_for(activity, guest_name="王建国", phone="+8615400000088", actor=actor)


# ---- the form of an activity -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "field"), [("secretary", "organization"), ("leader", "team"), ("base_manager", "base")]
)
def test_the_only_organizer_is_chosen_already(client_of, reference, name, field):
    form = client_of(personas.make(name)).get(reverse("admin:activities_activity_add")).context["form"]
    assert form[field].value()
    assert sum(bool(form[other].value()) for other in ("organization", "team", "base")) == 1


def test_every_field_of_an_activity_is_in_one_group():
    grouped = [name for _label, names in ActivityForm.GROUPS for name in names]
    assert sorted(grouped) == sorted(Activity.EDITABLE_FIELDS)


# ---- what a draft lacks ----------------------------------------------------------------------------------------------
def test_a_draft_says_everything_that_is_missing_with_a_link_to_each_field(client_of, xiazhuang, reference):
    draft = factories.draft(summary="", contact="")
    page = client_of(xiazhuang).get(reverse("admin:activities_activity_change", args=[draft.pk])).content.decode()
    assert ("?edit=1#id_summary" in page, "?edit=1#id_contact" in page) == (True, True)


def test_publishing_says_everything_that_is_missing_at_once(xiazhuang, reference):
    draft = factories.draft(summary="", contact="")
    with pytest.raises(ActionError) as refusal:
        actions.publish_activity(draft, actor=xiazhuang)
    assert set(refusal.value.each) == {"summary", "contact"}
    assert "请写简介" in refusal.value.message
    assert "请写联系方式" in refusal.value.message


def test_a_change_that_lacks_several_things_says_so_at_each_field(client_of, xiazhuang, activity):
    page = client_of(xiazhuang).get(reverse("admin:activities_activity_change", args=[activity.pk]) + "?edit=1")
    form = page.context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    typed |= {name: form[name].value().strftime("%Y-%m-%dT%H:%M") for name in ("starts", "ends")}
    address = reverse("admin:activities_activity_change", args=[activity.pk])
    answer = client_of(xiazhuang).post(address, {**typed, "summary": "", "contact": "", "by_review": ""})
    assert (answer.status_code, {"summary", "contact"} <= set(answer.context["form"].errors)) == (409, True)
