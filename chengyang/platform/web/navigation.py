"""The public navigation (header, bottom bar on phones, site map), built from the slot `menu`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.translation import gettext_lazy as _

from chengyang import extensions

SITE_MAP = (("visit", _("看与参加")), ("services", _("办理与了解")))  # places of the site map, with their headings


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    label: object
    icon: str
    where: str
    current: bool


def main_menu(request: HttpRequest | None = None) -> tuple[Link, ...]:
    """Return the entries of the header, with the one that `request` is in marked as current."""
    return _links(extensions.menu("main"), request)


def site_map(request: HttpRequest | None = None) -> list[tuple[object, tuple[Link, ...]]]:
    """Return the headings of the site map with their links; a heading without links is left out (requirements G09)."""
    groups = [(heading, _links(extensions.menu(place), request)) for place, heading in SITE_MAP]
    return [(heading, links) for heading, links in groups if links]


def _links(entries: Iterable[extensions.MenuEntry], request: HttpRequest | None) -> tuple[Link, ...]:
    path = request.path if request else ""
    return tuple(link for link in (_link(entry, path) for entry in entries) if link)


def _link(entry: extensions.MenuEntry, path: str) -> Link | None:
    url = _url(entry.url_name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
    if url is None:
        return None
    current = path == "/" if url == "/" else path.startswith((url, *entry.also))
    return Link(url, entry.label, entry.icon, entry.where, current)


@lru_cache(maxsize=200)
def _url(name: str, urls: str, prefix: str) -> str | None:
    """Return the address of a page in the URL configuration `urls`, None where it is not mounted: no dead link is shown (G09)."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
