"""What services add to the pages of records: posts and requests of a person and of a team, outcomes of all organizers."""

from typing import Any

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

from . import permissions
from .models import Assessment, Evaluation, Request

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


def _outcomes(subject: str, order: int) -> RecordTab:
    return RecordTab(
        subject,
        "outcomes",
        _("成果"),
        lambda organizer: organizer.outcomes.all(),
        (
            TabColumn(_("名称"), "title"),
            TabColumn(_("类型"), lambda row: row.get_kind_display()),
            TabColumn(_("日期"), "happened_on"),
            TabColumn(_("数额"), lambda row: row.number_text, is_number=True),
            STATE,
        ),
        ("-happened_on", "-pk"),
        order=order,
        search=lambda rows, text: rows.filter(title__icontains=text),
    )


TABS = [
    posts_of_person("services", "team", _("服务队"), _("服务队职务"), order=22),
    _requests(PERSON, _requests_of, 60, with_author=False),
    posts_of(TEAM, order=10),
    _requests(TEAM, lambda team: team.requests.all(), 20, with_author=True),
    _outcomes(TEAM, 40),
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
    RecordVerb(
        TEAM,
        "report",
        _("报成果"),
        "services_outcome",
        "team",
        permissions.can_report_outcome,
        tab="outcomes",
        order=30,
    ),
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
