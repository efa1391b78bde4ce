"""State machines of requests, of the teams that work on them, of proposals, of outcomes and of pairs of them."""

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    SUBMITTED = "submitted", _("待受理")
    ROUTED = "routed", _("办理中")
    PAUSED = "paused", _("等补充")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")
    DIVERTED = "diverted", _("已转告渠道")


R = RequestState
REQUEST_TRANSITIONS = {
    R.SUBMITTED: {R.ROUTED, R.PAUSED, R.ANSWERED, R.WITHDRAWN, R.DIVERTED},
    R.ROUTED: {R.SUBMITTED, R.ROUTED, R.PAUSED, R.ANSWERED, R.WITHDRAWN, R.DIVERTED},
    R.PAUSED: {R.ROUTED, R.CLOSED, R.WITHDRAWN, R.DIVERTED},
    R.ANSWERED: {R.CLOSED, R.ROUTED},
    R.CLOSED: {R.ROUTED},
    R.WITHDRAWN: set(),
    R.DIVERTED: set(),
}
REQUEST_RUNNING = (R.SUBMITTED, R.ROUTED)  # the clock runs
REQUEST_OPEN = (*REQUEST_RUNNING, R.PAUSED)


class ShareState(models.TextChoices):
    ASKED = "asked", _("等回话")
    ACCEPTED = "accepted", _("在办")
    DONE = "done", _("已交")
    DECLINED = "declined", _("没接")
    ENDED = "ended", _("不再承办")


S = ShareState
SHARE_TRANSITIONS = {
    S.ASKED: {S.ACCEPTED, S.DONE, S.DECLINED, S.ENDED},
    S.ACCEPTED: {S.DONE, S.DECLINED, S.ENDED},
    S.DONE: {S.ACCEPTED, S.ENDED},
    S.DECLINED: set(),
    S.ENDED: set(),
}
SHARE_WAITING = (S.ASKED, S.ACCEPTED)  # an answer to the author waits for these
SHARE_TAKEN = (S.ACCEPTED, S.DONE)  # these work on the request, or have
SHARE_ACTIVE = (*SHARE_WAITING, S.DONE)  # these read the request


def state_of(leading: Collection[str], *, has_handler: bool) -> str:
    """Return the state of a running request, computed from the states `leading` of the teams that are asked to lead it.

    It is being dealt with once one of them has accepted, or when it was given to one handler (`has_handler`), which may
    answer at once; otherwise it waits to be taken in by the office.
    """
    return R.ROUTED if has_handler or {S.ACCEPTED, S.DONE} & set(leading) else R.SUBMITTED


class ProposalState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("退回修改")
    REVIEWED = "reviewed", _("待转办")
    FORWARDED = "forwarded", _("单位办理中")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("办结")
    MERGED = "merged", _("并案办理")
    DECLINED = "declined", _("不予转办")
    WITHDRAWN = "withdrawn", _("已撤回")


P = ProposalState
PROPOSAL_TRANSITIONS = {
    P.DRAFT: {P.SUBMITTED, P.WITHDRAWN},
    P.SUBMITTED: {P.REVIEWED, P.RETURNED, P.DECLINED, P.MERGED, P.WITHDRAWN},
    P.RETURNED: {P.SUBMITTED, P.WITHDRAWN},
    P.REVIEWED: {P.FORWARDED, P.RETURNED, P.DECLINED, P.MERGED, P.WITHDRAWN},
    P.FORWARDED: {P.REVIEWED, P.ANSWERED, P.WITHDRAWN},
    P.ANSWERED: {P.CLOSED},
    P.CLOSED: {P.ANSWERED},
    P.MERGED: {P.SUBMITTED, P.WITHDRAWN},
    P.DECLINED: set(),
    P.WITHDRAWN: set(),
}
PROPOSAL_EDITABLE = (P.DRAFT, P.RETURNED)
PROPOSAL_WITH_OFFICE = (P.SUBMITTED, P.REVIEWED)  # the office decides next
PROPOSAL_OPEN = (P.DRAFT, P.SUBMITTED, P.RETURNED, P.REVIEWED, P.FORWARDED)  # its author can withdraw it
PROPOSAL_ANSWERED = (P.ANSWERED, P.CLOSED)


class ReferralState(models.TextChoices):
    OPEN = "open", _("办理中")
    ANSWERED = "answered", _("已答复")
    HANDED_BACK = "handed_back", _("单位退回")
    RECALLED = "recalled", _("已收回")


class EditionState(models.TextChoices):
    CLEANED = "cleaned", _("等复核")
    RETURNED = "returned", _("退回再改")
    PUBLISHED = "published", _("已公开")
    DOWN = "down", _("已撤下")


N = EditionState
EDITION_TRANSITIONS = {
    N.CLEANED: {N.CLEANED, N.RETURNED, N.PUBLISHED, N.DOWN},
    N.RETURNED: {N.CLEANED, N.DOWN},
    N.PUBLISHED: {N.CLEANED, N.DOWN},
    N.DOWN: {N.CLEANED, N.RETURNED},  # returned: its author agrees again, or a name was hidden
}


class TeamApplicationState(models.TextChoices):
    APPLIED = "applied", _("等回话")
    ACCEPTED = "accepted", _("已收下")
    DECLINED = "declined", _("没有收下")
    WITHDRAWN = "withdrawn", _("已撤回")


T = TeamApplicationState
TEAM_APPLICATION_TRANSITIONS = {
    T.APPLIED: {T.ACCEPTED, T.DECLINED, T.WITHDRAWN},
    T.ACCEPTED: {T.APPLIED},  # a decision that is taken back
    T.DECLINED: {T.APPLIED},
    T.WITHDRAWN: set(),
}


class OutcomeState(models.TextChoices):
    REPORTED = "reported", _("待核实")
    CHECKED = "checked", _("已核实")
    REFUSED = "refused", _("未采信")


OUTCOME_TRANSITIONS = {
    OutcomeState.REPORTED: {OutcomeState.CHECKED, OutcomeState.REFUSED},
    OutcomeState.CHECKED: set(),
    OutcomeState.REFUSED: set(),
}


class DoubleState(models.TextChoices):
    SUSPECTED = "suspected", _("待认定")
    LINKED = "linked", _("是同一件，计一次")
    APART = "apart", _("是两件，各计各的")


DOUBLE_TRANSITIONS = {
    DoubleState.SUSPECTED: {DoubleState.LINKED, DoubleState.APART},
    DoubleState.LINKED: {DoubleState.SUSPECTED},
    DoubleState.APART: {DoubleState.SUSPECTED},
}
