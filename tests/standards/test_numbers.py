"""The number beside a criterion: counted from records, stored with the finding, and never about a person."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.standards import actions, numbers
from chengyang.platform.standards.models import Criterion
from chengyang.platform.standards.shown import shown_of
from tests import personas
from tests.activities import factories

from .conftest import make_standard, verdict, verdicts

NUMBER = {"metric": "activities_completed", "at_least": 2, "months": 12}


@pytest.fixture
def base(reference):
    make_standard("six_haves", **NUMBER)
    return personas.base()


def hold_activities(base, number, *, days_ago=20):
    """Create `number` activities at `base` that ended `days_ago` days ago."""
    starts = clock.now() - dt.timedelta(days=days_ago)
    for _ in range(number):
        factories.published(base=base, starts=starts, ends=starts + dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("day", "months", "starts"),
    [
        ("2026-11-29", 12, "2025-11-30"),
        ("2026-03-31", 1, "2026-03-01"),
        ("2024-02-29", 12, "2023-03-01"),
        ("2026-03-29", 1, "2026-02-28"),
        ("2026-12-31", 1, "2026-12-01"),
    ],
)
def test_the_period_ends_with_the_day_and_begins_months_before(day, months, starts):
    found = numbers.period_of(Criterion(months=months), dt.date.fromisoformat(day))
    assert (found.starts, found.ends) == (
        dt.date.fromisoformat(starts),
        dt.date.fromisoformat(day) + dt.timedelta(days=1),
    )


def test_the_number_of_the_subject_stands_beside_the_criterion(base, opened, district):
    hold_activities(base, 3)
    hold_activities(base, 1, days_ago=400)
    hold_activities(personas.base(slug="other", name="别的基地"), 4)
    first, second = shown_of(opened, district)
    assert (first.number.value, first.number.is_reached, second.number) == (3, True, None)
    assert first.number.text == "近 12 个月办的活动 3 场，要求至少 2 场"


def test_a_number_that_is_reached_is_evidence(base, opened, base_manager, xiazhuang):
    hold_activities(base, 2)
    row = actions.record_statement(opened, "rules", note="上墙", actor=base_manager)
    row = actions.find_assessment(actions.submit_assessment(row, actor=base_manager), verdicts(), actor=xiazhuang)
    assert (row.state, row.finding("venue")["number"]) == ("found", 2)


def test_a_number_that_is_not_reached_is_no_evidence(base, opened, base_manager):
    hold_activities(base, 1)
    actions.record_statement(opened, "rules", note="上墙", actor=base_manager)
    with pytest.raises(ActionError, match="有venue"):
        actions.submit_assessment(opened, actor=base_manager)


def test_short_of_the_number_it_is_met_only_with_a_reason(base, submitted, xiazhuang):
    hold_activities(base, 1)
    with pytest.raises(ActionError) as refused:
        actions.find_assessment(submitted, verdicts(), actor=xiazhuang)
    assert set(refused.value.each) == {"reason_venue"}
    row = actions.find_assessment(submitted, verdicts(venue=verdict("met", "停业装修三个月")), actor=xiazhuang)
    assert row.state == "found"


def test_the_number_of_a_finding_stays_as_it_was(base, submitted, xiazhuang, district):
    hold_activities(base, 2)
    row = actions.find_assessment(submitted, verdicts(), actor=xiazhuang)
    hold_activities(base, 5)
    assert shown_of(row, district)[0].number.value == 2


def test_no_metric_is_about_a_person():
    assert numbers.metrics_for("person") == []
    assert {metric.code for metric in numbers.metrics_for("team")} >= {"activities_completed", "team_posts"}


@pytest.mark.parametrize("kind", ["organization", "base", "team"])
def test_every_metric_of_a_kind_counts_for_its_subjects(reference, kind):
    subject = {"organization": personas.organization, "base": personas.base, "team": personas.team}[kind]()
    for metric in numbers.metrics_for(kind):
        criterion = Criterion(metric=metric.code, at_least=1, months=12)
        assert numbers.count(subject, criterion, clock.today()).value == 0, metric.code


def test_a_metric_that_is_gone_leaves_no_number(base):
    assert numbers.count(base, Criterion(metric="gone", at_least=1, months=12), clock.today()) is None


# ---- the records ----------------------------------------------------------------------------------------------------
def records_page(assessment, code="venue"):
    return reverse("admin:standards_standard_records", args=["base", assessment.public_id, code])


def test_the_number_leads_to_its_records(base, opened, client_of, base_manager):
    hold_activities(base, 2)
    page = client_of(base_manager).get(records_page(opened))
    assert [row.base for row, _url in page.context["rows"]] == [base, base]
    assert "近 12 个月办的活动 2 场" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [("liuting", "venue", 404), ("leader", "venue", 404), ("district", "rules", 404), ("district", "x", 404)],
)
def test_records_are_shown_to_who_may_open_the_assessment(base, opened, client_of, name, code, status):
    assert client_of(personas.make(name)).get(records_page(opened, code)).status_code == status
