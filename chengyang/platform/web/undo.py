"""Undo instead of confirmation: the message about a reversible action has a button 撤销."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

_MARK = "undo:"


def offer(request: HttpRequest, text: object, url: str) -> None:
    """Add the success message `text` with a button 撤销 that posts to `url` (a path of this site, from `reverse`)."""
    messages.success(request, text, extra_tags=f"{_MARK}{url}")


def url_of(message: Message) -> str:
    """Return the path that undoes the action of `message`; empty when there is none."""
    tags = message.extra_tags or ""
    return tags.removeprefix(_MARK) if tags.startswith(_MARK) else ""
