"""How an action says no. See docs/architecture.md, "The one way a thing happens"."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

REASON_LENGTH = 500  # characters; of most columns that keep a reason, and of what the desk lets one write


class ActionError(Exception):
    """A refusal that a person should read: `message` is shown as it is, `code` is what programs and tests compare.

    `field` names the form field to show it at, where there is one; `url` is where a button post returns to.
    """

    def __init__(self, message: Any, code: str, *, field: str | None = None, url: str = "") -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code
        self.field = field
        self.url = url


class NotAllowed(PermissionDenied):
    """Visible, but not this person's to do: answered with 403."""


def require(check: Callable[..., bool], actor: Any, obj: Any, *args: Any) -> None:
    """Raise NotAllowed unless `check(actor, obj, *args)`; called under the lock of `obj`."""
    if not check(actor, obj, *args):
        raise NotAllowed(check.__name__)


def required_reason(reason: str, *, said: Any = "", most: int = REASON_LENGTH) -> str:
    """Return `reason` without its edges; somebody will read it word for word.

    Raises ActionError("reason") with `said` when it is empty, ("too_long") beyond `most` characters.
    """
    reason = reason.strip()
    if not reason:
        raise ActionError(said or _("请写理由，本人会看到原文。"), code="reason", field="reason")
    if len(reason) > most:
        raise ActionError(_("理由最多 %(n)d 个字。") % {"n": most}, code="too_long", field="reason")
    return reason
