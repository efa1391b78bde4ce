"""What bodies have reached: “五好”, “六有” and honours, and the words on the pages of those that are only counted."""

import datetime as dt
from typing import Any

from bases.models import ASSESSMENT_VALIDITY, Honour
from bases.models import Assessment as BaseAssessment
from organizations.models import Assessment as OrganizationAssessment

from .accounts import DOMAIN
from .bulk import insert
from .dataset import World
from .randomness import Dice
from .words import words

# Organizations: state, assessed how many days ago.
FIVE_GOODS = (
    ("lianhehui", "passed", 420),
    ("jihongtan", "passed", 300),
    ("xiazhuang", "passed", 210),
    ("chengyang", "passed", 130),
    ("hongdao", "failed", 75),
    ("liuting", "submitted", 0),
    ("xinmeiti", "open", 0),
)
# Bases: the first ones are green, the next two amber, the last one red; others have not been assessed here.
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


def make_standing(world: World) -> None:
    """Make assessments and honours, and fill in the pages of bodies that are demo themselves."""
    dice = world.dice("standing")
    five = [_assessment(world, dice, "five_goods", world.organizations[slug], *what) for slug, *what in FIVE_GOODS]
    six = [_assessment(world, dice, "six_haves", world.bases[slug], *what) for slug, *what in SIX_HAVES]
    insert(five)
    insert(six)
    insert(
        Honour(base=world.bases[slug], title=title, level=level, year=year, is_demo=True)
        for slug, title, level, year in HONOURS
    )
    _fill_pages(world)


def _assessment(world: World, dice: Dice, code: str, body: Any, state: str, ago: int) -> Any:
    model = OrganizationAssessment if code == "five_goods" else BaseAssessment
    is_decided = state in ("passed", "failed")
    day = world.ago(ago) if is_decided else None
    return model(
        public_id=dice.public_id(),
        version=world.standards[code],
        state=state,
        findings=_findings(dice, code, state),
        note="队伍覆盖面还不够，请补充新增会员情况后再报。" if state == "failed" else "",
        submitted_by=_keeper(world, body) if state != "open" else None,
        assessed_by=world.cast["district"] if is_decided else None,
        assessed_on=day,
        expires_on=day + ASSESSMENT_VALIDITY if state == "passed" and code == "six_haves" else None,
        is_demo=True,
        **{body._meta.model_name: body},
    )


def _findings(dice: Dice, code: str, state: str) -> dict[str, dict[str, Any]]:
    """Return what was found on each criterion; the last ones of an open one are still to be filled in."""
    found = {
        criterion: {"met": True, "note": dice.choice(notes), "file": ""}
        for criterion, notes in words["findings"][code].items()
    }
    if state == "failed":
        found["team"] = {"met": False, "note": "近一年没有新增会员，名册未更新。", "file": ""}
    return dict(list(found.items())[:3]) if state == "open" else found


def _keeper(world: World, body: Any) -> Any:
    """Return who hands it in: who keeps the body where that is one of the cast, else an officer; never who decides."""
    if body.slug == "xiaxin-lianxin":
        return world.cast["base_manager"]
    if body.slug == "xiazhuang":
        return world.cast["secretary"]
    return world.officer(body.subdistrict)


def _fill_pages(world: World) -> None:
    """Write the words on the pages of bodies that are demo themselves; what the report names stays as published."""
    for body in world.bases.values():
        if body.is_demo and not body.summary:
            _write(body, **words["bases"][body.slug])
    for body in world.teams.values():
        if body.is_demo and not body.summary:
            since = dt.date(2018, 3, 1)
            _write(body, founded_on=since, **words["teams"][body.slug])
    for body in world.organizations.values():
        if body.is_demo and not body.summary:
            key = body.subdistrict.short_name if body.subdistrict else body.slug
            _write(body, summary=words["organizations"][key])


def _write(body: Any, **facts: Any) -> None:
    facts["contact"] = f"{body.slug}@{DOMAIN}"
    for name, value in facts.items():
        setattr(body, name, value)
    body.save(update_fields=list(facts))
