"""What is kept by day, at the edges that the demonstration does not have; `tests/demo/test_kept_figures.py` compares the rest."""

import datetime as dt
import io
import re
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection

from activities.models import Activity
from bases.models import Base, Honour
from chengyang import clock, extensions
from chengyang.portal.board import board as boards
from chengyang.portal.board import keeping, periods, reading
from chengyang.portal.board.days import runs
from chengyang.portal.board.models import DayFigure, Mark
from members.models import Representative
from services.models import Outcome, Team
from tests import personas
from tests.members import factories

from .conftest import take_place

pytestmark = pytest.mark.django_db


def test_a_closed_team_counts_until_it_was_closed(records):
    rows = Team.objects.filter(pk=records["team"].pk)
    rows.update(is_published=True, founded_on=None, closed_on=dt.date(2026, 8, 1))
    keeping.refresh()
    metric = extensions.metric("teams")
    july, august = (periods.parse(code).period for code in ("2026-07", "2026-08"))
    assert [reading.total(metric, None, one) for one in (july, august)] == [
        metric.of(None, july),
        metric.of(None, august),
    ]
    assert metric.of(None, july) - metric.of(None, august) == 1


@pytest.mark.parametrize(("period", "number"), [("2026", 1), ("2026-01", 1), ("2026-05", 0), ("2025", 0)])
def test_an_honour_of_which_only_the_year_is_known_counts_on_its_first_day(reference, period, number):
    base = personas.base()
    base.honours.create(title="示范基地", level="city", year=2026)
    keeping.refresh()
    metric, period = extensions.metric("honours"), periods.parse(period).so_far
    assert (metric.of(base, period), reading.total(metric, base, period)) == (number, number)


@pytest.mark.parametrize(("period", "number"), [("2026-05", 1), ("2026-04", 0), ("2026H1", 1), ("2025", 0)])
def test_an_honour_counts_on_the_day_of_its_award(reference, period, number):
    base = personas.base()
    base.honours.create(title="示范基地", level="city", year=2025, awarded_on=dt.date(2026, 5, 20))
    keeping.refresh()
    metric, period = extensions.metric("honours"), periods.parse(period).so_far
    assert (metric.of(base, period), reading.total(metric, base, period)) == (number, number)


def test_a_year_that_is_none_is_no_day(reference):
    assert Honour.objects.create(base=personas.base(), title="奖", level="city", year=0).counted_on is None


def test_a_closed_base_stays_in_the_years_before(records):
    base = personas.base()
    Base.objects.filter(pk=base.pk).update(state="closed", opened_on=dt.date(2020, 1, 1), closed_on=dt.date(2026, 2, 1))
    keeping.refresh()
    metric, area = extensions.metric("bases"), base.subdistrict
    numbers = [metric.of(area, periods.parse(code).so_far) for code in ("2025", "2026-01", "2026-02")]
    assert numbers == [
        reading.total(metric, area, periods.parse(code).so_far) for code in ("2025", "2026-01", "2026-02")
    ]
    assert numbers == [1, 1, 0]


# ---- what is watched ---------------------------------------------------------------------------------------------------
CONSTANT = {"members_category", "activities_programme"}  # their codes never change


def test_every_table_that_a_kept_number_reads_is_watched():
    """From the statements that count: no table in them may change unseen."""
    for metric in keeping.kept_metrics():
        watched = {metric.kept.rows().model, *metric.kept.watched}
        names = {model._meta.db_table for model in watched} | CONSTANT
        for _sign, rows, _paths in keeping._ends(metric.kept):
            keys = {f"_{kind}": keeping._key(metric.kept.paths_of(kind)) for kind in metric.kept.owners}
            sql = str(rows.order_by().annotate(**keys).values_list("_day", *keys).query)
            read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql))
            assert read <= names, metric.code


def test_an_emptied_table_is_counted_again(records):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE services_outcome CASCADE")
    keeping.refresh()
    assert not DayFigure.objects.filter(code="donations").exists()
    assert not Mark.objects.exists()


def test_an_index_serves_the_marked_days(records):
    moments = [clock.at(dt.date(2020, 1, 1)) + dt.timedelta(days=day) for day in range(2000)]
    Activity.objects.bulk_create(
        Activity(
            title="活动",
            place="某地",
            starts=moment,
            ends=moment + dt.timedelta(hours=2),
            state="published",
            published_at=moment,
        )
        for moment in moments
    )
    days = {dt.date(2023, 3, 2), dt.date(2023, 3, 3), dt.date(2024, 4, 4)}
    _sign, rows, paths = next(keeping._ends(extensions.metric("attendances").kept))
    sql, parameters = keeping._only(rows, days, paths).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE activities_activity")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert any("starts >=" in part for part in plan.split("Index Cond:")[1:]), plan


def test_runs_of_days():
    days = [dt.date(2026, 3, day) for day in (5, 1, 2, 3)]
    assert list(runs(days)) == [(days[1], days[3]), (days[0], days[0])]
    assert list(runs([])) == []


def test_a_line_ends_at_the_figure_of_today(records):
    person = personas.person("周予安")
    Representative.objects.create(
        person=person,
        starts=dt.date(2026, 1, 1),
        ends=dt.date(2026, 9, 28),
        state="named",
        assessment=factories.assessed(person, factories.four_haves()),
    )
    keeping.refresh()
    metric = extensions.metric("representatives")
    added = reading.months([metric], None, dt.date(2026, 9, 1))[metric.code]
    assert reading.series(metric, added, [dt.date(2026, 9, 1)]) == [metric.of(None, periods.parse("2026").so_far)]


def test_another_value_in_a_declaration_is_another_declaration():
    metric = extensions.metric("donations")
    rows = Outcome.objects.counted().filter(kind__in=("money", "firm"))
    other = replace(metric, kept=replace(metric.kept, rows=lambda: rows.all()))
    assert keeping._declaration(other) != keeping._declaration(metric)


def test_other_columns_or_tables_are_another_declaration():
    metric = extensions.metric("donations")
    for changed in ({"columns": ("amount",)}, {"watched": {}}):
        other = replace(metric, kept=replace(metric.kept, **changed))
        assert keeping._declaration(other) != keeping._declaration(metric)


def test_the_command_counts_all_figures_anew(records):
    before = set(DayFigure.objects.values_list("code", "kind", "owner", "day", "value"))
    DayFigure.objects.filter(code="donations").update(value=1)
    call_command("board", "rebuild", stdout=io.StringIO())
    assert set(DayFigure.objects.values_list("code", "kind", "owner", "day", "value")) == before


def test_time_alone_is_no_other_declaration(settings):
    metric = extensions.metric("activities_completed")
    before = keeping._declaration(metric)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=1)
    assert keeping._declaration(metric) == before


def test_a_run_that_nothing_has_marked_counts_nothing(records, settings):
    take_place(dt.date(2026, 9, 1), organization=records["organization"])
    keeping.refresh()
    version = keeping.state().version
    settings.PORTAL_CLOCK = clock.now() + boards.STALE
    assert keeping.refresh() is False
    assert keeping.state().version == version
