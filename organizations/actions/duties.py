"""会长轮值: planning the shares of a term, moving them, and filling vacant days (domain.md rule 6)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit.transitions import lock
from members.models import Person

from .. import permissions, roster, rota
from ..models import Duty, Organization, Term
from ..states import OrganizationState
from .duty_parts import days_of, give_shares, notify_moved, record_duties
from .hand_overs import renew_hand_overs
from .substitutes import withdraw_substitutes_within
from .swaps import withdraw_swaps_within


@transaction.atomic
def save_plan(
    organization: Organization, term: Term, wanted: roster.PlanRequest, *, shown: str, actor: Any
) -> list[Duty]:
    """Store the shares that the portal proposes for `wanted`, in place of those of these months that have not begun.

    Computed again under the lock; `shown` is the digest of what the page showed. Those whose days are others than before are
    notified. Returns the new shares. Raises ActionError `closed` (the organization is not founded), `empty` (no month or
    nobody), `begun` (a share of these months runs or is over), `moved` (another plan than the page showed), NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_plan_duty, actor, organization)
    if organization.state != OrganizationState.FOUNDED:
        raise ActionError(_("组织成立以后才排轮值。"), code="closed")
    shares = roster.proposal(organization, term, wanted)
    if not shares or all(share.key is None for share in shares):
        raise ActionError(_("没有可排的月份，或者没有人在任。"), code="empty")
    if roster.plan_digest(shares) != shown:
        raise _outdated()
    today, before = clock.today(), days_of(organization)
    starts, ends = shares[0].starts, shares[-1].ends
    existing = organization.duties.shares().within(starts, ends)
    if existing.filter(starts__lte=today).exists() or existing.filter(starts__lt=starts).exists():
        raise ActionError(_("这些月里有的轮值已经开始，请从还没开始的月份排起。"), code="begun", field="first")
    withdraw_within(organization, starts, ends, actor=actor)
    existing.delete()
    begun = clock.now()
    made = [
        organization.duties.create(
            term=term,
            person_id=share.key,
            starts=share.starts,
            ends=share.ends,
            announced_at=begun if share.starts <= today else None,
            began_at=begun if share.starts <= today else None,
            is_demo=organization.is_demo,
        )
        for share in shares
    ]
    record_duties("duty.planned", made, actor)
    renew_hand_overs(organization)
    notify_moved(organization, before)
    return made


