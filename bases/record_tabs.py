"""What bases add to the pages of records: posts of a person, and posts, honours and assessments of a base."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.lib.chinese import dates
from chengyang.platform.staff.badges import state_badge
from chengyang.platform.standards.permissions import can_prepare
from chengyang.platform.standards.states import AssessmentState
from members.permissions import can_choose_person

from . import permissions
from .models import AMBER_BEFORE, Assessment
from .states import BaseState

PERSON, BASE = "members.Person", "bases.Base"
STATE = TabColumn(_("状态"), lambda row: row.get_state_display(), badge=state_badge)
TERM = TabColumn(_("任期"), lambda row: dates.days(row.starts, row.ends))
KIND = TabColumn(_("职务"), lambda row: row.get_kind_display())


def _can_assess(user: Any, base: Any) -> bool:
    running = (AssessmentState.OPEN, AssessmentState.SUBMITTED)
    is_open = base.state != BaseState.CLOSED
    return is_open and can_prepare(user, base) and not base.assessments.filter(state__in=running).exists()


def _why_assess(user: Any, base: Any) -> str:
    """Return that the assessment has ended or ends soon (domain.md rule 4)."""
    latest = base.assessments.filter(state=AssessmentState.PASSED).order_by("-assessed_on").first()
    if latest is None or latest.expires_on is None or clock.today() < latest.expires_on - AMBER_BEFORE:
        return ""
    return _t("“六有”有效至%(day)s，该准备下一次评定了。") % {"day": dates.full_day(latest.expires_on)}


TABS = [
    RecordTab(
        PERSON,
        "posts",
        _("职务"),
        lambda person: person.bases_posts.all(),
        (TabColumn(_("基地"), "base"), KIND, TERM),
        ("-starts", "pk"),
        order=21,
        part="bases",
        heading=_("基地职务"),
        concerns=lambda row: row.person,
        related=("person", "base"),
        in_history=True,
    ),
    RecordTab(
        BASE,
        "posts",
        _("职务"),
        lambda base: base.posts.all(),
        (TabColumn(_("姓名"), "person"), KIND, TERM),
        ("-starts", "pk"),
        order=10,
        search=lambda rows, text: rows.filter(person__name__icontains=text),
        concerns=lambda row: row.person,
        related=("person__subdistrict",),
        in_history=True,
    ),
    RecordTab(
        BASE,
        "honours",
        _("荣誉"),
        lambda base: base.honours.all(),
        (
            TabColumn(_("名称"), "title"),
            TabColumn(_("级别"), lambda row: row.get_level_display()),
            TabColumn(_("年份"), "year"),
            TabColumn(_("说明"), "note"),
        ),
        ("-year", "pk"),
        order=20,
        visible=lambda rows, user: rows,  # an honour is public with its base
        search=lambda rows, text: rows.filter(title__icontains=text),
        in_history=True,
    ),
    RecordTab(
        BASE,
        "assessments",
        _("评定"),
        lambda base: base.assessments.all(),
        (
            TabColumn(_("标准"), "version"),
            STATE,
            TabColumn(_("评定"), "assessed_on"),
            TabColumn(_("有效至"), "expires_on"),
        ),
        ("-assessed_on", "-pk"),
        order=40,
        related=("version__standard",),
        in_history=True,
    ),
    RecordTab(
        "standards.Standard",
        "assessments",
        _("评定"),
        lambda standard: Assessment.objects.filter(version__standard=standard),
        (TabColumn(_("基地"), "base"), STATE, TabColumn(_("评定"), "assessed_on"), TabColumn(_("版本"), "version")),
        ("-assessed_on", "-pk"),
        order=22,
        part="bases",
        heading=_("实践创新基地"),
        search=lambda rows, text: rows.filter(base__name__icontains=text),
        related=("base", "version__standard"),
    ),
]
VERBS = [
    RecordVerb(
        PERSON, "appoint-base", _("给基地职务"), "bases_post", "person", can_choose_person, tab="posts", order=31
    ),
    RecordVerb(BASE, "appoint", _("给职务"), "bases_post", "base", permissions.can_appoint, tab="posts", order=10),
    RecordVerb(BASE, "honour", _("登记荣誉"), "bases_honour", "base", permissions.can_honour, tab="honours", order=20),
    RecordVerb(
        BASE,
        "assess",
        _("开始“六有”评定"),
        "bases_assessment",
        "base",
        _can_assess,
        why=_why_assess,
        tab="assessments",
        order=30,
    ),
]
