"""The door, as the browser of who stands there gets it."""

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
    """A ticket for the volunteer service, ten minutes before it begins."""
    signup = factories.signed_up(service, name="曾国藩")
    settings.PORTAL_CLOCK = moment(19, 8, 20)
    return signup


class Door:
    """Staff of 夏庄, signed in afresh for each request: the clock moves past the life of an idle session."""

    def __init__(self, sign_in):
        self.sign_in = sign_in

    def __getattr__(self, method):
        return getattr(self.sign_in(), method)


@pytest.fixture
def door(client_of, xiazhuang):
    return Door(lambda: client_of(xiazhuang))


def address(activity, *rest):
    name = {0: "checkin", 1: f"checkin-{rest[0]}" if rest else "", 2: "checkin-step"}[len(rest)]
    arguments = rest if len(rest) == 2 else ()
    return reverse(f"activities:{name}", args=[activity.public_id, *arguments])


# ---- who ------------------------------------------------------------------------------------------------------------
WHO = [("xiazhuang", 200), ("district", 200), ("liuting", 403), ("secretary", 403), ("member", 403), ("editor", 403), ("auditor", 403)]  # fmt: skip


@pytest.mark.parametrize(("name", "status"), WHO)
def test_who_stands_at_the_door(client_of, ticket, name, status):
    assert client_of(personas.make(name)).get(address(ticket.activity)).status_code == status


@pytest.mark.parametrize(("name", "status"), [("liuting", 403), ("member", 403)])
@pytest.mark.parametrize("rest", [("scan",), ("finish",), ("in",)])
def test_nobody_else_does_anything_there(client_of, ticket, name, status, rest):
    rest = (ticket.public_id, "in") if rest == ("in",) else rest
    answer = client_of(personas.make(name)).post(address(ticket.activity, *rest), {"number": ticket.public_id})
    assert (answer.status_code, CheckIn.objects.exists()) == (status, False)


def test_a_visitor_is_asked_to_sign_in(client, ticket):
    assert client.get(address(ticket.activity)).status_code == 302


@pytest.mark.parametrize("name", ["stranger", "liuting"])
def test_what_one_may_not_see_has_no_door(client_of, reference, name):
    assert client_of(personas.make(name)).get(address(factories.published(audience="members"))).status_code == 404


def test_a_draft_has_no_door(door, reference):
    assert door.get(address(factories.draft())).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
@pytest.mark.parametrize("rest", [(), ("scan",), ("finish",)])
def test_other_methods(door, ticket, method, rest):
    assert getattr(door, method)(address(ticket.activity, *rest)).status_code == 405


# ---- the list -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["曾", "国藩", "zgf", "zengguofan", "0001", "ZENG", " 曾国藩 "])
def test_somebody_is_found_as_people_type(door, ticket, typed):
    page = door.get(address(ticket.activity), {"q": typed}).context["page"]
    assert [row.pk for row in page] == [ticket.pk]


def test_a_guest_is_found_by_pinyin_too(door, service, settings):
    guest = actions.sign_up(service, guest_name="单雄信", actor=factories.guest(5))
    factories.signed_up(service, 1, "林知夏")
    assert [row.pk for row in door.get(address(service), {"q": "sxx"}).context["page"]] == [guest.pk]


def test_the_list_stands_by_pinyin_persons_and_guests_together(door, service):
    factories.signed_up(service, 1, "周予安")
    actions.sign_up(service, guest_name="单雄信", actor=factories.guest(5))
    factories.signed_up(service, 2, "艾合买提·买买提")
    names = [row.display_name for row in door.get(address(service)).context["page"]]
    assert names == ["艾合买提·买买提", "单雄信", "周予安"]


def test_whole_numbers_are_on_no_list(door, ticket):
    page = text(door.get(address(ticket.activity)))
    assert "154****0001" in page
    assert "15400000001" not in page


def test_who_waits_is_counted_but_not_listed(door, reference):
    activity = factories.published(capacity=1)
    factories.queue(activity, 2)
    context = door.get(address(activity)).context
    assert (len(context["page"]), context["counts"]["waiting"]) == (1, 1)


@pytest.mark.parametrize("typed", ["'", "%", "\\", "🍇", "()", "长" * 200, "\u202e"])
def test_nothing_typed_breaks_the_search(door, ticket, typed):
    assert door.get(address(ticket.activity), {"q": typed}).status_code == 200


def test_steps_by_list(door, ticket, settings):
    door.post(address(ticket.activity, ticket.public_id, "in"))
    settings.PORTAL_CLOCK = moment(19, 11, 5)
    door.post(address(ticket.activity, ticket.public_id, "out"))
    assert CheckIn.objects.get().method == "list"
    assert ServiceRecord.objects.get().hours == 2.5


def test_nobody_is_offered_their_own_steps(client_of, secretary, organization, settings):
    activity = factories.published(organization=organization)
    signup = actions.sign_up(activity, actor=secretary)
    settings.PORTAL_CLOCK = moment(19, 8, 20)
    page = text(client_of(secretary).get(address(activity)))
    assert (address(activity, signup.public_id, "in") in page, "自己的由别人登记" in page) == (False, True)


def test_undo_by_list(door, ticket):
    door.post(address(ticket.activity, ticket.public_id, "in"))
    door.post(address(ticket.activity, ticket.public_id, "undo"))
    assert not CheckIn.objects.exists()


def test_in_place_the_answer_is_the_row_and_the_counts(door, ticket):
    answer = door.post(address(ticket.activity, ticket.public_id, "in"), headers={"HX-Request": "true"})
    assert (answer.status_code, "<html" in text(answer)) == (200, False)
    assert "08:20 签到" in text(answer)
    assert 'id="counts" hx-swap-oob="true"' in text(answer)


