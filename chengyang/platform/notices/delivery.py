"""Sending what waits in the outbox (docs/architecture.md, "Nothing is sent inside a transaction").

A delivery is claimed by compare-and-swap, sent outside any transaction, and settled by compare-and-swap, so any number of
workers may run this at the same moment. `tries` is counted up by each claim and tells one claim from the next.
"""

import datetime as dt
import logging
import time
from collections.abc import Iterator

from django.conf import settings
from django.db.models import F, QuerySet

from chengyang import clock

from . import gateways
from .models import Delivery, Notice

CLAIM_LASTS = dt.timedelta(minutes=3)  # longer than any gateway takes; who claimed earlier and is silent has died
BACKOFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_TRIES = len(BACKOFF) + 1
RUN_LASTS = 50.0  # seconds; the sweep of the next minute goes on
BATCH = 50
SMS_LENGTH = 200  # characters; three text messages

Channel, State = Delivery.Channel, Delivery.State
logger = logging.getLogger(__name__)


def deliver_due() -> int:
    """Send what is due, the oldest first, for at most a minute; return how many were sent."""
    recover_lost()
    until, sent = time.monotonic() + RUN_LASTS, 0
    for pk in _due():
        claimed = claim(pk)
        sent += bool(claimed) and send(claimed)
        if time.monotonic() > until:
            break
    return sent


def _due() -> Iterator[int]:
    """Yield the deliveries that wait, until there are none; what another worker takes meanwhile drops out."""
    while waiting := list(_waiting().order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]):
        yield from waiting


def _waiting() -> QuerySet:
    return Delivery.objects.filter(state=State.WAITING, due_at__lte=clock.now())


def claim(pk: int) -> Delivery | None:
    """Take the delivery `pk` for this worker; None when another one was quicker."""
    taken = _waiting().filter(pk=pk)
    if not taken.update(state=State.SENDING, claimed_at=clock.now(), tries=F("tries") + 1):
        return None
    return Delivery.objects.select_related("notice__user").get(pk=pk)


def send(delivery: Delivery) -> bool:
    """Send a claimed delivery and note what came of it; return whether it went out."""
    try:
        _hand_over(delivery, delivery.notice)
    except gateways.Refused as error:
        settle(delivery, State.FAILED, error=str(error))
    except gateways.NotSent as error:
        _later(delivery, str(error))
    except Exception as error:  # it may have gone out: only a gateway that knows the key may be asked again
        logger.error("delivery %s: %s", delivery.key, type(error).__name__)
        if honours_keys(delivery.channel):
            _later(delivery, type(error).__name__)
        else:
            settle(delivery, State.UNCERTAIN, error=type(error).__name__)
    else:
        return settle(delivery, State.SENT, sent_at=clock.now(), error="")
    return False


def settle(delivery: Delivery, state: str, **changes) -> bool:
    """Note the result of the claim that `delivery` is; nothing when a later claim has taken over."""
    own = Delivery.objects.filter(pk=delivery.pk, tries=delivery.tries, state__in=[State.SENDING, State.UNCERTAIN])
    return bool(own.update(state=state, **changes))


def recover_lost() -> None:
    """Settle claims whose worker died while sending: again where the gateway knows the key, else uncertain."""
    now = clock.now()
    lost = Delivery.objects.filter(state=State.SENDING, claimed_at__lt=now - CLAIM_LASTS)
    known = [channel for channel in Channel if honours_keys(channel)]
    lost.filter(channel__in=known, tries__lt=MOST_TRIES).update(state=State.WAITING, due_at=now)
    if count := lost.update(state=State.UNCERTAIN, error="worker_died"):
        logger.error("%s deliveries are uncertain: the worker died while sending", count)


def send_again(delivery: Delivery) -> bool:
    """Put a delivery back that failed or may not have arrived; False when it is neither any more.

    `tries` goes on, so that a worker which took it before can still not be mistaken for the next one.
    """
    over = Delivery.objects.filter(pk=delivery.pk, state__in=[State.FAILED, State.UNCERTAIN])
    return bool(over.update(state=State.WAITING, due_at=clock.now(), error=""))


def honours_keys(channel: str) -> bool:
    """Return whether asking the channel's gateway twice sends once."""
    gateway = gateways.sms() if channel == Channel.SMS else gateways.mail()
    return gateway.honours_keys


# ---- what is sent ---------------------------------------------------------------------------------------------------


def _hand_over(delivery: Delivery, notice: Notice) -> None:
    to = notice.target(delivery.channel)
    if not to:
        raise gateways.Refused("no_address")  # taken out of the account since the notice was written
    if delivery.channel == Channel.SMS:
        gateways.sms().send(to, sms_text(notice), kind=notice.kind, key=delivery.key)
    else:
        gateways.mail().send(to, mail_text(notice), kind=notice.kind, key=delivery.key, subject=notice.title)


def _later(delivery: Delivery, error: str) -> None:
    if delivery.tries >= MOST_TRIES:
        settle(delivery, State.FAILED, error=error)
    else:
        settle(delivery, State.WAITING, due_at=clock.now() + BACKOFF[delivery.tries - 1], error=error)


def sms_text(notice: Notice) -> str:
    """Return the notice as a text message: signature, title, and as much of the body as fits."""
    text = f"【{settings.SITE['name']}】{notice.title}"
    text = "\n".join([text, *(line.strip() for line in notice.body.splitlines() if line.strip())])
    return text if len(text) <= SMS_LENGTH else text[: SMS_LENGTH - 1] + "…"


def mail_text(notice: Notice) -> str:
    """Return the notice as a mail: title, body, where to go, who sends it."""
    parts = [notice.title, notice.body, site_url(notice.url) if notice.url else "", settings.SITE["host"]]
    return "\n\n".join(part for part in parts if part)


def site_url(path: str) -> str:
    """Return `path` with the site in front of it."""
    if settings.PORTAL_HTTPS:
        return f"https://{settings.SITE['domain']}{path}"
    return f"http://{settings.SITE['domain']}:{settings.PORT}{path}"
