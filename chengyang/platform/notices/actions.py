"""Notifying people: a notice is written in the transaction of the change it reports, and is sent after the commit."""

import datetime as dt
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet

from chengyang import clock, extensions
from chengyang.platform.audit import actions as audit
from chengyang.platform.web import hints
from chengyang.platform.web.prepared import prepared

from . import quiet, tasks
from .models import Delivery, Notice, SwitchedOff, about_text
from .rendering import render

HINT_EVERY = 1  # second
HINT_LASTS = 60  # seconds; a missing hint does no harm, because the worker looks for deliveries every minute


@transaction.atomic(savepoint=False)
def notify(
    to: Any,
    template: str,
    *,
    url: str = "",
    concerns: dt.datetime | None = None,
    about: Any = None,
    inbox_only: bool = False,
    without: Collection[str] = (),
    **context: Any,
) -> Notice | None:
    """Write a notice and its deliveries in the caller's transaction; they are sent after it commits.

    `to` is a User, a Person (with or without an account), or an address that was given for this purpose: a stored phone
    number or a mail address. `template` is `"<app>/<name>"` of `templates/notices/<app>/<name>.txt`, whose first line is
    the title; write it as a literal, because a test compares the literals in the code with the files. The template gets
    `context`, `to`, `url` (the path of the page to open next) and `site`. A text message is sent when there is a phone
    number, a mail when there is a mail address, unless the account has switched that channel off for this kind of notice.
    Between 21:30 and 08:00 text messages wait for the morning, except when `concerns`, the moment of the thing that the
    notice is about, is within 24 hours. `about` is a row with a page of its own, which lists what was sent about it.
    `inbox_only` is for what is read on the site and not worth a message, `without` names channels that are not used. Returns None when there is no account and no
    address. Raises ValueError for a `url` that is no path of this site.
    """
    if url and not url.startswith("/"):
        raise ValueError(f"{url!r} is not a path of this site")
    user, address = _recipient(to)
    if user is None and not address:
        return None
    text = render(template, {"to": to, "url": url, "site": settings.SITE, **context})
    row = about_text(about) if about else ""
    notice = Notice.objects.create(user=user, address=address, kind=template, url=url, about=row, **text._asdict())
    off = switched_off(user, template) if user else set()
    at_night = not quiet.may_wait(concerns)
    Delivery.objects.bulk_create(
        [
            Delivery(notice=notice, channel=channel, at_night=at_night)
            for channel in Delivery.Channel
            if not inbox_only and channel not in off and channel not in without and notice.target(channel)
        ]
    )
    _hint_after_commit()
    return notice


@transaction.atomic(savepoint=False)
def notify_many(
    rows: Sequence[tuple[Any, str, Mapping[str, Any]]], template: str, *, same: Sequence[Hashable] | None = None
) -> None:
    """Write the notice `template` to each (to, url, context) of `rows`, as `notify` does, with one statement for each table.

    `same` has a value for each row: rows with the same one and the same url have the same text, which is rendered once.
    """
    made, channels, now = [], [], clock.now()
    people = [(to, url, context, *_recipient(to)) for to, url, context in rows]
    off = _all_switched_off({user.pk for *_, user, _address in people if user}, template)
    texts: dict[Hashable, Any] = {}
    for place, (to, url, context, user, address) in enumerate(people):
        if user is None and not address:
            continue
        key = place if same is None else (same[place], url)
        if (text := texts.get(key)) is None:
            text = texts[key] = render(template, {"to": to, "url": url, "site": settings.SITE, **context})
        notice = Notice(user=user, address=address, kind=template, url=url, at=now, **text._asdict())
        made.append(notice)
        unwanted = off.get(user.pk, set()) if user else set()
        channels.append([one for one in Delivery.Channel if one not in unwanted and notice.target(one)])
    at_night = not quiet.may_wait(None)
    Notice.objects.bulk_create(made, batch_size=500)
    Delivery.objects.bulk_create(
        [
            Delivery(notice=notice, channel=channel, at_night=at_night, due_at=now)
            for notice, wanted in zip(made, channels, strict=True)
            for channel in wanted
        ],
        batch_size=1000,
    )
    if made:
        _hint_after_commit()


