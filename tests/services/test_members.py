"""Who is in a team says what they can do and when; the team reads it, and who assigns requests without names."""

import pytest
from django.urls import reverse

from chengyang.errors import ActionError, NotAllowed
from members import erasure
from services import actions, suggestions
from services.models import Post, Team
from tests import personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(leader, member):
    """The post of `member`, who is a volunteer of the team."""
    return Post.objects.create(person=member.person, team=personas.team(), kind="volunteer", starts=personas.STARTED)


def members_of(team):
    return reverse("services:team-members", args=[team.slug])


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_reads_who_is_in_a_team(post, client_of, name):
    answer = client_of(personas.make(name)).get(members_of(post.team))
    reads = name in ("member", "leader", "district", "district_2")
    assert answer.status_code == (200 if reads else 404)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_writes_what_somebody_can_do(post, name):
    somebody = personas.make(name)
    if name in ("member", "leader", "district", "district_2"):
        assert actions.describe_post(post, actor=somebody, skills="合同").skills == "合同"
    else:
        with pytest.raises(NotAllowed):
            actions.describe_post(post, actor=somebody, skills="合同")


def test_a_volunteer_writes_their_own_and_not_the_one_of_the_leader(post, member, leader, client_of):
    browser = client_of(member)
    own, other = (
        reverse("services:post-describe", args=[post.team.slug, person.public_id])
        for person in (member.person, leader.person)
    )
    assert browser.post(own, {"skills": "合同", "times": "周四下午"}).status_code == 302
    assert browser.post(other, {"skills": "合同"}).status_code == 403
    post.refresh_from_db()
    assert (post.skills, post.times) == ("合同", "周四下午")


def test_after_the_end_nothing_is_written(post, leader):
    actions.end_post(post, actor=leader, reason="搬走了")
    with pytest.raises(ActionError) as refused:
        actions.describe_post(post, actor=leader, skills="合同")
    assert refused.value.code == "state"


def test_a_team_is_suggested_by_what_its_people_can_do_and_names_nobody(post, stranger, member):
    actions.describe_post(post, actor=member, skills="劳动合同", times="周四下午")
    asked = actions.submit_request(actor=stranger, title="合同怎么签", text="…")
    found = suggestions.suggest(asked, Team.objects.open())
    assert found[0].pros[:2] == ["队里有人会“劳动合同”", "有空：周四下午"]
    assert not any(member.person.name in why for why in found[0].pros)


def test_it_is_erased_with_the_person_also_from_the_history(post, member):
    actions.describe_post(post, actor=member, skills="合同", times="周四")
    actions.describe_post(post, actor=member, skills="用工", times="周五")
    erasure.erase(member.person)
    event = Post._meta.get_field("history").related_model
    assert not Post.objects.exclude(skills="", times="").exists()
    assert not event.objects.exclude(skills="", times="").exists()
