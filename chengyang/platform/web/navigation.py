"""The public navigation (header, bottom bar on phones, site map), built from the slot `menu`."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
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


def main_menu(request: HttpRequest | None = None) -> list[Link]:
    """Return the entries of the header, with the one that `request` is in marked as current."""
    return _links(extensions.menu("main"), request)


def site_map(request: HttpRequest | None = None) -> list[tuple[object, list[Link]]]:
    """Return the headings of the site map with their links; a heading without links is left out (requirements G09)."""
    groups = [(heading, _links(extensions.menu(place), request)) for place, heading in SITE_MAP]
    return [(heading, links) for heading, links in groups if links]


def _links(entries: Iterable[extensions.MenuEntry], request: HttpRequest | None) -> list[Link]:
    path = request.path if request else ""
    return [link for link in (_link(entry, path) for entry in entries) if link]


def _link(entry: extensions.MenuEntry, path: str) -> Link | None:
    try:
        url = reverse(entry.url_name)
    except NoReverseMatch:  # the page is not mounted in this URL configuration: no dead link is shown (G09)
        return None
    current = path == "/" if url == "/" else path.startswith((url, *entry.also))
    return Link(url, entry.label, entry.icon, entry.where, current)
