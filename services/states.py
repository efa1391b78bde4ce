"""States and transitions of requests and outcomes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    SUBMITTED = "submitted", _("待受理")
    ROUTED = "routed", _("办理中")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")


R = RequestState
REQUEST_TRANSITIONS = {
    R.SUBMITTED: {R.ROUTED, R.ANSWERED, R.WITHDRAWN},
    R.ROUTED: {R.ROUTED, R.ANSWERED, R.WITHDRAWN},
    R.ANSWERED: {R.CLOSED, R.ROUTED},
    R.CLOSED: set(),
    R.WITHDRAWN: set(),
}
REQUEST_OPEN = (R.SUBMITTED, R.ROUTED)


class OutcomeState(models.TextChoices):
    REPORTED = "reported", _("待核实")
    CHECKED = "checked", _("已核实")
    REFUSED = "refused", _("未采信")


OUTCOME_TRANSITIONS = {
    OutcomeState.REPORTED: {OutcomeState.CHECKED, OutcomeState.REFUSED},
    OutcomeState.CHECKED: set(),
    OutcomeState.REFUSED: set(),
}
