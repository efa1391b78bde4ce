"""职务 in organizations: who holds which post from a day to a day (domain.md, "届 / 职务")."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse

from chengyang.errors import require
from chengyang.platform.accounts import posts
from chengyang.platform.audit.transitions import lock
from members.models import Person

from .. import permissions
from ..models import Organization, Post


@transaction.atomic
def appoint(
    organization: Organization, *, person: Person, kind: str, starts: dt.date, ends: dt.date | None = None, actor: Any
) -> Post:
    """Give `person` the post `kind` from the day `starts` until the day `ends` (not included; None: open).

    There is one secretary: a predecessor's row gets its end on that day. Raises ActionError as `posts.appoint`, NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_appoint, actor, organization)
    alone = kind == Post.Kind.SECRETARY
    return posts.appoint(
        organization, person=person, kind=kind, starts=starts, ends=ends, alone=alone, actor=actor, url=_where()
    )


@transaction.atomic
def end_post(post: Post, *, actor: Any, on: dt.date | None = None) -> Post:
    """End `post` on the day `on` (that day no longer belongs to it; today if not said).

    Raises ActionError("dates") on or before its first day, or after the end it has already.
    """
    post = lock(post)
    require(permissions.can_appoint, actor, post.organization)
    return posts.end(post, actor=actor, on=on, url=_where())


def resign(organization: Organization, *, actor: Any) -> int:
    """End all posts of `actor` in `organization` today, without approval (domain.md rule 12); return how many."""
    return posts.resign(organization, actor=actor, url=_where())


def close_posts(organization: Organization, actor: Any) -> None:
    """End all posts of an organization that is dissolved."""
    posts.end_all(organization.posts.all(), actor=actor, url=_where())


def _where():
    return reverse("organizations:mine")
