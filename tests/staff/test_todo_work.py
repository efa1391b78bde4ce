"""Who works on which item of 今日待办, absences, what an officer waits for and has done, and taking a decision back."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from activities.actions import cancel_signup, confirm_signup
from activities.models import Signup
from activities.todos import ReviewSignup
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff import permissions, todo_actions, todo_queue
from chengyang.platform.staff.models import Absence, Assignment, Settled
from members.models import Application
from organizations.actions import accept_membership, apply_for_membership, reopen_application
from organizations.models import Membership
from organizations.todos import MembershipTodo
from tests import personas
from tests.activities import factories
from tests.members import factories as members

pytestmark = pytest.mark.django_db
SIGNUP = ReviewSignup()


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = factories.NINE


@pytest.fixture
def waiting(reference):
    """A pending sign-up for an activity of the office in 夏庄 with one place."""
    return factories.signed_up(factories.published(capacity=1, by_review=True))


def of(user, **options):
    """Return the titles of what waits for `user`."""
    found = todo_queue.for_me(todo_queue.keys(user), user, clock.today())
    return [item.title for item in todo_queue.items(found)]


def decide(client, row, choice, reason=""):
    url = reverse("admin:staff_decide", args=[SIGNUP.code, row.public_id])
    page = client.get(url)
    data = {"choice": choice, "reason": reason, "version": page.context_data["page"].version}
    return client.post(url, data, follow=True)


# ---- taking and handing over ----------------------------------------------------------------------------------------
def test_what_one_officer_takes_leaves_the_list_of_the_others(waiting, district, district_2, xiazhuang):
    todo_actions.take_item(SIGNUP, waiting, actor=district)
    assert [of(user) for user in (district, district_2, xiazhuang)] == [[waiting.display_name], [], []]
    todo_actions.take_item(SIGNUP, waiting, actor=district)  # safe to repeat
    todo_actions.give_back_item(SIGNUP, waiting, actor=district)
    assert of(district_2) == [waiting.display_name]


def test_a_second_officer_reads_who_was_first(waiting, district, district_2):
    todo_actions.take_item(SIGNUP, waiting, actor=district)
    with pytest.raises(ActionError, match=str(district)):
        todo_actions.take_item(SIGNUP, waiting, actor=district_2)


def test_an_item_that_is_late_is_everybodys_again(waiting, district, district_2):
    todo_actions.take_item(SIGNUP, waiting, actor=district)
    Signup.objects.filter(pk=waiting.pk).update(due_on=clock.today() - dt.timedelta(days=1))
    assert of(district_2) == [waiting.display_name]


def test_who_may_not_decide_takes_nothing(waiting, liuting, member):
    for user in (liuting, member):
        with pytest.raises(NotAllowed):
            todo_actions.take_item(SIGNUP, waiting, actor=user)


def test_a_colleague_who_gets_an_item_is_notified_with_the_note(waiting, district, xiazhuang):
    todo_actions.hand_over_item(SIGNUP, waiting, to=xiazhuang, note="请核对单位", actor=district)
    assert (of(district), of(xiazhuang)) == ([], [waiting.display_name])
    notice = Notice.objects.get(user=xiazhuang)
    assert "请核对单位" in notice.body
    assert notice.url == SIGNUP.url(waiting)
    assert Entry.objects.filter(verb="todo.handed_over", actor_id=district.pk, subject_id=waiting.public_id).exists()


def test_an_item_goes_to_nobody_who_may_not_decide_it(waiting, district, liuting):
    with pytest.raises(ActionError, match="不能办这一件"):
        todo_actions.hand_over_item(SIGNUP, waiting, to=liuting, actor=district)


def test_the_page_offers_those_who_may_decide(client_of, waiting, district, xiazhuang, liuting):
    client = client_of(district)
    url = reverse("admin:staff_assign", args=[SIGNUP.code, waiting.public_id])
    page = client.get(url)
    assert list(page.context_data["people"]) == [xiazhuang]
    refused = client.post(url, {"to": liuting.pk, "note": "留言还在"})
    assert (refused.status_code, "留言还在" in refused.content.decode()) == (400, True)
    answer = client.post(url, {"to": xiazhuang.pk, "note": ""}, follow=True)
    assert "已转交给" in answer.content.decode()


def test_the_buttons_of_the_decision_page_take_and_give_back(client_of, waiting, district):
    client = client_of(district)
    url = reverse("admin:staff_assign", args=[SIGNUP.code, waiting.public_id])
    assert "你接办了这一件" in client.post(url, {"do": "take"}, follow=True).content.decode()
    assert "我来办" in client.post(url, {"do": "return"}, follow=True).content.decode()


def test_nobody_else_opens_the_page_for_handing_over(client_of, waiting, liuting):
    url = reverse("admin:staff_assign", args=[SIGNUP.code, waiting.public_id])
    assert client_of(liuting).get(url).status_code == 404


def test_colleagues_find_what_others_took_behind_one_link(client_of, waiting, district, district_2):
    todo_actions.take_item(SIGNUP, waiting, actor=district)
    client = client_of(district_2)
    page = client.get(reverse("admin:index")).content.decode()
    assert ("同事已接办" in page, waiting.display_name in page) == (True, False)
    assert f"{district} 接办" in client.get(reverse("admin:index") + "?with=colleagues").content.decode()


def test_the_decision_ends_the_assignment(client_of, waiting, district, district_2):
    todo_actions.take_item(SIGNUP, waiting, actor=district)
    decide(client_of(district_2), waiting, "approve")
    assert not Assignment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_an_item_at_once_one_has_it(reference, settings):
    waiting = factories.signed_up(factories.published(capacity=1, by_review=True))
    officers = [personas.make(name) for name in ("district", "district_2")]

    def take(officer):
        try:
            return todo_actions.take_item(SIGNUP, waiting, actor=officer).officer_id
        except ActionError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(take, officers))
    assert sorted(map(str, found)) == sorted([str(Assignment.objects.get().officer_id), "taken"])


# ---- absence --------------------------------------------------------------------------------------------------------
def away(officer, substitute, days=2, **options):
    today = clock.today()
    return todo_actions.enter_absence(
        starts=today, last=today + dt.timedelta(days=days - 1), substitute=substitute, actor=officer, **options
    )


def test_the_substitute_works_on_what_the_absent_officer_took_until_the_last_day(
    waiting, district, district_2, settings
):
    todo_actions.take_item(SIGNUP, waiting, actor=district)
    away(district, district_2, days=1)
    assert (of(district), of(district_2)) == ([], [waiting.display_name])
    assert {notice.user for notice in Notice.objects.filter(kind__startswith="staff/")} == {district, district_2}
    settings.PORTAL_CLOCK = factories.NINE + dt.timedelta(days=1)
    assert of(district) == [waiting.display_name]


def test_what_is_handed_to_an_absent_officer_reaches_the_substitute(waiting, district, district_2, xiazhuang):
    away(district, district_2)
    todo_actions.hand_over_item(SIGNUP, waiting, to=district, actor=xiazhuang)
    assert Assignment.objects.get().officer == district_2


def test_standing_in_gives_no_right(district, district_2, xiazhuang, liuting, secadmin, leader):
    assert permissions.can_stand_in(xiazhuang, district)
    assert permissions.can_stand_in(district, district_2)
    for officer, substitute in ((district, xiazhuang), (xiazhuang, liuting), (secadmin, district), (leader, xiazhuang)):
        allowed = officer is leader  # the leader's team is in 夏庄, whose staff may do what the leader may
        assert permissions.can_stand_in(officer, substitute) == allowed
    with pytest.raises(ActionError, match="没有你的全部权限"):
        away(district, xiazhuang)


def test_days_are_checked_and_two_absences_do_not_overlap(district, district_2, settings):
    today = clock.today()
    for starts, last in ((today - dt.timedelta(days=1), today), (today, today - dt.timedelta(days=1))):
        with pytest.raises(ActionError) as refused:
            todo_actions.enter_absence(starts=starts, last=last, substitute=district_2, actor=district)
        assert refused.value.code == "dates"
    away(district, district_2, days=3)
    with pytest.raises(ActionError, match="已经登记过"):
        away(district, district_2)


def test_who_is_back_ends_the_absence_and_both_are_notified(client_of, district, district_2, xiazhuang):
    absence = away(district, district_2)
    url = reverse("admin:staff_absence")
    assert client_of(xiazhuang).post(url, {"end": absence.pk}).status_code == 404
    assert "已经回岗" in client_of(district).post(url, {"end": absence.pk}, follow=True).content.decode()
    assert not Absence.objects.on(clock.today()).exists()
    assert Notice.objects.filter(kind__startswith="staff/").count() == 4
    with pytest.raises(ActionError, match="已经结束"):
        todo_actions.end_absence(absence, actor=district)


def test_an_absence_is_entered_on_its_page(client_of, district, district_2):
    client, today = client_of(district), clock.today()
    page = client.get(reverse("admin:staff_absence"))
    assert "只列出有你全部权限的同事" in page.content.decode()
    wrong = {"starts": today, "last": today - dt.timedelta(days=1), "substitute": district_2.pk}
    refused = client.post(reverse("admin:staff_absence"), wrong)
    assert (refused.status_code, "最后一天不能早于第一天" in refused.content.decode()) == (409, True)
    done = client.post(reverse("admin:staff_absence"), {**wrong, "last": today}, follow=True).content.decode()
    assert ("已登记" in done, "回岗" in done) == (True, True)
    assert "在替你办" in client.get(reverse("admin:index")).content.decode()


# ---- what was done, and taking it back ------------------------------------------------------------------------------
def test_a_decision_is_taken_back_and_the_place_is_free_again(client_of, waiting, district):
    client = client_of(district)
    answer = decide(client, waiting, "approve")
    made = Settled.objects.get()
    assert reverse("admin:staff_undo", args=[made.pk]) in answer.content.decode()
    assert "已撤销" in client.post(reverse("admin:staff_undo", args=[made.pk]), follow=True).content.decode()
    waiting.refresh_from_db()
    waiting.activity.refresh_from_db()
    assert (waiting.state, waiting.activity.taken, waiting.due_on is None) == ("pending", 0, False)
    assert of(district) == [waiting.display_name]
    assert Notice.objects.filter(title__startswith="报名重新审核").count() == 1


def test_the_reason_of_a_declined_sign_up_goes_with_the_decision(client_of, waiting, district):
    client = client_of(district)
    decide(client, waiting, "decline", "名额留给还没参加过的人")
    client.post(reverse("admin:staff_undo", args=[Settled.objects.get().pk]))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("pending", "")


def test_who_waits_gets_the_place_of_a_decision_that_was_taken_back(client_of, waiting, district):
    client = client_of(district)
    second = factories.signed_up(waiting.activity, 2, "安一诺")
    decide(client, waiting, "approve")
    first = Settled.objects.get()
    decide(client, second, "approve")
    second.refresh_from_db()
    assert second.state == "waitlisted"
    client.post(reverse("admin:staff_undo", args=[first.pk]))
    second.refresh_from_db()
    assert second.state == "offered"


@pytest.mark.parametrize("minutes", [9, 11])
def test_after_ten_minutes_a_decision_stands(client_of, waiting, district, settings, minutes):
    client = client_of(district)
    decide(client, waiting, "approve")
    settings.PORTAL_CLOCK = factories.NINE + dt.timedelta(minutes=minutes)
    client.post(reverse("admin:staff_undo", args=[Settled.objects.get().pk]))
    waiting.refresh_from_db()
    assert waiting.state == ("pending" if minutes < 10 else "confirmed")


def test_a_decision_on_which_somebody_acted_stands(client_of, waiting, district):
    client = client_of(district)
    decide(client, waiting, "approve")
    cancel_signup(waiting, actor=waiting.person.user)
    answer = client.post(reverse("admin:staff_undo", args=[Settled.objects.get().pk]), follow=True)
    assert "不能撤销" in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


def test_a_place_that_its_holder_has_confirmed_is_not_taken_back(client_of, waiting, district):
    client = client_of(district)
    second = factories.signed_up(waiting.activity, 2, "安一诺")
    decide(client, waiting, "approve")
    decide(client, second, "approve")
    cancel_signup(waiting, actor=waiting.person.user)
    confirm_signup(Signup.objects.get(pk=second.pk), actor=second.person.user)
    made = Settled.objects.get(public_id=second.public_id)
    assert "不能撤销" in client.post(reverse("admin:staff_undo", args=[made.pk]), follow=True).content.decode()
    second.refresh_from_db()
    assert second.state == "confirmed"


def test_nobody_takes_back_the_decision_of_a_colleague(client_of, waiting, district, district_2):
    decide(client_of(district), waiting, "approve")
    assert client_of(district_2).post(reverse("admin:staff_undo", args=[Settled.objects.get().pk])).status_code == 404


def test_an_accepted_membership_waits_again(secretary, member):
    organization = personas.organization()
    Membership.objects.filter(person=member.person).delete()
    membership = apply_for_membership(organization, person=member.person, actor=member)
    accept_membership(membership, actor=secretary)
    again = reopen_application(membership, actor=secretary)
    assert (again.state, again.joined_on, again.decided_at, again.due_on is None) == ("applied", None, None, False)
    assert of(secretary) == [member.person.name]
    assert "accept" in MembershipTodo.undoes


def test_what_was_done_stands_with_its_day_and_what_was_taken_back_says_so(client_of, waiting, district):
    client = client_of(district)
    decide(client, waiting, "approve")
    page = client.get(reverse("admin:index") + "?view=done").content.decode()
    assert all(text in page for text in (waiting.display_name, "同意", "今天", "撤销"))
    client.post(reverse("admin:staff_undo", args=[Settled.objects.get().pk]))
    assert "09:00 撤销" in client.get(reverse("admin:index") + "?view=done").content.decode()


def test_what_was_passed_on_is_waited_for_until_it_is_done(client_of, xiazhuang, stranger, settings):
    application = members.in_state(stranger, "submitted")
    client = client_of(xiazhuang)
    url = reverse("admin:staff_decide", args=["application-first", application.public_id])
    client.post(url, {"choice": "review_first", "version": client.get(url).context_data["page"].version})
    page = client.get(reverse("admin:index") + "?view=awaited").content.decode()
    assert application.name in page
    Application.objects.update(due_on=None)
    settings.PORTAL_CLOCK = factories.NINE + dt.timedelta(minutes=11)  # the decision can no longer be taken back
    assert application.name not in client.get(reverse("admin:index") + "?view=awaited").content.decode()


def test_what_was_handed_in_is_waited_for(client_of, secretary):
    factories.draft(
        title="等批准",
        state="submitted",
        organization=personas.organization(),
        drafted_by=secretary,
        due_on=clock.today(),
    )
    assert "等批准" in client_of(secretary).get(reverse("admin:index") + "?view=awaited").content.decode()


def test_kinds_stand_with_their_number_and_items_without_a_date_in_a_group_of_their_own(client_of, waiting, district):
    page = client_of(district).get(reverse("admin:index")).content.decode()
    assert '报名审核 <span class="n">1</span>' in page
    Signup.objects.filter(pk=waiting.pk).update(due_on=None)
    assert "不限时" in client_of(district).get(reverse("admin:index")).content.decode()
