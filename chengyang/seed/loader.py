"""Load the published facts and the reference data that every portal needs (`manage.py seed`).

Missing rows are created; existing rows stay as they are, even when an officer has changed them. A row is recognised by
a column that nobody edits: a code, a slug, a date, or its position in the published list.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from activities.models import Brand, Programme
from bases.models import Base, Honour
from chengyang import clock
from chengyang.lib.chinese import workdays
from chengyang.lib.chinese.dates import parse_partial
from chengyang.lib.vault.public_ids import ALPHABET, LENGTH
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.audit import actions as audit
from chengyang.platform.offices.models import Office
from chengyang.platform.privacy.actions import has_contact
from chengyang.platform.privacy.models import PolicyVersion, Purpose
from chengyang.platform.privacy.purposes import PURPOSES
from chengyang.platform.privacy.rules import published_text
from chengyang.platform.standards.models import Criterion, Standard, Version
from chengyang.platform.workdays import deadlines
from chengyang.platform.workdays.models import WorkdayException
from members.models import Category
from organizations.models import Kind, Organization, WorkField
from services.models import Alliance, Offer, Team

from .criteria import CRITERIA, SUBJECTS, TEXTS
from .facts import facts
from .kinds import FIELDS, KINDS, kind_of

SEED_LOCK = 0x73656564  # "seed" in ASCII; a concurrent run waits, then finds nothing to create
FIRST_YEAR = 2017  # the year of the first organizations; the calendar shows no earlier one

CATEGORY_HINTS = {
    "enterprise": "企业里做管理或技术",
    "intermediary": "律师、会计师、社会组织专职等",
    "freelance": "不固定受雇于一家单位",
    "new_media": "运营、主播、内容创作、平台技术",
}
PROGRAMME_CODES = {"新心汇": "xin", "新趣汇": "qu", "新智汇": "zhi", "新力汇": "li"}
# Slugs in pinyin for the names of the report; they never change, even when an organizer is renamed.
SLUGS = {
    "城阳区新的社会阶层代表人士联合会": "lianhehui",
    "天安数码城外商投资企业管理人员联谊会": "tianan-shumacheng",
    "棘洪滩街道新的社会阶层代表人士联谊会": "jihongtan",
    "城阳街道新的社会阶层代表人士联谊会": "chengyang",
    "夏庄街道新的社会阶层代表人士联谊会": "xiazhuang",
    "惜福镇街道新的社会阶层代表人士联谊会": "xifuzhen",
    "流亭街道新的社会阶层代表人士联谊会": "liuting",
    "上马街道新的社会阶层代表人士联谊会": "shangma",
    "河套街道新的社会阶层代表人士联谊会": "hetao",
    "红岛街道新的社会阶层代表人士联谊会": "hongdao",
    "城阳区新媒体从业人员联谊会": "xinmeiti",
    "城阳区自由职业人员联谊会": "ziyou-zhiye",
    "新心向阳": "xinxin-xiangyang",
    "嗨创天地": "haichuang-tiandi",
    "乐享·新声活": "lexiang-xinshenghuo",
    "向阳会客厅": "xiangyang-huiketing",
    "夏新连心驿站": "xiaxin-lianxin",
    "惜福同心苑": "xifu-tongxinyuan",
    "流亭新力量空间": "liuting-xinliliang",
    "棘洪滩匠心工坊": "jihongtan-jiangxin",
    "上马湿地新声站": "shangma-xinsheng",
    "河套新智谷": "hetao-xinzhigu",
    "红岛渔港新语": "hongdao-xinyu",
    "新媒体创作营": "xinmeiti-chuangzuo",
    "“五彩云”创业导师服务队": "wucaiyun",
    "“夏新连心”美丽乡村建设服务队": "xiaxin-lianxin",
    "法律服务队": "falv",
    "心理服务队": "xinli",
    "文艺服务队": "wenyi",
    "环保志愿服务队": "huanbao",
    "新媒体传播服务队": "xinmeiti",
    "财税服务队": "caishui",
    "助学助困服务队": "zhuxue-zhukun",
}


def seed() -> Counter:
    """Create the missing rows; return model label → number of rows created.

    Safe to run concurrently. Writes one audit entry `settings.changed` when anything was created.
    """
    with transaction.atomic():
        _lock()
        created = Counter()
        for step in STEPS:
            created.update(row._meta.label for row in step())
        if created:
            audit.record("settings.changed", actor=None, reason="seed")
    return created


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEED_LOCK])


def _missing(model: type[models.Model], key: str, rows: Iterable[dict[str, Any]]) -> list[Any]:
    """Create those of `rows` (dicts of columns) whose column `key` has no equal in the table."""
    existing = set(model._base_manager.values_list(key, flat=True))
    return model._base_manager.bulk_create([model(**row) for row in rows if row[key] not in existing])


def _numbered(entries: Iterable[Any]) -> list[tuple[int, Any]]:
    """Return (position, entry) of the entries to load; positions count the entries that are left out, too."""
    return [(place, entry) for place, entry in enumerate(entries, start=1) if _is_wanted(entry)]


def _is_wanted(entry: Any) -> bool:
    """Return whether an entry is to be loaded: invented names (`"published": false`) only with `DEMO` on."""
    return settings.DEMO or not isinstance(entry, dict) or entry.get("published", True)


# ---- code tables ----------------------------------------------------------------------------------------------------


def subdistricts() -> list[Any]:
    rows = [{**entry, "order": order} for order, entry in _numbered(facts()["subdistricts"])]
    return _missing(Subdistrict, "code", rows)


def offices() -> list[Any]:
    """Create the empty row of the district's office and of each window; officers fill them in."""
    return _missing(
        Office,
        "subdistrict_id",
        [{"subdistrict_id": pk} for pk in (None, *Subdistrict.objects.values_list("pk", flat=True))],
    )


