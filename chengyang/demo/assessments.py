"""Assessments (“五好”, “六有”), honours, and the page texts of organizers that the published report only counts."""

import datetime as dt
from typing import Any

from bases.models import ASSESSMENT_VALIDITY, Honour
from bases.models import Assessment as BaseAssessment
from chengyang import clock
from chengyang.platform.standards.models import Criterion, Standard, Version
from chengyang.platform.standards.states import CONFIRM_DAYS, DECIDE_DAYS, FIND_DAYS, PUBLISH_DAYS
from organizations.models import Assessment as OrganizationAssessment
from services.models import Assessment as TeamAssessment

from .accounts import DOMAIN
from .bulk import insert
from .dataset import Dataset
from .randomness import RandomSource
from .words import words

MODELS = {"five_goods": OrganizationAssessment, "six_haves": BaseAssessment, "team_marks": TeamAssessment}
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
# Later steps, with random values of their own: waiting for a second officer, and for the third one after an appeal.
LATER = (("five_goods", "shangma", "found", 0), ("five_goods", "xiazhuang", "appealed", 6))
TEAMS = (("passed", 150), ("passed", 90), ("failed", 20), ("submitted", 0), ("found", 0))
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
    other = dataset.random_source("later steps")
    insert(_assessment(dataset, other, code, dataset.organizations[slug], *what) for code, slug, *what in LATER)
    dataset.standards["team_marks"] = _team_standard(dataset)
    teams = list(dataset.teams.values())
    insert(_assessment(dataset, other, "team_marks", team, *what) for team, what in zip(teams, TEAMS, strict=False))
    _draft(dataset)
    insert(
        Honour(public_id=rng.public_id(), base=dataset.bases[slug], title=title, level=level, year=year, is_demo=True)
        for slug, title, level, year in HONOURS
    )
    _fill_pages(dataset)


def _assessment(dataset: Dataset, rng: RandomSource, code: str, organizer: Any, state: str, ago: int) -> Any:
    is_decided = state in ("passed", "failed", "appealed")
    day = dataset.ago(ago) if is_decided else None
    author = submitter_of(dataset, organizer) if state != "open" else None
    right_by = dataset.ahead(15)
    first, second = officers_of(dataset, organizer, author)
    is_appealed = state == "appealed"
    return MODELS[code](
        public_id=rng.public_id(),
        version=dataset.standards[code],
        state=state,
        findings=_findings(rng, code, state, right_by),
        submitted_by=author,
        found_by=first if is_decided or state == "found" else None,
        found_on=day or (dataset.ago(1) if state == "found" else None),
        assessed_by=second if is_decided else None,
        assessed_on=day,
        expires_on=day + ASSESSMENT_VALIDITY if state == "passed" and code == "six_haves" else None,
        due_on=_due(dataset, state, right_by),
        appeal="近一年新增会员 12 人，名册在附件里，请再看一次。" if is_appealed else "",
        appealed_by=author if is_appealed else None,
        appealed_on=dataset.ago(2) if is_appealed else None,
        is_demo=True,
        **{organizer._meta.model_name: organizer},
    )


def officers_of(dataset: Dataset, organizer: Any, author: Any) -> tuple[Any, Any]:
    """Return the first and the second officer, both other people than `author` (rule 2)."""
    own = dataset.officer(organizer.subdistrict)
    if own not in (author, dataset.personas["district_2"]):
        return own, dataset.personas["district_2"]
    first = dataset.personas["district_2"] if author != dataset.personas["district_2"] else None
    return first, dataset.personas["district"]


def _due(dataset: Dataset, state: str, right_by: dt.date) -> dt.date | None:
    days = {"submitted": FIND_DAYS - 3, "found": CONFIRM_DAYS - 2, "appealed": DECIDE_DAYS - 2}
    return dataset.due(dataset.today, days[state]) if state in days else right_by if state == "failed" else None


def _findings(rng: RandomSource, code: str, state: str, right_by: dt.date) -> dict[str, dict[str, Any]]:
    """Return what is said and found of each criterion; of an open assessment only what is said of the first three."""
    is_found = state not in ("open", "submitted")
    result = {"result": "met", "reason": "", "by": "", "number": None} if is_found else {}
    found = {
        criterion: {"note": rng.choice(notes), "link": "", "file": "", **result}
        for criterion, notes in words["findings"][code].items()
    }
    if state in ("failed", "appealed"):
        found["team"] |= {
            "result": "partly",
            "reason": "近一年没有新增的人，名册也没有更新。",
            "by": right_by.isoformat(),
        }
    return dict(list(found.items())[:3]) if state == "open" else found


# ---- the standard for teams, which the demonstration has made, and a draft that waits -------------------------------
def _team_standard(dataset: Dataset) -> Version:
    """Create the standard for teams with its first version, and return the version."""
    standard = Standard.objects.create(code="team_marks", name="“五优”服务队标准（演示）", subject="team", order=3)
    version = standard.versions.create(
        text="演示用的标准：服务队照这五条自评，由两位工作人员评定。",
        drafted_by=dataset.personas["district"],
        submitted_by=dataset.personas["district"],
    )
    rows = [Criterion(version=version, order=order, **one) for order, one in enumerate(words["team_marks"])]
    Criterion.objects.bulk_create(rows)
    version.published_on, version.published_by = dataset.ago(200), dataset.personas["district_2"]
    version.save(update_fields=["published_on", "published_by"])
    return version


def _draft(dataset: Dataset) -> None:
    """Create a draft of the next version of “六有” that waits for `district`."""
    former = dataset.standards["six_haves"]
    draft = Version.objects.create(
        standard=former.standard,
        number=former.number + 1,
        text=f"{former.text}（演示草案）",
        drafted_by=dataset.personas["district_2"],
        submitted_by=dataset.personas["district_2"],
        submitted_at=clock.at(dataset.ago(1), dt.time(15, 20)),
        due_on=dataset.due(dataset.today, PUBLISH_DAYS - 1),
    )
    names = ("code", *Criterion.EDITABLE_FIELDS, "order")
    rows = [Criterion(version=draft, **{name: getattr(one, name) for name in names}) for one in former.criteria.all()]
    for row in rows:
        if row.code == "activities":
            row.metric, row.at_least, row.evidence = "activities_completed", 12, "签到记录；没有签到的场次不算。"
    Criterion.objects.bulk_create(rows)


def submitter_of(dataset: Dataset, organizer: Any) -> Any:
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
            page = {name: value for name, value in words["teams"][organizer.slug].items() if name != "services"}
            _write(organizer, founded_on=since, **page)  # `offers` makes the lists of services
    for organizer in dataset.organizations.values():
        if organizer.is_demo and not organizer.summary:
            key = organizer.subdistrict.short_name if organizer.subdistrict else organizer.slug
            _write(organizer, summary=words["organizations"][key])


def _write(organizer: Any, **columns: Any) -> None:
    columns["contact"] = f"{organizer.slug}@{DOMAIN}"
    for name, value in columns.items():
        setattr(organizer, name, value)
    organizer.save(update_fields=list(columns))
