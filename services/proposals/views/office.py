"""What the office does on the page of a proposal, and proposals that it writes down for others."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from chengyang.errors import ActionError, require
from chengyang.platform.web.forms import posted

from ...models import Promise, Referral
from .. import actions, forms, permissions
from .page import carried_out


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_proposal(request: HttpRequest) -> HttpResponse:
    """Write down the proposal of somebody who telephones or brings it on paper."""
    require(permissions.can_take_proposal, request.user, None)
    form = forms.TakenProposalForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposal = actions.take_proposal(actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已记下，编号 %(number)s，通知发给了本人。") % {"number": proposal.number})
            return redirect(proposal)
    return render(request, "services/take_proposal.html", {"form": form}, status=form.status)


def _referral(request: HttpRequest, public_id: str) -> Referral:
    rows = Referral.objects.visible_to(request.user).select_related("proposal", "department")
    return get_object_or_404(rows, public_id=public_id)


@require_POST
def renew_link(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make a new link for a department."""
    referral = _referral(request, public_id)
    actions.renew_link(referral, actor=request.user)
    messages.success(request, _("换了新链接，校验码也换了；原来的打不开了。"))
    return redirect(referral.proposal)


@require_POST
def revoke_link(request: HttpRequest, public_id: str) -> HttpResponse:
    """End the link of a department."""
    referral = _referral(request, public_id)
    actions.revoke_link(referral, actor=request.user)
    messages.success(request, _("链接已停用。"))
    return redirect(referral.proposal)


@require_POST
def add_promise(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write down what an answer promises."""
    referral = _referral(request, public_id)
    require(permissions.can_handle_referral, request.user, referral)
    form = forms.PromiseForm(request.POST, auto_id="promise-%s")

    def act(data):
        return actions.add_promise(referral, actor=request.user, **data)

    return carried_out(request, referral.proposal, "promise", form, act, _("已记下，到期前提醒。"))


@require_POST
def reopen_answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a department to correct its answer."""
    referral = _referral(request, public_id)
    require(permissions.can_handle_referral, request.user, referral)
    form = forms.WhyForm(request.POST, auto_id="correct-%s")

    def act(data):
        return actions.reopen_answer(referral, actor=request.user, **data)

    return carried_out(request, referral.proposal, "correct", form, act, _("已请单位更正，新链接和校验码在这一页。"))


@require_POST
def cancel_correction(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a department no longer to correct its answer."""
    referral = _referral(request, public_id)
    actions.cancel_correction(referral, actor=request.user)
    messages.success(request, _("不用更正了，答复照旧。"))
    return redirect(referral.proposal)


@require_POST
def reopen_promise(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take back that a promise was kept or given up."""
    rows = Promise.objects.visible_to(request.user).select_related("referral__proposal")
    promise = get_object_or_404(rows, public_id=public_id)
    require(permissions.can_handle_referral, request.user, promise.referral)
    form = forms.WhyForm(request.POST, auto_id="reopen-%s")

    def act(data):
        return actions.reopen_promise(promise, actor=request.user, **data)

    return carried_out(request, promise.referral.proposal, "reopen", form, act, _("已撤销，这件事又在做。"))
