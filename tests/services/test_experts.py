"""Experts: members of a team who agreed to be asked by name, on requests of their own or other teams (domain.md rule 9)."""

import datetime as dt
import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from members import personal_data
from services import actions, boards, due, suggestions, tasks
from services.actions import timing
from services.models import Post, Request, Team
from tests import personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def law(reference):
    return personas.team(slug="falv", name="法律服务队", field="law", services=["合同审阅"])


@pytest.fixture
def expert(law):
    """高晗, a volunteer of the law team who may be asked by name."""
    account = personas.user("expert")
    holder = personas.person(name="高晗", account=account)
    described = {"skills": "劳动合同", "times": "周四下午", "by_name": True}
    return Post.objects.create(person=holder, team=law, kind="volunteer", starts=personas.STARTED, **described)


@pytest.fixture
def counsel(expert):
    """The account of the expert."""
    return expert.person.user


@pytest.fixture
def asked(member, leader, district):
    """A request of `member` that the team of `leader` has accepted."""
    row = actions.submit_request(actor=member, title="劳动合同怎么签", text="请看", team=personas.team())
    actions.accept_share(row.shares.get(), actor=leader)
    return Request.objects.get(pk=row.pk)


@pytest.fixture
def helping(asked, expert, leader):
    return actions.ask_for_help(asked, actor=leader, expert=expert, reason="试用期一条")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


def sees(user, row):
    return Request.objects.visible_to(user).filter(pk=row.pk).exists()


# ---- helping --------------------------------------------------------------------------------------------------------
def test_an_expert_who_is_asked_reads_the_request_and_is_notified(asked, helping, counsel):
    assert sees(counsel, asked)
    assert Notice.objects.filter(user=counsel, kind="services/share_asked").count() == 1
    assert asked.entries.last().text == "请法律服务队一起看：试用期一条"


def test_nobody_else_of_their_team_reads_it(asked, helping, law):
    other = personas.user("lawyer")
    Post.objects.create(
        person=personas.person("钟离迟", account=other), team=law, kind="leader", starts=personas.STARTED
    )
    assert not sees(other, asked)
    with pytest.raises(NotAllowed):
        actions.accept_share(helping, actor=other)


def test_an_answer_waits_for_the_expert_who_hands_in(asked, helping, leader, counsel):
    assert refusal(actions.answer_request, asked, actor=leader, answer="好") == "helpers"
    actions.accept_share(helping, actor=counsel)
    actions.hand_in_share(fresh(helping), actor=counsel, text="试用期最多两个月")
    assert actions.answer_request(fresh(asked), actor=leader, answer="好").state == "answered"
    assert asked.entries.filter(text="试用期最多两个月").get().unit == "法律服务队"


