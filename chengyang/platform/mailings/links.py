"""The address at which a message to the people of a list is written, for lists and pages of records."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from . import permissions


def compose_url(list_name: str, query: str) -> str:
    """Return the address at which one writes to the people of the list `list_name` with the query string `query`."""
    given = {"list": list_name, **({"query": query} if query else {})}
    return f"{reverse('admin:mailings_mailing_compose')}?{urlencode(given)}"


def can_write_to(user: Any, model_admin: Any) -> bool:
    """Return whether `user` may write to the people of the list of `model_admin`."""
    return bool(model_admin.messages_to) and permissions.can_write(user)
