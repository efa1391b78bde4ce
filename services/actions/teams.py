"""Service teams: creating, editing and closing them, and the posts in them."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.accounts import organizing, posts
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit
from chengyang.platform.audit.transitions import lock
from members.models import Person

from .. import permissions
from ..models import Alliance, Post, Team
from .alerts import notify_waiting
from .requests import take_back_requests
from .volunteers import decline_applications_to, settle_application


@transaction.atomic
def create_team(*, actor, **data) -> Team:
    """Create a team, not public, from `data` (names in OFFICE_FIELDS and EDITABLE_FIELDS), in the alliance of the district.

    Raises ActionError("invalid") with the field that the model refuses, ("alliance") before the alliance is entered,
    NotAllowed outside the actor's subdistricts.
    """
    alliance = Alliance.objects.first()
    if alliance is None:
        raise ActionError(_("还没有建立服务联盟，不能添加服务队。"), code="alliance")
    return organizing.create(Team(alliance=alliance, founded_on=clock.today(), **data), actor=actor)


@transaction.atomic
def edit_team(team: Team, *, actor, **data) -> Team:
    """Change `data` (names in EDITABLE_FIELDS, and for the responsible staff in OFFICE_FIELDS).

    Raises NotAllowed, ActionError("invalid") naming the field, TypeError for a name that cannot be edited.
    """
    team = lock(team)
    require(permissions.can_edit_team, actor, team)
    organizing.change(team, data, actor=actor)
    return team


@transaction.atomic
def close_team(team: Team, *, actor) -> Team:
    """Close `team` today: its posts end, and its open requests go to the office with their due dates. Its page stays.

    Raises NotAllowed for all but district staff, ActionError("state") when it is closed already.
    """
    team = lock(team)
    require(permissions.can_close_team, actor, team)
    if team.closed_on:
        raise ActionError(_("这支服务队已经停止。"), code="state")
    team.closed_on = clock.today()
    team.save(update_fields=["closed_on"])
    audit.record("team.closed", team, actor=actor, fields=["closed_on"])
    posts.end_all(team.posts.all(), actor=actor, url=_notice_url())
    decline_applications_to(team, actor)
    for offer in team.offers.filter(alerts__isnull=False).distinct():
        notify_waiting(offer)
    take_back_requests(team, actor)
    return team


@transaction.atomic
def appoint(team: Team, *, person: Person, kind: str, starts: dt.date, actor: Any) -> Post:
    """Appoint `person` as leader of `team`, or as volunteer in it, from the day `starts`; the leader before ends then.

    An open application of `person` to the team is accepted with it.     Raises ActionError as `posts.appoint`, ("state") for a closed team, and NotAllowed. Staff appoint leaders; staff and the leader appoint volunteers.
    """
    team = lock(team)
    if team.closed_on:
        raise ActionError(_("这支服务队已经停止。"), code="state", field="team")
    alone = kind == Post.Kind.LEADER
    require(permissions.can_appoint if alone else permissions.can_appoint_volunteer, actor, team)
    post = posts.appoint(team, person=person, kind=kind, starts=starts, alone=alone, actor=actor, url=_notice_url())
    settle_application(post, actor=actor)
    return post


@transaction.atomic
def end_post(post: Post, *, actor: Any, reason: str, on: dt.date | None = None) -> Post:
    """End `post` on the day `on` (exclusive; default: today, or its first day); its holder reads `reason`.

    Raises ActionError as the function `chengyang.platform.accounts.posts.end`, and NotAllowed.
    """
    post = lock(post)
    require(permissions.can_end_post, actor, post)
    return posts.end(post, actor=actor, reason=reason, on=on, url=_notice_url())


@transaction.atomic
def correct_post(post: Post, *, actor: Any, starts: dt.date, ends: dt.date | None, reason: str) -> Post:
    """Correct the first day and the end of `post`; its holder reads `reason`.

    Raises ActionError as the function `chengyang.platform.accounts.posts.correct`, and NotAllowed.
    """
    lock(post.team)
    post = lock(post)
    require(permissions.can_end_post, actor, post)
    return posts.correct(post, actor=actor, starts=starts, ends=ends, reason=reason, url=_notice_url())


@transaction.atomic
def describe_post(post: Post, *, actor: Any, skills: str = "", times: str = "", by_name: bool | None = None) -> Post:
    """Write what the holder of `post` can do and when they have time, and whether they may be asked by name (None: as before).

    Only the holder says the last. Raises NotAllowed, ActionError("state") once it is over, ("skills") when somebody without
    skills is to be asked by name.
    """
    post = lock(post)
    require(permissions.can_describe_post, actor, post)
    if post.ends is not None and post.ends <= clock.today():
        raise ActionError(_("已经不在这支队里，不用再写。"), code="state")
    data: dict[str, Any] = {"skills": skills.strip(), "times": times.strip()}
    if by_name is not None and by_name != post.by_name:
        require(permissions.can_agree_to_be_named, actor, post)
        data["by_name"] = by_name
    if data.get("by_name", post.by_name) and not data["skills"]:
        raise ActionError(_("先写会什么，别人才知道为什么请。"), code="skills", field="skills")
    edit(post, data, fields=("skills", "times", "by_name"), verb="team_post.described", actor=actor)
    return post


def delete_offers_of(person: Person) -> None:
    """Erase what `person` wrote about skills and times in all teams, also from the history of the posts."""
    rows = Post.objects.filter(person=person)
    rows.update(skills="", times="", by_name=False)
    history = Post.pgh_event_model._base_manager  # type: ignore[attr-defined]
    history.filter(pgh_obj_id__in=rows.values("pk")).update(skills="", times="")


def resign(team: Team, *, actor: Any) -> int:
    """End all posts of `actor` in `team` today, without approval (domain.md rule 12); return how many."""
    return posts.resign(team, actor=actor, url=_notice_url())


def _notice_url():
    return reverse("me:home")
