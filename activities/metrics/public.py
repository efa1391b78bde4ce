"""Metrics that the public reads in place of others: sums of the numbers that the pages of activities show (domain.md rule 11)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chengyang.extensions import Kept, Metric

from ..signup_status import with_public_attendance, with_public_hours
from . import attendance, representatives

_BY_CODE = {metric.code: metric for metric in (*attendance.METRICS, *representatives.METRICS)}


def _public(code: str, only: Callable[[QuerySet], QuerySet]) -> Metric:
    """Return what the public reads in place of the metric `code`: `only` narrows its rows to activities whose pages show the number."""
    metric = _BY_CODE[code]
    kept: Kept = metric.kept  # type: ignore[assignment]
    return Metric(
        f"public_{code}",
        metric.label,
        metric.unit,
        format_lazy("{}；{}", metric.how_counted, _("不足 5 人的场次不算在公开的数里")),
        lambda subject, period: only(metric.records(subject, period)),
        metric.value,
        kept=replace(kept, rows=lambda: only(kept.rows())),
        persons=metric.persons,
        instead_of=code,
        subset_of=metric.subset_of,
    )


METRICS = [
    _public("attendances", with_public_attendance),
    _public("xinxin_attendances", with_public_attendance),
    _public("volunteer_hours", with_public_hours),
    _public("representatives_attending", partial(with_public_attendance, prefix="signup__activity__")),
    _public("representatives_hours", with_public_hours),
]
