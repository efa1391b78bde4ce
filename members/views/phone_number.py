"""看全号: showing an officer a full phone number for a recorded reason (requirements P26)."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from chengyang.platform.web.redirects import came_from

from .. import actions
from ..models import Application, Person

KINDS = {"person": Person, "application": Application}


@never_cache
@require_POST
def reveal(request: HttpRequest, kind: str, public_id: str) -> HttpResponse:
    """Show the full number of a person or an applicant; it is on this response only, a reload posts the reason again."""
    if kind not in KINDS:
        raise Http404
    row = get_object_or_404(KINDS[kind].objects.visible_to(request.user), public_id=public_id)
    number = actions.read_number(row, request.POST.get("reason", ""), actor=request.user)
    page = {"number": number, "row": row, "back": came_from(request, "admin:index")}
    return render(request, "members/number.html", {**admin.site.each_context(request), **page})
