"""转办: the link and the code of a department, how they end, due dates, more time (domain.md rule 10, requirements G19)."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.lib.chinese import workdays
from chengyang.platform.notices.models import Notice
from chengyang.platform.workdays import deadlines
from services.models import Department, Referral, ReferralLink
from services.proposals import actions, due, links

from .conftest import ANSWER, TEXTS, fresh

pytestmark = pytest.mark.django_db


def enter(browser, link):
    return browser.post(links.path_of(link), {"do": "enter", "code": links.code_of(link)})


def send(browser, link, **data):
    return browser.post(links.path_of(link), data)


# ---- the link -------------------------------------------------------------------------------------------------------
def test_the_contact_gets_the_link_and_not_the_code(link, unit):
    notice = Notice.objects.get(kind="services/proposal_link")
    text = notice.body
    assert notice.address == unit.phone
    assert links.address_of(link) in text
    assert links.code_of(link) not in text


def test_the_office_reads_link_and_code_on_the_page(client_of, link, district, member):
    url = link.referral.proposal.get_absolute_url()
    office, author = (client_of(user).get(url).content.decode() for user in (district, member))
    for secret in (links.address_of(link), links.code_of(link)):
        assert secret in office
        assert secret not in author


def test_no_table_contains_the_code(link):
    code = links.code_of(link)
    assert len(code) == 8
    assert not [value for value in ReferralLink.objects.values().get().values() if code in str(value)]


def test_without_the_code_nothing_is_shown(client, link):
    page = client.get(links.path_of(link)).content.decode()
    assert TEXTS["title"] not in page
    assert TEXTS["wish"] not in page


def test_a_wrong_code_opens_nothing_and_ten_of_them_lock(client, link):
    path = links.path_of(link)
    for _try in range(10):
        assert "校验码不对" in client.post(path, {"do": "enter", "code": "00000000"}).content.decode()
    assert "错得太多" in enter(client, link).content.decode()
    assert TEXTS["wish"] not in client.get(path).content.decode()


def test_a_forged_signature_is_not_found(client, link):
    path = links.path_of(link)
    forged = path[:-3] + ("aa/" if not path.endswith("aa/") else "bb/")
    assert client.get(forged).status_code == 404


def test_another_browser_needs_the_code_too(client, client_of, link, member):
    enter(client, link)
    assert TEXTS["wish"] in client.get(links.path_of(link)).content.decode()
    assert TEXTS["wish"] not in client_of(member).get(links.path_of(link)).content.decode()


def test_the_first_opening_is_a_step(client, link):
    enter(client, link)
    enter(client, link)
    steps = link.referral.proposal.steps.filter(text="打开看了")
    assert [step.unit for step in steps] == ["区交通运输部门"]


def test_the_entry_ends_after_four_hours(client, link, settings):
    enter(client, link)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(hours=5)
    assert TEXTS["wish"] not in client.get(links.path_of(link)).content.decode()


@pytest.mark.parametrize("how", ["date", "revoked", "renewed", "answered", "recalled", "handed back"])
def test_the_link_ends(client, link, district, settings, how):
    enter(client, link)
    referral = link.referral
    if how == "date":
        settings.PORTAL_CLOCK = link.ends_at
    elif how == "revoked":
        actions.revoke_link(referral, actor=district)
    elif how == "renewed":
        actions.renew_link(referral, actor=district)
    elif how == "answered":
        actions.answer_by_link(link, answer=ANSWER, result="adopted")
    elif how == "recalled":
        actions.recall_referral(referral, actor=district, reason="转错了")
    else:
        actions.hand_back(link, reason="归市里")
    answer = client.get(links.path_of(link))
    assert (answer.status_code, TEXTS["title"] in answer.content.decode()) == (410, False)
    assert send(client, link, do="answer", answer="再答一次", result="adopted").status_code == 410


def test_a_renewed_link_has_another_code(client, link, district):
    renewed = actions.renew_link(link.referral, actor=district)
    assert links.code_of(renewed) != links.code_of(link)
    assert enter(client, renewed).status_code == 302
    assert link.referral.links.filter(ended_at__isnull=True).get() == renewed


def test_no_link_opens_after_a_revocation(link, district):
    actions.revoke_link(link.referral, actor=district)
    with pytest.raises(ActionError) as refused:
        actions.revoke_link(link.referral, actor=district)
    assert refused.value.code == "state"


def test_a_department_reads_only_the_name_that_is_to_be_shown(client, link, member):
    enter(client, link)
    path = links.path_of(link)
    assert "林知夏" not in client.get(path).content.decode()
    actions.decide_openness(link.referral.proposal, actor=member, openness="named")
    assert "林知夏" in client.get(path).content.decode()


# ---- coming back ----------------------------------------------------------------------------------------------------
def test_what_is_handed_back_waits_for_the_office_again(client, link, district):
    enter(client, link)
    assert send(client, link, do="back", reason="归水务部门").status_code == 200
    proposal = fresh(link.referral.proposal)
    assert (proposal.state, proposal.due_on) == ("reviewed", deadlines.due_on(clock.today(), 7))
    assert Notice.objects.filter(user=district, kind="services/proposal_handed_back").exists()


def test_handing_back_needs_a_reason_and_keeps_what_was_typed(client, link):
    enter(client, link)
    answer = send(client, link, do="back", reason="")
    assert (answer.status_code >= 400 or "理由" in answer.content.decode(), fresh(link.referral).state) == (
        True,
        "open",
    )


def test_a_recalled_one_goes_to_another_department(forwarded, district):
    actions.recall_referral(forwarded, actor=district, reason="转错了")
    other = Department.objects.create(name="区园林部门")
    again = actions.forward_proposal(fresh(forwarded.proposal), actor=district, department=other)
    assert [row.state for row in forwarded.proposal.referrals.order_by("pk")] == ["recalled", "open"]
    assert again.links.filter(ended_at__isnull=True).count() == 1


def test_it_is_at_one_department_at_a_time(forwarded, district, unit):
    with pytest.raises(NotAllowed):
        actions.forward_proposal(fresh(forwarded.proposal), actor=district, department=unit)


def test_nothing_is_forwarded_to_a_department_that_has_ended(accepted, district, unit):
    actions.end_department(unit, actor=district)
    with pytest.raises(ActionError) as refused:
        actions.forward_proposal(accepted, actor=district, department=fresh(unit))
    assert refused.value.code == "department"


def test_a_department_with_an_open_one_does_not_end(forwarded, district, unit):
    with pytest.raises(ActionError) as refused:
        actions.end_department(unit, actor=district)
    assert (refused.value.code, fresh(unit).phone) == ("open", unit.phone)


def test_the_contact_is_deleted_with_the_end(unit, district):
    actions.end_department(unit, actor=district)
    row = fresh(unit)
    assert (row.contact_name, row.phone, row.ended_on) == ("", "", clock.today())
    assert "岑以宁" not in str([*row.history.values()])


# ---- due dates ------------------------------------------------------------------------------------------------------
def test_a_department_has_fifteen_working_days(forwarded):
    assert forwarded.due_on == deadlines.due_on(clock.today(), 15)
    assert fresh(forwarded.proposal).due_on == forwarded.due_on


def counted(start, number):
    """Count `number` working days after `start` one by one: the oracle."""
    days = {day.date: day.is_workday for day in workdays.seed_exceptions(range(start.year, start.year + 2))}
    day = start
    while number:
        day += dt.timedelta(days=1)
        number -= days.get(day, day.weekday() < 5)
    return day


@pytest.mark.parametrize("start", ["2026-02-09", "2026-04-16", "2026-09-22", "2026-12-18"])
@pytest.mark.parametrize("extra", [0, 5])
def test_due_dates_across_holidays_are_those_of_the_day_by_day_count(start, extra, settings, member, district, unit):
    day = dt.date.fromisoformat(start)
    settings.PORTAL_CLOCK = clock.at(day, dt.time(10))
    row = actions.submit_proposal(actions.draft_proposal(actor=member, **TEXTS), actor=member)
    row = actions.accept_proposal(row, actor=district)
    referral = actions.forward_proposal(row, actor=district, department=unit)
    referral.extra_days = extra
    assert due.due_of(referral) == counted(day, 15 + extra)
    assert row.due_on == counted(day, 7)


def test_the_answer_of_8_may_took_13_of_15_days(settings, member, district, unit):
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 4, 16), dt.time(10))
    row = actions.submit_proposal(actions.draft_proposal(actor=member, **TEXTS), actor=member)
    row = actions.accept_proposal(row, actor=district)
    referral = actions.forward_proposal(row, actor=district, department=unit)
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 5, 8), dt.time(10))
    done = actions.answer_by_link(referral.links.get(), answer=ANSWER, result="adopted")
    assert (due.used_days(done), due.was_in_time(done)) == (len(between(4, 16, 5, 8)), True)


def between(*days):
    """Return the working days after the first and up to the second of two days of 2026 (month, day, month, day)."""
    first, last = dt.date(2026, *days[:2]), dt.date(2026, *days[2:])
    table = {day.date: day.is_workday for day in workdays.seed_exceptions([2026])}
    every = [first + dt.timedelta(days=n) for n in range(1, (last - first).days + 1)]
    return [day for day in every if table.get(day, day.weekday() < 5)]


def test_more_time_is_granted_once_by_a_second_officer(forwarded, district, district_2):
    with pytest.raises(NotAllowed):
        actions.extend_referral(forwarded, actor=district, days=5, reason="要问")
    row = actions.extend_referral(forwarded, actor=district_2, days=5, reason="几个单位一起商量")
    assert row.due_on == deadlines.due_on(clock.today(), 20)
    assert fresh(row.proposal).due_on == row.due_on
    assert "几个单位一起商量" in row.proposal.steps.last().text
    with pytest.raises(NotAllowed):
        actions.extend_referral(row, actor=district_2, days=1, reason="还要")


@pytest.mark.parametrize("days", [0, 16])
def test_more_time_has_limits(forwarded, district_2, days):
    with pytest.raises(ActionError) as refused:
        actions.extend_referral(forwarded, actor=district_2, days=days, reason="要问")
    assert (refused.value.code, fresh(forwarded).due_on) == ("days", forwarded.due_on)


def test_no_answer_is_due_more_than_ninety_days_after_the_submission(forwarded, district_2):
    proposal = forwarded.proposal
    proposal.last_submitted_at = clock.now() - dt.timedelta(days=75)
    proposal.save(update_fields=["last_submitted_at"])
    with pytest.raises(ActionError) as refused:
        actions.extend_referral(forwarded, actor=district_2, days=15, reason="要问")
    assert refused.value.code == "late"
    assert due.due_of(Referral.objects.get()) <= due.latest_of(fresh(proposal))


def test_the_link_lasts_longer_than_the_days_granted_in_addition(link, district_2):
    row = actions.extend_referral(link.referral, actor=district_2, days=15, reason="几个单位一起商量")
    assert fresh(link).ends_at >= clock.at(row.due_on + dt.timedelta(days=14))


# ---- what was typed -------------------------------------------------------------------------------------------------
OURS = {"HTTP_SEC_FETCH_SITE": "same-origin"}


def test_what_is_sent_with_a_link_that_has_ended_is_given_back(client, link, district):
    enter(client, link)
    actions.revoke_link(link.referral, actor=district)
    data = {"do": "answer", "answer": "写了一半的答复", "result": "adopted"}
    answer = client.post(links.path_of(link), data, **OURS)
    assert (answer.status_code, "写了一半的答复" in answer.content.decode()) == (410, True)


def test_an_answer_that_was_sent_twice_has_arrived(client, link):
    enter(client, link)
    data = {"do": "answer", "answer": ANSWER, "result": "adopted"}
    for _time in range(2):
        answer = client.post(links.path_of(link), data, **OURS)
    page = answer.content.decode()
    assert "已送到" in page
    assert "没有送到" not in page


def test_what_is_sent_after_the_hours_of_the_code_waits_until_it_is_typed_again(client, link, settings):
    enter(client, link)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(hours=5)
    data = {"do": "answer", "answer": "写了五个小时的答复", "result": "adopted"}
    path = links.path_of(link)
    assert client.post(path, data, **OURS).status_code == 302
    assert "写了五个小时的答复" not in client.get(path).content.decode()
    enter(client, link)
    assert "写了五个小时的答复" in client.get(path).content.decode()
    assert fresh(link.referral).state == "open"


def test_who_hands_back_does_not_read_that_the_author_was_notified(client, link):
    enter(client, link)
    page = send(client, link, do="back", reason="归水务部门").content.decode()
    assert "另转能办的单位" in page
    assert "作者和办公室都收到了通知" not in page


def test_handing_back_twice_says_that_it_is_done(client, link):
    enter(client, link)
    data = {"do": "back", "reason": "归水务部门，我们不管"}
    for _time in range(2):
        answer = client.post(links.path_of(link), data, **OURS)
    page = answer.content.decode()
    assert (answer.status_code, "已经退回办公室" in page, "没有送到" in page) == (410, True, False)


def test_two_taps_at_the_same_moment_say_so_too(client, link, monkeypatch):
    """The second one finds the link open, and waits for the first one."""
    enter(client, link)
    data = {"do": "back", "reason": "归水务部门，我们不管"}
    hand_back = actions.hand_back

    def after_the_other(row, **options):
        hand_back(row, **options)
        return hand_back(row, **options)

    monkeypatch.setattr(actions, "hand_back", after_the_other)
    page = client.post(links.path_of(link), data, **OURS).content.decode()
    assert ("已经退回办公室" in page, "没有送到" in page) == (True, False)


def test_promises_that_were_sent_twice_have_arrived(client, link):
    enter(client, link)
    day = (clock.today() + dt.timedelta(days=20)).isoformat()
    data = {"do": "answer", "answer": ANSWER, "result": "adopted", "what_1": "先试一个月", "due_1": day}
    for _time in range(2):
        page = client.post(links.path_of(link), data, **OURS).content.decode()
    assert "没有送到" not in page


def test_the_last_report_ends_the_link_and_says_so(client, answered, member, district):
    actions.rate_answer(answered, actor=member, rating=3)
    link = actions.renew_link(answered.referrals.get(), actor=district)
    row = link.referral.promises.get()
    enter(client, link)
    data = {f"{row.public_id}-choice": "keep", f"{row.public_id}-words": "10月8日 起"}
    answer = send(client, link, do="report", promise=row.public_id, **data)
    assert (answer.status_code, "链接到此停用" in answer.content.decode()) == (200, True)
    assert "没有送到" not in client.post(links.path_of(link), {"do": "report", **data}, **OURS).content.decode()
