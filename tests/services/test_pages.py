"""Pages of services."""

import re
from urllib.parse import quote

import pytest
from django.urls import reverse

from services import actions
from services.models import Request
from tests import personas
from tests.accounts.conftest import page_after

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(member):
    return actions.submit_request(actor=member, title="劳务合同范本审阅", text="只给承办人看的话")


def test_the_list_shows_what_teams_offer(client, reference):
    personas.team(services=["采摘帮扶"])
    assert "采摘帮扶" in client.get(reverse("services:home")).content.decode()


@pytest.mark.parametrize(("answers", "is_shown"), [(9, False), (10, True), (11, True)])
def test_answers_are_counted_in_tens(client, member, district, answers, is_shown):
    for number in range(answers):
        row = actions.submit_request(actor=member, title=f"第 {number} 件", text="x")
        actions.answer_request(row, actor=district, answer="好")
    assert ("一共答复 10 件以上" in client.get(reverse("services:home")).content.decode()) is is_shown


def test_an_unpublished_team_is_404(client, reference):
    hidden = personas.team(slug="hidden", name="筹建中的队", is_published=False)
    assert client.get(hidden.get_absolute_url()).status_code == 404


def test_a_member_asks_for_help(client_of, member):
    answer = client_of(member).post(reverse("services:request-new"), {"title": "要场地", "text": "二十人，周六"})
    assert answer.status_code == 302
    assert Request.objects.get(author=member).title == "要场地"


@pytest.mark.parametrize(("more", "status"), [("", 302), ("一", 400)])
def test_a_text_of_exactly_the_length_that_the_page_counts_is_taken(client_of, member, more, status):
    text = (
        "\r\n".join(["一" * 99] * 19 + ["一" * 100]) + more
    )  # 2000 characters with 19 breaks, as a browser sends them
    answer = client_of(member).post(reverse("services:request-new"), {"title": "要场地", "text": text})
    assert (answer.status_code, Request.objects.count()) == (status, int(status == 302))


@pytest.mark.parametrize("data", [{}, {"title": "x" * 41, "text": "y"}, {"title": "a\x00b", "text": "y"}])
def test_bad_input_writes_nothing(client_of, member, data):
    answer = client_of(member).post(reverse("services:request-new"), data)
    assert answer.status_code == 400
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    ("name", "status"),
    [("member", 200), ("district", 200), ("stranger", 404), ("liuting", 404), ("secretary", 404), ("auditor", 404)],
)
def test_who_opens_a_request(client_of, asked, name, status):
    assert client_of(personas.make(name)).get(asked.get_absolute_url()).status_code == status


def test_the_author_may_not_answer(client_of, asked, member):
    answer = client_of(member).post(reverse("services:request-answer", args=[asked.public_id]), {"answer": "好"})
    assert answer.status_code == 403


def test_answering_by_get_is_not_allowed(client_of, asked, district):
    assert client_of(district).get(reverse("services:request-answer", args=[asked.public_id])).status_code == 405


def look_up(client, number, code, address="192.0.2.1"):
    typed = {"number": number, "code": code}
    return page_after(client, client.post(reverse("services:query"), typed, REMOTE_ADDR=address))


def test_a_request_is_looked_up_by_number_and_code(client, asked):
    answer = client.post(reverse("services:query"), {"number": asked.number, "code": asked.query_code})
    assert asked.number in answer.content.decode()
    assert "只给承办人看的话" not in answer.content.decode()


def test_a_wrong_code_is_answered_like_a_wrong_number(client, asked):
    answers = [look_up(client, number, "000001") for number in (asked.number, "SQ20200101-001")]
    errors = [answer.context["form"].errors for answer in answers]
    assert errors[0] == errors[1] != {}


def test_guessing_is_slowed_down(client, asked):
    answers = [look_up(client, "SQ1", "123456") for _ in range(21)]
    assert "过一分钟" in answers[-1].content.decode()


