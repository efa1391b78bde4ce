"""The sums of outcomes equal a slow oracle, whatever is reported, checked, corrected, linked, taken apart and undone."""

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

import pytest
from django.urls import reverse

from chengyang import extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import Period
from chengyang.platform.accounts.models import Role
from services import actions, ledger
from services.models import Outcome, OutcomeDouble, OutcomeKind
from tests import personas

pytestmark = pytest.mark.django_db
KINDS = ("money", "goods", "firm", "beneficiaries")
STEPS = 60


@pytest.fixture
def organizers(leader, secretary, base_manager):
    return [personas.team(), personas.organization(), personas.base()]


def third_officer():
    somebody = personas.user("third")
    Role.objects.create(user=somebody, kind=Role.Kind.DISTRICT, starts=personas.STARTED)
    return somebody


class Oracle:
    """The sums, computed from all rows one by one, without the queries of the portal."""

    def __init__(self):
        self.rows = {row.pk: row for row in Outcome.objects.all()}
        self.merged = {
            pair.merged_id: pair.counted_id for pair in OutcomeDouble.objects.all() if pair.state == "linked"
        }

    def counted(self):
        return [row for row in self.rows.values() if row.state == "checked" and row.pk not in self.merged]

    def of(self, organizer):
        named = organizer._meta.model_name
        involved = {row.pk for row in self.rows.values() if getattr(row, named) == organizer}
        involved |= {
            party.outcome_id for row in self.rows.values() for party in row.parties.all() if party.who == organizer
        }
        shown = {self.merged.get(pk, pk) for pk in involved}
        return [row for row in self.counted() if row.pk in shown]

    @staticmethod
    def sums(rows):
        found = defaultdict(Decimal)
        for row in rows:
            found[row.kind_id] += row.amount if row.kind_id in ("money", "goods") else row.quantity
        return dict(found)


class Actions:
    """Random steps of people; one that is refused changes nothing."""

    def __init__(self, rng, organizers, officers):
        self.rng, self.organizers, self.officers = rng, organizers, officers

    def step(self):
        name = self.rng.choice(
            [
                "report",
                "report",
                "report",
                "check",
                "check",
                "check",
                "refuse",
                "reopen",
                "reverse",
                "correct",
                "edit",
                "link",
                "link",
                "apart",
                "undo",
                "party",
                "withdraw",
            ]
        )
        try:
            getattr(self, name)()
        except (ActionError, NotAllowed, IndexError):
            return

    @property
    def officer(self):
        return self.rng.choice(self.officers)

    def row(self, **wanted):
        return self.rng.choice(list(Outcome.objects.filter(**wanted).order_by("pk")))

    def pair(self):
        return self.rng.choice(list(OutcomeDouble.objects.order_by("pk")))

    def numbers(self, kind):
        number = self.rng.choice([1, 6, 6, 8, 300])
        return {"amount": Decimal(number)} if kind in ("money", "goods") else {"quantity": number}

    def report(self):
        kind = self.rng.choice(KINDS)
        day = dt.date(2025, 12, 25) + dt.timedelta(days=self.rng.randint(0, 14))
        values = {"title": self.rng.choice(["助学捐款", "助学捐赠", "修路"]), "happened_on": day, **self.numbers(kind)}
        actions.report_outcome(self.rng.choice(self.organizers), actor=self.officer, kind=kind, **values)

    def check(self):
        actions.check_outcome(self.row(state="reported"), actor=self.officer)

    def refuse(self):
        actions.refuse_outcome(self.row(), actor=self.officer, reason="没有凭证")

    def reopen(self):
        actions.reopen_outcome(self.row(), actor=self.officer)

    def reverse(self):
        actions.reverse_outcome(self.row(state="checked"), actor=self.officer, reason="没到账")

    def correct(self):
        row = self.row(state="checked")
        actions.correct_outcome(row, actor=self.officer, reason="写错了", **self.numbers(row.kind_id))

    def edit(self):
        row = self.row(state="reported")
        actions.edit_outcome(row, actor=row.reported_by, **self.numbers(row.kind_id))

    def link(self):
        pair = self.pair()
        actions.link_double(pair, actor=self.officer, counted=self.rng.choice([pair.first, pair.second]))

    def apart(self):
        actions.keep_apart(self.pair(), actor=self.officer, reason="两笔")

    def undo(self):
        actions.undo_double(self.pair(), actor=self.officer, reason="看错了")

    def party(self):
        organizer = self.rng.choice(self.organizers)
        actions.add_party(self.row(), actor=self.officer, **{organizer._meta.model_name: organizer})

    def withdraw(self):
        row = self.row()
        actions.withdraw_outcome(row, actor=row.reported_by)


