"""交接: the sheet of each change of the chair, the notices before it and on the day (domain.md rule 6).

The chair itself passes by query, at midnight, whether or not the two have confirmed the sheet (`DutyQuerySet.on_duty`).
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify
from members.models import Person

from .. import hand_over, permissions, roster
from ..models import Duty, HandOver, Organization, state_q
from ..models.duties import LINES_LENGTH
from ..states import OrganizationState
from .duty_parts import secretaries_of

LATE = dt.timedelta(days=7)  # after so many days a change is no news any more


@transaction.atomic
def give(sheet: HandOver, *, lines: str, actor: Any) -> HandOver:
    """Confirm as the one who leaves the chair that all is handed over, with `lines` beside the records, one thing a line.

    It can be confirmed again with other lines until the other one has taken it. Raises ActionError `taken`, `too_long`,
    NotAllowed for everybody else.
    """
    lock(sheet.organization)
    sheet = lock(sheet)
    require(permissions.can_hand_over, actor, sheet)
    if sheet.taken_at:
        raise ActionError(_("对方已经接清，不能再改。"), code="taken")
    text = "\n".join(line.strip() for line in (lines or "").splitlines() if line.strip())
    if len(text) > LINES_LENGTH:
        raise ActionError(_("最多 %(n)d 个字。") % {"n": LINES_LENGTH}, code="too_long", field="lines")
    sheet.lines, sheet.given_at, sheet.question = text, clock.now(), ""
    sheet.save(update_fields=["lines", "given_at", "question"])
    _record("hand_over.given", sheet, actor, ["lines", "given_at"])
    _notify(sheet, sheet.taker, "organizations/hand_over_given")
    return sheet


@transaction.atomic
def send_back(sheet: HandOver, *, question: str, actor: Any) -> HandOver:
    """Send the sheet back, as the one who takes the chair, with what is not clear; the other one confirms it again.

    Raises ActionError `state` (it was not handed over, or is taken), `reason`, `too_long`, NotAllowed for everybody else.
    """
    lock(sheet.organization)
    sheet = lock(sheet)
    require(permissions.can_take_over, actor, sheet)
    if sheet.given_at is None or sheet.taken_at:
        raise ActionError(_("现在不能退回，请刷新页面看最新情况。"), code="state")
    sheet.question = required_reason(question, missing=_("请写一句哪里不清楚。"))
    sheet.given_at, sheet.returned_at = None, clock.now()
    sheet.save(update_fields=["question", "given_at", "returned_at"])
    _record("hand_over.returned", sheet, actor, ["question", "given_at"])
    _notify(sheet, sheet.giver, "organizations/hand_over_returned")
    return sheet


@transaction.atomic
def take(sheet: HandOver, *, actor: Any) -> HandOver:
    """Confirm as the one who takes the chair that all is clear; what is open now stays on the sheet.

    Safe to repeat. Raises ActionError `state` (the other one has not handed over yet), NotAllowed for everybody else.
    """
    lock(sheet.organization)
    sheet = lock(sheet)
    require(permissions.can_take_over, actor, sheet)
    if sheet.taken_at:
        return sheet
    if sheet.giver_id and sheet.given_at is None:
        raise ActionError(_("交班的人还没有交清。到零点轮值照常交接。"), code="state")
    sheet.taken_at = clock.now()
    changed = ["taken_at"]
    if sheet.on <= clock.today():
        changed += _freeze(sheet)
    sheet.save(update_fields=changed)
    _record("hand_over.taken", sheet, actor, ["taken_at"])
    _notify(sheet, sheet.giver, "organizations/hand_over_taken")
    return sheet


def _running(rows: Any) -> Any:
    """Return the shares in organizations that are not suspended or dissolved today."""
    return rows.filter(state_q([OrganizationState.FOUNDED], clock.today(), "organization__"))


# ---- by time ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def announce_duties(*, actor: Any = None) -> int:
    """Notify both people 14 days before the chair passes, and the secretary of days that nobody has; return how many shares.

    A share is announced once, and again when somebody else gets it. Safe to repeat.
    """
    today = clock.today()
    due = _running(Duty.objects.shares()).filter(
        starts__gt=today, starts__lte=today + roster.ANNOUNCED, announced_at__isnull=True
    )
    rows = list(due.order_by("starts", "pk").select_for_update(of=("self",), skip_locked=True, no_key=True)[:200])
    for duty in rows:
        duty.announced_at = clock.now()
        duty.save(update_fields=["announced_at"])
        audit.record("duty.announced", duty, actor=actor, fields=["announced_at"])
        _announce(duty)
    return len(rows)


def _announce(duty: Duty) -> None:
    organization = duty.organization
    days = roster.name_of(duty.starts, duty.ends)
    if roster.vacant_from(duty, roster.chairs_of(organization, duty.starts)):
        for secretary in secretaries_of(organization):
            _notify_person(secretary, "organizations/duty_vacant", organization=organization, days=days, duty=duty)
        return
    sheet = sheet_of(duty)
    for person in (sheet.giver, sheet.taker) if sheet else (duty.person,):
        _notify_person(person, "organizations/duty_announced", sheet, organization=organization, days=days, duty=duty)


@transaction.atomic
def begin_duties(*, actor: Any = None) -> int:
    """Notify both people on the day on which the chair has passed, and keep what was open then; return how many shares.

    The secretary is notified where the sheet was not confirmed. Safe to repeat.
    """
    today = clock.today()
    due = _running(Duty.objects.shares()).filter(
        starts__lte=today, starts__gt=today - LATE, ends__gt=today, began_at__isnull=True
    )
    rows = list(due.order_by("starts", "pk").select_for_update(of=("self",), skip_locked=True, no_key=True)[:200])
    for duty in rows:
        duty.began_at = clock.now()
        duty.save(update_fields=["began_at"])
        audit.record("duty.began", duty, actor=actor, fields=["began_at"])
        _begin(duty)
    return len(rows)


def _begin(duty: Duty) -> None:
    organization, days = duty.organization, roster.name_of(duty.starts, duty.ends)
    sheet = sheet_of(duty)
    if sheet is not None and sheet.items is None:
        sheet.save(update_fields=_freeze(sheet))
    for person in (sheet.giver, sheet.taker) if sheet else (duty.person,):
        _notify_person(person, "organizations/duty_began", sheet, organization=organization, days=days, duty=duty)
    if sheet is not None and sheet.taken_at is None:
        for secretary in secretaries_of(organization):
            notify(secretary, "organizations/hand_over_open", url=roster_url(organization), sheet=sheet)


def _freeze(sheet: HandOver) -> list[str]:
    sheet.items = hand_over.frozen(hand_over.open_now(sheet.organization))
    return ["items"]


# ---- keeping the sheets in step with the plan ------------------------------------------------------------------------
def renew_hand_overs(organization: Organization) -> None:
    """Bring the sheets of the coming shares that are announced or have a sheet in step with who has the shares now.

    A sheet whose people are others than before has to be confirmed again; where one person goes on, there is none.
    """
    today = clock.today()
    rows = organization.duties.shares().filter(starts__gt=today)
    soon = rows.filter(starts__lte=today + roster.ANNOUNCED) | rows.filter(hand_over__isnull=False)
    for duty in soon.distinct().order_by("starts"):
        sheet_of(duty)


def sheet_of(duty: Duty) -> HandOver | None:
    """Return the sheet of the share `duty`, made or brought in step with its people; None where nothing is handed over."""
    known = HandOver.objects.filter(duty=duty).select_related("giver__user", "taker__user").first()
    if duty.starts <= clock.today():
        return known
    before = hand_over.share_before(duty)
    giver = before.person if before else None
    if giver is None or duty.person is None or giver.pk == duty.person_id:
        if known is not None:
            known.delete()
        return None
    if known is None:
        return HandOver.objects.create(
            organization_id=duty.organization_id,
            duty=duty,
            giver=giver,
            taker=duty.person,
            on=duty.starts,
            is_demo=duty.is_demo,
        )
    if (known.giver_id, known.taker_id, known.on) != (giver.pk, duty.person_id, duty.starts):
        known.lines = known.lines if known.giver_id == giver.pk else ""
        known.giver, known.taker, known.on = giver, duty.person, duty.starts
        known.given_at, known.taken_at, known.question = None, None, ""
        known.save(update_fields=["giver", "taker", "on", "lines", "given_at", "taken_at", "question"])
    return known


def roster_url(organization: Organization) -> str:
    """Return the address of the page of the plan on the staff site."""
    return reverse("admin:organizations_organization_duty", args=[organization.pk])


def _record(verb: str, sheet: HandOver, actor: Any, fields: list[str]) -> None:
    other = sheet.giver if sheet.taker and sheet.taker.user_id == actor.pk else sheet.taker
    audit.record(verb, sheet, actor=actor, person=other, user=other and other.user, fields=fields)


def _notify(sheet: HandOver, person: Person | None, template: str) -> None:
    _notify_person(person, template, sheet, organization=sheet.organization)


def _notify_person(person: Person | None, template: str, sheet: HandOver | None = None, **context: Any) -> None:
    if person is None or not person.is_active:
        return
    url = ""
    if person.user_id:
        url = sheet.get_absolute_url() if sheet else reverse("organizations:duties")
    notify(person, template, url=url, sheet=sheet, **context)
