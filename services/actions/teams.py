"""Service teams: their editable fields and the posts in them."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse

from chengyang.errors import require
from chengyang.platform.accounts import posts
from chengyang.platform.audit.editing import edit
from chengyang.platform.audit.transitions import lock
from members.models import Person

from .. import permissions
from ..models import Post, Team


@transaction.atomic
def edit_team(team: Team, *, actor, **data) -> Team:
    """Edit `data` (names in `Team.EDITABLE_FIELDS`). Raises NotAllowed, ActionError("invalid") naming the field."""
    team = lock(team)
    require(permissions.can_edit_team, actor, team)
    edit(team, data, fields=Team.EDITABLE_FIELDS, verb="team.updated", actor=actor)
    return team


@transaction.atomic
def appoint(team: Team, *, person: Person, kind: str, starts: dt.date, actor: Any) -> Post:
    """Appoint `person` as leader of `team`, or as volunteer in it, from the day `starts`; the leader before ends then.

    Raises ActionError as `posts.appoint`, and NotAllowed. Staff appoint leaders; staff and the leader appoint volunteers.
    """
    team = lock(team)
    alone = kind == Post.Kind.LEADER
    require(permissions.can_appoint if alone else permissions.can_appoint_volunteer, actor, team)
    return posts.appoint(team, person=person, kind=kind, starts=starts, alone=alone, actor=actor, url=_notice_url())


@transaction.atomic
def end_post(post: Post, *, actor: Any, on: dt.date | None = None) -> Post:
    """End `post` on the day `on` (not included; None: today). Raises NotAllowed, ActionError("dates") for an impossible day."""
    post = lock(post)
    require(permissions.can_end_post, actor, post)
    return posts.end(post, actor=actor, on=on, url=_notice_url())


def resign(team: Team, *, actor: Any) -> int:
    """End all posts of `actor` in `team` today, without approval (domain.md rule 12); return how many."""
    return posts.resign(team, actor=actor, url=_notice_url())


def _notice_url():
    return reverse("me:home")
