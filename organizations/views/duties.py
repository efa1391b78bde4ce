"""The member pages of the rotating chair: the own months, swaps and substitutes, and the sheet with which one hands over."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.accounts import links
from chengyang.platform.web import calendar_files
from chengyang.platform.web.forms import posted

from .. import actions, hand_over, permissions, roster
from .. import duty_feed as feeds
from ..forms import SheetForm, SubstituteForm, SwapForm
from ..models import Duty, DutyFeed, DutySwap, HandOver
from ..states import AnswerState

FORMS = ("swap", "substitute")
SWAP_ANSWERS: dict[str, tuple[Callable[..., Any], Any]] = {
    "agree": (actions.agree_swap, gettext_lazy("已同意。两人都同意以后，轮值表就换过来。")),
    "decline": (actions.decline_swap, gettext_lazy("已答复不换，按原表轮值。")),
    "withdraw": (actions.withdraw_swap, gettext_lazy("已撤回。")),
}
SUBSTITUTE_ANSWERS: dict[str, tuple[Callable[..., Any], Any]] = {
    "agree": (actions.agree_substitute, gettext_lazy("已同意代班，谢谢。")),
    "decline": (actions.decline_substitute, gettext_lazy("已答复不能代。")),
    "withdraw": (actions.withdraw_substitute, gettext_lazy("代班已取消。")),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duties(request: HttpRequest) -> HttpResponse:
    """Show one's own days and what waits for one's answer, and propose a swap or a substitute."""
    own = OwnDuties(request)
    do = request.POST.get("do", "")
    forms = own.forms(request if do in FORMS else None, do)
    form = forms.get(do)
    if form is not None and form.is_bound and form.is_valid():
        try:
            messages.success(request, own.carry_out(do, form.cleaned_data))
            return redirect("organizations:duties")
        except ActionError as error:
            form.refuse(error)
    status = form.status if form is not None else 200
    feed = DutyFeed.objects.visible_to(request.user).first()
    feed_url = feeds.address(feed, request) if feed else ""
    webcal_url = feed_url.replace("https:", "webcal:").replace("http:", "webcal:")
    context = {"own": own, "forms": forms, "feed_url": feed_url, "webcal_url": webcal_url}
    return render(request, "organizations/duties.html", context, status=status)


class OwnDuties:
    """What the page 我的轮值 shows to the user of `request`."""

    def __init__(self, request: HttpRequest) -> None:
        self.user, today = request.user, clock.today()
        rows = Duty.objects.visible_to(self.user).select_related("organization", "person__user", "term")
        mine = rows.of(self.user)
        self.shares = list(mine.shares().filter(ends__gt=today).order_by("starts"))
        self.over = list(mine.agreed().filter(ends__lte=today).order_by("-starts")[:12])
        open_answers = mine.substitutes().filter(ends__gt=today)
        self.substitutes = list(
            open_answers.filter(state__in=[AnswerState.ASKED, AnswerState.AGREED]).order_by("starts")
        )
        self.coming = [row for row in self.shares if row.starts > today]
        organizations = {row.organization_id for row in self.shares}
        others = rows.shares().filter(organization__in=organizations, starts__gt=today, person__state="active")
        self.others = list(others.exclude(person__user=self.user).order_by("starts"))
        self.replaced_by = self._substitutes_of_mine(rows, organizations, today)
        swaps = DutySwap.objects.visible_to(self.user).of(self.user).open()
        self.swaps = [
            (swap, self._waits_for_me(swap))
            for swap in swaps.select_related("given", "taken", "giver__user", "taker__user", "organization")
        ]
        sheets = HandOver.objects.visible_to(self.user).of(self.user).select_related("giver", "taker", "organization")
        self.sheets = list(sheets.order_by("-on")[:6])
        self.now = list(rows.on_duty(today).of(self.user))

    def _substitutes_of_mine(self, rows: Any, organizations: set[int], today: Any) -> list[tuple[Duty, bool]]:
        """Return who stands in, or was asked to, on days of one's own shares."""
        found = rows.substitutes().filter(
            organization__in=organizations, ends__gt=today, state__in=[AnswerState.ASKED, AnswerState.AGREED]
        )
        spans = [(row.organization_id, row.starts, row.ends) for row in self.shares]
        return [
            (row, row.state == AnswerState.AGREED)
            for row in found.order_by("starts")
            if any(row.organization_id == key and first <= row.starts < last for key, first, last in spans)
        ]

    def _waits_for_me(self, swap: DutySwap) -> bool:
        is_giver = swap.giver.user_id == self.user.pk
        return (swap.giver_agreed_at if is_giver else swap.taker_agreed_at) is None

    @property
    def waiting(self) -> int:
        """How many things wait for an answer of the user."""
        asked = [row for row in self.substitutes if row.state == AnswerState.ASKED]
        return sum(waits for _swap, waits in self.swaps) + len(asked)

    def forms(self, request: HttpRequest | None, do: str) -> dict[str, Any]:
        """Return the forms that the user can use now; the one that was sent is bound."""
        found: dict[str, Any] = {}
        if self.coming and self.others:
            data = posted(request) if request and do == "swap" else None
            found["swap"] = SwapForm(data, own=self.coming, others=self.others, is_own=True, prefix="swap")
        if self.shares and (people := self._colleagues()):
            data = posted(request) if request and do == "substitute" else None
            found["substitute"] = SubstituteForm(data, shares=self.shares, people=people, prefix="substitute")
        return found

    def _colleagues(self) -> list[Any]:
        found: dict[int, Any] = {}
        for organization in {row.organization_id: row.organization for row in self.shares}.values():
            for posts in roster.chairs_of(organization, clock.today()).values():
                if posts[0].person.user_id != self.user.pk:
                    found.setdefault(posts[0].person_id, posts[0].person)
        return list(found.values())

    def carry_out(self, do: str, data: dict[str, Any]) -> str:
        """Call the action of the form `do`; return what is said afterwards."""
        if do == "swap":
            swap = actions.ask_swap(data["given"], data["taken"], reason=data["reason"], actor=self.user)
            return _("已提出，等%(person)s答复；一周没有答复就按原表。") % {"person": swap.taker}
        share = data.pop("share")
        data.pop("last")
        asked = actions.ask_substitute(share, actor=self.user, **data)
        return _("已请%(person)s代班，等答复。") % {"person": asked.person}


