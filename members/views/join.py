"""Joining in three steps, the status of an application, and confirming a record (docs/ui.md, "Join")."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.accounts import phone_login, phone_verification
from chengyang.platform.privacy.models import PolicyVersion, Purpose

from .. import actions
from ..forms import ConsentForm, DetailsForm, DraftForm, JoinCodeForm, JoinPhoneForm, PurposesForm
from ..models import Application, Person
from ..states import (
    APPLICATION_OPEN,
    APPLICATION_WITH_APPLICANT,
    FIRST_REVIEW_DAYS,
    SECOND_REVIEW_DAYS,
    ApplicationState,
    PersonState,
)
from ..timeline import timeline_of
from .parts import READ_OR_POST, posted

JOIN = phone_login.Purpose.JOIN


# ---- step 1: notice, consent, number ---------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def join(request: HttpRequest) -> HttpResponse:
    """Step 1. Nothing is stored before the consent is ticked; who is further already goes where they stand."""
    if not request.user.is_authenticated:
        return _by_phone(request)
    if place := _place(request.user):
        return redirect(place)
    form = ConsentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.consent_and_begin(request.user)
            return redirect("members:join-about")
        except ActionError as error:
            _refuse(form, error)
    return _step_one(request, form)


def _by_phone(request: HttpRequest) -> HttpResponse:
    proof, do = phone_login.pending(request, JOIN), request.POST.get("do", "")
    if do in ("change", "resend") or (do == "check" and not proof):
        return _other_way(request, do)
    if do == "send":  # also from a page of the first step that was gone back to
        proof = None
    form = (JoinCodeForm if proof else JoinPhoneForm)(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            if proof:
                return _come_in(request, form.cleaned_data["code"])
            phone_login.begin(request, form.cleaned_data["phone"], purpose=JOIN, keep={"consent": True})
            return redirect("members:join")
        except ActionError as error:
            _refuse(form, error)
    return _step_one(request, form, proof=proof, wait=proof and phone_verification.wait(proof))


def _other_way(request: HttpRequest, do: str) -> HttpResponse:
    """Another number, another code, or a code that came too late."""
    again = reverse("members:join")
    if do == "check":
        raise ActionError(_("验证码过期了，请重新要一个。"), code="expired", url=again)
    if do == "change":
        phone_login.other_number(request)
    else:
        _resend(request, again)
    return redirect(again)


def _resend(request: HttpRequest, again: str) -> None:
    try:
        if phone_login.resend(request, JOIN):
            messages.success(request, _("又发了一个验证码，请用新的那个。"))
    except ActionError as error:
        error.url = again
        raise


def _come_in(request: HttpRequest, code: str) -> HttpResponse:
    """Sign in who proved the number, and write the consent they ticked before; then to where they stand."""
    consented = phone_login.kept(request).get("consent")
    user = phone_login.finish(request, code)
    response = phone_login.sign_in(request, user, next_url=reverse("members:join"))
    if request.user.is_authenticated and consented and not _place(request.user):
        actions.consent_and_begin(request.user)
        return redirect("members:join-about")
    return response


def _place(user: Any) -> str:
    """Return the page of who is further than step 1; empty for everybody else."""
    if Person.objects.visible_to(user).filter(user=user, state=PersonState.ACTIVE).exists():
        return reverse("me:home")
    if _unconfirmed(user):
        return reverse("members:confirm")
    application = _open_application(user)
    if application is None:
        return ""
    if application.state == ApplicationState.DRAFT:
        return reverse("members:join-check" if application.step > 2 else "members:join-about")
    return application.get_absolute_url()


def _step_one(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    page = {"form": form, "rules": PolicyVersion.objects.current(), "purpose": _registration(), "step": 1, **context}
    return render(request, "members/join.html", page, status=_status(form))


def _registration() -> Purpose | None:
    return Purpose.objects.published().filter(code="registration").first()


def _status(form: Any) -> int:
    """Return 200 for a fresh form, 400 for a wrong one, 409 for what an action refused."""
    if not form.is_bound or not form.errors:
        return 200
    return 409 if getattr(form, "was_refused", False) else 400


def _refuse(form: Any, error: ActionError) -> None:
    form.refuse(error)
    form.was_refused = True


# ---- step 2: who you are ---------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(READ_OR_POST)
def about(request: HttpRequest) -> HttpResponse:
    """Step 2: fill in the registration details; the page also saves them while they are typed (`save`)."""
    application = _open_application(request.user)
    if application is None or application.state not in APPLICATION_WITH_APPLICANT:
        return redirect(application or "members:join")
    later = "later" in request.POST
    form = (DraftForm if later else DetailsForm)(posted(request), initial=_initial(application))
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_step(application, form.cleaned_data, actor=request.user, step=2 if later else 3)
            return redirect(application if later else "members:join-check")
        except ActionError as error:
            _refuse(form, error)
    page = {"form": form, "application": application, "step": 2}
    return render(request, "members/about.html", page, status=_status(form))


@never_cache
@require_POST
def save(request: HttpRequest) -> JsonResponse:
    """Save the valid fields typed so far; answer with a message about it as JSON."""
    application = _open_application(request.user)
    if application is None:
        raise Http404
    form = DraftForm(request.POST)
    actions.save_step(application, form.valid_data(), actor=request.user)
    text = _("%(time)s 已自动保存，关掉页面也不会丢") % {"time": f"{clock.now():%H:%M}"}
    if wrong := len(form.errors):
        text += ngettext("；有 %(n)d 处要改了才能存", "；有 %(n)d 处要改了才能存", wrong) % {"n": wrong}
    return JsonResponse({"saved": text})


def _open_application(user: Any) -> Application | None:
    return (
        Application.objects.visible_to(user)
        .filter(user=user, state__in=APPLICATION_OPEN)
        .select_related("category", "subdistrict")
        .first()
    )


def _initial(application: Application) -> dict[str, Any]:
    typed = application.registration_details()
    for name in ("category", "subdistrict"):
        typed[name] = typed[name] and typed[name].code
    return typed


# ---- step 3: check, consent, submit ----------------------------------------------------------------------------------
@never_cache
@require_http_methods(READ_OR_POST)
def check(request: HttpRequest) -> HttpResponse:
    """Step 3: show the details, ask for each optional purpose, and submit the application on POST."""
    application = _open_application(request.user)
    if application is None or application.state not in APPLICATION_WITH_APPLICANT:
        return redirect(application or "members:join")
    if application.missing():
        return redirect("members:join-about")
    offered = Purpose.objects.published().filter(code__in=actions.offered_purposes(request.user))
    form = PurposesForm(posted(request), purposes=list(offered))
    if request.method == "POST" and form.is_valid():
        try:
            actions.submit_application(application, actor=request.user, purposes=form.ticked())
            messages.success(request, _("已提交。"))
            return redirect(application)
        except ActionError as error:
            _refuse(form, error)
    page = {"form": form, "application": application, "step": 3, "days": _days()}
    return render(request, "members/check.html", page, status=_status(form))


def _days() -> dict[str, int]:
    return {"first": FIRST_REVIEW_DAYS, "second": SECOND_REVIEW_DAYS}


# ---- afterwards ------------------------------------------------------------------------------------------------------
@never_cache
@require_safe
def application(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the applicant the state, the next step with its deadline, and the timeline."""
    rows = Application.objects.visible_to(request.user).filter(user=request.user)
    row = get_object_or_404(rows.select_related("category", "subdistrict"), public_id=public_id)
    page = {
        "application": row,
        "steps": timeline_of(row),
        "can_withdraw": row.state in APPLICATION_OPEN,
        "days": _days(),
    }
    return render(request, "members/application.html", page)