@transaction.atomic
def save_order(organization: Organization, term: Term, order: Sequence[str], *, shown: str, actor: Any) -> list[Duty]:
    """Give the coming shares of `term` to the people in the order of `order`, and return the shares that changed.

    `order` are the public ids of these shares: the first one's person gets the first share. `shown` is the digest of the
    shares that the page showed. Only those whose days are others than before are notified. Raises ActionError `moved` (the
    shares are others than the page showed, or `order` has not each of them once), `swap` (a share of which a swap waits for an
    answer would move), and NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_plan_duty, actor, organization)
    plan = roster.Roster(organization, term, order=order)
    if plan.digest != shown or sorted(order) != sorted(row.public_id for row in plan.coming):
        raise _outdated()
    pairs = [
        (row, source.person)
        for row, source in zip(plan.coming, plan.order, strict=True)
        if row.person_id != source.person_id
    ]
    asked = {key for swap in plan.swaps for key in (swap.given_id, swap.taken_id)}
    if waiting := next((row for row, _person in pairs if row.pk in asked), None):
        text = _("%(share)s 的换班还在等答复，先等答复或撤回，再调整它。")
        raise ActionError(text % {"share": roster.name_of(waiting.starts, waiting.ends)}, code="swap")
    before = days_of(organization)
    for row, _person in pairs:
        withdraw_within(organization, row.starts, row.ends, actor=actor)
    give_shares(pairs)
    record_duties("duty.moved", [row for row, _person in pairs], actor, fields=["person"])
    renew_hand_overs(organization)
    notify_moved(organization, before)
    return [row for row, _person in pairs]


@transaction.atomic
def fill_vacancy(share: Duty, *, person: Person, actor: Any) -> Duty:
    """Give the vacant days of `share`, from today on, to `person`, notify them, and return the share that they have.

    Days before the vacancy stay with whom they had. Locks the organization, so that of several at the same moment one wins.
    Raises ActionError `taken` (the days are not vacant any more; names the shares that still are), `post` (the person holds no
    chairing post on all these days), and NotAllowed.
    """
    organization, share = lock(share.organization), lock(share)
    require(permissions.can_plan_duty, actor, organization)
    since = _vacant_from(organization, share)
    posts = roster.chairs_of(organization, since).get(person.pk, [])
    if rota.first_gap(roster.days_of(posts), since, share.ends) is not None:
        text = _("%(person)s在这几天不都在任，请另选一位。") % {"person": person}
        raise ActionError(text, code="post", field="person")
    before = days_of(organization)
    filled = _cut(share, since)
    give_shares([(filled, person)])
    record_duties("duty.filled", [filled], actor, fields=["person"])
    renew_hand_overs(organization)
    notify_moved(organization, before)
    return filled


@transaction.atomic
def halve_vacancy(share: Duty, *, actor: Any) -> list[Duty]:
    """Give the vacant days of `share` to those who chair before and after it, half each; return the two shares.

    Raises ActionError `taken` as `fill_vacancy`, `neighbours` (there is nobody before or after it, or they hold no post on
    these days), NotAllowed.
    """
    organization, share = lock(share.organization), lock(share)
    require(permissions.can_plan_duty, actor, organization)
    parts = rota.halves(_vacant_from(organization, share), share.ends)
    shares = organization.duties.shares().select_related("person__user", "organization")
    beside = (shares.filter(ends=parts[0][0]).first(), shares.filter(starts=share.ends).first())
    people = [_able(found, part) for found, part in zip(beside, parts, strict=False)]
    if None in people or len(people) < 2:
        raise ActionError(_("前后两位不都能值这几天，请另请一位补上。"), code="neighbours")
    before = days_of(organization)
    first = _cut(share, parts[0][0])
    second = _cut(first, parts[1][0])
    give_shares(list(zip((first, second), people, strict=True)))
    record_duties("duty.filled", [first, second], actor, fields=["person"])
    renew_hand_overs(organization)
    notify_moved(organization, before)
    return [first, second]


# ---- parts -----------------------------------------------------------------------------------------------------------
def withdraw_within(organization: Organization, starts: dt.date, ends: dt.date, *, actor: Any) -> None:
    """Withdraw the open swaps and substitutes of shares in these days: their shares change hands. Who is concerned is notified."""
    withdraw_swaps_within(organization, starts, ends, actor=actor)
    withdraw_substitutes_within(organization, starts, ends, actor=actor)


def free_text(organization: Organization) -> str:
    """Return a sentence that names the coming shares that are vacant, at most five."""
    today = clock.today()
    chairs = roster.chairs_of(organization, today)
    rows = organization.duties.shares().filter(ends__gt=today).order_by("starts")
    found = [roster.name_of(row.starts, row.ends) for row in rows if roster.vacant_from(row, chairs)][:5]
    return _("还空着的：%(shares)s。") % {"shares": "、".join(found)} if found else _("现在没有空着的。")


def _vacant_from(organization: Organization, share: Duty) -> dt.date:
    """Return the first vacant day of `share` from today on. Raises ActionError("taken") when somebody can chair on all."""
    today = clock.today()
    is_coming = share.kind == Duty.Kind.SHARE and share.ends > today
    gap = roster.vacant_from(share, roster.chairs_of(organization, share.starts)) if is_coming else None
    if gap is None:
        text = _("这几天刚刚有人了。%(others)s") % {"others": free_text(organization)}
        raise ActionError(text, code="taken", field="person")
    return max(gap, today)


def _cut(share: Duty, since: dt.date) -> Duty:
    """Return the part of `share` from the day `since`; what is before it stays a share of its own."""
    if since <= share.starts:
        return share
    ends, share.ends = share.ends, since
    share.save(update_fields=["ends"])
    return share.organization.duties.create(
        term_id=share.term_id, person_id=share.person_id, starts=since, ends=ends, is_demo=share.is_demo
    )


def _able(found: Duty | None, part: rota.Days) -> Person | None:
    """Return the person of the share `found`, if they hold a chairing post on the days `part`."""
    if found is None or found.person is None:
        return None
    posts = roster.chairs_of(found.organization, part[0]).get(found.person.pk, [])
    return found.person if rota.first_gap(roster.days_of(posts), *part) is None else None


def _outdated() -> ActionError:
    return ActionError(_("轮值表刚刚有了变化，没有保存。下面是现在的，看过再改。"), code="moved")