@login_not_required
@require_safe
def duty_feed(request: HttpRequest, public_id: str, signature: str) -> HttpResponse:
    """Answer a calendar program with the days on duty of the owner of the secret address; 404 for a former one."""
    feed = links.find(DutyFeed, feeds.NAME, public_id, signature)
    if not feed.user.is_active:
        raise Http404
    return calendar_files.answer(request, feeds.calendar_of(feed, request), filename="duties.ics", is_public=False)


@require_POST
def change_feed(request: HttpRequest) -> HttpResponse:
    """Make, renew or switch off the secret address of one's own days on duty."""
    steps: dict[str, tuple[Callable[[], Any], Any]] = {
        "on": (lambda: actions.switch_on_feed(actor=request.user), _("日历地址已生成，复制到手机日历里订阅。")),
        "renew": (
            lambda: actions.renew_feed(actor=request.user),
            _("已换成新地址，旧的马上失效；手机日历里要重新订阅。"),
        ),
        "off": (lambda: actions.switch_off_feed(request.user, request.user), _("已关闭，原来的地址马上失效。")),
    }
    if (step := steps.get(request.POST.get("do", ""))) is None:
        raise Http404
    step[0]()
    messages.success(request, step[1])
    return redirect(f"{reverse('organizations:duties')}#feed")


@require_POST
def answer_swap(request: HttpRequest, public_id: str) -> HttpResponse:
    """Agree to a swap, decline or withdraw it."""
    rows = DutySwap.objects.visible_to(request.user).of(request.user).select_related("organization")
    return _answer(request, get_object_or_404(rows, public_id=public_id), SWAP_ANSWERS)


@require_POST
def answer_substitute(request: HttpRequest, public_id: str) -> HttpResponse:
    """Agree to stand in, decline, or take the days back."""
    rows = Duty.objects.visible_to(request.user).substitutes().select_related("organization")
    return _answer(request, get_object_or_404(rows, public_id=public_id), SUBSTITUTE_ANSWERS)


def _answer(request: HttpRequest, row: Any, answers: dict[str, tuple[Callable[..., Any], Any]]) -> HttpResponse:
    found = answers.get(request.POST.get("answer", ""))
    if found is None:
        raise Http404
    action, text = found
    action(row, actor=request.user)
    messages.success(request, text)
    return redirect("organizations:duties")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duty_sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the sheet of a change of the chair; one confirms having handed over, the other having taken, or sends it back."""
    rows = HandOver.objects.visible_to(request.user).of(request.user)
    sheet = get_object_or_404(rows.select_related("organization", "giver", "taker", "duty"), public_id=public_id)
    form = SheetForm(posted(request), initial={"lines": sheet.lines})
    if form.is_bound and form.is_valid():
        try:
            messages.success(request, _confirm(request, sheet, form.cleaned_data["lines"]))
            return redirect(sheet)
        except ActionError as error:
            form.refuse(error)
    context = {
        "sheet": sheet,
        "open_sections": hand_over.sections_of(sheet),
        "form": form,
        "gives": permissions.can_hand_over(request.user, sheet),
        "takes": permissions.can_take_over(request.user, sheet),
    }
    return render(request, "organizations/duty_sheet.html", context, status=form.status)


def _confirm(request: HttpRequest, sheet: HandOver, lines: str) -> str:
    """Carry out what was pressed; return what is said afterwards."""
    do = request.POST.get("do", "")
    if do == "give":
        actions.give(sheet, lines=lines, actor=request.user)
        return _("已交清，等对方确认。")
    if do == "take":
        actions.take(sheet, actor=request.user)
        return _("已接清。")
    if do == "back":
        actions.send_back(sheet, question=request.POST.get("question", ""), actor=request.user)
        return _("已退回，对方会看到你写的这一句。")
    raise Http404
