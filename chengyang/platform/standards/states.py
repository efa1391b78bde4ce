"""The states of an assessment and the allowed transitions, and what an officer finds for one criterion."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AssessmentState(models.TextChoices):
    OPEN = "open", _("填写中")
    SUBMITTED = "submitted", _("待评定")
    FOUND = "found", _("待复核")
    PASSED = "passed", _("达标")
    FAILED = "failed", _("未达标")
    APPEALED = "appealed", _("申诉中")
    DISCARDED = "discarded", _("不评了")


class EvaluationState(models.TextChoices):
    """The states of a yearly evaluation: those of an assessment; its results are no pass, so they have other words."""

    OPEN = "open", _("填写中")
    SUBMITTED = "submitted", _("待评价")
    FOUND = "found", _("待复核")
    PASSED = "passed", _("全部做到")
    FAILED = "failed", _("没有全做到")
    APPEALED = "appealed", _("申诉中")
    DISCARDED = "discarded", _("不评了")


TRANSITIONS = {
    AssessmentState.OPEN: {AssessmentState.SUBMITTED, AssessmentState.DISCARDED},
    AssessmentState.SUBMITTED: {AssessmentState.OPEN, AssessmentState.FOUND},
    AssessmentState.FOUND: {AssessmentState.SUBMITTED, AssessmentState.PASSED, AssessmentState.FAILED},
    AssessmentState.PASSED: set(),
    AssessmentState.FAILED: {AssessmentState.SUBMITTED, AssessmentState.APPEALED},
    AssessmentState.APPEALED: {AssessmentState.PASSED, AssessmentState.FAILED},
    AssessmentState.DISCARDED: {AssessmentState.OPEN},
}
RUNNING = (AssessmentState.OPEN, AssessmentState.SUBMITTED, AssessmentState.FOUND, AssessmentState.APPEALED)
WITH_OFFICERS = (AssessmentState.SUBMITTED, AssessmentState.FOUND, AssessmentState.APPEALED)
DECIDED = (AssessmentState.PASSED, AssessmentState.FAILED)


class VersionState(models.TextChoices):
    """What a version of a standard is; computed from its columns, see `Version.state`."""

    DRAFT = "draft", _("起草中")
    WAITING = "waiting", _("待复核")
    PUBLISHED = "published", _("已发布")


class Result(models.TextChoices):
    MET = "met", _("做到")
    PARTLY = "partly", _("部分做到")
    NOT_YET = "not_yet", _("还没做到")


# ---- deadlines in working days (domain.md rule 4) --------------------------------------------------------------------
FIND_DAYS = 10  # for the finding of the first officer
CONFIRM_DAYS = 5  # for the second officer
APPEAL_DAYS = 10  # within which the subject may appeal against a result
DECIDE_DAYS = 10  # for the third officer
PUBLISH_DAYS = 5  # for the second officer of a draft
