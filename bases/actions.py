"""Every write on bases: opening, closing, facts, honours and posts."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import audit, clock
from chengyang.accounts.reach import forget
from chengyang.audit.transitions import lock, move
from chengyang.errors import ActionError, require

from . import permissions
from .models import Base, Honour, Post
from .states import TRANSITIONS, BaseState

EDITABLE = ("place", "address", "hours", "summary", "contact")


@transaction.atomic
def open_base(base: Base, *, actor) -> Base:
    """Set `base` operating; it needs its six-haves assessed within the last twelve months (domain.md rule 4).

    Raises ActionError("assessment") without one, ActionError("state") when it is not being prepared.
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
    """Close `base`; its page stays, its past activities too. Raises ActionError("state") when it is closed already."""
    base = lock(base)
    require(permissions.can_close_base, actor, base)
    return move(base, BaseState.CLOSED, table=TRANSITIONS, actor=actor, verb="base.closed")


@transaction.atomic
def edit_base(base: Base, *, actor, **facts) -> Base:
    """Write the facts a manager keeps (`EDITABLE`: place, address, hours, summary, contact); others are not taken."""
    base = lock(base)
    require(permissions.can_edit_base, actor, base)
    changed = [name for name in EDITABLE if name in facts and getattr(base, name) != facts[name]]
    for name in changed:
        setattr(base, name, facts[name])
    if changed:
        base.save(update_fields=changed)
        audit.record("base.updated", base, actor=actor, fields=changed)
    return base


@transaction.atomic
def add_honour(base: Base, *, actor, title: str, level: str, year: int | None = None, note: str = "") -> Honour:
    """Give `base` an honour. Raises ActionError("twice") when it has one of this title."""
    base = lock(base)
    require(permissions.can_honour, actor, base)
    if base.honours.filter(title=title).exists():
        raise ActionError(_("这项荣誉已经登记过。"), code="twice", field="title")
    honour = base.honours.create(title=title, level=level, year=year, note=note)
    audit.record("honour.added", base, actor=actor)
    return honour


@transaction.atomic
def appoint(base: Base, *, person, kind: str, starts, actor) -> Post:
    """Give `person` the post `kind` at `base` from the day `starts`; a manager's predecessor ends that day.

    Nothing is overwritten: the predecessor's row gets its end (domain.md, 届 / 职务). Raises ActionError("held") when
    the person holds this post on that day already, or when a later manager is already appointed.
    """
    base = lock(base)
    require(permissions.can_appoint, actor, base)
    held = base.posts.filter(kind=kind).on(starts)
    if held.filter(person=person).exists():
        raise ActionError(_("%(person)s 那天已经担任这个职务。") % {"person": person}, code="held", field="person")
    if kind == Post.Kind.MANAGER:
        if base.posts.filter(kind=kind, starts__gte=starts).exists():
            raise ActionError(_("那天以后已经安排了负责人，请先核对日期。"), code="held", field="starts")
        held.update(ends=starts)
    post = base.posts.create(person=person, kind=kind, starts=starts)
    audit.record("post.started", base, actor=actor, person=person)
    _forget(person)
    return post


@transaction.atomic
def end_post(post: Post, *, on, actor) -> Post:
    """End `post` on the day `on` (that day no longer belongs to it). Raises ActionError("dates") before its start."""
    post = lock(post)
    require(permissions.can_appoint, actor, post.base)
    if on <= post.starts or (post.ends and post.ends < on):
        raise ActionError(_("结束日期要晚于开始日期，也不能晚于已定的结束日期。"), code="dates", field="on")
    post.ends = on
    post.save(update_fields=["ends"])
    audit.record("post.ended", post.base, actor=actor, person=post.person)
    _forget(post.person)
    return post


def _forget(person):
    if person.user_id:
        forget(person.user)
