"""The sum of objectives over a subdistrict and over the district."""

import datetime as dt
from decimal import Decimal

import pytest

from activities.models import Brand, CheckIn, ServiceRecord
from bases.models import Visit
from chengyang import clock
from chengyang.platform.objectives import actions, rollup
from chengyang.platform.objectives.progress import progress_of
from tests import personas
from tests.activities import factories

from .conftest import COUNTED, ENTERED, TODAY, enter

pytestmark = pytest.mark.django_db


def publish(owner, *rows, year=2026):
    """Publish a plan of `owner` with the objectives `rows`."""
    first, second = personas.make("district"), personas.make("district_2")
    plan = actions.draft_plan(owner, year=year, actor=first)
    for row in rows:
        actions.add_objective(plan, actor=first, **row)
    return actions.publish_plan(actions.submit_plan(plan, actor=first), actor=second)


def took_place(count, **organizer):
    for number in range(count):
        starts = clock.at(dt.date(2026, 3, 1 + number), dt.time(9))
        factories.published(title=f"第 {number} 场", starts=starts, ends=starts + dt.timedelta(hours=1), **organizer)


def sums(area=None, year=2026):
    return rollup.sums(rollup.objectives_of(year, area), TODAY)


def test_objectives_with_the_same_metric_are_added_up_and_open_their_parts(reference, organization):
    publish(organization, COUNTED, ENTERED)
    publish(personas.base(), {**COUNTED, "what": "办开放日", "target": Decimal(6)})
    took_place(4, organization=organization)
    took_place(2, base=personas.base())
    first, second = sums()
    assert (str(first.label), first.progress.done, first.progress.target) == ("办的活动", 6, 16)
    assert {str(part.objective.owner): part.progress.done for part in first.parts} == {
        str(organization): 4,
        str(personas.base()): 2,
    }
    assert (second.label, second.progress.target) == ("走访会员", 120)


def test_a_subdistrict_has_its_managed_owners_only(reference, organization):
    publish(organization, COUNTED)
    publish(personas.organization(slug="qu", name="区联合会", level="district", subdistrict=None), COUNTED)
    assert [one.progress.target for one in sums()] == [20]
    assert [one.progress.target for one in sums(reference)] == [10]


def test_the_own_objectives_of_the_office_are_not_added_to_those_of_the_owners(reference, organization):
    publish(organization, COUNTED)
    publish(reference, COUNTED)
    publish(None, {**COUNTED, "target": Decimal(100)})
    assert [one.progress.target for one in sums()] == [10]
    assert rollup.own_plan(2026).objectives.get().target == 100
    assert rollup.own_plan(2026, reference).subdistrict == reference


def test_drafts_hidden_owners_and_other_years_are_left_out(reference, organization, draft):
    publish(personas.base(is_published=False), COUNTED)
    publish(personas.team(), COUNTED, year=2027)
    assert sums() == []
    assert rollup.years() == [2027, 2026]


def test_a_number_of_the_office_counts_the_whole_subdistrict(reference, organization):
    plan = publish(reference, COUNTED)
    took_place(3, organization=organization)
    took_place(2, organization=organization, subdistrict=personas.Subdistrict.objects.get(name="流亭街道"))
    from chengyang.platform.objectives.progress import done_of

    assert done_of(plan.objectives.get(), TODAY) == 3


def test_the_time_of_a_sum_is_that_of_its_parts_by_their_targets(organization):
    publish(organization, COUNTED)
    publish(personas.base(), {**COUNTED, "starts": dt.date(2026, 9, 16), "target": Decimal(30)})
    (found,) = sums()
    assert round(found.progress.passed, 3) == round(258 / 365 * 10 / 40, 3)


def test_what_is_hidden_of_one_part_cannot_be_computed_from_the_public_sum(reference, organization):
    for owner, amount in ((organization, 3), (personas.base(), 10)):
        plan = publish(owner, ENTERED)
        figure = enter(plan.objectives.get(), amount, actor=personas.make("district"))
        actions.check_figure(figure, actor=personas.make("district_2"))
    (for_all,) = rollup.sums(rollup.objectives_of(2026), TODAY, public=True)
    assert (for_all.progress.done, [part.progress.done for part in for_all.parts]) == (10, [None, 10])
    (for_staff,) = sums()
    assert for_staff.progress.done == 13


