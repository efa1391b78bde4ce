"""Corrections of checked outcomes by reversal; the same day an unchecked one is corrected in place."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from services import actions
from services.models import Outcome
from tests import personas

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 9, 1)


def donations(subject=None):
    return extensions.metric("donations").of(subject)


@pytest.fixture
def reported(leader):
    values = {"kind": "money", "title": "助学款", "happened_on": DAY, "amount": Decimal(3000)}
    return actions.report_outcome(personas.team(), actor=leader, **values)


@pytest.fixture
def checked(reported, district):
    return actions.check_outcome(reported, actor=district)


@pytest.fixture
def corrected(checked, leader):
    """The reversing row of a correction from 3000 to 300 yuan, which nobody has checked."""
    return actions.correct_outcome(checked, actor=leader, reason="多写了一个零", amount=Decimal(300))


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


# ---- the same day ----------------------------------------------------------------------------------------------------
def test_who_reported_it_corrects_it_the_same_day(reported, leader):
    row = actions.edit_outcome(reported, actor=leader, amount=Decimal(500))
    assert (row.amount, Outcome.objects.count()) == (Decimal(500), 1)


def test_the_next_day_it_is_not_changed(reported, leader, time_machine):
    time_machine.move_to(clock.now() + dt.timedelta(days=1))
    with pytest.raises(NotAllowed):
        actions.edit_outcome(reported, actor=leader, amount=Decimal(500))


def test_a_checked_one_is_not_changed(checked, leader):
    assert refusal(actions.edit_outcome, checked, actor=leader, amount=Decimal(500)) == "state"


def test_others_do_not_change_it(reported, district):
    with pytest.raises(NotAllowed):
        actions.edit_outcome(reported, actor=district, amount=Decimal(500))


# ---- reversal --------------------------------------------------------------------------------------------------------
def test_until_the_correction_is_checked_the_first_number_counts(corrected):
    assert donations() == 3000


def test_a_checked_correction_counts_what_is_right(corrected, district):
    actions.check_outcome(corrected, actor=district)
    states = Outcome.objects.order_by("pk").values_list("state", flat=True)
    assert (donations(), donations(corrected.team), list(states)) == (300, 300, ["checked"] * 3)


def test_the_public_reads_what_is_right_only(corrected, district):
    actions.check_outcome(corrected, actor=district)
    assert list(Outcome.objects.published().values_list("amount", flat=True)) == [Decimal(300)]


def test_a_reversed_one_counts_nothing(checked, leader, district):
    row = actions.reverse_outcome(checked, actor=leader, reason="没有到账")
    actions.check_outcome(row, actor=district)
    assert (row.amount, row.happened_on, donations()) == (Decimal(-3000), DAY, 0)


def test_who_reported_the_correction_does_not_check_it(checked, district):
    row = actions.reverse_outcome(checked, actor=district, reason="没有到账")
    with pytest.raises(NotAllowed):
        actions.check_outcome(row, actor=district)


def test_the_replacing_row_is_not_checked_alone(corrected, district):
    with pytest.raises(NotAllowed):
        actions.check_outcome(corrected.replacement, actor=district)


def test_a_refused_correction_changes_nothing_and_another_one_may_follow(corrected, checked, district, leader):
    actions.refuse_outcome(corrected, actor=district, reason="凭证上就是 3000")
    again = actions.reverse_outcome(checked, actor=leader, reason="没有到账")
    actions.check_outcome(again, actor=district)
    assert donations() == 0


def test_a_check_of_a_correction_is_taken_back_whole(corrected, district):
    actions.check_outcome(corrected, actor=district)
    actions.reopen_outcome(corrected, actor=district)
    states = Outcome.objects.order_by("pk").values_list("state", flat=True)
    assert (donations(), list(states)) == (3000, ["checked", "reported", "reported"])


def test_a_withdrawn_correction_leaves_the_first_one(corrected, leader):
    actions.withdraw_outcome(corrected, actor=leader)
    assert (Outcome.objects.count(), donations()) == (1, 3000)


@pytest.mark.parametrize("again", [actions.reverse_outcome, actions.correct_outcome])
def test_a_second_correction_is_refused_while_one_is_there(corrected, checked, leader, again):
    more = {"amount": Decimal(1)} if again is actions.correct_outcome else {}
    assert refusal(again, checked, actor=leader, reason="又错了", **more) == "corrected"


def test_a_reversing_row_is_not_reversed(checked, leader, district):
    row = actions.reverse_outcome(checked, actor=leader, reason="没有到账")
    actions.check_outcome(row, actor=district)
    with pytest.raises(NotAllowed):
        actions.reverse_outcome(row, actor=leader, reason="到账了")


def test_the_first_check_is_not_taken_back_below_a_correction(corrected, checked, district):
    assert refusal(actions.reopen_outcome, checked, actor=district) == "corrected"


def test_a_correction_that_changes_nothing_is_refused(checked, leader):
    assert refusal(actions.correct_outcome, checked, actor=leader, reason="看看", amount=Decimal(3000)) == "same"


def test_a_correction_takes_who_took_part_along(reported, leader, district):
    other = personas.team(slug="other", name="另一支服务队")
    actions.add_party(reported, actor=leader, team=other)
    checked = actions.check_outcome(reported, actor=district)
    row = actions.correct_outcome(checked, actor=leader, reason="多写了一个零", amount=Decimal(300))
    actions.check_outcome(row, actor=district)
    assert list(row.parties.values_list("team", flat=True)) == [other.pk]
    assert (donations(other), donations(reported.team), donations()) == (0, 300, 300)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_corrects_a_checked_one(checked, name):
    somebody = personas.make(name)
    if name in ("leader", "district", "district_2"):
        assert actions.reverse_outcome(checked, actor=somebody, reason="没有到账").pk
    else:
        with pytest.raises(NotAllowed):
            actions.reverse_outcome(checked, actor=somebody, reason="没有到账")


def test_the_database_refuses_a_second_reversal_and_a_number_below_zero(checked):
    values = {"kind": checked.kind, "title": "x", "happened_on": DAY, "team": checked.team}
    Outcome.objects.create(**values, amount=-3000, reverses=checked)
    for wrong in ({"amount": -3000, "reverses": checked}, {"amount": -5}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Outcome.objects.create(**values, **wrong)


# ---- pages -----------------------------------------------------------------------------------------------------------
def test_a_correction_is_reported_on_its_page(client_of, leader, checked):
    url = reverse("admin:services_outcome_correct", args=[checked.pk])
    page = client_of(leader).get(url)
    typed = {"kind": "money", "title": "助学款", "happened_on": "2026-09-01", "amount": "300", "links": ""}
    answer = client_of(leader).post(url, {**typed, "reason": "多写了一个零"})
    row = Outcome.objects.get(reverses=checked)
    assert (page.status_code, answer.status_code) == (200, 302)
    assert (row.replacement.amount, row.why) == (Decimal(300), "多写了一个零")


def test_a_refused_correction_keeps_what_was_typed(client_of, leader, checked):
    url = reverse("admin:services_outcome_correct", args=[checked.pk])
    typed = {"kind": "money", "title": "助学款", "happened_on": "2026-09-01", "amount": "3000.00", "links": ""}
    answer = client_of(leader).post(url, {**typed, "reason": "看看"})
    assert (answer.status_code, "看看" in answer.content.decode()) == (409, True)


def test_the_page_of_the_check_shows_both_rows_and_why(client_of, district, corrected):
    page = client_of(district).get(reverse("admin:staff_decide", args=["outcome", corrected.public_id]))
    text = page.content.decode()
    assert all(words in text for words in ("多写了一个零", "300.00 元", "冲销的是", "核实，照此更正"))
