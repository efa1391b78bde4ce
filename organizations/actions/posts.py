"""职务: who holds which post from a day to a day; nothing is overwritten (domain.md, 届 / 职务)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import audit, clock
from chengyang.accounts.reach import forget
from chengyang.audit.transitions import lock
from chengyang.errors import ActionError, require
from chengyang.notices.actions import tell
from chengyang.privacy import actions as privacy
from members.models import Person

from .. import permissions
from ..models import Organization, Post

ONE_DAY = dt.timedelta(days=1)


@transaction.atomic
def appoint(
    organization: Organization, *, person: Person, kind: str, starts: dt.date, ends: dt.date | None = None, actor: Any
) -> Post:
    """Give `person` the post `kind` from the day `starts` until the day `ends` (not included; None: open).

    There is one secretary: a predecessor's row gets its end on that day. The name is shown in public only with the
    person's consent. Raises ActionError("held") when the person holds it then, or a later secretary is appointed
    already, ("dates"), ("not_registered"), NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_appoint, actor, organization)
    _check(organization, person, kind, starts, ends)
    if kind == Post.Kind.SECRETARY:
        _end_predecessors(organization, starts, actor)
    shown = bool(person.user_id and privacy.holds(person.user, "publication"))
    post = organization.posts.create(
        person=person, kind=kind, starts=starts, ends=ends, is_public=shown, is_demo=person.is_demo
    )
    audit.record("post.started", post, actor=actor, person=person, user=person.user)
    _forget(person)
    tell(person, "organizations/appointed", url=_where(person), post=post)
    return post


def _check(organization, person, kind, starts, ends):
    if not person.is_active:
        raise ActionError(_("只有在册人士可以担任职务。"), code="not_registered", field="person")
    if ends and ends <= starts:
        raise ActionError(_("结束日期要晚于开始日期。"), code="dates", field="ends")
    same = organization.posts.filter(kind=kind)
    until = {"starts__lt": ends} if ends else {}
    if same.filter(person=person, **until).exclude(ends__lte=starts).exists():
        raise ActionError(_("%(person)s 这段时间已经担任这个职务。") % {"person": person}, code="held", field="person")
    if kind == Post.Kind.SECRETARY and same.filter(starts__gte=starts, **until).exists():
        raise ActionError(_("那天以后已经安排了秘书长，请先核对日期。"), code="held", field="starts")


def _end_predecessors(organization, on, actor):
    for post in organization.posts.filter(kind=Post.Kind.SECRETARY).on(on).select_related("person__user"):
        _end(post, on, actor)


@transaction.atomic
def end_post(post: Post, *, actor: Any, on: dt.date | None = None) -> Post:
    """End `post` on the day `on` (that day no longer belongs to it; today if not said).

    Raises ActionError("dates") on or before its first day, or after the end it has already.
    """
    post = lock(post)
    require(permissions.can_appoint, actor, post.organization)
    on = on or clock.today()
    if on <= post.starts or (post.ends and post.ends < on):
        raise ActionError(
            _("结束日期要晚于开始日期，也不能晚于已定的结束日期。"),
            code="dates",
            field="on",
            url=post.organization.get_absolute_url(),
        )
    return _end(post, on, actor)


def close_posts(organization: Organization, actor: Any) -> None:
    """End all posts of an organization that is dissolved."""
    today = clock.today()
    organization.posts.filter(starts__gt=today).delete()
    for post in organization.posts.exclude(ends__lte=today).select_related("person__user"):
        _end(post, max(today, post.starts + ONE_DAY), actor)


def _end(post, on, actor):
    post.ends = on
    post.save(update_fields=["ends"])
    person = post.person
    audit.record("post.ended", post, actor=actor, person=person, user=person.user)
    _forget(person)
    tell(person, "organizations/post_ended", url=_where(person), post=post)
    return post


def _forget(person):
    if person.user_id:
        forget(person.user)


def _where(person):
    return reverse("organizations:mine") if person.user_id else ""
