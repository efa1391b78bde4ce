"""年度评价: organizers, never persons, are evaluated for a year by the steps of an assessment; the final result is public."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse

from activities.models import CheckIn, ServiceRecord
from bases.models import Evaluation as BaseEvaluation
from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from chengyang.platform.standards import actions, numbers
from chengyang.platform.standards.models import Criterion, Evaluation, Standard, Version
from chengyang.platform.standards.subjects import open_years, table_of
from tests import personas
from tests.activities import factories
from tests.activities.test_races import at_once

from .conftest import verdicts

pytestmark = pytest.mark.django_db
JANUARY = clock.at(dt.date(2027, 1, 5), dt.time(9))
CODES = ("venue", "rules")


def make_scheme(kind="base", year=2026, *, published=True, **criterion):
    """Create the scheme of a year with two items; `criterion` are columns of the first one."""
    standard = Standard.objects.create(code=f"{kind}-{year}", name=f"{year} 年评价办法", subject=kind, year=year)
    version = Version.objects.create(standard=standard, number=1)
    for order, name in enumerate(CODES):
        more = criterion if order == 0 else {}
        Criterion.objects.create(version=version, code=name, name=f"项{name}", order=order, **more)
    if published:
        version.published_on = dt.date(year, 1, 10)
        version.save()
    return standard


@pytest.fixture(autouse=True)
def january(settings):
    settings.PORTAL_CLOCK = JANUARY


@pytest.fixture
def scheme(reference):
    return make_scheme()


@pytest.fixture
def opened(scheme, base_manager):
    return actions.open_evaluation(personas.base(), year=2026, actor=base_manager)


def submit(row, actor):
    for code in CODES:
        row = actions.record_statement(row, code, note="在一楼", actor=actor)
    return actions.submit_assessment(row, actor=actor)


def conclude(row, first, second, **other):
    """Let `first` find and `second` confirm; every item is met but `other`, of which no day is asked."""
    found = {code: {**verdict, "by": None} for code, verdict in verdicts(**other).items()}
    return actions.confirm_assessment(actions.find_assessment(row, found, actor=first), actor=second)


@pytest.fixture
def failed(opened, base_manager, xiazhuang, district):
    return conclude(submit(opened, base_manager), xiazhuang, district, rules="partly")


@pytest.fixture
def passed(opened, base_manager, xiazhuang, district):
    return conclude(submit(opened, base_manager), xiazhuang, district)


def code_of(call, *arguments, **options):
    try:
        with transaction.atomic():
            call(*arguments, **options)
    except ActionError as error:
        return error.code
    except NotAllowed:
        return "not allowed"
    return "ok"


# ---- schemes ---------------------------------------------------------------------------------------------------------
def test_no_value_about_a_person_is_stored():
    tables = [model for model in apps.get_models() if issubclass(model, Evaluation)]
    assert (
        {table.SUBJECT for table in tables}
        == {"organization", "base", "team"}
        == {table.SUBJECT for table in extensions.evaluation_tables()}
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Standard.objects.create(code="x", name="x", subject="person", year=2026)


def test_a_scheme_of_persons_is_refused_at_its_field(district):
    assert code_of(actions.create_standard, name="人的评价", subject="person", year=2026, actor=district) == "invalid"


def test_there_is_one_scheme_for_a_kind_and_a_year_beside_the_standard(standards, district):
    create = {"name": "基地评价", "subject": "base", "actor": district}
    assert code_of(actions.create_standard, year=2026, **create) == "ok"
    assert code_of(actions.create_standard, year=2027, **create) == "ok"
    assert code_of(actions.create_standard, year=2026, **create) == "invalid"
    assert code_of(actions.create_standard, year=None, **create) == "invalid"


def test_a_scheme_begins_with_the_items_of_the_year_before(scheme, district):
    nxt = actions.create_standard(name="2027 年评价办法", subject="base", year=2027, actor=district)
    assert [one.code for one in nxt.draft.criteria.all()] == list(CODES)
    assert nxt.draft.number == 1


def test_a_scheme_is_published_by_a_second_officer(reference, district, district_2):
    standard = make_scheme(published=False)
    draft = actions.submit_version(standard.draft, actor=district)
    assert code_of(actions.publish_version, draft, actor=district) == "not allowed"
    actions.publish_version(draft, actor=district_2)
    assert open_years("base") == [2026]


# ---- the steps -------------------------------------------------------------------------------------------------------
def test_it_is_begun_once_a_year_and_never_without_a_scheme(opened, base_manager, district):
    again = actions.open_evaluation(personas.base(), year=2026, actor=district)
    assert (again.pk, again.was_found) == (opened.pk, True)
    assert code_of(actions.open_evaluation, personas.base(), year=2025, actor=base_manager) == "no_standard"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("base_manager", "ok"),
        ("xiazhuang", "ok"),
        ("district", "ok"),
        ("liuting", "not allowed"),
        ("secretary", "not allowed"),
        ("member", "not allowed"),
    ],
)
def test_who_begins_it(scheme, name, expected):
    assert code_of(actions.open_evaluation, personas.base(), year=2026, actor=personas.make(name)) == expected


def test_it_does_not_touch_the_assessments_of_the_base(standards, passed, base_manager):
    base = personas.base()
    assert (base.assessments.count(), base.evaluations.count()) == (0, 1)
    assert not base.assessments.passed_on(clock.today()).exists()
    assert actions.open_assessment(base, actor=base_manager).version.standard.year is None


def test_nobody_acts_twice(opened, base_manager, xiazhuang, district):
    row = submit(opened, base_manager)
    found = {code: {**one, "by": None} for code, one in verdicts().items()}
    assert code_of(actions.find_assessment, row, found, actor=base_manager) == "not allowed"
    row = actions.find_assessment(row, found, actor=xiazhuang)
    assert code_of(actions.confirm_assessment, row, actor=xiazhuang) == "not allowed"
    with pytest.raises(IntegrityError), transaction.atomic():
        BaseEvaluation.objects.filter(pk=row.pk).update(assessed_by=xiazhuang)


def test_what_is_short_of_met_needs_a_reason_and_no_day(opened, base_manager, xiazhuang):
    row = submit(opened, base_manager)
    short = {**verdicts(), "rules": {"result": "partly", "reason": "", "by": None}}
    assert code_of(actions.find_assessment, row, short, actor=xiazhuang) == "findings"
    short["rules"]["reason"] = "缺近一年的材料"
    assert code_of(actions.find_assessment, row, short, actor=xiazhuang) == "ok"


def test_a_result_is_final_after_the_days_of_an_appeal_and_then_public(failed, client_of, settings):
    url = reverse("standards:evaluation", args=["base-year", failed.public_id])
    assert (failed.appeal_until, failed.final_on) == (dt.date(2027, 1, 19), dt.date(2027, 1, 20))
    for moment, status in (
        (clock.at(dt.date(2027, 1, 19), dt.time(23, 59)), 404),
        (clock.at(dt.date(2027, 1, 20)), 200),
    ):
        settings.PORTAL_CLOCK = moment
        assert client_of(personas.visitor()).get(url).status_code == status


def test_a_result_with_everything_met_is_public_at_once(passed, client_of):
    answer = client_of(personas.visitor()).get(reverse("standards:evaluation", args=["base-year", passed.public_id]))
    assert "2 项里做到 2 项" in answer.content.decode()


def test_an_appeal_is_decided_by_a_third_officer_and_is_final(
    failed, base_manager, district, district_2, client_of, settings
):
    row = actions.appeal_assessment(failed, "制度在附件里。", actor=base_manager)
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 25))
    assert not BaseEvaluation.objects.published().exists()
    assert code_of(actions.decide_appeal, row, reason="维持", actor=district) == "not allowed"
    row = actions.decide_appeal(row, reason="材料确实没有。", actor=district_2)
    assert (row.state, row.final_on) == ("failed", dt.date(2027, 1, 25))
    assert code_of(actions.appeal_assessment, row, "还是不服", actor=base_manager) == "late"
    text = (
        client_of(personas.visitor())
        .get(reverse("standards:evaluation", args=["base-year", row.public_id]))
        .content.decode()
    )
    assert "材料确实没有。" in text


def test_an_appeal_after_its_days_is_refused(failed, base_manager, settings):
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 20))
    assert code_of(actions.appeal_assessment, failed, "晚了", actor=base_manager) == "late"


def test_the_result_of_a_year_is_not_submitted_again_nor_put_right(failed, base_manager):
    assert code_of(actions.mark_put_right, failed, "rules", note="补了", actor=base_manager) == "state"
    assert code_of(actions.submit_assessment, failed, actor=base_manager) == "final"


def test_the_decision_is_taken_back(failed, district):
    row = actions.undo_assessment_decision(failed, actor=district)
    assert (row.state, row.final_on, row.assessed_by) == ("found", None, None)


def test_the_managers_hear_of_the_result(failed, base_manager):
    notice = Notice.objects.get(user=base_manager, kind="standards/concluded")
    assert "没有全做到" in notice.title
    assert notice.url == reverse("standards:own-assessment", args=["base-year", failed.public_id])


def test_two_years_run_beside_each_other(opened, base_manager):
    make_scheme(year=2027)
    later = actions.open_evaluation(personas.base(), year=2027, actor=base_manager)
    assert submit(later, base_manager).state == submit(opened, base_manager).state == "submitted"


# ---- numbers ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def counted(reference, base_manager):
    make_scheme(metric="activities_completed", at_least=2)
    for year, month in ((2025, 12), (2026, 1), (2026, 12), (2027, 1)):
        starts = clock.at(dt.date(year, month, 1), dt.time(9))
        factories.published(
            title=f"{year} 年 {month} 月", starts=starts, ends=starts + dt.timedelta(hours=1), base=personas.base()
        )
    return actions.open_evaluation(personas.base(), year=2026, actor=base_manager)


def test_a_number_is_that_of_the_year(counted):
    number = numbers.count(counted.subject, counted.criteria[0], clock.today())
    assert (number.value, number.text) == (2, "2026 年办的活动 2 场，要求至少 2 场")


@pytest.mark.parametrize(
    ("day", "value"),
    [(dt.date(2026, 1, 1), 1), (dt.date(2026, 11, 30), 1), (dt.date(2026, 12, 31), 2), (dt.date(2028, 2, 29), 2)],
)
def test_a_number_counts_up_to_the_day_and_not_beyond_the_year(counted, settings, day, value):
    settings.PORTAL_CLOCK = clock.at(day, dt.time(23, 59))
    assert numbers.count(counted.subject, counted.criteria[0], day).value == value


def test_every_number_opens_its_records_for_everybody(counted, base_manager, xiazhuang, district, client_of):
    row = conclude(submit(counted, base_manager), xiazhuang, district)
    text = (
        client_of(personas.visitor())
        .get(reverse("standards:evaluation", args=["base-year", row.public_id]))
        .content.decode()
    )
    for words in ("2026 年办的活动 2 场", "2026 年 1 月", "2026 年 12 月"):
        assert words in text
    assert "2025 年 12 月" not in text


@pytest.mark.parametrize(("people", "shown"), [((5,), True), ((5, 4), False), ((4,), False)])
def test_a_number_from_which_a_small_one_follows_is_not_public(
    reference, base_manager, xiazhuang, district, client_of, people, shown
):
    make_scheme(metric="volunteer_hours", at_least=2)
    base = personas.base()
    for place, count in enumerate(people):
        starts = clock.at(dt.date(2026, 5, 1 + place), dt.time(9))
        service = factories.published(kind="volunteer", starts=starts, ends=starts + dt.timedelta(hours=3), base=base)
        for number in range(count):
            signup = service.signups.create(person=factories.person(10 * place + number), position=number + 1)
            checkin = CheckIn.objects.create(signup=signup, checked_in_at=starts, checked_out_at=service.ends)
            ServiceRecord.objects.create(checkin=checkin, hours="2.5")
    row = actions.open_evaluation(base, year=2026, actor=base_manager)
    row = conclude(submit(row, base_manager), xiazhuang, district)
    url = reverse("standards:evaluation", args=["base-year", row.public_id])
    text = client_of(personas.visitor()).get(url).content.decode()
    assert ("12.5 小时" in text, "收起" in text) == (shown, not shown)


def test_the_year_before_stands_beside_it(passed, base_manager, xiazhuang, district, client_of, settings):
    settings.PORTAL_CLOCK = clock.at(dt.date(2028, 1, 4))
    make_scheme(year=2027)
    later = actions.open_evaluation(personas.base(), year=2027, actor=base_manager)
    later = conclude(submit(later, base_manager), xiazhuang, district)
    assert later.before() == passed
    text = (
        client_of(personas.visitor())
        .get(reverse("standards:evaluation", args=["base-year", later.public_id]))
        .content.decode()
    )
    assert "2026 年：做到" in text


# ---- who sees what ---------------------------------------------------------------------------------------------------
EVERYBODY = [
    "visitor",
    "stranger",
    "member",
    "secretary",
    "base_manager",
    "leader",
    "xiazhuang",
    "liuting",
    "district",
    "editor",
]
WORKERS = {"base_manager", "xiazhuang", "district"}


def who(client_of, url):
    found = set()
    for name in EVERYBODY:
        account = personas.visitor() if name == "visitor" else personas.make(name)
        found |= {name} if client_of(account).get(url).status_code == 200 else set()
    return found


def test_an_open_evaluation_is_seen_by_the_owner_and_its_staff(opened, client_of):
    assert who(client_of, reverse("standards:evaluation", args=["base-year", opened.public_id])) == set()
    assert who(client_of, reverse("admin:bases_evaluation_change", args=[opened.pk])) == WORKERS
    assert who(client_of, reverse("standards:own-assessment", args=["base-year", opened.public_id])) == {"base_manager"}
    assert {
        name for name in EVERYBODY[1:] if BaseEvaluation.objects.visible_to(personas.make(name)).exists()
    } == WORKERS


def test_a_final_result_is_seen_by_everybody_and_its_files_by_the_owner_and_its_staff(passed, client_of):
    assert who(client_of, reverse("standards:evaluation", args=["base-year", passed.public_id])) == set(EVERYBODY)
    assert who(client_of, reverse("admin:bases_evaluation_change", args=[passed.pk])) == WORKERS
    seen = {
        name for name in EVERYBODY[1:] if BaseEvaluation.objects.all().public_ids_of_staff(personas.make(name)).exists()
    }
    assert seen == WORKERS


def test_a_hidden_base_has_no_public_result(passed, client_of):
    base = personas.base()
    base.is_published = False
    base.save()
    assert who(client_of, reverse("standards:evaluation", args=["base-year", passed.public_id])) == set()


def test_an_assessment_is_no_evaluation(standards, client_of, base_manager):
    row = actions.open_assessment(personas.base(), actor=base_manager)
    for kind in ("base", "base-year", "person-year", "nothing"):
        assert (
            client_of(base_manager).get(reverse("standards:evaluation", args=[kind, row.public_id])).status_code == 404
        )


# ---- pages -----------------------------------------------------------------------------------------------------------
def test_the_manager_begins_it_on_their_page(scheme, base_manager, client_of):
    client = client_of(base_manager)
    assert "开始 2026 年自评" in client.get(reverse("standards:own-assessments")).content.decode()
    client.post(reverse("standards:own-start-year", args=["base", personas.base().slug, 2026]))
    assert BaseEvaluation.objects.get().state == "open"
    assert "开始 2026 年自评" not in client.get(reverse("standards:own-assessments")).content.decode()


def test_it_is_begun_on_the_staff_site(scheme, xiazhuang, client_of):
    client_of(xiazhuang).post(reverse("admin:bases_evaluation_add"), {"base": personas.base().pk, "year": "2026"})
    assert BaseEvaluation.objects.get().year == 2026


def test_it_waits_in_the_queue_and_asks_for_no_day(opened, base_manager, xiazhuang, client_of):
    row = submit(opened, base_manager)
    page = client_of(xiazhuang).get(reverse("admin:staff_decide", args=["assessment-base-year", row.public_id]))
    assert {"result_venue", "reason_venue"} <= set(page.context_data["page"].form().fields)
    assert "by_venue" not in page.context_data["page"].form().fields


def test_the_pages_of_the_scheme_and_of_the_base_show_the_result(passed, client_of):
    visitor = client_of(personas.visitor())
    assert "2026 年评价办法" in visitor.get(reverse("standards:list")).content.decode()
    scheme = visitor.get(passed.version.standard.get_absolute_url()).content.decode()
    assert personas.base().name in scheme
    assert "年度评价" in visitor.get(personas.base().get_absolute_url()).content.decode()


def test_the_code_of_a_table_leads_back_to_it():
    for table in (*extensions.assessment_tables(), *extensions.evaluation_tables()):
        assert table_of(table.code()) is table


@pytest.mark.django_db(transaction=True)
def test_two_officers_begin_and_confirm_at_once_and_one_does(transactional_db, settings):
    settings.PORTAL_CLOCK = JANUARY
    personas.reference()
    make_scheme()
    base, manager = personas.base(), personas.make("base_manager")
    officers = [personas.make(name) for name in ("xiazhuang", "district", "district_2")]
    calls = [lambda actor=actor: actions.open_evaluation(base, year=2026, actor=actor).pk for actor in officers * 4]
    assert len(set(at_once(calls, connections=12))) == 1
    row = submit(BaseEvaluation.objects.get(), manager)
    found = {code: {**one, "by": None} for code, one in verdicts().items()}
    row = actions.find_assessment(row, found, actor=officers[0])
    outcomes = at_once(
        [lambda actor=actor: actions.confirm_assessment(row, actor=actor).state for actor in officers[1:] * 5],
        connections=10,
    )
    assert (outcomes.count("passed"), outcomes.count("state")) == (1, 9)


# ---- print -----------------------------------------------------------------------------------------------------------
def test_an_evaluation_is_printed_with_a_line_for_each_item(failed, client_of, district):
    url = f"{reverse('admin:papers_papertemplate_print', args=['evaluation_base'])}?record={failed.pk}"
    page = client_of(district).get(url).content.decode()
    assert "1. 项venue：自述：在一楼；做到。" in page
    assert "2. 项rules：自述：在一楼；部分做到；" in page
