"""换班: two chairs exchange their shares once both agree (domain.md rule 6)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, optional_reason, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from members.models import Person

from .. import permissions, roster, rota
from ..models import Duty, DutySwap, Organization
from ..states import ANSWER_TRANSITIONS, AnswerState
from .duty_parts import give_shares, notify_chair, record_duties
from .hand_overs import renew_hand_overs
from .substitutes import withdraw_substitutes_within

ANSWER_WITHIN = dt.timedelta(days=7)  # promised on the page: without an answer the plan stays as it is


@transaction.atomic
def ask_swap(given: Duty, taken: Duty, *, reason: str = "", actor: Any) -> DutySwap:
    """Propose that the people of the shares `given` and `taken` exchange them; both are asked, and have a week to answer.

    Who proposes their own share has agreed to it. Safe to repeat: an open swap of the same shares is returned. Raises
    ActionError `begun` (a share has begun), `same` (shares of one person, of nobody, or of two organizations), `swap` (another
    swap of one of them waits), `post` (one of the two holds no chairing post on the days of the other), `too_long`, NotAllowed.
    """
    organization = lock(given.organization)
    given, taken = lock(given), lock(taken)
    require(permissions.can_move_duty, actor, given)
    if known := organization.swaps.open().filter(given=given, taken=taken).first():
        return known
    giver, taker = _check(organization, given, taken)
    now = clock.now()
    swap = organization.swaps.create(
        given=given,
        taken=taken,
        giver=giver,
        taker=taker,
        asked_by=actor,
        asked_at=now,
        answer_by=now.date() + ANSWER_WITHIN,
        giver_agreed_at=now if giver.user_id == actor.pk else None,
        taker_agreed_at=now if taker.user_id == actor.pk else None,
        reason=optional_reason(reason),
        is_demo=given.is_demo,
    )
    _record("swap.asked", swap, actor)
    for person, agreed in _answers(swap):
        if agreed is None:
            _notify(swap, person, "organizations/swap_asked")
    return swap


@transaction.atomic
def agree_swap(swap: DutySwap, *, actor: Any) -> DutySwap:
    """Agree to a swap as one of the two; when both have, the shares are exchanged and both are notified.

    Safe to repeat. Raises ActionError `state` (it does not wait any more, or its week is over), `moved` (the shares have other
    people by now), otherwise as `ask_swap`, and NotAllowed for everybody else.
    """
    organization = lock(swap.organization)
    swap = lock(swap)
    require(permissions.can_answer_swap, actor, swap)
    _require_open(swap)
    given, taken = lock(swap.given), lock(swap.taken)
    if (given.person_id, taken.person_id) != (swap.giver_id, swap.taker_id):
        raise ActionError(_("轮值表已经改了，这次换班不作数。"), code="moved")
    _check(organization, given, taken, swap=swap)
    name = "giver_agreed_at" if swap.giver.user_id == actor.pk else "taker_agreed_at"
    if getattr(swap, name) is None:
        setattr(swap, name, clock.now())
        swap.save(update_fields=[name])
        _record("swap.answered", swap, actor, fields=[name])
    if swap.giver_agreed_at and swap.taker_agreed_at:
        return _exchange(organization, swap, given, taken, actor)
    return swap


def _exchange(organization: Organization, swap: DutySwap, given: Duty, taken: Duty, actor: Any) -> DutySwap:
    for row in (given, taken):
        withdraw_substitutes_within(organization, row.starts, row.ends, actor=actor)
    give_shares([(given, swap.taker), (taken, swap.giver)])
    record_duties("duty.swapped", [given, taken], actor, fields=["person"])
    moved = _move(swap, AnswerState.AGREED, "swap.agreed", actor)
    renew_hand_overs(organization)
    for person in (swap.giver, swap.taker):
        _notify(moved, person, "organizations/swap_agreed")
    return moved


@transaction.atomic
def decline_swap(swap: DutySwap, *, actor: Any) -> DutySwap:
    """Decline a swap as one of the two; the plan stays as it is, and the other one is notified.

    Nobody has to say why. Raises ActionError `state`, NotAllowed.
    """
    lock(swap.organization)
    swap = lock(swap)
    require(permissions.can_answer_swap, actor, swap)
    _require_open(swap)
    declined = _move(swap, AnswerState.DECLINED, "swap.declined", actor)
    _notify_others(declined, actor, "organizations/swap_declined")
    return declined


@transaction.atomic
def withdraw_swap(swap: DutySwap, *, actor: Any) -> DutySwap:
    """Withdraw a swap that waits for an answer; the two are notified. Raises ActionError `state`, NotAllowed."""
    lock(swap.organization)
    swap = lock(swap)
    require(permissions.can_withdraw_swap, actor, swap)
    _require_open(swap)
    return _withdraw(swap, actor)


@transaction.atomic
def remind_of_swap(swap: DutySwap, *, actor: Any) -> DutySwap:
    """Notify those of the two who have not answered yet once more, at most once a day.

    Raises ActionError `state`, `today` (they have been reminded today), NotAllowed.
    """
    lock(swap.organization)
    swap = lock(swap)
    require(permissions.can_withdraw_swap, actor, swap)
    _require_open(swap)
    today = clock.today()
    if swap.reminded_on == today:
        raise ActionError(_("今天已经提醒过，明天再提醒。"), code="today")
    swap.reminded_on = today
    swap.save(update_fields=["reminded_on"])
    _record("swap.reminded", swap, actor, fields=["reminded_on"])
    for person, agreed in _answers(swap):
        if agreed is None:
            _notify(swap, person, "organizations/swap_asked")
    return swap


@transaction.atomic
def lapse_swaps(*, actor: Any = None) -> int:
    """End the swaps that nobody answered in their week, and notify the two; return how many. Safe to repeat."""
    late = DutySwap.objects.filter(state=AnswerState.ASKED, answer_by__lt=clock.today()).order_by("pk")
    rows = list(
        late.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("giver__user", "taker__user")
    )
    for swap in rows:
        lapsed = _move(swap, AnswerState.LAPSED, "swap.lapsed", actor)
        for person in (swap.giver, swap.taker):
            _notify(lapsed, person, "organizations/swap_lapsed")
    return len(rows)


def withdraw_swaps_within(organization: Organization, starts: dt.date, ends: dt.date, *, actor: Any) -> None:
    """Withdraw the open swaps of shares in these days of an organization that the caller has locked."""
    touched = organization.duties.within(starts, ends).values("pk")
    rows = organization.swaps.filter(Q(given__in=touched) | Q(taken__in=touched), state=AnswerState.ASKED)
    for swap in rows.order_by("pk").select_for_update(of=("self",)):
        _withdraw(swap, actor)


def withdraw_swaps_of(person: Any, actor: Any) -> None:
    """Withdraw the open swaps of a person who leaves the registry."""
    rows = DutySwap.objects.filter(Q(giver=person) | Q(taker=person), state=AnswerState.ASKED)
    for swap in rows.order_by("pk").select_for_update(of=("self",)):
        _withdraw(swap, actor)


# ---- parts -----------------------------------------------------------------------------------------------------------
def _check(
    organization: Organization, given: Duty, taken: Duty, *, swap: DutySwap | None = None
) -> tuple[Person, Person]:
    """Return the people of the two shares. Raises the ActionErrors of `ask_swap` where they cannot be exchanged."""
    if min(given.starts, taken.starts) <= clock.today():
        raise ActionError(_("已经开始的轮值不换，可以请人代班。"), code="begun")
    giver, taker, kinds = given.person, taken.person, {given.kind, taken.kind}
    owners = {given.organization_id, taken.organization_id}
    if giver is None or taker is None or giver == taker or kinds != {Duty.Kind.SHARE} or owners != {organization.pk}:
        raise ActionError(_("请选两个人的两段轮值。"), code="same", field="taken")
    others = organization.swaps.open().exclude(pk=swap.pk if swap else None)
    keys = [given.pk, taken.pk]
    if others.filter(Q(given__in=keys) | Q(taken__in=keys)).exists():
        raise ActionError(_("其中一段的换班还在等答复，先等答复或撤回。"), code="swap", field="taken")
    chairs = roster.chairs_of(organization, min(given.starts, taken.starts))
    for person, other in ((giver, taken), (taker, given)):
        posts = roster.days_of(chairs.get(person.pk, ()))
        if rota.first_gap(posts, other.starts, other.ends) is not None:
            text = _("%(person)s在%(share)s不都在任，不能换。")
            share = roster.name_of(other.starts, other.ends)
            raise ActionError(text % {"person": person, "share": share}, code="post", field="taken")
    return giver, taker


def _require_open(swap: DutySwap) -> None:
    if swap.state != AnswerState.ASKED or swap.answer_by < clock.today():
        raise ActionError(_("这次换班已经有了结果，或者过了一周。"), code="state")


def _answers(swap: DutySwap) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Return the two people, each with when they agreed."""
    return (swap.giver, swap.giver_agreed_at), (swap.taker, swap.taker_agreed_at)


