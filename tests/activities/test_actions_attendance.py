"""Check-in, check-out, hours and their corrections."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from activities import actions
from activities.models import CheckIn, ServiceRecord, Signup
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from tests import personas

from . import factories
from .factories import moment


def refused(code, action, *args, **options):
    with pytest.raises(ActionError) as refusal:
        action(*args, **options)
    assert refusal.value.code == code


def attended(signup, actor):
    """Check the person of `signup` in and out after the end; return the service record."""
    checkin = actions.check_in(signup, reason="签到表", actor=actor)
    return actions.check_out(checkin, actor=actor).service


@pytest.fixture
def ticket(service):
    """A confirmed sign-up for the volunteer service."""
    return factories.signed_up(service)


@pytest.fixture
def present(ticket, xiazhuang, settings):
    """A check-in at 08:20 for the service that starts at 08:30."""
    settings.PORTAL_CLOCK = moment(19, 8, 20)
    return actions.check_in(ticket, actor=xiazhuang)


# ---- check-in and check-out -----------------------------------------------------------------------------------------
def test_a_check_in_stores_when_how_and_by_whom(ticket, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 8, 20)
    checkin = actions.check_in(ticket, method="qr", actor=xiazhuang)
    assert (checkin.checked_in_at, checkin.method, checkin.by) == (moment(19, 8, 20), "qr", xiazhuang)
    assert Entry.objects.get(verb="checkin.created").person == ticket.person.public_id


def test_a_second_check_in_is_refused_with_the_time_of_the_first(present, ticket, xiazhuang):
    with pytest.raises(ActionError, match="08:20") as refusal:
        actions.check_in(ticket, actor=xiazhuang)
    assert refusal.value.code == "already"


@pytest.mark.parametrize(
    ("state", "code"),
    [("waitlisted", "waiting"), ("offered", "waiting"), ("pending", "waiting"), ("cancelled", "cancelled"),
     ("declined", "cancelled"), ("expired", "cancelled")],
)  # fmt: skip
def test_without_a_place_nobody_is_checked_in(ticket, xiazhuang, settings, state, code):
    type(ticket).objects.update(state=state, offer_expires_at=moment(19))
    settings.PORTAL_CLOCK = moment(19, 8, 20)
    refused(code, actions.check_in, ticket, actor=xiazhuang)
    assert not CheckIn.objects.exists()


def test_nobody_is_checked_in_more_than_three_hours_before(ticket, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 5, 29)
    refused("early", actions.check_in, ticket, actor=xiazhuang)


def test_check_in_opens_three_hours_before(ticket, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 5, 30)
    assert actions.check_in(ticket, actor=xiazhuang)


def test_a_late_check_in_needs_a_reason(ticket, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(21, 10)
    refused("late", actions.check_in, ticket, reason=" ", actor=xiazhuang)
    assert not CheckIn.objects.exists()


def test_a_late_check_in_is_at_the_start_and_earns_nothing_by_itself(ticket, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(21, 10)
    checkin = actions.check_in(ticket, method="qr", reason="签到表第 3 行", actor=xiazhuang)
    assert (checkin.method, checkin.checked_in_at, checkin.checked_out_at) == ("late", ticket.activity.starts, None)
    assert (checkin.reason, ServiceRecord.objects.exists()) == ("签到表第 3 行", False)


def test_the_database_refuses_a_late_check_in_without_a_reason(ticket):
    with pytest.raises(IntegrityError, match="checkin_late_has_reason"), transaction.atomic():
        CheckIn.objects.create(signup=ticket, method="late")


def test_the_database_refuses_hours_without_a_check_out(present):
    with pytest.raises(InternalError, match="no hours without a check-out"), transaction.atomic():
        ServiceRecord.objects.create(checkin=present, hours=1)


@pytest.mark.parametrize("name", ["liuting", "leader", "member", "editor"])
def test_nobody_else_checks_in(ticket, settings, name):
    settings.PORTAL_CLOCK = moment(19, 8, 20)
    with pytest.raises(NotAllowed):
        actions.check_in(ticket, actor=personas.make(name))


@pytest.fixture
def own(secretary, organization, settings):
    """The sign-up of a secretary for a running activity of their own organization."""
    service = factories.published(kind="volunteer", organization=organization)
    signup = actions.sign_up(service, actor=secretary)
    settings.PORTAL_CLOCK = moment(19, 10)
    return signup


@pytest.mark.parametrize("method", CheckIn.Method.values)
def test_nobody_checks_themself_in(own, secretary, method):
    refused("own", actions.check_in, own, method=method, actor=secretary)
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize("step", [actions.check_out, actions.undo_check_in])
def test_nobody_checks_themself_out(own, secretary, xiazhuang, step):
    checkin = actions.check_in(own, actor=xiazhuang)
    refused("own", step, checkin, actor=secretary)


def test_nobody_is_checked_in_for_a_cancelled_activity(ticket, xiazhuang, settings):
    actions.cancel_activity(ticket.activity, reason="台风", actor=xiazhuang)
    settings.PORTAL_CLOCK = moment(19, 8, 20)
    refused("cancelled", actions.check_in, ticket, actor=xiazhuang)


def test_a_check_out_is_at_the_latest_the_end(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 18)
    assert actions.check_out(present, actor=xiazhuang).checked_out_at == moment(19, 11, 30)


def test_a_second_check_out_changes_nothing(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 10)
    actions.check_out(present, actor=xiazhuang)
    settings.PORTAL_CLOCK = moment(19, 11)
    assert actions.check_out(present, actor=xiazhuang).checked_out_at == moment(19, 10)


def test_undo_first_deletes_the_check_out_and_its_hours(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 10)
    actions.check_out(present, actor=xiazhuang)
    assert actions.undo_check_in(present, actor=xiazhuang).checked_out_at is None
    assert not ServiceRecord.objects.exists()


def test_undo_deletes_the_check_in(present, xiazhuang):
    assert actions.undo_check_in(present, actor=xiazhuang) is None
    assert not CheckIn.objects.exists()


def test_corrected_hours_are_not_undone(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 10)
    actions.check_out(present, actor=xiazhuang)
    actions.correct_hours(present.service, hours=Decimal("2.5"), reason="先走了", actor=xiazhuang)
    refused("corrected", actions.undo_check_in, present, actor=xiazhuang)


# ---- hours ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("checked_in", "checked_out", "hours"),
    [
        ((8, 30), (11, 30), "3"),
        ((8, 15), (11, 20), "2.5"),  # waiting before the start does not count, the last ten minutes are no half hour
        ((8, 30), (8, 59), "0"),
        ((8, 30), (9, 0), "0.5"),
        ((9, 1), (9, 31), "0.5"),
        ((8, 0), (8, 20), "0"),
        ((11, 0), (13, 0), "0.5"),  # what goes beyond the end is added by a correction
        ((12, 0), (13, 0), "0"),
    ],
)
def test_hours_are_half_hours_within_the_activity_rounded_down(service, checked_in, checked_out, hours):
    assert actions.served_hours(moment(19, *checked_in), moment(19, *checked_out), service) == Decimal(hours)


def test_a_check_out_records_the_hours_and_notifies(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 11, 5)
    actions.check_out(present, actor=xiazhuang)
    assert present.service.hours == Decimal("2.5")
    assert Notice.objects.latest("pk").kind == "activities/hours"


@pytest.mark.parametrize("kind", ["training", "social", "meeting", "consulting", "other"])
def test_only_volunteer_service_earns_hours(xiazhuang, settings, reference, kind):
    signup = factories.signed_up(factories.published(kind=kind))
    settings.PORTAL_CLOCK = moment(19, 8, 30)
    checkin = actions.check_in(signup, actor=xiazhuang)
    settings.PORTAL_CLOCK = moment(19, 11)
    checkin = actions.check_out(checkin, actor=xiazhuang)
    refused("kind", actions.record_hours, checkin, actor=xiazhuang)
    assert not ServiceRecord.objects.exists()


def test_the_database_refuses_hours_of_other_kinds_too(activity):
    came = {"checked_in_at": activity.starts, "checked_out_at": activity.ends}
    checkin = CheckIn.objects.create(signup=factories.signed_up(activity), **came)
    with pytest.raises(InternalError, match="only volunteer service"), transaction.atomic():
        ServiceRecord.objects.create(checkin=checkin, hours=1)


def test_without_a_check_out_there_are_no_hours(present, xiazhuang):
    refused("open", actions.record_hours, present, actor=xiazhuang)


def test_hours_are_recorded_once(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 11)
    checkin = actions.check_out(present, actor=xiazhuang)
    assert actions.record_hours(checkin, actor=xiazhuang) == present.service
    assert ServiceRecord.objects.count() == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_one_day_has_at_most_24_hours_in_any_order(xiazhuang, settings, reference, order):
    somebody = factories.person()
    for starts, ends in ((moment(19, 1), moment(19, 20)), (moment(19, 20), moment(20, 10))):
        actions.sign_up(factories.published(kind="volunteer", starts=starts, ends=ends), actor=somebody.user)
    settings.PORTAL_CLOCK = moment(21)
    signups = list(somebody.signups.order_by("activity__starts"))
    for place in order:
        attended(signups[place], xiazhuang)
    assert [signup.hours for signup in somebody.signups.order_by("activity__starts")] == [19, 5]


# ---- the attendance is complete -------------------------------------------------------------------------------------
def test_finishing_checks_everybody_out_and_records_hours(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 12)
    names = [present.signup.public_id]
    activity = actions.finish_activity(
        present.signup.activity, headcount=40, listed=names, stayed=names, actor=xiazhuang
    )
    assert (activity.recorded_at, activity.headcount, activity.due_on) == (moment(19, 12), 40, None)
    assert ServiceRecord.objects.get().hours == 3


def test_nobody_earns_hours_until_the_list_was_looked_at(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 12)
    refused("open", actions.finish_activity, present.signup.activity, actor=xiazhuang)
    refused("open", actions.finish_activity, present.signup.activity, listed=["x"], stayed=["x"], actor=xiazhuang)
    present.signup.activity.refresh_from_db()
    assert (present.signup.activity.recorded_at, ServiceRecord.objects.exists()) == (None, False)


def test_who_did_not_stay_earns_nothing_and_can_be_corrected(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 12)
    actions.finish_activity(present.signup.activity, listed=[present.signup.public_id], actor=xiazhuang)
    service = ServiceRecord.objects.get()
    assert (service.hours, service.checkin.checked_out_at) == (0, None)
    assert Notice.objects.latest("pk").kind == "activities/no_hours"
    assert actions.correct_hours(service, hours=Decimal(2), reason="忘了签退", actor=xiazhuang).hours == 2


def test_nobody_says_that_they_stayed_themself(own, secretary, xiazhuang, settings):
    actions.check_in(own, actor=xiazhuang)
    settings.PORTAL_CLOCK = moment(19, 12)
    names = [own.public_id]
    refused("own", actions.finish_activity, own.activity, listed=names, stayed=names, actor=secretary)


def test_other_activities_are_finished_without_questions(activity, xiazhuang, settings):
    signup = factories.signed_up(activity)
    settings.PORTAL_CLOCK = moment(19, 9)
    actions.check_in(signup, actor=xiazhuang)
    settings.PORTAL_CLOCK = moment(19, 12)
    assert actions.finish_activity(activity, actor=xiazhuang).recorded_at


def test_finishing_before_the_end_is_refused(service, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 11)
    refused("running", actions.finish_activity, service, actor=xiazhuang)


@pytest.mark.parametrize("step", ["check_in", "check_out", "undo_check_in", "finish_activity"])
def test_a_complete_attendance_is_not_changed(present, xiazhuang, settings, step):
    settings.PORTAL_CLOCK = moment(19, 12)
    actions.finish_activity(present.signup.activity, listed=[present.signup.public_id], actor=xiazhuang)
    subject = {"check_in": present.signup, "finish_activity": present.signup.activity}.get(step, present)
    refused("closed", getattr(actions, step), subject, actor=xiazhuang)


# ---- corrections ----------------------------------------------------------------------------------------------------
@pytest.fixture
def record(present, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 11, 30)
    return actions.check_out(present, actor=xiazhuang).service


def test_a_correction_keeps_the_old_value_and_the_reason(record, xiazhuang):
    record = actions.correct_hours(record, hours=Decimal("3.5"), reason="留下收拾", actor=xiazhuang)
    assert (record.previous_hours, record.hours, record.reason, record.corrected_by) == (
        3, Decimal("3.5"), "留下收拾", xiazhuang,
    )  # fmt: skip
    assert Notice.objects.latest("pk").kind == "activities/hours_corrected"


def test_the_history_keeps_every_value(record, xiazhuang):
    actions.correct_hours(record, hours=Decimal(2), reason="早退", actor=xiazhuang)
    actions.correct_hours(record, hours=Decimal(1), reason="看错", actor=xiazhuang)
    assert list(record.history.values_list("hours", flat=True)) == [3, 2]


@pytest.mark.parametrize(
    ("hours", "reason", "code"),
    [
        ("24.5", "多", "hours"),
        ("-0.5", "少", "hours"),
        ("2.3", "零头", "hours"),
        ("2", " ", "reason"),
        ("3", "一样", "same"),
    ],
)
def test_an_impossible_correction_is_refused(record, xiazhuang, hours, reason, code):
    refused(code, actions.correct_hours, record, hours=Decimal(hours), reason=reason, actor=xiazhuang)
    record.refresh_from_db()
    assert (record.hours, record.previous_hours) == (3, None)


def two_of_a_day(actor, settings):
    """Create two volunteer services of one person on 19 September, 8 and 12 hours; return the second record."""
    settings.PORTAL_CLOCK = factories.NINE
    somebody = factories.person(9)
    for hour, length in ((0, 8), (8, 12)):
        starts = moment(19, hour)
        service = factories.published(kind="volunteer", starts=starts, ends=starts + length * factories.HOUR)
        actions.sign_up(service, actor=somebody.user)
    settings.PORTAL_CLOCK = moment(21)
    return [attended(signup, actor) for signup in somebody.signups.order_by("pk")][1]


def test_corrections_keep_the_24_hours_of_a_day(xiazhuang, settings, reference):
    second = two_of_a_day(xiazhuang, settings)
    refused("hours", actions.correct_hours, second, hours=Decimal("16.5"), reason="加时", actor=xiazhuang)
    assert actions.correct_hours(second, hours=Decimal(16), reason="加时", actor=xiazhuang).hours == 16


def test_hours_of_an_anonymised_signup_count_alone(xiazhuang, settings, record):
    other = two_of_a_day(xiazhuang, settings)
    Signup.objects.filter(pk=record.checkin.signup_id).update(person=None, forgotten_at=factories.NINE)
    assert actions.correct_hours(record, hours=Decimal(24), reason="错", actor=xiazhuang).hours == 24
    assert other.hours == 12


@pytest.mark.parametrize("name", ["liuting", "leader", "editor"])
def test_nobody_else_corrects_hours(record, name):
    with pytest.raises(NotAllowed):
        actions.correct_hours(record, hours=Decimal(2), reason="错", actor=personas.make(name))
