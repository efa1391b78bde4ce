"""States of bases, room bookings and visits, and the allowed transitions between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BaseState(models.TextChoices):
    PREPARING = "preparing", _("筹建中")
    OPERATING = "operating", _("运行中")
    CLOSED = "closed", _("已关闭")


TRANSITIONS = {
    BaseState.PREPARING: {BaseState.OPERATING, BaseState.CLOSED},
    BaseState.OPERATING: {BaseState.CLOSED},
    BaseState.CLOSED: set(),
}


class BookingState(models.TextChoices):
    """States of a room booking; CLOSURE is a period in which the base itself keeps the room closed."""

    PREBOOKED = "prebooked", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    DECLINED = "declined", _("没有同意")
    CANCELLED = "cancelled", _("已取消")
    EXPIRED = "expired", _("没有答复")
    CLOSURE = "closure", _("停用")


B = BookingState
BOOKING_TRANSITIONS = {
    B.PREBOOKED: {B.CONFIRMED, B.DECLINED, B.CANCELLED, B.EXPIRED},
    B.CONFIRMED: {B.CANCELLED, B.PREBOOKED},  # prebooked again: it moved with its activity
    B.CLOSURE: {B.CANCELLED},
    B.DECLINED: set(),
    B.CANCELLED: set(),
    B.EXPIRED: set(),
}
BOOKING_BLOCKS = (B.PREBOOKED, B.CONFIRMED, B.CLOSURE)  # a constraint keeps these of one room apart


class VisitState(models.TextChoices):
    """States of a visit; the time is kept for the guest in the first three."""

    REQUESTED = "requested", _("等基地答复")
    PROPOSED = "proposed", _("等对方答复")
    CONFIRMED = "confirmed", _("已确认")
    DECLINED = "declined", _("没有同意")
    CANCELLED = "cancelled", _("已取消")
    LAPSED = "lapsed", _("过期作废")
    DONE = "done", _("已接待")


V = VisitState
VISIT_TRANSITIONS = {
    V.REQUESTED: {V.CONFIRMED, V.PROPOSED, V.DECLINED, V.CANCELLED, V.LAPSED},
    V.PROPOSED: {V.CONFIRMED, V.CANCELLED, V.LAPSED},
    V.CONFIRMED: {V.PROPOSED, V.CANCELLED, V.DONE, V.LAPSED},
    V.DECLINED: set(),
    V.CANCELLED: set(),
    V.LAPSED: set(),
    V.DONE: set(),
}
VISIT_OPEN = (V.REQUESTED, V.PROPOSED, V.CONFIRMED)
VISIT_BLOCKS = (*VISIT_OPEN, V.DONE)  # a constraint keeps these of one base apart
