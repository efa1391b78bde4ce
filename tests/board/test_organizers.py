"""The boards of organizations, bases and teams: something in each step, kept to those boards, and nobody named by it."""

import datetime as dt

import pytest
from django.urls import reverse

from activities.models import Activity
from chengyang import clock, extensions
from chengyang.platform.objectives.owners import metrics_for
from chengyang.platform.web import fragments
from chengyang.portal.board import board as boards
from chengyang.portal.board import keeping, owners, period_figures, periods, report_steps, results
from chengyang.portal.board.models import PeriodFigure, Report
from members.models import Representative
from organizations.models import Membership
from services.contributions import FIGURES
from services.models import Post
from tests import personas
from tests.members import factories as member_factories

from .conftest import served, take_place
from .test_board import SEEN_BY, cells

pytestmark = pytest.mark.django_db

ORGANIZERS = ("organization", "base", "team")


def board_of(owner):
    return boards.board_of(owner, periods.parse("2026"))


@pytest.mark.parametrize("of", ORGANIZERS)
def test_every_step_of_an_organizer_is_drawn_by_month(everything, of):
    assert all(part.chart and part.months for part in board_of(everything[of]).parts)


@pytest.mark.parametrize("of", ORGANIZERS)
def test_every_figure_of_an_organizer_counts_something(everything, of):
    """Else the test that compares the figures with their records would compare nothing."""
    assert [code for code, cell in cells(board_of(everything[of])).items() if not cell.value] == []


BY_PERSON = {  # figures of organizers that say something about the persons behind them → who may know it of the one there
    "representatives_in_organization": {"district", "xiazhuang", "secretary"},
    "representatives_in_team": {"district"},
    "members_in_team": {"district"},
    "members_joining_team": {"district"},
    "organizations_in_team": {"district"},
    "representatives_acting": {"district", "xiazhuang", "secretary"},
    "representatives_attending": {"district", "xiazhuang", "secretary"},
    "representatives_hours": {"district", "xiazhuang", "secretary"},
}


@pytest.mark.parametrize("of", ORGANIZERS)
def test_the_records_name_nobody_a_representative_or_member_to_whom_it_is_not_known(everything, client_of, of):
    """They are counted for all who see the board; whose they are reads who may see the term, or the membership."""
    query = {"of": owners.code_of(everything[of]), "period": "2026"}
    for code in BY_PERSON.keys() & cells(board_of(everything[of])).keys():
        rows = extensions.metric(code).records(everything[of], periods.parse("2026").so_far)
        for name in SEEN_BY[of]:
            page = client_of(personas.make(name)).get(reverse("board:records", args=[code]), query)
            count = page.context["page"].paginator.count
            assert bool(count) == (name in BY_PERSON[code]), (code, name)
            assert count + page.context["hidden"] == rows.count()


def test_a_report_lists_no_representative_to_whom_it_is_not_known(everything, leader):
    made = Report(team=everything["team"], starts=dt.date(2026, 1, 1), ends=dt.date(2027, 1, 1), as_of=clock.now())
    rows = {code: report_steps._records(made, code, leader).count() for code in BY_PERSON if code.endswith("_team")}
    assert set(rows.values()) == {0}


# ---- who was a representative or a member on the day that counts ----------------------------------------------------------
JUNE_2 = dt.date(2026, 6, 2)  # the day of the activity of the team
OF_TERMS = ("representatives_in_team", "representatives_acting", "representatives_attending", "representatives_hours")
OF_MEMBERSHIPS = ("members_in_team", "members_joining_team", "organizations_in_team")


def named_to(user, code, owner, span):
    """Return how many of the rows that `code` counts `user` may open as far as it depends on the term or membership."""
    metric, period = extensions.metric(code), periods.parse(span).so_far
    found = metric.records(owner, period)
    assert found.exists()
    return metric.readable(user, found, owner, period).count()


def with_former_term(everything, changes):
    """Let the term of the person in `everything` be public since the day `changes`, and one before it that nobody published."""
    term = everything["term"]
    Representative.objects.filter(pk=term.pk).update(is_public=True, starts=changes)
    assessment = member_factories.assessed(term.person, term.assessment.version)
    term.person.representations.create(starts=dt.date(2024, 1, 1), ends=changes, state="ended", assessment=assessment)


