"""Which figures are due: of each period that is over and has none."""

import datetime as dt
from dataclasses import dataclass

from chengyang.platform.workdays.deadlines import due_on

from . import pace
from .models import Objective
from .states import ENTER_DAYS, FIGURE_STANDS, MONTHS


@dataclass(frozen=True)
class DueFigure:
    """The figure of `objective` for the half-open days `starts` to `ends`, to be entered by `by`."""

    objective: Objective
    starts: dt.date
    ends: dt.date
    by: dt.date


def due_figure(objective: Objective, day: dt.date) -> DueFigure | None:
    """Return the latest period of `objective` that is over on `day` and has no figure, None without one.

    An earlier period without a figure is not asked for once a later one is over: its number belongs into the next figure.
    """
    months = MONTHS.get(objective.every)
    if months is None or not objective.is_agreed:
        return None
    over = [one for one in pace.periods(objective.starts, objective.stops, months) if one[1] <= day]
    if not over:
        return None
    starts, ends = over[-1]
    is_entered = any(
        figure.on >= starts and figure.on < ends and figure.state in FIGURE_STANDS and figure.reverses_id is None
        for figure in objective.figures.all()
    )
    return None if is_entered else DueFigure(objective, starts, ends, due_on(ends - pace.ONE_DAY, ENTER_DAYS))
