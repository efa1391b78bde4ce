"""States of a base and the allowed transitions between them."""

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
