"""The kept figures of the board, what marks them as old, and the reports."""

from .figures import DayFigure, Keeping, Mark, PeriodFigure, PublishedPersons
from .reports import Report

__all__ = ["DayFigure", "Keeping", "Mark", "PeriodFigure", "PublishedPersons", "Report"]
