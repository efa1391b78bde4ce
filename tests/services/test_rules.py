"""分办规则: requests of a category go to a team at once, and the office follows them."""

import pytest
from django.db import IntegrityError, transaction

from chengyang.errors import ActionError, NotAllowed
from services import actions
from services.models import Request, RoutingRule
from tests import personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(leader):
    return personas.team()


@pytest.fixture
def rule(team, district):
    return actions.add_rule(actor=district, category="law", team=team)


def ask(member, **options):
    return actions.submit_request(actor=member, title="合同审阅", text="…", **options)


def test_a_request_of_the_category_goes_to_the_team_at_once(rule, member, leader, district):
    asked = ask(member, category="law")
    assert (asked.team, asked.shares.get().state) == (rule.team, "asked")
    assert "按分办规则" in asked.entries.get().text
    assert Request.objects.visible_to(leader).get() == Request.objects.visible_to(district).get() == asked


@pytest.mark.parametrize("options", [{}, {"category": "arts"}, {"category": "law", "readers": "office"}])
def test_others_go_to_the_office(rule, member, options):
    assert ask(member, **options).team is None


def test_the_rule_of_a_subdistrict_goes_first(rule, member, district):
    near = personas.team(slug="falv", name="夏庄法律服务队")
    actions.add_rule(actor=district, category="law", subdistrict=personas.reference(), team=near)
    assert ask(member, category="law").team == near


def test_an_ended_rule_or_a_closed_team_gets_nothing(rule, member, district):
    other = personas.team(slug="falv", name="法律服务队")
    actions.edit_rule(rule, actor=district, team=other)
    actions.close_team(other, actor=district)
    assert ask(member, category="law").team is None
    actions.end_rule(rule, actor=district)
    assert ask(member, category="law").team is None


def test_sent_twice_is_one_request(rule, member):
    assert ask(member, category="law").pk == ask(member, category="law").pk


def test_there_is_one_rule_for_a_category_and_a_subdistrict(rule, district):
    with pytest.raises(ActionError) as refused:
        actions.add_rule(actor=district, category="law", team=rule.team)
    assert refused.value.code == "invalid"
    with pytest.raises(IntegrityError), transaction.atomic():
        RoutingRule.objects.create(category="law", team=rule.team)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_makes_rules(team, name):
    somebody = personas.make(name)
    if name in ("district", "district_2"):
        assert actions.add_rule(actor=somebody, category="law", team=team).pk
    else:
        with pytest.raises(NotAllowed):
            actions.add_rule(actor=somebody, category="law", team=team)
