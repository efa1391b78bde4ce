"""Starting and ending posts (职务) in organizations, bases and teams (domain.md, "届 / 职务"; rule 12).

The calling app checks before, under the lock of the organizer, whether the actor may do it. No row is overwritten: a post
gets an end date.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.errors import ActionError, required_reason
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
    same = organizer.posts.valid().filter(kind=kind)
    until = {"starts__lt": ends} if ends else {}
    if same.filter(person=person, **until).exclude(ends__lte=starts).exists():
        raise ActionError(_("%(person)s 这段时间已经担任这个职务。") % {"person": person}, code="held", field="person")
    if alone and (later := same.filter(starts__gte=starts, **until).first()):
        text = _("那天以后已经安排了%(kind)s，请先核对日期。") % {"kind": later.get_kind_display()}
        raise ActionError(text, code="held", field="starts")


@transaction.atomic
def end(post: Any, *, actor: Any, reason: str, on: dt.date | None = None, url: str | None) -> Any:
    """End `post` (locked by the caller) on the day `on` (exclusive; None: today), notify its holder and return it.

    The holder reads `reason`; with the `url` None they get no notice, as somebody whose next post begins on that day. A post that begins today or later ends on its first day: it was entered by mistake, and nobody
    has held it. Raises ActionError `dates` when `on` is before its first day or after the end that it already has, `reason`
    without a reason, and `too_long`.
    """
    on = on or max(clock.today(), post.starts)
    if on < post.starts or (post.ends and post.ends < on):
        text = _("结束日期不能早于开始日期，也不能晚于已定的结束日期。")
        raise ActionError(text, code="dates", field="on")
    return _end(post, on, actor, url, reason=required_reason(reason))


@transaction.atomic
def correct(post: Any, *, starts: dt.date, ends: dt.date | None, reason: str, actor: Any, url: str) -> Any:
    """Correct the dates of `post` (in an organizer that the caller has locked), notify its holder and return it.

    The history keeps the former dates. Raises ActionError `dates`, `held` (the person, or in a post of one person somebody
    else, holds it in that time), `reason` without a reason, and `too_long`.
    """
    if ends and ends < starts:
        raise ActionError(_("结束日期不能早于开始日期。"), code="dates", field="ends")
    same = post.subject.posts.valid().filter(kind=post.kind).exclude(pk=post.pk).exclude(ends__lte=starts)
    same = same.filter(starts__lt=ends) if ends else same
    if ends != starts and (same if _is_alone(post) else same.filter(person=post.person)).exists():
        text = _("那段时间已经有%(kind)s，请先核对日期。") % {"kind": post.get_kind_display()}
        raise ActionError(text, code="held", field="starts")
    post.starts, post.ends, post.reason = starts, ends, required_reason(reason)
    post.save(update_fields=["starts", "ends", "reason"])
    fields = ["starts", "ends", "reason"]
    audit.record("post.corrected", post, actor=actor, person=post.person, user=post.person.user, fields=fields)
    _notify(post, "accounts/post_corrected", url)
    return post


def _is_alone(post):
    return any(type(post) is kind.model and post.kind == kind.manager_kind for kind in extensions.post_types())


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


def _end(post, on, actor, url, *, reason=""):
    post.ends, post.reason = on, reason or post.reason
    post.save(update_fields=["ends", "reason"])
    audit.record("post.ended", post, actor=actor, person=post.person, user=post.person.user)
    if url is not None:
        _notify(post, "accounts/post_ended", url)
    return post


def _notify(post, template, url):
    person = post.person
    if person.user_id:
        clear_access_scope(person.user)
    notify(person, template, url=url if person.user_id else "", post=post)
