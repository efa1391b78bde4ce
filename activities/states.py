"""States and transitions of activities and sign-ups (domain.md rule 7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActivityState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待批准")
    RETURNED = "returned", _("退回修改")
    APPROVED = "approved", _("已批准，待发布")
    PUBLISHED = "published", _("已发布")
    CANCELLED = "cancelled", _("已取消")


A = ActivityState
ACTIVITY_TRANSITIONS = {
    A.DRAFT: {A.SUBMITTED, A.CANCELLED},
    A.SUBMITTED: {A.RETURNED, A.APPROVED, A.CANCELLED},
    A.RETURNED: {A.SUBMITTED, A.CANCELLED},
    A.APPROVED: {A.PUBLISHED, A.RETURNED, A.CANCELLED},
    A.PUBLISHED: {A.CANCELLED},
    A.CANCELLED: set(),
}
ACTIVITY_EDITABLE = (A.DRAFT, A.RETURNED)
ACTIVITY_SHOWN = (A.PUBLISHED, A.CANCELLED)  # a cancelled activity stays on the calendar, with its title struck through


class SignupState(models.TextChoices):
    PENDING = "pending", _("待审核")
    WAITLISTED = "waitlisted", _("候补")
    OFFERED = "offered", _("有名额，待你确认")
    CONFIRMED = "confirmed", _("已确认")
    DECLINED = "declined", _("未通过")
    EXPIRED = "expired", _("过时未确认")
    CANCELLED = "cancelled", _("已取消")


S = SignupState
SIGNUP_TRANSITIONS = {
    S.PENDING: {S.CONFIRMED, S.WAITLISTED, S.DECLINED, S.CANCELLED},
    S.WAITLISTED: {S.OFFERED, S.CANCELLED, S.PENDING},  # back to pending: the review is undone
    S.OFFERED: {S.CONFIRMED, S.EXPIRED, S.CANCELLED},
    S.CONFIRMED: {S.CANCELLED, S.PENDING},
    S.DECLINED: {S.PENDING},
    S.EXPIRED: set(),
    S.CANCELLED: set(),
}
SIGNUP_OPEN = (S.PENDING, S.WAITLISTED, S.OFFERED, S.CONFIRMED)
SIGNUP_TAKES_PLACE = (S.OFFERED, S.CONFIRMED)  # what Activity.taken counts