def test_the_hours_of_few_are_in_no_public_sum(reference, organization):
    for owner, people in ((organization, 3), (personas.base(), 5)):
        publish(owner, {**COUNTED, "metric": "volunteer_hours"})
        service = factories.published(
            kind="volunteer",
            starts=factories.moment(2),
            ends=factories.moment(2, 12),
            **{owner._meta.model_name: owner},
        )
        for number in range(people):
            person = factories.person(10 * people + number)
            signup = service.signups.create(person=person, position=number + 1)
            checkin = CheckIn.objects.create(signup=signup, checked_in_at=service.starts, checked_out_at=service.ends)
            ServiceRecord.objects.create(checkin=checkin, hours=2)
    (found,) = rollup.sums(rollup.objectives_of(2026), TODAY, public=True)
    assert (found.progress.done, {part.progress.done for part in found.parts}) == (10, {0, 10})


@pytest.mark.parametrize(("headcounts", "shown"), [((100,), 100), ((100, 3), 100), ((100, 4, 4), 100), ((4,), 0)])
def test_an_objective_shows_the_public_sum_in_public(reference, organization, headcounts, shown):
    plan = publish(organization, {**COUNTED, "metric": "attendances"})
    for place, headcount in enumerate(headcounts):
        starts = clock.at(dt.date(2026, 3, 1 + place), dt.time(9))
        factories.published(
            starts=starts, ends=starts + dt.timedelta(hours=1), headcount=headcount, organization=organization
        )
    objective = plan.objectives.get()
    assert progress_of(objective, TODAY, public=True).done == shown
    assert progress_of(objective, TODAY).done == sum(headcounts)
    (found,) = rollup.sums(rollup.objectives_of(2026), TODAY, public=True)
    assert found.progress.done == shown


def test_a_hidden_number_has_no_share(entered, secretary, xiazhuang):
    actions.check_figure(enter(entered, 4, actor=secretary), actor=xiazhuang)
    found = progress_of(entered, public=True)
    assert (found.done_text, found.label) == ("收起", "时间过了 71%")


def visited(base, came, number):
    starts = clock.at(dt.date(2026, 5, 5), dt.time(9))
    Visit.objects.create(
        base=base, guest=factories.guest(number), unit="某会", contact_name="安知远", people=came, came=came,
        state="done", starts=starts, ends=starts + factories.HOUR,
    )  # fmt: skip


@pytest.mark.parametrize(("came", "shown"), [((20, 30), 50), ((20, 3), None), ((20, 4, 4), None), ((20, 3, 3), 26)])
def test_an_objective_of_the_district_tells_no_small_number_of_a_base(reference, came, shown):
    plan = publish(None, {**COUNTED, "metric": "visitors"})
    for number, count in enumerate(came):
        visited(personas.base(slug=f"b{number}", name=f"基地{number}"), count, number)
    assert progress_of(plan.objectives.get(), TODAY, public=True).done == shown


@pytest.mark.parametrize(("attended", "shown"), [((30, 20), 30), ((30, 3), 30)])
def test_an_objective_of_the_district_counts_the_public_part_of_a_brand(reference, attended, shown):
    brand = Brand.objects.create(name="新心行动")
    plan = publish(None, {**COUNTED, "metric": "xinxin_attendances"})
    for number, count in enumerate(attended):
        starts = clock.at(dt.date(2026, 3, 1 + number), dt.time(9))
        more = {} if number else {"brand": brand}
        factories.published(starts=starts, ends=starts + dt.timedelta(hours=1), headcount=count, **more)
    assert progress_of(plan.objectives.get(), TODAY, public=True).done == shown


def test_the_page_counts_no_hidden_records(client, reference, organization):
    plan = publish(organization, {**COUNTED, "metric": "volunteer_hours"})
    starts = clock.at(dt.date(2026, 3, 1), dt.time(9))
    service = factories.published(
        kind="volunteer", starts=starts, ends=starts + dt.timedelta(hours=2), organization=organization
    )
    for number in range(1, 5):
        signup = service.signups.create(person=factories.person(number), position=number)
        checkin = CheckIn.objects.create(signup=signup, checked_in_at=starts, checked_out_at=service.ends)
        ServiceRecord.objects.create(checkin=checkin, hours=2)
    page = client.get(plan.objectives.get().get_absolute_url())
    assert (page.context["more"], "条不公开" in page.content.decode()) == (0, False)
