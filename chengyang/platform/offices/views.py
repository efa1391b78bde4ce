"""The page that says where people find the office."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .models import Office


@login_not_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """List the office of the district and the windows of the subdistricts; what is not filled in is left out."""
    offices = list(Office.objects.published().select_related("subdistrict"))
    district = next((office for office in offices if office.subdistrict_id is None), None)
    windows = [office for office in offices if office.subdistrict_id]
    return render(request, "offices/contact.html", {"district": district, "windows": windows})
