"""All write actions on bases: creating, opening, closing, editing, honours and posts."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.accounts import organizing, posts
from chengyang.platform.audit.transitions import lock, move
from members.models import Person

from .. import permissions
from ..models import Base, Post
from ..states import TRANSITIONS, BaseState
from .hours import write_opening_times


@transaction.atomic
def open_base(base: Base, *, actor) -> Base:
    """Open `base` for operation.

    Raises ActionError("assessment") without a passed “六有” assessment of the last twelve months (domain.md rule 4),
    ("state") if the base is not in preparation; NotAllowed.
    """
    base = lock(base)
    require(permissions.can_open_base, actor, base)
    if not base.assessments.passed_on(clock.today()).exists():
        raise ActionError(_("要先通过“六有”评定（十二个月以内），才能启用。"), code="assessment")
    opened = base.opened_on or clock.today()
    changes: dict[str, Any] = {"opened_on": opened, "opened_text": base.opened_text or opened.isoformat()}
    return move(base, BaseState.OPERATING, table=TRANSITIONS, actor=actor, verb="base.opened", **changes)


@transaction.atomic
def close_base(base: Base, *, actor) -> Base:
    """Close `base`; its page and past activities stay. Raises ActionError("state") if it is closed already, NotAllowed."""
    base = lock(base)
    require(permissions.can_close_base, actor, base)
    return move(base, BaseState.CLOSED, table=TRANSITIONS, actor=actor, verb="base.closed", closed_on=clock.today())


@transaction.atomic
def create_base(*, actor, **data) -> Base:
    """Create a base in preparation, not public, from `data` (names in OFFICE_FIELDS and EDITABLE_FIELDS).

    Raises ActionError("invalid") with the field that the model refuses, NotAllowed outside the actor's subdistricts.
    """
    base = organizing.create(Base(**data), actor=actor)
    write_opening_times(base)
    return base


@transaction.atomic
def edit_base(base: Base, *, actor, **data) -> Base:
    """Change `data` (names in EDITABLE_FIELDS, and for the responsible staff in OFFICE_FIELDS).

    Raises ActionError("invalid") with the field that the model refuses, TypeError for a name that cannot be edited,
    NotAllowed.
    """
    base = lock(base)
    require(permissions.can_edit_base, actor, base)
    _require_whole_place(base, data)
    if "hours" in organizing.change(base, data, actor=actor):
        write_opening_times(base)
    return base


def _require_whole_place(base: Base, data: Mapping[str, Any]) -> None:
    """Raise ActionError("invalid") when only one of the two coordinates is given: `edit` validates only what changes."""
    place = [data.get(name, getattr(base, name)) for name in ("latitude", "longitude")]
    if None in place and place != [None, None]:
        raise ActionError(_("经度和纬度要一起写。"), code="invalid", field="longitude")


@transaction.atomic
def appoint(base: Base, *, person: Person, kind: str, starts: dt.date, actor: Any) -> Post:
    """Appoint `person` to the post `kind` at `base` from the day `starts`.

    A base has one manager: the current one's post ends on `starts`. Raises ActionError with the codes of the function in
    `chengyang.platform.accounts.posts.appoint`, and NotAllowed.
    """
    base = lock(base)
    require(permissions.can_appoint, actor, base)
    alone = kind == Post.Kind.MANAGER  # the predecessor's post ends
    return posts.appoint(base, person=person, kind=kind, starts=starts, alone=alone, actor=actor, url=_own_posts_url())


@transaction.atomic
def end_post(post: Post, *, actor: Any, reason: str, on: dt.date | None = None) -> Post:
    """End `post` on the day `on` (exclusive; default: today, or its first day); its holder reads `reason`.

    Raises ActionError as the function `chengyang.platform.accounts.posts.end`, and NotAllowed.
    """
    post = lock(post)
    require(permissions.can_appoint, actor, post.base)
    return posts.end(post, actor=actor, reason=reason, on=on, url=_own_posts_url())


@transaction.atomic
def correct_post(post: Post, *, actor: Any, starts: dt.date, ends: dt.date | None, reason: str) -> Post:
    """Correct the first day and the end of `post`; its holder reads `reason`.

    Raises ActionError as the function `chengyang.platform.accounts.posts.correct`, and NotAllowed.
    """
    lock(post.base)
    post = lock(post)
    require(permissions.can_appoint, actor, post.base)
    return posts.correct(post, actor=actor, starts=starts, ends=ends, reason=reason, url=_own_posts_url())


def resign(base: Base, *, actor: Any) -> int:
    """End all posts of `actor` at `base` today, without approval (domain.md rule 12); return their number."""
    return posts.resign(base, actor=actor, url=_own_posts_url())


def _own_posts_url():
    return reverse("me:home")
