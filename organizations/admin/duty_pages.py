"""The page 会长轮值 of an organization on the staff site: the band of the term, the order, swaps, substitutes, the next sheet."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.audit import readings
from chengyang.platform.staff.links import page_url
from chengyang.platform.web.forms import posted

from .. import actions, hand_over, permissions, roster, rota
from ..forms import FillForm, PlanForm, SubstituteForm, SwapForm
from ..models import Duty, DutySwap, HandOver, Organization, Term
from ..states import ANSWER_OPEN, OrganizationState

FORMS = ("swap", "substitute", "fill")


class DutyPages:
    """The part of the admin of organizations with the pages of the rotating chair."""

    admin_site: Any
    get_object: Callable[..., Any]
    _or_404: Callable[..., None]

    def duty_urls(self) -> list:
        """Return the addresses of the plan and of a new one, below that of an organization."""
        view, both = self.admin_site.admin_view, require_http_methods(["GET", "HEAD", "POST"])
        return [
            path("<int:object_id>/duty/", view(both(self.duty_view)), name="organizations_organization_duty"),
            path("<int:object_id>/duty/plan/", view(both(self.plan_view)), name="organizations_organization_plan"),
        ]

    def _organization(self, request: HttpRequest, object_id: int) -> Organization:
        """Return the organization. Raises Http404 where the officer does not plan its rotating chair."""
        self._or_404(request)
        found = self.get_object(request, str(object_id))
        if found is None or not permissions.can_plan_duty(request.user, found):
            raise Http404
        return found

    # ---- the plan ----------------------------------------------------------------------------------------------------
    def duty_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show the plan of a term (`?term=`), in the order `?order=` before it is saved; carry out what was pressed."""
        organization = self._organization(request, object_id)
        term = _term(request, organization)
        plan = roster.Roster(organization, term, order=_order(request)) if term else None
        page = DutyPage(organization, plan, request)
        form = page.forms.get(page.do)
        if request.method == "POST" and plan and (form is None or form.is_valid()):
            try:
                messages.success(request, page.carry_out(form.cleaned_data if form else {}))
                return HttpResponseRedirect(_url(organization, term))
            except ActionError as error:
                if form is None:
                    error.url = _url(organization, term)
                    raise
                form.refuse(error)
        if plan and request.method == "GET":
            people = [row.person for row in plan.rows if row.person]
            readings.record("list.read", people, actor=request.user, subject=Duty)
        return self.admin_site.page(request, "organizations/duty.html", page.context(), form.status if form else 200)

    # ---- a new plan --------------------------------------------------------------------------------------------------
    def plan_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show the plan that the portal proposes for the query, and store it."""
        organization = self._organization(request, object_id)
        term = _term(request, organization)
        if term is None or organization.state != OrganizationState.FOUNDED:
            messages.error(request, _("先登记这一届的起止日期，组织成立以后才排轮值。"))
            return HttpResponseRedirect(page_url(organization))
        people = _people(organization, term)
        usual = _usual(organization, term, people)
        sent = request.POST if request.method == "POST" else request.GET
        form = PlanForm(sent if "first" in sent else usual, term=term, people=people)
        shares = roster.proposal(organization, term, form.wanted()) if form.is_valid() else []
        if request.method == "POST" and form.is_valid():
            try:
                shown = request.POST.get("shown", "")
                actions.save_plan(organization, term, form.wanted(), shown=shown, actor=request.user)
                messages.success(request, _("轮值表已排好，有关的人会收到通知。"))
                return HttpResponseRedirect(_url(organization, term))
            except ActionError as error:
                form.refuse(error)
        context = {
            "title": _("排轮值：%(name)s") % {"name": organization},
            "organization": organization,
            "term": term,
            "form": form,
            "cells": _proposed_cells(shares, people),
            "shown": roster.plan_digest(shares),
            "away": _away_by_person(form),
            "back_url": _url(organization, term),
        }
        return self.admin_site.page(request, "organizations/duty_plan.html", context, form.status)


class DutyPage:
    """What the page shows, its forms, and the action of each of its buttons."""

    def __init__(self, organization: Organization, plan: roster.Roster | None, request: HttpRequest) -> None:
        self.organization, self.plan, self.request, self.user = organization, plan, request, request.user
        self.do = request.POST.get("do", "") if request.method == "POST" else ""
        self.forms = self._forms()

    def _forms(self) -> dict[str, Any]:
        plan = self.plan
        if plan is None or not plan.shares:
            return {}

        def data(name: str) -> Any:
            return posted(self.request) if self.do == name else None

        people = plan.people()
        current = [row for row in plan.shares if row.ends > plan.today and row.person]
        coming = [row for row in plan.coming if row.person]
        found: dict[str, Any] = {}
        if len({row.person_id for row in coming}) > 1:
            found["swap"] = SwapForm(data("swap"), own=coming, others=coming, is_own=False, prefix="swap")
        if current and len(people) > 1:
            found["substitute"] = SubstituteForm(data("substitute"), shares=current, people=people, prefix="substitute")
        if plan.vacancies and people:
            found["fill"] = FillForm(data("fill"), people=people, prefix="fill")
        return found

    def context(self) -> dict[str, Any]:
        """Return the context of the page."""
        plan = self.plan
        sheet = self._next_sheet()
        return {
            "title": _("会长轮值：%(name)s") % {"name": self.organization},
            "organization": self.organization,
            "plan": plan,
            "summary": roster.summary(plan) if plan and plan.shares else "",
            "terms": list(self.organization.terms.order_by("-starts")[:6]),
            "forms": self.forms,
            "sheet": sheet,
            "open_sections": hand_over.sections_of(sheet) if sheet else [],
            "can_add_term": permissions.can_record_term(self.user, self.organization),
            "is_founded": self.organization.state == OrganizationState.FOUNDED,
            "back_url": page_url(self.organization),
            "vacancy_due": plan.vacancies[0].duty.starts - roster.ANNOUNCED if plan and plan.vacancies else None,
        }

    def _next_sheet(self) -> HandOver | None:
        if self.plan is None:
            return None
        rows = HandOver.objects.visible_to(self.user).filter(organization=self.organization, on__gte=clock.today())
        return rows.select_related("organization", "giver", "taker", "duty").order_by("on").first()

    # ---- what is pressed ---------------------------------------------------------------------------------------------
    def carry_out(self, data: dict[str, Any]) -> str:
        """Call the action of the button or form that was sent; return what is said afterwards."""
        steps: dict[str, Callable[[dict[str, Any]], str]] = {
            "order": self._save_order,
            "swap": self._swap,
            "substitute": self._substitute,
            "fill": self._fill,
            "halve": self._halve,
            "remind": self._remind,
            "withdraw-swap": self._withdraw_swap,
            "withdraw-substitute": self._withdraw_substitute,
        }
        step = steps.get(self.do)
        if step is None:
            raise Http404
        return step(data)

    def _save_order(self, data: dict[str, Any]) -> str:
        assert self.plan is not None
        order = self.request.POST.get("order", "").split(".")
        shown = self.request.POST.get("shown", "")
        moved = actions.save_order(self.organization, self.plan.term, order, shown=shown, actor=self.user)
        return _("顺序已保存，改动 %(n)d 段，有关的人会收到通知。") % {"n": len(moved)}

    def _swap(self, data: dict[str, Any]) -> str:
        swap = actions.ask_swap(data["given"], data["taken"], reason=data["reason"], actor=self.user)
        return _("已请%(giver)s和%(taker)s答复，两人都同意才换。") % {"giver": swap.giver, "taker": swap.taker}

    def _substitute(self, data: dict[str, Any]) -> str:
        share = data.pop("share")
        data.pop("last")
        asked = actions.ask_substitute(share, actor=self.user, **data)
        return _("已请%(person)s代班，等答复。") % {"person": asked.person}

    def _fill(self, data: dict[str, Any]) -> str:
        filled = actions.fill_vacancy(self._duty(), person=data["person"], actor=self.user)
        return _("%(share)s由%(person)s补上。") % {
            "share": roster.name_of(filled.starts, filled.ends),
            "person": filled.person,
        }

    def _halve(self, data: dict[str, Any]) -> str:
        first, second = actions.halve_vacancy(self._duty(), actor=self.user)
        return _("由%(first)s和%(second)s各值一半。") % {"first": first.person, "second": second.person}

    def _remind(self, data: dict[str, Any]) -> str:
        actions.remind_of_swap(self._asked_swap(), actor=self.user)
        return _("已再提醒一次。")

    def _withdraw_swap(self, data: dict[str, Any]) -> str:
        actions.withdraw_swap(self._asked_swap(), actor=self.user)
        return _("换班已撤回，按现在的轮值表。")

    def _withdraw_substitute(self, data: dict[str, Any]) -> str:
        actions.withdraw_substitute(self._duty(), actor=self.user)
        return _("代班已取消，还给原来的人。")

    def _duty(self) -> Duty:
        rows = Duty.objects.visible_to(self.user).filter(organization=self.organization, state__in=ANSWER_OPEN)
        return get_object_or_404(rows, public_id=self.request.POST.get("duty", ""))

    def _asked_swap(self) -> DutySwap:
        rows = DutySwap.objects.visible_to(self.user).filter(organization=self.organization)
        return get_object_or_404(rows, public_id=self.request.POST.get("swap", ""))


# ---- what the address asks for ---------------------------------------------------------------------------------------
def _term(request: HttpRequest, organization: Organization) -> Term | None:
    """Return the term `?term=` (its number), by default the one that runs or the next one. Raises Http404 for another one."""
    number = request.GET.get("term", "")
    if not number:
        return roster.term_for(organization, clock.today()) or organization.terms.order_by("-starts").first()
    if not number.isdecimal() or len(number) > 4:
        raise Http404
    return get_object_or_404(organization.terms.all(), number=number)


def _order(request: HttpRequest) -> list[str]:
    """Return the wanted order of the query: the public ids of the coming shares."""
    return [one for one in request.GET.get("order", "").split(".") if one]


def _url(organization: Organization, term: Term | None) -> str:
    url = reverse("admin:organizations_organization_duty", args=[organization.pk])
    return f"{url}?term={term.number}" if term else url


# ---- a new plan ------------------------------------------------------------------------------------------------------
def _people(organization: Organization, term: Term) -> list[Any]:
    """Return who may take part: those with a chairing post now or later in the term."""
    since = max(clock.today(), term.starts)
    return [posts[0].person for posts in roster.chairs_of(organization, since).values()]


def _usual(organization: Organization, term: Term, people: list[Any]) -> QueryDict:
    """Return what is proposed first: everybody, from the first month without a share, a year or to the end of the term."""
    last = organization.duties.shares().filter(term=term).order_by("-ends").first()
    first = last.ends if last else term.starts
    if first >= term.ends:
        first = max(term.starts, min(rota.next_month(clock.today()), term.last))
    left = len(roster.periods(term, first, roster.MOST_MONTHS))
    found = QueryDict(mutable=True)
    found["first"], found["months"] = f"{first:%Y-%m}", str(min(roster.USUAL_MONTHS, max(left, 1)))
    found.setlist("people", [str(person.pk) for person in people])
    return found


def _proposed_cells(shares: list[Any], people: list[Any]) -> list[dict[str, Any]]:
    names = {person.pk: person for person in people}
    found, year = [], None
    for share in shares:
        person = names.get(share.key)
        cell = {
            "share": share,
            "person": person,
            "label": roster.name_of(share.starts, share.ends, year=share.starts.year),
        }
        if share.starts.year != year:
            year = share.starts.year
            cell["year"] = year
        found.append(cell)
    return found


def _away_by_person(form: PlanForm) -> list[tuple[Any, list[tuple[str, str, bool]]]]:
    """Return for each person the months in which they could be away: (value, label, whether it is ticked)."""
    chosen = set(form["away"].value() or [])
    labels = dict(form.fields["away"].choices)
    return [
        (
            person,
            [(value, labels[value], value in chosen) for value in labels if value.startswith(f"{person.pk}:")],
        )
        for person in form.people
    ]
