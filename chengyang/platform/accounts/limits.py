"""Limits on guessing and on asking, counted in the database, so that they hold when the cache is away.

Every attempt is a row of `Attempt` with a keyed hash of what is counted; the worker deletes the rows after a day. An IPv6
network of 64 bits counts as one address, because one subscriber has all of its addresses.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.lib.vault.sealing import mac
from chengyang.platform.web.addresses import network_of
from chengyang.platform.web.context import current

from .locks import advisory_lock
from .models import Attempt

MINUTE, QUARTER, HOUR, DAY = (dt.timedelta(minutes=minutes) for minutes in (1, 15, 60, 24 * 60))
TOO_MANY = gettext_lazy("试得太多了，请过一会儿再试。")
PER_MINUTE = 20  # tries from one address, which the visitors of an event may share


@dataclass(frozen=True)
class Limit:
    """At most `most` attempts of the kind `name` within `window` (at most a day) for one value."""

    name: str
    most: int
    window: dt.timedelta
    message: Any = TOO_MANY


def take(limit: Limit, value: str, *, url: str = "", field: str | None = None) -> Attempt:
    """Count one attempt for `value` and return it; `give_back` takes one that succeeded out of the count.

    Concurrent attempts for one value wait for each other. Raises ActionError("slow") with `url` and `field` when `limit` is
    reached; such an attempt is not counted. Raises RuntimeError inside a transaction, whose rollback would take it back.
    """
    attempt = _counted(limit, value)
    if attempt is None:
        raise ActionError(limit.message, code="slow", url=url, field=field)
    return attempt


@transaction.atomic(durable=True)
def _counted(limit, value):
    key = key_of(limit, value)
    advisory_lock(f"attempt/{key}")
    taken = Attempt.objects.filter(key=key, at__gt=clock.now() - limit.window).count()
    return None if taken >= limit.most else Attempt.objects.create(key=key, address=current().address)


def give_back(attempt: Attempt) -> None:
    """Take `attempt` out of the count, because it was right."""
    Attempt.objects.filter(pk=attempt.pk).delete()


def clear(limit: Limit, value: str) -> int:
    """Delete the attempts for `value`; return how many there were."""
    return Attempt.objects.filter(key=key_of(limit, value)).delete()[0]


def key_of(limit: Limit, value: str) -> str:
    """Return the stored key of `value`: keyed, so that the table names nobody."""
    return mac("limit", f"{limit.name}/{value.strip().lower()}".encode())


def slow_down(request: HttpRequest, name: str, per_minute: int = PER_MINUTE) -> None:
    """Count one try of `name` from the network of the client. Raises ActionError("slow") above `per_minute` in a minute."""
    limit = Limit(name, per_minute, MINUTE, _("试得太多了，请过一分钟再试。"))
    take(limit, network_of(current().address) or "", url=request.path)
