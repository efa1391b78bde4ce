"""请假代班: somebody else chairs on days within a share, once they agree; the share stays whose it is (domain.md rule 6)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, optional_reason, require
from chengyang.lib.chinese import dates
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from members.models import Person

from .. import permissions, roster, rota
from ..models import Duty, Organization
from ..states import ANSWER_OPEN, ANSWER_TRANSITIONS, AnswerState
from .duty_parts import notify_chair

ANSWER_WITHIN = dt.timedelta(days=7)


@transaction.atomic
def ask_substitute(
    share: Duty, *, person: Person, starts: dt.date, ends: dt.date, reason: str = "", actor: Any
) -> Duty:
    """Ask `person` to chair on the days from `starts` until `ends` (exclusive) within `share`, in place of its person.

    They have a week to answer, and at most until the first of the days. Safe to repeat: the same days of the same person are
    returned. Raises ActionError `dates` (days that are over, or not within the share), `taken` (somebody else was asked for one
    of them; names the days that are free), `post` (`person` is whose share it is, or holds no chairing post on all the days),
    `too_long`, and NotAllowed.
    """
    organization, share = lock(share.organization), lock(share)
    require(permissions.can_move_duty, actor, share)
    today = clock.today()
    if share.kind != Duty.Kind.SHARE or not max(share.starts, today) <= starts < ends <= share.ends:
        text = _("请选这段轮值里还没过去的日子：%(days)s。")
        raise ActionError(text % {"days": dates.days(share.starts, share.ends)}, code="dates", field="starts")
    others = organization.duties.substitutes().filter(state__in=ANSWER_OPEN).within(starts, ends)
    for other in others:
        if (other.person_id, other.starts, other.ends) == (person.pk, starts, ends):
            return other
        raise _taken(organization, share)
    posts = roster.chairs_of(organization, starts).get(person.pk, [])
    if person.pk == share.person_id or rota.first_gap(roster.days_of(posts), starts, ends) is not None:
        raise ActionError(_("请选另一位这几天都在任的人。"), code="post", field="person")
    asked = organization.duties.create(
        term_id=share.term_id,
        kind=Duty.Kind.SUBSTITUTE,
        person=person,
        starts=starts,
        ends=ends,
        state=AnswerState.ASKED,
        answer_by=min(today + ANSWER_WITHIN, starts),
        reason=optional_reason(reason),
        is_demo=share.is_demo,
    )
    audit.record("substitute.asked", asked, actor=actor, person=person, user=person.user)
    _notify(asked, person, "organizations/substitute_asked", share)
    return asked


@transaction.atomic
def agree_substitute(duty: Duty, *, actor: Any) -> Duty:
    """Agree to stand in; the person of the share is notified. Raises ActionError `state`, `begun` (a share that has moved),
    NotAllowed for everybody but the one who was asked.
    """
    organization, duty = lock(duty.organization), lock(duty)
    require(permissions.can_answer_duty, actor, duty)
    _require_asked(duty)
    share = share_of(organization, duty)
    agreed = _move(duty, AnswerState.AGREED, "substitute.agreed", actor)
    if share:
        _notify(agreed, share.person, "organizations/substitute_agreed", share)
    return agreed


@transaction.atomic
def decline_substitute(duty: Duty, *, actor: Any) -> Duty:
    """Decline to stand in; nobody has to say why. Raises ActionError `state`, NotAllowed."""
    organization, duty = lock(duty.organization), lock(duty)
    require(permissions.can_answer_duty, actor, duty)
    _require_asked(duty)
    declined = _move(duty, AnswerState.DECLINED, "substitute.declined", actor)
    if share := share_of(organization, duty):
        _notify(declined, share.person, "organizations/substitute_declined", share)
    return declined


@transaction.atomic
def withdraw_substitute(duty: Duty, *, actor: Any) -> Duty:
    """Withdraw the days of a substitute, agreed or not: those that are left go back to the share around them.

    Days that are over stay theirs. Both are notified. Raises ActionError `state` (answered, withdrawn or over), NotAllowed.
    """
    organization, duty = lock(duty.organization), lock(duty)
    require(permissions.can_withdraw_duty, actor, duty, share_of(organization, duty) or duty)
    if duty.kind != Duty.Kind.SUBSTITUTE or duty.state not in ANSWER_OPEN or duty.ends <= clock.today():
        raise ActionError(_("这次代班已经有了结果。"), code="state")
    return _withdraw(organization, duty, actor)


@transaction.atomic
def lapse_substitutes(*, actor: Any = None) -> int:
    """End the questions to substitutes that nobody answered in time; return how many. Safe to repeat."""
    late = Duty.objects.substitutes().filter(state=AnswerState.ASKED, answer_by__lt=clock.today()).order_by("pk")
    rows = list(late.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("organization"))
    for duty in rows:
        lapsed = _move(duty, AnswerState.LAPSED, "substitute.lapsed", actor)
        if share := share_of(duty.organization, duty):
            _notify(lapsed, share.person, "organizations/substitute_declined", share)
    return len(rows)


def withdraw_substitutes_within(organization: Organization, starts: dt.date, ends: dt.date, *, actor: Any) -> None:
    """Withdraw the substitutes on these days of an organization that the caller has locked: their share changes hands."""
    today = clock.today()
    rows = organization.duties.substitutes().filter(state__in=ANSWER_OPEN, ends__gt=today).within(starts, ends)
    for duty in rows.order_by("pk").select_for_update(of=("self",)):
        _withdraw(organization, duty, actor)


def withdraw_substitutes_of(person: Any, actor: Any) -> None:
    """Withdraw the open days of a person who leaves the registry: they go back to the shares around them."""
    rows = person.duties.substitutes().filter(state__in=ANSWER_OPEN, ends__gt=clock.today())
    for duty in rows.order_by("pk").select_for_update(of=("self",)).select_related("organization"):
        _withdraw(duty.organization, duty, actor)


def share_of(organization: Organization, duty: Duty) -> Duty | None:
    """Return the share around the days of the substitute `duty`."""
    rows = organization.duties.shares().filter(starts__lte=duty.starts, ends__gte=duty.ends)
    return rows.select_related("person__user", "organization").first()


def _require_asked(duty: Duty) -> None:
    if duty.state != AnswerState.ASKED or (duty.answer_by and duty.answer_by < clock.today()):
        raise ActionError(_("这次代班已经有了结果，或者过了期限。"), code="state")


def _withdraw(organization: Organization, duty: Duty, actor: Any) -> Duty:
    today = clock.today()
    share, person = share_of(organization, duty), _substitute(duty)
    if duty.state == AnswerState.AGREED and duty.starts < today:  # the days that are over were theirs
        gone, duty.ends = duty, today
        duty.save(update_fields=["ends"])
        audit.record("substitute.withdrawn", duty, actor=actor, person=person, user=person.user, fields=["ends"])
    else:
        gone = _move(duty, AnswerState.WITHDRAWN, "substitute.withdrawn", actor)
    for one in (person, share.person if share else None):
        if one is not None and (actor is None or one.user_id != actor.pk):
            _notify(gone, one, "organizations/substitute_withdrawn", share)
    return gone


def _taken(organization: Organization, share: Duty) -> ActionError:
    """Return the refusal of days for which somebody else was asked: it names the days of the share that are free."""
    busy = organization.duties.substitutes().filter(state__in=ANSWER_OPEN).within(share.starts, share.ends)
    day, free = max(share.starts, clock.today()), []
    for one in busy.order_by("starts"):
        if day < one.starts:
            free.append(dates.days(day, one.starts))
        day = max(day, one.ends)
    if day < share.ends:
        free.append(dates.days(day, share.ends))
    text = _("这几天已经请了人代班。还可以请人代的：%(days)s。") if free else _("这几天已经请了人代班。")
    return ActionError(text % {"days": "、".join(free)} if free else text, code="taken", field="starts")


def _substitute(duty: Duty) -> Person:
    """Return the person of a substitute, who is always somebody (a constraint of the table)."""
    assert duty.person is not None
    return duty.person


def _move(duty: Duty, state: str, verb: str, actor: Any) -> Duty:
    person = _substitute(duty)
    return move(
        duty, state, table=ANSWER_TRANSITIONS, actor=actor, verb=verb, person=person, user=person.user, answer_by=None
    )


def _notify(duty: Duty, person: Any, template: str, share: Duty | None) -> None:
    notify_chair(
        person,
        template,
        duty=duty,
        organization=duty.organization,
        chair=share.person if share else None,
        days=dates.days(duty.starts, duty.ends),
        reason=duty.reason,
    )