def test_in_place_the_search_answers_with_the_list_alone(door, ticket):
    answer = door.get(address(ticket.activity), {"q": "曾"}, headers={"HX-Request": "true"})
    assert ("<html" in text(answer), "曾国藩" in text(answer)) == (False, True)


def test_a_refusal_in_place_is_a_message(door, ticket):
    door.post(address(ticket.activity, ticket.public_id, "in"))
    answer = door.post(address(ticket.activity, ticket.public_id, "in"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#messages")


@pytest.mark.parametrize(("hour", "said"), [(4, True), (6, False)])
def test_the_page_says_from_when_one_can_check_in(door, ticket, settings, hour, said):
    settings.PORTAL_CLOCK = moment(19, hour)
    assert ("起可以签到" in text(door.get(address(ticket.activity)))) is said


@pytest.mark.parametrize("step", ["out", "undo"])
def test_who_is_not_there_cannot_leave(door, ticket, step):
    page = door.post(address(ticket.activity, ticket.public_id, step), follow=True)
    assert "还没有签到" in text(page)


def test_a_step_that_is_none_is_404(door, ticket):
    assert door.post(address(ticket.activity, ticket.public_id, "fly")).status_code == 404


def test_a_ticket_of_another_door_is_404(door, ticket, settings):
    other = factories.published()
    assert door.post(address(other, ticket.public_id, "in")).status_code == 404


def test_steps_are_posted(door, ticket):
    assert door.get(address(ticket.activity, ticket.public_id, "in")).status_code == 405


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


def scan(door, activity, number, **options):
    return door.post(address(activity, "scan"), {"number": number}, **options)


def test_a_scan_is_green(door, ticket):
    answer = scan(door, ticket.activity, f"http://testserver/checkin/{ticket.activity.public_id}/?t={ticket.public_id}")
    assert answer.context["answer"]["kind"] == "good"
    assert CheckIn.objects.get().method == "qr"


@pytest.mark.parametrize(
    ("state", "kind"), [("waitlisted", "soon"), ("offered", "soon"), ("pending", "soon"), ("cancelled", "bad"), ("expired", "bad")]
)  # fmt: skip
def test_a_scan_without_a_place_is_amber_or_red(door, ticket, state, kind):
    type(ticket).objects.update(state=state, offer_expires_at=moment(19))
    assert scan(door, ticket.activity, ticket.code).context["answer"]["kind"] == kind
    assert not CheckIn.objects.exists()


def test_a_second_scan_is_amber_and_says_when(door, ticket):
    scan(door, ticket.activity, ticket.code)
    answer = scan(door, ticket.activity, ticket.code).context["answer"]
    assert (answer["kind"], "08:20" in answer["text"]) == ("soon", True)


def test_a_ticket_of_another_door_is_red(door, ticket):
    other = factories.published()
    assert scan(door, other, ticket.code).context["answer"]["kind"] == "bad"


@pytest.mark.parametrize("number", ["", "x", "a\x00b", "长" * 300])
def test_what_is_no_ticket_is_red(door, ticket, number):
    answer = scan(door, ticket.activity, number)
    assert (answer.status_code, answer.context["answer"]["kind"]) == (200, "bad")


def test_a_scan_in_place_answers_with_the_colour_alone(door, ticket):
    answer = scan(door, ticket.activity, ticket.code, headers={"HX-Request": "true"})
    assert ("<html" in text(answer), "is-good door__answer" in text(answer)) == (False, True)


def test_a_scan_in_place_renews_the_row_in_the_list(door, ticket):
    answer = scan(door, ticket.activity, ticket.code, headers={"HX-Request": "true"})
    assert f'<li id="s{ticket.public_id}" hx-swap-oob="true" class="door__person is-here">' in text(answer)


def test_the_phones_own_camera_opens_the_ticket_at_the_door(door, ticket):
    page = text(door.get(address(ticket.activity), {"t": ticket.public_id}))
    assert f'name="number" value="{ticket.public_id}"' in page


@pytest.mark.parametrize("number", ["0000000000", "x", "%00", "🍇"])
def test_a_ticket_that_is_none_says_so(door, ticket, number):
    assert "这张票不是这场活动的" in text(door.get(address(ticket.activity), {"t": number}))


# ---- complete -------------------------------------------------------------------------------------------------------
def test_completing_records_the_count_by_eye(door, ticket, settings):
    settings.PORTAL_CLOCK = moment(19, 12)
    door.post(address(ticket.activity, "finish"), {"headcount": "46"})
    ticket.activity.refresh_from_db()
    assert (ticket.activity.headcount, ticket.activity.recorded_at) == (46, moment(19, 12))


@pytest.mark.parametrize("typed", ["-1", "x", "99999999", "1.5"])
def test_a_count_that_cannot_be_keeps_the_form(door, ticket, settings, typed):
    settings.PORTAL_CLOCK = moment(19, 12)
    answer = door.post(address(ticket.activity, "finish"), {"headcount": typed})
    ticket.activity.refresh_from_db()
    assert (answer.status_code, ticket.activity.recorded_at) == (400, None)
    assert f'value="{typed}"' in text(answer)


def test_too_early_to_complete(door, ticket):
    assert door.post(address(ticket.activity, "finish"), {"headcount": ""}).status_code == 409


@pytest.mark.parametrize("rest", [("scan",), ("finish",)])
def test_reading_these_leads_to_the_list(door, ticket, rest):
    assert door.get(address(ticket.activity, *rest))["Location"] == address(ticket.activity)


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_the_door_do_not_grow(door, service, rows, settings, django_assert_num_queries):
    factories.queue(service, rows)
    browser = door.sign_in()
    browser.get(address(service))
    with django_assert_num_queries(13):
        browser.get(address(service))
