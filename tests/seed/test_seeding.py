"""`manage.py seed`: it loads the published facts once, and keeps the edits of officers."""

import datetime as dt
import time
from collections import Counter
from io import StringIO
from multiprocessing.pool import ThreadPool

import pytest
from django.core.management import call_command
from django.db import close_old_connections, connection

from activities.models import Brand, Programme
from bases.models import Base, Honour
from chengyang import clock
from chengyang.lib.chinese import workdays
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.audit.models import Entry
from chengyang.platform.offices.models import Office
from chengyang.platform.privacy.models import PolicyVersion, Purpose
from chengyang.platform.standards.models import Criterion, Standard, Version
from chengyang.platform.workdays.models import WorkdayException
from chengyang.seed import loader
from chengyang.seed.criteria import CRITERIA, SUBJECTS, TEXTS
from chengyang.seed.facts import facts, milestones
from chengyang.seed.loader import SLUGS, seed
from members.models import Category
from organizations.models import Kind, Organization, WorkField
from services.models import Alliance, Offer, Team

SEEDED = (
    *(Subdistrict, Category, Programme, Brand, Standard, Version, Criterion, Organization, Base, Honour),
    *(Alliance, Team, Offer, Purpose, PolicyVersion, WorkdayException, Office, Kind, WorkField),
)


@pytest.fixture
def seeded(db):
    return seed()


def rows():
    """Return every seeded row with all its columns."""
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in SEEDED}


def end(year):
    return dt.date(year, 12, 31)


# ---- seeded rows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "number"),
    [
        (Subdistrict, 8),
        (Office, 9),  # of the district, and a window of each subdistrict
        (Category, 4),
        (Programme, 4),
        (Brand, 5),
        (Standard, 3),
        (Criterion, 15),
        (Alliance, 1),
        (Team, 9),
    ],
)
def test_each_kind_is_there_in_its_number(seeded, model, number):
    assert model._base_manager.count() == number


@pytest.mark.parametrize("counted", facts()["organization_counts"], ids=lambda counted: str(counted["year"]))
def test_organizations_and_bases_of_each_year_are_the_published_numbers(seeded, counted):
    assert Organization.objects.published().founded_by(end(counted["year"])).count() == counted["organizations"]
    open_bases = Base.objects.published().filter(state="operating", opened_on__lte=end(counted["year"]))
    assert open_bases.count() == counted.get("bases", 0)


@pytest.mark.parametrize(
    ("name", "text", "day", "members"),
    [
        ("城阳区新的社会阶层代表人士联合会", "2017-11-16", dt.date(2017, 11, 16), 85),
        ("天安数码城外商投资企业管理人员联谊会", "2017", dt.date(2017, 1, 1), None),
    ],
)
def test_a_published_organization_is_as_published(seeded, name, text, day, members):
    found = Organization.objects.get(name=name)
    assert (found.founded_text, found.founded_on, found.founding_members) == (text, day, members)
    assert (found.state, found.by_record, found.is_published, found.is_demo) == ("founded", True, True, False)


def test_an_organization_for_a_category_says_so(seeded):
    found = Organization.objects.get(slug="xinmeiti")
    assert [category.code for category in found.categories.all()] == ["new_media"]


def test_honours_stand_with_their_bases(seeded):
    columns = ("base__name", "title", "level", "year", "note")
    assert set(Honour.objects.values_list(*columns)) == {
        ("新心向阳", "全省实践创新基地精品工程项目", "province", None, "青岛唯一"),
        ("乐享·新声活", "省级实践创新重点项目", "province", 2019, ""),
    }


@pytest.mark.parametrize("model", [Organization, Base, Brand])
def test_names_that_were_not_published_are_marked_as_demo(seeded, model):
    entries = facts()[{Organization: "organizations", Base: "bases", Brand: "brands"}[model]]
    made_up = {entry["name"] for entry in entries if not entry["published"]}
    assert set(model.objects.filter(is_demo=True).values_list("name", flat=True)) == made_up


def test_without_the_demonstration_only_what_was_published_is_loaded(db, settings):
    settings.DEMO = False
    seed()
    found = [model.objects.count() for model in (Organization, Base, Team, Brand)]
    assert found == [3, 3, 2, 2]
    assert not any(model.objects.filter(is_demo=True).exists() for model in (Organization, Base, Team, Brand))


def test_turning_the_demonstration_on_later_completes_the_numbers(db, settings):
    settings.DEMO = False
    seed()
    settings.DEMO = True
    seed()
    assert [model.objects.count() for model in (Organization, Base, Team, Brand)] == [12, 12, 9, 5]


def test_programmes_have_their_code_and_order(seeded):
    assert list(Programme.objects.values_list("code", "name")) == [
        ("xin", "新心汇"),
        ("qu", "新趣汇"),
        ("zhi", "新智汇"),
        ("li", "新力汇"),
    ]


@pytest.mark.parametrize("entry", facts()["standards"], ids=lambda entry: entry["code"])
def test_a_standard_is_in_force_with_the_published_criteria(seeded, entry):
    version = Standard.objects.get(code=entry["code"]).current()
    assert (version.number, version.since()) == (1, str(entry["year"]))
    assert [criterion.name for criterion in version.criteria.all()] == entry["criteria"]


def test_every_criterion_says_what_to_look_at_within_its_column(seeded):
    longest = Criterion._meta.get_field("guidance").max_length
    assert all(10 < len(criterion.guidance) <= longest for criterion in Criterion.objects.all())


def test_the_guidance_covers_exactly_the_published_standards():
    published = {entry["code"]: entry["criteria"] for entry in facts()["standards"]}
    assert {code: list(criteria) for code, criteria in CRITERIA.items()} == published
    assert SUBJECTS.keys() == TEXTS.keys() == published.keys()


