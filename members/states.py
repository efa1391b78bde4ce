"""States of an application, a person and a representative, and the allowed transitions (domain.md, "Words")."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

FIRST_REVIEW_DAYS = 5  # working days; promised on the registration page
SECOND_REVIEW_DAYS = 3  # working days from the first review, or from the proposal to decline
OBJECTION_DAYS = 5  # working days to decide an objection
OBJECTION_WITHIN = dt.timedelta(days=30)  # as long as a declined application is stored


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("填写中")
    SUBMITTED = "submitted", _("待初审")
    RETURNED = "returned", _("退回修改")
    FIRST_REVIEWED = "first_reviewed", _("待复审")
    DECLINE_PROPOSED = "decline_proposed", _("待复核")
    APPROVED = "approved", _("已入册")
    DECLINED = "declined", _("未通过")
    OBJECTED = "objected", _("申诉待复核")
    WITHDRAWN = "withdrawn", _("已撤回")


S = ApplicationState
APPLICATION_TRANSITIONS = {
    S.DRAFT: {S.SUBMITTED, S.WITHDRAWN},
    S.SUBMITTED: {S.RETURNED, S.FIRST_REVIEWED, S.DECLINE_PROPOSED, S.WITHDRAWN, S.DRAFT},
    S.RETURNED: {S.SUBMITTED, S.WITHDRAWN},
    S.FIRST_REVIEWED: {S.RETURNED, S.APPROVED, S.DECLINE_PROPOSED, S.WITHDRAWN, S.DRAFT},
    # Somebody else confirms the proposal, or the review goes on where it was.
    S.DECLINE_PROPOSED: {S.DECLINED, S.RETURNED, S.SUBMITTED, S.FIRST_REVIEWED, S.WITHDRAWN},
    S.APPROVED: set(),
    S.DECLINED: {S.OBJECTED},
    S.OBJECTED: {S.SUBMITTED, S.DECLINED, S.WITHDRAWN},
    S.WITHDRAWN: set(),
}
APPLICATION_WITH_APPLICANT = (S.DRAFT, S.RETURNED)
APPLICATION_WITH_STAFF = (S.SUBMITTED, S.FIRST_REVIEWED, S.DECLINE_PROPOSED, S.OBJECTED)  # officers read and decide
APPLICATION_OPEN = (*APPLICATION_WITH_APPLICANT, *APPLICATION_WITH_STAFF)
APPLICATION_CORRECTABLE = (S.SUBMITTED, S.FIRST_REVIEWED)  # the applicant may take it back, to correct it


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
    CorrectionState.ACCEPTED: {CorrectionState.WAITING},  # the decision is undone
    CorrectionState.REFUSED: {CorrectionState.WAITING},
    CorrectionState.WITHDRAWN: set(),
}


class RepresentativeState(models.TextChoices):
    NOMINATED = "nominated", _("待初审")
    FIRST_REVIEWED = "first_reviewed", _("待复审")
    DECLINE_PROPOSED = "decline_proposed", _("待复核")
    NAMED = "named", _("代表人士")
    DECLINED = "declined", _("未通过")
    ENDED = "ended", _("任期结束")


R = RepresentativeState
REPRESENTATIVE_TRANSITIONS = {
    # DECLINED at once when the person leaves; an officer only proposes it.
    R.NOMINATED: {R.FIRST_REVIEWED, R.DECLINE_PROPOSED, R.DECLINED},
    R.FIRST_REVIEWED: {R.NAMED, R.DECLINE_PROPOSED, R.DECLINED},
    # Somebody else confirms the proposal, or the review goes on where it was.
    R.DECLINE_PROPOSED: {R.DECLINED, R.NOMINATED, R.FIRST_REVIEWED},
    R.NAMED: {R.ENDED},
    R.DECLINED: set(),
    R.ENDED: set(),
}
REPRESENTATIVE_REVIEWED = (R.NOMINATED, R.FIRST_REVIEWED, R.DECLINE_PROPOSED)  # waits for an officer