@pytest.fixture
def former_term(everything):
    """A term of 2024 and 2025, in which the person attended an activity of the team, to which they belonged already."""
    with_former_term(everything, dt.date(2026, 1, 1))
    Post.objects.filter(pk=everything["post"].pk).update(starts=dt.date(2024, 3, 1))
    about = {"kind": Activity.Kind.VOLUNTEER, "subdistrict": everything["area"]}
    served(take_place(dt.date(2024, 6, 3), team=everything["team"], **about), everything["person"])
    return everything


@pytest.mark.parametrize("code", OF_TERMS)
def test_a_public_term_of_today_names_nobody_a_representative_of_an_earlier_day(former_term, leader, district, code):
    seen = [named_to(user, code, former_term["team"], span) for user in (leader, district) for span in ("2024", "2026")]
    assert seen == [0, 1, 1, 1]


def test_the_records_of_an_earlier_term_are_named_to_who_may_see_that_term(former_term, client_of, leader, district):
    query = {"of": owners.code_of(former_term["team"])}
    url = reverse("board:records", args=["representatives_attending"])
    found = {
        (user, span): client_of(user).get(url, {**query, "period": span}).context
        for user in (leader, district)
        for span in ("2024", "2026")
    }
    counts = {key: (page["page"].paginator.count, page["hidden"]) for key, page in found.items()}
    assert counts == {
        (leader, "2024"): (0, 1),
        (leader, "2026"): (1, 0),
        (district, "2024"): (1, 0),
        (district, "2026"): (1, 0),
    }


@pytest.mark.parametrize("code", ["representatives_acting", "representatives_attending", "representatives_hours"])
def test_the_term_counts_on_the_day_of_the_activity(everything, leader, district, code):
    """Within a period, and for an owner: that somebody acted elsewhere in a public term says nothing about a day before."""
    with_former_term(everything, JUNE_2)
    of = (everything["organization"], everything["team"])  # their activities were on 1 and 2 June
    assert [named_to(user, code, owner, "2026") for user in (leader, district) for owner in of] == [0, 1, 1, 1]


@pytest.fixture
def former_membership(everything, leader):
    """A person in the team since 2024 who was until 2025 in another organization; of the present one the leader is the secretary."""
    secretary = leader.person
    everything["organization"].posts.create(person=secretary, kind="secretary", starts=dt.date(2020, 1, 1))
    other = personas.organization(slug="below")
    dates = {"joined_on": dt.date(2023, 1, 1), "left_on": dt.date(2025, 5, 1)}
    other.memberships.create(person=everything["person"], state="left", **dates)
    Post.objects.filter(pk=everything["post"].pk).update(starts=dt.date(2024, 3, 1))
    return {**everything, "other": other}


@pytest.mark.parametrize("code", OF_MEMBERSHIPS)
def test_a_membership_of_today_names_nobody_a_member_on_an_earlier_day(former_membership, leader, district, code):
    team = former_membership["team"]
    assert [named_to(user, code, team, "2024") for user in (leader, district)] == [0, 1]


@pytest.mark.parametrize("code", ["members_in_team", "organizations_in_team"])
def test_a_membership_that_one_may_see_is_named(former_membership, leader, district, code):
    assert [named_to(user, code, former_membership["team"], "2026") for user in (leader, district)] == [1, 1]


def test_an_organization_is_not_named_because_of_its_other_members(former_membership, leader, district):
    """The leader, its secretary, sees one of its members, but not that who is in the team was a member once."""
    rows = Membership.objects.filter(person=former_membership["person"])
    rows.filter(organization=former_membership["other"]).update(organization=former_membership["organization"])
    rows.filter(state="active").update(person=personas.person("别人"), joined_on=dt.date(2024, 1, 1))
    seen = [named_to(user, "organizations_in_team", former_membership["team"], "2024") for user in (leader, district)]
    assert seen == [0, 1]


