"""Bases: opening after an assessment, posts, editing, pages."""

import datetime as dt

import pytest
from django.urls import reverse

from bases import actions
from bases.models import Assessment, Base, Post
from bases.states import TRANSITIONS, BaseState
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.standards.models import Standard, Version
from tests import personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def six_haves(db):
    standard = Standard.objects.create(code="six_haves", name="六有", subject="base")
    return Version.objects.create(standard=standard, published_on=dt.date(2017, 1, 1))


@pytest.fixture
def planned(reference):
    return personas.base(slug="planned", name="新基地", state="preparing", opened_on=None)


def assess(base, version, *, days_ago=0):
    day = clock.today() - dt.timedelta(days=days_ago)
    return Assessment.objects.create(
        base=base, version=version, state="passed", assessed_on=day, expires_on=day + dt.timedelta(days=365)
    )


def test_a_base_does_not_open_without_its_six_haves(planned, district):
    with pytest.raises(ActionError) as refused:
        actions.open_base(planned, actor=district)
    assert refused.value.code == "assessment"


def test_an_assessment_older_than_a_year_does_not_open_it(planned, six_haves, district):
    assess(planned, six_haves, days_ago=365)
    with pytest.raises(ActionError):
        actions.open_base(planned, actor=district)


def test_with_its_six_haves_it_opens(planned, six_haves, xiazhuang):
    assess(planned, six_haves, days_ago=364)
    assert actions.open_base(planned, actor=xiazhuang).state == BaseState.OPERATING


@pytest.mark.parametrize("name", ["liuting", "secretary", "member", "editor", "sysadmin"])
def test_base_is_not_opened_by_others(planned, six_haves, name):
    assess(planned, six_haves)
    with pytest.raises(NotAllowed):
        actions.open_base(planned, actor=personas.make(name))


@pytest.mark.parametrize("name", personas.NAMES)
def test_only_the_district_closes_a_base(reference, name):
    base = personas.base()
    if name in ("district", "district_2"):
        assert actions.close_base(base, actor=personas.make(name)).state == BaseState.CLOSED
    else:
        with pytest.raises(NotAllowed):
            actions.close_base(base, actor=personas.make(name))


@pytest.mark.parametrize("state", BaseState.values)
def test_a_closed_base_stays_closed(state):
    assert state not in TRANSITIONS[BaseState.CLOSED]


@pytest.mark.parametrize(
    ("days_ago", "light"), [(0, "green"), (304, "green"), (306, "amber"), (364, "amber"), (365, "red")]
)
def test_an_assessment_turns_amber_then_red(planned, six_haves, days_ago, light):
    assert assess(planned, six_haves, days_ago=days_ago).light(clock.today()) == light


def test_a_new_manager_ends_the_old_one_on_the_same_day(base_manager, xiazhuang):
    base, today = personas.base(), clock.today()
    actions.appoint(base, person=personas.person("新人"), kind="manager", starts=today, actor=xiazhuang)
    old = Post.objects.get(person__user=base_manager)
    assert (old.ends, old.holds(today)) == (today, False)


def test_manager_edits_editable_fields(base_manager):
    edited = actions.edit_base(personas.base(), actor=base_manager, hours="周一至周五 9:00–17:00")
    assert edited.hours == "周一至周五 9:00–17:00"


def test_manager_edits_no_other_fields(base_manager):
    with pytest.raises(NotAllowed):
        actions.edit_base(personas.base(), actor=base_manager, level="district")
    with pytest.raises(TypeError, match="state cannot be edited"):
        actions.edit_base(personas.base(), actor=base_manager, state="closed")


def test_the_name_of_a_manager_is_shown_by_consent_only(client, base_manager):
    assert "单雄信" not in client.get(personas.base().get_absolute_url()).content.decode()
    Post.objects.update(is_public=True)
    assert "单雄信" in client.get(personas.base().get_absolute_url()).content.decode()


def test_an_unpublished_base_is_404_for_strangers_and_open_to_its_manager(client, client_of, base_manager):
    Base.objects.filter(pk=personas.base().pk).update(is_published=False)
    url = reverse("bases:detail", args=["xiaxin"])
    assert (client.get(url).status_code, client_of(base_manager).get(url).status_code) == (404, 200)


@pytest.mark.parametrize("query", ["subdistrict=1%00", "page=0", "page=x"])
def test_a_bad_filter_is_a_page_that_is_not_there(client, reference, query):
    assert client.get(f"{reverse('bases:list')}?{query}").status_code in (400, 404)


@pytest.mark.parametrize("query", ["level=moon", "subdistrict=９", "subdistrict=999"])
def test_an_odd_filter_shows_the_list_and_one_sentence(client, db, query):
    page = client.get(f"{reverse('bases:list')}?{query}")
    assert (page.status_code, "已经略过" in page.content.decode()) == (200, True)


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_as_many_queries_for_one_base_as_for_three(client, reference, many, django_assert_num_queries):
    for n in range(many):
        personas.base(slug=f"base-{n}", name=f"基地{n}")
    with django_assert_num_queries(8):  # one of them reads the holidays, for what is open now
        client.get(reverse("bases:list"))
