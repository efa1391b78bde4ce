"""会员: applying, deciding on applications, and leaving, which needs no approval (domain.md rule 12)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays.deadlines import due_on
from members.models import Person

from .. import permissions
from ..models import Membership, Organization, Post
from ..states import MEMBERSHIP_TRANSITIONS, TAKES_MEMBERS, MembershipState, OrganizationState

DECIDE_WITHIN = 5  # working days; promised on the page of the application
TURNED_DOWN = "turned_down"  # reason code of the audit; the written reason stays in the row, never in the audit


@transaction.atomic
def apply_for_membership(organization: Organization, *, person: Person, actor: Any) -> Membership:
    """Apply for membership of `person` and notify the secretaries, who have five working days to decide.

    Safe to repeat: an open application or membership is returned. Raises ActionError("closed") if the organization is not
    founded or not public, ("not_registered") if the person is not in the registry, NotAllowed for another person.
    """
    organization = lock(organization)
    person = lock(person)
    require(permissions.can_apply_for_membership, actor, person)
    if not person.is_active:
        raise ActionError(_("先入册，再加入组织。"), code="not_registered", url=reverse("members:join"))
    if organization.state != OrganizationState.FOUNDED or not organization.is_published:
        raise ActionError(_("这个组织现在不接受申请。"), code="closed", url=organization.get_absolute_url())
    if known := organization.memberships.open().filter(person=person).first():
        return known
    now = clock.now()
    due = due_on(now.date(), DECIDE_WITHIN)
    membership = organization.memberships.create(person=person, applied_at=now, due_on=due, is_demo=person.is_demo)
    audit.record("membership.applied", membership, actor=actor, person=person, user=person.user)
    for post in organization.posts.on(now.date()).filter(kind=Post.Kind.SECRETARY).select_related("person__user"):
        url = reverse("admin:staff_decide", args=["membership", membership.public_id])
        notify(post.person, "organizations/membership_applied", url=url, membership=membership)
    return membership


@transaction.atomic
def accept_membership(membership: Membership, *, actor: Any) -> Membership:
    """Accept the applicant as a member from today.

    Raises ActionError("state") if it is not an application, ("left") if the person has left the registry meanwhile, ("closed") if the organization is suspended or dissolved,
    NotAllowed for an own application and for actors who do not manage the organization.
    """
    membership = lock(membership)
    require(permissions.can_decide_membership, actor, membership)
    if not membership.person.is_active:
        raise ActionError(_("申请人已经退出名册。"), code="left")
    if membership.organization.is_stopped:
        raise ActionError(_("这个组织现在不吸收会员。"), code="closed")
    accepted = _decide(
        membership, MembershipState.ACTIVE, "membership.accepted", actor, joined_on=clock.today(), reason=""
    )
    _notify_person(accepted, "organizations/membership_accepted")
    return accepted


@transaction.atomic
def decline_membership(membership: Membership, *, actor: Any, reason: str) -> Membership:
    """Decline the application; the applicant reads `reason` word for word.

    Raises ActionError("reason") without a reason, ("too_long"), ("state"), NotAllowed as `accept_membership`.
    """
    membership = lock(membership)
    require(permissions.can_decide_membership, actor, membership)
    reason = required_reason(reason)
    declined = _decide(
        membership, MembershipState.DECLINED, "membership.declined", actor, reason=reason, code=TURNED_DOWN
    )
    _notify_person(declined, "organizations/membership_declined")
    return declined


@transaction.atomic
def reopen_application(membership: Membership, *, actor: Any) -> Membership:
    """Take the decision on an application back: it waits again, and the applicant is notified.

    Raises NotAllowed as `accept_membership`; ActionError("state") when it is no decided application, or the member has a post;
    ("once") when the person has applied again meanwhile.
    """
    membership = lock(membership)
    require(permissions.can_decide_membership, actor, membership)
    organization, person = membership.organization, membership.person
    if membership.decided_at is None or membership.state not in (MembershipState.ACTIVE, MembershipState.DECLINED):
        raise ActionError(_("这份申请已经有了变化，不能撤销。"), code="state")
    if (
        membership.state == MembershipState.ACTIVE
        and organization.posts.on(clock.today()).filter(person=person).exists()
    ):
        raise ActionError(_("已经担任职务，不能撤销。"), code="state")
    if organization.memberships.open().filter(person=person).exclude(pk=membership.pk).exists():
        raise ActionError(_("本人已经重新申请，不能撤销。"), code="once")
    due = due_on(clock.today(), DECIDE_WITHIN)
    changes = {"joined_on": None, "decided_by": None, "decided_at": None, "reason": "", "due_on": due}
    reopened = _end(membership, MembershipState.APPLIED, "membership.decision_undone", actor, **changes)
    _notify_person(reopened, "organizations/membership_undone")
    return reopened


@transaction.atomic
def add_membership(
    organization: Organization, *, person: Person, joined_on: dt.date | None = None, actor: Any
) -> Membership:
    """Enter `person` as a member since the day `joined_on` (default: today), and notify them how to leave again.

    For somebody who joined on paper or in a meeting; the secretary and the responsible staff enter it. Raises ActionError
    `not_registered`, `closed` (suspended or dissolved), `dates` (a day to come) and `once` (a member, or an open application), and
    NotAllowed, also for oneself.
    """
    organization = lock(organization)
    person = lock(person)
    is_open = organization.memberships.open().filter(person=person).exists()
    if refusal := entry_refusal(organization, person, joined_on, actor, is_open=is_open):
        raise refusal
    now = clock.now()
    membership = organization.memberships.create(
        person=person,
        state=MembershipState.ACTIVE,
        applied_at=now,
        joined_on=joined_on or clock.today(),
        decided_by=actor,
        decided_at=now,
        is_demo=person.is_demo,
    )
    audit.record("membership.added", membership, actor=actor, person=person, user=person.user)
    _notify_person(membership, "organizations/membership_added")
    return membership


def entry_refusal(organization, person, joined_on, actor, *, is_open):
    """Return why `person` (locked) cannot be entered as a member of `organization` (locked), as an error; None where they can."""
    if not permissions.can_add_membership(actor, organization, person):
        return NotAllowed("can_add_membership")
    if not person.is_active:
        return ActionError(_("只有在册人士可以加入组织。"), code="not_registered", field="person")
    if organization.state not in TAKES_MEMBERS:  # founders are entered before the foundation
        return ActionError(_("这个组织现在不吸收会员。"), code="closed", field="organization")
    if joined_on and joined_on > clock.today():
        return ActionError(_("日期不能晚于今天。"), code="dates", field="joined_on")
    if is_open:
        return ActionError(_("已经是会员，或正在申请。"), code="once", field="person")
    return None


@transaction.atomic
def end_membership(membership: Membership, *, actor: Any, reason: str) -> Membership:
    """End the membership today for a `reason` that the member reads, such as a resignation by telephone.

    Raises ActionError("reason") without a reason, ("too_long"), ("state") if not active, NotAllowed, also for an own one.
    """
    membership = lock(membership)
    require(permissions.can_decide_membership, actor, membership)
    reason = required_reason(reason)
    left_on = max(clock.today(), membership.joined_on or clock.today())
    changes = {"left_on": left_on, "reason": reason, "decided_by": actor, "decided_at": clock.now()}
    ended = _end(membership, MembershipState.LEFT, "membership.ended", actor, **changes)
    _notify_person(ended, "organizations/membership_ended")
    return ended


@transaction.atomic
def correct_membership(
    membership: Membership, *, joined_on: dt.date, left_on: dt.date | None, reason: str, actor: Any
) -> Membership:
    """Correct the dates of a membership that is active (without `left_on`) or left; the history keeps the former ones.

    Raises ActionError `dates` (a day to come, or an end before the beginning), `state`, `reason` and `too_long`; NotAllowed,
    also for an own one.
    """
    membership = lock(membership)
    if refusal := correction_refusal(membership, joined_on, left_on, actor):
        raise refusal
    membership.joined_on, membership.left_on, membership.reason = joined_on, left_on, required_reason(reason)
    fields = ["joined_on", "left_on", "reason"]
    membership.save(update_fields=fields)
    person = membership.person
    audit.record("membership.corrected", membership, actor=actor, person=person, user=person.user, fields=fields)
    _notify_person(membership, "organizations/membership_corrected")
    return membership


def correction_refusal(membership, joined_on, left_on, actor):
    """Return why the dates of `membership` (locked) cannot be corrected so, as an error; None where they can."""
    if not permissions.can_decide_membership(actor, membership):
        return NotAllowed("can_decide_membership")
    is_over = membership.state == MembershipState.LEFT
    if not (is_over or membership.state == MembershipState.ACTIVE):
        return ActionError(_("还没有入会，没有日期可以更正。"), code="state")
    if is_over != bool(left_on):
        return ActionError(_("退会日期只能更正，不能用来退会或恢复。"), code="dates", field="left_on")
    for day, field in ((joined_on, "joined_on"), (left_on, "left_on")):
        if day and day > clock.today():
            return ActionError(_("日期不能晚于今天。"), code="dates", field=field)
    if left_on and left_on < joined_on:
        return ActionError(_("退会日期不能早于入会日期。"), code="dates", field="left_on")
    return None


@transaction.atomic
def withdraw_membership_application(membership: Membership, *, actor: Any) -> Membership:
    """Withdraw an own application. Raises ActionError("state") once it is decided, NotAllowed."""
    membership = lock(membership)
    require(permissions.can_end_membership, actor, membership)
    return _withdraw(membership, actor)


@transaction.atomic
def leave_organization(membership: Membership, *, actor: Any) -> Membership:
    """End an own membership at once, without approval (rule 12). Raises ActionError("state") if not active, NotAllowed."""
    membership = lock(membership)
    require(permissions.can_end_membership, actor, membership)
    return _leave(membership, actor)


def end_memberships(person: Person, actor: Any) -> None:
    """End all memberships and applications of a person who leaves the registry."""
    _end_all(person.memberships, actor)


def close_memberships(organization: Organization, on: dt.date, actor: Any) -> None:
    """End all memberships and applications of an organization that is dissolved from the day `on`."""
    _end_all(organization.memberships, actor, on)


def _end_all(memberships, actor, on=None):
    for membership in memberships.open().select_for_update(of=("self",)):
        if membership.state == MembershipState.ACTIVE:
            _leave(membership, actor, on)
        else:
            _withdraw(membership, actor)


def erase_memberships(person: Person) -> None:
    """Anonymise the memberships of a person who is being erased.

    Rows with a first day stay, because they are counted; their reasons and histories are deleted. Applications that never
    became memberships are deleted.
    """
    rows = person.memberships.all()
    history.delete_with_history(rows.filter(joined_on__isnull=True))
    history.delete_history(rows)
    rows.exclude(reason="").update(reason="")
    history.delete_history(rows)


def _leave(membership, actor, on=None):
    left_on = max(on or clock.today(), membership.joined_on)
    return _end(membership, MembershipState.LEFT, "membership.left", actor, left_on=left_on)


def _withdraw(membership, actor):
    return _end(membership, MembershipState.WITHDRAWN, "membership.withdrawn", actor)


def _end(membership, state, verb, actor, **changes):
    person = membership.person
    return move(
        membership,
        state,
        table=MEMBERSHIP_TRANSITIONS,
        actor=actor,
        verb=verb,
        person=person,
        user=person.user,
        **{"due_on": None, **changes},
    )


def _decide(membership, state, verb, actor, **changes):
    return _end(membership, state, verb, actor, decided_by=actor, decided_at=clock.now(), **changes)


def _notify_person(membership, template):
    url = reverse("organizations:mine") if membership.person.user_id else ""
    notify(membership.person, template, url=url, membership=membership)
