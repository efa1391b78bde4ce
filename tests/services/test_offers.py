"""点单清单: what a team offers is ordered from its list, switched off for a while, and taken off it."""

import datetime as dt
import random
import statistics

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from services import actions, kept
from services.models import Offer, Request
from tests import personas

pytestmark = pytest.mark.django_db
DETAILS = {
    "for_whom": "给刚起步的人：把想法理一遍。",
    "duration": "每次 60 分钟",
    "times": "每周二下午",
    "lead_days": 2,
    "area": "嗨创天地",
    "price": "收工本费 20 元",
}


@pytest.fixture
def team(leader):
    return personas.team()


@pytest.fixture
def offer(team, leader):
    return actions.add_offer(team, actor=leader, name="创业咨询", **DETAILS)


def text(answer):
    return answer.content.decode()


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_puts_an_offer_on_the_list_of_a_team(team, name):
    somebody = personas.make(name)
    if name in ("leader", "district", "district_2"):
        assert actions.add_offer(team, actor=somebody, name="创业咨询").pk
    else:
        with pytest.raises(NotAllowed):
            actions.add_offer(team, actor=somebody, name="创业咨询")


def test_the_page_says_all_of_it(offer, client):
    page = text(client.get(offer.team.get_absolute_url()))
    assert [str(value) in page for value in DETAILS.values()] == [True] * len(DETAILS)
    assert "2 个工作日" in page


def test_ordering_makes_a_request(offer, member, client_of):
    url = reverse("services:team-request", args=[offer.team.slug])
    typed = {"title": "想开店", "text": "第一次", "service": offer.name}
    assert client_of(member).post(url, typed).status_code == 302
    row = Request.objects.get()
    assert (row.service, row.team, row.shares.get().state) == (offer.name, offer.team, "asked")


def test_one_that_is_switched_off_stays_on_the_list_and_is_not_ordered(offer, leader, member, client):
    actions.switch_off_offer(offer, actor=leader, reason="导师出差")
    page = text(client.get(offer.team.get_absolute_url()))
    assert ("导师出差" in page, "点这一单" in page) == (True, False)
    ordered = {"actor": member, "title": "x", "text": "y", "team": offer.team, "service": offer.name}
    assert refusal(actions.submit_request, **ordered) == "service"
    actions.switch_on_offer(offer, actor=leader)
    assert actions.submit_request(**{**ordered, "team": personas.team()}).service == offer.name


@pytest.mark.parametrize(("days", "is_off"), [(-1, False), (0, True), (6, True), (7, False)])
def test_it_comes_back_by_itself_on_its_day(offer, leader, settings, days, is_off):
    today = clock.today()
    actions.edit_offer(offer, actor=leader, off_from=today, off_until=today + dt.timedelta(days=7))
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=days)
    assert Offer.objects.get().is_off is is_off


def test_it_is_off_for_some_days(offer, leader):
    today = clock.today()
    assert refusal(actions.edit_offer, offer, actor=leader, off_from=today, off_until=today) == "invalid"


def test_a_name_stands_once_on_a_list(offer, leader):
    assert refusal(actions.add_offer, offer.team, actor=leader, name=offer.name) == "invalid"
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.create(team=offer.team, name=offer.name)


def test_what_was_taken_off_comes_back(offer, leader, client):
    actions.end_offer(offer, actor=leader)
    assert offer.name not in text(client.get(offer.team.get_absolute_url()))
    assert refusal(actions.edit_offer, offer, actor=leader, price="免费") == "state"
    actions.list_offer_again(offer, actor=leader)
    assert offer.name in text(client.get(offer.team.get_absolute_url()))


def test_the_history_keeps_what_an_offer_was(offer, leader):
    actions.edit_offer(offer, actor=leader, price="免费")
    assert offer.history.get().price == "收工本费 20 元"


