"""The pages of 今日待办: what waits for an officer, what they wait for and have done; who works on what; absences."""

from collections.abc import Callable, Hashable
from functools import partial
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.extensions import Section, todo_kind, upcoming_dates
from chengyang.platform.accounts.access import colleagues_of
from chengyang.platform.web import content
from chengyang.platform.web.forms import posted
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.paging import numbered

from . import permissions, todo_actions, todo_queue
from .forms import AbsenceForm, HandOverForm
from .models import Absence, Settled

GROUP_LABELS = {
    "late": gettext_lazy("已超期"),
    "today": gettext_lazy("今天到期"),
    "soon": gettext_lazy("两天内"),
    "later": gettext_lazy("以后"),
    "undated": gettext_lazy("不限时"),
}
VIEWS = {"": gettext_lazy("等我"), "awaited": gettext_lazy("我在等"), "done": gettext_lazy("我办完的")}
DAYS_AHEAD = todo_queue.AWAITED  # period of 快到的日子


class TodoPages:
    """The part of the staff site that shows 今日待办; `StaffSite` provides `_page`."""

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Show 今日待办: what waits for this officer (`?view=`: what they wait for, what they have done)."""
        view = request.GET.get("view", "") if request.GET.get("view", "") in VIEWS else ""
        today = clock.today()
        found = keys_of(request)
        context = {
            "title": _("今日待办"),
            "view": view,
            "views": VIEWS.items(),
            "sums": _sums(found, today),
            "today": today,
            "last_done": last_done(request.user),
            "days": kept(request, ("days",), lambda: upcoming_dates(request.user, today, today + DAYS_AHEAD)[:8]),
            "absence": kept(request, ("absence",), partial(_absence, request.user)),
        }
        part = {"": _waiting, "awaited": _awaited, "done": _done}[view]
        return self.page(request, "staff/todo.html", {**context, **part(request, found, today)})  # type: ignore[attr-defined]

    def assign_view(self, request: HttpRequest, code: str, public_id: str) -> HttpResponse:
        """Take an item (`do=take`), give it back (`do=return`), or hand it over to a colleague by a form.

        Answers 404 for an item that does not wait for the officer.
        """
        kind = todo_kind(code)
        row = kind and kind.waiting(request.user).filter(public_id=public_id).first()
        if not row:
            raise Http404
        do = request.POST.get("do", "")
        if do in ("take", "return"):
            step = {"take": todo_actions.take_item, "return": todo_actions.give_back_item}[do]
            return _step(request, kind.url(row), partial(step, kind, row, actor=request.user), _DONE[do])
        suits = lambda account: kind.waiting(account).filter(pk=row.pk).exists()  # noqa: E731
        people = colleagues_of(request.user, suits)
        form = HandOverForm(posted(request), colleagues=people)
        if request.method == "POST" and form.is_valid():
            try:
                made = todo_actions.hand_over_item(
                    kind, row, to=form.cleaned_data["to"], note=form.cleaned_data["note"], actor=request.user
                )
                messages.success(request, _("已转交给%(who)s，对方会收到通知。") % {"who": made.officer})
                return HttpResponseRedirect(reverse("admin:index"))
            except ActionError as error:
                form.refuse(error)
        context = {
            "title": _("转交：%(what)s") % {"what": kind.title(row)},
            "kind": kind,
            "heading": kind.title(row),
            "back": kind.url(row),
            "form": form,
            "people": people,
        }
        return self.page(request, "staff/assign.html", context, status=form.status)  # type: ignore[attr-defined]

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take back a decision of this officer, and show the item again."""
        settled = get_object_or_404(Settled.objects.visible_to(request.user), pk=pk)
        back = reverse("admin:staff_decide", args=[settled.kind, settled.public_id])
        undo = partial(todo_actions.undo_decision, settled, actor=request.user)
        return _step(request, back, undo, _("已撤销，可以重新决定。"), otherwise=reverse("admin:index") + "?view=done")

    def absence_view(self, request: HttpRequest) -> HttpResponse:
        """Show the absences of this officer and those that they stand in for; enter one, or end one (`end=<id>`)."""
        here = reverse("admin:staff_absence")
        rows = Absence.objects.visible_to(request.user).select_related("officer", "substitute")
        if request.POST.get("end", "").isdecimal():
            absence = get_object_or_404(rows, pk=int(request.POST["end"][:18]))
            return _step(request, here, partial(todo_actions.end_absence, absence, actor=request.user), _("已经回岗。"))
        suits = partial(permissions.can_stand_in, request.user)
        people = colleagues_of(request.user, suits)
        form = AbsenceForm(posted(request), colleagues=people)
        if request.method == "POST" and form.is_valid():
            try:
                absence = todo_actions.enter_absence(**form.cleaned_data, actor=request.user)
                messages.success(request, _("已登记，你和%(who)s会收到通知。") % {"who": absence.substitute})
                return HttpResponseRedirect(here)
            except ActionError as error:
                form.refuse(error)
        page = numbered(request, rows)
        context = {"title": _("不在岗和替班"), "form": form, "page": page, "today": clock.today(), "people": people}
        return self.page(request, "staff/absence.html", context, status=form.status)  # type: ignore[attr-defined]


