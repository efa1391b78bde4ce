"""Objects for the tests of activities; everything takes place around Wednesday 16 September 2026."""

import datetime as dt
from contextlib import contextmanager

from activities import actions
from activities.models import Activity, Programme, Signup
from activities.states import SIGNUP_TAKES_PLACE
from chengyang import clock
from chengyang.platform.accounts.models import User
from tests import personas

DAY = dt.date(2026, 9, 16)
NINE = clock.at(DAY, dt.time(9))
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def moment(day, hour=9, minute=0):
    """Return a moment on this day of September 2026."""
    return clock.at(dt.date(2026, 9, day), dt.time(hour, minute))


def draft(**fields):
    """Create a draft of the office in 夏庄, complete enough to be submitted: 19 September, 08:30 to 11:30."""
    defaults = {
        "title": "夏庄葡萄采摘帮扶",
        "subdistrict": personas.reference(),
        "place": "夏新连心驿站",
        "summary": "和果农一起摘葡萄。",
        "contact": "街道办公室",
        "starts": moment(19, 8, 30),
        "ends": moment(19, 11, 30),
    }
    return Activity.objects.create(**{**defaults, **fields})


def published(**fields):
    """Create a published activity with the defaults of `draft`, published on 1 September."""
    return draft(**{"state": "published", "published_at": moment(1), **fields})


def programme(code="li", name="新力汇"):
    return Programme.objects.get_or_create(code=code, defaults={"name": name})[0]


def guest(number=1, **fields):
    """Create an account with a verified phone number and without a person."""
    return User.objects.create(phone=f"+86154{number:08}", **fields)


def person(number=1, name="周予安", **fields):
    """Create a person with an account of the same phone number."""
    account = User.objects.create(phone=f"+86154{number:08}")
    return personas.person(name, account=account, phone=account.phone, **fields)


def signed_up(activity, number=1, name="周予安"):
    """Sign a new person up with the action and return the sign-up."""
    somebody = person(number, name)
    return actions.sign_up(activity, person=somebody, actor=somebody.user)


def queue(activity, count):
    """Sign `count` persons up and return the sign-ups in order."""
    return [signed_up(activity, number) for number in range(1, count + 1)]


def states(activity):
    """Return the states of the sign-ups in the order of their positions."""
    return list(Signup.objects.filter(activity=activity).order_by("position").values_list("state", flat=True))


def counted(activity):
    """Return (`taken` of the activity, number of sign-ups that take up a place)."""
    activity.refresh_from_db()
    return activity.taken, activity.signups.filter(state__in=SIGNUP_TAKES_PLACE).count()


@contextmanager
def at(settings, when):
    """Stop the clock at `when` within the block."""
    before, settings.PORTAL_CLOCK = settings.PORTAL_CLOCK, when
    yield
    settings.PORTAL_CLOCK = before