def test_staff_edit_it_on_the_staff_site(offer, leader, client_of):
    url = reverse("admin:services_offer_change", args=[offer.pk])
    assert offer.for_whom in text(client_of(leader).get(url))
    assert client_of(personas.make("secretary")).get(url).status_code == 404


# ---- what the page of a team says of its record -----------------------------------------------------------------------
def test_the_record_is_shown_from_five_answers_on(team, leader, member, client):
    for number in range(5):
        assert kept.record_of(team) is None
        row = actions.submit_request(actor=member, title=f"第 {number} 件", text="…", team=team)
        actions.answer_request(row, actor=leader, answer="好")
    shown = kept.record_of(team)
    assert (shown.count, shown.median, shown.in_time, shown.late, shown.rated) == (5, 0, 5, 0, None)
    assert "说到做到" in text(client.get(team.get_absolute_url()))


def test_a_rating_of_few_is_not_published(team, leader, member):
    for number in range(6):
        row = actions.submit_request(actor=member, title=f"第 {number} 件", text="…", team=team)
        actions.answer_request(row, actor=leader, answer="好")
        actions.rate_request(row, actor=member, solved=3 if number else 1, useful=3)
    assert kept.record_of(team).rated is None  # one who says no could be known from the total


def test_a_withdrawn_or_reopened_answer_changes_the_public_page(team, leader, member):
    rows = [actions.submit_request(actor=member, title=f"第 {n} 件", text="…", team=team) for n in range(6)]
    for row in rows:
        actions.answer_request(row, actor=leader, answer="好")
    actions.withdraw_answer(rows[0], actor=leader)
    assert kept.record_of(team).count == 5
    actions.reopen_request(rows[1], actor=member, reason="没解决")
    assert kept.record_of(team) is None
    # A verb that is not listed moves the versions of public pages (`web.content`).
    assert not {"request.answer_withdrawn", "request.reopened"} & extensions.content().keys()


BARS = {
    "one day": ([1] * 5, [("1", 5)]),
    "few on each day": ([1, 2, 3, 4, 5], [("1–5", 5)]),
    "few later ones join those before": ([1] * 6 + [3, 4], [("1–7", 8)]),
    "few earlier ones join those after": ([2, 2, 5, 5, 5], [("2–5", 5)]),
    "few late ones": ([1] * 6 + [9] * 2, [("1 起", 8)]),
    "few in time": ([1] * 2 + [9] * 6, [("1 起", 8)]),
    "enough on both sides": ([0] * 6 + [9] * 5, [("1", 6), ("超", 5)]),
}


@pytest.mark.parametrize("case", BARS)
def test_no_bar_has_one_to_four_answers(case):
    used, expected = BARS[case]
    bars = kept.bars_of(used, statistics.median(used)).bars
    assert [(bar.label, bar.count) for bar in bars if bar.count] == expected
    assert sum(bar.is_middle for bar in bars) == 1


@pytest.mark.parametrize("seed", range(20))
def test_the_bars_add_up_and_none_is_small_whatever_the_days(seed):
    chance = random.Random(seed)
    for _time in range(50):
        used = chance.choices(range(10), weights=[chance.random() ** 3 for _ in range(10)], k=chance.randint(5, 40))
        bars = kept.bars_of(used, statistics.median(used)).bars
        assert sum(bar.count for bar in bars) == len(used)
        assert not [bar.count for bar in bars if bar.count in range(1, 5)]


def test_few_late_answers_are_not_counted_in_public(team, leader, member, client):
    for number in range(7):
        row = actions.submit_request(actor=member, title=f"第 {number} 件", text="…", team=team)
        actions.answer_request(row, actor=leader, answer="好")
    type(row).objects.filter(pk=row.pk).update(due_on=clock.today() - dt.timedelta(days=1))
    shown = kept.record_of(team)
    assert (shown.in_time, shown.late) == (None, None)
    assert "在期限内" not in text(client.get(team.get_absolute_url()))