def test_a_code_has_eight_characters_and_is_read_in_capitals_too(client, asked):
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{8}", asked.query_code)
    answer = client.post(reverse("services:query"), {"number": asked.number, "code": asked.query_code.upper()})
    assert answer.status_code == 200


@pytest.mark.parametrize("known", [True, False])
def test_the_codes_of_one_number_are_guessed_ten_times_an_hour_from_all_addresses(client, asked, known):
    number = asked.number if known else "SQ20200101-001"
    for address in range(10):
        assert look_up(client, number, "00000000", f"192.0.2.{address}").context["form"].errors
    answer = look_up(client, number, asked.query_code, "192.0.2.99")
    assert "错得太多" in answer.content.decode()


def test_a_wrong_code_is_answered_with_a_redirect_so_that_reloading_costs_no_try(client, asked):
    answer = client.post(reverse("services:query"), {"number": asked.number, "code": "00000000"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("services:query"))
    page = client.get(answer["Location"]).content.decode()
    assert (asked.number in page, "00000000" in page) == (True, False)


def test_right_codes_are_not_counted(client, asked):
    answers = [look_up(client, asked.number, asked.query_code, f"192.0.2.{n}") for n in range(12)]
    assert [answer.context["asked"] for answer in answers] == [asked] * 12


def test_64_bits_of_an_address_count_as_one(client, asked):
    answers = [look_up(client, f"SQ{n}", "00000000", f"2001:db8::{n:x}") for n in range(21)]
    assert "过一分钟" in answers[-1].content.decode()


@pytest.mark.parametrize("teams", [1, 3])
def test_the_list_takes_as_many_queries_for_one_team_as_for_three(client, reference, teams, django_assert_num_queries):
    for n in range(teams):
        personas.team(slug=f"team-{n}", name=f"第{n}队")
    with django_assert_num_queries(7):
        client.get(reverse("services:home"))


# ---- before the sign-in ---------------------------------------------------------------------------------------------
def test_a_visitor_reads_what_they_ask_for_before_they_sign_in(client, reference):
    team = personas.team(services=["采摘帮扶"], summary="帮果农采收。")
    url = f"{team.get_absolute_url()}request/?service={quote('采摘帮扶')}"
    page = client.get(url).content.decode().replace("<wbr>", "")
    assert "<h1>采摘帮扶</h1>" in page
    assert "帮果农采收。" in page
    assert "7 个工作日内答复" in page
    link = re.search(r'href="(/accounts/phone/\?next=[^"]+)"', page)[1]
    sign_in = client.get(link).content.decode()
    assert f"登录以后接着办：<b>请{team}帮忙：采摘帮扶</b>" in sign_in


def test_a_service_that_nobody_offers_is_not_repeated(client, reference):
    url = f"{personas.team(services=['采摘帮扶']).get_absolute_url()}request/?service=加我微信"
    assert "加我微信" not in re.sub(r'href="[^"]*"', "", client.get(url).content.decode())


@pytest.mark.parametrize(
    ("next_url", "asked"),
    [
        ("/services/requests/new/", "提诉求"),
        ("/me/", ""),
        ("/nothing/", ""),
        ("/services/teams/hidden/request/", ""),
        ("", ""),
    ],
)
def test_the_sign_in_page_says_what_comes_after_it(client, reference, next_url, asked):
    personas.team(slug="hidden", name="筹建中的队", is_published=False)
    page = client.get(f"/accounts/phone/?next={next_url}").content.decode()
    assert ("登录以后接着办" in page, "筹建中的队" in page) == (bool(asked), False)
    assert not asked or f"<b>{asked}</b>" in page


def test_a_visitor_does_not_see_a_team_that_is_not_public(client, reference):
    hidden = personas.team(slug="hidden", name="筹建中的队", is_published=False)
    assert client.get(f"{hidden.get_absolute_url()}request/").status_code == 404


def test_what_a_visitor_posts_is_refused(client, reference):
    answer = client.post("/services/requests/new/", {"title": "要场地", "text": "二十人"})
    assert (answer.headers["Location"].startswith("/accounts/phone/"), Request.objects.count()) == (True, 0)
