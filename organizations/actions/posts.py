"""职务: posts in organizations, each with a first day and perhaps an end (domain.md, "届 / 职务")."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse

from chengyang.errors import require
from chengyang.platform.accounts import posts
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from members.models import Person

from .. import permissions
from ..models import Organization, Post


@transaction.atomic
def appoint(
    organization: Organization, *, person: Person, kind: str, starts: dt.date, ends: dt.date | None = None, actor: Any
) -> Post:
    """Appoint `person` to the post `kind` from the day `starts` until the day `ends` (exclusive; None: no end).

    An organization has one secretary: the current one's post ends on `starts`. Raises ActionError with the codes of the
    function `chengyang.platform.accounts.posts.appoint`, and NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_appoint, actor, organization)
    alone = kind == Post.Kind.SECRETARY  # the predecessor's post ends
    return posts.appoint(
        organization, person=person, kind=kind, starts=starts, ends=ends, alone=alone, actor=actor, url=own_posts_url()
    )


@transaction.atomic
def end_post(post: Post, *, actor: Any, reason: str, on: dt.date | None = None) -> Post:
    """End `post` on the day `on` (exclusive; default: today, or its first day); its holder reads `reason`.

    Raises ActionError as the function `chengyang.platform.accounts.posts.end`, and NotAllowed.
    """
    post = lock(post)
    require(permissions.can_appoint, actor, post.organization)
    return posts.end(post, actor=actor, reason=reason, on=on, url=own_posts_url())


@transaction.atomic
def correct_post(post: Post, *, actor: Any, starts: dt.date, ends: dt.date | None, reason: str) -> Post:
    """Correct the first day and the end of `post`; its holder reads `reason`.

    Raises ActionError as the function `chengyang.platform.accounts.posts.correct`, and NotAllowed.
    """
    lock(post.organization)
    post = lock(post)
    require(permissions.can_appoint, actor, post.organization)
    return posts.correct(post, actor=actor, starts=starts, ends=ends, reason=reason, url=own_posts_url())


def resign(organization: Organization, *, actor: Any) -> int:
    """End all posts of `actor` in `organization` today, without approval (domain.md rule 12); return their number."""
    return posts.resign(organization, actor=actor, url=own_posts_url())


def end_posts_on(
    rows: Iterable[Post], on: dt.date, *, reason: str, actor: Any, quiet: Collection[int] = ()
) -> dict[str, str]:
    """End the posts `rows` on the day `on`, or on their first day if that is later; their holders read `reason`.

    Those in `quiet` (keys of posts) get no notice. Returns key of each post → the end that it had, or "", for `restore_ends`.
    """
    ended = {}
    for row in rows:
        post = lock(row)
        ended[str(post.pk)] = post.ends.isoformat() if post.ends else ""
        url = None if post.pk in quiet else own_posts_url()
        posts.end(post, actor=actor, reason=reason, on=max(on, post.starts), url=url)
    return ended


def restore_ends(ended: Mapping[str, str], *, actor: Any) -> None:
    """Give posts the ends back that they had before `end_posts_on` returned them as `ended`."""
    for key, before in ended.items():
        post = lock(Post(pk=int(key)))
        post.ends, post.reason = dt.date.fromisoformat(before) if before else None, ""
        post.save(update_fields=["ends", "reason"])
        person = post.person
        audit.record("post.corrected", post, actor=actor, person=person, user=person.user, fields=["ends", "reason"])


def own_posts_url() -> str:
    """Return the address at which people read their posts."""
    return reverse("organizations:mine")
