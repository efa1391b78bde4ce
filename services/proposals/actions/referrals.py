"""转办: a proposal goes to a department with a signed link, which ends with the answer, by date, or by a revocation."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, optional_reason, require, required_reason
from chengyang.lib.chinese import dates
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import assign, edit, validate
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify

from ...models import Department, Proposal, Referral, ReferralLink
from ...models.referrals import MOST_EXTRA_DAYS
from ...states import PROPOSAL_TRANSITIONS, ProposalState, ReferralState
from .. import due, links, permissions
from .steps import lock_proposal, lock_with_proposal, notify_office, notify_side, office_step, step

LINK_LASTS = dt.timedelta(days=45)  # calendar days: longer than 15 working days with holidays
LINK_OUTLASTS = dt.timedelta(days=14)  # the due date that was moved, so that a late answer still comes with it
LINK_LASTS_AFTER = dt.timedelta(days=14)  # of a link that is renewed after the answer, to report what was kept


# ---- forwarding -----------------------------------------------------------------------------------------------------
@transaction.atomic
def forward_proposal(proposal: Proposal, *, actor: Any, department: Department, note: str = "") -> Referral:
    """Forward `proposal` to `department`, which has 15 working days; its contact gets a link, the code is sent apart from it.

    Raises NotAllowed, also when somebody else forwarded it, ActionError("department") for one that is not in use,
    ("too_long").
    """
    proposal = lock_proposal(proposal)
    require(permissions.can_forward_proposal, actor, proposal)
    department = lock(department)
    if department.ended_on:
        raise ActionError(_("这个单位已经停用，请选别的。"), code="department", field="department")
    due_on = due.first_due(proposal)
    changes: dict[str, Any] = {"due_on": due_on}
    move(
        proposal, ProposalState.FORWARDED, table=PROPOSAL_TRANSITIONS, actor=actor, verb="proposal.forwarded", **changes
    )
    referral = proposal.referrals.create(
        department=department,
        note=optional_reason(note),
        forwarded_by=actor,
        forwarded_at=clock.now(),
        first_due_on=due_on,
        due_on=due_on,
        is_demo=proposal.is_demo,
    )
    words = {"department": department, "day": dates.day(due_on)}
    office_step(proposal, _("转给%(department)s，%(day)s前答复") % words, by=actor)
    send_link(referral, actor=actor)
    notify_side(proposal, "services/proposal_forwarded", referral=referral)
    return referral


def send_link(referral: Referral, *, actor: Any) -> ReferralLink:
    """Make the one link of `referral` (locked) and send it to the contact, if there is a number.

    Before the answer it lasts as long as an answer may take; after it, to correct the answer or to report what was kept.
    """
    end_links(referral)
    lasts = LINK_LASTS if referral.state == ReferralState.OPEN else LINK_LASTS_AFTER
    link: ReferralLink = referral.links.create(made_by=actor, made_at=clock.now(), ends_at=clock.now() + lasts)
    if phone := referral.department.phone:
        context: dict[str, Any] = {"referral": referral, "link": links.address_of(link), "until": link.ends_at}
        if referral.state == ReferralState.OPEN:
            notify(phone, "services/proposal_link", **context)
        elif referral.corrections.waiting().exists():
            notify(phone, "services/proposal_correction_link", **context)
        else:
            notify(phone, "services/proposal_report_link", **context)
        link.sent = True
        link.save(update_fields=["sent"])
    return link


def end_links(referral: Referral) -> int:
    """End the link of `referral` that opens; return how many there were."""
    return referral.links.filter(ended_at__isnull=True).update(ended_at=clock.now())


def end_links_of(proposal: Proposal) -> None:
    """End the links of all departments to `proposal` (locked): nothing of it is left to do for them."""
    ReferralLink.objects.filter(referral__proposal=proposal, ended_at__isnull=True).update(ended_at=clock.now())


@transaction.atomic
def renew_link(referral: Referral, *, actor: Any) -> ReferralLink:
    """Make a new link for `referral`; the former one ends. After the answer it serves to report what was kept.

    Raises NotAllowed, ActionError("state") for a referral that was handed back or recalled.
    """
    proposal, referral = lock_with_proposal(referral)
    require(permissions.can_handle_referral, actor, referral)
    if referral.state not in (ReferralState.OPEN, ReferralState.ANSWERED):
        raise ActionError(_("这次转办已经结束，要再转一次。"), code="state")
    link = send_link(referral, actor=actor)
    office_step(proposal, _("给%(unit)s换了新链接，原来的停用") % {"unit": referral.department}, by=actor)
    audit.record("proposal.link_renewed", proposal, actor=actor, user=proposal.author)
    return link


@transaction.atomic
def revoke_link(referral: Referral, *, actor: Any) -> Referral:
    """End the link of `referral` at once. Raises NotAllowed, ActionError("state") when none opens."""
    proposal, referral = lock_with_proposal(referral)
    require(permissions.can_handle_referral, actor, referral)
    if not end_links(referral):
        raise ActionError(_("没有能打开的链接。"), code="state")
    office_step(proposal, _("停用了%(unit)s的链接") % {"unit": referral.department}, by=actor)
    audit.record("proposal.link_revoked", proposal, actor=actor, user=proposal.author)
    return referral


# ---- coming back ----------------------------------------------------------------------------------------------------
def end_referral(referral: Referral, state: str, *, reason: str) -> None:
    """End the open `referral` (locked) as `state`, without an answer; its link ends with it."""
    referral.state, referral.reason = state, reason
    referral.save(update_fields=["state", "reason"])
    end_links(referral)


@transaction.atomic
def recall_referral(referral: Referral, *, actor: Any, reason: str) -> Referral:
    """Take an open `referral` back from its department; the office forwards it anew. Raises NotAllowed, ActionError("state")."""
    proposal, referral = lock_with_proposal(referral)
    require(permissions.can_handle_referral, actor, referral)
    reason = required_reason(reason)
    _bring_back(proposal, referral, ReferralState.RECALLED, reason=reason, actor=actor)
    office_step(proposal, _("从%(unit)s收回：%(reason)s") % {"unit": referral.department, "reason": reason}, by=actor)
    notify_side(proposal, "services/proposal_recalled", referral=referral)
    return referral


@transaction.atomic
def hand_back(link: ReferralLink, *, reason: str) -> Referral:
    """Hand a proposal back as its department, because it is not theirs; the office decides anew.

    Raises ActionError("link") for a link that has ended, ("reason"), ("state").
    """
    proposal, referral, _link = locked_by(link)
    reason = required_reason(reason, missing=_("请写为什么不归你们管，最好写归谁。"))
    _bring_back(proposal, referral, ReferralState.HANDED_BACK, reason=reason, actor=None)
    step(proposal, _("退回：%(reason)s") % {"reason": reason}, unit=referral.department)
    notify_office(proposal, "services/proposal_handed_back", referral=referral)
    return referral


def _bring_back(proposal, referral, state, *, reason, actor):
    if referral.state != ReferralState.OPEN:
        raise ActionError(_("这次转办已经结束，请刷新页面看。"), code="state")
    end_referral(referral, state, reason=reason)
    changes: dict[str, Any] = {"due_on": due.review_due()}
    move(
        proposal, ProposalState.REVIEWED, table=PROPOSAL_TRANSITIONS, actor=actor, verb="proposal.came_back", **changes
    )


def locked_by(link: ReferralLink) -> tuple[Proposal, Referral, ReferralLink]:
    """Return the proposal, the referral and the link, locked in this order. Raises ActionError("link") when it has ended."""
    proposal = lock_proposal(link.referral.proposal)
    referral = lock(link.referral)
    row = lock(link)
    referral.proposal, row.referral = proposal, referral
    if not row.is_open:
        raise ActionError(_("这个链接已经停用，要用请找办公室重发。"), code="link")
    return proposal, referral, row


@transaction.atomic
def open_link(link: ReferralLink) -> ReferralLink:
    """Record that the contact opened the page for the first time; the author sees the step. Safe to repeat.

    Raises ActionError("link").
    """
    proposal, referral, row = locked_by(link)
    if row.opened_at is None:
        row.opened_at = clock.now()
        row.save(update_fields=["opened_at"])
        step(proposal, _("打开看了"), unit=referral.department)
        audit.record("proposal.link_opened", proposal, actor=None, user=proposal.author)
    return row


# ---- more time ------------------------------------------------------------------------------------------------------
@transaction.atomic
def extend_referral(referral: Referral, *, actor: Any, days: int, reason: str) -> Referral:
    """Grant a department 1 to 15 more working days, once, as a second officer; the author reads `reason`.

    Raises NotAllowed, ActionError `days`, `reason`, `too_long`, and `late` when the answer would be due more than 90 days
    after the submission.
    """
    proposal, referral = lock_with_proposal(referral)
    require(permissions.can_extend_referral, actor, referral)
    if not 1 <= days <= MOST_EXTRA_DAYS:
        raise ActionError(_("延期在 1 到 15 个工作日之间。"), code="days", field="days")
    referral.extension_reason = required_reason(reason, missing=_("请写为什么延期，作者会看到。"))
    referral.extra_days, referral.extended_by, referral.extended_at = days, actor, clock.now()
    counted = due.counted_due(referral)
    if counted > due.latest_of(proposal):
        raise ActionError(_("提出以后 90 天内必须答复，不能延这么多。"), code="late", field="days")
    # Never earlier than before: the table of holidays may have moved the due date that was promised.
    referral.due_on, referral.reminders, referral.late_at = max(referral.due_on, counted), 0, None
    referral.save(
        update_fields=[
            *("extension_reason", "extra_days", "extended_by", "extended_at", "due_on", "reminders", "late_at"),
        ]
    )
    proposal.due_on = referral.due_on
    proposal.save(update_fields=["due_on"])
    _prolong_link(referral)
    audit.record("proposal.extended", proposal, actor=actor, user=proposal.author, fields=["due_on"])
    words = {"n": days, "day": dates.day(referral.due_on), "reason": referral.extension_reason}
    office_step(proposal, _("延期 %(n)d 个工作日，到 %(day)s：%(reason)s") % words, by=actor)
    notify_side(proposal, "services/proposal_extended", referral=referral)
    return referral


def _prolong_link(referral):
    """Let the link of `referral` that opens last longer than its new due date."""
    ends_at = clock.at(referral.due_on) + LINK_OUTLASTS
    opens = referral.links.filter(ended_at__isnull=True, ends_at__gt=clock.now())
    opens.filter(ends_at__lt=ends_at).update(ends_at=ends_at)


def move_due(referral: Referral, before: dt.date) -> None:
    """Follow a due date that moved with the table of holidays: the step, and the copy on the proposal."""
    proposal = lock_proposal(referral.proposal)
    proposal.due_on = referral.due_on
    proposal.save(update_fields=["due_on"])
    _prolong_link(referral)
    words = {"before": dates.day(before), "day": dates.day(referral.due_on)}
    step(proposal, _("放假安排有变，期限从 %(before)s 顺延到 %(day)s") % words)
    notify_side(proposal, "services/proposal_extended", referral=referral)


# ---- the list of departments ----------------------------------------------------------------------------------------
@transaction.atomic
def add_department(*, actor: Any, **data: Any) -> Department:
    """Add a department of `data` (names in `Department.EDITABLE_FIELDS`). Raises NotAllowed, ActionError("invalid")."""
    require(permissions.can_edit_departments, actor, None)
    row = Department()
    assign(row, data, fields=Department.EDITABLE_FIELDS)
    validate(row)
    row.save(force_insert=True)
    audit.record("department.added", row, actor=actor)
    return row


@transaction.atomic
def edit_department(department: Department, *, actor: Any, **data: Any) -> Department:
    """Change `department`: another contact gets the links that are sent from now on. Raises as `add_department`."""
    row: Department = lock(department)
    require(permissions.can_edit_departments, actor, row)
    edit(row, data, fields=Department.EDITABLE_FIELDS, verb="department.updated", actor=actor)
    return row


@transaction.atomic
def end_department(department: Department, *, actor: Any) -> Department:
    """Forward nothing more to `department`; its contact is deleted, also from the history, its links end, its answers stay.

    Raises NotAllowed, ActionError("open") while it has a proposal.
    """
    row: Department = lock(department)
    require(permissions.can_edit_departments, actor, row)
    if row.referrals.filter(state=ReferralState.OPEN).exists():
        raise ActionError(_("它手上还有没答复的建言，先等答复或收回。"), code="open")
    row.ended_on, row.contact_name, row.phone = clock.today(), "", ""
    row.save(update_fields=["ended_on", "contact_name", "phone"])
    ReferralLink.objects.filter(referral__department=row, ended_at__isnull=True).update(ended_at=clock.now())
    history.delete_history(Department.objects.filter(pk=row.pk))  # saving the row has stored its former values there
    audit.record("department.ended", row, actor=actor, fields=["ended_on", "contact_name", "phone"])
    return row


@transaction.atomic
def use_department_again(department: Department, *, actor: Any) -> Department:
    """Forward to `department` again. Raises NotAllowed."""
    row: Department = lock(department)
    require(permissions.can_edit_departments, actor, row)
    row.ended_on = None
    row.save(update_fields=["ended_on"])
    audit.record("department.resumed", row, actor=actor, fields=["ended_on"])
    return row
