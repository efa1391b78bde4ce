"""Requests that an officer takes by telephone, and those that belong to another channel."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.accounts.actions.accounts import account_of
from chengyang.platform.audit.transitions import lock, move

from .. import permissions
from ..models import CHANNELS, Diversion, Request
from ..states import REQUEST_TRANSITIONS, RequestState
from . import shares, timing
from .appointments import cancel_appointments
from .handling import Kind, involved, notify_author, notify_change, step
from .requests import create_request


@transaction.atomic
def take_by_phone(
    *, actor: Any, phone: str, consents: bool, title: str, text: str, subdistrict: Any = None, **details: Any
) -> Request:
    """Write down the request of somebody on the telephone, who gets number and code by text message.

    `phone` is E.164: the request belongs to the account of this number, which is made if there is none, so that its owner
    reads it after signing in. The consent (`privacy` of requests) is read out, and `consents` says that the caller agreed;
    without it nothing is stored. The request begins at the office, or at `subdistrict`. Raises NotAllowed,
    ActionError("consent"), and as `submit_request`.
    """
    require(permissions.can_take_request, actor, None)
    if not consents:
        text = _("先把同意的话念给对方听，对方说同意再勾选；不同意就不记，请他到窗口来。")
        raise ActionError(text, code="consent", field="consents")
    details |= {"intake": "phone", "taken_by": actor, "consent_at": clock.now()}
    request = create_request(account_of(phone), title, text, None, "", (), details, subdistrict=subdistrict)
    if not request.entries.filter(kind=Kind.STEP, by=actor).exists():  # sent twice, it is one request
        step(request, _("电话里提出，同意的话已念并得到同意"), by=actor)
    return request


@transaction.atomic
def divert_request(request: Request, *, actor: Any, to: str) -> Request:
    """Send an open request to the channel it belongs to (`Diversion`), and close its content to everybody but its author.

    The author reads where to go, with the address. Appointments are cancelled, and who worked on it or was asked to is notified. Raises NotAllowed, ActionError("channel") for another channel.
    """
    request = lock(request)
    require(permissions.can_divert_request, actor, request)
    if to not in Diversion.values:
        raise ActionError(_("请选该去的渠道。"), code="channel", field="to")
    words, url = CHANNELS[Diversion(to)]
    before = involved(request)
    timing.end_pause(request)
    timing.drop_extension(request)
    shares.end_all(request, actor=actor)
    changes = {"diverted_to": to}
    move(request, RequestState.DIVERTED, table=REQUEST_TRANSITIONS, actor=actor, verb="request.diverted", **changes)
    step(request, words, by=actor)
    cancel_appointments(request, actor=actor)
    notify_author(request, "services/request_diverted", words=words, address=url)
    notify_change(before, request, but=actor)
    return request
