"""Sending the waiting deliveries of the outbox (docs/architecture.md, "Nothing is sent inside a transaction").

Deliveries are claimed in batches by rows that no other worker has locked, sent outside any transaction, and settled by
compare-and-swap, so any number of workers may run this at the same moment. Each claim increments `tries`, which distinguishes it from later claims.
"""

import datetime as dt
import logging
import time
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse

from chengyang import clock

from . import gateways, quiet
from .models import Delivery, Notice

CLAIM_LASTS = dt.timedelta(minutes=3)  # longer than any gateway takes; after that the worker is taken for dead
BACKOFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_TRIES = len(BACKOFF) + 1
RUN_LASTS = 50.0  # seconds; the next run starts within a minute and continues
BATCH = 50  # deliveries that one worker claims at once
BATCH_LASTS = 60.0  # seconds that sending them may take, less than CLAIM_LASTS
SETTLE_EVERY = 1.0  # seconds
SMS_LENGTH = 134  # characters of two text messages: each part of a long one has 67

Channel, State = Delivery.Channel, Delivery.State
logger = logging.getLogger(__name__)


def deliver_due(*, recover: bool = True) -> int:
    """Send the due deliveries, the oldest first, for at most `RUN_LASTS` seconds; return how many were sent.

    `recover`: settle the claims of workers that died first, see `recover_abandoned`.
    """
    if recover:
        recover_abandoned()
    until, sent = time.monotonic() + RUN_LASTS, 0
    while claimed := claim_batch():
        sent += send_batch(claimed)
        if time.monotonic() > until:
            break
    return sent


def _waiting() -> QuerySet:
    now = clock.now()
    due = Delivery.objects.filter(state=State.WAITING, due_at__lte=now)
    if quiet.is_quiet(now) and not settings.SMS_AT_NIGHT:  # also for another try after a failure in the evening
        due = due.exclude(channel=Channel.SMS, at_night=False)
    return due


def claim_batch() -> list[Delivery]:
    """Claim the next `BATCH` due deliveries for this worker and return them, the oldest first; other workers skip them."""
    return _claim(_waiting().order_by("due_at", "pk"), BATCH)


def claim(pk: int) -> Delivery | None:
    """Claim the delivery `pk` for this worker and return it; None when another worker was quicker."""
    return next(iter(_claim(_waiting().filter(pk=pk), 1)), None)


@transaction.atomic
def _claim(waiting: QuerySet, most: int) -> list[Delivery]:
    pks = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:most])
    if not pks:
        return []
    own = Delivery.objects.filter(pk__in=pks)
    own.update(state=State.SENDING, claimed_at=clock.now(), tries=F("tries") + 1)
    return list(own.select_related("notice__user").order_by("due_at", "pk"))


def send_batch(claimed: Sequence[Delivery]) -> int:
    """Send claimed deliveries and store the results, those that were sent at most `SETTLE_EVERY` seconds later.

    What a slow gateway leaves after `BATCH_LASTS` seconds is released, long before its claim is taken for abandoned. Returns
    how many were sent.
    """
    began = settled = time.monotonic()
    done: list[Delivery] = []
    sent = 0
    for place, delivery in enumerate(claimed):
        if time.monotonic() - began > BATCH_LASTS:
            _release(claimed[place:])
            break
        done += [delivery] if send(delivery) else []
        if time.monotonic() - settled > SETTLE_EVERY:
            sent, done, settled = sent + _settle_sent(done), [], time.monotonic()
    return sent + _settle_sent(done)


def _settle_sent(done: Sequence[Delivery]) -> int:
    """Store that the claimed deliveries `done` were sent; return for how many the claim was still the last one."""
    stored = 0
    for tries in {delivery.tries for delivery in done}:
        pks = [delivery.pk for delivery in done if delivery.tries == tries]
        own = Delivery.objects.filter(pk__in=pks, tries=tries, state__in=[State.SENDING, State.UNCERTAIN])
        stored += own.update(state=State.SENT, sent_at=clock.now(), error="")
    return stored


def _release(claimed: Sequence[Delivery]) -> None:
    """Give claimed deliveries back that were not sent; the claim was no try."""
    for delivery in claimed:
        settle(delivery, State.WAITING, tries=delivery.tries - 1, claimed_at=None)


