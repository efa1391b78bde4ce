"""Alarms about staff accounts and sign-in: notices to the security administrators (requirements S08, S20)."""

from typing import Any

from chengyang import clock
from chengyang.platform.notices.actions import notify

from . import limits
from .models import Attempt, Role, User

DAYTIME = (6, 23)  # hours between which officers sign in without an alarm


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
