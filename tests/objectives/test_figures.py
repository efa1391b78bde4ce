"""Figures: entered with evidence, checked by a second person, reversed and never overwritten."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from chengyang import clock
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from chengyang.platform.objectives import actions
from chengyang.platform.objectives.models import Figure
from chengyang.platform.objectives.progress import done_of, progress_of
from chengyang.platform.objectives.states import FIGURE_TRANSITIONS
from tests import personas

from .conftest import TODAY, enter
from .test_plans import code_of

pytestmark = pytest.mark.django_db
WHO = [
    "secretary",
    "xiazhuang",
    "district",
    "liuting",
    "base_manager",
    "editor",
    "member",
    "stranger",
    "sysadmin",
    "auditor",
]


@pytest.mark.parametrize("name", WHO)
def test_who_enters_a_figure(entered, name):
    found = code_of(enter, entered, actor=personas.make(name))
    assert found == ("ok" if name in {"secretary", "xiazhuang", "district"} else "not allowed")


@pytest.mark.parametrize("name", WHO)
def test_who_checks_a_figure(figure, name):
    found = code_of(actions.check_figure, figure, actor=personas.make(name))
    assert found == ("ok" if name in {"xiazhuang", "district"} else "not allowed")


def test_who_entered_does_not_check_and_the_database_says_so_too(entered, xiazhuang):
    row = enter(entered, actor=xiazhuang)
    assert code_of(actions.check_figure, row, actor=xiazhuang) == "not allowed"
    with pytest.raises(IntegrityError), transaction.atomic():
        Figure.objects.filter(pk=row.pk).update(checked_by=xiazhuang)


def test_a_figure_counts_once_it_is_checked(figure, entered, xiazhuang):
    assert done_of(entered, TODAY) == 0
    actions.check_figure(figure, actor=xiazhuang)
    assert done_of(entered, TODAY) == 30


def test_an_objective_that_is_counted_takes_no_figure(counted, secretary):
    assert code_of(enter, counted, actor=secretary) == "not allowed"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"amount": -1}, "invalid"),
        ({"amount": 0}, "ok"),
        ({"on": dt.date(2026, 9, 17)}, "on"),
        ({"on": dt.date(2025, 12, 31)}, "on"),
        ({"on": dt.date(2026, 1, 1)}, "ok"),
        ({"link": "https://example.com/"}, "link"),
        ({"link": "/calendar/"}, "ok"),
    ],
)
def test_what_a_figure_may_be(entered, secretary, options, code):
    amount = options.pop("amount", 1)
    assert code_of(enter, entered, amount, actor=secretary, **options) == code


def test_a_figure_says_what_it_is(entered, secretary):
    found = code_of(actions.enter_figure, entered, amount=Decimal(1), on=TODAY, note="  ", actor=secretary)
    assert (found, Figure.objects.count()) == ("invalid", 0)


def test_a_figure_of_december_is_entered_in_january(entered, secretary, settings):
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 4))
    assert code_of(enter, entered, actor=secretary, on=dt.date(2026, 12, 31)) == "ok"
    assert code_of(enter, entered, actor=secretary, on=dt.date(2027, 1, 1)) == "on"


def test_a_wrong_figure_is_reversed_by_two_people_and_stays(checked, entered, secretary, xiazhuang):
    assert code_of(actions.reverse_figure, checked, "", actor=secretary) == "reason"
    row = actions.reverse_figure(checked, "把两天算成了三天", actor=secretary)
    assert (row.amount, done_of(entered, TODAY)) == (-30, 30)
    assert code_of(actions.check_figure, row, actor=secretary) == "not allowed"
    actions.check_figure(row, actor=xiazhuang)
    checked.refresh_from_db()
    assert (done_of(entered, TODAY), checked.amount, checked.state) == (0, 30, "checked")


def test_a_figure_is_reversed_once_and_a_reversal_never(checked, secretary, xiazhuang):
    row = actions.reverse_figure(checked, "错了", actor=secretary)
    assert code_of(actions.reverse_figure, checked, "错了", actor=secretary) == "reversed"
    assert code_of(actions.undo_figure_decision, checked, actor=xiazhuang) == "reversed"
    row = actions.check_figure(row, actor=xiazhuang)
    assert code_of(actions.reverse_figure, row, "错了", actor=secretary) == "not allowed"


def test_a_refused_reversal_can_be_entered_again(checked, secretary, xiazhuang):
    actions.refuse_figure(actions.reverse_figure(checked, "错了", actor=secretary), "没有错", actor=xiazhuang)
    assert code_of(actions.reverse_figure, checked, "看过了，是错了", actor=secretary) == "ok"


def test_a_refused_figure_does_not_count_and_who_entered_it_reads_why(figure, entered, secretary, xiazhuang):
    actions.refuse_figure(figure, "请补名单以外的材料", actor=xiazhuang)
    assert done_of(entered, TODAY) == 0
    assert "请补名单以外的材料" in Notice.objects.get(user=secretary, kind="objectives/refused").body


@pytest.mark.parametrize(
    "decide", [actions.check_figure, lambda row, *, actor: actions.refuse_figure(row, "不", actor=actor)]
)
def test_a_decision_is_taken_back(figure, entered, xiazhuang, district, decide):
    row = decide(figure, actor=xiazhuang)
    assert code_of(actions.undo_figure_decision, row, actor=district) == "not allowed"
    row = actions.undo_figure_decision(row, actor=xiazhuang)
    assert (row.state, row.checked_by, row.reason, done_of(entered, TODAY)) == ("reported", None, "", 0)
    assert row.due_on is not None


def test_a_figure_is_withdrawn_by_who_entered_it_until_it_is_checked(figure, secretary, xiazhuang):
    assert code_of(actions.withdraw_figure, figure, actor=xiazhuang) == "not allowed"
    actions.withdraw_figure(figure, actor=secretary)
    assert code_of(actions.check_figure, figure, actor=xiazhuang) == "state"


def test_every_transition_that_is_not_in_the_table_is_refused(figure, secretary, xiazhuang):
    allowed = {(old, new) for old, states in FIGURE_TRANSITIONS.items() for new in states}
    assert allowed == {("reported", "checked"), ("reported", "refused"), ("reported", "withdrawn")}
    actions.check_figure(figure, actor=xiazhuang)
    assert code_of(actions.check_figure, figure, actor=personas.make("district")) == "state"
    assert code_of(actions.refuse_figure, figure, "不", actor=xiazhuang) == "state"
    assert code_of(actions.withdraw_figure, figure, actor=secretary) == "not allowed"


def test_evidence_is_read_by_the_owner_and_its_staff_only(entered, secretary):
    upload = SimpleUploadedFile("走访.png", _png(), content_type="image/png")
    row = enter(entered, actor=secretary, evidence=upload)
    file = File.objects.get(attached_id=row.public_id)
    readers = {name for name in WHO if File.objects.visible_to(personas.make(name)).filter(pk=file.pk).exists()}
    assert readers == {"secretary", "xiazhuang", "district"}


def _png():
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG")
    return stream.getvalue()


# ---- by the clock ----------------------------------------------------------------------------------------------------
def test_the_light_follows_the_clock_without_a_task(checked, entered, settings):
    days = {
        "2026-02-15": "ahead",
        "2026-04-02": "on_time",
        "2026-04-03": "late",
        "2026-12-31": "late",
        "2027-01-01": "missed",
    }
    found = {day: progress_of(entered, dt.date.fromisoformat(day)).light for day in days}
    assert found == days


def test_the_last_minute_of_the_year_belongs_to_it(checked, entered, settings):
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 12, 31), dt.time(23, 59))
    assert progress_of(entered).light == "late"
    settings.PORTAL_CLOCK = clock.at(dt.date(2027, 1, 1))
    assert progress_of(entered).light == "missed"


def test_a_owner_dissolved_in_the_year_ends_its_objectives_on_its_day(checked, entered, organization, secretary):
    organization.state, organization.dissolved_on = "dissolved", dt.date(2026, 9, 1)
    organization.save()
    entered.plan.organization = organization
    assert progress_of(entered, dt.date(2026, 8, 31)).light == "late"
    assert progress_of(entered, dt.date(2026, 9, 1)).light == "ended"


def test_a_few_people_are_not_shown_to_the_public(entered, secretary, xiazhuang):
    for amount, shown in ((4, None), (1, Decimal(5))):
        actions.check_figure(enter(entered, amount, actor=secretary), actor=xiazhuang)
        assert progress_of(entered, public=True).done == shown
    assert progress_of(entered).done == 5
