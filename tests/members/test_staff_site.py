"""The registry on the staff site: to-do lists, decisions, lists, search, full phone numbers (requirements P26, S10)."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.platform.accounts.models import Role
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from members.models import Application, Person, Representative
from tests import personas
from tests.staff_pages import decide

from . import factories

pytestmark = pytest.mark.django_db
FIRST, SECOND = "application-first", "application-second"
PEOPLE = "/manage/members/person/"


def text(answer):
    return answer.content.decode()


def waits(code, user):
    return list(extensions.todo_kind(code).waiting(user))


def url(code, row):
    return extensions.todo_kind(code).url(row)


@pytest.fixture
def submitted(applicant):
    return factories.in_state(applicant, "submitted")


@pytest.fixture
def reviewed(applicant, xiazhuang):
    return factories.in_state(applicant, "first_reviewed", first=xiazhuang)


# ---- to-do lists -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [*personas.NAMES, "visitor"])
def test_first_review_waits_for_the_subdistrict(submitted, name):
    user = personas.visitor() if name == "visitor" else personas.make(name)
    assert bool(waits(FIRST, user)) == (name == "xiazhuang")


@pytest.mark.parametrize("name", [*personas.NAMES, "visitor"])
def test_second_review_waits_for_the_district(reviewed, name):
    user = personas.visitor() if name == "visitor" else personas.make(name)
    assert bool(waits(SECOND, user)) == (name in ("district", "district_2"))


@pytest.mark.parametrize(("days", "waiting"), [(0, False), (1, True)])
def test_overdue_first_review_waits_for_the_district(submitted, district, days, waiting):
    Application.objects.update(due_on=clock.today() - dt.timedelta(days=days))
    assert bool(waits(FIRST, district)) is waiting


def test_the_second_review_does_not_wait_for_the_first_reviewer(applicant, district, district_2):
    row = factories.in_state(applicant, "first_reviewed", first=district)
    assert (waits(SECOND, district), waits(SECOND, district_2)) == ([], [row])


def test_own_application_waits_for_others(rules, xiazhuang):
    factories.in_state(xiazhuang, "submitted")
    assert waits(FIRST, xiazhuang) == []


def test_nominations_wait_for_two_different_officers(member, xiazhuang, district, district_2):
    row = Representative.objects.create(person=member.person, starts=personas.STARTED, ends=dt.date(2099, 1, 1))
    assert waits("representative-first", xiazhuang) == [row]
    Representative.objects.update(state="first_reviewed", first_reviewer=district)
    assert (waits("representative-second", district), waits("representative-second", district_2)) == ([], [row])


# ---- decisions -------------------------------------------------------------------------------------------------------
def test_decision_page_has_detail_rows_history_and_options(submitted, xiazhuang, client_of):
    page = text(client_of(xiazhuang).get(url(FIRST, submitted)))
    for words in ("青岛澄海文化传媒有限公司", "开始填写", "初审通过", "退回修改", "不予通过", "单位写全称"):
        assert words in page


def test_decision_page_masks_the_number(submitted, xiazhuang, client_of):
    page = text(client_of(xiazhuang).get(url(FIRST, submitted)))
    assert "154****7000" in page
    assert "15400007000" not in page


def test_opening_the_decision_page_is_recorded(submitted, xiazhuang, client_of):
    client_of(xiazhuang).get(url(FIRST, submitted))
    assert Entry.objects.get(verb="application.read").user == submitted.user.public_id


@pytest.mark.parametrize("name", ["liuting", "secretary", "editor", "sysadmin"])
def test_decision_page_is_404_for_other_officers(submitted, client_of, name):
    assert client_of(personas.make(name)).get(url(FIRST, submitted)).status_code == 404


@pytest.mark.parametrize("code", [FIRST, SECOND])
def test_the_applicant_decides_nothing_on_their_own(rules, district, client_of, code):
    row = factories.in_state(district, "submitted")
    browser = client_of(district)
    assert "不等你决定" in text(browser.get(url(code, row)))
    assert decide(browser, url(code, row), {"choice": "review_first"}).status_code == 403


def test_the_first_reviewer_decides_nothing_in_the_second(applicant, district, client_of):
    row = factories.in_state(applicant, "first_reviewed", first=district)
    assert decide(client_of(district), url(SECOND, row), {"choice": "approve"}).status_code == 403
    assert not Person.objects.exists()


def test_two_officers_decide_one_after_the_other(submitted, xiazhuang, district, client_of):
    decide(client_of(xiazhuang), url(FIRST, submitted), {"choice": "review_first", "reason": "属实"})
    decide(client_of(district), url(SECOND, submitted), {"choice": "approve"})
    assert Person.objects.get(user=submitted.user).state == "active"


@pytest.mark.parametrize("choice", ["return", "decline"])
def test_turning_down_without_reason_shows_error_at_the_field(submitted, xiazhuang, client_of, choice):
    answer = decide(client_of(xiazhuang), url(FIRST, submitted), {"choice": choice, "reason": " "})
    assert "请写理由" in text(answer)
    assert Application.objects.get().state == "submitted"


def test_the_reason_reaches_the_applicant(submitted, xiazhuang, client_of):
    decide(client_of(xiazhuang), url(FIRST, submitted), {"choice": "return", "reason": "请补作品链接。"})
    assert "请补作品链接。" in Notice.objects.get(user=submitted.user).body


def test_duplicates_are_shown_within_the_access_scope(submitted, xiazhuang, client_of):
    personas.person("周予安", unit="青岛别家公司")
    personas.person("周予安", unit="流亭那家公司", subdistrict=factories.area("流亭街道"))
    page = text(client_of(xiazhuang).get(url(FIRST, submitted)))
    assert "青岛别家公司" in page
    assert "流亭那家公司" not in page


def test_duplicate_with_same_number_is_marked(submitted, xiazhuang, client_of):
    personas.person("别的名字", phone=factories.PHONE)
    assert "同号" in text(client_of(xiazhuang).get(url(FIRST, submitted)))


def test_representative_is_named_on_the_staff_site(member, xiazhuang, district, client_of, rules):
    factories.assessed(member.person, factories.four_haves())
    row = Representative.objects.create(person=member.person, starts=personas.STARTED, ends=dt.date(2099, 1, 1))
    decide(client_of(xiazhuang), url("representative-first", row), {"choice": "first_review"})
    decide(client_of(district), url("representative-second", row), {"choice": "name"})
    row.refresh_from_db()
    assert (row.state, row.first_reviewer, row.second_reviewer) == ("named", xiazhuang, district)


def test_coming_end_of_a_term_is_an_upcoming_date(member, xiazhuang, liuting):
    today = clock.today()
    assessment = factories.assessed(member.person, factories.four_haves())
    end = today + dt.timedelta(days=10)
    Representative.objects.create(
        person=member.person, state="named", assessment=assessment, starts=personas.STARTED, ends=end
    )
    titles = [day.title for day in extensions.upcoming_dates(xiazhuang, today, end) if "代表人士" in day.title]
    assert titles == ["林知夏 代表人士任期结束"]
    assert not [day for day in extensions.upcoming_dates(liuting, today, end) if "代表人士" in day.title]


# ---- lists -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def people(rules):
    return {
        "here": personas.person("曾国藩", phone=factories.PHONE),
        "there": personas.person("单雄信", subdistrict=factories.area("流亭街道")),
        "waiting": personas.person("欧阳修", state="unconfirmed", confirm_by=clock.today()),
        "gone": personas.person("艾合买提·买买提", state="left", left_on=clock.today()),
    }


@pytest.mark.parametrize(("name", "shown"), [("xiazhuang", {"曾国藩"}), ("district", {"曾国藩", "单雄信"})])
def test_list_shows_active_persons_in_scope(people, client_of, name, shown):
    page = text(client_of(personas.make(name)).get(PEOPLE))
    assert {person.name for person in people.values() if person.name in page} == shown


@pytest.mark.parametrize(("order", "names"), [("0", ["阿明", "丁一"]), ("-0", ["丁一", "阿明"])])
def test_name_column_sorts_by_pinyin(district, client_of, order, names):
    for name in ("丁一", "阿明"):  # this order is that of the code points
        personas.person(name)
    page = client_of(district).get(PEOPLE, {"o": order}).context["cl"].result_list
    assert [person.name for person in page] == names


@pytest.mark.parametrize("typed", ["曾", "zeng", "zgf", "国藩", "7000"])
def test_list_is_searched_by_name_pinyin_and_digits(people, district, client_of, typed):
    page = text(client_of(district).get(PEOPLE, {"q": typed}))
    assert "曾国藩" in page
    assert "单雄信" not in page


@pytest.mark.parametrize("page", [PEOPLE, "/manage/search/?q=", "/manage/members/application/"])
def test_no_list_contains_a_full_number(people, submitted, district, client_of, page):
    page = page + "曾" if page.endswith("=") else page
    assert "15400007000" not in text(client_of(district).get(page))


@pytest.mark.parametrize("key", ["there", "waiting", "gone"])
def test_page_of_person_out_of_scope_is_404(people, xiazhuang, client_of, key):
    assert client_of(xiazhuang).get(f"{PEOPLE}{people[key].pk}/change/").status_code == 404


def test_opening_a_person_is_recorded(people, xiazhuang, client_of):
    client_of(xiazhuang).get(f"{PEOPLE}{people['here'].pk}/change/")
    assert Entry.objects.get(verb="person.seen").person == people["here"].public_id


def pages_about(member):
    """Return the URLs of staff pages that show a nomination of `member` or evidence about them."""
    row = Representative.objects.create(person=member.person, starts=personas.STARTED, ends=dt.date(2099, 1, 1))
    assessment = factories.assessed(member.person, factories.four_haves(), state="submitted")
    return {
        "nomination": f"/manage/members/representative/{row.pk}/change/",
        "findings": f"/manage/members/assessment/{assessment.pk}/change/",
        "review": url("representative-first", row),
        "assessing": url("assessment-person", assessment),
    }


@pytest.mark.parametrize("page", ["nomination", "findings", "review", "assessing"])
def test_opening_a_page_about_a_person_is_recorded(rules, member, xiazhuang, client_of, page):
    assert client_of(xiazhuang).get(pages_about(member)[page]).status_code == 200
    assert Entry.objects.get(verb="person.seen").user == member.public_id


@pytest.mark.parametrize("typed", ["单", "sxx"])
def test_search_and_autocomplete_stay_in_scope(people, xiazhuang, client_of, typed):
    browser = client_of(xiazhuang)
    chooser = {"app_label": "members", "model_name": "representative", "field_name": "person", "term": typed}
    assert "单雄信" not in text(browser.get("/manage/search/", {"q": typed}))
    assert browser.get("/manage/autocomplete/", chooser).json()["results"] == []


def test_filter_on_subdistrict_out_of_scope_shows_nothing(people, xiazhuang, client_of):
    area = factories.area("流亭街道").pk
    assert "单雄信" not in text(client_of(xiazhuang).get(PEOPLE, {"subdistrict__id__exact": area}, follow=True))


@pytest.mark.parametrize("lists", ["person", "application", "representative", "assessment"])
@pytest.mark.parametrize("name", ["editor", "base_manager", "sysadmin", "secadmin", "auditor", "member"])
def test_registry_lists_are_404_for_others(rules, client_of, lists, name):
    assert client_of(personas.make(name)).get(f"/manage/members/{lists}/").status_code == 404


def test_categories_are_the_districts(rules, client_of, district, xiazhuang):
    assert client_of(district).get("/manage/members/category/").status_code == 200
    assert client_of(xiazhuang).get("/manage/members/category/").status_code == 404


@pytest.mark.parametrize("page", [PEOPLE, "/manage/members/application/"])
def test_a_list_costs_the_same_for_one_row_and_for_three(rules, district, client_of, page):
    browser, costs = client_of(district), []
    browser.get(page)
    for n in (1, 2, 3):
        personas.person(f"周{n}", phone=f"+861540000{n:04}")
        factories.in_state(factories.applicant(f"+861540001{n:04}"), "submitted")
        with CaptureQueriesContext(connection) as queries:
            browser.get(page)
        costs.append(len(queries))
    assert costs[0] == costs[2] <= 44  # one for each kind of to-do, for the numbers in the navigation


# ---- writing ---------------------------------------------------------------------------------------------------------
TYPED = {**factories.TYPED, "phone": "154 0000 7000"}


def test_an_officer_enters_a_person_who_then_confirms(rules, xiazhuang, client_of):
    answer = client_of(xiazhuang).post(f"{PEOPLE}add/", TYPED)
    assert answer["Location"] == "/manage/members/unconfirmedperson/"
    assert Person.objects.get().state == "unconfirmed"


def test_duplicate_number_is_refused_with_form_data_kept(people, xiazhuang, client_of):
    answer = client_of(xiazhuang).post(f"{PEOPLE}add/", TYPED)
    assert answer.status_code == 409
    assert 'value="周予安"' in text(answer)


def test_entering_out_of_scope_is_an_error_at_the_field(rules, liuting, client_of):
    answer = client_of(liuting).post(f"{PEOPLE}add/", TYPED)
    assert (answer.status_code, Person.objects.exists()) == (400, False)
    assert "不归你管" in text(answer)
    assert 'value="周予安"' in text(answer)


def test_correction_on_the_staff_site_notifies_the_person(member, xiazhuang, client_of):
    client_of(xiazhuang).post(f"{PEOPLE}{member.person.pk}/change/", {**factories.TYPED, "name": "林知秋"})
    assert Person.objects.get(user=member).name == "林知秋"
    assert Notice.objects.get(user=member).kind == "members/corrected"


def test_nomination_on_the_staff_site(member, xiazhuang, client_of):
    data = {"person": member.person.pk, "starts": "2026-12-01", "ends": "2029-12-01"}
    client_of(xiazhuang).post("/manage/members/representative/add/", data)
    assert Representative.objects.get().nominated_by == xiazhuang


def test_four_haves_are_filled_in_submitted_and_passed_by_another(
    member, xiazhuang, district, district_2, client_of, rules
):
    factories.four_haves()
    browser = client_of(xiazhuang)
    browser.post("/manage/members/assessment/add/", {"person": member.person.pk})
    row = member.person.assessments.get()
    page = f"/manage/members/assessment/{row.pk}/"
    browser.post(f"{page}change/", {f"note_c{n}": "有" for n in range(4)})
    browser.post(f"{page}do/submit/")
    where = url("assessment-person", row)
    decide(client_of(district), where, {"choice": "find", **{f"result_c{n}": "met" for n in range(4)}})
    decide(client_of(district_2), where, {"choice": "confirm"})
    row.refresh_from_db()
    assert (row.state, row.submitted_by, row.found_by, row.assessed_by) == ("passed", xiazhuang, district, district_2)


def test_statements_with_an_address_elsewhere_are_refused_with_form_data_kept(member, xiazhuang, client_of, rules):
    row = factories.assessed(member.person, factories.four_haves(), state="open", met=0)
    answer = client_of(xiazhuang).post(
        f"/manage/members/assessment/{row.pk}/change/", {"link_c0": "https://example.org/", "note_c1": "写了一半"}
    )
    assert answer.status_code == 409
    assert "写了一半" in text(answer)


def test_the_district_edits_categories_but_not_their_codes(rules, district, client_of):
    row = factories.Category.objects.get(code="new_media")
    data = {"name": "新媒体人士", "hint": "", "order": 4, "code": "x"}
    client_of(district).post(f"/manage/members/category/{row.pk}/change/", data)
    row.refresh_from_db()
    assert (row.name, row.code) == ("新媒体人士", "new_media")


@pytest.mark.parametrize(("code", "status"), [("new_media", 400), ("other", 302)])
def test_a_category_is_added_once(rules, district, client_of, code, status):
    data = {"code": code, "name": "其他", "order": 9}
    assert client_of(district).post("/manage/members/category/add/", data).status_code == status


# ---- full phone number -----------------------------------------------------------------------------------------------
def number_of(row):
    return reverse("members:reveal", args=[row._meta.model_name, row.public_id])


def test_full_number_is_shown_for_a_reason(people, xiazhuang, client_of):
    answer = client_of(xiazhuang).post(number_of(people["here"]), {"reason": "contact"})
    assert "154 0000 7000" in text(answer)
    assert Entry.objects.get(verb="person.read").reason == "contact"


@pytest.mark.parametrize("reason", ["", "nosy", "\x00"])
def test_full_number_is_not_shown_without_reason(people, xiazhuang, client_of, reason):
    answer = client_of(xiazhuang).post(number_of(people["here"]), {"reason": reason}, follow=True)
    assert "154 0000 7000" not in text(answer)
    assert not Entry.objects.filter(verb="person.read").exists()


def test_full_number_of_an_applicant_is_shown(submitted, xiazhuang, client_of):
    assert "154 0000 7000" in text(client_of(xiazhuang).post(number_of(submitted), {"reason": "review"}))


def test_full_number_out_of_scope_is_404(people, submitted, liuting, client_of):
    browser = client_of(liuting)
    for row in (people["here"], submitted):
        assert browser.post(number_of(row), {"reason": "contact"}).status_code == 404


def test_full_number_is_forbidden_to_team_leader(leader, client_of):
    assert client_of(leader).post(number_of(leader.person), {"reason": "contact"}).status_code == 403


def test_full_number_needs_post_and_known_kind(people, xiazhuang, client_of):
    browser = client_of(xiazhuang)
    assert browser.get(number_of(people["here"])).status_code == 405
    assert browser.post(number_of(people["here"]).replace("person", "user")).status_code == 404


def test_staff_of_two_subdistricts_see_both(people, xiazhuang, client_of):
    Role.objects.create(user=xiazhuang, kind="subdistrict_staff", subdistrict=factories.area("流亭街道"))
    assert "单雄信" in text(client_of(xiazhuang).get(PEOPLE))
