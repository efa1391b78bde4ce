"""Data for the browser tests: the seeded district on a fixed day, and factories for persons and activities."""

import datetime as dt
import uuid

from django.core.management import call_command
from django.test import override_settings

from activities.models import Activity, Programme
from chengyang import clock
from chengyang.celery import app
from chengyang.platform.accounts.models import Subdistrict, User
from chengyang.platform.notices import gateways
from members import actions
from members.models import Category
from tests import personas

TODAY = dt.date(2026, 9, 16)
NOW = clock.at(TODAY, dt.time(9))
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def seed():
    """Write the reference data of a district, whose privacy rules have been in force for thirty days."""
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with override_settings(PORTAL_CLOCK=NOW - 30 * DAY, CACHES=caches):
        call_command("seed", verbosity=0)


def open_on(settings, folder):
    """Stop the clock, and separate messages and cache of this test; yields nothing, and restores the worker's setting."""
    settings.OUTBOX_DIR = folder / "outbox"
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4().hex}"}}
    settings.PORTAL_CLOCK = NOW
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    yield
    app.conf.task_always_eager = before


# ---- people ----------------------------------------------------------------------------------------------------------
def citizen(number=1, **fields):
    """Create an account with only a verified phone number."""
    return User.objects.create(phone=phone(number), **fields)


def person(number=1, name="周予安", **fields):
    """Create a registered person of 夏庄 with an account."""
    account = citizen(number, name=name)
    return personas.person(name, account=account, phone=account.phone, **fields)


def phone(number=1):
    """Return the demo phone number `number` in its stored form."""
    return f"+86154{number:08}"


def typed(number=1):
    """Return the demo phone number `number` as a user types it."""
    return f"154{number:08}"


def texts(number=1):
    """Return the text messages to a demo phone number, newest first."""
    return [message for message in gateways.last_sms(99) if message["to"] == phone(number)]


def code(number=1):
    """Return the latest code that was sent to a demo phone number."""
    return next(message["code"] for message in texts(number) if message["code"])


def application(number=1, name="周予安", *, waited=0, area="夏庄街道"):
    """Create an application that was submitted `waited` days ago and waits for the first review of `area`."""
    user = citizen(number)
    with override_settings(PORTAL_CLOCK=NOW - waited * DAY):
        row = actions.consent_and_begin(user)
        answers = {
            "name": name,
            "category": Category.objects.get(code="new_media"),
            "unit": "青岛澄海文化传媒有限公司",
            "job": "短视频编导",
            "subdistrict": Subdistrict.objects.get(name=area),
            "can": ["media"],
            "want": ["peers"],
        }
        actions.save_step(row, answers, actor=user, step=3)
        return actions.submit_application(row, actor=user, purposes=[])


# ---- activities ------------------------------------------------------------------------------------------------------
def activity(title="夏庄葡萄采摘帮扶", *, days=3, hour=14, lasts=2, area="夏庄街道", programme="li", **fields):
    """Create an activity in `days` days at `hour` o'clock for `lasts` hours, published unless `fields` override it."""
    starts = clock.at(TODAY + days * DAY, dt.time(hour))
    subdistrict = Subdistrict.objects.get(name=area)
    defaults = {
        "title": title,
        "starts": starts,
        "ends": starts + lasts * HOUR,
        "subdistrict": subdistrict,
        "place_subdistrict": None if fields.get("mode") == "online" else subdistrict,
        "programme": Programme.objects.get(code=programme),
        "place": "夏新连心驿站",
        "summary": "和果农一起摘葡萄，午饭自理。",
        "agenda": "14:00 集合\n14:20 进园采摘",
        "contact": "夏庄街道办公室",
        "state": "published",
        "published_at": NOW - 10 * DAY,
    }
    return Activity.objects.create(**{**defaults, **fields})
