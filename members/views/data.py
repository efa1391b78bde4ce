"""我的数据: stored data, access log, export, corrections, consents and leaving (requirements P06, P10–P12, X12)."""

import datetime as dt
import json
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock, extensions
from chengyang.errors import ActionError
from chengyang.lib.chinese import dates
from chengyang.platform.accounts import step_up
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.models import Consent, PolicyVersion, Purpose
from chengyang.platform.privacy.purposes import OPTIONAL
from chengyang.platform.privacy.rules import changes
from chengyang.platform.web.forms import posted
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.redirects import safe_next

from .. import actions, personal_data
from ..forms import OwnDetailsForm
from ..models import Application, Correction, Person
from ..own_rows import own_person
from ..states import APPLICATION_OPEN, CorrectionState
from .parts import READ_OR_POST

REFUSAL_SHOWN = dt.timedelta(days=30)  # a refused correction stays that long above the details
NECESSARY = "registration"  # code of the purpose without which nobody can be registered


@never_cache
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show all data stored about the account and its person, with purposes, consents and the access log; printable."""
    stored = personal_data.everything(request.user)
    own = next((row for row in stored.rows.get(Person, ()) if row.user_id == request.user.pk), None)
    page = {
        "data": stored,
        "person": own,
        "corrections": _corrections(stored.rows.get(Correction, ()), own),
        "consents": _consents(stored.rows.get(Consent, ())),
    }
    return render(request, "members/data.html", page)


def _corrections(rows, person):
    """Return the corrections of `person` (or None) that wait for staff or were refused within the last 30 days, newest first."""
    since = clock.now() - REFUSAL_SHOWN
    own = [row for row in rows if person and row.person_id == person.pk]
    shown = [row for row in own if row.state == CorrectionState.WAITING]
    shown += [row for row in own if row.state == CorrectionState.REFUSED and row.decided_at > since]
    return sorted(shown, key=lambda row: (row.asked_at, row.pk), reverse=True)


def _consents(ledger):
    """Return (purpose, latest ledger row or None) for each purpose that needs consent."""
    latest = {row.purpose.code: row for row in sorted(ledger, key=lambda row: (row.at, row.pk))}
    needed = Purpose.objects.published().filter(basis=Purpose.Basis.CONSENT)
    purposes = per_version("privacy.purposes", partial(list, needed))
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
    """Correct one's own registration details: at once, or by a correction that staff decide (name and category)."""
    person = _active(request)
    form = OwnDetailsForm(posted(request), request.FILES or None, initial=_initial(person))
    if request.method == "POST" and form.is_valid():
        try:
            waiting = actions.edit_own_details(
                person,
                form.details(),
                actor=request.user,
                reason=form.cleaned_data["reason"],
                evidence=form.cleaned_data["file"],
            )
            messages.success(request, _edited_message(waiting))
            return redirect("members:data")
        except ActionError as error:
            form.refuse(error)
    return render(request, "members/edit.html", {"form": form, "person": person}, status=form.status)


def _edited_message(waiting):
    if not waiting:
        return _("已改好。以前的内容留在更改记录里。")
    return _("已收到更正申请：%(what)s。%(day)s以前答复你；别的几项已改好。") % {
        "what": "；".join(str(row) for row in waiting),
        "day": dates.month_day(waiting[0].due_on),
    }


@require_POST
def withdraw_correction(request: HttpRequest, public_id: str) -> HttpResponse:
    """Withdraw one's own correction that waits for staff."""
    rows = Correction.objects.visible_to(request.user).filter(person__user=request.user)
    actions.withdraw_correction(get_object_or_404(rows, public_id=public_id), actor=request.user)
    messages.success(request, _("更正申请已撤回。"))
    return redirect("members:data")


def _initial(person):
    return {**person.registration_details(), "category": person.category.code, "subdistrict": person.subdistrict.code}


def _active(request: HttpRequest) -> Person:
    person = own_person(request)
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
        "person": own_person(request),
    }
    return render(request, "members/rules.html", page)


@require_POST
def consent(request: HttpRequest, code: str) -> HttpResponse:
    """Give or withdraw consent to the purpose `code`, effective at once.

    Withdrawing the necessary consent ends something, so it asks first: a registered person leaves on a page of its own, an
    applicant confirms that the application is withdrawn too.
    """
    given = request.POST.get("do") == "give"
    person = own_person(request)
    asked_again = code in {row.purpose.code for row in privacy.to_confirm(request.user)}
    if code == NECESSARY and not given:
        if person and person.is_active:
            return redirect("members:data-leave")
        if _open_applications(request).exists():
            return redirect("members:data-consent-withdraw", code)
    elif code not in OPTIONAL and not asked_again:
        raise Http404
    actions.decide_purpose(request.user, code, given=given, actor=request.user)
    messages.success(request, _("已同意，随时可以撤回。") if given else _("已撤回，从现在起不再这样用。"))
    still_asked = asked_again and privacy.to_confirm(request.user)
    return redirect("members:data-rules" if still_asked and "rules" in request.POST else "members:data")


@never_cache
@require_http_methods(READ_OR_POST)
def consent_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Ask an applicant, with the application named, and withdraw the consent to registration on POST (docs/ui.md)."""
    applications = _open_applications(request)
    if code != NECESSARY or not applications.exists():
        raise Http404
    if request.method == "POST":
        actions.decide_purpose(request.user, code, given=False, actor=request.user)
        messages.success(request, _("已撤回，入册申请也一并撤回。"))
        return redirect("members:data")
    return render(request, "members/consent_withdraw.html", {"application": applications.first()})


def _open_applications(request):
    own = Application.objects.visible_to(request.user).filter(user=request.user)
    return own.filter(state__in=APPLICATION_OPEN).select_related("subdistrict")


@never_cache
@require_http_methods(READ_OR_POST)
@step_up.required
def leave(request: HttpRequest) -> HttpResponse:
    """Show the consequences of leaving, and leave the registry on POST."""
    person = _active(request)
    if request.method == "POST":
        actions.leave_registry(person, actor=request.user)
        messages.success(request, _("你已退出。30 天内改主意，点一下就能恢复登记。"))
        return redirect("members:data")
    page = {"person": person, "summaries": [rows.summary for rows in extensions.person_rows() if rows.summary]}
    return render(request, "members/leave.html", page)
