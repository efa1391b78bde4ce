"""State machines of requests, of the teams that work on them, and of outcomes."""

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
SHARE_ACTIVE = (*SHARE_WAITING, S.DONE)  # these read the request


def state_of(leading: Collection[str], *, has_handler: bool) -> str:
    """Return the state of a running request, computed from the states `leading` of the teams that are asked to lead it.

    It is being dealt with once one of them has accepted, or when it was given to one handler (`has_handler`), which may
    answer at once; otherwise it waits to be taken in by the office.
    """
    return R.ROUTED if has_handler or {S.ACCEPTED, S.DONE} & set(leading) else R.SUBMITTED


class OutcomeState(models.TextChoices):
    REPORTED = "reported", _("待核实")
    CHECKED = "checked", _("已核实")
    REFUSED = "refused", _("未采信")


OUTCOME_TRANSITIONS = {
    OutcomeState.REPORTED: {OutcomeState.CHECKED, OutcomeState.REFUSED},
    OutcomeState.CHECKED: set(),
    OutcomeState.REFUSED: set(),
}
