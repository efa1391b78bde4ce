"""What services add to the pages of records: posts and requests of a person and of a team, outcomes of all organizers."""

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.platform.staff.record_parts import (
    PERSON,
    STATE,
    assessments_by_standard,
    assessments_of,
    can_start_assessment,
    evaluate_verb,
    evaluations_of,
    posts_of,
    posts_of_person,
    to_look_at_again,
    why_again,
)
from chengyang.platform.standards.subjects import has_standard
from members.permissions import can_choose_person

from . import ledger, permissions
from .models import PARTS, Assessment, Evaluation, Outcome, OutcomeDouble, OutcomeParty, Request

TEAM = "services.Team"


def _is_open_to(user: Any, team: Any) -> bool:
    return team.closed_on is None and permissions.can_appoint_volunteer(user, team)


def _can_assess(user: Any, team: Any) -> bool:
    return team.closed_on is None and has_standard("team") and can_start_assessment(user, team)


def _why_assess(user: Any, team: Any) -> str:
    return why_again(team.assessments.passed_on(clock.today()).with_number_in_force().first())


def _requests_of(person: Any) -> Any:
    return Request.objects.filter(author=person.user_id) if person.user_id else Request.objects.none()


def _requests(subject: str, rows: Any, order: int, *, with_author: bool) -> RecordTab:
    return RecordTab(
        subject,
        "requests",
        _("诉求"),
        rows,
        (
            TabColumn(_("诉求"), "title", note=lambda row: row.number),
            STATE,
            *([] if with_author else [TabColumn(_("承办"), lambda row: row.handler)]),
            TabColumn(_("提出"), "at"),
            TabColumn(_("时限"), "due_on"),
        ),
        ("-at", "-pk"),
        order=order,
        search=lambda rows, text: rows.search(text),
        concerns=lambda row: row.author,
        related=("author", "team", "subdistrict"),
    )


OUTCOME = "services.Outcome"


def _outcomes_of(record: Any) -> Any:
    return Outcome.objects.all().of(record)


def _doubles_with(outcome: Outcome) -> Any:
    return OutcomeDouble.objects.all().of(outcome)


def _outcomes(subject: str, order: int) -> RecordTab:
    return RecordTab(
        subject,
        "outcomes",
        _("成果"),
        _outcomes_of,
        (
            TabColumn(_("名称"), "title", note=_outcome_note),
            TabColumn(_("类型"), lambda row: row.kind),
            TabColumn(_("日期"), "happened_on"),
            TabColumn(_("数额"), lambda row: row.number_text, is_number=True),
            STATE,
        ),
        ("-happened_on", "-pk"),
        order=order,
        related=("kind",),
        search=lambda rows, text: rows.filter(title__icontains=text),
        template="services/_outcome_sums.html",
        summary=_sums,
    )


def _outcome_note(row: Outcome) -> str:
    if row.reverses_id:
        return _("冲销")
    return _("更正后") if row.replaces_id else ""


def _sums(rows: Any) -> dict[str, Any] | None:
    found = ledger.totals(rows)
    return {"totals": found} if found else None


def _parties_of() -> RecordTab:
    return RecordTab(
        OUTCOME,
        "parties",
        _("一起做的"),
        lambda outcome: outcome.parties.all(),
        (
            TabColumn(_("参与方"), lambda row: row.who, record=lambda row: row.who),
            TabColumn(_("是什么"), lambda row: OutcomeParty._meta.get_field(row.kind_name).verbose_name),
        ),
        ("pk",),
        order=10,
        related=PARTS,
        concerns=lambda row: row.person,
    )


def _doubles_of() -> RecordTab:
    return RecordTab(
        OUTCOME,
        "doubles",
        _("疑似重复"),
        _doubles_with,
        (
            TabColumn(_("两条成果"), str),
            TabColumn(_("像在哪里"), "signs"),
            TabColumn(_("发现"), "at"),
            STATE,
        ),
        ("-at", "-pk"),
        order=20,
        related=("first", "second"),
    )