def _all_switched_off(users: set[int], template: str) -> dict[int, set[str]]:
    """Return key of the account → channels that are switched off for this kind of notice."""
    kind = kind_of(template)
    found: dict[int, set[str]] = {}
    if users and kind in extensions.notice_kinds():
        for user_id, channel in SwitchedOff.objects.filter(user__in=users, kind=kind).values_list("user", "channel"):
            found.setdefault(user_id, set()).add(channel)
    return found


def read(notice: Notice) -> Notice:
    """Record that the recipient opened `notice`; only the first time is stored. Returns the notice."""
    if notice.read_at is None and Notice.objects.filter(pk=notice.pk).unread().update(read_at=clock.now()):
        notice.refresh_from_db(fields=["read_at"])
    return notice


def read_all(*, actor: Any) -> int:
    """Mark all notices of `actor` as read; return how many were unread."""
    return Notice.objects.visible_to(actor).unread().update(read_at=clock.now())


def read_about(user: Any, url: str) -> None:
    """Mark the notices of `user` that lead to `url` as read: the page that they are about was opened."""
    Notice.objects.visible_to(user).unread().filter(url=url).update(read_at=clock.now())


# ---- channels -------------------------------------------------------------------------------------------------------
def kind_of(template: str) -> str:
    """Return the kind of notice that `template` belongs to: its app, the first part of the name."""
    return template.partition("/")[0]


def switched_off(user: Any, template: str) -> set[str]:
    """Return the channels that `user` has switched off for notices of this kind; those about the account are always sent."""
    kind = kind_of(template)
    if kind not in extensions.notice_kinds():
        return set()
    return {channel for (channel,) in _switched_off(user.pk, kind)}


@prepared
def _switched_off(user_id: int, kind: str) -> QuerySet:
    return SwitchedOff.objects.filter(user=user_id, kind=kind).values_list("channel")


@transaction.atomic
def choose_channels(chosen: Collection[tuple[str, str]], *, actor: Any) -> None:
    """Store the choice of `actor`: (kind, channel) pairs that are wanted; all other pairs are switched off.

    The inbox receives every notice. Unknown pairs are ignored.
    """
    pairs = {(kind, channel) for kind in extensions.notice_kinds() for channel in Delivery.Channel.values}
    off = pairs - set(chosen)
    rows = SwitchedOff.objects.filter(user=actor)
    for row in rows:
        if (row.kind, row.channel) not in off:
            row.delete()
    SwitchedOff.objects.bulk_create(
        [SwitchedOff(user=actor, kind=kind, channel=channel) for kind, channel in sorted(off)], ignore_conflicts=True
    )
    audit.record("notice.channels_chosen", SwitchedOff, actor=actor, user=actor)


def _recipient(to: Any) -> tuple[Any, str]:
    """Return (account or None, address); the address is empty where it is the account's own."""
    if to is None or isinstance(to, str):
        return None, to or ""
    if isinstance(to, get_user_model()):
        return to, ""
    account = to.user  # `to` is a Person: use their own number, even when they sign in with another one
    return account, "" if account and account.phone == to.phone else to.phone


# ---- the hint to the worker -----------------------------------------------------------------------------------------


def _hint_after_commit() -> None:
    """Send one hint for each transaction. With `robust`, a broker that is down is logged and does not fail the request."""
    if not any(function is _hint for _, function, *_ in transaction.get_connection().run_on_commit):
        transaction.on_commit(_hint, robust=True)


def _hint() -> None:
    """Ask the worker to deliver in `HINT_EVERY` seconds, unless somebody asked for that within them (`web.hints`)."""
    hints.send(tasks.deliver, lasts=HINT_LASTS, name="notices:hint", every=HINT_EVERY)
