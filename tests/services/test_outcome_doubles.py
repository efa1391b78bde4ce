"""疑似重复: two reports of one thing are found, linked and counted once, or kept apart; every decision can be undone."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from services import actions
from services.likeness import Values, likeness, signs_of
from services.models import Outcome, OutcomeDouble
from tests import personas
from tests.staff_pages import decide, version_of

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 9, 1)


def donations(subject=None):
    return extensions.metric("donations").of(subject)


@pytest.fixture
def others(leader, secretary):
    """A team and an organization with their managers: [(organizer, manager)]."""
    return [(personas.team(), leader), (personas.organization(), secretary)]


def report(organizer, actor, *, title="助学捐款", day=DAY, amount=3000):
    return actions.report_outcome(
        organizer, actor=actor, kind="money", title=title, happened_on=day, amount=Decimal(amount)
    )


@pytest.fixture
def both(others):
    """The same donation, as the team reported it and three days later the organization."""
    (team, leader), (organization, secretary) = others
    return [report(team, leader), report(organization, secretary, title="助学捐赠款", day=DAY + dt.timedelta(days=3))]


@pytest.fixture
def checked(both, district):
    return [actions.check_outcome(row, actor=district) for row in both]


@pytest.fixture
def pair(both):
    return OutcomeDouble.objects.get()


def refusal(act, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        act(*arguments, **options)
    return refused.value.code


# ---- likeness --------------------------------------------------------------------------------------------------------
def values(title="助学捐款", day=0, number=3000, activity=None):
    return Values(title, DAY + dt.timedelta(days=day), Decimal(number), activity)


@pytest.mark.parametrize(
    ("other", "is_alike"),
    [
        (values(), True),
        (values(day=14), True),
        (values(day=15), False),
        (values("助学捐赠款", 3), True),  # the number is equal, the words are somewhat alike
        (values("修路", 3), False),
        (values("修路"), True),  # the same number on the same day
        (values(number=2500), True),  # the name is the same, the number close
        (values(number=2000), False),
        (values("敬老慰问", 3, 800, 7), False),
    ],
)
def test_what_is_like_another_one(other, is_alike):
    assert bool(signs_of(values(), other)) == is_alike
    assert bool(signs_of(other, values())) == is_alike


def test_two_firms_of_one_day_are_not_alike_for_their_number_or_their_brackets():
    assert signs_of(values("青禾科技（孵化企业）", number=1), values("远航设计（孵化企业）", number=1)) == []
    assert signs_of(values("青禾科技（孵化企业）", number=1), values("青禾科技公司", number=1))


def test_two_of_one_activity_are_alike_whatever_their_words():
    assert "同一场活动" in signs_of(values("采摘", activity=7), values("帮扶果农", 2, 46, 7))


@pytest.mark.parametrize(
    ("one", "other", "share"), [("助学款", "助学款", 1), ("助学款", "修路", 0), ("", "", 1), ("a", "", 0)]
)
def test_the_share_of_words(one, other, share):
    assert likeness(one, other) == share


# ---- found -----------------------------------------------------------------------------------------------------------
def test_the_same_donation_of_two_organizers_is_noted(both, pair):
    assert ([pair.first, pair.second], pair.signs) == (both, "相隔 3 天、数额相同")


def test_another_donation_is_not_noted(others):
    (team, leader), (organization, secretary) = others
    report(team, leader)
    report(organization, secretary, title="修路款", amount=88000)
    assert not OutcomeDouble.objects.exists()


def test_one_that_becomes_like_another_by_a_correction_is_noted(others):
    (team, leader), (organization, secretary) = others
    report(team, leader)
    other = report(organization, secretary, amount=300)
    actions.edit_outcome(other, actor=secretary, amount=Decimal(3000))
    assert OutcomeDouble.objects.count() == 1


def test_one_whose_refusal_is_taken_back_is_compared_with_what_came_since(others, district):
    (team, leader), (organization, secretary) = others
    first = actions.refuse_outcome(report(team, leader), actor=district, reason="没有收据")
    report(organization, secretary)
    assert not OutcomeDouble.objects.exists()
    actions.reopen_outcome(first, actor=district)
    assert OutcomeDouble.objects.count() == 1


@pytest.mark.parametrize("way", ["refused", "withdrawn"])
def test_one_that_counts_again_is_compared_with_what_came_since(others, district, way):
    (team, leader), (organization, secretary) = others
    first = actions.check_outcome(report(team, leader), actor=district)
    row = actions.reverse_outcome(first, actor=leader, reason="没有到账")
    report(organization, secretary)
    assert not OutcomeDouble.objects.exists()
    if way == "refused":
        actions.refuse_outcome(row, actor=district, reason="到账了")
    else:
        actions.withdraw_outcome(row, actor=leader)
    assert OutcomeDouble.objects.waiting().count() == 1


def test_what_the_portal_did_not_find_is_noted_by_somebody(others):
    (team, leader), (organization, secretary) = others
    one, other = report(team, leader), report(organization, secretary, title="修路款", amount=88000)
    noted = actions.note_double(one, other, actor=leader)
    assert (noted.noted_by, actions.note_double(other, one, actor=secretary)) == (leader, noted)


def test_one_outcome_is_no_pair(both, leader):
    assert refusal(actions.note_double, both[0], both[0], actor=leader) == "same"


def test_outcomes_of_two_kinds_are_no_pair(both, leader):
    firm = actions.report_outcome(personas.team(), actor=leader, kind="firm", title="一家新店", happened_on=DAY)
    assert refusal(actions.note_double, both[0], firm, actor=leader) == "kind"


# ---- linked ----------------------------------------------------------------------------------------------------------
def test_two_that_nobody_has_linked_count_twice(checked):
    assert donations() == 6000


def test_linked_ones_count_once_for_the_organizer_of_the_one_that_counts(checked, pair, others, district):
    actions.link_double(pair, actor=district, counted=checked[0])
    assert [donations(), *(donations(organizer) for organizer, _manager in others)] == [3000, 3000, 0]


def test_the_second_one_may_be_the_one_that_counts(checked, pair, district):
    linked = actions.link_double(pair, actor=district, counted=checked[1])
    assert (linked.counted, linked.merged) == (checked[1], checked[0])
    assert list(Outcome.objects.counted()) == [checked[1]]


def test_one_that_nobody_has_checked_does_not_count_for_both(both, pair, district):
    assert refusal(actions.link_double, pair, actor=district, counted=both[0]) == "unchecked"


def test_one_that_is_merged_needs_no_check(both, pair, district):
    actions.check_outcome(both[0], actor=district)
    actions.link_double(pair, actor=district, counted=both[0])
    waiting = extensions.todo_kind("outcome").waiting(district)
    assert (list(waiting), refusal(actions.check_outcome, both[1], actor=district)) == ([], "linked")


def test_both_managers_are_notified(checked, pair, others, district):
    actions.link_double(pair, actor=district, counted=checked[0])
    assert [manager.notices.latest("pk").title for _one, manager in others] == ["两条成果认定成同一件"] * 2


def test_a_link_is_undone_at_any_time_with_a_reason(checked, pair, district, time_machine):
    actions.link_double(pair, actor=district, counted=checked[0])
    time_machine.move_to(clock.now() + dt.timedelta(days=90))
    actions.undo_double(pair, actor=district, reason="凭证上是两笔")
    assert (donations(), OutcomeDouble.objects.get().state) == (6000, "suspected")


def test_two_things_count_twice_and_do_not_wait_again(checked, pair, district, leader):
    actions.keep_apart(pair, actor=district, reason="两笔转账")
    assert (donations(), list(extensions.todo_kind("outcome-double").waiting(district))) == (6000, [])


def test_a_decision_is_taken_back(checked, pair, district):
    actions.link_double(pair, actor=district, counted=checked[0])
    actions.reopen_double(OutcomeDouble.objects.get(), actor=district)
    assert (donations(), OutcomeDouble.objects.get().counted) == (6000, None)


def test_a_third_one_is_compared_with_the_one_that_counts(checked, pair, district, others):
    (team, leader), _organization = others
    third = report(team, leader, title="助学捐赠", day=DAY + dt.timedelta(days=16))  # near the second one only
    assert OutcomeDouble.objects.of(third).count() == 1
    actions.link_double(pair, actor=district, counted=checked[0])
    waiting = OutcomeDouble.objects.waiting()
    assert [(row.first, row.second) for row in waiting] == [(checked[0], third)]


def test_one_that_is_merged_is_not_linked_again(checked, pair, district, others):
    third = actions.check_outcome(report(*others[0], day=DAY + dt.timedelta(days=1)), actor=district)
    actions.link_double(pair, actor=district, counted=checked[0])
    again = OutcomeDouble.objects.get(first=checked[1], second=third)
    assert refusal(actions.link_double, again, actor=district, counted=third) == "merged"
    of_counted = OutcomeDouble.objects.get(first=checked[0], second=third)
    assert refusal(actions.link_double, of_counted, actor=district, counted=third) == "merged"
    actions.link_double(of_counted, actor=district, counted=checked[0])
    assert donations() == 3000


def test_a_linked_one_is_neither_corrected_nor_reopened(checked, pair, district, leader):
    actions.link_double(pair, actor=district, counted=checked[0])
    assert refusal(actions.reverse_outcome, checked[0], actor=leader, reason="没有到账") == "linked"
    assert refusal(actions.reopen_outcome, checked[1], actor=district) == "linked"


def test_a_linked_one_is_not_edited(both, pair, district):
    actions.check_outcome(both[0], actor=district)
    actions.link_double(pair, actor=district, counted=both[0])
    assert refusal(actions.edit_outcome, both[1], actor=both[1].reported_by, amount=Decimal(88000)) == "linked"
    assert both[1] not in extensions.todo_kind("outcome").awaited_by(both[1].reported_by)


def test_a_pair_of_which_one_has_another_kind_now_waits_no_more(both, pair, district):
    actions.check_outcome(both[0], actor=district)
    actions.edit_outcome(both[1], actor=both[1].reported_by, kind="goods")
    assert not OutcomeDouble.objects.waiting().exists()
    assert refusal(actions.link_double, pair, actor=district, counted=both[0]) == "kind"


def test_one_with_a_correction_is_not_linked(checked, pair, district, leader):
    actions.reverse_outcome(checked[0], actor=leader, reason="没有到账")
    assert refusal(actions.link_double, pair, actor=district, counted=checked[1]) == "corrected"


def test_a_third_outcome_cannot_be_chosen(checked, pair, district, others):
    third = report(*others[0], title="修路", amount=7)
    assert refusal(actions.link_double, pair, actor=district, counted=third) == "pair"


def test_the_database_lets_one_outcome_count_with_one_other_only(checked, district):
    third = Outcome.objects.create(kind_id="money", title="x", happened_on=DAY, amount=1, state="checked")
    when = {"decided_at": dt.datetime(2026, 9, 2, tzinfo=dt.UTC), "state": "linked"}
    OutcomeDouble.objects.filter(first=checked[0]).update(counted=checked[0], merged=checked[1], **when)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutcomeDouble.objects.create(first=checked[1], second=third, counted=third, merged=checked[1], **when)


# ---- who --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", personas.NAMES)
def test_who_decides_on_a_pair_of_a_team_of_the_district_and_an_organization(checked, pair, name):
    somebody = personas.make(name)
    if name in ("district", "district_2"):
        assert actions.link_double(pair, actor=somebody, counted=checked[0]).pk
    else:
        with pytest.raises(NotAllowed):
            actions.link_double(pair, actor=somebody, counted=checked[0])


def test_who_reported_one_of_them_does_not_decide(others, district, district_2):
    (team, _leader), (organization, _secretary) = others
    one = actions.check_outcome(report(team, district), actor=district_2)
    report(organization, district_2)
    with pytest.raises(NotAllowed):
        actions.link_double(OutcomeDouble.objects.get(), actor=district, counted=one)


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_sees_a_pair(pair, name):
    seen = OutcomeDouble.objects.visible_to(personas.make(name)).exists()
    assert seen == (name in {"leader", "secretary", "district", "district_2", "xiazhuang"})


def test_all_of_four_weeks_are_compared(others):
    (team, leader), (organization, secretary) = others
    first = report(team, leader)
    row = {"kind_id": "money", "organization": organization, "happened_on": DAY + dt.timedelta(days=9)}
    Outcome.objects.bulk_create(Outcome(title=f"修路 {n}", amount=n + 9000, **row) for n in range(600))
    second = report(organization, secretary, title="助学捐赠款")
    assert OutcomeDouble.objects.get(first=first).second == second


# ---- pages ------------------------------------------------------------------------------------------------------------
def message_of(act):
    with pytest.raises(ActionError) as refused:
        act()
    return refused.value.code, str(refused.value)


def test_a_second_click_says_that_it_was_done(checked, pair, district):
    actions.link_double(pair, actor=district, counted=checked[0])
    for again in (
        lambda: actions.link_double(pair, actor=district, counted=checked[0]),
        lambda: actions.keep_apart(pair, actor=district, reason="两笔"),
    ):
        code, text = message_of(again)
        assert (code, "已经认定过了：是同一件，计一次" in text) == ("state", True)
    actions.undo_double(pair, actor=district, reason="两笔")
    code, text = message_of(lambda: actions.undo_double(pair, actor=district, reason="两笔"))
    assert (code, "已经撤销了" in text) == ("state", True)


def test_a_second_click_on_the_pages_is_no_dead_end(client_of, checked, pair, district):
    browser = client_of(district)
    queue = reverse("admin:staff_decide", args=["outcome-double", pair.public_id])
    form = {"version": version_of(browser, queue), "choice": "count-first"}
    assert [browser.post(queue, form).status_code for _time in range(2)] == [302, 409]
    press = reverse("admin:services_outcomedouble_do", args=[pair.pk, "undo"])
    messages = [
        [str(one) for one in browser.post(press, {"reason": "两笔"}, follow=True).context["messages"]] for _ in "12"
    ]
    assert messages[0][-1] == "已撤销，两条各计各的，重新等认定。"
    assert messages[1] == ["已经撤销了，两条各计各的，正等重新认定。"]


def test_both_managers_read_both_reports_side_by_side(client_of, pair, others):
    url = reverse("admin:services_outcomedouble_change", args=[pair.pk])
    for _organizer, manager in others:
        text = client_of(manager).get(url).content.decode()
        assert all(words in text for words in ("助学捐款", "助学捐赠款", "相隔 3 天", "对照"))


def test_an_officer_decides_on_the_page_of_the_queue(client_of, checked, pair, district):
    url = reverse("admin:staff_decide", args=["outcome-double", pair.public_id])
    answer = decide(client_of(district), url, {"choice": "count-first"})
    assert (answer.status_code, donations()) == (302, 3000)


def test_the_list_shows_what_counts(client_of, checked, pair, district):
    actions.link_double(pair, actor=district, counted=checked[0])
    url = reverse("admin:services_outcome_changelist")
    shown = {
        counting: client_of(district).get(url, {"counting": counting}).context["cl"].result_count
        for counting in ("counted", "merged", "suspected", "corrections")
    }
    assert shown == {"counted": 1, "merged": 1, "suspected": 0, "corrections": 0}


def test_a_pair_is_entered_on_the_staff_site(client_of, leader, others, district):
    (team, _leader), (organization, secretary) = others
    one, other = report(team, leader), report(organization, secretary, title="修路款", amount=88000)
    actions.check_outcome(other, actor=district)
    url = reverse("admin:services_outcomedouble_add")
    answer = client_of(leader).post(url, {"first": one.pk, "second": other.pk})
    assert (answer.status_code, OutcomeDouble.objects.get().noted_by) == (302, leader)


def test_what_a_manager_does_not_see_is_not_entered(client_of, leader, others):
    (team, _leader), (organization, secretary) = others
    one, other = report(team, leader), report(organization, secretary, title="修路款", amount=88000)
    url = reverse("admin:services_outcomedouble_add")
    answer = client_of(leader).post(url, {"first": one.pk, "second": other.pk})
    assert (answer.status_code, OutcomeDouble.objects.exists()) == (400, False)