def _corrections_of() -> RecordTab:
    return RecordTab(
        OUTCOME,
        "corrections",
        _("更正"),
        lambda outcome: Outcome.objects.filter(reverses=outcome) | Outcome.objects.filter(replaces__reverses=outcome),
        (
            TabColumn(_("名称"), "title", note=_outcome_note),
            TabColumn(_("数额"), lambda row: row.number_text, is_number=True),
            TabColumn(_("为什么"), "why"),
            STATE,
        ),
        ("-pk",),
        order=30,
        related=("kind",),
    )


def _report_verb(subject: str, field: str) -> RecordVerb:
    return RecordVerb(
        subject,
        "report",
        _("报成果"),
        "services_outcome",
        field,
        permissions.can_report_outcome,
        tab="outcomes",
        order=30,
    )


def _correct_url(outcome: Outcome) -> str:
    return reverse("admin:services_outcome_correct", args=[outcome.pk])


def _evidence_url(outcome: Outcome) -> str:
    return reverse("admin:services_outcome_evidence", args=[outcome.pk])


def may_correct(user: Any, outcome: Outcome) -> bool:
    """Return whether `user` may take `outcome` back or correct it, and nobody has begun to."""
    may = permissions.can_correct_outcome(user, outcome)
    return may and not Outcome.objects.corrections().filter(reverses=outcome).exists()


TABS = [
    posts_of_person("services", "team", _("服务队"), _("服务队职务"), order=22),
    _requests(PERSON, _requests_of, 60, with_author=False),
    posts_of(TEAM, order=10),
    _requests(TEAM, lambda team: team.requests.all(), 20, with_author=True),
    _outcomes(TEAM, 40),
    _outcomes("bases.Base", 55),
    _outcomes("activities.Activity", 60),
    replace(_outcomes(PERSON, 65), visible=lambda rows, user: rows.responsible_for(user)),
    _parties_of(),
    _doubles_of(),
    _corrections_of(),
    assessments_of(TEAM, TabColumn(_("有效至"), "expires_on"), order=50),
    evaluations_of(TEAM, order=52),
    assessments_by_standard(Evaluation, _("服务队"), part="team-years", heading=_("服务队"), order=26),
    assessments_by_standard(Assessment, _("服务队"), part="teams", heading=_("服务队"), order=23),
    to_look_at_again(Assessment, _("服务队"), part="teams", heading=_("服务队"), order=33),
    _outcomes("organizations.Organization", 50),
]
VERBS = [
    evaluate_verb(TEAM, "services_evaluation"),
    RecordVerb(
        PERSON, "appoint-team", _("给服务队职务"), "services_post", "person", can_choose_person, tab="posts", order=32
    ),
    RecordVerb(TEAM, "appoint", _("收队员、给职务"), "services_post", "team", _is_open_to, tab="posts", order=10),
    _report_verb(TEAM, "team"),
    _report_verb("organizations.Organization", "organization"),
    _report_verb("bases.Base", "base"),
    RecordVerb(
        OUTCOME,
        "party",
        _("添一起做的"),
        "services_outcomeparty",
        "outcome",
        permissions.can_change_parties,
        tab="parties",
    ),
    RecordVerb(
        OUTCOME,
        "double",
        _("和另一条重复"),
        "services_outcomedouble",
        "first",
        permissions.can_note_double,
        tab="doubles",
    ),
    RecordVerb(OUTCOME, "correct", _("更正"), "", "", may_correct, url=_correct_url, tab="corrections", order=20),
    RecordVerb(OUTCOME, "evidence", _("补凭证"), "", "", permissions.can_add_evidence, url=_evidence_url, order=40),
    RecordVerb(
        TEAM,
        "assess",
        _("开始评定"),
        "services_assessment",
        "team",
        _can_assess,
        why=_why_assess,
        tab="assessments",
        order=40,
    ),
]
