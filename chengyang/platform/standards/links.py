"""Links of an assessment to pages of the portal, which are its evidence."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from chengyang.errors import ActionError

LINK_LENGTH = 300  # characters


def portal_path(address: str) -> str:
    """Return the path, with its query, of a page of this portal whose address was typed or copied; "" for nothing.

    Raises ActionError("link") for an address elsewhere, and for one that no page of the portal has.
    """
    address = address.strip()
    if not address:
        return ""
    parts = urlsplit(address)
    is_own = not parts.netloc or validate_host(split_domain_port(parts.netloc)[0], settings.ALLOWED_HOSTS)
    path = parts.path if is_own and parts.scheme in ("", "http", "https") else ""
    query = f"?{parts.query}" if parts.query else ""
    if not _is_page(path) or len(path + query) > LINK_LENGTH:
        raise ActionError(_("只能写本站页面的网址，请从浏览器地址栏里复制。"), code="link", field="link")
    return path + query


def _is_page(path: str) -> bool:
    if not path.startswith("/") or path.startswith("//"):
        return False
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
