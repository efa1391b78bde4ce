"""Changed and agreed to by the second officer; an assessment that is discarded and resumed; notices about a new version."""

import datetime as dt

import pytest
from django.urls import reverse

from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.notices.models import Notice
from chengyang.platform.staff.row_history import Source, history_of
from chengyang.platform.standards import actions
from chengyang.platform.standards.models import Version
from tests import personas

from .conftest import CODES, verdicts
from .test_staff_pages import decide, decision, found_data, page, text_of

WHY = "制度墙上只有两项，还差值班和安全。"


def refusal(call, *arguments, **options):
    with pytest.raises(ActionError) as refused:
        call(*arguments, **options)
    return refused.value.code


def heard(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


# ---- changed and agreed to ------------------------------------------------------------------------------------------
def test_the_second_officer_changes_a_finding_and_the_first_one_is_notified(found, xiazhuang, district, base_manager):
    row = actions.amend_assessment(found, verdicts(rules="partly"), reason=WHY, actor=district)
    assert (row.state, row.found_by, row.assessed_by, row.finding("rules").result) == (
        "failed",
        xiazhuang,
        district,
        "partly",
    )
    assert (heard(xiazhuang), heard(base_manager)[-1]) == (["standards/amended"], "standards/concluded")
    notified = Notice.objects.get(user=xiazhuang)
    assert WHY in notified.body
    assert "做到 改为 部分做到" in notified.body


def test_the_change_is_in_the_history_with_its_reason(found, district):
    row = actions.amend_assessment(found, verdicts(rules="partly"), reason=WHY, actor=district)
    steps = history_of([Source([row])])
    assert "改后同意评定" in [step.title for step in steps]
    notified = next(step for step in steps if step.text == WHY)
    (change,) = [one for one in notified.changes if str(one.label) == "逐项结果"]
    assert "有rules：做到" in change.old
    assert "有rules：部分做到" in change.new


@pytest.mark.parametrize(
    ("other", "reason", "code"),
    [({}, WHY, "same"), ({"rules": "partly"}, " ", "reason"), ({"rules": {"result": "partly"}}, WHY, "findings")],
)
def test_a_change_needs_a_reason_and_a_whole_finding(found, district, other, reason, code):
    assert refusal(actions.amend_assessment, found, verdicts(**other), reason=reason, actor=district) == code
    assert type(found).objects.get().state == "found"


@pytest.mark.parametrize("name", ["base_manager", "xiazhuang"])
def test_who_submitted_or_found_does_not_change_and_agree(found, name):
    with pytest.raises(NotAllowed):
        actions.amend_assessment(found, verdicts(rules="partly"), reason=WHY, actor=personas.make(name))


def test_what_was_not_changed_stays_also_when_its_day_has_come(submitted, xiazhuang, district, settings):
    day = clock.today() + dt.timedelta(days=1)
    late = {"result": "partly", "reason": "缺", "by": day}
    row = actions.find_assessment(submitted, verdicts(venue=late), actor=xiazhuang)
    settings.PORTAL_CLOCK = clock.now() + dt.timedelta(days=3)
    changed = verdicts(venue=late, rules={"result": "partly", "reason": "缺", "by": day + dt.timedelta(days=30)})
    row = actions.amend_assessment(row, changed, reason=WHY, actor=district)
    assert (row.finding("venue").due_on, row.finding("rules").result) == (day, "partly")


def test_taking_it_back_restores_the_finding_and_tells_both(found, xiazhuang, district, base_manager):
    row = actions.amend_assessment(found, verdicts(rules="partly"), reason=WHY, actor=district)
    row = actions.undo_assessment_decision(row, actor=district)
    assert (row.state, row.finding("rules").result, row.note) == ("found", "met", "")
    assert (heard(xiazhuang)[-1], heard(base_manager)[-1]) == ("standards/undone",) * 2


def test_the_page_takes_a_change_with_its_reason(found, client_of, district):
    url = decision(found)
    browser = client_of(district)
    answer = decide(browser, url, choice="amend", reason=WHY, **found_data(rules="partly"))
    assert answer.status_code == 302
    found.refresh_from_db()
    assert (found.state, found.note) == ("failed", WHY)


def test_a_plain_agreement_does_not_lose_what_was_changed(found, client_of, district):
    answer = decide(client_of(district), decision(found), choice="confirm", **found_data(rules="partly"))
    assert (answer.status_code, "请选“改后同意”" in text_of(answer)) == (409, True)
    found.refresh_from_db()
    assert found.state == "found"


def test_a_plain_agreement_with_the_fields_as_they_were_confirms(found, client_of, district):
    decide(client_of(district), decision(found), choice="confirm", **found_data())
    found.refresh_from_db()
    assert found.state == "passed"


# ---- not assessed after all -----------------------------------------------------------------------------------------
def test_who_started_it_is_notified_why_it_is_discarded(filled, base_manager, xiazhuang):
    row = actions.discard_assessment(filled, "基地要搬，搬完再评。", actor=xiazhuang)
    assert (row.state, row.note) == ("discarded", "基地要搬，搬完再评。")
    assert heard(base_manager) == ["standards/discarded"]
    assert "基地要搬" in Notice.objects.get(user=base_manager).body


def test_what_was_filled_in_is_there_again(filled, base_manager):
    row = actions.discard_assessment(filled, "先不评", actor=base_manager)
    row = actions.resume_assessment(row, actor=base_manager)
    assert (row.state, row.note, row.finding("venue")["note"]) == ("open", "", "在一楼")


@pytest.mark.parametrize(("reason", "code"), [("", "reason"), (" ", "reason"), ("长" * 501, "too_long")])
def test_discarding_needs_a_reason(filled, base_manager, reason, code):
    assert refusal(actions.discard_assessment, filled, reason, actor=base_manager) == code


def test_only_one_that_is_being_filled_in_is_discarded(submitted, base_manager):
    assert refusal(actions.discard_assessment, submitted, "不评", actor=base_manager) == "state"


def test_strangers_discard_nothing(filled, liuting):
    with pytest.raises(NotAllowed):
        actions.discard_assessment(filled, "不评", actor=liuting)


def test_a_new_one_stands_in_the_way_of_resuming(base, filled, base_manager):
    row = actions.discard_assessment(filled, "先不评", actor=base_manager)
    assert actions.open_assessment(base, actor=base_manager).pk != row.pk
    assert refusal(actions.resume_assessment, row, actor=base_manager) == "running"


def test_one_of_a_former_version_is_not_resumed(standards, filled, base_manager):
    row = actions.discard_assessment(filled, "先不评", actor=base_manager)
    Version.objects.create(standard=standards["base"], number=2, published_on=clock.today())
    assert refusal(actions.resume_assessment, row, actor=base_manager) == "version"


def test_the_manager_discards_and_resumes_on_the_own_page(filled, client_of, base_manager):
    browser, arguments = client_of(base_manager), ["base", filled.public_id]
    browser.post(reverse("standards:own-discard", args=arguments), {"reason": "先不评"})
    assert "不评的理由：先不评" in text_of(browser.get(reverse("standards:own-assessment", args=arguments)))
    browser.post(reverse("standards:own-resume", args=arguments))
    filled.refresh_from_db()
    assert filled.state == "open"


# ---- a new version --------------------------------------------------------------------------------------------------
def test_managers_hear_whether_theirs_must_be_looked_at_again(standards, found, district, district_2, base_manager):
    actions.confirm_assessment(found, actor=district)
    other = personas.base(slug="other", name="流亭新力量")
    person = personas.person("欧阳锋", account=personas.user("other"), phone="+8615400009001")
    other.posts.create(person=person, kind="manager", starts=personas.STARTED)
    draft = actions.draft_version(standards["base"], actor=district)
    actions.edit_criterion(draft.criteria.first(), actor=district, guidance="新的说法。")
    actions.publish_version(actions.submit_version(draft, actor=district), actor=district_2)
    texts = {
        user: Notice.objects.get(user=user, kind="standards/version_published").body
        for user in (base_manager, person.user)
    }
    assert "要按新的一版重新看" in texts[base_manager]
    assert "没有要重新看的评定" in texts[person.user]


def test_nobody_hears_of_the_standard_about_persons(standards, district, district_2, base_manager):
    draft = actions.draft_version(standards["person"], actor=district)
    actions.edit_criterion(draft.criteria.first(), actor=district, guidance="新的说法。")
    actions.publish_version(actions.submit_version(draft, actor=district), actor=district_2)
    assert not Notice.objects.filter(kind="standards/version_published").exists()


# ---- dates and paper ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "sees"), [("district", True), ("xiazhuang", True), ("base_manager", True), ("liuting", False)]
)
def test_dates_to_put_right_stand_beside_the_queue(failed, name, sees):
    today = clock.today()
    found = extensions.upcoming_dates(personas.make(name), today, today + dt.timedelta(days=60))
    assert any("整改到期" in one.title and one.on == failed.due_on for one in found) == sees


def test_an_assessment_is_printed_with_what_was_said_and_found(failed, client_of, district):
    url = f"{reverse('admin:papers_papertemplate_print', args=['assessment_base'])}?record={failed.pk}"
    text = text_of(client_of(district).get(url))
    assert all(word in text for word in ("“六有”评定表", "有venue", "在一楼", "部分做到", "缺近一年的材料"))


def test_the_paper_is_offered_on_the_page_of_the_assessment(failed, client_of, district):
    assert "assessment_base" in text_of(client_of(district).get(page(failed)))


def test_every_criterion_has_a_row_on_the_paper(failed, client_of, district):
    url = f"{reverse('admin:papers_papertemplate_print', args=['assessment_base'])}?record={failed.pk}"
    text = text_of(client_of(district).get(url))
    assert all(f"有{code}" in text for code in CODES)
