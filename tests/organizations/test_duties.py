"""会长轮值: planning, moving and filling the shares of a term; who is on duty (domain.md rule 6)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from organizations import actions, roster
from organizations.models import Duty, HandOver
from tests import personas

from . import rotation
from .rotation import NAMES, TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PLANNERS = {"secretary", "district", "district_2", "xiazhuang"}


def code_of(call, *args, **options):
    with pytest.raises(ActionError) as refused:
        call(*args, **options)
    return refused.value.code


def may(call, *args, **options):
    try:
        call(*args, **options)
    except NotAllowed:
        return False
    return True


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = rotation.NOW


@pytest.fixture
def chairs(organization):
    return rotation.people(organization)


@pytest.fixture
def term(organization):
    return rotation.term(organization)


@pytest.fixture
def planned(organization, term, chairs, secretary):
    """The plan of the year, with nothing in the inboxes."""
    found = rotation.plan(organization, term, chairs.values(), actor=secretary)
    Notice.objects.all().delete()
    return found


def notified():
    return {notice.user.person.name for notice in Notice.objects.select_related("user__person") if notice.user}


def share(organization, day):
    return organization.duties.shares().get(starts__lte=day, ends__gt=day)


def on_duty(organization, day):
    found = Duty.objects.on_duty(day).filter(organization=organization)
    return [row.person.name for row in found]


# ---- a plan ----------------------------------------------------------------------------------------------------------
def test_the_year_is_planned_in_equal_shares_in_order(organization, planned):
    assert rotation.names(organization) == list(NAMES * 2)
    assert [(row.starts.month, row.ends.day) for row in planned] == [((m + 6) % 12 + 1, 1) for m in range(12)]


def test_everybody_in_the_plan_is_notified_of_their_months(organization, term, chairs, secretary):
    rotation.plan(organization, term, chairs.values(), actor=secretary)
    assert notified() == set(NAMES)
    text = Notice.objects.get(user=chairs["马希军"].user).body
    assert "2026年10月、2027年4月" in text


def test_each_share_is_an_entry_of_the_audit_about_its_person(planned, chairs):
    entries = Entry.objects.filter(verb="duty.planned", person=chairs["马希军"].public_id)
    assert entries.count() == 2


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_plans(organization, term, chairs, name):
    user = personas.make(name)
    assert may(rotation.plan, organization, term, chairs.values(), actor=user) == (name in PLANNERS)


def test_a_plan_other_than_the_page_showed_is_not_stored(organization, term, chairs, secretary):
    asked = rotation.wanted(chairs.values())
    shown = roster.plan_digest(roster.proposal(organization, term, asked))
    organization.posts.filter(person=chairs["房青屿"]).update(ends=dt.date(2026, 12, 1))
    assert code_of(actions.save_plan, organization, term, asked, shown=shown, actor=secretary) == "moved"
    assert not Duty.objects.exists()


def test_months_that_have_begun_are_not_planned_again(organization, term, planned, chairs, secretary):
    asked = {"first": dt.date(2026, 9, 1)}
    assert code_of(rotation.plan, organization, term, chairs.values(), actor=secretary, **asked) == "begun"


def test_coming_months_are_planned_again_and_only_whose_days_moved_are_notified(
    organization, term, planned, chairs, secretary
):
    first = dt.date(2026, 10, 1)
    four = [chairs[name] for name in ("马希军", "房青屿", "栾若溪", "宋守信")]
    rotation.plan(organization, term, four, first=first, months=4, actor=secretary)
    assert rotation.names(organization, since=first)[:4] == ["马希军", "房青屿", "栾若溪", "宋守信"]
    assert notified() == set()


def test_an_organization_that_is_not_founded_has_no_plan(term, organization, chairs, secretary):
    type(organization).objects.update(state="dissolved", dissolved_on=TODAY)
    assert code_of(rotation.plan, organization, term, chairs.values(), actor=secretary) == "closed"


def test_without_people_there_is_no_plan(organization, term, secretary):
    assert code_of(rotation.plan, organization, term, [], actor=secretary) == "empty"


def test_the_plan_ends_with_the_term(organization, secretary, chairs):
    term = rotation.term(organization, ends=dt.date(2026, 11, 16))
    made = rotation.plan(organization, term, chairs.values(), actor=secretary)
    assert (len(made), made[-1].ends) == (6, term.ends)  # five months among six: two share one


def test_an_absence_is_planned_around(organization, term, chairs, secretary):
    away = [(chairs["马希军"].pk, dt.date(2026, 10, 1))]
    rotation.plan(organization, term, chairs.values(), away=away, actor=secretary)
    assert rotation.names(organization)[3:5] == ["房青屿", "马希军"]


# ---- the order -------------------------------------------------------------------------------------------------------
def reorder(organization, term, swap, *, actor, shown=None):
    """Exchange the people of two coming shares (their places) and save the order."""
    plan = roster.Roster(organization, term)
    order = [row.public_id for row in plan.coming]
    first, second = swap
    order[first], order[second] = order[second], order[first]
    return actions.save_order(organization, term, order, shown=shown or plan.digest, actor=actor)


def test_an_order_is_saved_at_once_and_only_whose_months_moved_are_notified(organization, term, planned, secretary):
    reorder(organization, term, (4, 5), actor=secretary)
    assert rotation.names(organization)[7:9] == ["江海晴", "辛渡朗"]
    assert notified() == {"江海晴", "辛渡朗"}
    assert Entry.objects.filter(verb="duty.moved").count() == 2


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_saves_an_order(organization, term, planned, name):
    user = personas.make(name)
    assert may(reorder, organization, term, (0, 1), actor=user) == (name in PLANNERS)


def test_an_order_of_an_outdated_page_is_not_saved(organization, term, planned, secretary, xiazhuang):
    shown = roster.Roster(organization, term).digest
    reorder(organization, term, (0, 1), actor=secretary)
    assert code_of(reorder, organization, term, (4, 5), shown=shown, actor=xiazhuang) == "moved"


@pytest.mark.parametrize("change", [lambda order: order[1:], lambda order: [*order[1:], order[1]]])
def test_an_order_has_each_coming_share_once(organization, term, planned, secretary, change):
    plan = roster.Roster(organization, term)
    order = change([row.public_id for row in plan.coming])
    assert code_of(actions.save_order, organization, term, order, shown=plan.digest, actor=secretary) == "moved"


def test_a_share_whose_swap_waits_is_not_moved(organization, term, planned, chairs, secretary):
    given, taken = share(organization, dt.date(2026, 12, 1)), share(organization, dt.date(2027, 1, 1))
    actions.ask_swap(given, taken, actor=chairs["栾若溪"].user)
    assert code_of(reorder, organization, term, (2, 4), actor=secretary) == "swap"


def test_the_present_share_is_not_among_those_that_can_be_moved(organization, term, planned):
    plan = roster.Roster(organization, term)
    assert [row.starts.month for row in plan.coming][:2] == [10, 11]
    assert [cell.css for cell in plan.cells][:4] == ["is-past", "is-past", "is-now", ""]


# ---- vacant days -----------------------------------------------------------------------------------------------------
@pytest.fixture
def vacant(organization, term, planned, chairs):
    """The share of 房青屿 in May 2027, whose post ends before it."""
    organization.posts.filter(person=chairs["房青屿"]).update(ends=dt.date(2027, 5, 1))
    return share(organization, dt.date(2027, 5, 1))


def test_a_vacancy_is_named_with_its_reason(organization, term, vacant):
    (cell,) = roster.Roster(organization, term).vacancies
    assert (cell.label, cell.word, cell.notes) == ("5月", "要补", ["房青屿的任期到 4月30日"])


def test_somebody_fills_the_vacancy_and_is_notified(organization, vacant, chairs, secretary):
    filled = actions.fill_vacancy(vacant, person=chairs["江海晴"], actor=secretary)
    assert (filled.pk, filled.person) == (vacant.pk, chairs["江海晴"])
    assert notified() == {"江海晴", "房青屿"}


def test_days_before_the_vacancy_stay_with_whom_they_had(organization, term, planned, chairs, secretary):
    organization.posts.filter(person=chairs["房青屿"]).update(ends=dt.date(2027, 5, 11))
    filled = actions.fill_vacancy(share(organization, dt.date(2027, 5, 1)), person=chairs["江海晴"], actor=secretary)
    assert (filled.starts, filled.ends) == (dt.date(2027, 5, 11), dt.date(2027, 6, 1))
    assert share(organization, dt.date(2027, 5, 1)).person == chairs["房青屿"]


def test_what_is_filled_is_not_filled_again_and_the_refusal_names_what_is_free(organization, vacant, chairs, secretary):
    organization.posts.filter(person=chairs["栾若溪"]).update(ends=dt.date(2027, 6, 1))
    actions.fill_vacancy(vacant, person=chairs["江海晴"], actor=secretary)
    with pytest.raises(ActionError) as refused:
        actions.fill_vacancy(vacant, person=chairs["马希军"], actor=secretary)
    assert (refused.value.code, "2027年6月" in str(refused.value)) == ("taken", True)


def test_nobody_without_a_post_fills_it(organization, vacant, chairs, secretary, member):
    for person in (member.person, chairs["房青屿"]):
        assert code_of(actions.fill_vacancy, vacant, person=person, actor=secretary) == "post"


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_fills_a_vacancy(vacant, chairs, name):
    user = personas.make(name)
    assert may(actions.fill_vacancy, vacant, person=chairs["江海晴"], actor=user) == (name in PLANNERS)


def test_those_before_and_after_have_half_each(organization, vacant, secretary):
    actions.halve_vacancy(vacant, actor=secretary)
    rows = organization.duties.shares().filter(starts__gte=dt.date(2027, 5, 1), ends__lte=dt.date(2027, 6, 1))
    found = [(row.starts.day, row.person.name) for row in rows.order_by("starts")]
    assert found == [(1, "马希军"), (16, "栾若溪")]


def test_who_is_not_there_has_no_half(organization, vacant, chairs, secretary):
    organization.posts.filter(person=chairs["马希军"]).update(ends=dt.date(2027, 5, 2))
    assert code_of(actions.halve_vacancy, vacant, actor=secretary) == "neighbours"


def test_a_prolonged_post_ends_the_vacancy_by_itself(organization, term, vacant, chairs):
    organization.posts.filter(person=chairs["房青屿"]).update(ends=None)
    assert roster.Roster(organization, term).vacancies == []


# ---- who is on duty --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2026, 6, 30), []),
        (dt.date(2026, 7, 1), ["宋守信"]),
        (dt.date(2026, 9, 30), ["江海晴"]),
        (dt.date(2026, 10, 1), ["马希军"]),
        (dt.date(2027, 7, 1), []),
    ],
)
def test_who_is_on_duty_on_a_day(organization, planned, day, expected):
    assert on_duty(organization, day) == expected


def test_whose_post_has_ended_is_not_on_duty(organization, planned, chairs):
    organization.posts.filter(person=chairs["江海晴"]).update(ends=TODAY)
    assert on_duty(organization, TODAY) == []


def test_who_left_the_registry_is_not_on_duty(organization, planned, chairs):
    type(chairs["江海晴"]).objects.filter(pk=chairs["江海晴"].pk).update(state="left", left_on=TODAY)
    assert on_duty(organization, TODAY) == []


def test_the_public_reads_only_names_that_their_people_agreed_to(organization, planned, chairs):
    assert not Duty.objects.published().exists()
    organization.posts.filter(person=chairs["江海晴"]).update(is_public=True)
    assert {row.person.name for row in Duty.objects.published()} == {"江海晴"}
    type(organization).objects.update(is_published=False)
    assert not Duty.objects.published().exists()


# ---- the database keeps it -------------------------------------------------------------------------------------------
def test_database_refuses_two_shares_of_one_day(organization, term, planned, chairs):
    days = {"starts": dt.date(2026, 9, 30), "ends": dt.date(2026, 10, 2)}
    with pytest.raises(IntegrityError), transaction.atomic():
        organization.duties.create(term=term, person=chairs["马希军"], **days)


def test_another_organization_has_the_same_days(term, planned, chairs):
    other = personas.organization(slug="other", name="流亭街道联谊会")
    rotation.term(other)
    row = other.duties.create(term=other.terms.get(), starts=dt.date(2026, 9, 1), ends=dt.date(2026, 10, 1))
    assert row.pk


@pytest.mark.parametrize("fields", [{"number": 3}, {"number": 4, "starts": dt.date(2027, 6, 30)}])
def test_database_refuses_a_term_twice_or_across_another(organization, term, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        rotation.term(organization, **{"starts": rotation.ENDS, "ends": dt.date(2029, 1, 1), **fields})


# ---- terms -----------------------------------------------------------------------------------------------------------
TERM = {"number": 4, "starts": dt.date(2027, 7, 1), "ends": dt.date(2030, 7, 1)}


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_records_a_term(organization, name):
    user = personas.make(name)
    assert may(actions.record_term, organization, actor=user, **TERM) == (name in PLANNERS - {"secretary"})


def test_a_term_across_another_one_is_refused_with_its_field(organization, term, xiazhuang):
    options = {**TERM, "starts": dt.date(2027, 6, 1)}
    assert code_of(actions.record_term, organization, actor=xiazhuang, **options) == "invalid"


def test_a_term_is_not_shortened_below_its_shares(organization, term, planned, xiazhuang):
    assert code_of(actions.correct_term, term, ends=dt.date(2027, 6, 1), actor=xiazhuang) == "planned"
    assert actions.correct_term(term, number=5, actor=xiazhuang).number == 5


# ---- notices by time -------------------------------------------------------------------------------------------------
def at(settings, day, time=dt.time(9)):
    from chengyang import clock

    settings.PORTAL_CLOCK = clock.at(day, time)


def test_both_are_notified_fourteen_days_before_and_not_twice(settings, organization, planned):
    assert actions.announce_duties() == 0
    at(settings, dt.date(2026, 9, 17))
    assert (actions.announce_duties(), actions.announce_duties()) == (1, 0)
    assert notified() == {"江海晴", "马希军"}
    sheet = HandOver.objects.get()
    assert (sheet.giver.name, sheet.taker.name, sheet.on) == ("江海晴", "马希军", dt.date(2026, 10, 1))


def test_both_are_notified_on_the_day_and_the_secretary_of_what_is_not_confirmed(settings, organization, planned):
    at(settings, dt.date(2026, 9, 17))
    actions.announce_duties()
    Notice.objects.all().delete()
    at(settings, dt.date(2026, 9, 30), dt.time(23, 59, 59))
    assert actions.begin_duties() == 0
    at(settings, dt.date(2026, 10, 1), dt.time(0))
    assert (actions.begin_duties(), actions.begin_duties()) == (1, 0)
    assert sorted(Notice.objects.values_list("kind", flat=True)) == [
        "organizations/duty_began",
        "organizations/duty_began",
        "organizations/hand_over_open",
    ]


def test_a_share_that_moved_is_announced_again(settings, organization, term, planned, secretary):
    at(settings, dt.date(2026, 9, 17))
    actions.announce_duties()
    reorder(organization, term, (0, 1), actor=secretary)
    Notice.objects.all().delete()
    assert actions.announce_duties() == 1
    assert notified() == {"江海晴", "房青屿"}


def test_the_secretary_is_notified_of_days_that_nobody_has(settings, organization, planned, chairs):
    organization.posts.filter(person=chairs["马希军"]).update(ends=dt.date(2026, 10, 1))
    at(settings, dt.date(2026, 9, 17))
    actions.announce_duties()
    assert [notice.kind for notice in Notice.objects.all()] == ["organizations/duty_vacant"]


def test_past_shares_of_a_first_plan_are_not_announced(settings, planned):
    assert (actions.announce_duties(), actions.begin_duties()) == (0, 0)
