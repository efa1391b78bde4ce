"""Alarms about staff accounts and sign-in: notices to the security administrators (requirements S08, S20)."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from chengyang import clock
from chengyang.platform.notices.actions import notify

from . import limits
from .access import access_scope
from .locks import advisory_lock
from .models import Attempt, Role, User

DAYTIME = (6, 23)  # hours between which officers sign in without an alarm


@dataclass(frozen=True)
class Watch:
    """What one officer does so often within a day that it is an alarm: `most` times, counted under `name`."""

    name: str
    most: int
    template: str


NUMBERS_READ = Watch("numbers-read", 30, "accounts/alarm_numbers_read")
PERSONS_EXPORTED = Watch("persons-exported", 1_000, "accounts/alarm_exported")
NUMBERS_REFUSED = Watch("numbers-refused", 10, "accounts/alarm_numbers_refused")


def raise_alarm(template: str, **context: Any) -> None:
    """Notify every security administrator with `templates/notices/<template>.txt`, in the caller's transaction."""
    holders = Role.objects.on(clock.today()).filter(kind=Role.Kind.SECURITY).values("user")
    for administrator in User.objects.filter(pk__in=holders, is_active=True):
        notify(administrator, template, **context)


def raise_once(name: str, template: str, **context: Any) -> None:
    """Raise an alarm unless one called `name` was raised within a day; the caller holds a lock that covers `name`."""
    key = limits.key_of(limits.Limit(f"alarm/{name}", 1, limits.DAY), "")
    if not Attempt.objects.filter(key=key, at__gt=clock.now() - limits.DAY).exists():
        Attempt.objects.create(key=key)
        raise_alarm(template, **context)


@transaction.atomic
def count(watch: Watch, officer: User) -> None:
    """Count what `officer` has done; at `watch.most` times within a day raise an alarm, once a day (requirements S20).

    Members are not counted: alarms are about staff only.
    """
    if not access_scope(officer).officer:
        return
    advisory_lock(f"alarm/{watch.name}/{officer.pk}")
    key = limits.key_of(limits.Limit(f"watch/{watch.name}", watch.most, limits.DAY), str(officer.pk))
    Attempt.objects.create(key=key)
    raise_from(watch, officer, Attempt.objects.filter(key=key, at__gt=clock.now() - limits.DAY).count())


@transaction.atomic
def raise_from(watch: Watch, officer: User, done: int) -> None:
    """Raise the alarm of `watch` where `officer` has done it `done` times within a day, `watch.most` or more; once a day."""
    if done >= watch.most:
        advisory_lock(f"alarm/{watch.name}/{officer.pk}")
        raise_once(f"{watch.name}/{officer.pk}", watch.template, user=officer, number=done, at=clock.now())
