"""The days of the calendar with their activities (`days`), lists of days and the search (`lists`), and the counts (`texts`)."""

from .days import Day, Entry, activities_in, dates_of, days_of
from .lists import Results, coming_days, days_after, extent, in_search, next_after, results
from .texts import inside, past_text, search_summary, summary

__all__ = [
    "Day",
    "Entry",
    "Results",
    "activities_in",
    "coming_days",
    "dates_of",
    "days_after",
    "days_of",
    "extent",
    "in_search",
    "inside",
    "next_after",
    "past_text",
    "results",
    "search_summary",
    "summary",
]
