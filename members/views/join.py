"""Pages for joining in three steps, for the status of an application, and for confirming a record (docs/ui.md, "Join")."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.accounts import phone_login
from chengyang.platform.privacy.models import PolicyVersion, Purpose
from chengyang.platform.web import refused_forms
from chengyang.platform.web.forms import Form, posted

from .. import actions
from ..forms import (
    ConfirmForm,
    ConsentForm,
    DetailsForm,
    DraftForm,
    JoinCodeForm,
    JoinPhoneForm,
    ObjectionForm,
    PurposesForm,
)
from ..models import Application, Person
from ..states import (
    APPLICATION_CORRECTABLE,
    APPLICATION_OPEN,
    APPLICATION_WITH_APPLICANT,
    FIRST_REVIEW_DAYS,
    SECOND_REVIEW_DAYS,
    ApplicationState,
    PersonState,
)
from ..timeline import timeline_of
from .parts import READ_OR_POST

# Session key of where the visitor wanted to go, which needs registration first: {"url": …, "name": …}.
AFTER_JOINING = "after_joining"


# ---- step 1: privacy rules, consent, phone number --------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def join(request: HttpRequest) -> HttpResponse:
    """Step 1: ask for consent and, of a visitor, for the phone number. Nothing is stored before the consent is ticked."""
    return _join_signed_in(request) if request.user.is_authenticated else _join_by_phone(request)


def _join_signed_in(request: HttpRequest) -> HttpResponse:
    if page := _current_page(request.user):
        return redirect(page)
    form = ConsentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.consent_and_begin(request.user)
            return redirect("members:join-about")
        except ActionError as error:
            form.refuse(error)
    return _step_one(request, {"form": form}, form.status)


def _join_by_phone(request: HttpRequest) -> HttpResponse:
    login = phone_login.PhoneLogin(
        request, phone_login.Purpose.JOIN, phone_form=JoinPhoneForm, code_form=JoinCodeForm, keep=["consent"]
    )
    if response := login.step():
        return response
    if login.phone:
        response = login.sign_in(next_url=request.path)
        # The consent was ticked in the first step; it is recorded now that there is an account to record it for.
        if not request.user.is_authenticated or not login.kept.get("consent") or _current_page(request.user):
            return response
        try:
            actions.consent_and_begin(request.user)
            return redirect("members:join-about")
        except ActionError as error:
            login.refuse(error)
    return _step_one(request, login.context, login.status)


def _current_page(user: Any) -> str:
    """Return the address of the page where `user` continues, or an empty text for a user who is still at step 1."""
    if Person.objects.visible_to(user).filter(user=user, state=PersonState.ACTIVE).exists():
        return reverse("me:home")
    if _unconfirmed(user):
        return reverse("members:confirm")
    if _left(user):
        return reverse("members:return")
    application = _open_application(user)
    if application is None:
        return ""
    if application.state == ApplicationState.DRAFT:
        return reverse("members:join-check" if application.step > 2 else "members:join-about")
    return application.get_absolute_url()


def _step_one(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    page = {"rules": PolicyVersion.objects.current(), "purpose": _registration(), "step": 1, **context}
    page["after_joining"] = request.session.get(AFTER_JOINING)
    return render(request, "members/join.html", page, status=status)


def _registration() -> Purpose | None:
    return Purpose.objects.published().filter(code="registration").first()


# ---- step 2: registration details ------------------------------------------------------------------------------------
@never_cache
@require_http_methods(READ_OR_POST)
def about(request: HttpRequest) -> HttpResponse:
    """Step 2: fill in the registration details. A script saves them while they are typed (see `save`)."""
    application = _open_application(request.user)
    if application is None or application.state not in APPLICATION_WITH_APPLICANT:
        return redirect(application or "members:join")
    if request.method == "POST":
        return _save_details(request, application)
    typed = refused_forms.shown_again(request, _details_form)
    form = typed or DetailsForm(initial=_initial(application))
    return render(request, "members/about.html", {"form": form, "application": application, "step": 2})


def _details_form(typed: QueryDict) -> Form:
    return DraftForm(typed) if "later" in typed else DetailsForm(typed)


def _save_details(request: HttpRequest, application: Application) -> HttpResponse:
    """Save step 2 and go on; a refusal leads back to its page, where everything typed is shown."""
    form, later, version = _details_form(request.POST), "later" in request.POST, request.POST.get("version", "")
    if not form.is_valid():
        return refused_forms.redirect_to(request)
    try:
        step = 2 if later else 3
        actions.save_step(application, form.cleaned_data, actor=request.user, step=step, version=version)
    except ActionError as error:
        return refused_forms.redirect_to(request, error)
    return redirect(application if later else "members:join-check")


@never_cache
@require_POST
def save(request: HttpRequest) -> JsonResponse:
    """Save the draft while it is typed; answer JSON with the sentence that the page shows."""
    application = _open_application(request.user)
    if application is None:
        raise Http404
    form = DraftForm(request.POST)
    version = request.POST.get("version", "")
    application = actions.save_step(application, form.valid_data(), actor=request.user, version=version)
    text = _("%(time)s 已自动保存，关掉页面也不会丢") % {"time": f"{clock.now():%H:%M}"}
    if wrong := len(form.errors):
        text += ngettext("；有 %(n)d 处要改了才能存", "；有 %(n)d 处要改了才能存", wrong) % {"n": wrong}
    return JsonResponse({"saved": text, "version": application.version})


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


# ---- step 3: check, optional consents, submit ------------------------------------------------------------------------
@never_cache
@require_http_methods(READ_OR_POST)
def check(request: HttpRequest) -> HttpResponse:
    """Step 3: show the details, ask for consent to each optional purpose, and submit the application."""
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
            form.refuse(error)
    page = {"form": form, "application": application, "step": 3, "days": _days()}
    return render(request, "members/check.html", page, status=form.status)


def _days() -> dict[str, int]:
    return {"first": FIRST_REVIEW_DAYS, "second": SECOND_REVIEW_DAYS}


# ---- the submitted application ---------------------------------------------------------------------------------------
@never_cache
@require_safe
def application(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the applicant the next step with its deadline, and the steps so far."""
    row = _own_application(request, public_id)
    return _application_page(request, row, ObjectionForm())


