"""The final result of an evaluation as everybody reads it: each item in words, beside that of the year before, and its records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chengyang import extensions
from chengyang.platform.web.suppression import few_behind, is_few_people

from . import numbers
from .findings import Finding
from .models import Criterion, Evaluation

MOST_RECORDS = 20  # of a number on the page


@dataclass(frozen=True)
class Item:
    """One item: what was found, and with a number the rows behind it that are public; `hidden` are not.

    `before` is the finding of the year before on the item of the same code, None without one.
    """

    criterion: Criterion
    finding: Finding
    number: numbers.Number | None
    is_few: bool
    records: Sequence[Any]
    hidden: int
    before: Finding | None


def items_of(evaluation: Evaluation) -> list[Item]:
    """Return the items of `evaluation` in order."""
    before = evaluation.before()
    return [_item(evaluation, criterion, finding, before) for criterion, finding in evaluation.rows()]


def _item(evaluation: Evaluation, criterion: Criterion, finding: Finding, before: Evaluation | None) -> Item:
    number = numbers.stored(criterion, finding.get("number"))
    is_hidden = number is not None and _is_few(evaluation, criterion, number)
    records: list[Any] = []
    hidden = 0
    if number is not None and not is_hidden and evaluation.found_on:
        found = numbers.records(evaluation.subject, criterion, evaluation.found_on)
        if found is not None:
            records = numbers.public_rows(found, MOST_RECORDS)
            hidden = found.count() - len(records)
    last = before.finding(criterion.code) if before and criterion.code in before.findings else None
    return Item(criterion, finding, number, is_hidden, records, hidden, last)


def _is_few(evaluation: Evaluation, criterion: Criterion, number: numbers.Number) -> bool:
    """Return whether one to four persons are behind `number`, or follow from it and from what other public pages show in its place."""
    metric = numbers.metric_of(criterion)
    if metric is None or not evaluation.found_on:
        return is_few_people(number.unit, number.value)
    period, public = numbers.period_of(criterion, evaluation.found_on), extensions.public_metric(metric)
    if public is not metric and public.of(evaluation.subject, period) != metric.of(evaluation.subject, period):
        return True
    return few_behind(metric, number.value, evaluation.subject, period)
