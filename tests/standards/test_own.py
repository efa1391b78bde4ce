"""The pages below /me/: the managers of a subject assess it, put right what is short, and appeal; a person reads the own one."""

import pytest
from django.urls import reverse

from chengyang.platform.standards import actions
from tests import personas

from .conftest import CODES, make_standard, verdicts

MINE = "/me/assessments/"


def url_of(row, name="own-assessment"):
    return reverse(f"standards:{name}", args=[type(row).SUBJECT, row.public_id])


def text_of(answer):
    return answer.content.decode()


def test_a_manager_assesses_the_own_base_from_the_start_to_the_submission(base, client_of, base_manager):
    browser = client_of(base_manager)
    assert "开始自评" in text_of(browser.get(MINE))
    form = browser.post(reverse("standards:own-start", args=["base", base.slug]), follow=True)
    row = base.assessments.get()
    assert form.request["PATH_INFO"] == url_of(row, "own-fill")
    page = browser.post(url_of(row, "own-fill"), {f"note_{code}": f"{code}在一楼" for code in CODES}, follow=True)
    assert "venue在一楼" in text_of(page)
    assert "等" not in row.state
    page = browser.post(url_of(row, "own-submit"), follow=True)
    row.refresh_from_db()
    assert (row.state, row.submitted_by) == ("submitted", base_manager)
    assert "拿回来改" in text_of(page)


def test_what_cannot_be_stored_is_said_at_its_field_and_kept(opened, client_of, base_manager):
    answer = client_of(base_manager).post(
        url_of(opened, "own-fill"), {"note_venue": "三层楼", "link_rules": "https://example.org/"}
    )
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["link_rules"])
    assert "三层楼" in text_of(answer)
    opened.refresh_from_db()
    assert opened.findings == {}


def test_what_is_short_is_put_right_and_submitted_again(failed, client_of, base_manager):
    browser = client_of(base_manager)
    page = text_of(browser.get(url_of(failed)))
    assert ("缺近一年的材料" in page, "再交一次" in page) == (True, False)
    form = browser.get(url_of(failed, "own-fill")).context["form"]
    assert list(form.fields) == ["note_rules", "link_rules", "file_rules"]
    page = text_of(browser.post(url_of(failed, "own-fill"), {"note_rules": "制度已上墙"}, follow=True))
    assert ("制度已上墙" in page, "再交一次" in page) == (True, True)
    browser.post(url_of(failed, "own-submit"))
    failed.refresh_from_db()
    assert failed.state == "submitted"


def test_a_manager_appeals_and_reads_the_answer(failed, client_of, base_manager, district_2):
    browser = client_of(base_manager)
    assert "有异议" in text_of(browser.get(url_of(failed)))
    browser.post(url_of(failed, "own-appeal"), {"reason": "制度在附件里"})
    failed.refresh_from_db()
    actions.decide_appeal(failed, reason="附件是去年的", actor=district_2)
    page = text_of(browser.get(url_of(failed)))
    assert ("附件是去年的" in page, "有异议" in page) == (True, False)


def test_what_has_to_be_done_stands_on_the_own_page(failed, client_of, base_manager, member):
    assert "评定要整改" in text_of(client_of(base_manager).get("/me/"))
    assert "评定要整改" not in text_of(client_of(member).get("/me/"))


@pytest.mark.parametrize("name", ["leader", "member", "stranger", "liuting", "xiazhuang", "district"])
def test_the_page_of_a_base_is_for_its_managers(failed, client_of, name):
    browser = client_of(personas.make(name))
    assert browser.get(url_of(failed)).status_code == 404
    assert browser.post(url_of(failed, "own-submit")).status_code == 404
    assert str(failed.subject) not in text_of(browser.get(MINE))


def test_a_passed_assessment_of_another_base_is_no_own_one(found, client_of, district, leader):
    passed = actions.confirm_assessment(found, actor=district)
    assert client_of(leader).get(url_of(passed)).status_code == 404


def test_a_person_reads_the_own_assessment_and_only_appeals(
    reference, standards, client_of, member, xiazhuang, district, district_2
):
    row = actions.open_assessment(member.person, actor=xiazhuang)
    type(row).objects.update(findings={code: {"note": "有"} for code in CODES})
    row = actions.submit_assessment(row, actor=xiazhuang)
    row = actions.find_assessment(row, verdicts(rules="not_yet"), actor=district)
    row = actions.confirm_assessment(row, actor=district_2)
    browser = client_of(member)
    page = text_of(browser.get(url_of(row)))
    assert ("有异议" in page, "写补了什么" in page) == (True, False)
    assert browser.get(url_of(row, "own-fill")).status_code == 403
    assert browser.post(url_of(row, "own-submit")).status_code == 403
    assert "标准four_haves" in text_of(browser.get(MINE))


def test_nobody_starts_an_assessment_of_a_person_or_of_a_body_of_others(base, client_of, member, leader):
    assert client_of(member).post("/me/assessments/person/x/start/").status_code == 404
    assert client_of(leader).post(reverse("standards:own-start", args=["base", base.slug])).status_code == 404
    assert client_of(leader).get(f"{MINE}nothing/{'0' * 10}/").status_code == 404


def test_without_a_standard_for_teams_no_leader_is_offered_an_assessment(reference, client_of, leader):
    assert "开始自评" not in text_of(client_of(leader).get(MINE))
    make_standard("team_marks")
    assert "开始自评" in text_of(client_of(leader).get(MINE))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_an_assessment_costs_the_same_for_any_number_of_criteria(
    reference, client_of, base_manager, rows, django_assert_max_num_queries
):
    standard = make_standard("six_haves", published=False)
    version = standard.versions.get()
    for number in range(rows * 3):
        version.criteria.create(code=f"c{number}", name=f"第{number}项", order=number + 9)
    type(version).objects.filter(pk=version.pk).update(published_on="2020-01-01")
    row = actions.open_assessment(personas.base(), actor=base_manager)
    browser = client_of(base_manager)
    browser.get(MINE)
    with django_assert_max_num_queries(20):
        browser.get(url_of(row))
