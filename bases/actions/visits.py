"""观摩预约: a delegation asks for a visit, the base confirms it, proposes another time or declines, and receives it.

Every action on a visit locks the row of its base first, so that two requests for one time queue; then the visit. That two
visits to one base never overlap is kept by the database (`visit_base_once_at_a_time`).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.lib.chinese import dates
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock, move, step_back
from chengyang.platform.notices.actions import notify
from chengyang.platform.staff.links import page_url
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions, visit_times
from ..free_times import Interval
from ..models import VISIT_ANSWER_DAYS, Base, Travel, Visit
from ..states import VISIT_OPEN, VISIT_TRANSITIONS, VisitState
from .bookings import managers_of

MOST_OPEN = 4  # visits of one account that are asked for or proposed, so that nobody keeps all times
RECORD_DAYS = 3  # working days after a visit, in which the base records it
KEPT_AT_LEAST = dt.timedelta(hours=4)  # that a proposed time is kept for the guest


class NoVisit(ActionError):
    """The wanted time is taken or not offered; `offers` are free times near it."""

    def __init__(self, message: Any, code: str, *, offers: Iterable[Interval]) -> None:
        super().__init__(message, code, field="slot")
        self.offers = list(offers)


# ---- asking ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def request_visit(
    base: Base,
    *,
    actor: Any,
    starts: dt.datetime,
    unit: str,
    contact_name: str,
    people: int,
    purpose: str = Visit.Purpose.LEARN,
    wishes: str = "",
    needs: Sequence[str] = (),
    route: Visit | None = None,
) -> Visit:
    """Ask for a visit of `people` at `starts`; the time is kept until the base answers. Safe to repeat.

    With `route`, an own open visit, it is a further stop of that one on the same day, and the typed travel time must fit.
    Raises NotAllowed, NoVisit, with free times near it, as ("taken") or ("shut"); ActionError("phone") for an account without
    a number, ("people") outside the numbers that the base receives, ("many"), ("route"), ("invalid") with the field.
    """
    base = lock(base)
    require(permissions.can_request_visit, actor, base)
    if sent := base.visits.filter(guest=actor, starts=starts, state__in=VISIT_OPEN).first():
        return sent
    if not actor.phone:
        raise ActionError(_("你的账号还没有手机号，请先验证手机号再预约。"), code="phone", field="phone")
    waiting = Visit.objects.filter(guest=actor, state__in=(VisitState.REQUESTED, VisitState.PROPOSED))
    if waiting.count() >= MOST_OPEN:
        raise ActionError(_("你已经有 %(n)d 个预约在等答复，请等答复了再约。") % {"n": MOST_OPEN}, code="many")
    _require_people(base, people)
    visit = Visit(
        base=base,
        guest=actor,
        starts=starts,
        ends=starts + base.visit_length,
        unit=unit.strip(),
        contact_name=contact_name.strip(),
        people=people,
        purpose=purpose,
        wishes=wishes.strip(),
        needs=list(needs),
        is_demo=bool(actor.is_demo),
        due_on=due_on(clock.today(), VISIT_ANSWER_DAYS),
    )
    if not visit.contact_name:  # empty only in a row that was erased
        raise ActionError(_("请填写联系人。"), code="invalid", field="contact_name")
    if route is not None:
        _join_route(visit, route, actor)
    validate(visit, ["unit", "contact_name", "people", "purpose", "wishes", "needs"])
    _require_free(visit)
    visit.due_on = min(visit.due_on, visit.day)
    _save(visit)
    audit.record("visit.requested", visit, actor=actor, user=actor)
    _notify_guest(visit, "bases/visit_received")
    _notify_managers(visit, "bases/visit_waiting")
    return visit


def _require_people(base: Base, people: int) -> None:
    if not base.visit_least <= people <= base.visit_most:
        text = _("这个基地一场接待 %(least)d–%(most)d 位。") % {"least": base.visit_least, "most": base.visit_most}
        raise ActionError(text, code="people", field="people")


def _join_route(visit: Visit, route: Visit, actor: Any) -> None:
    """Make `visit` a further stop of the route of `route`; locks its first visit, so that two stops do not pass each other."""
    root = lock(route.route or route)
    if root.guest_id != actor.pk or not lock(route).is_open or visit.day != route.day:
        raise ActionError(_("只能接在你自己同一天的预约后面。"), code="route", field="slot")
    visit.route = root
    _require_route(visit, visit.time)


def _require_route(visit: Visit, time: Interval) -> None:
    """Raise ActionError("route") when `time` leaves too little travel to another visit of the same route."""
    stops = Visit.objects.of_route(visit).select_related("base")
    other = visit_times.route_conflict(visit, time, stops, Travel.objects.minutes_from(visit.base))
    if other is not None:
        about = {"base": other.base, "when": dates.span(other.starts, other.ends)}
        text = _("赶不上：%(when)s 在%(base)s，路上时间不够。") % about
        raise ActionError(text, code="route", field="slot")


def _require_free(visit: Visit) -> None:
    is_offered, is_free = visit_times.is_offered(visit.base, visit.starts, but=visit if visit.pk else None)
    if not is_offered:
        raise _no_visit(visit, _("这个时间基地不接待，请从空档里选。"), "shut")
    if not is_free:
        raise _no_visit(visit, _("这个空档刚被约走了，请另选一个。"), "taken")


def _no_visit(visit: Visit, message: Any, code: str) -> NoVisit:
    offers = visit_times.free_times(visit.base, visit.starts, but=visit if visit.pk else None)
    return NoVisit(message, code, offers=offers)


def _save(visit: Visit, names: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            visit.save(force_insert=names is None, update_fields=names)
    except IntegrityError:
        raise _no_visit(visit, _("这个空档刚被约走了，请另选一个。"), "taken") from None


# ---- the answer of the base -----------------------------------------------------------------------------------------
@transaction.atomic
def confirm_visit(visit: Visit, *, actor: Any, host: Any = None, guide: Any = None) -> Visit:
    """Confirm a visit that was asked for, perhaps with who receives and who guides; the guest is notified.

    Raises NotAllowed, ActionError("state") when it does not wait, ("begun"), ("post") for a post at another base.
    """
    visit = _locked(visit)
    require(permissions.can_answer_visit, actor, visit)
    _require_ahead(visit)
    _require_waiting(visit)
    plan = {name: post for name, post in (("host", host), ("guide", guide)) if post is not None}
    _require_posts(visit, plan)
    _decide(visit, VisitState.CONFIRMED, "visit.confirmed", actor, **plan, due_on=_record_due(visit))
    _notify_guest(visit, "bases/visit_confirmed")
    return visit


@transaction.atomic
def propose_visit(visit: Visit, *, actor: Any, starts: dt.datetime, kept_until: dt.datetime, reason: str) -> Visit:
    """Propose another time, which is kept for the guest until the moment `kept_until`; both times stand side by side.

    The time that was asked for is given up. The base may propose any time, also outside its usual ones. Raises NotAllowed,
    ActionError("state"), ("begun"), ("past"), ("same"), ("until") when it is kept for less than four hours or beyond its
    start, ("taken"), ("route"), ("reason"), ("too_long").
    """
    visit = _locked(visit)
    require(permissions.can_answer_visit, actor, visit)
    _require_ahead(visit)
    if visit.state not in (VisitState.REQUESTED, VisitState.CONFIRMED):
        raise ActionError(_("这个预约已经答复过了。"), code="state")
    reason = required_reason(reason, missing=_("请写为什么改时间，对方会看到。"))
    time = Interval(starts, starts + visit.base.visit_length)
    _require_proposal(visit, time, kept_until)
    changes: dict[str, Any] = {
        "asked_starts": visit.starts,
        "asked_ends": visit.ends,
        "starts": time.starts,
        "ends": time.ends,
        "kept_until": kept_until,
        "reason": reason,
    }
    try:
        with transaction.atomic():
            _decide(visit, VisitState.PROPOSED, "visit.proposed", actor, **changes)
    except IntegrityError:
        raise ActionError(_("这个时间已经有人约了。"), code="taken", field="starts") from None
    _notify_guest(visit, "bases/visit_proposed")
    return visit


def _require_proposal(visit: Visit, time: Interval, kept_until: dt.datetime) -> None:
    now = clock.now()
    if time.starts <= now:
        raise ActionError(_("建议的时间已经过去。"), code="past", field="starts")
    if time.starts == visit.starts:
        raise ActionError(_("这就是对方提的时间，直接确认就行。"), code="same", field="starts")
    if not now + KEPT_AT_LEAST <= kept_until <= time.starts:
        text = _("至少留 4 个小时给对方答复，最晚到建议的时间为止。")
        raise ActionError(text, code="until", field="kept_until")
    if visit_times.taken_by(visit.base, *time, but=visit):
        raise ActionError(_("这个时间已经有人约了，或者场地被订了。"), code="taken", field="starts")
    _require_route(visit, time)


@transaction.atomic
def decline_visit(visit: Visit, *, actor: Any, reason: str) -> Visit:
    """Decline a visit that was asked for, with a `reason` that the guest reads. Raises as `confirm_visit`, ActionError("reason")."""
    visit = _locked(visit)
    require(permissions.can_answer_visit, actor, visit)
    reason = required_reason(reason, missing=_("请写为什么不能接待，对方会看到。"))
    _require_waiting(visit)
    _decide(visit, VisitState.DECLINED, "visit.declined", actor, reason=reason)
    _notify_guest(visit, "bases/visit_declined")
    return visit


@transaction.atomic
def undo_visit_decision(visit: Visit, *, actor: Any) -> Visit:
    """Take a confirmation, a proposal or a refusal back: the visit waits again, and the guest is notified.

    Raises NotAllowed, ActionError("state") when something happened since, ("taken") when the time went to somebody else.
    """
    visit = _locked(visit)
    require(permissions.can_answer_visit, actor, visit)
    columns = ("starts", "ends", "asked_starts", "asked_ends", "kept_until", "reason", "host", "guide")
    try:
        with transaction.atomic():
            step_back(
                visit,
                (VisitState.CONFIRMED, VisitState.PROPOSED, VisitState.DECLINED),
                ("decided_by", "decided_at", "due_on", *columns),
                decided=("decided_at",),
                actor=actor,
                verb="visit.decision_undone",
                user=visit.guest,
            )
    except IntegrityError:
        raise ActionError(_("原来的时间已经给了别人，不能撤销。"), code="taken") from None
    _notify_guest(visit, "bases/visit_undone")
    return visit


@transaction.atomic
def plan_visit(visit: Visit, *, actor: Any, **data: Any) -> Visit:
    """Change `data` (names in `Visit.PLAN_FIELDS`): host, guide, and the programme of stops with times, which the guest reads.

    Raises NotAllowed, ActionError("post") for a post at another base, ("state") when it is not open, ("invalid").
    """
    visit = _locked(visit)
    require(permissions.can_answer_visit, actor, visit)
    if not visit.is_open:
        raise ActionError(_("这个预约已经结束，不用再安排。"), code="state")
    _require_posts(visit, data)
    edit(visit, data, fields=Visit.PLAN_FIELDS, verb="visit.planned", actor=actor)
    return visit


def _require_posts(visit: Visit, data: dict[str, Any]) -> None:
    for name in ("host", "guide"):
        post = data.get(name)
        if post is not None and post.base_id != visit.base_id:
            raise ActionError(_("请选这个基地的人。"), code="post", field=name)


# ---- the guest ------------------------------------------------------------------------------------------------------
@transaction.atomic
def accept_proposal(visit: Visit, *, actor: Any) -> Visit:
    """Accept the proposed time. Safe to repeat. Raises NotAllowed, ActionError("late") when it is no longer kept, ("state")."""
    visit = _locked(visit)
    require(permissions.can_answer_proposal, actor, visit)
    if visit.state == VisitState.CONFIRMED:
        return visit
    if visit.state == VisitState.PROPOSED and not visit.is_reserved():
        raise ActionError(_("这个时间只留到刚才，请另选一个。"), code="late")
    if visit.state != VisitState.PROPOSED:
        raise ActionError(_("现在没有要你答复的时间。"), code="state")
    _move(visit, VisitState.CONFIRMED, "visit.accepted", actor, kept_until=None, due_on=_record_due(visit))
    _notify_managers(visit, "bases/visit_accepted")
    return visit


@transaction.atomic
def cancel_visit(visit: Visit, *, actor: Any, reason: str = "") -> Visit:
    """Cancel an open visit that has not begun: the guest without a reason, the base with one that the guest reads.

    A guest who does not want the proposed time cancels, too. Safe to repeat for the guest. Raises NotAllowed,
    ActionError("reason"), ("begun"), ("state").
    """
    visit = _locked(visit)
    require(permissions.can_cancel_visit, actor, visit)
    by_guest = actor.pk == visit.guest_id
    if by_guest and visit.state == VisitState.CANCELLED:
        return visit
    if not by_guest:
        reason = required_reason(reason, missing=_("请写为什么取消，对方会看到。"))
    _require_ahead(visit)
    words = visit.reason if by_guest else reason
    _move(visit, VisitState.CANCELLED, "visit.cancelled", actor, reason=words, due_on=None, kept_until=None)
    if by_guest:
        _notify_managers(visit, "bases/visit_withdrawn")
    else:
        _notify_guest(visit, "bases/visit_cancelled")
    return visit


@transaction.atomic
def change_people(visit: Visit, *, actor: Any, people: int) -> Visit:
    """Change how many come, until the day before. Raises NotAllowed, ActionError("people"), ("late"), ("state")."""
    visit = _locked(visit)
    require(permissions.can_answer_proposal, actor, visit)
    if not visit.is_open:
        raise ActionError(_("这个预约已经结束，不能再改。"), code="state")
    if visit.day <= clock.today():
        raise ActionError(_("人数最晚前一天改，请直接联系基地。"), code="late", field="people")
    _require_people(visit.base, people)
    if people != visit.people:
        visit.people = people
        visit.save(update_fields=["people"])
        audit.record("visit.people_changed", visit, actor=actor, user=actor, fields=["people"])
        _notify_managers(visit, "bases/visit_people")
    return visit


# ---- shared ---------------------------------------------------------------------------------------------------------
def _locked(visit: Visit) -> Visit:
    base = lock(visit.base)
    visit = lock(visit)
    visit.base = base
    return visit


def _require_ahead(visit: Visit) -> None:
    if visit.has_begun():
        raise ActionError(_("这个时间已经开始或过去了。"), code="begun")


def _require_waiting(visit: Visit) -> None:
    if visit.state != VisitState.REQUESTED:
        raise ActionError(_("这个预约已经答复过了。"), code="state")


def _decide(visit: Visit, new: str, verb: str, actor: Any, **changes: Any) -> None:
    changes = {"due_on": None, **changes}
    _move(visit, new, verb, actor, decided_by=actor, decided_at=clock.now(), **changes)


def _record_due(visit: Visit) -> dt.date:
    """Return the day by which the reception of `visit` should be recorded."""
    return due_on(visit.day, RECORD_DAYS)


def _move(visit: Visit, new: str, verb: str, actor: Any, **changes: Any) -> Visit:
    return move(visit, new, table=VISIT_TRANSITIONS, actor=actor, verb=verb, user=visit.guest, **changes)


def _notify_guest(visit: Visit, template: str) -> None:
    if visit.guest:
        url = visit.get_absolute_url()
        notify(visit.guest, template, url=url, concerns=visit.starts, about=visit, visit=visit)


def _notify_managers(visit: Visit, template: str) -> None:
    for user in managers_of(visit.base):
        if user != visit.guest:
            notify(user, template, url=page_url(visit), concerns=visit.starts, about=visit, visit=visit)
