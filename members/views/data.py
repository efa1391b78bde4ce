"""我的数据: stored data, access log, export, corrections, consents and leaving (requirements P06, P10–P12, X12)."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock, extensions
from chengyang.errors import ActionError
from chengyang.platform.accounts import step_up
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.models import PolicyVersion, Purpose
from chengyang.platform.privacy.purposes import OPTIONAL
from chengyang.platform.privacy.rules import changes
from chengyang.platform.web.redirects import safe_next

from .. import actions, personal_data
from ..forms import DetailsForm
from ..models import Person
from .parts import READ_OR_POST, posted

NECESSARY = "registration"  # code of the purpose without which nobody can be registered
MAX_ITEMS = 20  # rows of one table on the page; `?all=1` and the export have all


@never_cache
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show all data stored about the account and its person, with purposes, consents and the access log; printable."""
    page = {
        "data": personal_data.everything(request.user),
        "person": _own(request),
        "consents": _consents(request.user),
        "max_items": None if "all" in request.GET else MAX_ITEMS,
    }
    return render(request, "members/data.html", page)


def _own(request: HttpRequest) -> Person | None:
    rows = Person.objects.visible_to(request.user).filter(user=request.user)
    return rows.select_related("category", "subdistrict").first()


def _consents(user):
    """Return (purpose, latest ledger row or None) for each purpose that needs consent."""
    latest = privacy.latest_for(user)
    purposes = Purpose.objects.published().filter(basis=Purpose.Basis.CONSENT)
    return [(purpose, latest.get(purpose.code)) for purpose in purposes]


@never_cache
@require_safe
@step_up.required(back="members:data")
def download(request: HttpRequest) -> HttpResponse:
    """Return all stored data as a JSON file; the export is recorded in the audit."""
    text = json.dumps(actions.export_own_data(request.user), ensure_ascii=False, indent=2)
    name = f"my-data-{clock.today():%Y%m%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@never_cache
@require_http_methods(READ_OR_POST)
def edit(request: HttpRequest) -> HttpResponse:
    """Correct one's own registration details, effective at once."""
    person = _active(request)
    form = DetailsForm(posted(request), initial=_initial(person))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                actions.edit_own_details(person, form.cleaned_data, actor=request.user)
                messages.success(request, _("已改好。以前的内容留在更改记录里。"))
                return redirect("members:data")
            except ActionError as error:
                form.refuse(error)
                status = 409
    return render(request, "members/edit.html", {"form": form, "person": person}, status=status)


def _initial(person):
    return {**person.registration_details(), "category": person.category.code, "subdistrict": person.subdistrict.code}


def _active(request: HttpRequest) -> Person:
    person = _own(request)
    if person is None or not person.is_active:
        raise Http404
    return person


@require_POST
def number(request: HttpRequest) -> HttpResponse:
    """Make the phone number of the account the contact number of the person."""
    actions.adopt_number(_active(request), actor=request.user)
    messages.success(request, _("以后按登录的手机号联系你。"))
    return redirect(safe_next(request, "members:data"))


@never_cache
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show what changed in the privacy rules since the person's consents, and ask for them again (requirements P02)."""
    rows = privacy.to_confirm(request.user)
    if not rows:
        return redirect("members:data")
    current = PolicyVersion.objects.current()
    agreed = min((row.policy for row in rows), key=lambda policy: policy.version)
    page = {
        "rows": rows,
        "agreed": agreed,
        "current": current,
        "changes": changes(agreed.text, current.text),
        "person": _own(request),
    }
    return render(request, "members/rules.html", page)


@require_POST
def consent(request: HttpRequest, code: str) -> HttpResponse:
    """Give or withdraw consent to the purpose `code`, effective at once.

    A registered person withdraws the necessary consent by leaving, so that request is redirected to the page of leaving.
    """
    given = request.POST.get("do") == "give"
    person = _own(request)
    asked_again = code in {row.purpose.code for row in privacy.to_confirm(request.user)}
    if code == NECESSARY and not given:
        if person and person.is_active:
            return redirect("members:data-leave")
    elif code not in OPTIONAL and not asked_again:
        raise Http404
    actions.decide_purpose(request.user, code, given=given, actor=request.user)
    messages.success(request, _("已同意，随时可以撤回。") if given else _("已撤回，从现在起不再这样用。"))
    return redirect("members:data-rules" if asked_again else "members:data")


@never_cache
@require_http_methods(READ_OR_POST)
@step_up.required
def leave(request: HttpRequest) -> HttpResponse:
    """Show the consequences of leaving, and leave the registry on POST."""
    person = _active(request)
    if request.method == "POST":
        actions.leave_registry(person, actor=request.user)
        messages.success(request, _("你已退出。30 天内重新申请，可以找回原来的记录。"))
        return redirect("members:data")
    page = {"person": person, "summaries": [rows.summary for rows in extensions.person_rows() if rows.summary]}
    return render(request, "members/leave.html", page)
