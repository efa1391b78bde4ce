"""交接单: what is open in the records, confirmed by both; the chair passes at midnight in any case (domain.md rule 6)."""

import datetime as dt

import pytest
from django.urls import reverse

from activities.models import Activity
from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.notices.models import Notice
from members import actions as members
from organizations import actions, hand_over
from organizations.models import Duty, HandOver
from services.models import Request
from tests import personas

from . import rotation
from .test_duties import code_of, may, notified, on_duty, share

pytestmark = pytest.mark.django_db
OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 9, 17), dt.time(9))


@pytest.fixture
def chairs(organization):
    return rotation.people(organization)


@pytest.fixture
def sheet(organization, chairs, secretary):
    """The sheet of 1 October: 江海晴 hands over to 马希军."""
    rotation.plan(organization, rotation.term(organization), chairs.values(), actor=secretary)
    actions.announce_duties()
    Notice.objects.all().delete()
    return HandOver.objects.get(on=OCTOBER)


@pytest.fixture
def giver(chairs):
    return chairs["江海晴"].user


@pytest.fixture
def taker(chairs):
    return chairs["马希军"].user


def labels(sections):
    return [[str(item.title) for item in section.items] for section in sections]


def given(sheet, giver, lines="印章在秘书处"):
    return actions.give(sheet, lines=lines, actor=giver)


# ---- what it lists ---------------------------------------------------------------------------------------------------
@pytest.fixture
def records(organization, newcomer, assessed):
    """One thing of each kind that is open in the organization, and others that are not."""
    at = clock.at(dt.date(2026, 9, 29), dt.time(14))
    common = {"organization": organization, "published_at": at, "state": "published", "ends": at}
    Activity.objects.create(title="夜间经济座谈会", starts=at, **{**common, "ends": at + dt.timedelta(hours=2)})
    past = clock.at(dt.date(2026, 9, 12), dt.time(9))
    Activity.objects.create(
        title="河道清理", kind="volunteer", starts=past, **{**common, "ends": past + dt.timedelta(hours=2)}
    )
    far = clock.at(dt.date(2026, 12, 1), dt.time(9))
    Activity.objects.create(title="年会", starts=far, **{**common, "ends": far + dt.timedelta(hours=2)})
    common = {"author": newcomer, "text": "看材料", "due_on": dt.date(2026, 9, 29), "query_code": "1"}
    Request.objects.create(number="SQ1", title="合同里的那一条", subdistrict=organization.subdistrict, **common)
    Request.objects.create(number="SQ2", title="停车", **common)  # with the office
    assessed(organization, met=4)
    actions.apply_for_membership(organization, person=newcomer.person, actor=newcomer)


def test_it_lists_what_is_open_in_the_records(sheet, records):
    assert labels(hand_over.sections_of(sheet)) == [
        ["夏庄街道经办的诉求 1 件"],
        ["夜间经济座谈会"],
        ["好思路"],
        ["1 份入会申请等答复", "河道清理"],
    ]


def test_of_unpublished_activities_it_says_how_many(sheet, organization):
    at = clock.at(dt.date(2026, 9, 29), dt.time(14))
    Activity.objects.create(
        title="还没有定的采风", organization=organization, starts=at, ends=at + dt.timedelta(hours=2), state="draft"
    )
    assert labels(hand_over.sections_of(sheet))[1] == ["1 场活动还没发布"]


def test_it_names_no_applicant_and_no_request(sheet, records, newcomer):
    text = "".join(hand_over.words_of(section) for section in hand_over.sections_of(sheet))
    assert not any(word in text for word in (newcomer.person.name, "合同里的那一条"))


def test_what_is_open_is_read_anew_and_kept_when_it_is_handed_over(settings, sheet, records):
    settings.PORTAL_CLOCK = clock.at(OCTOBER)
    actions.begin_duties()
    kept = labels(hand_over.sections_of(HandOver.objects.get(pk=sheet.pk)))
    assert kept[2] == ["好思路"]
    sheet.organization.assessments.all().delete()
    Activity.objects.all().delete()
    assert labels(hand_over.sections_of(HandOver.objects.get(pk=sheet.pk))) == kept


# ---- confirming ------------------------------------------------------------------------------------------------------
def test_both_confirm_one_after_the_other(sheet, giver, taker):
    assert code_of(actions.take, sheet, actor=taker) == "state"
    given(sheet, giver, "印章在秘书处\n\n 投影仪在修 ")
    assert notified() == {"马希军"}
    taken = actions.take(sheet, actor=taker)
    assert (taken.line_list, bool(taken.taken_at)) == (["印章在秘书处", "投影仪在修"], True)
    assert notified() == {"马希军", "江海晴"}


def test_it_is_sent_back_with_a_sentence_and_given_again(sheet, giver, taker):
    given(sheet, giver)
    assert code_of(actions.send_back, sheet, question=" ", actor=taker) == "reason"
    back = actions.send_back(sheet, question="投影仪找谁取？", actor=taker)
    assert (back.given_at, code_of(actions.take, sheet, actor=taker)) == (None, "state")
    assert "投影仪找谁取？" in Notice.objects.filter(user=giver).latest("pk").body
    assert given(sheet, giver).question == ""


def test_what_was_taken_is_not_changed(sheet, giver, taker):
    given(sheet, giver)
    actions.take(sheet, actor=taker)
    assert code_of(actions.give, sheet, lines="", actor=giver) == "taken"
    assert code_of(actions.send_back, sheet, question="？", actor=taker) == "state"
    assert actions.take(sheet, actor=taker).taken_at


