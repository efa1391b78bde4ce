"""年度评价 of organizations, bases and teams: final results of the last two years, and what waits for officers."""

import datetime as dt
from typing import Any

from bases.models import Evaluation as BaseEvaluation
from chengyang.extensions import Period
from chengyang.platform.objectives import pace
from chengyang.platform.objectives.owners import metric_of, stopped_on
from chengyang.platform.standards.models import Criterion, Standard, Version
from chengyang.platform.standards.states import APPEAL_DAYS, DECIDE_DAYS, FIND_DAYS
from organizations.models import Evaluation as OrganizationEvaluation
from services.models import Evaluation as TeamEvaluation

from .assessments import officers_of, submitter_of
from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource

# code, name, guidance, metric, at least
SCHEMES: dict[str, tuple[str, Any, tuple[tuple[str, str, str, str, int | None], ...]]] = {
    "organization": (
        "组织",
        OrganizationEvaluation,
        (
            ("activities", "活动经常", "一年办了多少场活动", "activities_completed", 2),
            ("members", "队伍在长大", "年末的会员数", "memberships", 20),
            ("rules", "制度管用", "轮值、例会、财务公开按制度办", "", None),
            ("service", "会员得实惠", "会员的诉求件件有回音", "", None),
        ),
    ),
    "base": (
        "基地",
        BaseEvaluation,
        (
            ("activities", "活动不断", "一年办了多少场活动", "activities_completed", 3),
            ("open", "按时开放", "公布的开放时间都开着", "", None),
            ("brand", "有自己的特色", "品牌活动连续办", "", None),
        ),
    ),
    "team": (
        "服务队",
        TeamEvaluation,
        (
            ("hours", "服务够数", "一年的志愿服务时长", "volunteer_hours", 60),
            ("answers", "点单有回应", "群众点的单都答复了", "", None),
            ("records", "记录齐全", "签到签退、服务记录都在", "", None),
        ),
    ),
}
NOTES = ("台账在秘书处，按月整理。", "做法写进了工作手册，人人照着做。", "材料都交在附件里。")
SHORT = "有两个月没有记录，说明做法没有坚持下来。"
WAITING = {
    "organization": "xiazhuang",
    "base": "xiaxin-lianxin",
}  # whose evaluation of the last year waits for an officer
SHARE_MET = 0.93


def make_evaluations(dataset: Dataset) -> None:
    """Create the schemes of the last two years, with final results of the earlier and results of the later one."""
    rng = dataset.random_source("evaluations")
    owners = {"organization": dataset.organizations, "base": dataset.bases, "team": dataset.teams}
    for kind, rows in owners.items():
        for back in (2, 1):
            year = dataset.today.year - back
            version = _scheme(dataset, kind, year)
            found = [row for row in rows.values() if _was_there(row, year)]
            insert([_evaluation(dataset, rng, version, kind, row, year) for row in found])


def _was_there(row: Any, year: int) -> bool:
    began = getattr(row, "founded_on", None) or getattr(row, "opened_on", None)
    is_there = row.is_published and getattr(row, "state", "") not in ("preparing", "closed", "dissolved")
    return is_there and not stopped_on(row) and (began is None or began.year <= year)


def _scheme(dataset: Dataset, kind: str, year: int) -> Version:
    label, _model, items = SCHEMES[kind]
    standard = Standard.objects.create(
        code=f"{kind}-{year}", name=f"{year} 年{label}评价办法（演示）", subject=kind, year=year, order=10
    )
    version = standard.versions.create(
        text="演示用的办法：数从记录里数，其余各项自述、初评、复核。",
        drafted_by=dataset.personas["district"],
        submitted_by=dataset.personas["district"],
    )
    Criterion.objects.bulk_create(
        [
            Criterion(
                version=version, code=code, name=name, guidance=guidance, metric=metric, at_least=least, order=order
            )
            for order, (code, name, guidance, metric, least) in enumerate(items)
        ]
    )
    version.published_on, version.published_by = dt.date(year, 2, 1), dataset.personas["district_2"]
    version.save(update_fields=["published_on", "published_by"])
    return version


def _evaluation(dataset: Dataset, rng: RandomSource, version: Version, kind: str, owner: Any, year: int) -> Any:
    _label, model, items = SCHEMES[kind]
    is_waiting = year == dataset.today.year - 1 and WAITING.get(kind) == owner.slug
    author = submitter_of(dataset, owner)
    row = model(public_id=rng.public_id(), version=version, submitted_by=author, is_demo=True, **{kind: owner})
    period = Period(*pace.year_of(year))
    row.findings = {
        code: _finding(rng, owner, metric, least, period, is_found=not is_waiting)
        for code, _name, _guidance, metric, least in items
    }
    if is_waiting:
        row.state, row.due_on = "submitted", dataset.due(dataset.today, FIND_DAYS - 4)
        return row
    row.found_by, row.assessed_by = officers_of(dataset, owner, author)
    row.found_on = min(dt.date(year + 1, 1, 8), dataset.ago(3))
    row.assessed_on = min(dt.date(year + 1, 1, 12), dataset.ago(2))
    is_passed = all(finding["result"] == "met" for finding in row.findings.values())
    row.state = "passed" if is_passed else "failed"
    row.final_on = row.assessed_on if is_passed else dataset.due(row.assessed_on, APPEAL_DAYS) + dt.timedelta(days=1)
    if (
        not is_passed
        and rng.chance(0.2)
        and row.found_by is not None
        and dataset.due(row.assessed_on, 4) < dataset.today
    ):
        _appealed(dataset, row, author)
    return row


def _appealed(dataset: Dataset, row: Any, author: Any) -> None:
    """Let the organizer have appealed, and a third officer have upheld the result."""
    third = next(
        (
            officer
            for officer in (*dataset.officers.values(), dataset.personas["district"], dataset.personas["district_2"])
            if officer not in (author, row.found_by, row.assessed_by)
        ),
        None,
    )
    row.appeal, row.appealed_by, row.appealed_on = (
        "那两个月在装修，有停用公告。",
        author,
        dataset.due(row.assessed_on, 2),
    )
    row.decision, row.decided_by = "公告看过，停用期间的记录仍应补记，维持。", third
    row.decided_on = min(dataset.due(row.appealed_on, DECIDE_DAYS - 5), dataset.ago(1))
    row.final_on = row.decided_on


def _finding(
    rng: RandomSource, owner: Any, metric: str, least: int | None, period: Period, *, is_found: bool
) -> dict[str, Any]:
    """Return what is said and found of one item; what is counted follows from the records."""
    stated = {"note": rng.choice(NOTES), "link": "", "file": ""}
    is_good = rng.chance(SHARE_MET)
    number = None
    if metric and least is not None:
        number = float(metric_of(metric).of(owner, period))
        is_good = number >= least
    if not is_found:
        return stated
    result = {"result": "met" if is_good else "partly", "reason": "" if is_good else SHORT, "by": "", "number": number}
    return {**stated, **result}
