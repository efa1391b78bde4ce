"""Signing in by phone, changing the number, undoing it, and getting an account back without the old number."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chengyang.errors import ActionError
from chengyang.platform.web.redirects import safe_next

from .. import actions, known_devices, links, returning, step_up
from ..forms import LostNumberForm, SurnameForm
from ..models import FormerNumber, NumberRequest
from ..phone_login import PhoneLogin, Purpose
from .security import READ_OR_POST

HOURS = int(actions.UNDO_WITHIN.total_seconds() // 3600)


# ---- signing in -----------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def phone(request: HttpRequest) -> HttpResponse:
    """Sign in by phone: one page for numbers with and without an account, first the number, then the code."""
    next_url = safe_next(request, settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated:
        return redirect(next_url)
    login = PhoneLogin(request, Purpose.SIGN_IN, url=f"{request.path}?{urlencode({'next': next_url})}")
    if response := login.step():
        return response
    if login.phone:
        return login.sign_in(next_url=next_url)
    return render(request, "accounts/phone.html", {**login.context, "next_url": next_url})


@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def surname(request: HttpRequest) -> HttpResponse:
    """Ask for the surname of the registered person before somebody is let in whom nobody has seen for half a year."""
    found = returning.pending_account(request)
    if not found:
        return redirect("accounts:phone")
    pending, user = found
    if request.POST.get("do") == "new_owner":
        return redirect("accounts:new_owner")
    form = SurnameForm(request.POST if request.method == "POST" else None)
    if not returning.is_closed(user) and form.is_bound and form.is_valid():
        if returning.is_surname_of(user, form.cleaned_data["surname"]):
            actions.clear_surname_failures(user, actor=user)
            return returning.sign_in(request, pending.phone, next_url=pending.next_url)
        left = returning.MOST_FAILURES - actions.fail_surname(user, actor=request.user)
        messages.error(
            request, _("和登记的不一样，还可以试 %(n)d 次。") % {"n": left} if left > 0 else _("三次都不对。")
        )
        return redirect("accounts:surname")
    page = {"form": form, "is_closed": returning.is_closed(user)}
    return render(request, "accounts/surname.html", page, status=400 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def new_owner(request: HttpRequest) -> HttpResponse:
    """“这个号码换了主人”: say what happens, then take the number from the account of before and open one for its holder."""
    found = returning.pending_account(request)
    if not found:
        return redirect("accounts:phone")
    pending, user = found
    if request.method == "POST":
        actions.free_number(user)
        return returning.sign_in(request, pending.phone, next_url=pending.next_url)
    return render(request, "accounts/new_owner.html", {"phone": pending.phone})


@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def former_number(request: HttpRequest) -> HttpResponse:
    """Say that an account used the proved number before; its holder undoes that, or opens an account of their own."""
    pending = returning.pending(request)
    row = pending and returning.former_of(pending.phone)
    if not row:
        return redirect("accounts:phone")
    if request.POST.get("do") == "undo":
        actions.undo_number(row, actor=row.user)
        messages.success(request, _("已撤销：这个号码又能登录原来的账号了，所有登录都已结束。"))
        return returning.sign_in(request, pending.phone, next_url=pending.next_url)
    if request.POST.get("do") == "new":
        actions.release_number(row)
        return returning.sign_in(request, pending.phone, next_url=pending.next_url)
    return render(request, "accounts/former_number.html", {"row": row, "can_undo": actions.can_be_undone(row)})


# ---- changing the number --------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(READ_OR_POST)
@step_up.required
def change_phone(request: HttpRequest) -> HttpResponse:
    """Change the number that signs in to one's account; the new number is proved first."""
    login = PhoneLogin(request, Purpose.CHANGE)
    if response := login.step():
        return response
    if login.phone:
        had_one = bool(request.user.phone)
        try:
            actions.change_phone(request.user, login.phone, actor=request.user, keep=request.session.session_key)
        except ActionError as error:
            return login.sent_back(error)
        response = redirect("accounts:phone_changed" if had_one else "accounts:security")
        known_devices.remember(request, response, request.user)
        messages.success(request, _("手机号已更换，其他设备上的登录都已结束。"))
        return response
    is_taken = login.form.has_error("phone", "phone_taken")
    return render(request, "accounts/change_phone.html", {**login.context, "hours": HOURS, "is_taken": is_taken})


@never_cache
@require_safe
def phone_changed(request: HttpRequest) -> HttpResponse:
    """Ask, once, what else should follow the new number; other apps show their question at "accounts.phone_changed"."""
    return render(request, "accounts/phone_changed.html", {"hours": HOURS})


@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def undo_number(request: HttpRequest, public_id: str, signature: str) -> HttpResponse:
    """“不是我改的”: the signed link in the message to the old number; the button undoes the change."""
    row = links.find(FormerNumber, "accounts:undo_number", public_id, signature)
    if request.method == "POST":
        actions.undo_number(row, actor=row.user)
        messages.success(request, _("已撤销：原来的号码又能登录了，所有登录都已结束。请用它重新登录。"))
        return redirect("accounts:phone")
    return render(request, "accounts/undo_number.html", {"row": row, "can_undo": actions.can_be_undone(row)})


# ---- without the old number -----------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def lost_number(request: HttpRequest) -> HttpResponse:
    """Ask to get an account back: who one is, the number so far, and the present one, which is proved by a code."""
    login = PhoneLogin(request, Purpose.LOST, phone_form=LostNumberForm, keep=["name", "former"])
    if response := login.step():
        return response
    if login.phone:
        actions.ask_for_number(**login.kept, phone=login.phone, actor=request.user)
        return redirect("accounts:lost_number_sent")
    page = {**login.context, "hours": HOURS, "days": actions.CHECK_DAYS}
    return render(request, "accounts/lost_number.html", page)


@login_not_required
@require_safe
def lost_number_sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next; the page is the same whether such a person is registered or not."""
    return render(request, "accounts/lost_number_sent.html", {"hours": HOURS, "days": actions.CHECK_DAYS})


@login_not_required
@never_cache
@require_http_methods(READ_OR_POST)
def stop_number(request: HttpRequest, public_id: str, signature: str) -> HttpResponse:
    """“不是我要换的”: the signed link in the message to the number so far; the button stops the request."""
    asked = links.find(NumberRequest, "accounts:stop_number", public_id, signature)
    if request.method == "POST":
        actions.stop_number_request(asked)
        messages.success(request, _("已叫停，手机号不会更换。街道的工作人员会知道。"))
        return redirect("home")
    return render(
        request, "accounts/stop_number.html", {"asked": asked, "can_stop": asked.state == NumberRequest.State.CHECKED}
    )
