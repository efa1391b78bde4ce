"""The places of the site: header, bar under the thumb and site map come from one table.

A place whose page is not mounted is left out (requirements G09: no empty column is visible).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Place:
    """`name`: URL name; `also`: path prefixes that belong to the place beside its own; `where`: both, desk or phone."""

    name: str
    label: object
    icon: str = ""
    also: tuple[str, ...] = ()
    where: str = "both"


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    label: object
    icon: str
    where: str
    current: bool


MAIN = (
    Place("home", _("首页"), "home", where="phone"),
    Place("activities:calendar", _("日历"), "cal", also=("/activities/",)),
    Place("bases:list", _("基地"), where="desk"),
    Place("organizations:list", _("组织"), where="desk"),
    Place("services:home", _("服务"), "hand"),
    Place("standards:list", _("标准"), where="desk"),
    Place("me:home", _("我的"), "person", also=("/tickets/", "/accounts/"), where="phone"),
)
SITE_MAP = (
    (
        _("看与参加"),
        (
            Place("activities:calendar", _("活动日历")),
            Place("bases:list", _("实践创新基地")),
            Place("organizations:list", _("联谊组织")),
        ),
    ),
    (
        _("办理与了解"),
        (
            Place("members:join", _("三步加入")),
            Place("services:home", _("服务清单")),
            Place("standards:list", _("标准手册")),
        ),
    ),
)


def links(places: Iterable[Place], request: HttpRequest | None = None) -> list[Link]:
    """Return the places that have a page, with the one that `request` is in marked as current."""
    path = request.path if request else ""
    found = []
    for place in places:
        try:
            url = reverse(place.name)
        except NoReverseMatch:
            continue
        found.append(Link(url, place.label, place.icon, place.where, _is_in(path, url, place.also)))
    return found


def _is_in(path: str, url: str, also: tuple[str, ...]) -> bool:
    if url == "/":
        return path == "/"
    return path.startswith((url, *also))


def site_map(request: HttpRequest | None = None) -> list[tuple[object, list[Link]]]:
    """Return the groups of the foot with their links; an empty group is left out."""
    groups = [(title, links(places, request)) for title, places in SITE_MAP]
    return [(title, found) for title, found in groups if found]