def _absence(user: Any) -> Absence | None:
    return Absence.objects.on(clock.today()).filter(officer=user).select_related("substitute").first()


_DONE = {"take": gettext_lazy("已接办，同事会看到。"), "return": gettext_lazy("已放回，大家都可以办。")}


def _step(
    request: HttpRequest, url: str, step: Callable[[], Any], done: Any, *, otherwise: str = ""
) -> HttpResponseRedirect:
    """Do `step()` and go to `url` with the message `done`, or with the refusal (to `otherwise`, if given)."""
    try:
        step()
        messages.success(request, done)
    except ActionError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(otherwise or url)
    return HttpResponseRedirect(url)


# ---- the three views ------------------------------------------------------------------------------------------------
def _waiting(request: HttpRequest, found: list[todo_queue.Key], today: Any) -> dict[str, Any]:
    others = todo_queue.of_colleagues(all_keys_of(request), request.user, today)
    shows_others = bool(others) and request.GET.get("with") == "colleagues"
    listed = others if shows_others else found
    kinds = todo_queue.kinds_of(listed)
    kind = next((code for code, _label, _number in kinds if code == request.GET.get("kind")), "")
    section = next((item for item in Section if item == request.GET.get("section")), "")
    chosen = [key for key in listed if (not kind or key.kind.code == kind) and section in ("", key.kind.section)]
    page = numbered(request, chosen)
    read = partial(todo_queue.items, list(page.object_list), only=kind)
    lines = kept(request, ("lines", shows_others, kind, section, page.number), read)
    sizes = todo_queue.sizes(chosen, today)
    groups = [
        (GROUP_LABELS[name], sizes[name], list(group)) for name, group in groupby(lines, key=lambda item: item.group)
    ]
    return {
        "groups": groups,
        "page": page,
        "kinds": kinds,
        "kind": kind,
        "section": section,
        "others": len(others),
        "shows_others": shows_others,
        "first": lines[:1],
    }


def _awaited(request: HttpRequest, found: list[todo_queue.Key], today: Any) -> dict[str, Any]:
    page = numbered(request, todo_queue.awaited(request.user, all_keys_of(request)))
    groups = [
        (GROUP_LABELS[name], None, list(group))
        for name, group in groupby(page.object_list, key=lambda item: item.group)
    ]
    return {"groups": groups, "page": page}


def _done(request: HttpRequest, found: list[todo_queue.Key], today: Any) -> dict[str, Any]:
    page = numbered(request, Settled.objects.visible_to(request.user))
    lines = todo_queue.done(list(page.object_list), request.user)
    days = groupby(lines, key=lambda line: timezone.localdate(line.settled.at))
    return {"done": [(day, list(group)) for day, group in days], "page": page}


def last_done(user: Any) -> todo_queue.Done | None:
    """Return the latest decision of `user` if it can be taken back now."""
    since = clock.now() - todo_actions.UNDO_WITHIN
    made = list(Settled.objects.visible_to(user).filter(at__gte=since, undone_at=None)[:1])
    return next((line for line in todo_queue.done(made, user) if line.can_undo), None)


def all_keys_of(request: HttpRequest) -> list[todo_queue.Key]:
    """Return what the officer of this request may decide; asked for once until something changes for officers."""
    if not hasattr(request, "_todo_keys"):
        request._todo_keys = kept(request, ("keys",), partial(todo_queue.keys, request.user))  # type: ignore[attr-defined]
    return request._todo_keys  # type: ignore[attr-defined]


def keys_of(request: HttpRequest) -> list[todo_queue.Key]:
    """Return what waits for the officer of this request: without the items that colleagues have taken."""
    return todo_queue.for_me(all_keys_of(request), request.user, clock.today())


def kept(request: HttpRequest, what: tuple[Hashable, ...], read: Callable[[], Any]) -> Any:
    """Return `read()`, a part of 今日待办 of this officer, read once until something changes for officers."""
    key = ("staff.todo", request.user.pk, clock.today(), *what)
    return per_version(key, read, names=(content.SITE, content.WORK))


def _sums(found: list[todo_queue.Key], today: Any) -> dict[str, int]:
    late = sum(key.due_on < today for key in found)
    return {"all": len(found), "late": late, "today": sum(key.due_on == today for key in found)}
