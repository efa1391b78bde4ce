"""The hours in which no text message is sent, and in which no deadline of a few hours runs."""

import datetime as dt

from django.utils import timezone

from chengyang import clock

QUIET_FROM, QUIET_UNTIL = dt.time(21, 30), dt.time(8)
SOON = dt.timedelta(hours=24)  # what concerns this time is sent at night too


def is_quiet(moment: dt.datetime) -> bool:
    """Return whether `moment` lies between 21:30 and 08:00 in the portal's time zone."""
    time = timezone.localtime(moment).time()
    return time >= QUIET_FROM or time < QUIET_UNTIL


def may_wait(concerns: dt.datetime | None) -> bool:
    """Return whether a message about `concerns` (the moment of a thing, None for no moment) may wait for the morning.

    It may not when the thing happens within 24 hours.
    """
    now = clock.now()
    return concerns is None or not now <= concerns <= now + SOON


def next_morning(moment: dt.datetime) -> dt.datetime:
    """Return 08:00 after `moment`."""
    local = timezone.localtime(moment)
    day = local.date() + dt.timedelta(days=local.time() >= QUIET_UNTIL)
    return clock.at(day, QUIET_UNTIL)


def add_waking_time(moment: dt.datetime, length: dt.timedelta) -> dt.datetime:
    """Return the moment that is `length` after `moment`, where the quiet hours do not count."""
    while True:
        if is_quiet(moment):
            moment = next_morning(moment)
        evening = clock.at(timezone.localdate(moment), QUIET_FROM)
        if moment + length <= evening:
            return moment + length
        length -= evening - moment
        moment = evening
