"""换届: two officers; posts and with them all rights end and begin at midnight of the day, by query."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from activities.models import Activity
from chengyang import clock, extensions
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.models import File
from chengyang.platform.jobs.models import Job
from chengyang.platform.notices.models import Notice
from members import actions as members
from organizations import actions, todos
from organizations.models import Candidate, Term, TermChange
from organizations.states import CHANGE_TRANSITIONS, ChangeState
from tests import personas
from tests.staff_pages import version_of

from .test_duties import code_of, may, on_duty

pytestmark = pytest.mark.django_db
TODAY, MIDNIGHT = dt.date(2026, 9, 16), dt.date(2026, 10, 1)
NOW = clock.at(TODAY, dt.time(9))
DAYS = {"number": 3, "starts": MIDNIGHT, "ends": dt.date(2029, 10, 1)}
MET = {"met_on": dt.date(2026, 9, 12), "place": "夏新连心驿站", "invited": 71, "present": 64}
PREPARE = {"secretary", "district", "district_2", "xiazhuang"}
BEFORE, AFTER = clock.at(MIDNIGHT) - dt.timedelta(seconds=1), clock.at(MIDNIGHT)


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = NOW


@pytest.fixture
def prepared(organization, secretary, successor, chair, vice):
    """A result with all that it needs: the chair again, another secretary, no vice-chair."""
    change = actions.begin_term_change(organization, DAYS, actor=secretary)
    for person, kind, votes in ((chair, "chair", 64), (successor, "secretary", 62)):
        row = actions.nominate(change, person=person, kind=kind, actor=secretary)
        row = actions.answer_nomination(row, agrees=True, actor=person.user)
        actions.record_result(row, {"votes": votes, "is_elected": True}, actor=secretary)
    return actions.edit_term_change(change, MET, actor=secretary)


@pytest.fixture
def submitted(prepared, secretary):
    return actions.submit_term_change(prepared, actor=secretary)


@pytest.fixture
def agreed(submitted, xiazhuang):
    return actions.agree_to_term_change(submitted, actor=xiazhuang)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def posts_on(organization, day):
    return sorted((post.kind, post.person.name) for post in organization.posts.on(day))


# ---- preparing -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", personas.NAMES)
def test_who_prepares_a_change_of_term(organization, name):
    user = personas.make(name)
    assert may(actions.begin_term_change, organization, DAYS, actor=user) == (name in PREPARE)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"starts": TODAY}, "dates"), ({"ends": MIDNIGHT}, "invalid"), ({"listed_until": TODAY}, None)],
)
def test_days_of_a_change(organization, secretary, change, code):
    data = {**DAYS, **change}
    if code:
        assert code_of(actions.begin_term_change, organization, data, actor=secretary) == code
    else:
        assert may(actions.begin_term_change, organization, data, actor=secretary)


def test_there_is_one_change_at_a_time(organization, prepared, xiazhuang):
    assert code_of(actions.begin_term_change, organization, DAYS, actor=xiazhuang) == "open"
    with pytest.raises(IntegrityError), transaction.atomic():
        organization.term_changes.create(**DAYS)


def test_the_nominated_person_is_notified_and_reads_it_among_their_data(prepared, successor):
    assert "换届提名" in Notice.objects.get(user=successor.user, kind="organizations/nominated").title
    assert Candidate.objects.visible_to(successor.user).count() == 1


def test_nominating_twice_is_one_nomination(prepared, successor, secretary):
    row = actions.nominate(prepared, person=successor, kind="secretary", actor=secretary)
    assert (row.has_agreed, prepared.candidates.count()) == (True, 2)


def test_nobody_is_elected_without_having_agreed(prepared, vice, secretary):
    row = actions.nominate(prepared, person=vice, kind="vice_chair", actor=secretary)
    assert code_of(actions.record_result, row, {"is_elected": True}, actor=secretary) == "consent"
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidate.objects.filter(pk=row.pk).update(is_elected=True)


def test_no_more_votes_than_people_were_present(prepared, vice, secretary):
    row = actions.nominate(prepared, person=vice, kind="vice_chair", actor=secretary)
    assert code_of(actions.record_result, row, {"votes": 65}, actor=secretary) == "votes"


def test_a_nomination_is_taken_back_with_its_history(prepared, successor, secretary):
    row = prepared.candidates.get(person=successor)
    actions.drop_candidate(row, actor=secretary)
    assert not Candidate.pgh_event_model.objects.filter(pgh_obj_id=row.pk).exists()


@pytest.mark.parametrize("change", [{"met_on": None}, {"place": ""}, {"present": None}, {"met_on": MIDNIGHT}])
def test_without_a_meeting_nothing_is_submitted(prepared, secretary, change):
    TermChange.objects.filter(pk=prepared.pk).update(**change)
    assert code_of(actions.submit_term_change, prepared, actor=secretary) == "meeting"


def test_without_anybody_elected_nothing_is_submitted(prepared, secretary):
    Candidate.objects.update(is_elected=False)
    assert code_of(actions.submit_term_change, prepared, actor=secretary) == "elected"


def test_there_is_one_secretary(prepared, vice, secretary):
    row = actions.nominate(prepared, person=vice, kind="secretary", actor=secretary)
    actions.elect(actions.answer_nomination(row, agrees=True, actor=vice.user), actor=secretary)
    assert code_of(actions.submit_term_change, prepared, actor=secretary) == "elected"


def test_what_is_submitted_is_not_edited(submitted, secretary, vice):
    assert code_of(actions.edit_term_change, submitted, {"present": 60}, actor=secretary) == "state"
    assert code_of(actions.nominate, submitted, person=vice, kind="director", actor=secretary) == "state"


def test_the_second_officer_has_until_the_day_before(submitted):
    assert submitted.due_on == dt.date(2026, 9, 22)  # 20 September is a working day


# ---- agreeing --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", personas.NAMES)
def test_who_agrees(submitted, name):
    user = personas.make(name)
    assert may(actions.agree_to_term_change, submitted, actor=user) == (name in PREPARE - {"secretary"})


def test_who_submitted_it_does_not_agree(prepared, xiazhuang, district):
    change = actions.submit_term_change(prepared, actor=xiazhuang)
    assert not may(actions.agree_to_term_change, change, actor=xiazhuang)
    assert may(actions.agree_to_term_change, change, actor=district)


def test_database_refuses_one_officer_for_both(submitted, secretary):
    with pytest.raises(IntegrityError), transaction.atomic():
        TermChange.objects.update(state="agreed", agreed_by=secretary, agreed_at=NOW)


def test_old_posts_end_and_new_ones_begin_on_one_day(organization, agreed):
    assert posts_on(organization, agreed.eve) == [
        ("chair", "杜春和"),
        ("secretary", "曾国藩"),
        ("vice_chair", "侯立冬"),
    ]
    assert posts_on(organization, MIDNIGHT) == [("chair", "杜春和"), ("secretary", "蓝一舟")]


def test_history_is_not_overwritten(organization, agreed, chair):
    rows = organization.posts.filter(person=chair).order_by("starts")
    assert [(row.starts, row.ends) for row in rows] == [(dt.date(2023, 10, 1), MIDNIGHT), (MIDNIGHT, None)]


def test_the_new_term_is_recorded_and_the_old_one_ends(organization, submitted, xiazhuang):
    old = Term.objects.create(
        organization=organization, number=2, starts=dt.date(2023, 10, 1), ends=dt.date(2026, 12, 1)
    )
    actions.agree_to_term_change(submitted, actor=xiazhuang)
    assert [(row.number, row.starts) for row in organization.terms.order_by("starts")] == [
        (2, old.starts),
        (3, MIDNIGHT),
    ]
    assert fresh(old).ends == MIDNIGHT


def test_who_goes_on_gets_one_notice_and_who_leaves_another(agreed, chair, vice):
    kinds = {notice.kind for notice in Notice.objects.filter(user=chair.user)}
    assert kinds == {"organizations/nominated", "accounts/appointed"}
    assert [notice.kind for notice in Notice.objects.filter(user=vice.user)] == ["accounts/post_ended"]


def test_on_the_day_nobody_agrees_any_more_and_the_old_board_goes_on(settings, organization, submitted, xiazhuang):
    settings.PORTAL_CLOCK = AFTER
    assert code_of(actions.agree_to_term_change, submitted, actor=xiazhuang) == "late"
    assert ("secretary", "曾国藩") in posts_on(organization, MIDNIGHT)


def test_it_is_sent_back_with_a_reason_and_submitted_again(submitted, xiazhuang, secretary):
    assert code_of(actions.return_term_change, submitted, reason="", actor=xiazhuang) == "reason"
    back = actions.return_term_change(submitted, reason="选票统计少一张", actor=xiazhuang)
    notified = Notice.objects.get(user=secretary, kind="organizations/term_change_returned")
    assert (back.state, "选票统计少一张" in notified.body) == ("preparing", True)
    assert actions.submit_term_change(back, actor=secretary).state == "submitted"


def test_sending_back_is_taken_back_while_nobody_has_worked_on_it(submitted, xiazhuang, secretary):
    back = actions.return_term_change(submitted, reason="选票统计少一张", actor=xiazhuang)
    assert actions.submit_again(back, actor=xiazhuang).state == "submitted"
    back = actions.return_term_change(submitted, reason="选票统计少一张", actor=xiazhuang)
    actions.edit_term_change(back, {"present": 63}, actor=secretary)
    assert code_of(actions.submit_again, back, actor=xiazhuang) == "state"


def test_somebody_who_left_is_not_elected(submitted, successor, xiazhuang):
    members.leave_registry(successor, actor=successor.user)
    assert code_of(actions.agree_to_term_change, submitted, actor=xiazhuang) == "left"


# ---- taking back -----------------------------------------------------------------------------------------------------
def test_until_midnight_it_is_withdrawn_and_everything_is_as_before(organization, submitted, xiazhuang, successor):
    before = list(organization.posts.order_by("pk").values())
    agreed = actions.agree_to_term_change(submitted, actor=xiazhuang)
    withdrawn = actions.withdraw_term_change(agreed, actor=xiazhuang)
    assert list(organization.posts.order_by("pk").values()) == before
    assert (withdrawn.state, withdrawn.agreed_by, organization.terms.count()) == ("submitted", None, 0)
    assert Notice.objects.filter(user=successor.user, kind="organizations/term_change_withdrawn").exists()


def test_after_midnight_it_is_not_withdrawn(settings, agreed, xiazhuang):
    settings.PORTAL_CLOCK = AFTER
    assert code_of(actions.withdraw_term_change, agreed, actor=xiazhuang) == "state"


@pytest.mark.parametrize("name", personas.NAMES)
def test_who_withdraws(agreed, name):
    user = personas.make(name)
    assert may(actions.withdraw_term_change, agreed, actor=user) == (name in PREPARE - {"secretary"})


def test_it_is_agreed_again_after_a_withdrawal(organization, agreed, xiazhuang):
    again = actions.agree_to_term_change(actions.withdraw_term_change(agreed, actor=xiazhuang), actor=xiazhuang)
    assert (again.state, posts_on(organization, MIDNIGHT)) == ("agreed", [("chair", "杜春和"), ("secretary", "蓝一舟")])


def test_a_preparation_is_dropped(organization, prepared, secretary):
    actions.drop_term_change(prepared, actor=secretary)
    assert may(actions.begin_term_change, organization, DAYS, actor=secretary)


# ---- by time ---------------------------------------------------------------------------------------------------------
def test_who_submitted_it_is_reminded_every_day_from_a_week_before(settings, submitted, secretary):
    assert actions.remind_of_term_changes() == 0
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 9, 24), dt.time(9))
    assert (actions.remind_of_term_changes(), actions.remind_of_term_changes()) == (1, 0)
    settings.PORTAL_CLOCK = clock.at(dt.date(2026, 10, 2), dt.time(9))
    assert actions.remind_of_term_changes() == 1
    assert Notice.objects.filter(user=secretary, kind="organizations/term_change_waiting").count() == 2


def test_a_term_that_ends_stands_among_the_coming_dates(organization, secretary, liuting):
    Term.objects.create(organization=organization, number=2, starts=dt.date(2023, 10, 1), ends=MIDNIGHT)
    last = TODAY + dt.timedelta(days=60)
    title = f"{organization} 第 2 届任期满，准备换届"
    assert title in [one.title for one in extensions.upcoming_dates(secretary, TODAY, last)]
    assert title not in [one.title for one in extensions.upcoming_dates(liuting, TODAY, last)]


# ---- what the pages show ---------------------------------------------------------------------------------------------
def test_the_pairs_before_and_after(submitted):
    found = [
        (pair.kind, pair.old and pair.old.person.name, pair.new and pair.new.person.name) for pair in submitted.pairs
    ]
    assert found == [
        ("chair", "杜春和", "杜春和"),
        ("vice_chair", "侯立冬", None),
        ("secretary", "曾国藩", "蓝一舟"),
    ]
    assert [str(pair.word) for pair in submitted.pairs] == ["连任", "空缺", "新任"]


def test_the_rights_on_both_sides_of_midnight(submitted):
    ending = [(person.name, posts, len(rights)) for person, posts, rights in submitted.ending]
    beginning = [(person.name, posts, len(rights)) for person, posts, rights in submitted.beginning]
    assert ending == [("侯立冬", "副会长", 1), ("曾国藩", "秘书长", 3)]
    assert beginning == [("蓝一舟", "秘书长", 3)]


def test_the_pairs_are_the_same_after_agreeing(submitted, xiazhuang):
    before = [(pair.kind, str(pair.word)) for pair in submitted.pairs]
    agreed = fresh(actions.agree_to_term_change(submitted, actor=xiazhuang))
    assert [(pair.kind, str(pair.word)) for pair in agreed.pairs] == before


def test_the_second_officer_decides_on_the_queue(client_of, organization, submitted, xiazhuang):
    browser = client_of(xiazhuang)
    url = reverse("admin:staff_decide", args=["term-change", submitted.public_id])
    page = browser.get(url).content.decode()
    assert all(text in page for text in ("谁下、谁上", "蓝一舟", "零点那一刻", "结果属实，到零点交接"))
    browser.post(url, {"choice": "agree", "version": version_of(browser, url)})
    assert fresh(submitted).state == "agreed"


def test_a_result_that_changed_meanwhile_is_not_agreed_to(client_of, submitted, successor, xiazhuang, secretary):
    browser = client_of(xiazhuang)
    url = reverse("admin:staff_decide", args=["term-change", submitted.public_id])
    version = version_of(browser, url)
    Candidate.objects.filter(person=successor).update(is_elected=False)
    assert browser.post(url, {"choice": "agree", "version": version}).status_code == 409
    assert fresh(submitted).state == "submitted"


def test_the_whole_change_is_prepared_on_the_staff_site(client_of, organization, secretary, successor):
    organization.memberships.create(
        person=successor, state="active", joined_on=TODAY
    )  # a secretary chooses among the members
    browser = client_of(secretary)
    data = {"organization": organization.pk, "number": 3, "starts": "2026-10-01", "ends": "2029-10-01"}
    browser.post("/manage/organizations/termchange/add/", data)
    change = TermChange.objects.get()
    url = f"/manage/organizations/termchange/{change.pk}/"
    browser.post(
        "/manage/organizations/candidate/add/", {"change": change.pk, "person": successor.pk, "kind": "secretary"}
    )
    row = Candidate.objects.get()
    actions.answer_nomination(row, agrees=True, actor=successor.user)
    browser.post(f"/manage/organizations/candidate/{row.pk}/do/elect/")
    met = {**DAYS, **MET, "met_on": "2026-09-12", "starts": "2026-10-01", "ends": "2029-10-01", "note": ""}
    browser.post(f"{url}change/?edit=1", met)
    browser.post(f"{url}do/submit/")
    assert fresh(change).state == "submitted"
    page = browser.get(f"{url}change/").content.decode()
    assert all(text in page for text in ("待第二人确认", "9月12日，64/71", "起"))


# ---- at midnight -----------------------------------------------------------------------------------------------------
@pytest.fixture
def addresses(organization, agreed, newcomer, assessed, secretary, successor):
    """Kind of access → the address that only the secretary of the organization (and staff) may open."""
    at = clock.at(dt.date(2026, 10, 20), dt.time(9))
    draft = Activity.objects.create(
        title="还没有定的年会", organization=organization, starts=at, ends=at + dt.timedelta(hours=2), state="draft"
    )
    shown = {"state": "published", "published_at": NOW, "audience": "organization"}
    meeting = Activity.objects.create(
        title="会员大会", organization=organization, starts=at, ends=at + dt.timedelta(hours=2), **shown
    )
    asked = actions.apply_for_membership(organization, person=newcomer.person, actor=newcomer)
    assessment = assessed(organization, state="submitted")
    file = File(
        owner=newcomer,
        name="章程.pdf",
        content_type="application/pdf",
        size=4,
        sha256="y" * 64,
        attached_to="organizations.Assessment",
        attached_id=assessment.public_id,
    )
    file.content.save("project/charter.pdf", ContentFile(b"%PDF"), save=False)
    file.save()
    return {
        "HTML": draft.get_absolute_url(),
        "API": reverse("api:activities-detail", args=[draft.public_id]),
        "staff site: the organization": reverse("admin:organizations_organization_change", args=[organization.pk]),
        "staff site: its members": reverse("admin:organizations_membership_changelist"),
        "staff site: its plan": reverse("admin:organizations_organization_duty", args=[organization.pk]),
        "a decision": reverse("admin:staff_decide", args=["membership", asked.public_id]),
        "files": reverse("files:file", args=[file.public_id]),
        "exports": reverse("admin:organizations_membership_export"),
        "feeds": reverse("activities:activity-ics", args=[meeting.public_id]),
    }


def status_of(browser, url):
    answer = browser.get(url)
    if answer.streaming:
        answer.getvalue()  # a file is open until it has been read
    return answer.status_code


KINDS = [
    *("HTML", "API", "staff site: the organization", "staff site: its members", "staff site: its plan"),
    *("a decision", "files", "exports", "feeds"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_at_midnight_the_old_secretary_can_no_more_and_the_new_one_can(
    settings, client_of, addresses, secretary, successor, kind
):
    """The same sessions, one second before midnight and at midnight, with nobody doing anything."""
    found = {}
    settings.PORTAL_CLOCK = BEFORE
    browsers = {"old": client_of(secretary), "new": client_of(successor.user)}
    for moment in (BEFORE, AFTER):
        settings.PORTAL_CLOCK = moment
        found[moment] = {name: status_of(browser, addresses[kind]) for name, browser in browsers.items()}
    assert found == {BEFORE: {"old": 200, "new": 404}, AFTER: {"old": 404, "new": 200}}


def test_every_kind_of_access_is_tried(addresses):
    assert sorted(addresses) == sorted(KINDS)


def test_the_result_of_a_job_is_gone_with_the_post(settings, client_of, agreed, secretary):
    ended = {"state": "done", "ended_at": NOW, "expires_at": AFTER + dt.timedelta(days=5)}
    job = Job.objects.create(kind="list-export", owner=secretary, title="导出：会员", **ended)
    settings.PORTAL_CLOCK = BEFORE
    browser, found = client_of(secretary), []
    for moment in (BEFORE, AFTER):
        settings.PORTAL_CLOCK = moment
        found.append(browser.get(reverse("admin:jobs_job_change", args=[job.pk])).status_code)
    assert found == [200, 404]


def test_a_decision_of_the_old_secretary_is_refused_at_midnight(
    settings, organization, agreed, newcomer, secretary, successor
):
    row = actions.apply_for_membership(organization, person=newcomer.person, actor=newcomer)
    settings.PORTAL_CLOCK = AFTER
    assert not may(actions.accept_membership, row, actor=secretary)
    assert may(actions.accept_membership, row, actor=successor.user)


def test_the_scope_of_both_at_both_moments(settings, organization, agreed, secretary, successor):
    found = []
    for moment in (BEFORE, AFTER):
        settings.PORTAL_CLOCK = moment
        found.append([bool(access_scope(user).managed("organization")) for user in (secretary, successor.user)])
    assert found == [[True, False], [False, True]]


def test_the_share_of_who_is_not_elected_is_vacant_from_midnight(
    settings, organization, submitted, vice, chair, xiazhuang
):
    term = Term.objects.create(organization=organization, number=2, starts=dt.date(2023, 10, 1), ends=MIDNIGHT)
    organization.duties.create(term=term, person=vice, starts=dt.date(2026, 9, 1), ends=MIDNIGHT)
    agreed = actions.agree_to_term_change(submitted, actor=xiazhuang)
    new = agreed.term
    organization.duties.create(term=new, person=vice, starts=MIDNIGHT, ends=dt.date(2026, 11, 1))
    organization.duties.create(term=new, person=chair, starts=dt.date(2026, 11, 1), ends=dt.date(2026, 12, 1))
    days = (agreed.eve, MIDNIGHT, dt.date(2026, 11, 1))
    assert [on_duty(organization, day) for day in days] == [["侯立冬"], [], ["杜春和"]]


# ---- states and visibility -------------------------------------------------------------------------------------------
ALLOWED = {
    *(("preparing", "submitted"), ("preparing", "dropped"), ("submitted", "preparing"), ("submitted", "agreed")),
    ("agreed", "submitted"),
}


@pytest.mark.parametrize("old", ChangeState.values)
@pytest.mark.parametrize("new", ChangeState.values)
def test_a_step_is_allowed_or_not(old, new):
    assert (new in CHANGE_TRANSITIONS[old]) == ((old, new) in ALLOWED)


SEEN = {
    **dict.fromkeys(["district", "xiazhuang", "secretary"], (1, 2)),
    **dict.fromkeys(["liuting", "base_manager", "leader", "member", "editor", "stranger", "sysadmin"], (0, 0)),
}


@pytest.mark.parametrize("name", SEEN)
def test_who_sees_a_change_and_its_candidates(prepared, name):
    user = personas.make(name)
    assert (TermChange.objects.visible_to(user).count(), Candidate.objects.visible_to(user).count()) == SEEN[name]


def test_each_step_is_an_entry_of_the_audit(agreed):
    verbs = Entry.objects.filter(verb__startswith="term_change").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["term_change.begun", "term_change.updated", "term_change.submitted", "term_change.agreed"]


@pytest.mark.parametrize("name", ["district", "xiazhuang", "secretary"])
@pytest.mark.parametrize("table", ["term", "termchange", "candidate", "duty", "handover"])
def test_every_list_opens(client_of, agreed, name, table):
    browser = client_of(personas.make(name))
    assert browser.get(f"/manage/organizations/{table}/").status_code == 200
    assert browser.get(f"/manage/organizations/{table}/export/").status_code == 200


def test_before_the_result_nobody_reads_that_posts_are_vacant(prepared, district):
    prepared.candidates.update(is_elected=False)
    change = TermChange.objects.get(pk=prepared.pk)
    results = [row.value for row in todos.change_rows(change, district) if str(row.label) == "结果"]
    assert results == ["—"]