def test_every_organizer_has_a_slug_of_its_own():
    names = [entry["name"] for key in ("organizations", "bases") for entry in facts()[key]]
    names += [entry["name"] for entry in facts()["alliance"]["teams"]]
    assert SLUGS.keys() == set(names)


def test_services_of_a_team_are_the_published_ones(seeded):
    assert Team.objects.get(slug="wucaiyun").services == ["创业咨询", "创新服务", "职业能力提升", "投融资上市辅导"]


def test_the_rules_and_the_purposes_are_published(seeded):
    assert PolicyVersion.objects.current().version == 1
    assert list(Purpose.objects.filter(necessary=True).values_list("code", flat=True)) == ["registration"]


def test_exceptional_days_include_the_next_year(seeded):
    years = {day.year for day in WorkdayException.objects.values_list("date", flat=True)}
    assert years == set(range(2017, clock.today().year + 2))


def test_milestones_are_shown_newest_first():
    assert [milestone.date for milestone in milestones()] == ["2023-03-25", "2020", "2019-06", "2017-11-16"]


# ---- repeated runs and edits ---------------------------------------------------------------------------------------


def test_a_second_run_changes_nothing(seeded):
    before = rows()
    assert seed() == Counter()
    assert rows() == before


EDITS = {
    "an organization": lambda: Organization.objects.filter(slug="jihongtan").update(
        name="棘洪滩街道联谊会", summary="改过", is_published=False
    ),
    "a base": lambda: Base.objects.filter(slug="xinxin-xiangyang").update(name="新心向阳基地", address="某路 1 号"),
    "a team": lambda: Team.objects.filter(slug="falv").update(name="法律援助服务队", summary="合同审阅"),
    "the alliance": lambda: Alliance.objects.update(name="城新同行联盟"),
    "a brand's name": lambda: Brand.objects.filter(name="新心行动").update(name="新心行动 2.0"),
    "a brand's place": lambda: Brand.objects.filter(name="新心行动").update(order=90),
    "a category": lambda: Category.objects.filter(code="freelance").update(name="自由职业", hint=""),
    "a programme": lambda: Programme.objects.filter(code="xin").update(name="新心荟"),
    "a subdistrict": lambda: Subdistrict.objects.filter(code="370214001").update(name="城阳街道办"),
    "a standard": lambda: Standard.objects.filter(code="six_haves").update(name="六有标准"),
    "an honour": lambda: Honour.objects.filter(year=2019).delete(),
    "a purpose": lambda: Purpose.objects.filter(code="notices").update(retention="半年"),
    "the rules": lambda: PolicyVersion.objects.create(version=2, text="第二版"),
    "a day": lambda: WorkdayException.objects.filter(date=dt.date(2026, 10, 1)).update(name="国庆"),
    "a day taken out": lambda: WorkdayException.objects.filter(date=dt.date(2026, 10, 10)).delete(),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_an_officer_has_edited_stays(seeded, edit):
    EDITS[edit]()
    before = rows()
    seed()
    assert rows() == before


def test_a_new_version_of_a_standard_stays_in_force(seeded):
    standard = Standard.objects.get(code="six_haves")
    draft = standard.versions.create(number=2)
    draft.criteria.create(code="venue", name="有阵地", order=1)
    draft.published_on = clock.today()
    draft.save(update_fields=["published_on"])
    seed()
    assert standard.current().number == 2


def test_missing_rows_are_created_again(seeded):
    Honour.objects.all().delete()
    Base.objects.filter(slug="xinxin-xiangyang").delete()
    assert seed() == {"bases.Base": 1, "bases.Honour": 1}


def test_a_provisional_year_is_replaced_by_its_notice(db):
    day = dt.date(2026, 10, 1)
    WorkdayException.objects.create(
        date=day, is_workday=False, name="国庆节", source=workdays.STATUTORY, provisional=True
    )
    seed()
    assert not WorkdayException.objects.filter(date__year=2026, provisional=True).exists()
    assert WorkdayException.objects.filter(date__year=2026).count() > 30


def test_a_year_that_the_office_has_entered_is_its_own(db):
    WorkdayException.objects.create(date=dt.date(2026, 5, 6), is_workday=False, name="停工", source="区通知")
    seed()
    assert WorkdayException.objects.filter(date__year=2026).count() == 1


def test_a_later_run_computes_no_holiday_that_is_stored(seeded, monkeypatch):
    monkeypatch.setattr(workdays, "statutory", lambda year: pytest.fail(f"{year} is stored"))
    assert seed() == {}


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_create_everything_once():
    def run(_):
        close_old_connections()
        try:
            return sum(seed().values())
        finally:
            connection.close()

    with ThreadPool(3) as pool:
        totals = sorted(pool.map(run, range(3)))
    assert totals[:2] == [0, 0]
    assert totals[2] == sum(len(found) for found in rows().values())


def test_a_run_that_fails_leaves_nothing(db, monkeypatch):
    monkeypatch.setattr(loader, "STEPS", (*loader.STEPS, lambda: 1 / 0))
    with pytest.raises(ZeroDivisionError):
        seed()
    assert not Subdistrict.objects.exists()


def test_loading_is_in_the_audit_once(seeded):
    seed()
    assert list(Entry.objects.values_list("verb", "reason", "actor_kind")) == [("settings.changed", "seed", "system")]


def test_the_command_says_what_it_created(db):
    output = StringIO()
    call_command("seed", stdout=output)
    call_command("seed", stdout=output)
    assert "bases.Base: 12" in output.getvalue()
    assert output.getvalue().endswith("Nothing was missing.\n")


def test_loading_takes_less_than_five_seconds(db):
    before = time.monotonic()
    seed()
    assert time.monotonic() - before < 5
