"""States of an application, a person and a representative, and the allowed transitions (domain.md, "Words")."""

from django.db import models
from django.utils.translation import gettext_lazy as _

FIRST_REVIEW_DAYS = 5  # working days; promised on the registration page
SECOND_REVIEW_DAYS = 3  # working days from the first review


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("填写中")
    SUBMITTED = "submitted", _("待初审")
    RETURNED = "returned", _("退回修改")
    FIRST_REVIEWED = "first_reviewed", _("待复审")
    APPROVED = "approved", _("已入册")
    DECLINED = "declined", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


S = ApplicationState
APPLICATION_TRANSITIONS = {
    S.DRAFT: {S.SUBMITTED, S.WITHDRAWN},
    S.SUBMITTED: {S.RETURNED, S.FIRST_REVIEWED, S.DECLINED, S.WITHDRAWN},
    S.RETURNED: {S.SUBMITTED, S.WITHDRAWN},
    S.FIRST_REVIEWED: {S.RETURNED, S.APPROVED, S.DECLINED, S.WITHDRAWN},
    S.APPROVED: set(),
    S.DECLINED: set(),
    S.WITHDRAWN: set(),
}
APPLICATION_OPEN = (S.DRAFT, S.SUBMITTED, S.RETURNED, S.FIRST_REVIEWED)
APPLICATION_WITH_APPLICANT = (S.DRAFT, S.RETURNED)
APPLICATION_WITH_STAFF = (S.SUBMITTED, S.FIRST_REVIEWED)  # officers read and decide


class PersonState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", _("待本人确认")
    ACTIVE = "active", _("在册")
    LEFT = "left", _("已退出")
    ERASED = "erased", _("已删除")  # the row stays because others refer to it; no personal data is left in it


PERSON_TRANSITIONS = {
    PersonState.UNCONFIRMED: {PersonState.ACTIVE},
    PersonState.ACTIVE: {PersonState.LEFT},
    PersonState.LEFT: {PersonState.ACTIVE, PersonState.ERASED},  # ACTIVE again: the person returned within 30 days
    PersonState.ERASED: set(),
}


CORRECTION_DAYS = 5  # working days; promised on the page where a person corrects the own details


class CorrectionState(models.TextChoices):
    WAITING = "waiting", _("待核对")
    ACCEPTED = "accepted", _("已更正")
    REFUSED = "refused", _("未同意")
    WITHDRAWN = "withdrawn", _("已撤回")


CORRECTION_TRANSITIONS = {
    CorrectionState.WAITING: {CorrectionState.ACCEPTED, CorrectionState.REFUSED, CorrectionState.WITHDRAWN},
    CorrectionState.ACCEPTED: set(),
    CorrectionState.REFUSED: set(),
    CorrectionState.WITHDRAWN: set(),
}


class RepresentativeState(models.TextChoices):
    NOMINATED = "nominated", _("待初审")
    FIRST_REVIEWED = "first_reviewed", _("待复审")
    NAMED = "named", _("代表人士")
    DECLINED = "declined", _("未通过")
    ENDED = "ended", _("任期结束")


R = RepresentativeState
REPRESENTATIVE_TRANSITIONS = {
    R.NOMINATED: {R.FIRST_REVIEWED, R.DECLINED},
    R.FIRST_REVIEWED: {R.NAMED, R.DECLINED},
    R.NAMED: {R.ENDED},
    R.DECLINED: set(),
    R.ENDED: set(),
}
