"""Writing a proposal, and the page of one for its author, those who sign it, and the office."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang.errors import ActionError, require
from chengyang.platform.accounts.asked_for import explained
from chengyang.platform.files import actions as files
from chengyang.platform.files.models import File
from chengyang.platform.files.views import content_of
from chengyang.platform.web.forms import posted
from chengyang.platform.web.paging import numbered

from ...models import ANSWER_DAYS, REVIEW_DAYS, CoSigner, Proposal
from ...models.proposals import SIGNING
from .. import actions, forms, links, page, permissions


# ---- writing --------------------------------------------------------------------------------------------------------
def _before_proposal(request: HttpRequest) -> HttpResponse:
    """Show a visitor what happens to a proposal; the button signs in and comes back."""
    context = {"review_days": REVIEW_DAYS, "days": ANSWER_DAYS, "next_url": request.get_full_path()}
    return render(request, "services/before_proposal.html", context)


@explained(_before_proposal, lambda query: _("写一条建言"))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_proposal(request: HttpRequest) -> HttpResponse:
    """Begin a proposal; it is stored as a draft that only its author reads."""
    if not permissions.can_propose(request.user):
        return render(request, "services/proposal_members_only.html", status=403)
    form = forms.ProposalForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposal = actions.draft_proposal(actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已存下，只有你看得到。可以约人一起提，看一遍再提交。"))
            return redirect(proposal)
    return render(request, "services/proposal_form.html", {"form": form, "step": 1}, status=form.status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a draft, or a proposal that was returned.

    What is sent after it was submitted elsewhere, or after its return was undone, is refused with what was typed.
    """
    proposal = found(request, public_id)
    is_author = request.user.pk == proposal.author_id
    is_late = request.method == "POST" and is_author and not proposal.is_editable
    if not is_late:
        require(permissions.can_edit_proposal, request.user, proposal)
    form = forms.ProposalForm(posted(request), request.FILES or None, instance=proposal)
    if is_late:
        form.is_valid()
        form.refuse(ActionError(_("这件已经在办公室，现在不能改。写的还在下面，要留请先复制。"), code="state"))
    elif request.method == "POST" and form.is_valid():
        try:
            actions.edit_proposal(proposal, actor=request.user, **form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已存下。"))
            return redirect(proposal)
    context = {"form": form, "proposal": proposal, "step": 1}
    return render(request, "services/proposal_form.html", context, status=form.status)


@require_safe
def my_proposals(request: HttpRequest) -> HttpResponse:
    """List the proposals of the current user, and those that they sign, the latest first."""
    rows = Proposal.objects.visible_to(request.user)
    own = rows.filter(author=request.user).order_by("-at", "-pk")
    signed = CoSigner.objects.visible_to(request.user).filter(user=request.user, state__in=SIGNING)
    signed = signed.select_related("proposal").order_by("-at", "-pk")[:20]
    return render(request, "services/my_proposals.html", {"page": numbered(request, own), "signed": signed})


# ---- the page -------------------------------------------------------------------------------------------------------
def found(request: HttpRequest, public_id: str) -> Proposal:
    """Return the proposal that the user may read. Raises Http404."""
    rows = Proposal.objects.visible_to(request.user).select_related("author__person", "merged_into", "reviewed_by")
    return get_object_or_404(rows, public_id=public_id)


@never_cache
@require_safe
def proposal_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a proposal to its author, to those who sign it and to district staff; 404 for everybody else (domain.md rule 10)."""
    proposal = found(request, public_id)
    actions.record_reading(proposal, actor=request.user)
    return _page(request, proposal)


def _page(request: HttpRequest, proposal: Proposal, *, status: int = 200, **bound: Any) -> HttpResponse:
    """Return the page of `proposal`; `bound` are forms that were filled in wrongly, by name."""
    context = {**page.context_of(proposal, request.user), "forms": {**_forms(proposal), **bound}}
    return render(request, "services/proposal.html", context, status=status)


def _forms(proposal: Proposal) -> dict[str, Any]:
    return {
        "openness": forms.OpennessForm(initial={"openness": proposal.openness}, auto_id="openness-%s"),
        "rate": forms.RateForm(initial={"rating": proposal.rating, "words": proposal.rating_words}),
        "split": forms.WhyForm(auto_id="split-%s"),
        "correct": forms.WhyForm(auto_id="correct-%s"),
        "reopen": forms.WhyForm(auto_id="reopen-%s"),
        "promise": forms.PromiseForm(auto_id="promise-%s"),
    }


# ---- what is done on it ---------------------------------------------------------------------------------------------
def carried_out(
    request: HttpRequest, proposal: Proposal, name: str, form: Any, act: Callable[[dict], Any], done: Any
) -> HttpResponse:
    """Call `act` with what a valid `form` (named `name` on the page) has, say `done`, and show the page of `proposal`."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except ActionError as error:
            form.refuse(error)
        else:
            messages.success(request, done)
            return redirect(proposal)
    return _page(request, proposal, status=form.status, **{name: form})


@require_POST
def submit_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Submit one's own proposal."""
    proposal = found(request, public_id)
    proposal = actions.submit_proposal(proposal, actor=request.user)
    messages.success(request, _("已提出，编号 %(number)s。每一步的日期这里都看得到。") % {"number": proposal.number})
    return redirect(proposal)


@require_POST
def discard_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Delete one's own draft."""
    actions.discard_draft(found(request, public_id), actor=request.user)
    messages.success(request, _("草稿已删除。"))
    return redirect("services:my-proposals")


@require_POST
def withdraw_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one's own proposal back."""
    proposal = found(request, public_id)
    actions.withdraw_proposal(proposal, actor=request.user)
    messages.success(request, _("已撤回。"))
    return redirect(proposal)


@require_POST
def remove_proposal_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponse:
    """Delete a file of one's own draft."""
    proposal = found(request, public_id)
    rows = File.objects.visible_to(request.user).filter(attached_to="services.Proposal", attached_id=public_id)
    actions.remove_proposal_file(proposal, get_object_or_404(rows, public_id=file_id), actor=request.user)
    messages.success(request, _("附件已删除。"))
    return redirect(proposal)


@require_POST
def decide_openness(request: HttpRequest, public_id: str) -> HttpResponse:
    """Decide on the publication of one's own proposal; a withdrawn consent takes it down at once."""
    proposal = found(request, public_id)
    require(permissions.can_decide_openness, request.user, proposal)
    form = forms.OpennessForm(request.POST, auto_id="openness-%s")

    def act(data):
        return actions.decide_openness(proposal, actor=request.user, **data)

    return carried_out(request, proposal, "openness", form, act, _("已按你定的改了，马上生效。"))


@require_POST
def renew_invitation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make a new link for co-signers."""
    proposal = found(request, public_id)
    actions.renew_invitation(proposal, actor=request.user)
    messages.success(request, _("换了新的附议链接，原来的打不开了。"))
    return redirect(proposal)


@require_POST
def decide_joinable(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say whether others find one's own proposal while it is reviewed, and can sign it."""
    proposal = found(request, public_id)
    joinable = request.POST.get("joinable") == "on"
    actions.decide_joinable(proposal, actor=request.user, joinable=joinable)
    found_by = _("写相近建言的人看得到，可以来附议。") if joinable else _("别人看不到了，拿到链接的人才能附议。")
    messages.success(request, found_by)
    return redirect(proposal)


@require_POST
def rate_answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rate the answer to one's own proposal."""
    proposal = found(request, public_id)
    require(permissions.can_rate_answer, request.user, proposal)
    form = forms.RateForm(request.POST)

    def act(data):
        return actions.rate_answer(proposal, actor=request.user, **data)

    return carried_out(request, proposal, "rate", form, act, _("谢谢，评价已记下。"))


@require_POST
def split_proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask to have one's own merged proposal dealt with alone."""
    proposal = found(request, public_id)
    require(permissions.can_split_proposal, request.user, proposal)
    form = forms.WhyForm(request.POST, auto_id="split-%s")

    def act(data):
        return actions.split_proposal(proposal, actor=request.user, **data)

    return carried_out(request, proposal, "split", form, act, _("已交办公室重新审核。"))


# ---- who signs with the author --------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_proposal(request: HttpRequest, public_id: str, signature: str) -> HttpResponse:
    """Show a proposal with its files to whoever has its link and is signed in; they confirm that they sign it.

    Once the office has decided, or the author took it back, the link shows nothing of it but that.
    """
    invitation = links.invited(public_id, signature)
    proposal = invitation.proposal
    if request.user.pk == proposal.author_id:
        return redirect(proposal)
    if not permissions.is_member(request.user):
        return render(request, "services/proposal_members_only.html", status=403)
    own = proposal.cosigners.filter(user=request.user, state__in=SIGNING).first()
    may_sign = permissions.can_cosign(request.user, proposal)
    if own is not None and not may_sign:
        return redirect(proposal)
    form = forms.CoSignForm(posted(request), initial={"shows_name": own is not None and own.shows_name})
    if request.method == "POST" and may_sign and form.is_valid():
        try:
            version = request.POST.get("version", "")
            actions.cosign_proposal(proposal, actor=request.user, version=version, **form.cleaned_data)
        except ActionError as error:
            invitation = links.invited(public_id, signature)  # its words may be others by now
            proposal = invitation.proposal
            form.refuse(error)
        else:
            messages.success(request, _("已附议。进展会告诉你，随时可以退出。"))
            return redirect(proposal)
    count = proposal.cosigners.signing().count()
    context = {"proposal": proposal, "form": form, "may_sign": may_sign, "count": count}
    context["version"] = actions.version_of(proposal)
    context |= {
        "files": page.files_to_sign(request.user, invitation),
        "hidden_files": page.files_after_signing(invitation),
        "path": request.path,
    }
    return render(request, "services/proposal_join.html", context, status=form.status)


@never_cache
@require_safe
def join_file(request: HttpRequest, public_id: str, signature: str, file_id: str) -> HttpResponseBase:
    """Serve a file of a proposal to whoever has the link that its author gives, as long as they can sign it."""
    rows = page.files_to_sign(request.user, links.invited(public_id, signature))
    found_file = get_object_or_404(rows.select_related("owner"), public_id=file_id)
    files.opened(found_file, actor=request.user)
    return content_of(found_file)


def _cosigner(request: HttpRequest, public_id: str) -> CoSigner:
    rows = CoSigner.objects.visible_to(request.user).filter(user=request.user).select_related("proposal")
    return get_object_or_404(rows, public_id=public_id)


def _signing(request: HttpRequest, public_id: str) -> CoSigner:
    """Return the row of somebody who signs now; who has withdrawn needs the link again. Raises Http404."""
    row = _cosigner(request, public_id)
    if row.state not in SIGNING:
        raise Http404
    return row


@require_POST
def withdraw_cosigning(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign a proposal no longer; sent twice, it says the same."""
    actions.withdraw_cosigning(_cosigner(request, public_id), actor=request.user)
    messages.success(request, _("已退出附议。"))
    return redirect("services:my-proposals")


@require_POST
def confirm_cosigning(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm the changed words of a proposal that one signs; words that changed again meanwhile are shown first."""
    row = _signing(request, public_id)
    version = request.POST.get("version", "")
    try:
        actions.cosign_proposal(row.proposal, actor=request.user, shows_name=row.shows_name, version=version)
    except ActionError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已确认。"))
    return redirect(row.proposal)


@require_POST
def show_cosigner(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say whether the own name stands in the public edition."""
    row = _signing(request, public_id)
    shows_name = request.POST.get("shows_name") == "on"
    actions.show_cosigner(row, actor=request.user, shows_name=shows_name)
    messages.success(request, _("公开时写你的名字。") if shows_name else _("公开时不写你的名字。"))
    return redirect(row.proposal)
