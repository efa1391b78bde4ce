"""States of an organization and of a membership, and the allowed transitions between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganizationState(models.TextChoices):
    PREPARING = "preparing", _("筹建中")
    FOUNDED = "founded", _("已成立")
    DISSOLVED = "dissolved", _("已注销")


ORGANIZATION_TRANSITIONS = {
    OrganizationState.PREPARING: {OrganizationState.FOUNDED, OrganizationState.DISSOLVED},
    OrganizationState.FOUNDED: {OrganizationState.DISSOLVED},
    OrganizationState.DISSOLVED: set(),
}


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
