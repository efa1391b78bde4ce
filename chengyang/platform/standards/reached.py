"""Who has reached a standard, as the handbook shows it (domain.md rule 11)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from chengyang.platform.metrics import registry as measures
from chengyang.platform.metrics.suppression import told

from .models import Assessment, Standard
from .subjects import subject_field, table_of

MOST = 60  # bodies that are named on the page
NOUNS = {"person": "人", "organization": "个组织", "base": "个基地", "team": "支服务队"}


@dataclass(frozen=True)
class Reached:
    """`number` is None where it is too small to be shown; `rows` are the latest passed assessments of public bodies."""

    number: int | None
    noun: str
    how_counted: Any
    rows: list[Assessment]


def reached(standard: Standard, user: Any, day: dt.date, *, named: bool = False) -> Reached:
    """Return how many have reached `standard` on `day`, and with `named` which bodies; persons are never named here."""
    measure = measures.get(f"standards.reached.{standard.subject}")
    number = measure.of()
    is_person = standard.subject == "person"
    if is_person and number:
        number = told(number)
    rows = _latest(standard, user, day) if named and not is_person else []
    return Reached(number, NOUNS[standard.subject], measure.how_counted, rows)


def _latest(standard: Standard, user: Any, day: dt.date) -> list[Assessment]:
    """Return the latest assessment that holds of each body that `user` may see, the newest first."""
    table = table_of(standard.subject)
    subject = subject_field(table).name
    rows = table.objects.visible_to(user).passed_on(day).filter(version__standard=standard)
    newest = rows.order_by(f"{subject}_id", "-assessed_on", "-pk").distinct(f"{subject}_id").values("pk")
    return list(
        table.objects.filter(pk__in=newest).select_related(subject, "version").order_by("-assessed_on", "pk")[:MOST]
    )
