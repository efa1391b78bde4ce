"""Who hears of a plan: who submitted it, and the managers of its owner."""

from typing import Any

from django.urls import reverse

from chengyang.platform.notices.actions import notify
from chengyang.platform.standards.people import managers_of

from . import owners
from .permissions import manages


def workers_of(owner: Any) -> list[Any]:
    """Return the accounts that manage `owner` by a post today; none for a subdistrict and the district."""
    kind = owners.kind_of(owner)
    return managers_of(kind, owner) if kind in owners.ORGANIZERS else []


def notify_about(to: Any, template: str, row: Any, **context: Any) -> None:
    """Notify the account `to`, if there is one, with `template` about `row`; the notice leads to where it works on it."""
    if to is not None:
        notify(to, template, url=url_for(to, row), row=row, owner=owners.name_of(row.owner), **context)


def url_for(user: Any, row: Any) -> str:
    """Return the address of `row` for `user`: the page below /me/ of who manages its owner, else that of the staff site."""
    if manages(user, row.owner):
        return reverse("objectives:own")
    return reverse(f"admin:objectives_{row._meta.model_name}_change", args=[row.pk])
