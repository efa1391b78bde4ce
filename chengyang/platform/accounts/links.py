"""Signed links in messages: whoever received one may use it without signing in. The row it names says until when."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from chengyang.lib.vault.sealing import mac
from chengyang.platform.notices.delivery import site_url

LENGTH = 16  # characters of 6 bits: too many to guess, few enough for a text message


def absolute(url_name: str, public_id: str) -> str:
    """Return the absolute address of the page `url_name` of the row `public_id`, with its signature."""
    return site_url(reverse(url_name, args=arguments(url_name, public_id)))


def arguments(url_name: str, public_id: str) -> list[str]:
    """Return the arguments of the address: `public_id` and its signature."""
    return [public_id, _signature(url_name, public_id)]


def find(model: Any, url_name: str, public_id: str, signature: str) -> Any:
    """Return the row of `model` that a link to the page `url_name` names. Raises Http404 for a wrong signature."""
    if not constant_time_compare(_signature(url_name, public_id), signature):
        raise Http404
    return get_object_or_404(model, public_id=public_id)


def _signature(url_name, public_id):
    return mac(f"link/{url_name}", public_id.encode())[:LENGTH]