def categories() -> list[Any]:
    rows = [
        {**entry, "hint": CATEGORY_HINTS[entry["code"]], "order": order}
        for order, entry in _numbered(facts()["categories"])
    ]
    return _missing(Category, "code", rows)


def programmes() -> list[Any]:
    rows = [
        {"code": PROGRAMME_CODES[entry["name"]], "name": entry["name"], "order": order}
        for order, entry in _numbered(facts()["programmes"])
    ]
    return _missing(Programme, "code", rows)


def brands() -> list[Any]:
    """Create missing brands. A brand has no code: it is recognised by its position in the list or by its name."""
    names = set(Brand.objects.values_list("name", flat=True))
    rows = [
        {"name": entry["name"], "order": order, "is_demo": not entry["published"]}
        for order, entry in _numbered(facts()["brands"])
    ]
    return _missing(Brand, "order", [row for row in rows if row["name"] not in names])


# ---- standards ------------------------------------------------------------------------------------------------------


def standards() -> list[Any]:
    """Create the missing standards with their first version; existing standards keep their versions (rule 5)."""
    existing = set(Standard.objects.values_list("code", flat=True))
    entries = [(order, entry) for order, entry in _numbered(facts()["standards"]) if entry["code"] not in existing]
    return [row for order, entry in entries for row in _standard(order, entry)]


def _standard(order: int, entry: dict[str, Any]) -> list[Any]:
    code = entry["code"]
    text, day = parse_partial(str(entry["year"]))
    standard = Standard.objects.create(code=code, name=entry["name"], subject=SUBJECTS[code], order=order)
    version = Version.objects.create(standard=standard, published_text=text, text=TEXTS[code])
    criteria = Criterion.objects.bulk_create(
        [
            Criterion(version=version, name=name, order=place, **_criterion(code, name))
            for place, name in _numbered(entry["criteria"])
        ]
    )
    version.published_on = day  # last, because nothing can be added to a published version
    version.save(update_fields=["published_on"])
    return [standard, version, *criteria]


def _criterion(code: str, name: str) -> dict[str, str]:
    criterion, guidance = CRITERIA[code][name]
    return {"code": criterion, "guidance": guidance}


# ---- organizations, bases, teams -----------------------------------------------------------------------------------


def organization_lists() -> list[Any]:
    """Create the kinds of organizations and the fields of work."""
    kinds = [
        {"code": code, "name": name, "text": text, "may_register": may_register, "order": order}
        for order, (code, name, text, may_register) in enumerate(KINDS, start=1)
    ]
    fields = [{"code": code, "name": name, "order": order} for order, (code, name) in enumerate(FIELDS, start=1)]
    return _missing(Kind, "code", kinds) + _missing(WorkField, "code", fields)


def organizations() -> list[Any]:
    created = _missing(Organization, "slug", [_organization(entry) for _, entry in _numbered(facts()["organizations"])])
    categories = {category.code: category for category in Category.objects.all()}
    wanted = {SLUGS[entry["name"]]: entry.get("categories", []) for entry in facts()["organizations"]}
    for organization in created:
        organization.categories.set([categories[code] for code in wanted[organization.slug]])
    return created


def _organization(entry: dict[str, Any]) -> dict[str, Any]:
    text, day = parse_partial(entry["founded"])
    return {
        **_common_columns(entry),
        "kind": Kind.objects.get(code=kind_of(entry["name"])),
        "level": entry["level"],
        "state": "founded",
        "founded_text": text,
        "founded_on": day,
        "founding_members": entry.get("founding_members"),
        "by_record": True,
    }


