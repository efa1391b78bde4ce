"""Sign-ups, the waiting list and offers; test_races.py has the concurrent calls."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from activities import actions
from activities.models import CheckIn, ServiceRecord, Signup
from activities.states import SignupState
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Delivery, Notice
from tests import personas

from . import factories
from .factories import HOUR, MINUTE, moment


def kinds():
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def refused(code, action, *args, **options):
    with pytest.raises(ActionError) as refusal:
        action(*args, **options)
    assert refusal.value.code == code


# ---- signing up -----------------------------------------------------------------------------------------------------
def test_places_are_given_in_order_and_then_the_waiting_list(activity):
    signups = factories.queue(activity, 3)
    assert [(signup.position, signup.state) for signup in signups] == [
        (1, "confirmed"), (2, "confirmed"), (3, "waitlisted"),
    ]  # fmt: skip


def test_the_row_counts_what_takes_a_place(activity):
    factories.queue(activity, 3)
    assert factories.counted(activity) == (2, 2)


def test_without_a_limit_everybody_has_a_place(reference):
    activity = factories.published()
    factories.queue(activity, 3)
    assert factories.states(activity) == ["confirmed"] * 3


def test_a_second_call_returns_the_open_signup(activity, member):
    first = actions.sign_up(activity, actor=member)
    assert actions.sign_up(activity, actor=member) == first
    assert factories.counted(activity) == (1, 1)


@pytest.mark.parametrize("name", ["", "林知夏", " 林 知夏 "])
def test_a_person_signs_up_as_themself(activity, member, name):
    signup = actions.sign_up(activity, guest_name=name, actor=member)
    assert (signup.person, signup.guest_name) == (member.person, "")


def test_a_person_does_not_sign_up_under_another_name(activity, member):
    refused("other_name", actions.sign_up, activity, guest_name="别人", actor=member)


def test_a_guest_signs_up_with_a_name_and_a_verified_phone(activity):
    account = factories.guest()
    signup = actions.sign_up(activity, guest_name=" 王小明 ", actor=account)
    assert (signup.person, signup.user, signup.guest_name) == (None, account, "王小明")


def test_a_guest_who_was_registered_since_keeps_the_signup(activity):
    account = factories.guest()
    signup = actions.sign_up(activity, guest_name="王小明", actor=account)
    personas.person("王小明", account=account)
    assert actions.sign_up(activity, actor=account) == signup


@pytest.mark.parametrize(("name", "phone", "code"), [("", "+8615400000001", "name"), ("王小明", "", "phone")])
def test_a_guest_without_name_or_phone_is_refused(activity, stranger, name, phone, code):
    stranger.phone = phone
    refused(code, actions.sign_up, activity, guest_name=name, actor=stranger)


def test_nobody_signs_somebody_else_up(activity, member, xiazhuang):
    with pytest.raises(NotAllowed):
        actions.sign_up(activity, person=member.person, actor=xiazhuang)


def test_a_person_who_left_signs_up_as_a_guest_only(activity, member):
    member.person.state, member.person.left_on = "left", factories.DAY
    member.person.save(update_fields=["state", "left_on"])
    refused("name", actions.sign_up, activity, actor=member)


@pytest.mark.parametrize(
    ("fields", "when"),
    [
        ({"signup_opens": moment(17)}, moment(16)),
        ({"signup_closes": moment(16, 9)}, moment(16, 9)),
        ({}, moment(19, 8, 30)),
        ({"signup_closes": moment(25)}, moment(19, 8, 30)),
        ({"state": "cancelled", "cancelled_at": moment(2), "reason": "雨"}, moment(16)),
    ],
)
def test_outside_the_window_nobody_signs_up(member, settings, fields, when):
    settings.PORTAL_CLOCK = when
    refused("closed", actions.sign_up, factories.published(**fields), actor=member)


@pytest.mark.parametrize(
    ("fields", "when"),
    [
        ({"signup_opens": moment(16, 9)}, moment(16, 9)),
        ({}, moment(19, 8, 29)),
        ({"signup_closes": moment(17)}, moment(16)),
    ],
)
def test_within_the_window_they_do(member, settings, fields, when):
    settings.PORTAL_CLOCK = when
    assert actions.sign_up(factories.published(**fields), actor=member).state == "confirmed"


def test_a_signup_is_recorded_and_notified(activity, member):
    signup = actions.sign_up(activity, actor=member)
    entry = Entry.objects.get(verb="signup.created")
    assert (entry.subject_id, entry.person) == (signup.public_id, member.person.public_id)
    assert kinds() == ["activities/signed_up"]


def test_the_waiting_list_is_notified(activity):
    factories.queue(activity, 3)
    assert kinds()[-1] == "activities/waitlisted"
    assert "候补第 1 位" in Notice.objects.order_by("pk").last().body


def test_the_database_refuses_more_than_the_capacity(activity):
    with pytest.raises(IntegrityError, match="activity_capacity_never_exceeded"), transaction.atomic():
        type(activity).objects.filter(pk=activity.pk).update(taken=3)


# ---- cancelling and offers ------------------------------------------------------------------------------------------
def cancel(signup):
    return actions.cancel_signup(signup, actor=signup.person.user)


def confirm(signup):
    return actions.confirm_signup(signup, actor=signup.person.user)


def test_a_place_given_back_is_offered_to_the_first_who_waits(activity):
    signups = factories.queue(activity, 4)
    cancel(signups[1])
    assert factories.states(activity) == ["confirmed", "cancelled", "offered", "waitlisted"]
    assert factories.counted(activity) == (2, 2)


def test_an_offer_is_valid_for_four_hours(activity):
    signups = factories.queue(activity, 3)
    cancel(signups[0])
    signups[2].refresh_from_db()
    assert signups[2].offer_expires_at == factories.NINE + 4 * HOUR
    assert kinds()[-1] == "activities/offered"


def test_no_offer_is_valid_after_the_start(activity, settings):
    signups = factories.queue(activity, 3)
    settings.PORTAL_CLOCK = moment(19, 8)
    cancel(signups[0])
    assert Signup.objects.get(state="offered").offer_expires_at == activity.starts


def test_leaving_the_waiting_list_frees_no_place(activity):
    signups = factories.queue(activity, 4)
    cancel(signups[2])
    assert factories.states(activity) == ["confirmed", "confirmed", "cancelled", "waitlisted"]


def test_an_offer_that_is_confirmed_is_a_place(activity):
    signups = factories.queue(activity, 3)
    cancel(signups[0])
    confirm(signups[2])
    assert factories.states(activity) == ["cancelled", "confirmed", "confirmed"]
    assert factories.counted(activity) == (2, 2)


def test_confirming_twice_changes_nothing(activity):
    signups = factories.queue(activity, 3)
    cancel(signups[0])
    confirm(signups[2])
    assert confirm(signups[2]).state == "confirmed"
    assert factories.counted(activity) == (2, 2)


def test_cancelling_twice_frees_one_place(activity):
    signups = factories.queue(activity, 4)
    cancel(signups[0])
    cancel(signups[0])
    assert factories.states(activity) == ["cancelled", "confirmed", "offered", "waitlisted"]


def test_an_offer_that_is_given_back_goes_to_the_next(activity):
    signups = factories.queue(activity, 4)
    cancel(signups[0])
    cancel(signups[2])
    assert factories.states(activity) == ["cancelled", "confirmed", "cancelled", "offered"]


def test_nobody_new_overtakes_the_waiting_list(activity):
    signups = factories.queue(activity, 3)
    Signup.objects.filter(pk=signups[0].pk).update(
        state=SignupState.CANCELLED
    )  # a place that was not offered to anybody
    type(activity).objects.update(taken=1)
    assert factories.signed_up(activity, 9).state == "waitlisted"


def test_a_new_signup_after_cancelling_gets_the_last_position(activity):
    signups = factories.queue(activity, 2)
    cancel(signups[0])
    again = actions.sign_up(activity, actor=signups[0].person.user)
    assert (again.position, again.state) == (3, "confirmed")


@pytest.mark.parametrize("state", ["confirmed", "waitlisted"])
def test_nothing_is_cancelled_once_it_has_started(activity, settings, state):
    signup = next(signup for signup in factories.queue(activity, 3) if signup.state == state)
    settings.PORTAL_CLOCK = activity.starts
    refused("started", cancel, signup)


def test_without_an_offer_there_is_nothing_to_confirm(activity):
    refused("state", confirm, factories.queue(activity, 3)[2])


def test_an_offer_does_not_run_out_at_night(activity, settings):
    first, _second, _third = factories.queue(activity, 3)
    settings.PORTAL_CLOCK = moment(16, 22, 50)
    actions.cancel_signup(first, actor=first.person.user)
    offered = activity.signups.get(state="offered")
    assert offered.offer_expires_at == moment(17, 12)
    settings.PORTAL_CLOCK = moment(17, 2, 51)
    assert actions.expire_offers() == 0


@pytest.mark.parametrize(("starts", "at_night"), [(moment(18), False), (moment(17, 20), True)])
def test_the_message_of_an_offer_waits_for_the_morning_unless_it_is_urgent(reference, settings, starts, at_night):
    activity = factories.published(capacity=1, starts=starts, ends=starts + factories.HOUR)
    first, _second = factories.queue(activity, 2)
    settings.PORTAL_CLOCK = moment(16, 22, 50)
    actions.cancel_signup(first, actor=first.person.user)
    assert Delivery.objects.get(notice__kind="activities/offered").at_night == at_night


def test_an_expired_offer_is_not_confirmed(activity, settings):
    signups = factories.queue(activity, 3)
    cancel(signups[0])
    settings.PORTAL_CLOCK = factories.NINE + 4 * HOUR
    refused("late", confirm, signups[2])


@pytest.mark.parametrize("action", [actions.confirm_signup, actions.cancel_signup])
def test_nobody_else_answers_for_one(activity, xiazhuang, action):
    with pytest.raises(NotAllowed):
        action(factories.signed_up(activity), actor=xiazhuang)


# ---- expiry ---------------------------------------------------------------------------------------------------------
def offered(activity, settings, waiting):
    """Fill the activity, cancel the first sign-up, and go to one minute before the offer expires."""
    signups = factories.queue(activity, 2 + waiting)
    cancel(signups[0])
    settings.PORTAL_CLOCK = factories.NINE + 4 * HOUR - MINUTE
    return signups


def test_an_offer_in_time_does_not_expire(activity, settings):
    offered(activity, settings, waiting=1)
    assert actions.expire_offers() == 0


def test_an_offer_out_of_time_goes_to_the_next(activity, settings):
    offered(activity, settings, waiting=2)
    settings.PORTAL_CLOCK += MINUTE
    assert actions.expire_offers() == 1
    assert factories.states(activity) == ["cancelled", "confirmed", "expired", "offered"]
    assert factories.counted(activity) == (2, 2)


def test_a_second_run_expires_nothing(activity, settings):
    offered(activity, settings, waiting=2)
    settings.PORTAL_CLOCK += MINUTE
    actions.expire_offers()
    assert actions.expire_offers() == 0


def test_an_expired_offer_without_a_waiting_list_frees_the_place(activity, settings):
    offered(activity, settings, waiting=1)
    settings.PORTAL_CLOCK += MINUTE
    actions.expire_offers()
    assert factories.counted(activity) == (1, 1)


def test_nothing_is_offered_once_it_has_started(activity, settings):
    offered(activity, settings, waiting=2)
    settings.PORTAL_CLOCK = activity.starts
    actions.expire_offers()
    assert factories.states(activity) == ["cancelled", "confirmed", "expired", "waitlisted"]


def test_an_expired_offer_is_notified(activity, settings):
    offered(activity, settings, waiting=1)
    settings.PORTAL_CLOCK += MINUTE
    actions.expire_offers()
    assert kinds()[-1] == "activities/expired"


# ---- review ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def reviewed(reference):
    return factories.published(capacity=1, by_review=True)


def test_a_reviewed_signup_is_pending_and_takes_no_place(reviewed):
    assert factories.signed_up(reviewed).state == "pending"
    assert factories.counted(reviewed) == (0, 0)


def test_approving_gives_a_place_and_then_the_waiting_list(reviewed, xiazhuang):
    for signup in factories.queue(reviewed, 2):
        actions.approve_signup(signup, actor=xiazhuang)
    assert factories.states(reviewed) == ["confirmed", "waitlisted"]
    assert factories.counted(reviewed) == (1, 1)


def test_declining_stores_the_reason(reviewed, xiazhuang):
    signup = actions.decline_signup(factories.signed_up(reviewed), reason="限法律界人士", actor=xiazhuang)
    assert (signup.state, signup.reason, kinds()[-1]) == ("declined", "限法律界人士", "activities/declined")


def test_declining_without_a_reason_is_refused(reviewed, xiazhuang):
    refused("reason", actions.decline_signup, factories.signed_up(reviewed), reason="", actor=xiazhuang)


@pytest.mark.parametrize(
    "action", [actions.approve_signup, lambda row, actor: actions.decline_signup(row, reason="满", actor=actor)]
)
def test_a_decided_signup_is_not_decided_again(reviewed, xiazhuang, action):
    signup = actions.approve_signup(factories.signed_up(reviewed), actor=xiazhuang)
    refused("state", action, signup, actor=xiazhuang)


def test_nobody_else_reviews(reviewed, liuting):
    with pytest.raises(NotAllowed):
        actions.approve_signup(factories.signed_up(reviewed), actor=liuting)


# ---- cancelled activities -------------------------------------------------------------------------------------------
def cancel_activity(activity):
    actions.cancel_activity(activity, reason="台风", actor=personas.make("district"))
    Notice.objects.all().delete()


def decline(signup, actor):
    return actions.decline_signup(signup, reason="满", actor=actor)


@pytest.mark.parametrize("action", [actions.approve_signup, decline])
def test_nothing_is_decided_for_a_cancelled_activity(reviewed, xiazhuang, action):
    signup = factories.signed_up(reviewed)
    cancel_activity(reviewed)
    refused("cancelled", action, signup, actor=xiazhuang)
    assert (factories.states(reviewed), kinds()) == (["pending"], [])


def test_no_offer_is_confirmed_for_a_cancelled_activity(activity, settings):
    signup = offered(activity, settings, waiting=1)[2]
    cancel_activity(activity)
    refused("cancelled", actions.confirm_signup, signup, actor=signup.person.user)
    assert kinds() == []


def test_no_offer_expires_for_a_cancelled_activity(activity, settings):
    offered(activity, settings, waiting=1)
    cancel_activity(activity)
    settings.PORTAL_CLOCK += MINUTE
    assert actions.expire_offers() == 0
    assert (factories.states(activity)[2], kinds()) == ("offered", [])


# ---- guests are anonymised ------------------------------------------------------------------------------------------
def past_guest(settings, **fields):
    signup = actions.sign_up(factories.published(**fields), guest_name="王小明", actor=factories.guest())
    settings.PORTAL_CLOCK = moment(19, 11, 30) + dt.timedelta(days=90)
    return signup


def test_a_guest_is_anonymised_after_90_days(reference, settings):
    signup = past_guest(settings)
    assert actions.anonymise_guests() == 1
    signup.refresh_from_db()
    assert (signup.user, signup.guest_name, signup.guest_search, signup.display_name) == (None, "", None, "来宾")
    assert not signup.history.exists()


def test_a_guest_is_not_anonymised_before(reference, settings):
    past_guest(settings)
    settings.PORTAL_CLOCK -= MINUTE
    assert actions.anonymise_guests() == 0


def test_a_guest_with_hours_is_not_anonymised(reference, settings):
    signup = past_guest(settings, kind="volunteer")
    checkin = CheckIn.objects.create(signup=signup, checked_in_at=moment(19, 8), checked_out_at=moment(19, 11))
    ServiceRecord.objects.create(checkin=checkin, hours=2)
    assert actions.anonymise_guests() == 0


def test_a_person_is_not_anonymised(activity, member, settings):
    actions.sign_up(activity, actor=member)
    settings.PORTAL_CLOCK = moment(19) + dt.timedelta(days=400)
    assert actions.anonymise_guests() == 0
