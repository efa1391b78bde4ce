"""Appointing, ending and resigning posts (职务) in organizations, bases and teams (domain.md, "届 / 职务"; rule 12)."""

import datetime as dt

import pytest
from django.urls import reverse

import bases.actions
import organizations.actions
import services.actions
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy.models import PolicyVersion, Purpose
from members.models import Person
from services.models import Post
from tests import personas
from tests.members import factories

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ORGANIZERS = {  # persona that manages it: factory, actions, post that one person holds at a time, URL name for resigning
    "secretary": (personas.organization, organizations.actions, "secretary", "organizations:resign"),
    "base_manager": (personas.base, bases.actions, "manager", "bases:resign"),
    "leader": (personas.team, services.actions, "leader", "services:resign"),
}
EVERY = pytest.mark.parametrize("name", ORGANIZERS)


@pytest.fixture(autouse=True)
def somewhere(reference):
    """Create the code tables that every person needs."""


@pytest.fixture
def rules():
    """Create the purpose that appointing asks for, and the first version of the privacy rules."""
    Purpose.objects.create(code="publication", name="公开姓名和职务", order=1)
    PolicyVersion.objects.create(version=1, text="第一条", published_at=factories.LONG_AGO)


@pytest.fixture
def newcomer(reference):
    return personas.person(account=personas.user("newcomer"), phone="+8615400006000")


def appointed(name, somebody, *, starts=None, actor=None):
    organizer, actions, kind, _url = ORGANIZERS[name]
    starts, actor = starts or clock.today(), actor or personas.make("district")
    return actions.appoint(organizer(), person=somebody, kind=kind, starts=starts, actor=actor)


def refused(call, *args, **options):
    with pytest.raises(ActionError) as caught:
        call(*args, **options)
    return caught.value.code


def volunteer(user, **fields):
    return Post.objects.create(
        person=user.person, team=personas.team(), kind="volunteer", starts=personas.STARTED, **fields
    )


# ---- beginning -------------------------------------------------------------------------------------------------------
@EVERY
def test_both_are_notified_and_recorded(name, newcomer):
    former = personas.make(name)
    appointed(name, newcomer)
    notified = list(Notice.objects.order_by("pk").values_list("user__name", "kind"))
    assert notified == [(former.name, "accounts/post_ended"), ("newcomer", "accounts/appointed")]
    entries = Entry.objects.filter(verb__startswith="post.").order_by("pk").values_list("verb", "user")
    assert list(entries) == [("post.ended", former.public_id), ("post.started", newcomer.user.public_id)]


@EVERY
@pytest.mark.parametrize("given", [True, False])
def test_a_name_is_public_by_the_consent_given_before(rules, name, newcomer, given):
    factories.consent(newcomer.user, "publication", given=given)
    assert appointed(name, newcomer).is_public is given


@EVERY
def test_nobody_is_appointed_twice_or_before_a_later_holder(name, newcomer):
    appointed(name, newcomer, starts=clock.today() + 5 * DAY)
    assert refused(appointed, name, newcomer) == "held"
    assert refused(appointed, name, personas.person("另一位")) == "held"


@EVERY
def test_only_registered_persons_hold_posts(name, newcomer):
    Person.objects.update(state="left", left_on=clock.today())
    assert refused(appointed, name, Person.objects.get()) == "not_registered"


@EVERY
def test_nobody_appoints_their_successor(name, newcomer):
    with pytest.raises(NotAllowed):
        appointed(name, newcomer, actor=personas.make(name))


def test_a_leader_appoints_a_volunteer(leader, newcomer):
    team = personas.team()
    post = services.actions.appoint(team, person=newcomer, kind="volunteer", starts=clock.today(), actor=leader)
    assert (post.kind, access_scope(newcomer.user).managed("team")) == ("volunteer", frozenset())


def test_staff_appoint_a_volunteer_on_the_staff_site(client_of, district, newcomer):
    data = {"team": personas.team().pk, "person": newcomer.pk, "kind": "volunteer", "starts": clock.today().isoformat()}
    assert client_of(district).post(reverse("admin:services_post_add"), data).status_code == 302
    assert Post.objects.get().kind == "volunteer"


# ---- ending ----------------------------------------------------------------------------------------------------------
@EVERY
def test_staff_end_a_post_on_the_staff_site(client_of, name, district):
    user = personas.make(name)
    post = ORGANIZERS[name][0]().posts.get()
    page = reverse(f"admin:{post._meta.app_label}_post_change", args=[post.pk])
    assert "今天卸任" in client_of(district).get(page).content.decode()
    client_of(district).post(page.replace("change/", "do/end/"), {"reason": "换届"})
    assert (ORGANIZERS[name][0]().posts.get().ends, Notice.objects.get().user) == (clock.today(), user)


@EVERY
def test_a_post_does_not_end_before_it_began(name, district):
    personas.make(name)
    post = ORGANIZERS[name][0]().posts.get()
    end = ORGANIZERS[name][1].end_post
    assert refused(end, post, actor=district, on=post.starts - DAY, reason="换届") == "dates"


@EVERY
def test_the_holder_does_not_end_the_post_as_an_officer(name):
    user = personas.make(name)
    with pytest.raises(NotAllowed):
        ORGANIZERS[name][1].end_post(ORGANIZERS[name][0]().posts.get(), actor=user, reason="换届")


def test_a_leader_ends_the_post_of_a_volunteer(leader, member):
    ended = services.actions.end_post(volunteer(member), actor=leader, reason="换届")
    assert ended.ends == clock.today()


# ---- resigning -------------------------------------------------------------------------------------------------------
@EVERY
def test_the_holder_resigns_at_once(client_of, name):
    user, (organizer, _actions, _kind, url) = personas.make(name), ORGANIZERS[name]
    answer = client_of(user).post(reverse(url, args=[organizer().slug]))
    assert (answer.status_code, organizer().posts.get().ends) == (302, clock.today())


@EVERY
@pytest.mark.parametrize("other", ["member", "district", "stranger"])
def test_nobody_resigns_for_somebody_else(client_of, name, other):
    personas.make(name)
    organizer, url = ORGANIZERS[name][0], ORGANIZERS[name][3]
    assert client_of(personas.make(other)).post(reverse(url, args=[organizer().slug])).status_code == 404
    assert organizer().posts.get().ends is None


@pytest.mark.parametrize(
    ("name", "page"), [("secretary", "organizations:mine"), ("base_manager", "me:home"), ("leader", "me:home")]
)
def test_the_button_is_on_the_own_page(client_of, name, page):
    leave = reverse(ORGANIZERS[name][3], args=[ORGANIZERS[name][0]().slug])
    assert leave in client_of(personas.make(name)).get(reverse(page)).content.decode()


def test_after_leaving_the_page_has_no_button(client_of, member):
    volunteer(member)
    leave = reverse("services:resign", args=[personas.team().slug])
    assert leave in client_of(member).get(reverse("me:home")).content.decode()
    client_of(member).post(leave)
    assert leave not in client_of(member).get(reverse("me:home")).content.decode()


def test_leaving_ends_a_post_of_today_tomorrow_and_deletes_a_future_one(member):
    for days in (0, 9):
        volunteer(member).team.posts.filter(starts=personas.STARTED).update(starts=clock.today() + days * DAY)
    assert services.actions.resign(personas.team(), actor=member) == 2
    assert Post.objects.get().ends == clock.today() + DAY
