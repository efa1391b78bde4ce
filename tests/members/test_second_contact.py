"""The second contact keeps what was typed: withdrawn, taken back, declined, returned, left and back again."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy import actions as privacy
from members import actions
from members.models import Application, Person
from members.states import ApplicationState
from members.timeline import timeline_of

from . import factories

pytestmark = pytest.mark.django_db
ABOUT, SAVE, RETURN = "/join/about/", "/join/save/", "/join/return/"
CONSENT = "/me/data/consents/registration/"


def refusal(call, *args, **options):
    with pytest.raises(ActionError) as caught:
        call(*args, **options)
    return caught.value.code


def text(answer):
    return answer.content.decode()


# ---- withdrawn, declined ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["withdrawn", "declined"])
def test_a_new_application_is_filled_in(applicant, state):
    factories.in_state(applicant, state, decided_at=clock.now())
    assert actions.begin_application(applicant).registration_details() == factories.details()


def test_the_page_shows_what_was_typed(applicant, client_of):
    actions.withdraw_application(factories.in_state(applicant, "submitted"), actor=applicant)
    actions.begin_application(applicant)
    assert f'value="{factories.TYPED["unit"]}"' in text(client_of(applicant).get(ABOUT))


def test_a_first_application_is_empty(applicant):
    assert actions.begin_application(applicant).name == ""


# ---- taken back ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["submitted", "first_reviewed"])
def test_a_submitted_application_is_corrected_in_place(applicant, xiazhuang, district, client_of, state):
    row = factories.in_state(applicant, state, first=xiazhuang if state == "first_reviewed" else None)
    browser = client_of(applicant)
    browser.post(f"{row.get_absolute_url()}correct/")
    row.refresh_from_db()
    assert (row.state, row.first_reviewer, row.registration_details()) == ("draft", None, factories.details())
    assert not Application.objects.visible_to(district).exists()


@pytest.mark.parametrize("state", sorted(set(ApplicationState.values) - {"submitted", "first_reviewed"}))
def test_other_states_are_not_taken_back(applicant, district, district_2, state):
    changes = {"first": district, "second": district_2} if state == "approved" else {}
    row = factories.in_state(applicant, state, **changes)
    assert refusal(actions.take_back_application, row, actor=applicant) == "state"


def test_others_do_not_take_it_back(applicant, xiazhuang, client_of):
    row = factories.in_state(applicant, "submitted")
    with pytest.raises(NotAllowed):
        actions.take_back_application(row, actor=xiazhuang)
    assert client_of(xiazhuang).post(f"{row.get_absolute_url()}correct/").status_code == 404


def test_the_timeline_shows_that_it_was_taken_back(application):
    row = actions.submit_application(application, actor=application.user)
    actions.take_back_application(row, actor=row.user)
    assert [str(step.title) for step in timeline_of(Application.objects.get())][:2] == ["收回修改", "提交"]


# ---- two devices -----------------------------------------------------------------------------------------------------
def typed(**changes):
    return {**factories.TYPED, **changes}


def test_a_stale_autosave_does_not_overwrite_the_other_device(application, client_of):
    phone, computer = client_of(application.user), client_of(application.user)
    version = application.version
    assert phone.post(SAVE, typed(job="剪辑师", version=version)).status_code == 200
    answer = computer.post(SAVE, typed(job="", version=version), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["url"]) == (409, ABOUT)
    assert "做什么工作" in answer.json()["detail"]
    application.refresh_from_db()
    assert application.job == "剪辑师"


def test_a_stale_form_keeps_what_was_typed_and_is_sent_again(application, client_of):
    browser = client_of(application.user)
    version = application.version
    browser.post(SAVE, typed(job="剪辑师", version=version))
    answer = browser.post(ABOUT, typed(job="导演", version=version), follow=True)
    assert (answer.redirect_chain, 'value="导演"' in text(answer)) == ([(ABOUT, 302)], True)
    application.refresh_from_db()
    assert application.job == "剪辑师"
    assert application.version in text(answer)
    assert browser.post(ABOUT, typed(job="导演", version=application.version)).status_code == 302
    application.refresh_from_db()
    assert application.job == "导演"


def test_a_stale_form_without_a_difference_is_saved(application, client_of):
    browser = client_of(application.user)
    version = application.version
    browser.post(SAVE, typed(job="剪辑师", version=version))
    assert browser.post(ABOUT, typed(job="剪辑师", version=version)).status_code == 302


def test_each_save_returns_the_version_for_the_next(application, client_of):
    browser = client_of(application.user)
    saved = browser.post(SAVE, typed(job="剪辑师", version=application.version)).json()
    assert browser.post(SAVE, typed(job="导演", version=saved["version"])).status_code == 200


def test_a_stale_tab_is_sent_to_the_status_page(applicant, client_of):
    row = factories.in_state(applicant, "submitted")
    answer = client_of(applicant).post(SAVE, typed(), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["url"]) == (409, row.get_absolute_url())
    assert "正在审核" in answer.json()["detail"]


# ---- left and back again ---------------------------------------------------------------------------------------------
@pytest.fixture
def left(rules, member):
    factories.consent(member)
    return actions.leave_registry(member.person, actor=member)


def test_coming_back_is_one_button_without_a_review(left, member, client_of):
    browser = client_of(member)
    assert f'href="{RETURN}"' in text(browser.get("/me/"))
    assert member.person.unit in text(browser.get(RETURN))
    browser.post(RETURN)
    person = Person.objects.get(user=member)
    assert (person.state, person.left_on, person.pk) == ("active", None, left.pk)
    assert privacy.holds(member, "registration")


def test_joining_again_leads_to_coming_back(left, member, client_of):
    assert client_of(member).get("/join/")["Location"] == RETURN


def test_coming_back_ends_an_application_that_was_begun(left, member):
    factories.consent(member)
    row = actions.begin_application(member)
    actions.return_to_registry(left, actor=member)
    row.refresh_from_db()
    assert row.state == "withdrawn"


@pytest.mark.parametrize(("days", "late"), [(29, False), (30, True)])
def test_one_comes_back_within_30_days(left, member, client_of, days, late):
    Person.objects.update(left_on=clock.today() - dt.timedelta(days=days))
    left.refresh_from_db()
    if late:
        assert refusal(actions.return_to_registry, left, actor=member) == "late"
        assert client_of(member).get(RETURN)["Location"] == "/join/"
    else:
        assert actions.return_to_registry(left, actor=member).state == "active"


def test_nobody_brings_somebody_else_back(left, district):
    with pytest.raises(NotAllowed):
        actions.return_to_registry(left, actor=district)


def test_who_did_not_leave_does_not_come_back(rules, member, client_of):
    assert client_of(member).post(RETURN)["Location"] == "/me/"
    assert refusal(actions.return_to_registry, member.person, actor=member) == "state"


def test_a_person_who_came_back_is_not_erased(left, member):
    Person.objects.update(left_on=clock.today() - dt.timedelta(days=29))
    left.refresh_from_db()
    actions.return_to_registry(left, actor=member)
    assert not actions.erase_person(left)


# ---- a withdrawn consent that ends something asks ---------------------------------------------------------------------
def test_withdrawing_the_consent_of_an_applicant_asks_and_names_the_application(applicant, client_of):
    row = factories.in_state(applicant, "submitted")
    browser = client_of(applicant)
    question = browser.post(CONSENT, {"do": "withdraw"})["Location"]
    row.refresh_from_db()
    assert (row.state, question) == ("submitted", f"{CONSENT}withdraw/")
    page = text(browser.get(question))
    assert row.name in page
    assert "待初审" in page
    browser.post(question)
    row.refresh_from_db()
    assert (row.state, privacy.holds(applicant, "registration")) == ("withdrawn", False)


def test_without_an_application_it_is_withdrawn_at_once(applicant, client_of):
    client_of(applicant).post(CONSENT, {"do": "withdraw"})
    assert not privacy.holds(applicant, "registration")
    assert client_of(applicant).get(f"{CONSENT}withdraw/").status_code == 404


# ---- a returned application ends ---------------------------------------------------------------------------------------
def returned(applicant, days):
    at = clock.now() - dt.timedelta(days=days)
    return factories.in_state(applicant, "returned", acted_at=at, reason="单位请写全称。")


@pytest.mark.parametrize(("days", "kinds"), [(49, []), (51, ["members/returned_reminder"])])
def test_the_applicant_is_reminded_once(applicant, days, kinds):
    row = returned(applicant, days)
    for _run in range(2):
        actions.run_periodic()
    row.refresh_from_db()
    assert row.state == "returned"
    assert list(Notice.objects.filter(user=applicant).values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize(("days", "state"), [(59, "returned"), (61, "withdrawn")])
def test_it_ends_after_60_days(applicant, days, state):
    row = returned(applicant, days)
    actions.run_periodic()
    row.refresh_from_db()
    assert row.state == state


def test_after_another_30_days_it_is_deleted(applicant):
    returned(applicant, 61)
    actions.run_periodic()
    Application.objects.update(decided_at=clock.now() - dt.timedelta(days=31))
    actions.run_periodic()
    assert not Application.objects.exists()


def test_the_page_says_until_when(applicant, client_of):
    row = returned(applicant, 0)
    assert "以前没有再交，自动撤回" in text(client_of(applicant).get(row.get_absolute_url()))
