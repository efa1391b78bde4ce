"""The check-in page."""

import pytest
from django.urls import reverse

from activities import actions
from activities.models import CheckIn, ServiceRecord
from activities.views.checkin import ticket_number
from tests import personas

from . import factories
from .factories import moment


def text(answer):
    return answer.content.decode()


@pytest.fixture
def ticket(service, settings):
    """A sign-up for the volunteer service, ten minutes before it begins."""
    signup = factories.signed_up(service, name="曾国藩")
    settings.PORTAL_CLOCK = moment(19, 8, 20)
    return signup


class StaffBrowser:
    """A client of staff of 夏庄 that signs in for each request, because the clock moves beyond the life of an idle session."""

    def __init__(self, sign_in):
        self.sign_in = sign_in

    def __getattr__(self, method):
        return getattr(self.sign_in(), method)


@pytest.fixture
def officer(client_of, xiazhuang):
    return StaffBrowser(lambda: client_of(xiazhuang))


def address(activity, *rest):
    name = {0: "checkin", 1: f"checkin-{rest[0]}" if rest else "", 2: "checkin-step"}[len(rest)]
    arguments = rest if len(rest) == 2 else ()
    return reverse(f"activities:{name}", args=[activity.public_id, *arguments])


# ---- who ------------------------------------------------------------------------------------------------------------
WHO = [("xiazhuang", 200), ("district", 200), ("liuting", 403), ("secretary", 403), ("member", 403), ("editor", 403), ("auditor", 403)]  # fmt: skip


@pytest.mark.parametrize(("name", "status"), WHO)
def test_who_opens_the_page(client_of, ticket, name, status):
    assert client_of(personas.make(name)).get(address(ticket.activity)).status_code == status


@pytest.mark.parametrize(("name", "status"), [("liuting", 403), ("member", 403)])
@pytest.mark.parametrize("rest", [("scan",), ("finish",), ("in",)])
def test_nobody_else_takes_a_step(client_of, ticket, name, status, rest):
    rest = (ticket.public_id, "in") if rest == ("in",) else rest
    answer = client_of(personas.make(name)).post(address(ticket.activity, *rest), {"number": ticket.public_id})
    assert (answer.status_code, CheckIn.objects.exists()) == (status, False)


def test_a_visitor_is_asked_to_sign_in(client, ticket):
    assert client.get(address(ticket.activity)).status_code == 302


@pytest.mark.parametrize("name", ["stranger", "liuting"])
def test_a_hidden_activity_has_no_page(client_of, reference, name):
    assert client_of(personas.make(name)).get(address(factories.published(audience="members"))).status_code == 404


def test_a_draft_has_no_page(officer, reference):
    assert officer.get(address(factories.draft())).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
@pytest.mark.parametrize("rest", [(), ("scan",), ("finish",)])
def test_other_methods(officer, ticket, method, rest):
    assert getattr(officer, method)(address(ticket.activity, *rest)).status_code == 405


# ---- the list -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["曾", "国藩", "zgf", "zengguofan", "0001", "ZENG", " 曾国藩 "])
def test_the_search_finds_a_person(officer, ticket, typed):
    page = officer.get(address(ticket.activity), {"q": typed}).context["page"]
    assert [row.pk for row in page] == [ticket.pk]


def test_a_guest_is_found_by_pinyin_too(officer, service, settings):
    guest = actions.sign_up(service, guest_name="单雄信", actor=factories.guest(5))
    factories.signed_up(service, 1, "林知夏")
    assert [row.pk for row in officer.get(address(service), {"q": "sxx"}).context["page"]] == [guest.pk]


def test_the_list_is_ordered_by_pinyin(officer, service):
    factories.signed_up(service, 1, "周予安")
    actions.sign_up(service, guest_name="单雄信", actor=factories.guest(5))
    factories.signed_up(service, 2, "艾合买提·买买提")
    names = [row.display_name for row in officer.get(address(service)).context["page"]]
    assert names == ["艾合买提·买买提", "单雄信", "周予安"]


def test_whole_numbers_are_on_no_list(officer, ticket):
    page = text(officer.get(address(ticket.activity)))
    assert "154****0001" in page
    assert "15400000001" not in page


def test_the_waiting_list_is_counted_but_not_listed(officer, reference):
    activity = factories.published(capacity=1)
    factories.queue(activity, 2)
    context = officer.get(address(activity)).context
    assert (len(context["page"]), context["counts"]["waiting"]) == (1, 1)


@pytest.mark.parametrize("typed", ["'", "%", "\\", "🍇", "()", "长" * 200, "\u202e"])
def test_nothing_typed_breaks_the_search(officer, ticket, typed):
    assert officer.get(address(ticket.activity), {"q": typed}).status_code == 200


