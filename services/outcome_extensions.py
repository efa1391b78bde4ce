"""What outcomes and contribution records add to the slots of this app (`services.extensions` declares all of them)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock, extensions
from chengyang.extensions import (
    NUMBER_VALUE,
    CachedPage,
    DeadlineRows,
    ListLink,
    Panel,
    Period,
    PersonRows,
    SearchSource,
    TableDescription,
)
from chengyang.platform.web import content
from chengyang.platform.web.panels import everybody
from chengyang.platform.web.suppression import few_behind

from . import ledger
from .actions import outcome_parties
from .contributions import FIGURES, plain
from .models import ORGANIZERS, Outcome, OutcomeDouble
from .states import DoubleState, OutcomeState

VERBS = {
    "outcome.reported": _("上报成果"),
    "outcome.withdrawn": _("撤回成果"),
    "outcome.checked": _("核实成果"),
    "outcome.declined": _("退回成果"),
    "outcome.decision_undone": _("撤销成果核实"),
    "outcome.updated": _("当天改正成果"),
    "outcome.evidence_added": _("补成果凭证"),
    "outcome.correction_reported": _("上报成果更正"),
    "outcome.party_added": _("添成果的参与方"),
    "outcome.party_removed": _("去掉成果的参与方"),
    "outcome_double.noted": _("发现成果疑似重复"),
    "outcome_double.linked": _("认定两条成果是同一件"),
    "outcome_double.kept_apart": _("认定两条成果是两件"),
    "outcome_double.undone": _("撤销成果重复认定"),
    "outcome_kind.added": _("添成果类型"),
    "outcome_kind.updated": _("修改成果类型"),
}
# Verbs after which a public page shows the same.
CONTENT = dict.fromkeys(
    (
        "outcome.reported",
        "outcome.declined",
        "outcome.withdrawn",
        "outcome.updated",
        "outcome.evidence_added",
        "outcome.correction_reported",
        "outcome_double.noted",
        "outcome_double.kept_apart",
    ),
    content.unpublished,
)


def _results(request, organizer):
    """Return what an organizer did this year, None for nothing; its outcomes are on `_outcomes`.

    Numbers of persons below five are left out (domain.md rule 11).
    """
    year, name = Period(clock.today().replace(month=1, day=1)), organizer._meta.model_name
    tally = []
    for code in FIGURES:
        metric = extensions.metric(code)
        if name not in metric.subjects:
            continue
        metric = extensions.public_metric(metric)
        number = metric.of(organizer, year)
        if number and not few_behind(metric, number, organizer, year):
            tally.append((plain(number), metric.unit, metric.label))
    url = reverse("services:organizer-contribution", args=[name, organizer.slug])
    return {"year": year.starts.year, "tally": tally, "url": url} if tally else None


def _my_contribution(request, subject):
    return {} if request.user.is_authenticated else None


def _outcomes(request, organizer):
    """Return the sums and the latest of the outcomes of `organizer`, None for none."""
    rows = Outcome.objects.published().of(organizer)
    latest = list(rows.select_related("kind").order_by("-happened_on", "-pk")[:5])
    if not latest:
        return None
    url = reverse("services:outcomes", args=[organizer._meta.model_name, organizer.slug])
    return {"totals": ledger.totals(rows), "latest": latest, "url": url}


def _find_outcomes(user, text):
    return Outcome.objects.responsible_for(user).filter(title__icontains=text).select_related("kind", *ORGANIZERS)


PANELS = [
    Panel("organizations.results", "services/_results.html", _results, order=10, shared_by=everybody),
    Panel("bases.detail", "services/_results.html", _results, order=55, shared_by=everybody),
    Panel("services.team", "services/_results.html", _results, order=55, shared_by=everybody),
    Panel("organizations.results", "services/_outcomes.html", _outcomes, order=20, shared_by=everybody),
    Panel("bases.detail", "services/_outcomes.html", _outcomes, order=60, shared_by=everybody),
    Panel("services.team", "services/_outcomes.html", _outcomes, order=60, shared_by=everybody),
    Panel("me.side", "services/_my_contribution.html", _my_contribution, order=45, shared_by=everybody),
]
SEARCH = SearchSource(
    _("成果"),
    _find_outcomes,
    lambda row: (row.title, f"{row.organizer or '—'}，{row.number_text}，{row.get_state_display()}"),
    lambda row: reverse("admin:services_outcome_change", args=[row.pk]),
    "services_outcome",
)
TOTALS = ListLink(
    "outcome-totals",
    _("合计"),
    lambda label, query: reverse("admin:services_outcome_totals"),
    lambda user, model_admin: model_admin.model is Outcome,
    order=20,
)
PERSON_ROWS = PersonRows(
    _("成果里写的名字"), erase=outcome_parties.delete_parties_of, summary=_("30 天后删除；成果的数额不变。")
)
OWN_DATA = TableDescription(
    "services.OutcomeParty", title=_("一起做成的事"), row_title=lambda row: row.outcome, related=("outcome",)
)
DEADLINES = [
    DeadlineRows(lambda: Outcome.objects.filter(state=OutcomeState.REPORTED)),
    DeadlineRows(lambda: OutcomeDouble.objects.filter(state=DoubleState.SUSPECTED)),
]
CACHED_PAGES = [
    CachedPage("services:organizer-contribution", {"year": r"\d{4}"}),
    CachedPage("services:outcomes", {"page": NUMBER_VALUE, "year": r"\d{4}", "kind": r"[-\w]{1,30}"}),
]
