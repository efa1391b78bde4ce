"""Standards on the staff site: drafts, the second officer, findings beside what the subject says, and who may do what."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock
from chengyang.extensions import todo_kind
from chengyang.platform.staff.models import Settled
from chengyang.platform.standards import actions
from chengyang.platform.standards.models import Standard
from tests import personas
from tests.staff_pages import version_of

from .conftest import CODES, make_standard, verdicts


def text_of(answer):
    return answer.content.decode()


def page(row, name="change", *more):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk, *more])


def decision(row):
    return todo_kind(f"assessment-{type(row).SUBJECT}").url(row)


def decide(browser, url, **data):
    return browser.post(url, {"version": version_of(browser, url), **data})


def found_data(**other):
    """Return what the first officer types: every criterion is met, but for `other` (code → result)."""
    data = {}
    for code in CODES:
        result = other.get(code, "met")
        data[f"result_{code}"] = result
        if result != "met":
            data |= {f"reason_{code}": "缺近一年的材料", f"by_{code}": str(clock.today() + dt.timedelta(days=30))}
    return data


# ---- standards and drafts -------------------------------------------------------------------------------------------
def test_a_standard_for_teams_is_made_drafted_and_published_by_two_officers(
    reference, client_of, district, district_2, leader
):
    browser = client_of(district)
    browser.post(reverse("admin:standards_standard_add"), {"name": "“五优”服务队标准", "subject": "team"})
    standard = Standard.objects.get()
    draft = standard.versions.get()
    add = f"{reverse('admin:standards_criterion_add')}?version={draft.pk}"
    words = {"name": "有活动", "weight": "2", "metric": "activities_completed", "at_least": "4", "months": "12"}
    answer = browser.post(add, words)
    assert answer.url == page(draft)
    browser.post(page(draft, "do", "submit"))
    url = todo_kind("standard-version").url(draft)
    assert "近 12 个月办的活动至少 4 场" in text_of(client_of(district_2).get(url))
    decide(client_of(district_2), url, choice="publish")
    assert standard.current() == draft
    assert "有活动" in text_of(client_of(leader).get(standard.get_absolute_url()))


def test_only_kinds_with_a_table_are_offered_and_a_second_standard_is_refused(
    reference, standards, client_of, district
):
    answer = client_of(district).post(reverse("admin:standards_standard_add"), {"name": "又一个", "subject": "base"})
    offered = [code for code, _label in answer.context["form"].fields["subject"].choices]
    assert (answer.status_code, offered) == (400, ["person", "organization", "base", "team"])
    assert "一类对象一个标准" in text_of(answer)


def test_the_number_of_a_criterion_needs_both_parts(reference, standards, client_of, district):
    draft = actions.draft_version(standards["base"], actor=district)
    add = f"{reverse('admin:standards_criterion_add')}?version={draft.pk}"
    answer = client_of(district).post(
        add, {"name": "有活动", "weight": "1", "metric": "activities_completed", "at_least": "", "months": "12"}
    )
    assert answer.status_code == 400
    assert "就要写至少多少" in text_of(answer)
    assert draft.criteria.count() == 2


def test_a_standard_about_persons_offers_no_number(reference, standards, client_of, district):
    draft = actions.draft_version(standards["person"], actor=district)
    form = client_of(district).get(f"{reverse('admin:standards_criterion_add')}?version={draft.pk}").context["form"]
    assert "metric" not in form.fields


def test_criteria_of_a_draft_are_moved_edited_and_removed_from_the_page_of_the_version(
    reference, standards, client_of, district
):
    draft = actions.draft_version(standards["base"], actor=district)
    browser, last = client_of(district), draft.criteria.get(code="rules")
    assert browser.post(page(last, "do", "up")).url == page(draft)
    assert list(draft.criteria.values_list("code", flat=True)) == ["rules", "venue"]
    browser.post(page(last), {"name": "有好制度", "guidance": "看墙上。", "weight": "3", "months": "12"})
    last.refresh_from_db()
    assert (last.name, last.weight) == ("有好制度", 3)
    browser.post(page(last, "do", "remove"))
    assert draft.criteria.count() == 1


def test_the_page_of_a_draft_says_what_differs_and_who_is_looked_at_again(
    found, client_of, district, district_2, standards
):
    actions.confirm_assessment(found, actor=district)
    draft = actions.draft_version(standards["base"], actor=district)
    actions.edit_criterion(draft.criteria.get(code="venue"), actor=district, name="有大场地")
    answer = client_of(district_2).get(page(draft))
    shown = text_of(answer)
    assert "<del>" in shown
    assert "有大场地" in shown
    assert "1 个对象现在有效的评定是按以前的版本做的" in shown
    rows = client_of(district_2).get(page(draft), {"tab": "again"}).context["tables"]
    assert [table.page.rows for table in rows if table.page.rows] == [[found]]


@pytest.mark.parametrize("name", ["xiazhuang", "liuting"])
def test_drafts_are_for_the_district(reference, standards, client_of, district, name):
    draft = actions.draft_version(standards["base"], actor=district)
    browser = client_of(personas.make(name))
    assert browser.get(page(draft)).status_code == 404
    assert browser.post(page(draft, "do", "submit")).status_code == 404
    assert browser.get(reverse("admin:standards_criterion_add")).status_code == 403
    assert draft.criteria.first().name not in text_of(browser.get(page(standards["base"])))


def test_a_version_that_waits_is_in_the_queue_of_the_other_officers_only(reference, standards, district, district_2):
    draft = actions.edit_version(actions.draft_version(standards["base"], actor=district), actor=district, text="改")
    actions.submit_version(draft, actor=district)
    kind = todo_kind("standard-version")
    waits = {name: kind.waiting(personas.make(name)).exists() for name in personas.NAMES}
    assert {name for name, found in waits.items() if found} == {"district_2"}
    assert list(kind.awaited_by(district)) == [draft]


# ---- assessments ----------------------------------------------------------------------------------------------------
def test_the_first_officer_finds_beside_what_the_body_says(submitted, client_of, xiazhuang):
    browser, url = client_of(xiazhuang), decision(submitted)
    answer = browser.get(url)
    assert [row.label for row, _fields in answer.context["asking"]] == ["有venue", "有rules"]
    decide(browser, url, choice="find", **found_data(rules="partly"))
    submitted.refresh_from_db()
    assert (submitted.state, submitted.rays()) == ("found", ["met", "partly"])
    assert Settled.objects.get().option == "find"


def test_a_finding_without_a_reason_is_said_at_its_field_and_keeps_what_was_typed(submitted, client_of, xiazhuang):
    browser, url = client_of(xiazhuang), decision(submitted)
    data = found_data(rules="partly") | {"by_rules": "", "reason_venue": "看过现场"}
    answer = decide(browser, url, choice="find", **data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["by_rules"])
    assert "看过现场" in text_of(answer)


def test_the_second_officer_confirms_what_was_found(submitted, client_of, xiazhuang, district):
    row = actions.find_assessment(submitted, verdicts(rules="partly"), actor=xiazhuang)
    browser = client_of(district)
    answer = browser.get(decision(row))
    assert "同意，定为未达标并发整改单" in text_of(answer)
    assert len(answer.context["asking"]) == len(CODES)  # what the second officer may change
    decide(browser, decision(row), choice="confirm")
    row.refresh_from_db()
    assert (row.state, row.assessed_by) == ("failed", district)


STEPS = {
    "submitted": {"xiazhuang", "district", "district_2"},
    "found": {"district", "district_2"},
    "appealed": {"district_2"},
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_waits_for_the_officers_that_have_not_acted(request, step):
    row = request.getfixturevalue(step)
    kind = todo_kind("assessment-base")
    waits = {name for name in personas.NAMES if kind.waiting(personas.make(name)).filter(pk=row.pk).exists()}
    assert waits == STEPS[step]
    offered = {name for name in personas.NAMES if kind.options(row, personas.make(name))}
    assert offered == STEPS[step]


def test_nobody_is_asked_to_decide_about_themself(reference, standards, district, district_2, xiazhuang):
    somebody = personas.person(account=district)
    row = actions.open_assessment(somebody, actor=xiazhuang)
    type(row).objects.update(findings={code: {"note": "有"} for code in CODES})
    actions.submit_assessment(row, actor=xiazhuang)
    kind = todo_kind("assessment-person")
    assert (kind.waiting(district).exists(), kind.waiting(district_2).exists()) == (False, True)


def test_a_manager_fills_in_submits_and_appeals_on_the_staff_site(
    base, opened, client_of, base_manager, xiazhuang, district
):
    browser = client_of(base_manager)
    browser.post(page(opened), {f"note_{code}": "在一楼" for code in CODES})
    browser.post(page(opened, "do", "submit"))
    opened.refresh_from_db()
    row = actions.find_assessment(opened, verdicts(rules="not_yet"), actor=xiazhuang)
    row = actions.confirm_assessment(row, actor=district)
    browser.post(page(row), {"note_rules": "制度已上墙"})
    row.refresh_from_db()
    assert row.finding("rules").fixed["note"] == "制度已上墙"
    browser.post(page(row, "do", "appeal"), {"reason": "制度早就有"})
    row.refresh_from_db()
    assert (row.state, row.appealed_by) == ("appealed", base_manager)


def test_the_history_of_an_assessment_says_what_was_found(failed, client_of, district):
    shown = text_of(client_of(district).get(page(failed), {"tab": "history"}))
    assert "有rules：部分做到" in shown
    assert "缺近一年的材料" in shown


def test_the_page_of_an_assessment_leads_to_its_decision(submitted, client_of, xiazhuang, base_manager):
    url = decision(submitted)
    assert url in text_of(client_of(xiazhuang).get(page(submitted)))
    assert url not in text_of(client_of(base_manager).get(page(submitted)))


# ---- the public pages -----------------------------------------------------------------------------------------------
@pytest.fixture
def second(reference, standards, district, district_2):
    """The second version of the standard about bases, published."""
    draft = actions.draft_version(standards["base"], actor=district)
    actions.edit_criterion(draft.criteria.get(code="venue"), actor=district, name="有大场地")
    return actions.publish_version(actions.submit_version(draft, actor=district), actor=district_2)


def test_each_published_version_has_a_page_with_what_it_changed(client, second):
    page = text_of(client.get(second.get_absolute_url()))
    assert ("有大场地" in page, "和第 1 版比" in page) == (True, True)
    first = text_of(client.get("/standards/six_haves/1/"))
    assert ("有venue" in first, "以前的一版" in first) == (True, True)
    assert "/standards/six_haves/1/" in text_of(client.get("/standards/six_haves/"))


def test_a_draft_has_no_public_page(client, client_of, second, district):
    draft = actions.draft_version(second.standard, actor=district)
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert client_of(district).get(draft.get_absolute_url()).status_code == 404


def test_the_standard_says_what_counts_as_evidence_and_the_number(client, reference):
    words = {"evidence": "签到记录。", "weight": 3, "metric": "activities_completed", "at_least": 6}
    standard = make_standard("six_haves", **words)
    page = text_of(client.get(standard.get_absolute_url()))
    assert all(one in page for one in ("签到记录。", "分量 3", "近 12 个月办的活动至少 6 场"))


def test_the_page_of_a_body_says_that_its_standard_has_a_new_version(
    found, standards, client_of, district, district_2, base
):
    confirmed = actions.confirm_assessment(found, actor=district)
    browser = client_of(district)
    assert "要重新看" not in text_of(browser.get(page(base)))
    draft = actions.draft_version(standards["base"], actor=district)
    draft = actions.edit_version(draft, actor=district, text="改过。")
    actions.publish_version(actions.submit_version(draft, actor=district), actor=district_2)
    assert "是按第 1 版做的，标准已经有第 2 版，要重新看" in text_of(browser.get(page(base)))
    assert confirmed.version.number == 1
