"""The quiet hours: no text message between 21:30 and 08:00, except what concerns the next 24 hours; no offer runs out then."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.platform.notices import delivery, gateways, quiet
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.models import Delivery

DAY = dt.date(2026, 9, 16)
HOUR = dt.timedelta(hours=1)


def moment(hour, minute=0, *, day=16):
    return clock.at(dt.date(2026, 9, day), dt.time(hour, minute))


@pytest.fixture
def at_half_past_ten(settings):
    """Stop the clock at 22:30, with the rule switched on."""
    settings.SMS_AT_NIGHT = False
    settings.PORTAL_CLOCK = moment(22, 30)
    return settings


@pytest.mark.parametrize(
    ("at", "is_quiet"),
    [((21, 29), False), ((21, 30), True), ((0, 0), True), ((7, 59), True), ((8, 0), False), ((12, 0), False)],
)
def test_the_hours_from_half_past_nine_to_eight_are_quiet(at, is_quiet):
    assert quiet.is_quiet(moment(*at)) == is_quiet


def test_at_night_no_text_message_is_sent_and_in_the_morning_it_is(at_half_past_ten, zhixia):
    notify(zhixia, "tests/words")
    assert delivery.deliver_due() == 0
    at_half_past_ten.PORTAL_CLOCK = moment(8, day=17)
    assert (delivery.deliver_due(), len(gateways.last_sms(9))) == (1, 1)


@pytest.mark.parametrize(
    ("concerns", "sent"), [(moment(22, 30, day=17), 1), (moment(22, 31, day=17), 0), (moment(9), 0)]
)
def test_what_concerns_the_next_24_hours_is_sent_at_night(at_half_past_ten, zhixia, concerns, sent):
    notify(zhixia, "tests/words", concerns=concerns)
    assert delivery.deliver_due() == sent


def test_another_try_after_a_failure_waits_for_the_morning_too(at_half_past_ten, zhixia):
    at_half_past_ten.PORTAL_CLOCK = moment(21, 29)
    notify(zhixia, "tests/words")
    Delivery.objects.update(due_at=moment(21, 40))  # a try at 21:29 failed
    at_half_past_ten.PORTAL_CLOCK = moment(21, 45)
    assert delivery.deliver_due() == 0


def test_a_mail_is_sent_at_night(at_half_past_ten, officer):
    notify(officer, "tests/words")
    assert delivery.deliver_due() == 1


@pytest.mark.parametrize(
    ("begins", "hours", "ends"),
    [
        (moment(9), 4, moment(13)),
        (moment(17, 30), 4, moment(21, 30)),
        (moment(20), 4, moment(10, 30, day=17)),
        (moment(22, 50), 4, moment(12, day=17)),
        (moment(3), 4, moment(12)),
        (moment(9), 27, moment(9, day=18)),  # two days of 13.5 hours
    ],
)
def test_the_night_does_not_count(begins, hours, ends):
    assert quiet.add_waking_time(begins, hours * HOUR) == ends