def _application_page(request: HttpRequest, row: Application, form: ObjectionForm) -> HttpResponse:
    until = row.objection_until
    page = {
        "application": row,
        "steps": timeline_of(row),
        "can_withdraw": row.state in APPLICATION_OPEN,
        "can_correct": row.state in APPLICATION_CORRECTABLE,
        "objection_form": form if until and until >= clock.today() else None,
        "objection_until": until,
        "ends_on": row.acted_at and timezone.localdate(row.acted_at) + actions.RETURNED_ENDS,
        "days": _days(),
        "after_joining": request.session.get(AFTER_JOINING),
    }
    return render(request, "members/application.html", page, status=form.status)


def _own_application(request: HttpRequest, public_id: str) -> Application:
    rows = Application.objects.visible_to(request.user).filter(user=request.user)
    return get_object_or_404(rows.select_related("category", "subdistrict"), public_id=public_id)


@require_POST
def correct(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one's own submitted application back, to correct it."""
    actions.take_back_application(_own_application(request, public_id), actor=request.user)
    messages.success(request, _("已收回。改好以后再提交，审核从头算时间。"))
    return redirect("members:join-about")


@require_POST
def object_to(request: HttpRequest, public_id: str) -> HttpResponse:
    """Object to one's own declined application."""
    row = _own_application(request, public_id)
    form = ObjectionForm(request.POST)
    if form.is_valid():
        try:
            actions.object_to_decline(row, actor=request.user, objection=form.cleaned_data["objection"])
            messages.success(request, _("已申请复核。"))
            return redirect(row)
        except ActionError as error:
            form.refuse(error)
    return _application_page(request, row, form)


@never_cache
@require_http_methods(READ_OR_POST)
def come_back(request: HttpRequest) -> HttpResponse:
    """Let a person who left within 30 days be in the registry again, with one button."""
    person = _left(request.user)
    if person is None:
        return redirect(_current_page(request.user) or "members:join")
    if request.method == "POST":
        actions.return_to_registry(person, actor=request.user)
        messages.success(request, _("欢迎回来，登记已恢复。"))
        return redirect("me:home")
    page = {"person": person, "rules": PolicyVersion.objects.current(), "purpose": _registration()}
    return render(request, "members/return.html", page)


def _left(user: Any) -> Person | None:
    """Return the person of `user` if they left and can still return with one button, else None."""
    rows = Person.objects.visible_to(user).filter(user=user, state=PersonState.LEFT)
    still_stored = rows.filter(left_on__gt=clock.today() - actions.KEPT_AFTER_LEAVING)
    return still_stored.select_related("category", "subdistrict").first()


@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Withdraw one's own application."""
    row = _own_application(request, public_id)
    actions.withdraw_application(row, actor=request.user)
    messages.success(request, _("申请已撤回。想再申请，随时可以。"))
    return redirect(row)


# ---- a record that staff created -------------------------------------------------------------------------------------
@never_cache
@require_http_methods(READ_OR_POST)
def confirm(request: HttpRequest) -> HttpResponse:
    """Show the user a record that staff created with their phone number; they confirm or delete it on POST."""
    person = _unconfirmed(request.user)
    if person is None:
        return redirect(_current_page(request.user) or "members:join")
    if request.POST.get("do") == "refuse":
        actions.refuse_record(person, actor=request.user)
        messages.success(request, _("这份登记已经删掉。"))
        return redirect("home")
    form = ConfirmForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.confirm_person(person, actor=request.user)
            return redirect("me:home")
        except ActionError as error:
            form.refuse(error)
    page = {"form": form, "person": person, "rules": PolicyVersion.objects.current(), "purpose": _registration()}
    return render(request, "members/confirm.html", page, status=form.status)


def _unconfirmed(user: Any) -> Person | None:
    rows = Person.objects.visible_to(user).filter(state=PersonState.UNCONFIRMED)
    return rows.select_related("category", "subdistrict").first()
