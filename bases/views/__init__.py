"""Pages of bases and of visits to them."""

from .bases import base_detail, base_figures, base_list, resign
from .visits import (
    accept_visit,
    cancel_visit,
    change_people,
    erase_visit,
    my_visits,
    rate_visit,
    request_visit,
    visit,
    visit_ics,
)

__all__ = [
    "accept_visit",
    "base_detail",
    "base_figures",
    "base_list",
    "cancel_visit",
    "change_people",
    "erase_visit",
    "my_visits",
    "rate_visit",
    "request_visit",
    "resign",
    "visit",
    "visit_ics",
]