def _withdraw(swap: DutySwap, actor: Any) -> DutySwap:
    withdrawn = _move(swap, AnswerState.WITHDRAWN, "swap.withdrawn", actor)
    _notify_others(withdrawn, actor, "organizations/swap_withdrawn")
    return withdrawn


def _move(swap: DutySwap, state: str, verb: str, actor: Any) -> DutySwap:
    taker = swap.taker
    return move(
        swap,
        state,
        table=ANSWER_TRANSITIONS,
        actor=actor,
        verb=verb,
        person=taker,
        user=taker.user,
        decided_at=clock.now(),
    )


def _record(verb: str, swap: DutySwap, actor: Any, *, fields: Any = ()) -> None:
    audit.record(verb, swap, actor=actor, person=swap.taker, user=swap.taker.user, fields=fields)


def _notify_others(swap: DutySwap, actor: Any, template: str) -> None:
    for person in (swap.giver, swap.taker):
        if actor is None or person.user_id != actor.pk:
            _notify(swap, person, template)


def _notify(swap: DutySwap, person: Any, template: str) -> None:
    """Notify one of the two; the text names the share that they have and the one that they would get."""
    is_giver = person.pk == swap.giver_id
    own, other = (swap.given, swap.taken) if is_giver else (swap.taken, swap.given)
    notify_chair(
        person,
        template,
        swap=swap,
        other=swap.taker if is_giver else swap.giver,
        own_days=roster.name_of(own.starts, own.ends),
        other_days=roster.name_of(other.starts, other.ends),
    )