def bases() -> list[Any]:
    created = _missing(Base, "slug", [_base(entry) for _, entry in _numbered(facts()["bases"])])
    honours = {SLUGS[entry["name"]]: entry.get("honours", []) for entry in facts()["bases"]}
    return created + Honour.objects.bulk_create(
        [
            Honour(public_id=_public_id(base.slug, honour["title"]), base=base, is_demo=base.is_demo, **honour)
            for base in created
            for honour in honours[base.slug]
        ]
    )


def _public_id(*names: str) -> str:
    """Return the public id of a published row, the same in each portal: what is published need not be hard to guess."""
    bits = int.from_bytes(hashlib.sha256("/".join(names).encode()).digest()[:7])
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(0, 5 * LENGTH, 5))


def _base(entry: dict[str, Any]) -> dict[str, Any]:
    text, day = parse_partial(entry["opened"])
    return {
        **_common_columns(entry),
        "level": entry["level"],
        "place": entry.get("place", ""),
        "state": "operating",
        "opened_text": text,
        "opened_on": day,
        "opened_is_demo": entry.get("opened_is_demo", False),
        "by_record": True,
    }


def teams() -> list[Any]:
    entry = facts()["alliance"]
    alliance = Alliance.objects.order_by("pk").first()  # there is only one; an officer may have renamed it
    created = [] if alliance else [Alliance.objects.create(name=entry["name"])]
    rows = [
        {
            **_common_columns(team),
            "alliance": alliance or created[0],
            "field": team["field"],
        }
        for _, team in _numbered(entry["teams"])
    ]
    made = _missing(Team, "slug", rows)
    return created + made + _offers({team.slug: team for team in made})


def _offers(made: dict[str, Team]) -> list[Any]:
    """Return the list of services of the teams `made` (by slug), of which only the names are published."""
    rows = [
        Offer(
            public_id=_public_id(slug, name),
            team=made[slug],
            name=name,
            position=number,
            is_demo=made[slug].is_demo,
        )
        for _, team in _numbered(facts()["alliance"]["teams"])
        if (slug := SLUGS[team["name"]]) in made
        for number, name in enumerate(team.get("services", []), start=1)
    ]
    return Offer._base_manager.bulk_create(rows)


def _common_columns(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that organizations, bases and teams share."""
    code = entry.get("subdistrict")
    return {
        "name": entry["name"],
        "slug": SLUGS[entry["name"]],
        "subdistrict": Subdistrict.objects.get(code=code) if code else None,
        "is_published": True,
        "is_demo": not entry["published"],
    }


# ---- privacy, working days -----------------------------------------------------------------------------------------


def purposes() -> list[Any]:
    rows = [
        {
            "code": purpose.code,
            "name": str(purpose.name),
            "text": str(purpose.text),
            "categories": str(purpose.categories),
            "retention": str(purpose.retention),
            "basis": purpose.basis,
            "necessary": purpose.necessary,
            "sensitive": purpose.sensitive,
            "order": order,
        }
        for order, purpose in _numbered(PURPOSES)
    ]
    return _missing(Purpose, "code", rows)


def privacy_rules() -> list[Any]:
    """Publish the first version of the privacy policy; the office writes later ones.

    Without a contact of the data controller it is not published, and nobody can join (requirements P01): set `SITE_CONTACT`
    and load the reference data again.
    """
    if PolicyVersion.objects.exists() or not has_contact():
        return []
    return [PolicyVersion.objects.create(version=1, text=published_text(1))]


def workday_exceptions() -> list[Any]:
    """Fill missing years; replace a provisional year when its official notice is known (U15)."""
    sources: dict[int, set[str]] = {}
    for year, source in WorkdayException.objects.order_by().values_list("date__year", "source").distinct():
        sources.setdefault(year, set()).add(source)
    years = range(FIRST_YEAR, clock.today().year + 2)
    with deadlines.moving_with_the_table():
        return [row for year in years for row in _year(year, sources.get(year, set()))]


def _year(year: int, sources: set[str]) -> list[Any]:
    """Enter the days of `year`, whose entries so far have these `sources`, if they are missing or replace provisional ones."""
    days = workdays.announced(year)
    if days and sources == {workdays.STATUTORY}:
        WorkdayException.objects.filter(date__year=year).delete()
    elif sources:
        return []
    return WorkdayException.objects.bulk_create(
        [
            WorkdayException(
                date=day.date,
                is_workday=day.is_workday,
                name=day.name,
                source=day.source,
                provisional=day.is_provisional,
            )
            for day in days or workdays.statutory(year)
        ]
    )


STEPS: tuple[Callable[[], list[Any]], ...] = (
    subdistricts,
    offices,
    categories,
    programmes,
    brands,
    standards,
    organization_lists,
    organizations,
    bases,
    teams,
    purposes,
    privacy_rules,
    workday_exceptions,
)
