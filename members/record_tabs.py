"""What the registry adds to the pages of records: a person's terms, assessments and applications, and the verbs for them."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.extensions import RecordTab, RecordVerb, TabColumn
from chengyang.lib.chinese import dates
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.staff.record_parts import (
    PERSON,
    STATE,
    TERM,
    assessments_by_standard,
    assessments_of,
    can_start_assessment,
    to_look_at_again,
)

from . import permissions
from .models import Application, Assessment, Correction
from .states import APPLICATION_WITH_STAFF, REPRESENTATIVE_REVIEWED, ApplicationState, RepresentativeState

CURRENT = (*REPRESENTATIVE_REVIEWED, RepresentativeState.NAMED)


def _submitted_by(person: Any) -> Any:
    """Return the applications of `person` that are open to officers: not even the others are counted (requirements P06)."""
    own = Q(person=person) | Q(user=person.user_id) if person.user_id else Q(person=person)
    return Application.objects.filter(own, state__in=(ApplicationState.APPROVED, *APPLICATION_WITH_STAFF))


def _can_nominate(user: Any, person: Any) -> bool:
    return permissions.can_nominate(user, person) and not person.representations.filter(state__in=CURRENT).exists()


def _why_nominate(user: Any, person: Any) -> str:
    """Return that the assessment was passed, which is what a nomination waits for."""
    passed = person.assessments.passed_on(clock.today()).order_by("-assessed_on").first()
    if passed is None or person.representations.filter(assessment=passed).exists():
        return ""
    return _t("“四有”%(day)s评定通过，可以提名。") % {"day": dates.full_day(passed.assessed_on)}


TABS = [
    RecordTab(
        PERSON,
        "terms",
        _("代表任期"),
        lambda person: person.representations.all(),
        (TERM, STATE, TabColumn(_("公开"), "is_public")),
        ("-starts", "pk"),
        order=30,
        concerns=lambda row: row.person,
        related=("person",),
        in_history=True,
    ),
    assessments_of(PERSON, concerns=lambda row: row.person, related=("person", "version__standard")),
    RecordTab(
        PERSON,
        "applications",
        _("申请"),
        _submitted_by,
        (TabColumn(_("交上来"), "submitted_at"), STATE, TabColumn(_("办结"), "decided_at")),
        ("-submitted_at", "-pk"),
        order=70,
        part="registration",
        heading=_("入册申请"),
        visible=lambda rows, user: rows.within(access_scope(user)),
        concerns=lambda row: row.user,
        related=("user",),
        in_history=True,
    ),
    RecordTab(
        PERSON,
        "applications",
        _("申请"),
        lambda person: person.corrections.all(),
        (TabColumn(_("更正"), str), STATE, TabColumn(_("提出"), "asked_at"), TabColumn(_("办结"), "decided_at")),
        ("-asked_at", "-pk"),
        order=71,
        part="corrections",
        heading=_("更正申请"),
        visible=lambda rows, user: rows.filter(pk__in=Correction.objects.of_staff(user).values("pk")),
        concerns=lambda row: row.person,
        related=("person",),
        in_history=True,
    ),
    assessments_by_standard(
        Assessment,
        _("人士"),
        part="people",
        heading=_("人士"),
        order=20,
        search=lambda rows, text: rows.search(text),
        concerns=lambda row: row.person,
        related=("person__subdistrict", "version__standard"),
    ),
    to_look_at_again(
        Assessment,
        _("人士"),
        part="people",
        heading=_("人士"),
        order=30,
        concerns=lambda row: row.person,
        related=("person__subdistrict", "version__standard"),
    ),
]
VERBS = [
    RecordVerb(
        PERSON,
        "nominate",
        _("提名代表"),
        "members_representative",
        "person",
        _can_nominate,
        why=_why_nominate,
        tab="terms",
        order=10,
    ),
    RecordVerb(
        PERSON,
        "assess",
        _("开始“四有”评定"),
        "members_assessment",
        "person",
        can_start_assessment,
        tab="assessments",
        order=40,
    ),
]