def test_steps_by_list(officer, ticket, settings):
    officer.post(address(ticket.activity, ticket.public_id, "in"))
    settings.PORTAL_CLOCK = moment(19, 11, 5)
    officer.post(address(ticket.activity, ticket.public_id, "out"))
    assert CheckIn.objects.get().method == "list"
    assert ServiceRecord.objects.get().hours == 2.5


def test_nobody_has_buttons_for_themself(client_of, secretary, organization, settings):
    activity = factories.published(organization=organization)
    signup = actions.sign_up(activity, actor=secretary)
    settings.PORTAL_CLOCK = moment(19, 8, 20)
    page = text(client_of(secretary).get(address(activity)))
    assert (address(activity, signup.public_id, "in") in page, "自己的由别人登记" in page) == (False, True)


def test_undo_by_list(officer, ticket):
    officer.post(address(ticket.activity, ticket.public_id, "in"))
    officer.post(address(ticket.activity, ticket.public_id, "undo"))
    assert not CheckIn.objects.exists()


def test_htmx_gets_the_row_and_the_counts(officer, ticket):
    answer = officer.post(address(ticket.activity, ticket.public_id, "in"), headers={"HX-Request": "true"})
    assert (answer.status_code, "<html" in text(answer)) == (200, False)
    assert "08:20 签到" in text(answer)
    assert 'id="counts" hx-swap-oob="true"' in text(answer)


def test_htmx_search_gets_the_list_alone(officer, ticket):
    answer = officer.get(address(ticket.activity), {"q": "曾"}, headers={"HX-Request": "true"})
    assert ("<html" in text(answer), "曾国藩" in text(answer)) == (False, True)


def test_htmx_gets_a_refusal_as_a_message(officer, ticket):
    officer.post(address(ticket.activity, ticket.public_id, "in"))
    answer = officer.post(address(ticket.activity, ticket.public_id, "in"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#messages")


@pytest.mark.parametrize(("hour", "is_shown"), [(4, True), (6, False)])
def test_the_page_shows_when_check_in_opens(officer, ticket, settings, hour, is_shown):
    settings.PORTAL_CLOCK = moment(19, hour)
    assert ("起可以签到" in text(officer.get(address(ticket.activity)))) is is_shown


@pytest.mark.parametrize("step", ["out", "undo"])
def test_without_a_check_in_there_is_no_other_step(officer, ticket, step):
    page = officer.post(address(ticket.activity, ticket.public_id, step), follow=True)
    assert "还没有签到" in text(page)


def test_an_unknown_step_is_404(officer, ticket):
    assert officer.post(address(ticket.activity, ticket.public_id, "fly")).status_code == 404


def test_a_ticket_of_another_activity_is_404(officer, ticket, settings):
    other = factories.published()
    assert officer.post(address(other, ticket.public_id, "in")).status_code == 404


def test_steps_are_posted(officer, ticket):
    assert officer.get(address(ticket.activity, ticket.public_id, "in")).status_code == 405


# ---- by ticket ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("0123456789", "0123456789"),
        ("01234 56789", "0123456789"),
        ("ABCDE-FGHJK", "abcdefghjk"),
        ("https://portal.example/checkin/zzzzzzzzzz/?t=abcdefghjk", "abcdefghjk"),
        ("https://portal.example/tickets/abcdefghjk/", "abcdefghjk"),
        ("https://portal.example/checkin/zzzzzzzzzz/", ""),
        ("123", ""),
        ("abcdefghjkmn", ""),
        ("iloui lou00", ""),
        ("", ""),
        ("🍇", ""),
    ],
)
def test_the_number_in_what_was_scanned(typed, found):
    assert ticket_number(typed) == found


def scan(officer, activity, number, **options):
    return officer.post(address(activity, "scan"), {"number": number}, **options)


def test_a_scan_is_green(officer, ticket):
    answer = scan(
        officer, ticket.activity, f"http://testserver/checkin/{ticket.activity.public_id}/?t={ticket.public_id}"
    )
    assert answer.context["answer"]["kind"] == "good"
    assert CheckIn.objects.get().method == "qr"


@pytest.mark.parametrize(
    ("state", "kind"), [("waitlisted", "soon"), ("offered", "soon"), ("pending", "soon"), ("cancelled", "bad"), ("expired", "bad")]
)  # fmt: skip
def test_a_scan_without_a_place_is_amber_or_red(officer, ticket, state, kind):
    type(ticket).objects.update(state=state, offer_expires_at=moment(19))
    assert scan(officer, ticket.activity, ticket.code).context["answer"]["kind"] == kind
    assert not CheckIn.objects.exists()


def test_a_second_scan_is_amber_and_says_when(officer, ticket):
    scan(officer, ticket.activity, ticket.code)
    answer = scan(officer, ticket.activity, ticket.code).context["answer"]
    assert (answer["kind"], "08:20" in answer["text"]) == ("soon", True)


