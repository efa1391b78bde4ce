"""我的数据: everything held, who looked, a copy, corrections, consents, and leaving (requirements P06, P10–P12, X12)."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock, extensions
from chengyang.errors import ActionError
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.models import PolicyVersion, Purpose
from chengyang.platform.privacy.purposes import OPTIONAL
from chengyang.platform.privacy.rules import changes

from .. import actions, personal_data
from ..forms import ParticularsForm
from ..models import Person
from .parts import READ_OR_POST, posted

NECESSARY = "registration"  # the purpose without which nobody is registered
SHOWN_EACH = 20  # rows of one table on the page; `?all=1` and the copy have all


@never_cache
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Everything held on the person, each field with its purpose, and who looked; made to be read and printed."""
    page = {
        "held": personal_data.everything(request.user),
        "person": _own(request),
        "consents": _consents(request.user),
        "most": None if "all" in request.GET else SHOWN_EACH,
    }
    return render(request, "members/data.html", page)


def _own(request: HttpRequest) -> Person | None:
    rows = Person.objects.visible_to(request.user).filter(user=request.user)
    return rows.select_related("category", "subdistrict").first()


def _consents(user):
    """Return (purpose, last ledger row or None, whether it may be given or taken back here) of what rests on consent."""
    latest = privacy.latest_for(user)
    purposes = Purpose.objects.published().filter(basis=Purpose.Basis.CONSENT)
    return [(purpose, latest.get(purpose.code)) for purpose in purposes]


@never_cache
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """Everything held, as a JSON file; that a copy was taken is written down."""
    text = json.dumps(actions.export_own_data(request.user), ensure_ascii=False, indent=2)
    name = f"my-data-{clock.today():%Y%m%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@never_cache
@require_http_methods(READ_OR_POST)
def edit(request: HttpRequest) -> HttpResponse:
    """Correct one's own particulars; it counts at once."""
    person = _active(request)
    form = ParticularsForm(posted(request), initial=_typed(person))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                actions.edit_own_particulars(person, form.cleaned_data, actor=request.user)
                messages.success(request, _("已改好。以前的内容留在更改记录里。"))
                return redirect("members:data")
            except ActionError as error:
                form.refuse(error)
                status = 409
    return render(request, "members/edit.html", {"form": form, "person": person}, status=status)


def _typed(person):
    return {**person.particulars(), "category": person.category.code, "subdistrict": person.subdistrict.code}


def _active(request: HttpRequest) -> Person:
    person = _own(request)
    if person is None or not person.is_active:
        raise Http404
    return person


@require_POST
def number(request: HttpRequest) -> HttpResponse:
    """Be reached at the number one signs in with."""
    actions.adopt_number(_active(request), actor=request.user)
    messages.success(request, _("以后按登录的手机号联系你。"))
    return redirect("members:data")


@never_cache
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """What changed in the rules since the person agreed to them, and whether they still agree (requirements P02)."""
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
    """Give or take back a consent; it counts at once. Who is registered takes back the necessary one by leaving."""
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
def leave(request: HttpRequest) -> HttpResponse:
    """Ask once, naming what happens; then it is done."""
    person = _active(request)
    if request.method == "POST":
        actions.leave_registry(person, actor=request.user)
        messages.success(request, _("你已退出。30 天内重新申请，可以找回原来的记录。"))
        return redirect("members:data")
    page = {"person": person, "summaries": [rows.summary for rows in extensions.person_rows() if rows.summary]}
    return render(request, "members/leave.html", page)
