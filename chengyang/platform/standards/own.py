"""The assessments of the subjects that somebody manages by a post, and of themself, for the pages below /me/."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from chengyang import clock, extensions
from chengyang.platform.accounts.access import access_scope

from .states import RUNNING, AssessmentState
from .subjects import all_tables, has_ended, has_standard, open_years

MOST = 60  # assessments of one kind on the page


def own_assessments(table: Any, user: Any) -> QuerySet:
    """Return the assessments in `table` of the organizers that `user` manages by a post, or of the person `user`."""
    kind = table.SUBJECT
    own = Q(person__user=user) if kind == "person" else Q(**{f"{kind}__in": access_scope(user).managed(kind)})
    return table.objects.visible_to(user).filter(own)


@dataclass(frozen=True)
class OwnSubject:
    """An organizer that somebody manages, or they themself: its kind, its assessments, and whether a new one can begin."""

    kind: str
    subject: Any
    rows: list[Any]
    can_start: bool
    evaluations: list[Any] = field(default_factory=list)
    years: list[int] = field(default_factory=list)  # for which an evaluation can begin


def own_subjects(user: Any) -> list[OwnSubject]:
    """Return the organizers that `user` manages, and `user` as a person, with their assessments, the latest first."""
    found: list[OwnSubject] = []
    for table in extensions.assessment_tables():
        kind = table.SUBJECT
        rows = own_assessments(table, user).select_related(kind).with_rays()[:MOST]
        by_subject: dict[Any, list[Any]] = {row.subject: [] for row in rows}
        for row in rows:
            by_subject[row.subject].append(row)
        if kind != "person":
            managed = access_scope(user).managed(kind)
            subjects = table._meta.get_field(kind).related_model.objects.visible_to(user).filter(pk__in=managed)
            by_subject |= {one: by_subject.get(one, []) for one in subjects}
        evaluated = _evaluations(kind, user)
        found += [
            OwnSubject(kind, one, its, _can_start(kind, one, its), *_of_years(kind, one, evaluated))
            for one, its in by_subject.items()
        ]
    return found


def _evaluations(kind: str, user: Any) -> list[Any]:
    """Return the evaluations of the organizers of `kind` that `user` manages, the latest first."""
    table = next((one for one in extensions.evaluation_tables() if kind == one.SUBJECT), None)
    return list(own_assessments(table, user).select_related(kind).with_rays()[:MOST]) if table else []


def _of_years(kind: str, subject: Any, evaluated: list[Any]) -> tuple[list[Any], list[int]]:
    """Return the evaluations of `subject`, and the years for which one can begin."""
    own = [row for row in evaluated if row.subject == subject]
    if kind == "person" or has_ended(subject):
        return own, []
    return own, [year for year in open_years(kind) if all(row.year != year for row in own)]


def _can_start(kind: str, subject: Any, rows: list[Any]) -> bool:
    running = any(row.state in RUNNING for row in rows)
    return kind != "person" and not has_ended(subject) and not running and has_standard(kind)


def tasks_of(user: Any) -> list[tuple[Any, dt.date | None]]:
    """Return what the managers of a subject have to do: (assessment, by when) of what is to be filled in or put right."""
    scope = access_scope(user)
    found = []
    for table in all_tables():
        if not scope.managed(table.SUBJECT):
            continue
        rows = own_assessments(table, user).filter(state__in=(AssessmentState.OPEN, AssessmentState.FAILED))
        waits = Q(state=AssessmentState.OPEN) | Q(due_on__isnull=False)
        found += [
            (row, row.due_on) for row in rows.filter(waits).select_related(table.SUBJECT, "version__standard")[:9]
        ]
    return sorted(found, key=lambda one: (one[1] or clock.today(), one[0].pk))
