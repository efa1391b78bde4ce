"""What pages show of each criterion of an assessment: what the subject says, what the records say, what officers find."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from chengyang import clock
from chengyang.platform.files.models import File

from . import numbers
from .findings import Finding
from .models import Criterion
from .states import AssessmentState

COUNTED_NOW = (AssessmentState.OPEN, AssessmentState.SUBMITTED)  # later the number is that of the finding


@dataclass(frozen=True)
class Shown:
    """One criterion with its finding; `files` and `fixed_files` are those that the reader may open."""

    criterion: Criterion
    finding: Finding
    files: Sequence[File] = field(default_factory=list)
    fixed_files: Sequence[File] = field(default_factory=list)
    number: numbers.Number | None = None
    number_url: str = ""

    @property
    def share(self) -> float:
        """Return the number beside what is needed, for a bar, at most 1."""
        return min(self.number.value / self.number.at_least, 1) if self.number else 0


def shown_of(assessment: Any, user: Any) -> list[Shown]:
    """Return what pages show of each criterion of `assessment` to `user`; one query for all files, one for each number."""
    rows = assessment.rows()
    wanted = [one for _criterion, finding in rows for one in finding.files()]
    found = File.objects.visible_to(user).filter(public_id__in=wanted) if wanted else ()
    files = {file.public_id: file for file in found}
    return [_shown(assessment, criterion, finding, files) for criterion, finding in rows]


def _shown(assessment: Any, criterion: Criterion, finding: Finding, files: dict[str, File]) -> Shown:
    stated, fixed = finding.get("file"), finding.fixed.get("file")
    return Shown(
        criterion,
        finding,
        [files[stated]] if stated in files else [],
        [files[fixed]] if fixed in files else [],
        number_of(assessment, criterion, finding),
        records_url(assessment, criterion) if criterion.metric else "",
    )


def number_of(assessment: Any, criterion: Criterion, finding: Finding) -> numbers.Number | None:
    """Return the number of `criterion`: as it is today, and once it was found, as it was then."""
    if assessment.state in COUNTED_NOW or finding.get("number") is None:
        return numbers.count(assessment.subject, criterion, clock.today())
    return numbers.stored(criterion, finding["number"])


def records_url(assessment: Any, criterion: Criterion) -> str:
    """Return the address of the records behind the number of `criterion`, on the staff site."""
    arguments = [assessment.code(), assessment.public_id, criterion.code]
    return reverse("admin:standards_standard_records", args=arguments)
