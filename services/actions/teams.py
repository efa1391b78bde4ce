"""Service teams: their facts, their leader, and who is in them."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import audit, clock
from chengyang.accounts.reach import forget
from chengyang.audit.transitions import lock
from chengyang.errors import ActionError, require

from .. import permissions
from ..models import Post, Team

EDITABLE = ("services", "summary", "contact")


@transaction.atomic
def edit_team(team: Team, *, actor, **facts) -> Team:
    """Write the facts a leader keeps (`EDITABLE`: services, summary, contact); others are not taken."""
    team = lock(team)
    require(permissions.can_edit_team, actor, team)
    changed = [name for name in EDITABLE if name in facts and getattr(team, name) != facts[name]]
    for name in changed:
        setattr(team, name, facts[name])
    if changed:
        team.save(update_fields=changed)
        audit.record("team.updated", team, actor=actor, fields=changed)
    return team


@transaction.atomic
def appoint(team: Team, *, person, starts: dt.date, actor) -> Post:
    """Make `person` the leader of `team` from the day `starts`; the predecessor ends that day."""
    team = lock(team)
    require(permissions.can_appoint, actor, team)
    leaders = team.posts.filter(kind=Post.Kind.LEADER)
    if leaders.filter(starts__gte=starts).exists():
        raise ActionError(_("那天以后已经安排了队长，请先核对日期。"), code="held", field="starts")
    leaders.on(starts).update(ends=starts)
    return _give(team, person, Post.Kind.LEADER, starts, actor)


@transaction.atomic
def take_in(team: Team, *, person, actor) -> Post:
    """Take `person` into `team` from today. Raises ActionError("held") when they are in it."""
    team = lock(team)
    require(permissions.can_take_in, actor, team)
    today = clock.today()
    if team.posts.filter(person=person).on(today).exists():
        raise ActionError(_("%(person)s 已经在队里。") % {"person": person}, code="held")
    return _give(team, person, Post.Kind.VOLUNTEER, today, actor)


def _give(team, person, kind, starts, actor):
    post = team.posts.create(person=person, kind=kind, starts=starts)
    audit.record("post.started", team, actor=actor, person=person)
    if person.user_id:
        forget(person.user)
    return post


@transaction.atomic
def end_post(post: Post, *, on: dt.date, actor) -> Post:
    """End `post` on the day `on` (that day no longer belongs to it). Raises ActionError("dates") before its start."""
    post = lock(post)
    require(permissions.can_take_in, actor, post.team)
    return _end(post, on, actor)


@transaction.atomic
def leave_team(post: Post, *, actor) -> Post:
    """Leave a team, at once and without approval (domain.md rule 12)."""
    post = lock(post)
    require(permissions.can_leave_team, actor, post)
    return _end(post, max(clock.today(), post.starts + dt.timedelta(days=1)), actor)


def _end(post, on, actor):
    if on <= post.starts or (post.ends and post.ends < on):
        raise ActionError(_("结束日期要晚于开始日期，也不能晚于已定的结束日期。"), code="dates", field="on")
    post.ends = on
    post.save(update_fields=["ends"])
    audit.record("post.ended", post.team, actor=actor, person=post.person)
    if post.person.user_id:
        forget(post.person.user)
    return post
