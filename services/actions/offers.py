"""点单清单: what a team offers is added, changed, switched off for a while, and taken off the list."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import assign, edit, validate
from chengyang.platform.audit.transitions import lock

from .. import permissions
from ..models import Offer, Team
from .alerts import notify_waiting


@transaction.atomic
def add_offer(team: Team, *, actor: Any, **data: Any) -> Offer:
    """Put an offer on the list of `team`; `data` has names in `Offer.EDITABLE_FIELDS`. Without a position it comes last.

    Raises NotAllowed, ActionError("state") for a closed team, ("invalid") naming the field, TypeError for another name.
    """
    team = lock(team)
    require(permissions.can_edit_team, actor, team)
    if team.closed_on:
        raise ActionError(_("这支服务队已经停止。"), code="state", field="team")
    offer = Offer(team=team, is_demo=team.is_demo)
    data.setdefault("position", team.offers.listed().count() + 1)
    assign(offer, data, fields=Offer.EDITABLE_FIELDS)
    validate(offer)
    offer.save(force_insert=True)
    audit.record("offer.added", offer, actor=actor)
    return offer


@transaction.atomic
def edit_offer(offer: Offer, *, actor: Any, **data: Any) -> Offer:
    """Change `data` of `offer`, also when it is switched off and until when; who waits for it is notified when it is on again.

    Raises as `add_offer`, ActionError("state") once it is off the list.
    """
    team, offer = lock(offer.team), lock(offer)
    require(permissions.can_edit_team, actor, team)
    _require_listed(offer)
    edit(offer, data, fields=Offer.EDITABLE_FIELDS, verb="offer.updated", actor=actor)
    notify_waiting(offer)
    return offer


@transaction.atomic
def switch_off_offer(offer: Offer, *, actor: Any, reason: str) -> Offer:
    """Switch `offer` off from today until it is switched on; the list says `reason`. Raises as `edit_offer`."""
    words = {"off_from": clock.today(), "off_until": None, "off_reason": reason.strip()}
    return edit_offer(offer, actor=actor, **words)


@transaction.atomic
def switch_on_offer(offer: Offer, *, actor: Any) -> Offer:
    """Let `offer` be ordered again. Raises as `edit_offer`."""
    return edit_offer(offer, actor=actor, off_from=None, off_until=None, off_reason="")


@transaction.atomic
def end_offer(offer: Offer, *, actor: Any) -> Offer:
    """Take `offer` off the list; requests that name it stay. Raises NotAllowed, ActionError("state")."""
    team, offer = lock(offer.team), lock(offer)
    require(permissions.can_edit_team, actor, team)
    _require_listed(offer)
    offer.ended_on = clock.today()
    offer.save(update_fields=["ended_on"])
    audit.record("offer.ended", offer, actor=actor, fields=["ended_on"])
    notify_waiting(offer)
    return offer


@transaction.atomic
def list_offer_again(offer: Offer, *, actor: Any) -> Offer:
    """Put an offer back on the list. Raises NotAllowed, ActionError("state"), ("invalid") when another one has its name."""
    team, offer = lock(offer.team), lock(offer)
    require(permissions.can_edit_team, actor, team)
    if offer.ended_on is None:
        raise ActionError(_("它就在清单上。"), code="state")
    offer.ended_on = None
    validate(offer)
    offer.save(update_fields=["ended_on"])
    audit.record("offer.added", offer, actor=actor, fields=["ended_on"])
    return offer


def _require_listed(offer: Offer) -> None:
    if offer.ended_on:
        raise ActionError(_("已经从清单上拿下，先放回去再改。"), code="state")
