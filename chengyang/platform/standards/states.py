"""The states of an assessment and the allowed transitions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AssessmentState(models.TextChoices):
    OPEN = "open", _("填写中")
    SUBMITTED = "submitted", _("待评定")
    PASSED = "passed", _("达标")
    FAILED = "failed", _("未达标")


TRANSITIONS = {
    AssessmentState.OPEN: {AssessmentState.SUBMITTED},
    AssessmentState.SUBMITTED: {AssessmentState.OPEN, AssessmentState.PASSED, AssessmentState.FAILED},
    AssessmentState.PASSED: set(),
    AssessmentState.FAILED: set(),
}
