"""What the app registers with the rest of the portal; the slots are described in `chengyang.extensions`."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import CachedPage, GoLiveItem, MenuEntry, PublicPage, extend

from .models import Office


def missing_lines() -> list[GoLiveItem]:
    """Return one item for each office: done when address, telephone and hours are filled in."""
    return [
        GoLiveItem(
            _("窗口：%(name)s") % {"name": office},
            "、".join(office.missing()),
            reverse("admin:offices_office_change", args=[office.pk]),
        )
        for office in Office.objects.select_related("subdistrict")
    ]


def pages() -> Iterator[PublicPage]:
    yield PublicPage(reverse("offices:contact"))


extend(
    "offices",
    menu=[MenuEntry("offices:contact", _("联系我们"), order=90, place="services")],
    go_live=[missing_lines],
    public_pages=[pages],
    cached_pages=[CachedPage("offices:contact")],
    audit_verbs={"office.updated": _("修改对外窗口")},
)
