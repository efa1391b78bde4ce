"""Reopening a request: once, with a reason; the former answer stays and the handlers are notified (domain.md rule 9)."""

import pytest

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from services import actions
from services.models import Post
from tests import personas

pytestmark = pytest.mark.django_db
WHY = "合同还是没有人看"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def asked(member, leader):
    return actions.submit_request(actor=member, title="劳务合同", text="请看一看", team=personas.team())


@pytest.fixture
def answered(asked, leader):
    return actions.answer_request(asked, actor=leader, answer="已看过，没有问题")


@pytest.fixture
def reopened(answered, member):
    return actions.reopen_request(answered, actor=member, reason=WHY)


def test_another_team_leads_what_was_answered_by_one_that_has_stopped(answered, member, district):
    chief, law = personas.user("lawyer"), personas.team(slug="falv", name="法律服务队")
    holder = personas.person("钟离迟", account=chief)
    Post.objects.create(person=holder, team=law, kind="leader", starts=personas.STARTED)
    actions.close_team(answered.team, actor=district)
    reopened = actions.reopen_request(answered, actor=member, reason=WHY)
    actions.invite_teams(reopened, actor=district, teams=[law])
    actions.accept_share(reopened.shares.get(team=law), actor=chief)
    reopened.refresh_from_db()
    assert (reopened.team, reopened.state) == (law, "routed")


def notices(user, kind):
    return Notice.objects.filter(user=user, kind=f"services/{kind}")


def test_the_first_answer_stays_with_the_reason_and_the_second_answer(reopened, member, leader, client_of):
    actions.answer_request(reopened, actor=leader, answer="明天上午逐条看")
    reopened.refresh_from_db()
    words = [entry.text for entry in reopened.thread() if entry.kind in ("answer", "reopened")]
    assert words == ["已看过，没有问题", WHY, "明天上午逐条看"]
    page = text(client_of(member).get(reopened.get_absolute_url()))
    assert [page.count(word) for word in words] == [1, 1, 1]


@pytest.mark.parametrize("reason", ["", "  "])
def test_it_needs_a_reason(answered, member, client_of, reason):
    answer = client_of(member).post(f"{answered.get_absolute_url()}reopen/", {"reason": reason})
    answered.refresh_from_db()
    assert (answer.status_code, answered.state) == (400, "answered")
    with pytest.raises(ActionError):
        actions.reopen_request(answered, actor=member, reason=reason)


def test_it_is_reopened_once(reopened, member, leader, client_of):
    actions.answer_request(reopened, actor=leader, answer="明天上午逐条看")
    with pytest.raises(NotAllowed):
        actions.reopen_request(reopened, actor=member, reason=WHY)
    assert "/reopen/" not in text(client_of(member).get(reopened.get_absolute_url()))


def test_handlers_are_notified_of_a_new_and_a_reopened_request(reopened, leader, member):
    assert notices(leader, "request_waiting").count() == 1
    assert WHY in notices(leader, "request_reopened").get().body
    assert not notices(member, "request_waiting").exists()


def test_the_new_handlers_are_notified_of_a_routed_request(member, district, district_2, xiazhuang):
    asked = actions.submit_request(actor=member, title="场地", text="二十人")
    assert notices(district, "request_waiting").exists()
    actions.route_request(asked, actor=district, subdistrict=personas.reference())
    assert notices(xiazhuang, "request_waiting").count() == 1


def test_the_own_rating_is_shown_and_changed(answered, member, client_of):
    browser, page = client_of(member), answered.get_absolute_url()
    browser.post(f"{page}rate/", {"solved": "3", "useful": "2"})
    assert "评价：解决了，有些用" in text(browser.get(page))
    browser.post(f"{page}rate/", {"solved": "1", "useful": "1"})
    answered.refresh_from_db()
    assert (answered.solved, answered.useful) == (1, 1)
    assert answered.history.filter(solved=3, useful=2).exists()


def test_the_handler_reads_the_reason(reopened, leader, client_of):
    assert WHY in text(client_of(leader).get(f"/manage/decide/request/{reopened.public_id}/"))
