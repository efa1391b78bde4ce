"""恢复时告诉我: who waits for an offer that is switched off is notified once when it can be ordered again."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify

from .. import permissions
from ..models import Offer, OfferAlert

AT_ONCE = 200  # offers of one run of the periodic task


@transaction.atomic
def ask_alert(offer: Offer, *, actor: Any) -> OfferAlert:
    """Notify `actor` once when `offer` can be ordered again. Safe to repeat: the same row is returned.

    Raises NotAllowed, ActionError("on") when it can be ordered today, ("state") when it is off the list.
    """
    offer = lock(offer)
    require(permissions.can_submit_request, actor, None)
    if offer.ended_on or offer.team.closed_on:
        raise ActionError(_("这一项已经不在清单上。"), code="state", url=offer.team.get_absolute_url())
    if not offer.is_off:
        raise ActionError(_("这一项正在接单，现在就可以点。"), code="on", url=offer.team.get_absolute_url())
    row, is_new = OfferAlert.objects.get_or_create(offer=offer, user=actor, defaults={"is_demo": actor.is_demo})
    if is_new:
        audit.record("offer.alert_asked", offer, actor=actor, user=actor)
    return row


@transaction.atomic
def cancel_alert(offer: Offer, *, actor: Any) -> bool:
    """Let `actor` wait for `offer` no longer; return whether they did. Safe to repeat."""
    found, _rows = OfferAlert.objects.filter(offer=offer, user=actor.pk).delete()
    if found:
        audit.record("offer.alert_cancelled", offer, actor=actor, user=actor)
    return bool(found)


def notify_waiting(offer: Offer) -> int:
    """Notify those who wait for `offer` (locked) that it can be ordered again or is off the list, and delete the rows; return how many.

    A team that is hidden has no page to order on: they wait until it is public again, and are not notified when it ends.
    """
    is_gone = bool(offer.ended_on or offer.team.closed_on)
    if not offer.team.is_published:
        if is_gone:
            offer.alerts.all().delete()
        return 0
    if offer.is_off and not is_gone:
        return 0
    rows = list(offer.alerts.select_related("user"))
    for row in rows:
        notify(row.user, "services/offer_on", url=offer.team.get_absolute_url(), offer=offer)
    offer.alerts.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


@transaction.atomic
def notify_of_offers() -> int:
    """Notify who waits for an offer whose day to begin again has come; return how many accounts. Safe to repeat."""
    waited_for = OfferAlert.objects.order_by().values("offer").distinct()
    rows = Offer.objects.filter(pk__in=waited_for, team__is_published=True).order_by("pk")
    rows = rows.exclude(pk__in=Offer.objects.off().values("pk"))
    offers = rows.select_for_update(of=("self",), skip_locked=True).select_related("team")[:AT_ONCE]
    return sum(notify_waiting(offer) for offer in offers)


def delete_alerts_of(user: Any, _actor: Any = None) -> None:
    """Delete what `user`, who closes the account, waits for."""
    OfferAlert.objects.filter(user=user).delete()
