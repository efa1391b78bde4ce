"""职务: how a post begins and ends, one way for organizations, bases and teams (domain.md, "届 / 职务"; rule 12).

Who may appoint and end is the app's to ask, before, under the lock of the body. Nothing is overwritten: a row gets its end.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock
from chengyang.platform.notices.actions import notify
from chengyang.platform.privacy import actions as privacy

from .access import clear_access_scope

ONE_DAY = dt.timedelta(days=1)


@transaction.atomic
def give(
    body: Any,
    *,
    person: Any,
    kind: str,
    starts: dt.date,
    ends: dt.date | None = None,
    alone: bool,
    actor: Any,
    url: str,
) -> Any:
    """Give `person` the post `kind` in `body` (locked) from `starts` until `ends` (not included; None: open).

    `alone`: one person holds it at a time, so a predecessor's row ends on that day. The name is shown in public only with
    the person's consent. They are told; `url` is where the notice leads. Raises ActionError("not_registered"), ("dates"),
    ("held") when the person holds it then, or somebody is appointed for later already.
    """
    _check(body, person, kind, starts, ends, alone)
    if alone:
        for post in body.posts.filter(kind=kind).on(starts).select_related("person__user"):
            _end(post, starts, actor, url)
    shown = bool(person.user_id and privacy.holds(person.user, "publication"))
    post = body.posts.create(
        person=person, kind=kind, starts=starts, ends=ends, is_public=shown, is_demo=person.is_demo
    )
    audit.record("post.started", post, actor=actor, person=person, user=person.user)
    _told(post, "accounts/appointed", url)
    return post


def _check(body, person, kind, starts, ends, alone):
    if not person.is_active:
        raise ActionError(_("只有在册人士可以担任职务。"), code="not_registered", field="person")
    if ends and ends <= starts:
        raise ActionError(_("结束日期要晚于开始日期。"), code="dates", field="ends")
    same = body.posts.filter(kind=kind)
    until = {"starts__lt": ends} if ends else {}
    if same.filter(person=person, **until).exclude(ends__lte=starts).exists():
        raise ActionError(_("%(person)s 这段时间已经担任这个职务。") % {"person": person}, code="held", field="person")
    if alone and (later := same.filter(starts__gte=starts, **until).first()):
        said = _("那天以后已经安排了%(kind)s，请先核对日期。") % {"kind": later.get_kind_display()}
        raise ActionError(said, code="held", field="starts")


@transaction.atomic
def end(post: Any, *, actor: Any, on: dt.date | None = None, url: str) -> Any:
    """End `post` (locked) on the day `on` (that day no longer belongs to it; None: today), and tell who held it.

    Raises ActionError("dates") on or before its first day, or after the end it has already.
    """
    on = on or clock.today()
    if on <= post.starts or (post.ends and post.ends < on):
        said = _("结束日期要晚于开始日期，也不能晚于已定的结束日期。")
        raise ActionError(said, code="dates", field="on", url=post.subject.get_absolute_url())
    return _end(post, on, actor, url)


@transaction.atomic
def lay_down(body: Any, *, actor: Any, url: str) -> int:
    """Lay down all posts of `actor` in `body`, at once and without approval (domain.md rule 12); return how many."""
    return end_all(lock(body).posts.own(actor), actor=actor, url=url)


@transaction.atomic
def end_all(posts: Any, *, actor: Any, url: str | None) -> int:
    """End the running ones of `posts` today and drop those that have not begun; return how many there were.

    One of today is kept as one day. `url` None tells nobody: whoever leaves the registry is told that once.
    """
    today = clock.today()
    rows = list(posts.exclude(ends__lte=today).select_for_update(of=("self",)).select_related("person__user"))
    for post in rows:
        if post.starts > today:
            _drop(post, actor)
        else:
            _end(post, max(today, post.starts + ONE_DAY), actor, url)
    return len(rows)


def _drop(post, actor):
    audit.record("post.ended", post, actor=actor, person=post.person, user=post.person.user)
    post.delete()


def _end(post, on, actor, url):
    post.ends = on
    post.save(update_fields=["ends"])
    audit.record("post.ended", post, actor=actor, person=post.person, user=post.person.user)
    if url is not None:
        _told(post, "accounts/post_ended", url)
    return post


def _told(post, template, url):
    person = post.person
    if person.user_id:
        clear_access_scope(person.user)
    notify(person, template, url=url if person.user_id else "", post=post)
