"""Who may read a request, as its author chooses and changes it (`Readers`)."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from services import actions
from services.models import Post, Request
from tests import personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def law(reference):
    return personas.team(slug="falv", name="法律服务队", field="law", services=["合同审阅"])


def submit(member, team=None, **options):
    return actions.submit_request(actor=member, title="合同审阅", text="请看", team=team, **options)


def fresh(row):
    return Request.objects.get(pk=row.pk)


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


@pytest.mark.parametrize(("with_team", "readers"), [(True, "office"), (False, "team")])
def test_what_makes_no_sense_is_refused(member, leader, with_team, readers):
    team = personas.team() if with_team else None
    assert refusal(submit, member, team, readers=readers) == "audience"


def test_what_is_for_one_team_goes_to_no_other(member, leader, district, law):
    row = submit(member, personas.team(), readers="team")
    actions.accept_share(row.shares.get(), actor=leader)
    for act in (
        lambda: actions.route_request(fresh(row), actor=leader, team=law),
        lambda: actions.ask_for_help(fresh(row), actor=leader, team=law),
    ):
        assert refusal(act) == "audience"
    own = Post.objects.create(
        person=personas.person("高晗", account=personas.user("own")),
        team=personas.team(),
        kind="volunteer",
        starts=personas.STARTED,
        skills="合同",
        by_name=True,
    )
    assert actions.ask_for_help(fresh(row), actor=leader, expert=own).state == "asked"


def test_when_the_team_declines_the_office_asks_the_author_first(member, leader, district, law):
    row = submit(member, personas.team(), readers="team")
    actions.decline_share(row.shares.get(), actor=leader, reason="满了")
    assert refusal(actions.route_request, fresh(row), actor=district, team=law) == "audience"
    actions.change_readers(fresh(row), actor=member, readers="handlers")
    assert actions.route_request(fresh(row), actor=district, team=law).team == law


def test_the_author_opens_what_was_for_the_office_only(member, district, law):
    row = submit(member, readers="office")
    actions.change_readers(row, actor=member, readers="handlers")
    assert "承办的队和办公室" in row.entries.last().text
    assert Notice.objects.filter(user=district, kind="services/readers_changed").count() == 1
    assert actions.route_request(fresh(row), actor=district, team=law).team == law


@pytest.mark.parametrize("readers", ["office", "team"])
def test_while_another_team_is_asked_it_is_not_narrowed(member, leader, law, readers):
    row = submit(member, personas.team())
    actions.accept_share(row.shares.get(), actor=leader)
    actions.ask_for_help(fresh(row), actor=leader, team=law)
    assert refusal(actions.change_readers, fresh(row), actor=member, readers=readers) == "audience"


def test_it_is_narrowed_to_the_team_that_has_it(member, leader):
    row = submit(member, personas.team())
    assert actions.change_readers(row, actor=member, readers="team").readers == "team"
    assert refusal(actions.change_readers, row, actor=member, readers="x") == "audience"


def test_to_the_same_nothing_happens(member, leader):
    row = submit(member, personas.team())
    lines = row.entries.count()
    actions.change_readers(row, actor=member, readers="handlers")
    assert row.entries.count() == lines


@pytest.mark.parametrize("name", personas.NAMES)
def test_only_the_author_changes_it_while_it_is_open(member, name):
    row, somebody = submit(member), personas.make(name)
    if name == "member":
        assert actions.change_readers(row, actor=somebody, readers="office").readers == "office"
        actions.withdraw_request(fresh(row), actor=member)
    with pytest.raises(NotAllowed):
        actions.change_readers(fresh(row), actor=somebody, readers="handlers")


def test_no_rule_gives_away_what_is_not_for_every_team(member, district, law):
    actions.add_rule(actor=district, category="law", team=law)
    assert submit(member, category="law", readers="office").team is None
    assert submit(member, category="law", place="夏庄").team == law or Request.objects.filter(team=law).exists()


def test_the_database_gives_nothing_for_the_office_to_a_team(member, law):
    row = submit(member, readers="office")
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=row.pk).update(team=law)


@pytest.mark.parametrize(("with_team", "codes"), [(True, ["handlers", "team"]), (False, ["handlers", "office"])])
def test_the_form_offers_what_makes_sense(client_of, member, leader, with_team, codes):
    name, arguments = ("services:team-request", [personas.team().slug]) if with_team else ("services:request-new", [])
    form = client_of(member).get(reverse(name, args=arguments)).context["form"]
    assert [code for code, _label in form.fields["readers"].choices] == codes


def test_the_author_changes_it_on_the_page(client_of, member):
    row = submit(member)
    url = reverse("services:request-readers", args=[row.public_id])
    browser = client_of(member)
    assert "给谁看：承办的队和办公室" in browser.get(row.get_absolute_url()).content.decode()
    assert browser.post(url, {"readers": "team"}).status_code == 400
    assert browser.post(url, {"readers": "office"}).status_code == 302
    assert fresh(row).readers == "office"


def test_a_team_is_not_offered_where_the_author_said_no(client_of, member, district, law):
    row = submit(member, readers="office")
    page = client_of(district).get(row.get_absolute_url())
    assert (page.context["suggestions"], list(page.context["forms"]["invite"].fields["teams"].queryset)) == ([], [])
