"""Nominations: the own answer, an answer on paper, all candidates in one table, the files of the meeting."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from chengyang.errors import ActionError, NotAllowed
from chengyang.extensions import todo_kind
from chengyang.platform.audit.models import Entry
from chengyang.platform.files.models import File
from chengyang.platform.notices.models import Notice
from organizations import actions
from organizations.models import Candidate
from tests import personas
from tests.activities.test_races import at_once
from tests.files.conftest import PDF

from .test_duties import code_of, may
from .test_term_changes import DAYS, MET, NOW, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = NOW


@pytest.fixture
def change(organization, secretary):
    return actions.edit_term_change(
        actions.begin_term_change(organization, DAYS, actor=secretary), MET, actor=secretary
    )


@pytest.fixture
def asked(change, successor, secretary):
    return actions.nominate(change, person=successor, kind="secretary", actor=secretary)


def scan(name="同意书.pdf"):
    return SimpleUploadedFile(name, PDF)


def kinds(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


# ---- the own answer -------------------------------------------------------------------------------------------------
def test_the_nominated_person_answers_on_the_own_page(asked, successor, secretary, client_of):
    browser = client_of(successor.user)
    assert "提名你担任秘书长" in browser.get(reverse("organizations:mine")).content.decode()
    url = reverse("organizations:nomination-answer", args=[asked.change.public_id, "secretary"])
    browser.post(url, {"answer": "agree"})
    row = fresh(asked)
    assert (row.has_agreed, row.has_declined, row.answered_by, row.answered_self) == (True, False, successor.user, True)
    assert kinds(secretary) == ["organizations/nomination_answered"]


def test_the_start_page_asks_until_it_is_answered(asked, successor, client_of):
    browser = client_of(successor.user)
    assert "提名你担任秘书长" in browser.get(reverse("me:home")).content.decode()
    actions.answer_nomination(asked, agrees=False, actor=successor.user)
    assert "提名你担任秘书长" not in browser.get(reverse("me:home")).content.decode()


@pytest.mark.parametrize("name", personas.NAMES)
def test_nobody_else_answers(asked, name):
    user = personas.make(name)
    assert not may(actions.answer_nomination, asked, agrees=True, actor=user)
    assert not fresh(asked).is_answered


def test_the_address_of_somebody_elses_nomination_is_404(asked, member, client_of):
    url = reverse("organizations:nomination-answer", args=[asked.change.public_id, "secretary"])
    assert client_of(member).post(url, {"answer": "agree"}).status_code == 404


def test_an_answer_is_changed_until_the_result_is_submitted(asked, successor, secretary):
    row = actions.answer_nomination(asked, agrees=True, actor=successor.user)
    actions.elect(row, actor=secretary)
    row = actions.answer_nomination(fresh(row), agrees=False, actor=successor.user)
    assert (row.has_agreed, row.has_declined, row.is_elected) == (False, True, False)
    row = actions.answer_nomination(row, agrees=True, actor=successor.user)
    actions.elect(row, actor=secretary)
    actions.submit_term_change(asked.change, actor=secretary)
    assert code_of(actions.answer_nomination, fresh(row), agrees=False, actor=successor.user) == "state"


def test_the_same_answer_twice_tells_once(asked, successor, secretary):
    for _ in range(2):
        actions.answer_nomination(fresh(asked), agrees=True, actor=successor.user)
    assert kinds(secretary) == ["organizations/nomination_answered"]


def test_both_answers_at_once_are_refused_by_the_database(asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidate.objects.update(has_agreed=True, has_declined=True)


def test_the_list_is_not_confirmed_while_somebody_has_not_answered(asked, change, successor, chair, secretary):
    other = actions.nominate(change, person=chair, kind="chair", actor=secretary)
    actions.elect(actions.answer_nomination(other, agrees=True, actor=chair.user), actor=secretary)
    with pytest.raises(ActionError) as refused:
        actions.submit_term_change(change, actor=secretary)
    assert (refused.value.code, successor.name in str(refused.value.message)) == ("answers", True)
    actions.answer_nomination(asked, agrees=False, actor=successor.user)  # to decline is an answer
    assert actions.submit_term_change(change, actor=secretary).state == "submitted"


# ---- an answer on paper ---------------------------------------------------------------------------------------------
def test_an_officer_records_an_answer_on_paper_with_its_file(asked, successor, secretary, district):
    row = actions.record_consent(asked, agrees=True, upload=scan(), actor=secretary)
    file = File.objects.get(public_id=row.paper)
    assert (row.has_agreed, row.answered_by, row.answered_self) == (True, secretary, False)
    assert row.answer_words == "同意（书面）"
    assert (file.attached_to, file.attached_id) == ("organizations.TermChange", row.change.public_id)
    assert kinds(successor.user)[-1] == "organizations/consent_recorded"
    assert File.objects.visible_to(district).filter(pk=file.pk).exists()


def test_without_a_file_nothing_is_recorded(asked, secretary):
    assert code_of(actions.record_consent, asked, agrees=True, upload=None, actor=secretary) == "paper"
    assert not fresh(asked).is_answered


def test_the_own_answer_stands_above_the_paper(asked, successor, secretary):
    row = actions.record_consent(asked, agrees=True, upload=scan(), actor=secretary)
    row = actions.answer_nomination(row, agrees=False, actor=successor.user)
    assert (row.has_agreed, row.answered_self) == (False, True)
    assert code_of(actions.record_consent, row, agrees=True, upload=scan(), actor=secretary) == "answered"


def test_another_paper_takes_the_place_of_the_former(asked, secretary):
    row = actions.record_consent(asked, agrees=True, upload=scan(), actor=secretary)
    row = actions.record_consent(row, agrees=False, upload=scan("不愿.pdf"), actor=secretary)
    assert list(File.objects.values_list("public_id", flat=True)) == [row.paper]


@pytest.mark.parametrize("name", ["liuting", "member", "base_manager", "sysadmin"])
def test_who_does_not_prepare_records_nothing(asked, name):
    with pytest.raises(NotAllowed):
        actions.record_consent(asked, agrees=True, upload=scan(), actor=personas.make(name))


def test_the_page_records_it(asked, secretary, client_of):
    url = reverse("admin:organizations_termchange_consent", args=[asked.change_id, asked.pk])
    browser = client_of(secretary)
    assert browser.post(url, {"agrees": "yes"}).status_code == 400
    assert browser.post(url, {"agrees": "yes", "file": scan()}).status_code == 302
    assert fresh(asked).has_agreed


# ---- all candidates in one table ------------------------------------------------------------------------------------
@pytest.fixture
def table(change):
    return reverse("admin:organizations_termchange_table", args=[change.pk])


def join(organization, *people):
    for person in people:
        person.memberships.create(organization=organization, state="active", joined_on=NOW.date())


def test_several_are_nominated_and_results_written_at_once(table, change, chair, vice, successor, secretary, client_of):
    join(change.organization, chair, vice, successor)
    browser = client_of(secretary)
    data = {"name_1": chair.name, "kind_1": "chair", "name_3": successor.name, "kind_3": "secretary"}
    assert browser.post(table, data).status_code == 302
    rows = {row.person: row for row in change.candidates.all()}
    assert set(rows) == {chair, successor}
    actions.answer_nomination(rows[chair], agrees=True, actor=chair.user)
    row = rows[chair]
    browser.post(
        table, {f"votes_{row.pk}": "64", f"elected_{row.pk}": "on", "name_1": vice.name, "kind_1": "vice_chair"}
    )
    row = fresh(row)
    assert (row.votes, row.is_elected, change.candidates.count()) == (64, True, 3)


def test_a_wrong_row_keeps_everything_and_writes_nothing(table, change, chair, secretary, client_of):
    join(change.organization, chair)
    data = {"name_1": chair.name, "kind_1": "chair", "name_2": "查无此人", "kind_2": "director", "name_4": chair.name}
    answer = client_of(secretary).post(table, data)
    text = answer.content.decode()
    assert (answer.status_code, change.candidates.count()) == (400, 0)
    assert all(word in text for word in ("会员里没有这个姓名", "请选职务", "查无此人"))


def test_people_of_one_name_are_not_guessed(table, change, chair, secretary, client_of):
    other = personas.person(chair.name, account=personas.user("same"), phone="+8615400008099")
    join(change.organization, chair, other)
    answer = client_of(secretary).post(table, {"name_1": chair.name, "kind_1": "chair"})
    assert (answer.status_code, "2 位同名" in answer.content.decode()) == (400, True)


def test_an_action_that_refuses_one_row_writes_none(table, change, asked, chair, successor, secretary, client_of):
    join(change.organization, chair)
    actions.answer_nomination(asked, agrees=True, actor=successor.user)
    answer = client_of(secretary).post(table, {"name_1": chair.name, "kind_1": "chair", f"votes_{asked.pk}": "65"})
    assert (answer.status_code, "赞成票不能多于实到人数" in answer.content.decode()) == (409, True)
    assert (change.candidates.count(), fresh(asked).votes) == (1, None)


def test_who_has_not_agreed_is_not_elected_by_a_forged_form(table, asked, secretary, client_of):
    client_of(secretary).post(table, {f"elected_{asked.pk}": "on"})
    assert not fresh(asked).is_elected


@pytest.mark.django_db(transaction=True)
def test_the_same_table_sent_twice_at_once_nominates_once(transactional_db):
    personas.reference()
    organization, secretary = personas.organization(), personas.make("secretary")
    person = personas.person("杜春和", account=personas.user("chair"), phone="+8615400008002")
    change = actions.begin_term_change(organization, DAYS, actor=secretary)
    rows = [("1", person, "chair")]
    found = at_once(
        [lambda: actions.record_candidates(change, nominations=rows, results=[], actor=secretary)] * 4, connections=4
    )
    assert (sorted(found), change.candidates.count()) == ([0, 0, 0, 1], 1)


# ---- files of the meeting -------------------------------------------------------------------------------------------
def test_files_of_the_meeting_stand_on_the_page_of_the_second_officer(
    asked, change, successor, secretary, client_of, xiazhuang
):
    file = actions.add_meeting_paper(change, kind="minutes", upload=scan("纪要.pdf"), actor=secretary)
    actions.elect(actions.answer_nomination(asked, agrees=True, actor=successor.user), actor=secretary)
    actions.submit_term_change(change, actor=secretary)
    text = client_of(xiazhuang).get(todo_kind("term-change").url(change)).content.decode()
    assert ("会议纪要" in text, file.get_absolute_url() in text) == (True, True)
    assert File.objects.visible_to(xiazhuang).filter(pk=file.pk).exists()


@pytest.mark.parametrize(("name", "status"), [("secretary", 200), ("district", 200), ("liuting", 404), ("member", 404)])
def test_who_opens_a_file_of_the_meeting(change, xiazhuang, client_of, name, status):
    file = actions.add_meeting_paper(change, kind="ballot", upload=scan(), actor=xiazhuang)
    answer = client_of(personas.make(name)).get(file.get_absolute_url())
    for close in answer._resource_closers:  # not close(): that would end the request, and the test's connection
        close()
    assert answer.status_code == status


def test_a_file_is_deleted_while_the_change_is_prepared_only(asked, change, successor, secretary):
    first, second = (
        actions.add_meeting_paper(change, kind=kind, upload=scan(), actor=secretary) for kind in ("minutes", "ballot")
    )
    actions.remove_meeting_paper(change, first.public_id, actor=secretary)
    assert (list(fresh(change).papers), File.objects.count()) == ([second.public_id], 1)
    actions.elect(actions.answer_nomination(asked, agrees=True, actor=successor.user), actor=secretary)
    actions.submit_term_change(fresh(change), actor=secretary)
    assert code_of(actions.remove_meeting_paper, fresh(change), second.public_id, actor=secretary) == "state"
    assert actions.add_meeting_paper(fresh(change), kind="other", upload=scan(), actor=secretary).pk


@pytest.mark.parametrize(("kind", "code"), [("nothing", "kind"), ("", "kind")])
def test_a_file_has_a_known_kind(change, secretary, kind, code):
    assert code_of(actions.add_meeting_paper, change, kind=kind, upload=scan(), actor=secretary) == code


def test_a_dropped_change_takes_no_file(change, secretary):
    actions.drop_term_change(change, actor=secretary)
    assert code_of(actions.add_meeting_paper, fresh(change), kind="minutes", upload=scan(), actor=secretary) == "state"


def test_the_page_adds_and_deletes(change, secretary, client_of):
    url, browser = reverse("admin:organizations_termchange_papers", args=[change.pk]), client_of(secretary)
    assert browser.post(url, {"kind": "minutes", "file": scan()}).status_code == 302
    (key,) = fresh(change).papers
    assert browser.post(url, {"kind": "minutes"}).status_code == 400
    browser.post(url, {"remove": key})
    assert fresh(change).papers == {}
    verbs = Entry.objects.filter(verb__startswith="term_change.paper").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["term_change.paper_added", "term_change.paper_removed"]