def test_what_is_counted_of_organizers_only_stays_on_their_boards(everything):
    """Neither the public results nor objectives of the district gain it; objectives of organizers where it says so."""
    own = {one.code for one in extensions.metrics() if one.step and not one.stands_on(owners.DISTRICT)}
    assert len(own) == 18
    found = results.results_of(periods.parse("2026"))
    assert own.isdisjoint(figure.code for part in found.parts for figure in part.figures)
    assert own.isdisjoint(one.code for one in metrics_for(owners.DISTRICT))
    assert own.isdisjoint(one.code for one in metrics_for("subdistrict"))
    assert own.isdisjoint(FIGURES)


# ---- numbers of the end of a period that are counted as a whole -----------------------------------------------------------
def number(code, owner, span="2026"):
    """Return the number as a board reads it: what is stored, else what is counted now and stored."""
    found = [extensions.metric(code)]
    period = periods.parse(span).so_far
    return period_figures.numbers(found, owner, [period], version=keeping.state().version)[0][code]


CHANGES = {  # what changes → (figures that follow from it, the change)
    "the term ends early": (
        ("representatives_in_organization", "representatives_in_team", "representatives_acting"),
        lambda everything: Representative.objects.filter(pk=everything["term"].pk).update(ends=dt.date(2026, 2, 1)),
    ),
    "the term is another person's": (
        ("representatives_in_organization", "representatives_in_team", "representatives_acting"),
        lambda everything: Representative.objects.filter(pk=everything["term"].pk).update(
            person=personas.person("别人")
        ),
    ),
    "the member leaves": (
        ("representatives_in_organization", "members_in_team", "organizations_in_team"),
        lambda everything: Membership.objects.filter(pk=everything["membership"].pk).update(
            state="left", left_on=dt.date(2026, 8, 1)
        ),
    ),
    "the membership is another person's": (
        ("representatives_in_organization", "members_in_team", "organizations_in_team"),
        lambda everything: Membership.objects.filter(pk=everything["membership"].pk).update(
            person=personas.person("别人")
        ),
    ),
    "the post ends": (
        ("representatives_in_team", "members_in_team", "organizations_in_team"),
        lambda everything: Post.objects.filter(pk=everything["post"].pk).update(ends=dt.date(2026, 7, 1)),
    ),
    "the organizer is another one": (
        ("bases_used", "representatives_acting"),
        lambda everything: (
            everything["organization"]
            .activities.filter(base__isnull=False)
            .update(organization=personas.organization(slug="below"))
        ),
    ),
}
OWNERS = {
    "representatives_in_organization": ("organization",),
    "bases_used": ("organization",),
    "representatives_acting": ("organization",),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_number_of_a_whole_period_follows_every_change(everything, change):
    """Also one on a day before the period, where it is a number of its end."""
    everything["organization"].room_bookings.all().delete()
    keeping.refresh()
    codes, do = CHANGES[change]
    asked = [(code, everything[OWNERS.get(code, ("team",))[0]]) for code in codes]
    before = [number(code, owner, span) for code, owner in asked for span in ("2026", "2026-09")]
    do(everything)
    keeping.refresh()
    after = [number(code, owner, span) for code, owner in asked for span in ("2026", "2026-09")]
    counted = [
        extensions.metric(code).of(owner, periods.parse(span).so_far)
        for code, owner in asked
        for span in ("2026", "2026-09")
    ]
    assert after == counted
    assert before != after


def test_a_change_after_a_period_leaves_its_number_alone(everything):
    number("representatives_in_team", everything["team"], "2025")
    Post.objects.filter(pk=everything["post"].pk).update(ends=dt.date(2026, 7, 1))
    keeping.refresh()
    assert PeriodFigure.objects.filter(code="representatives_in_team", ends=dt.date(2026, 1, 1)).exists()


def test_the_job_counts_no_number_that_only_boards_of_organizers_show(everything):
    codes = {one.code for one in period_figures.followers() if not one.stands_on(owners.DISTRICT)}
    assert codes
    assert not PeriodFigure.objects.filter(code__in=codes, kind=owners.DISTRICT).exists()


@pytest.mark.parametrize("of", ORGANIZERS)
def test_a_board_that_was_made_once_reads_as_many_statements_as_the_others(
    everything, of, django_assert_max_num_queries
):
    """Each statement reads all figures, however many a board has."""
    board_of(everything[of])
    fragments.clear_values()
    with django_assert_max_num_queries(8):
        board_of(everything[of])
