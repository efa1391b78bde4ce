"""The states of a year's plan, of a figure and of a revision, and where an objective stands against the calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    DRAFT = "draft", _("起草中")
    WAITING = "waiting", _("待复核")
    PUBLISHED = "published", _("已发布")


PLAN_TRANSITIONS = {
    PlanState.DRAFT: {PlanState.WAITING},
    PlanState.WAITING: {PlanState.DRAFT, PlanState.PUBLISHED},
    PlanState.PUBLISHED: set(),
}


class FigureState(models.TextChoices):
    REPORTED = "reported", _("待核对")
    CHECKED = "checked", _("已核对")
    REFUSED = "refused", _("没有采信")
    WITHDRAWN = "withdrawn", _("已撤回")


FIGURE_TRANSITIONS = {
    FigureState.REPORTED: {FigureState.CHECKED, FigureState.REFUSED, FigureState.WITHDRAWN},
    FigureState.CHECKED: set(),
    FigureState.REFUSED: set(),
    FigureState.WITHDRAWN: set(),
}
FIGURE_STANDS = (FigureState.REPORTED, FigureState.CHECKED)


class RevisionState(models.TextChoices):
    WAITING = "waiting", _("待复核")
    AGREED = "agreed", _("已同意")
    DECLINED = "declined", _("没有同意")
    WITHDRAWN = "withdrawn", _("已撤回")


REVISION_TRANSITIONS = {
    RevisionState.WAITING: {RevisionState.AGREED, RevisionState.DECLINED, RevisionState.WITHDRAWN},
    RevisionState.AGREED: set(),
    RevisionState.DECLINED: set(),
    RevisionState.WITHDRAWN: set(),
}


class RevisionKind(models.TextChoices):
    TARGET = "target", _("改目标数")
    ADD = "add", _("加一项")
    DROP = "drop", _("不再做")


class Every(models.TextChoices):
    """How often a figure is due."""

    NEVER = "", _("不定期")
    MONTH = "month", _("每月")
    QUARTER = "quarter", _("每季度")
    HALF = "half", _("每半年")


MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF: 6}  # in a period of `Every`


class Light(models.TextChoices):
    """Where an objective stands against the calendar; `pace.light` has the rule."""

    NOT_YET = "not_yet", _("还没开始")
    AHEAD = "ahead", _("走在前面")
    ON_TIME = "on_time", _("跟上")
    LATE = "late", _("慢了")
    REACHED = "reached", _("完成")
    MISSED = "missed", _("没完成")
    ENDED = "ended", _("随组织终止")


# The CSS class and the icon of each: a light is never shown by its colour alone.
BADGES = {
    Light.NOT_YET: ("", "clock"),
    Light.AHEAD: ("is-good", "up"),
    Light.ON_TIME: ("is-good", "right"),
    Light.LATE: ("is-soon", "down"),
    Light.REACHED: ("is-good", "check"),
    Light.MISSED: ("is-bad", "close"),
    Light.ENDED: ("", "minus"),
}

# ---- deadlines in working days ---------------------------------------------------------------------------------------
PUBLISH_DAYS = 5  # for the second officer of a plan or of a revision
CHECK_DAYS = 5  # for the second person of a figure
ENTER_DAYS = 5  # for the figure of a period that is over
