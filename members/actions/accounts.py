"""What happens to the rows of the registry when an account changes its number or is closed (slot `account_rows`)."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from chengyang.lib.vault.fields import columns_of
from chengyang.platform.audit import actions as audit
from chengyang.platform.privacy import actions as privacy

from ..models import Application, Person
from .leaving import stop_registration


def move_number(user: Any, old: str, new: str, actor: Any) -> None:
    """Replace the number `old` to reach the person of `user` by `new` (empty: none), in the caller's transaction."""
    for person in Person.objects.filter(user=user).select_for_update(of=("self",)):
        if person.phone == old:
            person.phone = new
            person.save(update_fields=columns_of(Person, "phone"))
            audit.record("person.updated", person, actor=actor, person=person, user=user, fields=["phone"])


def close(user: Any, actor: Any) -> None:
    """Withdraw the open application of `user`, let the person leave, and withdraw all consents.

    Nothing happens without `actor`: the nightly task closes no account with a person or an application.
    """
    if actor is None:
        return
    stop_registration(user, actor)
    for code, row in privacy.latest_for(user).items():
        if row.given:
            privacy.withdraw(user, code, actor=actor)


def in_use(since: dt.datetime) -> QuerySet:
    """Return the ids of the accounts with a person or an open application."""
    people = Person.objects.filter(user__isnull=False).order_by().values_list("user", flat=True)
    return people.union(Application.objects.open().order_by().values_list("user", flat=True))
