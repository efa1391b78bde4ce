"""Anything that can be undone does not ask first: it is done, and the message about it carries a button."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

_MARK = "undo:"


def offer(request: HttpRequest, text: object, url: str) -> None:
    """Tell the person what was done, with 撤销 posting to `url` (a path of ours, made with `reverse`)."""
    messages.success(request, text, extra_tags=f"{_MARK}{url}")


def url_of(message: Message) -> str:
    """Return the path that takes back what `message` reports; empty when it cannot be taken back."""
    tags = message.extra_tags or ""
    return tags.removeprefix(_MARK) if tags.startswith(_MARK) else ""
