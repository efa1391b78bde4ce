"""A base for search engines, in the vocabulary of schema.org."""

from typing import Any

from django.http import HttpRequest

from chengyang.platform.web.canonical import absolute_url

from .models import Base


def place(base: Base, request: HttpRequest, cover: Any = None) -> dict[str, Any] | None:
    """Return it as a `Place`, with what its page says and its picture `cover`; None where the page is not for everybody."""
    if not base.is_published:
        return None
    address = {
        "@type": "PostalAddress",
        "addressCountry": "CN",
        "addressRegion": "山东省青岛市城阳区",
        "addressLocality": str(base.subdistrict or ""),
        "streetAddress": base.address or base.place,
    }
    data = {
        "@context": "https://schema.org",
        "@type": "Place",
        "name": base.name,
        "url": absolute_url(request, base.get_absolute_url()),
        "description": base.summary,
        "address": {name: value for name, value in address.items() if value},
        "publicAccess": base.state == "operating",
    }
    if cover:
        data["image"] = absolute_url(request, cover.get_absolute_url())
    if base.map_url:
        data["geo"] = {"@type": "GeoCoordinates", "latitude": str(base.latitude), "longitude": str(base.longitude)}
    return {name: value for name, value in data.items() if value != ""}
