"""How an action says no. See docs/architecture.md, "No signals between our own apps"."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied


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
