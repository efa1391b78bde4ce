"""An organization for search engines, in the vocabulary of schema.org."""

from typing import Any

from django.http import HttpRequest

from chengyang.platform.web.canonical import absolute_url

from .models import Organization


def organization_data(organization: Organization, request: HttpRequest, logo: Any = None) -> dict[str, Any] | None:
    """Return it as an `Organization`, with what its page says and its `logo`; None where the page is not for everybody."""
    if not organization.is_published:
        return None
    data = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": organization.name,
        "url": absolute_url(request, organization.get_absolute_url()),
        "description": organization.summary,
        "logo": absolute_url(request, logo.get_absolute_url()) if logo else "",
        "foundingDate": str(organization.founded_on) if organization.founded_on else "",
        "dissolutionDate": str(organization.dissolved_on) if organization.dissolved_on else "",
        "areaServed": str(organization.subdistrict or ""),
    }
    return {name: value for name, value in data.items() if value}
