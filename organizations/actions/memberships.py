"""会员: somebody asks, the secretary accepts; leaving is the member's own and immediate (domain.md rule 12)."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays.deadlines import due_on
from members.models import Person

from .. import permissions
from ..models import Membership, Organization, Post
from ..states import MEMBERSHIP_TRANSITIONS, MembershipState, OrganizationState

DECIDE_WITHIN = 5  # working days; promised on the page of the application
TURNED_DOWN = "turned_down"  # the words stand in the row, never in the audit


@transaction.atomic
def apply_for_membership(organization: Organization, *, person: Person, actor: Any) -> Membership:
    """Ask for `person` to be taken in; the secretaries are told and decide within five working days.

    Safe to repeat: an open membership is returned. Raises ActionError("closed") for an organization that is not founded
    or not public, ("not_registered") for who is not in the registry, NotAllowed for somebody else.
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
    """Take the applicant in, from today. Raises ActionError("state"), ("left") for who has left the registry meanwhile,
    NotAllowed for oneself and for who does not keep the organization."""
    membership = lock(membership)
    require(permissions.can_decide_membership, actor, membership)
    if not membership.person.is_active:
        raise ActionError(_("申请人已经退出名册。"), code="left")
    accepted = _decide(
        membership, MembershipState.ACTIVE, "membership.accepted", actor, joined_on=clock.today(), reason=""
    )
    _tell_person(accepted, "membership_accepted")
    return accepted


@transaction.atomic
def decline_membership(membership: Membership, *, actor: Any, reason: str) -> Membership:
    """Do not take the applicant in; they read `reason` word for word. Raises ActionError("reason"), ("state")."""
    membership = lock(membership)
    require(permissions.can_decide_membership, actor, membership)
    reason = required_reason(reason)
    declined = _decide(
        membership, MembershipState.DECLINED, "membership.declined", actor, reason=reason, code=TURNED_DOWN
    )
    _tell_person(declined, "membership_declined")
    return declined


@transaction.atomic
def withdraw_membership_application(membership: Membership, *, actor: Any) -> Membership:
    """Take the application back before it is decided. Raises ActionError("state") afterwards."""
    membership = lock(membership)
    require(permissions.can_end_membership, actor, membership)
    return _withdraw(membership, actor)


@transaction.atomic
def leave_organization(membership: Membership, *, actor: Any) -> Membership:
    """End a membership at once; nobody approves it (rule 12). Raises ActionError("state") when it is not running."""
    membership = lock(membership)
    require(permissions.can_end_membership, actor, membership)
    return _leave(membership, actor)


def end_memberships(person: Person, actor: Any) -> None:
    """End all memberships and applications of somebody who leaves the registry."""
    _end_all(person.memberships, actor)


def close_memberships(organization: Organization, actor: Any) -> None:
    """End all memberships of an organization that is dissolved."""
    _end_all(organization.memberships, actor)


def _end_all(memberships, actor):
    for membership in memberships.open().select_for_update(of=("self",)):
        if membership.state == MembershipState.ACTIVE:
            _leave(membership, actor)
        else:
            _withdraw(membership, actor)


def erase_memberships(person: Person) -> None:
    """Keep that somebody was a member from a day to a day; drop the words."""
    rows = person.memberships.all()
    history.delete_with_history(rows.filter(joined_on__isnull=True))
    history.delete_history(rows)
    rows.exclude(reason="").update(reason="")
    history.delete_history(rows)


def _leave(membership, actor):
    return _end(membership, MembershipState.LEFT, "membership.left", actor, left_on=clock.today())


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
        due_on=None,
        **changes,
    )


def _decide(membership, state, verb, actor, **changes):
    return _end(membership, state, verb, actor, decided_by=actor, decided_at=clock.now(), **changes)


def _tell_person(membership, name):
    url = reverse("organizations:mine") if membership.person.user_id else ""
    notify(membership.person, f"organizations/{name}", url=url, membership=membership)