def test_too_many_lines_are_refused(sheet, giver):
    assert code_of(actions.give, sheet, lines="字" * 1001, actor=giver) == "too_long"


@pytest.mark.parametrize("name", [*personas.NAMES, "江海晴", "马希军", "房青屿"])
def test_only_the_two_confirm(sheet, chairs, name):
    user = chairs[name].user if name in chairs else personas.make(name)
    assert may(actions.give, sheet, lines="", actor=user) == (name == "江海晴")
    HandOver.objects.update(given_at=clock.now())
    assert may(actions.send_back, sheet, question="？", actor=user) == (name == "马希军")
    HandOver.objects.update(given_at=clock.now())
    assert may(actions.take, sheet, actor=user) == (name == "马希军")


def test_at_midnight_the_chair_passes_without_any_confirmation(settings, organization, sheet):
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 9, 30), dt.time(23, 59, 59))
    assert on_duty(organization, clock.today()) == ["江海晴"]
    settings.PORTAL_CLOCK = clock.at(OCTOBER)
    assert on_duty(organization, clock.today()) == ["马希军"]


def test_other_people_get_the_sheet_to_confirm_anew(organization, sheet, giver, taker, chairs, secretary):
    given(sheet, giver)
    swap = actions.ask_swap(share(organization, OCTOBER), share(organization, dt.date(2026, 12, 1)), actor=taker)
    actions.agree_swap(swap, actor=chairs["栾若溪"].user)
    renewed = HandOver.objects.get(pk=sheet.pk)
    assert (renewed.giver.name, renewed.taker.name, renewed.given_at) == ("江海晴", "栾若溪", None)


def test_where_one_person_goes_on_there_is_no_sheet(organization, sheet, chairs, secretary):
    row = share(organization, OCTOBER)
    organization.posts.filter(person=chairs["马希军"]).update(ends=OCTOBER)
    actions.fill_vacancy(row, person=chairs["江海晴"], actor=secretary)
    assert not HandOver.objects.filter(on=OCTOBER).exists()


# ---- who sees it -----------------------------------------------------------------------------------------------------
SEEN = {
    **dict.fromkeys(["district", "xiazhuang", "secretary", "江海晴", "马希军"], 1),
    **dict.fromkeys(["liuting", "leader", "member", "editor", "sysadmin", "房青屿"], 0),
}


@pytest.mark.parametrize("name", SEEN)
def test_who_sees_the_sheet(sheet, chairs, name):
    user = chairs[name].user if name in chairs else personas.make(name)
    assert HandOver.objects.visible_to(user).count() == SEEN[name]


# ---- leaving ---------------------------------------------------------------------------------------------------------
def test_the_texts_of_who_is_erased_are_deleted(settings, organization, sheet, giver, chairs):
    given(sheet, giver, "钥匙在林师傅那里")
    person = chairs["江海晴"]
    members.leave_registry(person, actor=giver)
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 11, 1))
    person.refresh_from_db()
    assert members.erase_person(person)
    row = HandOver.objects.get(pk=sheet.pk)
    assert (row.lines, row.history.count(), row.giver.state) == ("", 0, "erased")
    assert Duty.objects.filter(person=person).count() == 2


# ---- pages of the two ------------------------------------------------------------------------------------------------
def url_of(sheet):
    return reverse("organizations:duty-sheet", args=[sheet.public_id])


def test_the_two_confirm_on_their_page(client_of, sheet, giver, taker):
    assert client_of(giver).post(url_of(sheet), {"do": "give", "lines": "印章在秘书处"}).status_code == 302
    page = client_of(taker).get(url_of(sheet)).content.decode()
    assert ("印章在秘书处" in page, "确认接清" in page) == (True, True)
    assert client_of(taker).post(url_of(sheet), {"do": "take"}).status_code == 302
    assert HandOver.objects.get(pk=sheet.pk).taken_at


def test_a_refusal_stands_on_the_page(client_of, sheet, taker):
    answer = client_of(taker).post(url_of(sheet), {"do": "take"})
    assert (answer.status_code, "还没有交清" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize("name", ["secretary", "district", "member", "房青屿"])
def test_the_page_of_the_two_is_404_for_others(client_of, sheet, chairs, name):
    user = chairs[name].user if name in chairs else personas.make(name)
    assert client_of(user).get(url_of(sheet)).status_code == 404


def test_an_unknown_button_does_nothing(client_of, sheet, giver):
    assert client_of(giver).post(url_of(sheet), {"do": "burn"}).status_code == 404


def test_officers_read_the_sheet_on_its_record_and_print_it(client_of, sheet, giver, secretary):
    given(sheet, giver)
    page = client_of(secretary).get(reverse("admin:organizations_handover_change", args=[sheet.pk])).content.decode()
    assert "印章在秘书处" in page
    url = reverse("admin:papers_papertemplate_print", args=["duty_sheet"])
    paper = client_of(secretary).get(url, {"record": sheet.pk}).content.decode()
    assert all(text in paper for text in ("轮值交接单", "印章在秘书处", "马希军"))


def test_refusals_have_a_sentence(sheet, taker):
    with pytest.raises(ActionError, match="零点轮值照常交接"):
        actions.take(sheet, actor=taker)