def test_a_ticket_of_another_activity_is_red(officer, ticket):
    other = factories.published()
    assert scan(officer, other, ticket.code).context["answer"]["kind"] == "bad"


@pytest.mark.parametrize("number", ["", "x", "a\x00b", "长" * 300])
def test_an_invalid_number_is_red(officer, ticket, number):
    answer = scan(officer, ticket.activity, number)
    assert (answer.status_code, answer.context["answer"]["kind"]) == (200, "bad")


def test_htmx_scan_gets_the_answer_alone(officer, ticket):
    answer = scan(officer, ticket.activity, ticket.code, headers={"HX-Request": "true"})
    assert ("<html" in text(answer), "is-good checkin__answer" in text(answer)) == (False, True)


def test_htmx_scan_updates_the_row(officer, ticket):
    answer = scan(officer, ticket.activity, ticket.code, headers={"HX-Request": "true"})
    assert f'<li id="s{ticket.public_id}" hx-swap-oob="true" class="checkin__person is-here">' in text(answer)


def test_the_url_in_the_qr_code_shows_the_ticket(officer, ticket):
    page = text(officer.get(address(ticket.activity), {"t": ticket.public_id}))
    assert f'name="number" value="{ticket.public_id}"' in page


@pytest.mark.parametrize("number", ["0000000000", "x", "%00", "🍇"])
def test_an_unknown_ticket_is_a_message(officer, ticket, number):
    assert "这张票不是这场活动的" in text(officer.get(address(ticket.activity), {"t": number}))


# ---- complete -------------------------------------------------------------------------------------------------------
def test_completing_stores_the_headcount(officer, ticket, settings):
    settings.PORTAL_CLOCK = moment(19, 12)
    officer.post(address(ticket.activity, "finish"), {"headcount": "46"})
    ticket.activity.refresh_from_db()
    assert (ticket.activity.headcount, ticket.activity.recorded_at) == (46, moment(19, 12))


@pytest.fixture
def present(ticket, officer, settings):
    """A check-in without a check-out, after the end."""
    officer.post(address(ticket.activity, ticket.public_id, "in"))
    settings.PORTAL_CLOCK = moment(19, 12)
    return ticket


@pytest.mark.parametrize(("answer", "hours"), [({}, 0), ({"stayed": True}, 3), ({"all": True}, 3)])
def test_completing_says_for_each_whether_they_stayed(officer, present, answer, hours):
    posted = {"listed": present.public_id, **dict.fromkeys(answer, present.public_id)}
    assert officer.post(address(present.activity, "finish"), posted).status_code == 302
    assert ServiceRecord.objects.get().hours == hours


def test_completing_without_the_list_shows_the_list(officer, present):
    answer = officer.post(address(present.activity, "finish"), {"all": "yes"})
    assert (answer.status_code, ServiceRecord.objects.exists()) == (409, False)
    assert f'name="listed" value="{present.public_id}"' in text(answer)


def test_a_late_check_in_asks_for_a_reason_in_the_list_and_at_the_camera(officer, ticket, settings):
    settings.PORTAL_CLOCK = moment(19, 12)
    assert 'name="reason"' in text(officer.get(address(ticket.activity)))
    answer = officer.post(address(ticket.activity, "scan"), {"number": ticket.public_id})
    assert (answer.context["answer"]["kind"], CheckIn.objects.exists()) == ("soon", False)
    officer.post(address(ticket.activity, ticket.public_id, "in"), {"reason": "签到表"})
    assert CheckIn.objects.get().reason == "签到表"


@pytest.mark.parametrize("typed", ["-1", "x", "99999999", "1.5"])
def test_an_impossible_headcount_keeps_the_form(officer, ticket, settings, typed):
    settings.PORTAL_CLOCK = moment(19, 12)
    answer = officer.post(address(ticket.activity, "finish"), {"headcount": typed})
    ticket.activity.refresh_from_db()
    assert (answer.status_code, ticket.activity.recorded_at) == (400, None)
    assert f'value="{typed}"' in text(answer)


def test_completing_before_the_end_is_409(officer, ticket):
    assert officer.post(address(ticket.activity, "finish"), {"headcount": ""}).status_code == 409


@pytest.mark.parametrize("rest", [("scan",), ("finish",)])
def test_get_redirects_to_the_list(officer, ticket, rest):
    assert officer.get(address(ticket.activity, *rest))["Location"] == address(ticket.activity)


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_page_do_not_grow(officer, service, rows, settings, django_assert_num_queries):
    factories.queue(service, rows)
    browser = officer.sign_in()
    browser.get(address(service))
    with django_assert_num_queries(14):  # one marks notices as read
        browser.get(address(service))
