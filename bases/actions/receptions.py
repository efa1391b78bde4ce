"""What follows a visit: the base records the reception, the guest is thanked and rates it; who opened it is recorded."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import validate

from .. import permissions
from ..models import Visit
from ..states import VisitState
from .visits import _locked, _move, _notify_guest


@transaction.atomic
def receive_visit(visit: Visit, *, actor: Any, came: int, record: str = "") -> Visit:
    """Record that a confirmed visit took place, with how many came; the guest gets thanks and is invited to rate it.

    Raises NotAllowed, ActionError("early") before it begins, ("state"), ("invalid").
    """
    visit = _locked(visit)
    require(permissions.can_answer_visit, actor, visit)
    if visit.state != VisitState.CONFIRMED:
        raise ActionError(_("只有已确认的观摩能登记接待。"), code="state")
    if not visit.has_begun():
        raise ActionError(_("还没到时间，来了以后再登记。"), code="early")
    changes: dict[str, Any] = {"came": came, "record": record.strip(), "received_by": actor, "due_on": None}
    changes["received_at"] = clock.now()
    visit.came, visit.record = came, changes["record"]
    validate(visit, ["came", "record"])
    _move(visit, VisitState.DONE, "visit.received", actor, **changes)
    _notify_guest(visit, "bases/visit_thanks")
    return visit


@transaction.atomic
def miss_visit(visit: Visit, *, actor: Any) -> Visit:
    """Record that nobody came to a confirmed visit that is over. Raises NotAllowed, ActionError("early"), ("state")."""
    visit = _locked(visit)
    require(permissions.can_answer_visit, actor, visit)
    if visit.state != VisitState.CONFIRMED:
        raise ActionError(_("只有已确认的观摩能登记。"), code="state")
    if visit.ends > clock.now():
        raise ActionError(_("还没到时间，结束以后再登记。"), code="early")
    return _move(visit, VisitState.LAPSED, "visit.missed", actor, due_on=None)


@transaction.atomic
def give_feedback(visit: Visit, *, actor: Any, rating: int, feedback: str = "") -> Visit:
    """Rate a visit from 1 to 5 after it, with a few words. Can be changed. Raises NotAllowed, ActionError("state"), ("rating")."""
    visit = _locked(visit)
    require(permissions.can_answer_proposal, actor, visit)
    if visit.state != VisitState.DONE:
        raise ActionError(_("观摩以后才能评价。"), code="state")
    if rating not in range(1, 6):
        raise ActionError(_("请从 1 到 5 里选一个。"), code="rating", field="rating")
    visit.rating, visit.feedback, visit.feedback_at = rating, feedback.strip()[:300], clock.now()
    visit.save(update_fields=["rating", "feedback", "feedback_at"])
    audit.record("visit.rated", visit, actor=actor, user=actor, fields=["rating", "feedback"])
    return visit


@transaction.atomic
def record_opening(visit: Visit, *, actor: Any) -> None:
    """Record in the audit that an officer opened `visit`; the guest sees it on 我的数据 (requirements P10)."""
    if visit.guest and visit.guest != actor:
        audit.record("visit.read", visit, actor=actor, user=visit.guest)
