"""What happens to requests when a team has no leader or has stopped, and when a team accepts what the office handed out."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.errors import ActionError
from chengyang.platform.notices.models import Notice
from services import actions
from services.models import Post, Request, Team
from tests import personas

from .test_request_changes import asked as asked  # fixtures
from .test_request_changes import be_silent, fresh, notified
from .test_request_changes import law as law
from .test_request_changes import lawyer as lawyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def left_alone(asked):
    """A request of a team whose only leader has left it."""
    Post.objects.filter(team=asked.team, kind="leader").update(ends=clock.today())
    return asked


def test_the_office_works_on_what_a_team_without_a_leader_has(left_alone, district, xiazhuang, leader, client_of):
    waiting = extensions.todo_kind("request").waiting
    former = type(leader).objects.get(pk=leader.pk)  # whose rights are read anew
    assert [list(waiting(one)) for one in (district, xiazhuang, former)] == [[left_alone], [], []]
    assert client_of(district).get(left_alone.get_absolute_url()).status_code == 200
    assert actions.answer_request(left_alone, actor=district, answer="这样办").state == "answered"


def test_the_office_does_not_read_what_a_led_team_has(asked, district, client_of):
    assert client_of(district).get(asked.get_absolute_url()).status_code == 404


def test_an_order_of_a_team_without_a_leader_is_announced_to_the_office(member, district, reference):
    actions.submit_request(actor=member, title="修路灯", text="灯不亮", team=personas.team())
    assert district.pk in notified("request_waiting")


def test_a_team_that_has_stopped_takes_no_order(member, reference, client_of):
    team = personas.team()
    Team.objects.filter(pk=team.pk).update(closed_on=clock.today())
    with pytest.raises(ActionError) as refused:
        actions.submit_request(actor=member, title="修路灯", text="灯不亮", team=team)
    assert refused.value.code == "closed"
    page = client_of(AnonymousUser()).get(team.get_absolute_url()).content.decode()
    assert reverse("services:team-request", args=[team.slug]) not in page
    assert "这支队已经停止" in page


def test_the_office_reads_on_what_it_asked_teams_to_lead(member, district, law, lawyer, leader, client_of):
    request = actions.submit_request(actor=member, title="劳动合同怎么签", text="请看")
    rows = actions.invite_teams(request, actor=district, teams=[personas.team(), law])
    actions.accept_share(rows[0], actor=leader)
    assert client_of(district).get(request.get_absolute_url()).status_code == 200
    assert district.pk in notified("request_ended")
    notice = Notice.objects.get(user=lawyer, kind="services/request_ended")
    assert (notice.url, "劳动合同" in notice.title + notice.body) == ("", False)


def test_a_silent_closing_keeps_the_answer_that_somebody_gave(asked, leader, member):
    actions.answer_request(asked, actor=leader, answer="这样办")
    actions.reopen_request(fresh(asked), actor=member, reason="还不行")
    be_silent(fresh(asked), {"leader": leader})
    row = Request.objects.get(pk=asked.pk)
    assert (row.state, row.answered_by) == ("closed", leader)
