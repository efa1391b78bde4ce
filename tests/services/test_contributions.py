"""贡献记录: counted from records, one's own alone, and the public one of organizers; never a score."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from activities.models import CheckIn, ServiceRecord
from chengyang import clock
from services import actions, contributions
from services.models import Request
from tests import personas
from tests.activities import factories

pytestmark = pytest.mark.django_db
HOURS = dt.timedelta(hours=2)


def attended(person, title="夏庄葡萄采摘帮扶", *, day=5, hours=None, **fields):
    """Let `person` have attended an activity of September 2026 that is over, with volunteer hours."""
    starts = factories.moment(day, 8)
    kind = {"kind": "volunteer"} if hours else {}
    activity = factories.published(title=title, starts=starts, ends=starts + HOURS, **kind, **fields)
    signup = activity.signups.create(person=person, state="confirmed", position=1)
    checkin = CheckIn.objects.create(signup=signup, checked_in_at=starts, checked_out_at=starts + HOURS)
    if hours:
        ServiceRecord.objects.create(checkin=checkin, hours=Decimal(hours))
    return activity


def parts(user, year=None):
    return {part.code: part for part in contributions.of_person(user, user.person, year)}


def test_what_one_did_is_counted_from_records(member, secretary, district, time_machine):
    time_machine.move_to(factories.moment(16))
    attended(member.person)
    attended(member.person, "敬老服务", day=6, hours="2.0")
    row = actions.report_outcome(
        personas.organization(),
        actor=secretary,
        kind="money",
        title="助学款",
        happened_on=dt.date(2026, 9, 1),
        amount=300,
    )
    actions.add_party(row, actor=district, person=member.person)
    actions.check_outcome(row, actor=district)
    found = {code: part.totals[0] for code, part in parts(member).items()}
    assert found == {"activities": "2 场", "hours": "2 小时", "outcomes": "1 项"}
    assert parts(member, 2025) == {}


def test_an_answered_request_is_listed_by_its_number_alone(leader, member):
    asked = actions.submit_request(actor=member, title="劳务合同", text="请看", team=personas.team())
    actions.answer_request(asked, actor=leader, answer="看过了")
    part = parts(leader)["requests"]
    assert ([entry.text for entry in part.entries], part.totals) == ([Request.objects.get().number], ["1 件"])


def test_posts_are_listed_with_their_days(leader):
    assert [str(entry.text) for entry in parts(leader)["posts"].entries] == [str(personas.team())]


def test_what_was_not_attended_is_not_counted(member, time_machine):
    time_machine.move_to(factories.moment(16))
    activity = factories.published(starts=factories.moment(5), ends=factories.moment(5, 11))
    activity.signups.create(person=member.person, state="confirmed", position=1)
    assert parts(member) == {}


@pytest.mark.parametrize("name", ["member", "district", "stranger", "leader"])
def test_the_page_is_about_the_reader_alone(client_of, member, time_machine, name):
    time_machine.move_to(factories.moment(16))
    attended(member.person, "只有我去过的活动")
    text = client_of(personas.make(name)).get(reverse("services:contribution")).content.decode()
    assert ("只有我去过的活动" in text) == (name == "member")


def test_a_visitor_signs_in_first(client_of):
    assert client_of(AnonymousUser()).get(reverse("services:contribution")).status_code == 302


def test_no_word_of_the_page_is_a_score(client_of, member, time_machine):
    time_machine.move_to(factories.moment(16))
    attended(member.person)
    page = client_of(member).get(reverse("services:contribution"))
    values = {str(total) for part in page.context["parts"] for total in part.totals}
    assert values == {"1 场"}
    assert not any(word in page.content.decode() for word in ("积分", "得分", "名次", "等级"))


# ---- organizers ------------------------------------------------------------------------------------------------------
def test_the_figures_of_an_organizer_by_month(client_of, member, time_machine):
    time_machine.move_to(factories.moment(16))
    organization = personas.organization()
    attended(member.person, organization=organization, headcount=30)
    url = reverse("services:organizer-contribution", args=["organization", organization.slug])
    record = client_of(AnonymousUser()).get(url).context["record"]
    assert [(column.code, column.total) for column in record.columns] == [
        ("activities_completed", "1"),
        ("attendances", "30"),
        ("volunteer_hours", "0"),
    ]
    assert (len(record.months), record.months[8]) == (9, (9, ["1", "30", "0"]))


def test_what_few_attended_does_not_follow_from_the_sum_of_an_organizer(client_of, member, time_machine):
    time_machine.move_to(factories.moment(16))
    organization = personas.organization()
    attended(member.person, organization=organization, headcount=30)
    attended(member.person, organization=organization, headcount=2, hours=3, day=6)
    client = client_of(AnonymousUser())
    url = reverse("services:organizer-contribution", args=["organization", organization.slug])
    columns = client.get(url).context["record"].columns
    assert [column.total for column in columns] == ["2", "30", "0"]
    assert "不足 5 人的场次不算" in str(columns[1].how)
    assert "32" not in client.get(organization.get_absolute_url()).content.decode().partition("今年")[2]


@pytest.mark.parametrize(
    ("numbers", "shown", "total"),
    [
        ([0, 3, 30, 50], ["0", "收起", "收起", "50"], "83"),
        ([0, 3, 4, 50], ["0", "收起", "收起", "收起"], "57"),  # 7 together are 3 and 4
        ([4, 4, 30, 50], ["收起", "收起", "收起", "50"], "88"),
        ([0, 5, 6, 7], ["0", "5", "6", "7"], "18"),
        ([4, 4, 0, 0], ["收起", "收起", "收起", "收起"], "8"),  # else 8 together are 4 and 4
        ([5, 5, 3], ["收起", "收起", "收起"], "13"),  # else 8 together are 5 and 3
        ([1, 5, 20], ["收起", "收起", "收起"], "26"),  # else 6 together are 5 and 1
        ([1, 5, 0], ["收起", "收起", "收起"], "6"),
    ],
)
def test_a_small_month_cannot_be_subtracted(numbers, shown, total):
    few = {place for place, number in enumerate(numbers) if 0 < number < 5}
    assert contributions.texts_of([Decimal(number) for number in numbers], few) == (shown, total)


def test_one_answered_request_of_a_team_is_not_public(client_of, reference, leader, member):
    team = personas.team()
    Request.objects.create(
        number="SQ20260916-001", author=member, title="求助", text="x", team=team, state="answered", answer="好",
        answered_at=clock.now(), answered_by=leader, due_on=clock.today(),
    )  # fmt: skip
    url = reverse("services:organizer-contribution", args=["team", team.slug])
    columns = {column.code: column for column in client_of(AnonymousUser()).get(url).context["record"].columns}
    column = columns["answered_requests"]
    assert column.total == "收起"
    assert set(column.numbers) == {"0", "收起"}
    assert "答复诉求" not in client_of(AnonymousUser()).get(team.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("subject", "make"), [("base", "base"), ("team", "team"), ("organization", "organization")])
def test_every_kind_of_organizer_has_its_page(client_of, reference, subject, make):
    organizer = getattr(personas, make)()
    url = reverse("services:organizer-contribution", args=[subject, organizer.slug])
    assert client_of(AnonymousUser()).get(url).status_code == 200


@pytest.mark.parametrize("path", ["person/x", "team/nothing"])
def test_there_is_none_of_others(client_of, reference, path):
    assert client_of(AnonymousUser()).get(f"/services/contributions/{path}/").status_code == 404