def send(delivery: Delivery) -> bool:
    """Pass a claimed delivery to the gateway. Returns whether it was sent, which the caller stores; any other result is stored."""
    try:
        _pass_to_gateway(delivery, delivery.notice)
    except gateways.Refused as error:
        settle(delivery, State.FAILED, error=str(error))
    except gateways.NotSent as error:
        _retry_later(delivery, str(error))
    except Exception as error:  # it may have been sent: try again only where the gateway recognises the key
        logger.error("delivery %s: %s", delivery.key, type(error).__name__)
        if honours_keys(delivery.channel):
            _retry_later(delivery, type(error).__name__)
        else:
            settle(delivery, State.UNCERTAIN, error=type(error).__name__)
    else:
        return True
    return False


def settle(delivery: Delivery, state: str, **changes) -> bool:
    """Store the result of the claim that `delivery` stands for; return False when a later claim has replaced it."""
    own = Delivery.objects.filter(pk=delivery.pk, tries=delivery.tries, state__in=[State.SENDING, State.UNCERTAIN])
    return bool(own.update(state=state, **changes))


def recover_abandoned() -> None:
    """Settle the claims of workers that died while sending: try again where the gateway honours keys, else mark as uncertain."""
    now = clock.now()
    abandoned = Delivery.objects.filter(state=State.SENDING, claimed_at__lt=now - CLAIM_LASTS)
    safe = [channel for channel in Channel if honours_keys(channel)]
    abandoned.filter(channel__in=safe, tries__lt=MOST_TRIES).update(state=State.WAITING, due_at=now)
    if count := abandoned.update(state=State.UNCERTAIN, error="worker_died"):
        logger.error("%s deliveries are uncertain: the worker died while sending", count)


def send_again(delivery: Delivery) -> bool:
    """Put a failed or uncertain delivery back into the queue; return False when it is in another state.

    `tries` is not reset: a slow worker with an earlier claim must not be able to settle the next one.
    """
    finished = Delivery.objects.filter(pk=delivery.pk, state__in=[State.FAILED, State.UNCERTAIN])
    return bool(finished.update(state=State.WAITING, due_at=clock.now(), error=""))


def honours_keys(channel: str) -> bool:
    """Return whether the gateway of `channel` sends a message once when it receives the same key twice."""
    gateway = gateways.sms() if channel == Channel.SMS else gateways.mail()
    return gateway.honours_keys


# ---- the messages ---------------------------------------------------------------------------------------------------


def _pass_to_gateway(delivery: Delivery, notice: Notice) -> None:
    to = notice.target(delivery.channel)
    if not to:
        raise gateways.Refused("no_address")  # it was removed from the account after the notice was written
    if delivery.channel == Channel.SMS:
        variables = {**notice.variables, "address": short_address(notice)}
        gateways.sms().send(to, sms_text(notice), template=notice.kind, variables=variables, key=delivery.key)
    else:
        gateways.mail().send(to, mail_text(notice), kind=notice.kind, key=delivery.key, subject=notice.title)


def _retry_later(delivery: Delivery, error: str) -> None:
    if delivery.tries >= MOST_TRIES:
        settle(delivery, State.FAILED, error=error)
    else:
        settle(delivery, State.WAITING, due_at=clock.now() + BACKOFF[delivery.tries - 1], error=error)


def sms_text(notice: Notice) -> str:
    """Return the notice as a text message of at most `SMS_LENGTH` characters.

    Signature, title, the body as far as it fits, and at the end the address of the page to open next, which is never cut.
    """
    text = f"【{settings.SITE['name']}】{notice.title}"
    text = "\n".join([text, *(line.strip() for line in notice.body.splitlines() if line.strip())])
    end = f"\n{short_address(notice)}" if notice.url else ""
    most = SMS_LENGTH - len(end)
    return (text if len(text) <= most else text[: most - 1] + "…") + end


def mail_text(notice: Notice) -> str:
    """Return the notice as a mail: title, body, address of the page to open next, sender."""
    parts = [notice.title, notice.body, short_address(notice), settings.SITE["host"]]
    return "\n\n".join(part for part in parts if part)


def short_address(notice: Notice) -> str:
    """Return the absolute address that leads to the page of `notice` and marks it as read; empty without a page."""
    return site_url(reverse("notice-open", args=[notice.public_id])) if notice.url else ""


def site_url(path: str) -> str:
    """Return the absolute address of `path`."""
    return f"{settings.SITE_URL}{path}"
