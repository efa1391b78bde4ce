"""代表人士: nomination, two reviews, naming after a passed “四有” assessment, end of the term (domain.md rules 2 and 3)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, optional_reason, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move, require_state, step_back
from chengyang.platform.notices.actions import notify
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions
from ..models import Person, Representative
from ..states import (
    FIRST_REVIEW_DAYS,
    REPRESENTATIVE_REVIEWED,
    REPRESENTATIVE_TRANSITIONS,
    SECOND_REVIEW_DAYS,
    RepresentativeState,
)

CURRENT = (*REPRESENTATIVE_REVIEWED, RepresentativeState.NAMED)


@transaction.atomic
def nominate_representative(person: Person, *, starts: dt.date, ends: dt.date, actor: Any) -> Representative:
    """Nominate `person` for the term from `starts` to `ends` (exclusive).

    Raises ActionError("dates") if `ends` is not after `starts`, ("twice") if the person is a representative or under
    review, ("state") if not registered; NotAllowed outside the actor's subdistricts and for the actor themself.
    """
    person = lock(person)
    require(permissions.can_nominate, actor, person)
    if not person.is_active:
        raise ActionError(_("只有在册人士可以提名。"), code="state")
    if ends <= starts:
        raise ActionError(_("任期结束要晚于开始。"), code="dates", field="ends")
    if person.representations.filter(state__in=CURRENT).exists():
        raise ActionError(_("这个人已经是代表人士，或正在评定。"), code="twice")
    representative = person.representations.create(
        starts=starts,
        ends=ends,
        nominated_by=actor,
        due_on=due_on(clock.today(), FIRST_REVIEW_DAYS),
        is_demo=person.is_demo,
    )
    audit.record("representative.nominated", representative, actor=actor, person=person, user=person.user)
    return representative


@transaction.atomic
def first_review_representative(representative: Representative, *, actor: Any) -> Representative:
    """Pass the first review.

    Raises ActionError("state"); NotAllowed outside the actor's subdistricts and for the actor themself.
    """
    representative = lock(representative)
    require(permissions.can_first_review_representative, actor, representative)
    require_state(representative, RepresentativeState.NOMINATED)
    now = clock.now()
    return _move(
        representative,
        RepresentativeState.FIRST_REVIEWED,
        "representative.first_reviewed",
        actor,
        first_reviewer=actor,
        first_reviewed_at=now,
        due_on=due_on(now.date(), SECOND_REVIEW_DAYS),
    )


@transaction.atomic
def name_representative(representative: Representative, *, actor: Any) -> Representative:
    """Pass the second review and name the person a representative for the term.

    Raises ActionError("assessment") without a passed “四有” assessment that is valid today and not used for another term
    (rule 3), ("state"); NotAllowed for the first reviewer, the person and all but district staff (rule 2).
    """
    representative = lock(representative)
    require(permissions.can_name_representative, actor, representative)
    person = representative.person
    assessment = person.assessments.passed_on(clock.today()).filter(representative__isnull=True).first()
    if assessment is None:
        raise ActionError(_("要先通过“四有”评定，每一项都要有依据。"), code="assessment")
    named = _move(
        representative,
        RepresentativeState.NAMED,
        "representative.named",
        actor,
        second_reviewer=actor,
        named_at=clock.now(),
        assessment=assessment,
        is_public=bool(person.user and privacy.holds(person.user, "publication")),
        due_on=None,
        reason="",
    )
    notify(person, "members/named", url=_own_page_url(person), representative=named)
    return named


@transaction.atomic
def propose_decline_representative(representative: Representative, *, actor: Any, reason: str) -> Representative:
    """Propose to decline the nomination; another officer decides (rule 2).

    Raises ActionError("reason") without a reason, ("too_long"), ("state"); NotAllowed for actors who may not decide on it.
    """
    representative = lock(representative)
    require(permissions.can_decline_representative, actor, representative)
    return _move(
        representative,
        RepresentativeState.DECLINE_PROPOSED,
        "representative.decline_proposed",
        actor,
        declined_by=actor,
        reason=required_reason(reason),
        due_on=due_on(clock.today(), SECOND_REVIEW_DAYS),
    )


@transaction.atomic
def decline_representative(representative: Representative, *, actor: Any, reason: str = "") -> Representative:
    """Decline the nomination as another officer proposed; the person can read the reason on 我的数据.

    `reason` replaces that of the proposal. Raises ActionError("state"), ("too_long"); NotAllowed for the proposer, the person
    and all but district staff (rule 2).
    """
    representative = lock(representative)
    require(permissions.can_confirm_decline_of_representative, actor, representative)
    require_state(representative, RepresentativeState.DECLINE_PROPOSED)
    return _move(
        representative,
        RepresentativeState.DECLINED,
        "representative.declined",
        actor,
        decline_confirmed_by=actor,
        reason=optional_reason(reason) or representative.reason,
        due_on=None,
    )


@transaction.atomic
def resume_representative(representative: Representative, *, actor: Any, reason: str) -> Representative:
    """Reject the proposal to decline: the review goes on where it was. Raises as `decline_representative`, and ("reason")."""
    representative = lock(representative)
    require(permissions.can_confirm_decline_of_representative, actor, representative)
    require_state(representative, RepresentativeState.DECLINE_PROPOSED)
    had_first_review = representative.first_reviewer_id is not None
    return _move(
        representative,
        RepresentativeState.FIRST_REVIEWED if had_first_review else RepresentativeState.NOMINATED,
        "representative.resumed",
        actor,
        declined_by=None,
        reason=required_reason(reason),
        due_on=due_on(clock.today(), SECOND_REVIEW_DAYS if had_first_review else FIRST_REVIEW_DAYS),
    )


_DECIDERS = ("first_reviewer", "second_reviewer", "declined_by", "decline_confirmed_by")


@transaction.atomic
def undo_representative_review(representative: Representative, *, actor: Any) -> Representative:
    """Take the last decision on a nomination back, also that which named the person, who is then notified.

    Raises ActionError("state") when somebody has acted since; NotAllowed for all but the officers who decided.
    """
    representative = lock(representative)
    require(permissions.can_undo_representative_review, actor, representative)
    person = representative.person
    left = step_back(
        representative,
        (*CURRENT, RepresentativeState.DECLINED),
        (*_DECIDERS, "first_reviewed_at", "named_at", "assessment", "is_public", "due_on", "reason"),
        decided=_DECIDERS,
        actor=actor,
        verb="representative.review_undone",
        person=person,
        user=person.user,
    )
    if left == RepresentativeState.NAMED:
        notify(person, "members/naming_undone", url=_own_page_url(person), representative=representative)
    return representative


@transaction.atomic
def end_term_early(representative: Representative, *, actor: Any, reason: str) -> Representative:
    """End the term of a named representative today for a `reason` that the person reads.

    A term that begins today or later ends on its first day: it was entered by mistake. Raises ActionError("reason") without
    a reason, ("too_long"), ("state") if not named; NotAllowed for the person and all but district staff.
    """
    representative = lock(representative)
    require(permissions.can_end_term, actor, representative)
    reason = required_reason(reason)
    ends = min(max(clock.today(), representative.starts), representative.ends)
    changes = {"ends": ends, "is_public": False, "reason": reason}
    ended = _move(representative, RepresentativeState.ENDED, "representative.ended", actor, **changes)
    notify(ended.person, "members/term_ended_early", url=_own_page_url(ended.person), representative=ended)
    return ended


@transaction.atomic
def correct_term(
    representative: Representative, *, starts: dt.date, ends: dt.date, reason: str, actor: Any
) -> Representative:
    """Correct the dates of a named representative's term; the history keeps the former ones, and the person is notified.

    Raises ActionError("dates") if `ends` is not after `starts`, ("state") if not named, ("reason"), ("too_long"); NotAllowed
    for the person and all but district staff.
    """
    representative = lock(representative)
    require(permissions.can_end_term, actor, representative)
    if representative.state != RepresentativeState.NAMED:
        raise ActionError(_("只能更正在任代表人士的任期。"), code="state")
    if ends <= starts:
        raise ActionError(_("任期结束要晚于开始。"), code="dates", field="ends")
    fields = ["starts", "ends", "reason"]
    representative.starts, representative.ends, representative.reason = starts, ends, required_reason(reason)
    representative.save(update_fields=fields)
    person = representative.person
    audit.record(
        "representative.corrected", representative, actor=actor, person=person, user=person.user, fields=fields
    )
    notify(person, "members/term_corrected", url=_own_page_url(person), representative=representative)
    return representative


@transaction.atomic
def end_for_leaving(representative: Representative, *, actor: Any) -> Representative:
    """End a term, or decline a nomination, because the person leaves the registry (rule 12: without approval).

    A row that another transaction has just declined or ended is returned unchanged, so that leaving never fails.
    """
    representative = lock(representative)
    if representative.state not in CURRENT:
        return representative
    if representative.state != RepresentativeState.NAMED:
        return _move(
            representative, RepresentativeState.DECLINED, "representative.declined", actor, reason="", due_on=None
        )
    ends = max(clock.today(), representative.starts + dt.timedelta(days=1))  # a constraint: a term lasts a day at least
    ends = min(ends, representative.ends)
    return _move(representative, RepresentativeState.ENDED, "representative.ended", actor, ends=ends, is_public=False)


@transaction.atomic
def end_term(representative: Representative) -> Representative | None:
    """Set a term that is over to ENDED and notify the person; return None if there is nothing to do. Safe to repeat.

    Only the state is written late: `Representative.objects.on(day)` goes by the dates.
    """
    representative = lock(representative)
    if representative.state != RepresentativeState.NAMED or representative.ends > clock.today():
        return None
    ended = _move(representative, RepresentativeState.ENDED, "representative.ended", None)
    notify(ended.person, "members/term_ended", url=_own_page_url(ended.person), representative=ended)
    return ended


def _move(representative, state, verb, actor, **changes):
    person = representative.person
    return move(
        representative,
        state,
        table=REPRESENTATIVE_TRANSITIONS,
        actor=actor,
        verb=verb,
        person=person,
        user=person.user,
        **changes,
    )


def _own_page_url(person):
    return reverse("members:data") if person.user else ""
