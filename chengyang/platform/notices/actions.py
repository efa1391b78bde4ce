"""Telling people: the notice is written with what it tells of, and goes out after the commit."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from chengyang import clock

from . import tasks
from .models import Delivery, Notice

PAUSE = 30.0  # seconds without hints after the broker did not answer
HINT_LASTS = 60  # seconds; the sweep of the next minute finds what a lost or late hint speaks of
_pause = {"until": 0.0}

TITLE_LENGTH = Notice._meta.get_field("title").max_length


@transaction.atomic
def notify(to: Any, template: str, *, url: str = "", **context: Any) -> Notice | None:
    """Write a notice and its deliveries in the caller's transaction; they are sent after it commits.

    `to` is a User, a Person (with or without an account), or an address that was given for this purpose: a stored phone
    number or a mail address. `template` is `"<app>/<name>"` of `templates/notices/<app>/<name>.txt`, whose first line is
    the title; it gets `context`, `to`, `url` (a path of ours: where to go next) and `site`. A text message goes out when
    there is a phone, a mail when there is an address. Returns None when there is nobody to tell: no account, no address.
    """
    if url and not url.startswith("/"):
        raise ValueError(f"{url!r} is not a path of ours")
    user, address = _whom(to)
    if user is None and not address:
        return None
    title, body = written(template, {"to": to, "url": url, "site": settings.SITE, **context})
    notice = Notice.objects.create(user=user, address=address, kind=template, title=title, body=body, url=url)
    Delivery.objects.bulk_create(
        [Delivery(notice=notice, channel=channel) for channel in Delivery.Channel if notice.target(channel)]
    )
    _hint_after_commit()
    return notice


def read(notice: Notice) -> Notice:
    """Note that `notice` was opened by whom it is for; the first time counts."""
    if notice.read_at is None and Notice.objects.filter(pk=notice.pk).unread().update(read_at=clock.now()):
        notice.refresh_from_db(fields=["read_at"])
    return notice


def read_all(*, actor: Any) -> int:
    """Mark all notices of `actor` as read; return how many were not."""
    return Notice.objects.visible_to(actor).unread().update(read_at=clock.now())


# ---- whom, and in which words --------------------------------------------------------------------------------------


def _whom(to: Any) -> tuple[Any, str]:
    """Return the account and, where it is not the account's own, the address."""
    if to is None or isinstance(to, str):
        return None, to or ""
    if isinstance(to, get_user_model()):
        return to, ""
    account = to.user  # a Person: the number to reach is theirs, also when they sign in with another
    return account, "" if account and account.phone == to.phone else to.phone


def written(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """Return title and body; plain text, so nothing is escaped."""
    source = get_template(f"notices/{template}.txt").template  # type: ignore[attr-defined]  # Django's own engine
    with translation.override(settings.LANGUAGE_CODE):
        text = source.render(Context(context, autoescape=False)).strip()
    title, _, body = text.partition("\n")
    if not title:
        raise ValueError(f"notices/{template}.txt has no first line")
    return title.strip()[:TITLE_LENGTH], body.strip()


# ---- the hint to the worker ----------------------------------------------------------------------------------------


def _hint_after_commit() -> None:
    """Ask the worker once for each transaction; with `robust`, a broker that is down is logged and fails nothing."""
    if not any(function is _hint for _, function, *_ in transaction.get_connection().run_on_commit):
        transaction.on_commit(_hint, robust=True)


def _hint() -> None:
    """Raises what the broker raises, for Django to log; then this process asks no more for a while: pages must not wait."""
    if time.monotonic() < _pause["until"]:
        return
    try:
        tasks.deliver.apply_async(retry=False, expires=HINT_LASTS)
    except Exception:
        _pause["until"] = time.monotonic() + PAUSE
        raise
