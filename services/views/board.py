"""The board of those who work on requests, and requests by telephone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chengyang.errors import ActionError, NotAllowed, require
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.web.forms import posted

from .. import actions, boards, permissions
from ..forms import PhoneRequestForm


@never_cache
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show the open requests of one's teams, subdistricts or office by state, one's own first."""
    if not boards.works_on_requests(request.user):
        raise NotAllowed("board")
    columns = boards.columns_of(request.user)
    context = {
        "columns": columns,
        "count": sum(len(column.rows) for column in columns),
        "may_take": access_scope(request.user).staff,
    }
    return render(request, "services/board.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_request(request: HttpRequest) -> HttpResponse:
    """Write down the request of somebody on the telephone."""
    require(permissions.can_take_request, request.user, None)
    form = PhoneRequestForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            asked = actions.take_by_phone(actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            words = {"number": asked.number, "code": asked.query_code}
            messages.success(request, _("已记下，请念给对方：编号 %(number)s，查询码 %(code)s。短信也会发。") % words)
            return redirect("services:board")
    return render(request, "services/take_request.html", {"form": form}, status=form.status)
