"""Services at the same time, another day, and cancelling after the check-in: hours come from what happened (domain.md rule 8)."""

import datetime as dt
from decimal import Decimal

import pytest

from activities import actions, metrics, panels
from activities.models import CheckIn, ServiceRecord
from chengyang import clock
from chengyang.errors import ActionError
from chengyang.extensions import Period
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice

from . import factories
from .factories import MINUTE, moment


def refused(code, action, *args, **options):
    with pytest.raises(ActionError) as refusal:
        action(*args, **options)
    assert refusal.value.code == code


def service_at(starts, ends, **fields):
    return factories.published(kind="volunteer", starts=starts, ends=ends, **fields)


def attend(signup, actor, settings, came, left):
    """Check in and out at these moments and return the check-in."""
    settings.PORTAL_CLOCK = came
    checkin = actions.check_in(signup, actor=actor)
    settings.PORTAL_CLOCK = left
    return actions.check_out(checkin, actor=actor)


def hours():
    """Return the hours of all records in the order of the activities."""
    return [row.hours for row in ServiceRecord.objects.order_by("checkin__signup__activity__starts", "pk")]


# ---- services at the same time --------------------------------------------------------------------------------------
@pytest.fixture
def both(reference):
    """The sign-ups of one guest for two services at the same time."""
    guest = factories.guest()
    services = [service_at(moment(19, 9), moment(19, 11)) for _ in range(2)]
    return [actions.sign_up(service, guest_name="王建国", actor=guest) for service in services]


def test_two_services_at_the_same_time_count_once(both, xiazhuang, settings):
    for signup in both:
        attend(signup, xiazhuang, settings, moment(19, 9), moment(19, 11))
    assert sum(hours()) == 2


def test_the_hours_of_a_person_and_of_the_same_guest_count_once(both, xiazhuang, settings):
    person = factories.person(2)
    guest, member = both
    type(guest).objects.filter(pk=guest.pk).update(user=person.user)
    type(member).objects.filter(pk=member.pk).update(user=None, guest_name="", person=person)
    for signup in both:
        signup.refresh_from_db()
        attend(signup, xiazhuang, settings, moment(19, 9), moment(19, 11))
    assert sum(hours()) == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_check_outs_does_not_change_the_hours(reference, xiazhuang, settings, order):
    guest = factories.guest()
    spans = [(moment(19, 9), moment(19, 9, 31)), (moment(19, 9, 30), moment(19, 10))]
    signups = [actions.sign_up(service_at(*span), guest_name="王建国", actor=guest) for span in spans]
    for place in order:
        settings.PORTAL_CLOCK = spans[place][0]
        actions.check_in(signups[place], actor=xiazhuang)
        settings.PORTAL_CLOCK = spans[1][1]
        actions.check_out(CheckIn.objects.get(signup=signups[place]), actor=xiazhuang)
    assert hours() == [Decimal("0.5"), 0]


def test_a_check_out_that_is_undone_gives_the_time_to_the_other_service(both, xiazhuang, settings):
    first, _second = [attend(signup, xiazhuang, settings, moment(19, 9), moment(19, 11)) for signup in both]
    actions.undo_check_in(first, actor=xiazhuang)
    assert hours() == [2]
    assert Notice.objects.latest("pk").kind == "activities/hours_recounted"
    assert Entry.objects.filter(verb="service.recounted").count() == 1


def test_corrected_hours_are_not_computed_again(both, xiazhuang, settings):
    first, second = [attend(signup, xiazhuang, settings, moment(19, 9), moment(19, 11)) for signup in both]
    actions.correct_hours(second.service, hours=Decimal("0.5"), reason="另一处帮忙", actor=xiazhuang)
    actions.undo_check_in(first, actor=xiazhuang)
    assert hours() == [Decimal("0.5")]


@pytest.mark.parametrize(
    ("counted", "left"),
    [([], "2"), ([(9, 10)], "1"), ([(8, 12)], "0"), ([(9, 10), (9, 11)], "0"), ([(10, 10)], "2"), ([(8, 9)], "2")],
)
def test_time_that_is_counted_elsewhere_is_left_out(reference, counted, left):
    service = service_at(moment(19, 9), moment(19, 11))
    spans = [(moment(19, a), moment(19, b)) for a, b in counted]
    assert actions.served_hours(service.starts, service.ends, service, counted=spans) == Decimal(left)


