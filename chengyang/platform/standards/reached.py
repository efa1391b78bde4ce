"""How many subjects have reached a standard, for the public handbook (domain.md rule 11)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from chengyang import extensions
from chengyang.platform.web.suppression import suppress_small

from .models import Assessment, Standard
from .subjects import table_of

MOST = 60  # organizers that are named on the page
NOUNS = {"person": "人", "organization": "个组织", "base": "个基地", "team": "支服务队"}


@dataclass(frozen=True)
class Reached:
    """The result for one standard.

    `number` is None where it is too small to be published; `rows` are the latest passed assessments of visible organizers.
    """

    number: int | None
    noun: str
    how_counted: Any
    rows: list[Assessment]


def reached(standard: Standard, user: Any, day: dt.date, *, named: bool = False) -> Reached:
    """Return how many subjects have reached `standard`.

    With `named` the result lists the organizers that are valid on `day` and visible to `user`; persons are never named here.
    """
    metric = extensions.metric(f"standards.reached.{standard.subject}")
    number = metric.of()
    is_person = standard.subject == "person"
    if is_person and number:
        number = suppress_small(number)
    rows = _latest(standard, user, day) if named and not is_person else []
    return Reached(number, NOUNS[standard.subject], metric.how_counted, rows)


def _latest(standard: Standard, user: Any, day: dt.date) -> list[Assessment]:
    """Return the latest valid assessment of each organizer that `user` may see, the newest first."""
    table = table_of(standard.subject)
    subject = table.SUBJECT
    rows = table.objects.visible_to(user).passed_on(day).filter(version__standard=standard)
    newest = rows.order_by(f"{subject}_id", "-assessed_on", "-pk").distinct(f"{subject}_id").values("pk")
    return list(
        table.objects.filter(pk__in=newest).select_related(subject, "version").order_by("-assessed_on", "pk")[:MOST]
    )
