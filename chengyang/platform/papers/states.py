"""The states of a version of a Word template."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TemplateState(models.TextChoices):
    DRAFT = "draft", _("未启用")
    IN_FORCE = "in_force", _("在用")
    RETIRED = "retired", _("已停用")


TEMPLATE_TRANSITIONS = {
    TemplateState.DRAFT: {TemplateState.IN_FORCE},
    TemplateState.IN_FORCE: {TemplateState.RETIRED},
    TemplateState.RETIRED: {TemplateState.IN_FORCE},  # back to a former version
}
