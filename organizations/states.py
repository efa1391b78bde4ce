"""States of an organization and of a membership, and the allowed transitions between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganizationState(models.TextChoices):
    PREPARING = "preparing", _("筹建中")
    FOUNDED = "founded", _("已成立")
    SUSPENDED = "suspended", _("已暂停")
    DISSOLVED = "dissolved", _("已注销")


ORGANIZATION_TRANSITIONS = {
    OrganizationState.PREPARING: {OrganizationState.FOUNDED, OrganizationState.DISSOLVED},
    OrganizationState.FOUNDED: {OrganizationState.SUSPENDED, OrganizationState.DISSOLVED},
    OrganizationState.SUSPENDED: {OrganizationState.FOUNDED, OrganizationState.DISSOLVED},
    OrganizationState.DISSOLVED: set(),
}
STOPPED = (OrganizationState.SUSPENDED, OrganizationState.DISSOLVED)  # nothing of its own takes place
TAKES_MEMBERS = (OrganizationState.PREPARING, OrganizationState.FOUNDED)


class MembershipState(models.TextChoices):
    APPLIED = "applied", _("待接纳")
    ACTIVE = "active", _("会员")
    DECLINED = "declined", _("未接纳")
    WITHDRAWN = "withdrawn", _("已撤回")
    LEFT = "left", _("已退出")


M = MembershipState
MEMBERSHIP_TRANSITIONS = {
    M.APPLIED: {M.ACTIVE, M.DECLINED, M.WITHDRAWN},
    M.ACTIVE: {M.LEFT, M.APPLIED},  # applied again: the decision is undone
    M.DECLINED: {M.APPLIED},
    M.WITHDRAWN: set(),
    M.LEFT: set(),
}
MEMBERSHIP_OPEN = (M.APPLIED, M.ACTIVE)


class AnswerState(models.TextChoices):
    """Of something that stands only when somebody else agrees: a swap of two shares, the days of a substitute."""

    ASKED = "asked", _("等答复")
    AGREED = "agreed", _("已定")
    DECLINED = "declined", _("没同意")
    WITHDRAWN = "withdrawn", _("已撤回")
    LAPSED = "lapsed", _("过期没答复")


N = AnswerState
ANSWER_TRANSITIONS = {
    N.ASKED: {N.AGREED, N.DECLINED, N.WITHDRAWN, N.LAPSED},
    N.AGREED: {N.WITHDRAWN},  # a substitute gives the days back; an agreed swap is swapped back
    N.DECLINED: set(),
    N.WITHDRAWN: set(),
    N.LAPSED: set(),
}
ANSWER_OPEN = (N.ASKED, N.AGREED)


class ChangeState(models.TextChoices):
    """Of a change of term, which needs a second officer."""

    PREPARING = "preparing", _("准备中")
    SUBMITTED = "submitted", _("待第二人确认")
    AGREED = "agreed", _("已确认")
    DROPPED = "dropped", _("不办了")


C = ChangeState
CHANGE_TRANSITIONS = {
    C.PREPARING: {C.SUBMITTED, C.DROPPED},
    C.SUBMITTED: {C.PREPARING, C.AGREED},
    C.AGREED: {C.SUBMITTED},  # withdrawn before midnight
    C.DROPPED: set(),
}
CHANGE_OPEN = (C.PREPARING, C.SUBMITTED)