def shown(rows):
    return {total.kind.code: total.number for total in ledger.totals(rows)}


def without_zero(sums):
    return {code: number for code, number in sums.items() if number}


@pytest.mark.parametrize("seed", range(12))
def test_the_sums_equal_those_of_the_oracle(seed, organizers, reference):
    officers = [personas.make("district"), personas.make("district_2"), third_officer()]
    people = Actions(random.Random(seed), organizers, officers)
    for _number in range(STEPS):
        people.step()
    oracle = Oracle()
    assert shown(Outcome.objects.all()) == Oracle.sums(oracle.counted())
    for organizer in organizers:
        assert shown(Outcome.objects.all().of(organizer)) == Oracle.sums(oracle.of(organizer))
    for year in (2025, 2026):
        of_year = [row for row in oracle.counted() if row.happened_on.year == year]
        assert shown(ledger.in_year(Outcome.objects.all(), year)) == Oracle.sums(of_year)
    lasting = Oracle.sums(Outcome.objects.all().lasting())
    assert without_zero(lasting) == without_zero(Oracle.sums(oracle.counted()))


@pytest.mark.parametrize("seed", range(3))
def test_the_tables_equal_the_oracle(seed, organizers, reference):
    officers = [personas.make("district"), personas.make("district_2"), third_officer()]
    people = Actions(random.Random(100 + seed), organizers, officers)
    for _number in range(STEPS):
        people.step()
    kinds, oracle = list(OutcomeKind.objects.all()), Oracle()
    of_year = ledger.in_year(Outcome.objects.all(), 2025)
    lines = {line.label: line for line in ledger.by_organizer(of_year, kinds)}
    for organizer in organizers:
        sums = Oracle.sums([row for row in oracle.of(organizer) if row.happened_on.year == 2025])
        cells = lines[organizer].cells if organizer in lines else [(kind.code, kind.name, "") for kind in kinds]
        assert [text for _code, _name, text in cells] == [
            ledger.number_text(kind, sums[kind.code]) if kind.code in sums else "" for kind in kinds
        ]
    years = {line.key: line for line in ledger.by_year(Outcome.objects.all(), kinds)}
    assert set(years) == {str(row.happened_on.year) for row in oracle.counted()}


def test_the_metrics_are_these_sums(organizers, district, district_2):
    for organizer in organizers:
        row = actions.report_outcome(
            organizer, actor=district, kind="firm", title="新店", happened_on=dt.date(2026, 3, 1)
        )
        actions.check_outcome(row, actor=district_2)
    pair = OutcomeDouble.objects.first()
    third = third_officer()
    actions.link_double(pair, actor=third, counted=pair.first)
    firms = extensions.metric("incubated_firms")
    year = Period(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
    assert (firms.of(None, year), firms.of(None, Period(dt.date(2027, 1, 1)))) == (2, 0)
    assert [firms.of(organizer, year) for organizer in organizers] == [1, 1, 0]


def test_a_number_of_the_page_opens_its_rows(client_of, organizers, district, district_2):
    for organizer, amount in zip(organizers, (100, 7000, 90000), strict=True):
        values = {"title": f"第{amount}笔", "happened_on": dt.date(2026, 3, 1), "amount": Decimal(amount)}
        row = actions.report_outcome(organizer, actor=district, kind="money", **values)
        actions.check_outcome(row, actor=district_2)
    page = client_of(district).get(reverse("admin:services_outcome_totals"))
    line = next(line for line in page.context["by_organizer"] if line.label == organizers[1])
    assert line.cells[0][2] == "7,000.00 元"
    query = {"kind": "money", "of": line.key, "year": "2026", "counting": "counted"}
    rows = client_of(district).get(reverse("admin:services_outcome_changelist"), query).context["cl"].result_list
    assert [row.amount for row in rows] == [Decimal(7000)]


@pytest.mark.parametrize("year", ["x", "99999999999999", "٢٠٢٦", "1066", ""])
def test_a_strange_year_shows_the_latest(client_of, organizers, district, year):
    assert client_of(district).get(reverse("admin:services_outcome_totals"), {"year": year}).status_code == 200
