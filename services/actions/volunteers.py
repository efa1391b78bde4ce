"""入队申请: applying to volunteer in a team, deciding on applications, and what happens when a person leaves."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.accounts import posts
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import validate
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays.deadlines import due_on
from members.models import Person

from .. import permissions
from ..models import Post, Team, TeamApplication
from ..states import TEAM_APPLICATION_TRANSITIONS, TeamApplicationState
from .handling import leaders_of

DECIDE_WITHIN = 5  # working days; promised on the page of the application
KEPT_FOR = dt.timedelta(days=90)  # how long an application that led to no post is kept after it ended
State = TeamApplicationState


@transaction.atomic
def apply_to_team(team: Team, *, person: Person, actor: Any, skills: str, times: str) -> TeamApplication:
    """Apply for `person` to volunteer in `team`, with what they can do and when; its leaders are notified and have five working days.

    Safe to repeat: an open application is returned. Somebody who has left the team applies again. Raises NotAllowed for another
    person, ActionError `not_registered`, `closed` (a closed team, or not public), `member` (in the team already) and
    `invalid` naming the field.
    """
    team, person = lock(team), lock(person)
    require(permissions.can_apply_to_team, actor, person)
    if not person.is_active:
        raise ActionError(_("先入册，再报名当队员。"), code="not_registered", url=reverse("members:join"))
    if team.closed_on or not team.is_published:
        raise ActionError(_("这支队现在不收队员。"), code="closed", url=team.get_absolute_url())
    if known := team.applications.filter(person=person, state=State.APPLIED).first():
        return known
    if _posts_in(team, person).exists():
        raise ActionError(
            _("你已经在这支队里。"), code="member", url=reverse("services:team-members", args=[team.slug])
        )
    now = clock.now()
    row = TeamApplication(
        team=team,
        person=person,
        skills=skills.strip(),
        times=times.strip(),
        applied_at=now,
        due_on=due_on(now.date(), DECIDE_WITHIN),
        is_demo=person.is_demo,
    )
    validate(row)
    row.save(force_insert=True)
    audit.record("team_application.applied", row, actor=actor, person=person, user=person.user)
    url = reverse("admin:staff_decide", args=["team-application", row.public_id])
    for leader in leaders_of([team.pk]):
        notify(leader, "services/team_applied", url=url, application=row)
    return row


@transaction.atomic
def accept_application(application: TeamApplication, *, actor: Any) -> TeamApplication:
    """Take the applicant in as a volunteer from today, with the skills and times that they wrote; who was appointed meanwhile keeps that post.

    Raises NotAllowed, also for an own application, ActionError `state`, `left` (the registry), `closed` (the team).
    """
    team, row = lock(application.team), lock(application)
    require(permissions.can_decide_application, actor, row)
    _require_open(team, row)
    url = reverse("services:team-members", args=[team.slug])
    accepted = _decide(row, State.ACCEPTED, "team_application.accepted", actor)
    if held := _posts_in(team, row.person).first():
        _describe(held, row)
        return accepted
    kind = Post.Kind.VOLUNTEER
    post = posts.appoint(team, person=row.person, kind=kind, starts=clock.today(), alone=False, actor=actor, url=url)
    _describe(post, row)
    accepted.post = post
    accepted.save(update_fields=["post"])
    return accepted


def settle_application(post: Post, *, actor: Any) -> None:
    """Accept the open application of the holder of `post`, who was appointed to it (its team is locked by the caller)."""
    row = post.team.applications.filter(person=post.person, state=State.APPLIED).select_for_update().first()
    if row is not None:
        _describe(post, row)
        _decide(row, State.ACCEPTED, "team_application.accepted", actor, post=post)


def _posts_in(team, person):
    """Return the posts of `person` in `team` that have not ended."""
    return team.posts.valid().filter(person=person).exclude(ends__lte=clock.today())


def _describe(post, row):
    """Write what the applicant can do and when into `post`, unless something stands there."""
    if not post.skills:
        post.skills, post.times = row.skills, row.times
        post.save(update_fields=["skills", "times"])


@transaction.atomic
def decline_application(application: TeamApplication, *, actor: Any, reason: str) -> TeamApplication:
    """Decline the application; the applicant reads `reason`. Raises NotAllowed, ActionError("reason"), ("too_long"), ("state")."""
    row = lock(application)
    require(permissions.can_decide_application, actor, row)
    reason = required_reason(reason, missing=_("不收要写理由，本人会看到。"))
    row = _decide(row, State.DECLINED, "team_application.declined", actor, reason=reason)
    notify(row.person, "services/team_declined", url=row.get_absolute_url(), application=row)
    return row


@transaction.atomic
def withdraw_application(application: TeamApplication, *, actor: Any) -> TeamApplication:
    """Take an open application back. Raises NotAllowed for anybody but the applicant, and once it is decided."""
    row = lock(application)
    require(permissions.can_withdraw_application, actor, row)
    return _decide(row, State.WITHDRAWN, "team_application.withdrawn", actor)


@transaction.atomic
def reopen_team_application(application: TeamApplication, *, actor: Any) -> TeamApplication:
    """Take a decision back: the application waits again, a post that began with it ends, and the applicant is notified.

    Raises NotAllowed, ActionError `state` for one that is not decided, and when the post has ended or another application
    waits, `left` (the registry), `closed` (the team).
    """
    team, row = lock(application.team), lock(application)
    require(permissions.can_decide_application, actor, row)
    _require_open(team, row)
    if row.state not in (State.ACCEPTED, State.DECLINED):
        raise ActionError(_("这份申请已经有了变化，不能撤销。"), code="state")
    if team.applications.filter(person=row.person, state=State.APPLIED).exists():
        raise ActionError(_("本人已经重新申请，不能撤销。"), code="state")
    if row.state == State.ACCEPTED:
        post = lock(row.post) if row.post else None
        if post is None or post.ends is not None:
            raise ActionError(_("这份申请已经有了变化，不能撤销。"), code="state")
        posts.end(post, actor=actor, reason=_("收下的决定撤回了，重新看。"), on=post.starts, url=None)
    due = due_on(clock.today(), DECIDE_WITHIN)
    changes: dict[str, Any] = {"post": None, "decided_by": None, "decided_at": None, "reason": "", "due_on": due}
    row = move(
        row,
        State.APPLIED,
        table=TEAM_APPLICATION_TRANSITIONS,
        actor=actor,
        verb="team_application.decision_undone",
        person=row.person,
        user=row.person.user,
        **changes,
    )
    notify(row.person, "services/team_undone", url=row.get_absolute_url(), application=row)
    return row


def _require_open(team, row):
    if not row.person.is_active:
        raise ActionError(_("申请人已经退出名册。"), code="left")
    if team.closed_on:
        raise ActionError(_("这支服务队已经停止。"), code="closed")


def _decide(row, state, verb, actor, **changes):
    changes = {"decided_by": actor, "decided_at": clock.now(), "due_on": None, **changes}
    person = row.person
    return move(
        row,
        state,
        table=TEAM_APPLICATION_TRANSITIONS,
        actor=actor,
        verb=verb,
        person=person,
        user=person.user,
        **changes,
    )


def withdraw_applications_of(person: Person, actor: Any) -> None:
    """Withdraw the open applications of `person`, who leaves the registry."""
    rows = person.team_applications.filter(state=State.APPLIED).select_for_update(of=("self",))
    for row in rows.select_related("person__user"):
        _decide(row, State.WITHDRAWN, "team_application.withdrawn", actor)


def decline_applications_to(team: Team, actor: Any) -> None:
    """Decline the open applications to `team` (locked), which closes, and notify the applicants."""
    rows = team.applications.filter(state=State.APPLIED).select_for_update(of=("self",))
    for row in rows.select_related("person__user"):
        row = _decide(row, State.DECLINED, "team_application.declined", actor, reason=_("这支服务队停止了。"))
        notify(row.person, "services/team_declined", url=row.get_absolute_url(), application=row)


def erase_applications(person: Person) -> None:
    """Delete the applications of `person`, with their history."""
    history.delete_with_history(person.team_applications.all())


@transaction.atomic
def delete_old_applications() -> int:
    """Delete the applications without a post that ended more than 90 days ago; return how many. Safe to repeat."""
    ended = TeamApplication.objects.filter(state__in=(State.DECLINED, State.WITHDRAWN))
    return history.delete_with_history(ended.filter(decided_at__lt=clock.now() - KEPT_FOR), skip_locked=True)
