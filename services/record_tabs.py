"""What services add to the pages of records: posts and requests of a person and of a team, outcomes of all organizers."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.lib.chinese import dates
from chengyang.platform.staff.badges import state_badge
from members.permissions import can_choose_person

from . import permissions
from .models import Request

PERSON, TEAM = "members.Person", "services.Team"
STATE = TabColumn(_("状态"), lambda row: row.get_state_display(), badge=state_badge)
TERM = TabColumn(_("任期"), lambda row: dates.days(row.starts, row.ends))
KIND = TabColumn(_("职务"), lambda row: row.get_kind_display())


def _is_open_to(user: Any, team: Any) -> bool:
    return team.closed_on is None and permissions.can_appoint_volunteer(user, team)


def _can_report(user: Any, team: Any) -> bool:
    return permissions.can_report_outcome(user, team)


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
    RecordTab(
        PERSON,
        "posts",
        _("职务"),
        lambda person: person.services_posts.all(),
        (TabColumn(_("服务队"), "team"), KIND, TERM),
        ("-starts", "pk"),
        order=22,
        part="services",
        heading=_("服务队职务"),
        concerns=lambda row: row.person,
        related=("person", "team"),
        in_history=True,
    ),
    _requests(PERSON, _requests_of, 60, with_author=False),
    RecordTab(
        TEAM,
        "posts",
        _("职务"),
        lambda team: team.posts.all(),
        (TabColumn(_("姓名"), "person"), KIND, TERM),
        ("-starts", "pk"),
        order=10,
        search=lambda rows, text: rows.filter(person__name__icontains=text),
        concerns=lambda row: row.person,
        related=("person__subdistrict",),
        in_history=True,
    ),
    _requests(TEAM, lambda team: team.requests.all(), 20, with_author=True),
    _outcomes(TEAM, 40),
    _outcomes("organizations.Organization", 50),
]
VERBS = [
    RecordVerb(
        PERSON, "appoint-team", _("给服务队职务"), "services_post", "person", can_choose_person, tab="posts", order=32
    ),
    RecordVerb(TEAM, "appoint", _("收队员、给职务"), "services_post", "team", _is_open_to, tab="posts", order=10),
    RecordVerb(TEAM, "report", _("报成果"), "services_outcome", "team", _can_report, tab="outcomes", order=30),
]