# ---- another day, and cancelling ------------------------------------------------------------------------------------
def test_moving_to_another_day_starts_the_attendance_anew(reference, xiazhuang, settings):
    service = service_at(moment(19, 9), moment(19, 11))
    signup = factories.signed_up(service)
    settings.PORTAL_CLOCK = moment(19, 8, 30)
    actions.check_in(signup, actor=xiazhuang)
    settings.PORTAL_CLOCK = moment(19, 8, 40)
    service = actions.edit_activity(service, starts=moment(26, 9), ends=moment(26, 11), actor=xiazhuang)
    service.refresh_from_db()
    assert (service.attended, CheckIn.objects.exists()) == (0, False)
    settings.PORTAL_CLOCK = moment(26, 12)
    actions.finish_activity(service, actor=xiazhuang)
    assert hours() == []


def test_the_ticket_is_accepted_on_the_new_day(reference, xiazhuang, settings):
    service = service_at(moment(19, 9), moment(19, 11))
    signup = factories.signed_up(service)
    settings.PORTAL_CLOCK = moment(19, 8, 30)
    actions.check_in(signup, actor=xiazhuang)
    settings.PORTAL_CLOCK = moment(19, 8, 40)
    actions.edit_activity(service, starts=moment(26, 9), ends=moment(26, 11), actor=xiazhuang)
    settings.PORTAL_CLOCK = moment(26, 8, 50)
    assert actions.check_in(signup, actor=xiazhuang).checked_in_at == moment(26, 8, 50)


def test_another_hour_of_the_same_day_keeps_the_attendance(reference, xiazhuang, settings):
    service = service_at(moment(19, 9), moment(19, 11))
    signup = factories.signed_up(service)
    settings.PORTAL_CLOCK = moment(19, 8, 30)
    actions.check_in(signup, actor=xiazhuang)
    actions.edit_activity(service, starts=moment(19, 10), ends=moment(19, 12), actor=xiazhuang)
    assert CheckIn.objects.count() == 1


def test_a_service_with_hours_is_not_moved_to_another_day(reference, xiazhuang, settings):
    service = service_at(moment(19, 9), moment(19, 11))
    attend(factories.signed_up(service), xiazhuang, settings, moment(19, 9), moment(19, 10))
    changes = {"starts": moment(26, 9), "ends": moment(26, 11)}
    refused("served", actions.edit_activity, service, **changes, actor=xiazhuang)


def test_cancelling_after_the_check_in_is_refused(reference, xiazhuang, settings):
    activity = factories.published(capacity=1, starts=moment(19, 9), ends=moment(19, 11))
    first, waiting = factories.queue(activity, 2)
    settings.PORTAL_CLOCK = moment(19, 8)
    actions.check_in(first, actor=xiazhuang)
    refused("checked_in", actions.cancel_signup, first, actor=first.person.user)
    waiting.refresh_from_db()
    activity.refresh_from_db()
    assert (waiting.state, activity.attended) == ("waitlisted", 1)


def test_leaving_the_registry_keeps_the_sign_up_of_who_is_there(reference, xiazhuang, settings):
    signup = factories.signed_up(factories.published())
    settings.PORTAL_CLOCK = moment(19, 8)
    actions.check_in(signup, actor=xiazhuang)
    actions.cancel_signups_of(signup.person, signup.person.user)
    signup.refresh_from_db()
    assert signup.state == "confirmed"


# ---- the year of a service ------------------------------------------------------------------------------------------
def test_a_service_over_new_year_counts_in_one_year_everywhere(reference, xiazhuang, settings, rf):
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 12, 30))
    night = clock.at(dt.date(2026, 12, 31), dt.time(22))
    service = service_at(night, night + dt.timedelta(hours=4), published_at=moment(1))
    signup = factories.signed_up(service)
    attend(signup, xiazhuang, settings, night + dt.timedelta(hours=2, minutes=5), night + dt.timedelta(hours=4))
    year = Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
    (figure,) = [metric for metric in metrics.METRICS if metric.code == "volunteer_hours"]
    settings.PORTAL_CLOCK = night + MINUTE
    request = rf.get("/me/")
    request.user = signup.person.user
    assert figure.value(figure.records(None, year)) == panels._hours(request, None)["hours"] == Decimal("1.5")