@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Withdraw an own application."""
    rows = Application.objects.visible_to(request.user).filter(user=request.user)
    row = get_object_or_404(rows, public_id=public_id)
    actions.withdraw_application(row, actor=request.user)
    messages.success(request, _("申请已撤回。想再申请，随时可以。"))
    return redirect(row)


# ---- a record that staff made ----------------------------------------------------------------------------------------
@never_cache
@require_http_methods(READ_OR_POST)
def confirm(request: HttpRequest) -> HttpResponse:
    """Show a record that staff made with the user's phone number; confirm or delete it on POST."""
    person = _unconfirmed(request.user)
    if person is None:
        return redirect(_place(request.user) or "members:join")
    if request.POST.get("do") == "refuse":
        actions.refuse_record(person, actor=request.user)
        messages.success(request, _("这份登记已经删掉。"))
        return redirect("home")
    form = ConsentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.confirm_person(person, actor=request.user)
            return redirect("me:home")
        except ActionError as error:
            _refuse(form, error)
    page = {"form": form, "person": person, "rules": PolicyVersion.objects.current(), "purpose": _registration()}
    return render(request, "members/confirm.html", page, status=_status(form))


def _unconfirmed(user: Any) -> Person | None:
    rows = Person.objects.visible_to(user).filter(state=PersonState.UNCONFIRMED)
    return rows.select_related("category", "subdistrict").first()
