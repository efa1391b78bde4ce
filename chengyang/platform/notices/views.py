"""The pages of the inbox, and the phone of the demonstration."""

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang.platform.web.context_processors import demo_loaded
from chengyang.platform.web.paging import keyset

from . import actions, gateways
from .forms import ChannelsForm
from .models import Notice

SHOWN_ON_PHONE = 20


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """Show the notices of the signed-in account, newest first."""
    notices = Notice.objects.visible_to(request.user)
    page = keyset(request, notices.defer("address", "variables"), ("-at", "-id"))
    return render(request, "notices/list.html", {"page": page, "unread": notices.unread().count()})


@require_safe
def notice_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one notice and mark it as read."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), public_id=public_id)
    return render(request, "notices/detail.html", {"notice": actions.read(notice)})


@login_not_required
@never_cache
@require_safe
def notice_open(request: HttpRequest, public_id: str) -> HttpResponse:
    """Redirect to the page that a notice is about, and mark it as read for its recipient: the short address in messages.

    Nobody has to be signed in: the page decides who sees it.
    """
    notice = get_object_or_404(Notice, public_id=public_id)
    if request.user.is_authenticated and notice.user_id == request.user.pk:
        actions.read(notice)
    return redirect(notice.url or notice.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def channels(request: HttpRequest) -> HttpResponse:
    """Choose for each kind of notice whether it also comes by text message and by mail."""
    form = ChannelsForm(request.POST or None, user=request.user)
    form.is_bound = request.method == "POST"  # without any box ticked, the browser sends nothing
    if form.is_bound and form.is_valid():
        actions.choose_channels(form.pairs(), actor=request.user)
        messages.success(request, _("通知方式已保存。"))
        return redirect("notices:list")
    return render(request, "notices/channels.html", {"form": form}, status=400 if form.is_bound else 200)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all notices of the signed-in account as read."""
    if number := actions.read_all(actor=request.user):
        messages.success(request, _("%(number)d 条通知已标为已读。") % {"number": number})
    return redirect("notices:list")


@login_not_required
@never_cache
@require_safe
def demo_phone(request: HttpRequest) -> HttpResponse:
    """Show the messages to phones and mailboxes of the demonstration, so that a newcomer can try every flow.

    Answers 404 in production, with another SMS gateway than `file`, and without demonstration data.
    """
    if settings.PRODUCTION or settings.SMS_BACKEND != "file" or not demo_loaded():
        raise Http404
    received = [_received(message) for message in gateways.last_sms(SHOWN_ON_PHONE)]
    mails = [_received(mail) for mail in gateways.last_mails(SHOWN_ON_PHONE)]
    return render(request, "notices/demo_phone.html", {"received": received, "mails": mails})


def _received(message: dict[str, str]) -> dict[str, object]:
    """Return `message` with its time parsed; None as time where a line that was edited by hand has none."""
    try:
        at = dt.datetime.fromisoformat(message.get("at", ""))
    except (TypeError, ValueError):
        at = None
    return {**message, "at": at}
