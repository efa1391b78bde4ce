"""What bases add to the pages of records: posts of a person, and posts, honours and assessments of a base."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.lib.chinese import dates
from chengyang.platform.staff.record_parts import (
    PERSON,
    assessments_by_standard,
    assessments_of,
    can_start_assessment,
    posts_of,
    posts_of_person,
    to_look_at_again,
    why_again,
)
from chengyang.platform.standards.states import AssessmentState
from members.permissions import can_choose_person

from . import permissions
from .models import AMBER_BEFORE, Assessment
from .states import BaseState

BASE = "bases.Base"


def _can_assess(user: Any, base: Any) -> bool:
    return base.state != BaseState.CLOSED and can_start_assessment(user, base)


def _why_assess(user: Any, base: Any) -> str:
    """Return that the assessment has ended or ends soon (domain.md rule 4)."""
    passed = base.assessments.filter(state=AssessmentState.PASSED).with_number_in_force()
    latest = passed.order_by("-assessed_on").first()
    if latest is None or latest.expires_on is None or clock.today() < latest.expires_on - AMBER_BEFORE:
        return why_again(latest)
    return _t("“六有”有效至%(day)s，该准备下一次评定了。") % {"day": dates.full_day(latest.expires_on)}


TABS = [
    posts_of_person("bases", "base", _("基地"), _("基地职务"), order=21),
    posts_of(BASE, order=10),
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
    assessments_of(BASE, TabColumn(_("有效至"), "expires_on")),
    assessments_by_standard(Assessment, _("基地"), part="bases", heading=_("实践创新基地"), order=22),
    to_look_at_again(Assessment, _("基地"), part="bases", heading=_("实践创新基地"), order=32),
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
