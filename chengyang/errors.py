"""How an action says no. See docs/architecture.md, "The one way a thing happens"."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

REASON_LENGTH = 500  # characters; of every column that keeps a reason, and of every form that asks for one


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


def required_reason(reason: str | None, *, missing: Any = "") -> str:
    """Return `reason` without surrounding spaces; the person concerned reads it word for word, so it is never cut.

    Raises ActionError("reason") with the sentence `missing` when it is empty, ("too_long") beyond REASON_LENGTH characters.
    """
    if not (text := optional_reason(reason)):
        raise ActionError(missing or _("请写理由，本人会看到原文。"), code="reason", field="reason")
    return text


def optional_reason(reason: str | None) -> str:
    """Return `reason` without surrounding spaces, or an empty text. Raises ActionError("too_long") as `required_reason`."""
    text = (reason or "").strip()
    if len(text) > REASON_LENGTH:
        raise ActionError(_("理由最多 %(n)d 个字。") % {"n": REASON_LENGTH}, code="too_long", field="reason")
    return text
