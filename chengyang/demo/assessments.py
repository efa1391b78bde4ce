"""Assessments (“五好”, “六有”), honours, and the page texts of organizers that the published report only counts."""

import datetime as dt
from typing import Any

from bases.models import ASSESSMENT_VALIDITY, Honour
from bases.models import Assessment as BaseAssessment
from organizations.models import Assessment as OrganizationAssessment

from .accounts import DOMAIN
from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource
from .words import words

# Assessments of organizations: slug, state, assessed how many days ago.
FIVE_GOODS = (
    ("lianhehui", "passed", 420),
    ("jihongtan", "passed", 300),
    ("xiazhuang", "passed", 210),
    ("chengyang", "passed", 130),
    ("hongdao", "failed", 75),
    ("liuting", "submitted", 0),
    ("xinmeiti", "open", 0),
)
# Assessments of bases. The days give lights of every colour: the first five are green, the next two amber, the next red.
SIX_HAVES = (
    ("xinxin-xiangyang", "passed", 120),
    ("lexiang-xinshenghuo", "passed", 200),
    ("liuting-xinliliang", "passed", 60),
    ("jihongtan-jiangxin", "passed", 255),
    ("xiangyang-huiketing", "passed", 30),
    ("xiaxin-lianxin", "passed", 325),
    ("haichuang-tiandi", "passed", 341),
    ("hetao-xinzhigu", "passed", 385),
    ("haichuang-tiandi", "submitted", 0),
    ("xiaxin-lianxin", "submitted", 0),
    ("hongdao-xinyu", "open", 0),
)
HONOURS = (
    ("xinxin-xiangyang", "城阳区五星活动阵地", "district", 2024),
    ("xiaxin-lianxin", "青岛市城乡共建示范点", "city", 2024),
    ("xiangyang-huiketing", "城阳区四星活动阵地", "district", 2025),
    ("jihongtan-jiangxin", "青岛市工匠驿站", "city", 2023),
)


def make_assessments(dataset: Dataset) -> None:
    """Create assessments and honours, and write the page texts of organizers that are demo rows."""
    rng = dataset.random_source("standing")  # the name is part of the seed: another name would change all rows
    five = [_assessment(dataset, rng, "five_goods", dataset.organizations[slug], *what) for slug, *what in FIVE_GOODS]
    six = [_assessment(dataset, rng, "six_haves", dataset.bases[slug], *what) for slug, *what in SIX_HAVES]
    insert(five)
    insert(six)
    insert(
        Honour(base=dataset.bases[slug], title=title, level=level, year=year, is_demo=True)
        for slug, title, level, year in HONOURS
    )
    _fill_pages(dataset)


def _assessment(dataset: Dataset, rng: RandomSource, code: str, organizer: Any, state: str, ago: int) -> Any:
    model = OrganizationAssessment if code == "five_goods" else BaseAssessment
    is_decided = state in ("passed", "failed")
    day = dataset.ago(ago) if is_decided else None
    return model(
        public_id=rng.public_id(),
        version=dataset.standards[code],
        state=state,
        findings=_findings(rng, code, state),
        note="队伍覆盖面还不够，请补充新增会员情况后再报。" if state == "failed" else "",
        submitted_by=_submitter(dataset, organizer) if state != "open" else None,
        assessed_by=dataset.personas["district"] if is_decided else None,
        assessed_on=day,
        expires_on=day + ASSESSMENT_VALIDITY if state == "passed" and code == "six_haves" else None,
        is_demo=True,
        **{organizer._meta.model_name: organizer},
    )


def _findings(rng: RandomSource, code: str, state: str) -> dict[str, dict[str, Any]]:
    """Return the finding on each criterion; an open assessment has only the first three."""
    found = {
        criterion: {"met": True, "note": rng.choice(notes), "file": ""}
        for criterion, notes in words["findings"][code].items()
    }
    if state == "failed":
        found["team"] = {"met": False, "note": "近一年没有新增会员，名册未更新。", "file": ""}
    return dict(list(found.items())[:3]) if state == "open" else found


def _submitter(dataset: Dataset, organizer: Any) -> Any:
    """Return the account that submits the assessment: the persona who manages `organizer`, else an officer.

    It is never the district account that decides on the assessment (rule 2).
    """
    if organizer.slug == "xiaxin-lianxin":
        return dataset.personas["base_manager"]
    if organizer.slug == "xiazhuang":
        return dataset.personas["secretary"]
    return dataset.officer(organizer.subdistrict)


def _fill_pages(dataset: Dataset) -> None:
    """Write the page texts of organizers that are demo rows; the texts of the published ones stay as they are."""
    for organizer in dataset.bases.values():
        if organizer.is_demo and not organizer.summary:
            _write(organizer, **words["bases"][organizer.slug])
    for organizer in dataset.teams.values():
        if organizer.is_demo and not organizer.summary:
            since = dt.date(2018, 3, 1)
            _write(organizer, founded_on=since, **words["teams"][organizer.slug])
    for organizer in dataset.organizations.values():
        if organizer.is_demo and not organizer.summary:
            key = organizer.subdistrict.short_name if organizer.subdistrict else organizer.slug
            _write(organizer, summary=words["organizations"][key])


def _write(organizer: Any, **columns: Any) -> None:
    columns["contact"] = f"{organizer.slug}@{DOMAIN}"
    for name, value in columns.items():
        setattr(organizer, name, value)
    organizer.save(update_fields=list(columns))