def test_an_expert_who_helps_does_not_answer_hand_over_or_ask(asked, helping, counsel):
    actions.accept_share(helping, actor=counsel)
    for act in (
        lambda: actions.answer_request(fresh(asked), actor=counsel, answer="好"),
        lambda: actions.route_request(fresh(asked), actor=counsel, subdistrict=personas.reference()),
        lambda: actions.ask_author(fresh(asked), actor=counsel, text="几号签的？"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert actions.record_step(fresh(asked), actor=counsel, text="看了试用期").unit == "法律服务队"


def test_an_expert_declines_with_a_reason_and_reads_it_no_longer(asked, helping, counsel, leader):
    assert refusal(actions.decline_share, helping, actor=counsel, reason=" ") == "reason"
    actions.decline_share(helping, actor=counsel, reason="出差")
    assert not sees(counsel, asked)
    assert "出差" in Notice.objects.get(user=leader, kind="services/share_declined").body


def test_a_team_and_two_of_its_members_may_help_each_once(asked, expert, law, leader, helping):
    other = Post.objects.create(
        person=personas.person("钟离迟", account=personas.user("second")),
        team=law,
        kind="volunteer",
        starts=personas.STARTED,
        skills="合同",
        by_name=True,
    )
    actions.ask_for_help(fresh(asked), actor=leader, expert=other)
    actions.ask_for_help(fresh(asked), actor=leader, team=law)
    assert asked.shares.filter(team=law).count() == 3
    assert refusal(actions.ask_for_help, fresh(asked), actor=leader, expert=expert) == "same"
    assert refusal(actions.ask_for_help, fresh(asked), actor=leader, team=law) == "same"


@pytest.mark.parametrize("expert_id", [True, False])
def test_the_database_keeps_one_share_for_each_of_them(asked, helping, expert, law, expert_id):
    row = {"team": law, "role": "help", "expert": expert if expert_id else None}
    if not expert_id:
        asked.shares.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.shares.create(**row)


def test_a_member_of_the_leading_team_may_be_asked_by_name(asked, leader):
    own = Post.objects.create(
        person=personas.person("钟离迟", account=personas.user("own")),
        team=personas.team(),
        kind="volunteer",
        starts=personas.STARTED,
        skills="采摘",
        by_name=True,
    )
    assert actions.ask_for_help(asked, actor=leader, expert=own).state == "asked"


# ---- who may be asked -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [{"by_name": False}, {"skills": ""}, {"ends": dt.date(2021, 1, 1)}, {"starts": dt.date(2100, 1, 1)}],
)
def test_who_did_not_agree_or_is_not_in_the_team_is_not_asked(asked, expert, leader, change):
    Post.objects.filter(pk=expert.pk).update(**change)
    assert refusal(actions.ask_for_help, asked, actor=leader, expert=fresh(expert)) == "teams"


def test_who_left_the_registry_or_has_no_account_is_not_asked(asked, expert, leader, counsel):
    person = expert.person
    for change in ({"state": "left", "left_on": clock.today()}, {"state": "active", "left_on": None, "user": None}):
        type(person).objects.filter(pk=person.pk).update(**change)
        assert refusal(actions.ask_for_help, asked, actor=leader, expert=fresh(expert)) == "teams"


def test_the_author_is_no_expert_on_their_own(member, leader, asked):
    own = Post.objects.create(
        person=member.person, team=personas.team(), kind="volunteer", starts=personas.STARTED, skills="合", by_name=True
    )
    assert refusal(actions.ask_for_help, asked, actor=leader, expert=own) == "teams"


def test_what_is_for_the_office_only_goes_to_no_expert(member, district, expert):
    row = actions.submit_request(actor=member, title="劳动合同", text="…", readers="office")
    assert refusal(actions.invite_teams, row, actor=district, experts=[expert]) == "audience"


def test_only_the_holder_agrees_to_be_asked_by_name(expert, counsel, district):
    with pytest.raises(NotAllowed):
        actions.describe_post(expert, actor=district, skills="合同", by_name=False)
    assert not actions.describe_post(expert, actor=counsel, skills="合同", by_name=False).by_name
    assert refusal(actions.describe_post, expert, actor=counsel, skills="", by_name=True) == "skills"


def test_the_form_of_somebody_else_does_not_have_the_consent(expert, district, counsel, client_of):
    url = reverse("services:post-describe", args=[expert.team.slug, expert.person.public_id])
    assert "by_name" not in client_of(district).get(url).context["form"].fields
    assert client_of(counsel).post(url, {"skills": "合同", "times": ""}).status_code == 302
    assert not fresh(expert).by_name


# ---- leading --------------------------------------------------------------------------------------------------------
@pytest.fixture
def open_request(member):
    return actions.submit_request(actor=member, title="劳动合同怎么签", text="请看")


def test_of_teams_and_experts_the_first_to_accept_leads(open_request, district, expert, counsel, leader, law):
    actions.invite_teams(open_request, actor=district, teams=[personas.team()], experts=[expert])
    assert fresh(open_request).state == "submitted"
    actions.accept_share(open_request.shares.get(expert=expert), actor=counsel)
    row = fresh(open_request)
    assert (row.state, row.team) == ("routed", law)
    assert refusal(actions.accept_share, row.shares.get(team=personas.team()), actor=leader) == "taken"
    assert not sees(leader, row)


def test_an_expert_who_leads_answers(open_request, district, expert, counsel, member):
    actions.invite_teams(open_request, actor=district, experts=[expert])
    share = open_request.shares.get()
    actions.accept_share(share, actor=counsel)
    actions.answer_request(fresh(open_request), actor=counsel, answer="试用期两个月")
    assert (fresh(open_request).state, fresh(share).state) == ("answered", "done")
    assert Notice.objects.filter(user=member, kind="services/request_accepted").exists()
    named = [(entry.text, entry.expert_name) for entry in open_request.thread() if entry.kind == "step"]
    assert named == [("点名问了法律服务队的队员，谁先接下谁主办", "高晗"), ("法律服务队接下了", "高晗")]


def test_a_team_whose_expert_leads_helps_no_longer(open_request, district, expert, counsel, law):
    chief = personas.user("lawyer")
    holder = personas.person("钟离迟", account=chief)
    Post.objects.create(person=holder, team=law, kind="leader", starts=personas.STARTED)
    actions.ask_for_help(open_request, actor=district, team=law)
    actions.invite_teams(fresh(open_request), actor=district, experts=[expert])
    actions.accept_share(open_request.shares.get(expert=expert), actor=counsel)
    rows = open_request.shares.order_by("pk").values_list("role", "state")
    assert list(rows) == [("help", "ended"), ("lead", "accepted")]
    assert Notice.objects.filter(user=chief, kind="services/share_leads").count() == 1
    assert actions.answer_request(fresh(open_request), actor=counsel, answer="好").state == "answered"


# ---- names ----------------------------------------------------------------------------------------------------------
def everything_done(asked, helping, counsel, expert, leader):
    """Let the expert accept, meet, hand in, be asked again, decline and be released."""
    actions.accept_share(helping, actor=counsel)
    actions.hand_in_share(fresh(helping), actor=counsel, text="试用期两个月")
    asked.shares.filter(pk=helping.pk).update(state="ended")
    for end in (
        lambda share: actions.decline_share(share, actor=counsel, reason="出差"),
        lambda share: actions.release_share(share, actor=leader),
    ):
        end(actions.ask_for_help(fresh(asked), actor=leader, expert=expert))


def test_no_text_of_the_thread_and_no_notice_has_the_name_of_an_expert(asked, helping, counsel, expert, leader):
    everything_done(asked, helping, counsel, expert, leader)
    leave(expert, counsel)
    tasks.run_periodic()
    assert not asked.entries.filter(text__contains="高晗").exists()
    assert not Notice.objects.exclude(user=counsel).filter(body__contains="高晗").exists()
    assert not Notice.objects.exclude(user=counsel).filter(title__contains="高晗").exists()


def test_the_page_names_the_expert_until_they_leave_the_registry(asked, helping, expert, member, client_of):
    browser = client_of(member)
    assert "点名请的是高晗" in browser.get(asked.get_absolute_url()).content.decode()
    type(expert.person).objects.filter(pk=expert.person_id).update(state="left", left_on=clock.today())
    assert "点名请的是" not in browser.get(asked.get_absolute_url()).content.decode()


def test_who_has_only_number_and_code_reads_no_name(asked, helping, client):
    page = client.post(reverse("services:query"), {"number": asked.number, "code": asked.query_code}).content.decode()
    assert ("请法律服务队一起看" in page, "高晗" in page) == (True, False)


def test_an_expert_reads_on_their_data_what_they_were_asked_without_its_title(asked, helping, counsel):
    sections = {section.label: section.items for section in personal_data.everything(counsel).sections}
    shown = repr(sections["services.Share"])
    assert (asked.number in shown, asked.title in shown, helping.reason in shown) == (True, False, True)
    assert "services.ThreadEntry" not in sections


def test_the_migration_takes_the_names_out_of_what_was_written(asked, helping, expert):
    path = next(Path(actions.__file__).parents[1].glob("migrations/*_names_of_experts_and_indexes.py"))
    migration = importlib.import_module(f"services.migrations.{path.stem}")
    before = {
        "请法律服务队 高晗一起看：试用期一条": "请法律服务队一起看：试用期一条",
        "法律服务队 高晗没有接：出差": "法律服务队没有接：出差",
        "不再等法律服务队 高晗": "不再等法律服务队",
        "问了环保服务队、法律服务队 高晗，谁先接下谁主办": "问了环保服务队、法律服务队，谁先接下谁主办",
        "法律服务队接下了，高晗经办": "法律服务队接下了",
        "高晗不再经办，由法律服务队接着办": "点名请的队员不再经办，由法律服务队接着办",
        "高晗不再一起办": "法律服务队点名请的队员不再一起办",
        "法律服务队停止了，不再一起办": "法律服务队停止了，不再一起办",
    }
    asked.entries.all().delete()
    rows = [asked.entries.create(kind="step", text=text) for text in before]
    migration.name_teams_only(apps, None)
    assert [fresh(row).text for row in rows] == list(before.values())
    assert fresh(rows[0]).share == helping


def test_an_expert_who_leads_gets_what_handlers_get(open_request, district, expert, counsel, member):
    actions.invite_teams(open_request, actor=district, experts=[expert])
    actions.accept_share(open_request.shares.get(), actor=counsel)
    actions.add_message(fresh(open_request), actor=member, text="合同在这")
    assert Notice.objects.filter(user=counsel, kind="services/request_message").count() == 1


def test_declining_by_an_expert_who_leads_gives_it_back_to_the_office(open_request, district, expert, counsel):
    actions.invite_teams(open_request, actor=district, experts=[expert])
    share = open_request.shares.get()
    actions.accept_share(share, actor=counsel)
    actions.decline_share(fresh(share), actor=counsel, reason="另有官司")
    assert (fresh(open_request).state, fresh(open_request).team) == ("submitted", None)
    assert not sees(counsel, open_request)


# ---- leaving --------------------------------------------------------------------------------------------------------
def leave(expert, counsel):
    Post.objects.filter(pk=expert.pk).update(starts=clock.today() - dt.timedelta(days=30))
    actions.resign(expert.team, actor=counsel)


def test_who_leaves_the_team_reads_no_request_of_it(asked, helping, expert, counsel):
    actions.accept_share(helping, actor=counsel)
    leave(expert, counsel)
    assert not sees(counsel, asked)
    with pytest.raises(NotAllowed):
        actions.hand_in_share(fresh(helping), actor=counsel, text="…")


def test_who_is_asked_by_name_no_longer_reads_no_request(asked, helping, expert, counsel):
    actions.describe_post(expert, actor=counsel, skills="合同", by_name=False)
    assert not sees(counsel, asked)


def test_no_answer_waits_for_who_has_left(asked, helping, expert, counsel, leader):
    leave(expert, counsel)
    assert actions.answer_request(fresh(asked), actor=leader, answer="好").state == "answered"


def test_the_share_of_who_has_left_ends_and_the_handlers_are_notified(asked, helping, expert, counsel, leader):
    tasks.run_periodic()
    assert fresh(helping).state == "asked"
    leave(expert, counsel)
    for _time in range(2):
        tasks.run_periodic()
    assert fresh(helping).state == "ended"
    assert Notice.objects.filter(user=leader, kind="services/expert_gone").count() == 1


def test_the_task_says_how_many_shares_it_ended(helping, expert, counsel):
    leave(expert, counsel)
    assert [actions.end_shares_of_former_experts() for _time in range(2)] == [1, 0]


def test_what_a_former_expert_led_goes_on_with_the_team(open_request, district, expert, counsel, law):
    chief = personas.user("lawyer")
    holder = personas.person("钟离迟", account=chief)
    Post.objects.create(person=holder, team=law, kind="leader", starts=personas.STARTED)
    actions.invite_teams(open_request, actor=district, experts=[expert])
    share = open_request.shares.get()
    actions.accept_share(share, actor=counsel)
    leave(expert, counsel)
    tasks.run_periodic()
    assert (fresh(share).expert, fresh(share).state) == (None, "accepted")
    assert actions.answer_request(fresh(open_request), actor=chief, answer="好").state == "answered"


# ---- pages ----------------------------------------------------------------------------------------------------------
def test_the_page_names_only_who_agreed_and_asks_them(asked, expert, leader, counsel, client_of, law):
    Post.objects.create(
        person=personas.person("慕容不语", account=personas.user("silent")),
        team=law,
        kind="volunteer",
        starts=personas.STARTED,
        skills="劳动合同",
    )
    browser = client_of(leader)
    page = browser.get(asked.get_absolute_url()).content.decode()
    assert "可以点名请 高晗：劳动合同" in page
    assert "慕容不语" not in page
    url = reverse("services:request-help", args=[asked.public_id])
    assert browser.post(url, {"help-who": f"expert:{expert.pk}"}).status_code == 302
    assert asked.shares.filter(expert=expert, state="asked").exists()


def test_a_person_who_is_no_expert_is_not_taken_from_the_form(asked, expert, leader, client_of):
    Post.objects.filter(pk=expert.pk).update(by_name=False)
    url = reverse("services:request-help", args=[asked.public_id])
    assert client_of(leader).post(url, {"help-who": f"expert:{expert.pk}"}).status_code == 400
    assert not asked.shares.filter(role="help").exists()


def test_an_expert_has_a_board_and_others_do_not(asked, helping, counsel, stranger, client_of):
    board = reverse("services:board")
    assert [row.pk for column in boards.columns_of(counsel) for row in column.rows] == [asked.pk]
    assert client_of(counsel).get(board).status_code == 200
    assert client_of(stranger).get(board).status_code == 403


def test_an_expert_accepts_on_the_page(asked, helping, counsel, client_of):
    browser = client_of(counsel)
    assert "法律服务队 高晗，协办" in browser.get(asked.get_absolute_url()).content.decode()
    url = reverse("services:share-decide", args=[helping.public_id])
    assert browser.post(url, {"choice": "yes"}).status_code == 302
    assert fresh(helping).state == "accepted"


def test_who_was_slower_is_sent_to_the_board(open_request, district, expert, counsel, leader, client_of):
    actions.invite_teams(open_request, actor=district, teams=[personas.team()], experts=[expert])
    slower = open_request.shares.get(team=personas.team())
    actions.accept_share(open_request.shares.get(expert=expert), actor=counsel)
    url = reverse("services:share-decide", args=[slower.public_id])
    page = client_of(leader).post(url, {"choice": "yes"}, follow=True)
    assert page.redirect_chain == [(reverse("services:board"), 302)]
    assert "这一件已由别人承办" in page.content.decode()
    assert client_of(personas.make("stranger")).post(url, {"choice": "yes"}).status_code == 404


def test_experts_of_a_team_are_among_its_suggestion(open_request, expert):
    found = suggestions.suggest(open_request, Team.objects.open())
    assert [post.pk for one in found for post in one.experts] == [expert.pk]


def test_the_expert_is_notified_of_a_holiday_too(asked, helping, counsel, district):
    actions.accept_share(helping, actor=counsel)
    before = asked.due_on
    Request.objects.filter(pk=asked.pk).update(due_on=before + dt.timedelta(days=1))
    timing.notify_moved_due(fresh(asked), before)
    assert Notice.objects.filter(user=counsel, kind="services/request_due_moved").count() == 1
    assert due.due_of(asked) == before
