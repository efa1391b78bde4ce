"""The exceptions with which an action refuses. See docs/architecture.md, "The one way a thing happens"."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

REASON_LENGTH = 500  # characters, in every column and every form field for a reason


class ActionError(Exception):
    """A refusal with a reason for the user: `message` is shown as it is, `code` is compared by programs and tests.

    `field` names the form field that the message belongs to, if any; `url` is the page to return to after a button. `each`
    has a sentence for each field when several have to be changed: a form shows them at their fields instead of `message`.
    """

    def __init__(
        self, message: Any, code: str, *, field: str | None = None, url: str = "", each: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code
        self.field = field
        self.url = url
        self.each = dict(each or {})


class NotAllowed(PermissionDenied):
    """The actor may see the object but not do this; answered with 403."""


def require(check: Callable[..., bool], actor: Any, obj: Any, *args: Any) -> None:
    """Raise NotAllowed unless `check(actor, obj, *args)` is true; call it after `obj` has been locked."""
    if not check(actor, obj, *args):
        raise NotAllowed(check.__name__)


def required_reason(reason: str | None, *, missing: Any = "") -> str:
    """Return `reason` without surrounding spaces. It is never cut, because the person concerned reads it in full.

    Raises ActionError("reason") with the message `missing` when it is empty, and ActionError("too_long") when it has
    more than REASON_LENGTH characters.
    """
    if not (text := optional_reason(reason)):
        raise ActionError(missing or _("请写理由，本人会看到原文。"), code="reason", field="reason")
    return text


def optional_reason(reason: str | None) -> str:
    """Return `reason` without surrounding spaces, or "". Raises ActionError("too_long") beyond REASON_LENGTH characters."""
    text = (reason or "").strip()
    if len(text) > REASON_LENGTH:
        raise ActionError(_("理由最多 %(n)d 个字。") % {"n": REASON_LENGTH}, code="too_long", field="reason")
    return text
