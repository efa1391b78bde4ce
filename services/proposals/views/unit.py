"""The page of a department: opened with a signed link and a code, without an account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chengyang.errors import ActionError
from chengyang.platform.files.views import content_of
from chengyang.platform.web import kept_forms, refused_forms

from ...models import Openness, PromiseState, ReferralLink
from ...states import ReferralState
from .. import actions, forms, links


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def referral_page(request: HttpRequest, public_id: str, signature: str) -> HttpResponse:
    """Ask for the code, then show the proposal; the department answers, hands back, or reports what it kept.

    A link that has ended says so (410), whatever is sent to it, and gives back what was typed. What is sent after the four
    hours of the code waits until it is typed again.
    """
    link = links.found(public_id, signature)
    if not link.is_open:
        return _ended(request, link)
    if not links.has_entered(request, link):
        if request.POST.get("do") in _ACTS and kept_forms.may_keep(request):
            messages.info(request, _("填过校验码已经四个小时，请再填一次；写的都留着，附件要再选。"))
            return refused_forms.redirect_to(request)
        return _ask_code(request, link)
    act = _ACTS.get(request.POST.get("do", "")) if request.method == "POST" else None
    return act(request, link) if act else _page(request, link)


def _ended(request, link):
    referral, typed = link.referral, []
    if kept_forms.may_keep(request):
        delivered = links.delivered(link) if links.has_entered(request, link) else set()
        rows = kept_forms.rows(kept_forms.typed_fields(request))
        typed = [value for _name, value, control in rows if control != "hidden" and value.strip() not in delivered]
    context = {"link": link, "referral": referral, "typed": typed}
    return render(request, "services/proposal_unit_ended.html", context, status=410)


def _refused(request, link, form, error, **bound):
    """Return the page with `error` in `form`; a link that has ended meanwhile, as with two taps, says so as any other does."""
    if error.code == "link":
        link.refresh_from_db()
        return _ended(request, link)
    form.refuse(error)
    return _page(request, link, status=form.status, **bound)


def _ask_code(request, link):
    form = forms.CodeForm(request.POST if request.POST.get("do") == "enter" else None)
    if form.is_bound and form.is_valid():
        try:
            links.enter(request, link, form.cleaned_data["code"])
            actions.open_link(link)
        except ActionError as error:
            form.refuse(error)
        else:
            return redirect(links.path_of(link))
    context = {"form": form, "link": link, "referral": link.referral}
    return render(request, "services/proposal_unit_code.html", context, status=form.status)


def _page(request: HttpRequest, link: ReferralLink, *, status: int = 200, **bound: Any) -> HttpResponse:
    bound = bound or _typed_before(request, link)
    referral = link.referral
    proposal = referral.proposal
    is_named = proposal.openness == Openness.NAMED
    person = getattr(proposal.author, "person", None) if is_named and proposal.author else None
    open_ = links.open_promises(link)
    correction = links.correction(link)
    given = {"answer": referral.answer, "result": referral.result} if correction else {}
    context = {
        "link": link,
        "referral": referral,
        "proposal": proposal,
        "path": links.path_of(link),
        "author": person.name if person else "",
        "count": proposal.cosigners.signing().count(),
        "merged": proposal.merged.filter(state="merged"),
        "files": links.files_of(link),
        "answer_files": links.answer_files(link),
        "waits": referral.state == ReferralState.OPEN,
        "correction": correction,
        "form": bound.get("answer") or _answer_form(link, initial=given),
        "back": bound.get("back") or forms.WhyForm(auto_id="back-%s"),
        "promises": [(one, bound.get(one.public_id) or forms.UnitPromiseForm(prefix=one.public_id)) for one in open_],
    }
    return render(request, "services/proposal_unit.html", context, status=status)


def _answer_form(link, *typed, **options):
    """Return the form of the answer; of one that is corrected with the files that it has."""
    sent = links.answer_files(link) if links.correction(link) else ()
    return forms.UnitAnswerForm(*typed, sent=sent, **options)


def _typed_before(request, link):
    """Return the form that was sent after the hours of the code, by its name in the context of the page."""
    found = {}

    def make(typed):
        if (name := typed.get("do", "")) == "answer":
            found[name] = _answer_form(link, typed)
        elif name == "back":
            found[name] = forms.WhyForm(typed, auto_id="back-%s")
        else:
            name = typed.get("promise", "")[:10]
            found[name] = forms.UnitPromiseForm(typed, prefix=name)
        return found[name]

    refused_forms.shown_again(request, make)
    return found


def _done(request, link, referral, words):
    messages.success(request, words)
    return render(request, "services/proposal_unit_done.html", {"link": link, "referral": referral})


def _answer(request, link):
    form = _answer_form(link, request.POST, request.FILES)
    if form.is_valid():
        data = {
            name: form.cleaned_data[name] for name in ("answer", "result", "uploads", "dropped") if name in form.fields
        }
        try:
            corrects = link.referral.state == ReferralState.ANSWERED
            act = actions.correct_answer if corrects else actions.answer_by_link
            referral = act(link, promises=form.promises, **data)
        except ActionError as error:
            return _refused(request, link, form, error, answer=form)
        return _done(request, link, referral, _("答复已送到，链接到此停用。谢谢。"))
    return _page(request, link, status=form.status, answer=form)


def _hand_back(request, link):
    form = forms.WhyForm(request.POST, auto_id="back-%s")
    if form.is_valid():
        try:
            referral = actions.hand_back(link, **form.cleaned_data)
        except ActionError as error:
            return _refused(request, link, form, error, back=form)
        return _done(request, link, referral, _("已退回办公室，链接到此停用。"))
    return _page(request, link, status=form.status, back=form)


def _report(request, link):
    rows = links.promises(link)
    promise = get_object_or_404(rows, public_id=request.POST.get("promise", "")[:10])
    if promise.state != PromiseState.OPEN:  # sent twice, or the office was faster
        messages.info(request, _("“%(what)s”已经有了结果，不用再记。") % {"what": promise.what})
        return redirect(links.path_of(link))
    form = forms.UnitPromiseForm(request.POST, prefix=promise.public_id)
    if form.is_valid():
        try:
            _carry_out(promise, link, form.cleaned_data)
        except ActionError as error:
            return _refused(request, link, form, error, **{promise.public_id: form})
        link.refresh_from_db()
        if not link.is_open:  # it was the last one, with which the proposal is closed
            return _done(request, link, link.referral, _("已记下，链接到此停用。谢谢。"))
        messages.success(request, _("已记下，作者会收到通知。"))
        return redirect(links.path_of(link))
    return _page(request, link, status=form.status, **{promise.public_id: form})


def _carry_out(promise, link, data):
    if data["choice"] == "keep":
        actions.keep_promise(promise, link=link, note=data["words"], done_on=data["done_on"])
    elif data["choice"] == "move":
        actions.move_promise(promise, link=link, due_on=data["due_on"], reason=data["words"])
    else:
        actions.drop_promise(promise, link=link, reason=data["words"])


_ACTS = {"answer": _answer, "back": _hand_back, "report": _report}


@login_not_required
@never_cache
@require_safe
def referral_file(request: HttpRequest, public_id: str, signature: str, file_id: str) -> HttpResponseBase:
    """Serve a file of the proposal, or of its own answer, to the department, as long as its link opens and the code was typed."""
    link = links.found(public_id, signature)
    if not link.is_open or not links.has_entered(request, link):
        raise Http404
    return content_of(get_object_or_404(links.files_of(link) | links.answer_files(link), public_id=file_id))
