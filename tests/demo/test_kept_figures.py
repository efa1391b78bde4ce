"""What the board keeps by day is what is counted from the records, whatever is written and however often it is refreshed."""

import contextlib
import datetime as dt
import random

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Count

from bases.models import Base
from chengyang import clock, extensions
from chengyang.extensions import Period
from chengyang.platform.accounts.models import Subdistrict
from chengyang.portal.board import keeping, owners, period_figures, reading, watching
from chengyang.portal.board.models import DayFigure, Keeping, Mark, PeriodFigure
from members.models import Person
from organizations.models import Organization
from services.models import Team

pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.django_db]

OWNERS = {"subdistrict": Subdistrict, "organization": Organization, "base": Base, "team": Team}
CODES = [metric.code for metric in keeping.kept_metrics()]
PERIODS = [
    Period(None, dt.date(2020, 1, 1)),
    Period(dt.date(2018, 1, 1), dt.date(2024, 1, 1)),
    Period(dt.date(2025, 1, 1), dt.date(2026, 1, 1)),
    Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1)),
]


def kept():
    return {(row.code, row.kind, row.owner, row.day): row.value for row in DayFigure.objects.order_by().iterator(2000)}


def counted():
    found = {}
    for metric in keeping.kept_metrics():
        for (kind, owner, day), value in keeping.counted(metric.kept).items():
            found[metric.code, kind, owner, day] = value
    return found


def owner_with(code, kind):
    """Return the owner of `kind` with the most days for a figure, the first one where none has any."""
    days = DayFigure.objects.filter(code=code, kind=kind).values("owner").annotate(days=Count("pk"))
    most = days.order_by("-days", "owner").first()
    return OWNERS[kind].objects.get(pk=most["owner"]) if most else OWNERS[kind].objects.order_by("pk").first()


@pytest.mark.parametrize("code", CODES)
def test_the_kept_number_is_that_of_the_metric(code):
    keeping.refresh()
    metric = extensions.metric(code)
    for owner in (None, *(owner_with(code, kind) for kind in metric.kept.owners)):
        for period in PERIODS:
            assert reading.total(metric, owner, period) == metric.of(owner, period), (owner, period)


def test_the_numbers_of_the_subdistricts_are_not_more_than_that_of_the_district():
    keeping.refresh()
    metric = extensions.metric("attendances")
    areas = sum(reading.total(metric, area, PERIODS[1]) for area in Subdistrict.objects.all())
    assert 0 < areas <= reading.total(metric, None, PERIODS[1])


def test_what_is_thrown_away_is_rebuilt_with_the_same_result():
    keeping.refresh()
    before = kept()
    keeping.rebuild()
    assert kept() == before
    assert len(before) > 1000


def test_a_second_run_changes_nothing():
    keeping.refresh()
    version = Keeping.objects.get().version
    assert keeping.refresh() is False
    assert Keeping.objects.get().version == version


def test_a_changed_number_moves_the_version_and_one_day():
    keeping.refresh()
    version, before = Keeping.objects.get().version, kept()
    row = apps.get_model("services.Outcome").objects.filter(state="checked", kind="money").first()
    type(row).objects.filter(pk=row.pk).update(amount=row.amount + 7)
    assert keeping.refresh() is True
    changed = {place for place, value in kept().items() if before.get(place) != value}
    assert {(code, day) for code, _kind, _owner, day in changed} == {("donations", row.happened_on)}
    assert Keeping.objects.get().version == version + 1


def test_an_edit_of_another_column_marks_nothing():
    keeping.refresh()
    Person.objects.filter(pk=Person.objects.first().pk).update(can=["media"])
    assert not Mark.objects.exists()


def test_an_activity_counts_when_it_is_over(settings):
    activity = (
        apps.get_model("activities.Activity")
        .objects.filter(state="published", starts__gt=clock.now(), starts__date__gt=clock.today())
        .earliest("ends")
    )
    keeping.refresh()
    day = dt.timedelta(days=1)
    period = Period(activity.starts.date() - day, activity.starts.date() + 2 * day)
    metric = extensions.metric("activities_completed")
    before = reading.total(metric, None, period)
    settings.PORTAL_CLOCK = activity.ends + dt.timedelta(minutes=1)
    keeping.refresh()
    assert reading.total(metric, None, period) > before
    assert kept() == counted()


def test_every_table_that_is_read_is_watched():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE %s", [f"{watching.PREFIX}%"])
        assert cursor.fetchone()[0] == sum(len(watching._triggers(table)) for table in watching.tables())


# ---- random writes -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(12))
def test_the_kept_figures_are_the_counted_ones_after_random_writes(seed):
    rng = random.Random(seed)
    keeping.refresh()
    for kind, owner in ((owners.DISTRICT, None), *((kind, rng.choice(OWNERS[kind].objects.all())) for kind in OWNERS)):
        for period in PERIODS[1:]:  # some of which the writes change
            period_figures.numbers(period_figures.followers(kind), owner, [period], version=keeping.state().version)
    written = 0
    for number in range(40):
        table = rng.choice(watching.tables())
        with contextlib.suppress(DatabaseError):  # a constraint may refuse the combination that was drawn
            with transaction.atomic():
                _write(rng, table)
            written += 1
        if number % 10 == 9:
            keeping.refresh()
    keeping.refresh()
    assert kept() == counted()
    assert written >= 10
    for row in PeriodFigure.objects.all():
        owner = OWNERS[row.kind].objects.get(pk=row.owner) if row.owner else None
        assert extensions.metric(row.code).of(owner, Period(row.starts, row.ends)) == row.value, row


def _write(rng, table):
    """Change columns of a few rows of `table` that matter, or delete a row, in a way drawn from `rng`."""
    model = table.model
    keys = list(model._base_manager.order_by("pk").values_list("pk", flat=True)[:3000])
    if not keys:
        return
    rows = model._base_manager.filter(pk__in=rng.sample(keys, min(len(keys), 3)))
    if rng.random() < 0.1:
        rows.filter(pk=rows.first().pk).delete()
        return
    names = sorted({name for columns in (*table.own.values(), *table.other.values()) for name in columns})
    names = names or [path for path in table.own if "__" not in path]
    name = rng.choice(names) if names else ""
    if name:
        rows.update(**{name: _drawn(rng, model, model._meta.get_field(name))})


def _drawn(rng, model, column):
    """Return a value for `column`: one that another row has, or a day close to it."""
    found = list(model._base_manager.order_by("pk").values_list(column.attname, flat=True).distinct()[:200])
    value = rng.choice(found)
    if isinstance(value, dt.datetime | dt.date):
        return value + dt.timedelta(days=rng.randint(-40, 40))
    return value
