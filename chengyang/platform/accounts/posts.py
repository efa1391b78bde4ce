"""Starting and ending posts (职务) in organizations, bases and teams (domain.md, "届 / 职务"; rule 12).

The calling app checks before, under the lock of the organizer, whether the actor may do it. No row is overwritten: a post
gets an end date.
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
def appoint(
    organizer: Any,
    *,
    person: Any,
    kind: str,
    starts: dt.date,
    ends: dt.date | None = None,
    alone: bool,
    actor: Any,
    url: str,
) -> Any:
    """Appoint `person` to the post `kind` in `organizer` (locked by the caller), notify them and return the post.

    The post runs from the day `starts` until `ends` (exclusive; None: open). With `alone`, one person holds it at a time:
    the post of a predecessor ends on the day `starts`. The name is public only with the person's consent. `url` is the
    address in the notice. Raises ActionError `not_registered` (the person is not in the registry), `dates` (`ends` is not
    after `starts`) and `held` (the person holds the post in that time, or with `alone` somebody starts later).
    """
    _check_appointment(organizer, person, kind, starts, ends, alone)
    if alone:
        for post in organizer.posts.filter(kind=kind).on(starts).select_related("person__user"):
            _end(post, starts, actor, url)
    is_public = bool(person.user_id and privacy.holds(person.user, "publication"))
    post = organizer.posts.create(
        person=person, kind=kind, starts=starts, ends=ends, is_public=is_public, is_demo=person.is_demo
    )
    audit.record("post.started", post, actor=actor, person=person, user=person.user)
    _notify(post, "accounts/appointed", url)
    return post


def _check_appointment(organizer, person, kind, starts, ends, alone):
    if not person.is_active:
        raise ActionError(_("只有在册人士可以担任职务。"), code="not_registered", field="person")
    if ends and ends <= starts:
        raise ActionError(_("结束日期要晚于开始日期。"), code="dates", field="ends")
    same = organizer.posts.filter(kind=kind)
    until = {"starts__lt": ends} if ends else {}
    if same.filter(person=person, **until).exclude(ends__lte=starts).exists():
        raise ActionError(_("%(person)s 这段时间已经担任这个职务。") % {"person": person}, code="held", field="person")
    if alone and (later := same.filter(starts__gte=starts, **until).first()):
        text = _("那天以后已经安排了%(kind)s，请先核对日期。") % {"kind": later.get_kind_display()}
        raise ActionError(text, code="held", field="starts")


@transaction.atomic
def end(post: Any, *, actor: Any, on: dt.date | None = None, url: str) -> Any:
    """End `post` (locked by the caller) on the day `on` (exclusive; None: today), notify its holder and return it.

    Raises ActionError("dates") when `on` is not after its first day, or is after the end that it already has.
    """
    on = on or clock.today()
    if on <= post.starts or (post.ends and post.ends < on):
        text = _("结束日期要晚于开始日期，也不能晚于已定的结束日期。")
        raise ActionError(text, code="dates", field="on", url=post.subject.get_absolute_url())
    return _end(post, on, actor, url)


@transaction.atomic
def resign(organizer: Any, *, actor: Any, url: str) -> int:
    """End all posts of `actor` in `organizer` today, without approval (domain.md rule 12); return how many."""
    return end_all(lock(organizer).posts.own(actor), actor=actor, url=url)


@transaction.atomic
def end_all(posts: Any, *, actor: Any, url: str | None) -> int:
    """End the current ones of `posts` today and delete those that have not started; return how many there were.

    A post that started today lasts one day. Each holder is notified with the address `url`; None sends no notice, as
    somebody who leaves the registry gets a notice about that.
    """
    today = clock.today()
    rows = list(posts.exclude(ends__lte=today).select_for_update(of=("self",)).select_related("person__user"))
    for post in rows:
        if post.starts > today:
            _delete(post, actor)
        else:
            _end(post, max(today, post.starts + ONE_DAY), actor, url)
    return len(rows)


def _delete(post, actor):
    audit.record("post.ended", post, actor=actor, person=post.person, user=post.person.user)
    post.delete()


def _end(post, on, actor, url):
    post.ends = on
    post.save(update_fields=["ends"])
    audit.record("post.ended", post, actor=actor, person=post.person, user=post.person.user)
    if url is not None:
        _notify(post, "accounts/post_ended", url)
    return post


def _notify(post, template, url):
    person = post.person
    if person.user_id:
        clear_access_scope(person.user)
    notify(person, template, url=url if person.user_id else "", post=post)
