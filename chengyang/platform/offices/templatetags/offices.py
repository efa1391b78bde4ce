"""Template tags for the address, telephone and hours of the office."""

from typing import Any

from django import template

from chengyang.platform.web.fragments import per_version

from ..models import Office

register = template.Library()


@register.simple_tag(takes_context=True)
def district_office(context: template.Context) -> Office | None:
    """Return the office of the district if anything of it is filled in, else None; one query for a version of the site.

    None also where the page has no request: an error page must not need the database.
    """
    request = context.get("request")
    if request is None:
        return None
    return per_version("offices.district", lambda: Office.objects.published().filter(subdistrict=None).first())


@register.inclusion_tag("offices/_window.html")
def window_of(subdistrict: Any, lead: str = "") -> dict[str, Any]:
    """Render the window of a subdistrict, or of all subdistricts where it is None: for a page that sends people there.

    The sentence `lead` stands above it, and is left out where nothing of a window is filled in.
    """
    found = Office.objects.published().exclude(subdistrict=None).select_related("subdistrict")
    return {"windows": list(found.filter(subdistrict=subdistrict) if subdistrict else found), "lead": lead}
