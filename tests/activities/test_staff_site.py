"""Activities on the staff site: queues, decisions, lists and forms, and who may use them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities import actions
from activities.models import Activity, Brand, CheckIn, Programme, ServiceRecord, Signup
from activities.todos import SHOWN_FIELDS, ApproveActivity, CompleteAttendance, ReviewSignup, detail_rows_of
from chengyang import clock, extensions
from chengyang.platform.accounts.models import Role
from chengyang.platform.staff import todo_queue
from tests import personas, staff_pages

from . import factories
from .factories import moment

MANAGERS = ["district", "district_2", "secretary", "xiazhuang"]


def waits_for(kind):
    """Return the personas who find a row in the queue of this to-do kind."""
    return sorted(name for name in personas.NAMES if kind.waiting(personas.make(name)).exists())


def decide(client, kind, row, choice, reason=""):
    return staff_pages.decide(client, kind.url(row), {"choice": choice, "reason": reason})


# ---- queues ---------------------------------------------------------------------------------------------------------
def test_an_activity_waits_for_staff_of_its_scope(organization):
    factories.draft(state="submitted", organization=organization)
    assert waits_for(ApproveActivity()) == ["district", "district_2", "xiazhuang"]


@pytest.mark.parametrize("state", ["draft", "returned", "approved", "published", "cancelled"])
def test_an_activity_that_is_not_submitted_does_not_wait(reference, state):
    factories.draft(state=state, published_at=factories.NINE, cancelled_at=factories.NINE, reason="x")
    assert waits_for(ApproveActivity()) == []


def test_it_does_not_wait_for_staff_who_hold_a_post_in_the_organizer(secretary, organization, reference):
    Role.objects.create(user=secretary, kind="subdistrict_staff", subdistrict=reference)
    factories.draft(state="submitted", organization=organization)
    assert not ApproveActivity().waiting(secretary).exists()


def test_a_pending_signup_waits_for_the_managers(member, organization):
    actions.sign_up(factories.published(by_review=True, organization=organization), actor=member)
    assert waits_for(ReviewSignup()) == MANAGERS


def test_ones_own_signup_does_not_wait_for_oneself(secretary, organization):
    actions.sign_up(factories.published(by_review=True, organization=organization), actor=secretary)
    assert waits_for(ReviewSignup()) == ["district", "district_2", "xiazhuang"]


def test_a_signup_for_a_cancelled_activity_does_not_wait(member, organization, xiazhuang):
    activity = factories.published(by_review=True, organization=organization)
    signup = actions.sign_up(activity, actor=member)
    actions.cancel_activity(activity, reason="台风", actor=xiazhuang)
    assert waits_for(ReviewSignup()) == []
    assert ReviewSignup().options(Signup.objects.get(pk=signup.pk), xiazhuang) == []


def test_a_volunteer_service_waits_from_its_end_until_it_is_recorded(organization, settings, xiazhuang):
    service = factories.published(kind="volunteer", organization=organization)
    assert waits_for(CompleteAttendance()) == []
    settings.PORTAL_CLOCK = moment(19, 12)
    assert waits_for(CompleteAttendance()) == MANAGERS
    actions.finish_activity(service, actor=xiazhuang)
    assert waits_for(CompleteAttendance()) == []


def test_the_decision_asks_whether_those_without_a_check_out_stayed(client_of, settings, xiazhuang, reference):
    service = factories.published(kind="volunteer")
    signups = factories.queue(service, 2)
    settings.PORTAL_CLOCK = moment(19, 9)
    actions.check_in(signups[0], actor=xiazhuang)
    settings.PORTAL_CLOCK = moment(19, 12)
    kind, (stayed, _left) = CompleteAttendance(), CompleteAttendance().options(service, xiazhuang)
    actions.check_in(signups[1], reason="签到表", actor=xiazhuang)
    assert decide(client_of(xiazhuang), kind, service, stayed.code).status_code == 409  # the list is another one
    stayed, _left = kind.options(service, xiazhuang)
    assert decide(client_of(xiazhuang), kind, service, stayed.code).status_code == 302
    assert [row.hours for row in ServiceRecord.objects.order_by("pk")] == [Decimal("2.5"), 3]


def test_attendance_waits_in_the_order_of_its_due_date(xiazhuang, settings, reference):
    late = actions.publish_activity(factories.draft(kind="volunteer"), actor=xiazhuang)
    soon = actions.publish_activity(
        factories.draft(kind="volunteer", starts=moment(17), ends=moment(17, 11)), actor=xiazhuang
    )
    settings.PORTAL_CLOCK = moment(20)
    found = [key.public_id for key in todo_queue.keys(xiazhuang) if key.kind.code == "attendance"]
    assert found == [soon.public_id, late.public_id]


# ---- decisions ------------------------------------------------------------------------------------------------------
@pytest.fixture
def submitted(organization, secretary):
    return actions.submit_activity(factories.draft(organization=organization, drafted_by=secretary), actor=secretary)


@pytest.mark.parametrize(
    ("choice", "state"), [("publish", "published"), ("approve", "approved"), ("return", "returned")]
)
def test_deciding_on_an_activity(client_of, submitted, xiazhuang, choice, state):
    answer = decide(client_of(xiazhuang), extensions.todo_kind("activity"), submitted, choice, "请补保险")
    submitted.refresh_from_db()
    assert (answer.status_code, submitted.state) == (302, state)


def test_the_page_shows_the_detail_rows(client_of, submitted, xiazhuang):
    page = client_of(xiazhuang).get(extensions.todo_kind("activity").url(submitted)).content.decode()
    assert [word in page for word in (submitted.title, "和果农一起摘葡萄", "夏新连心驿站", "批准并发布")] == [True] * 4


def test_another_activity_at_the_same_base_is_shown(client_of, xiazhuang, reference):
    factories.published(title="同时的另一场", base=personas.base())
    row = factories.draft(state="submitted", base=personas.base())
    assert "同时的另一场" in client_of(xiazhuang).get(extensions.todo_kind("activity").url(row)).content.decode()


@pytest.mark.parametrize(("kind", "is_warned"), [("volunteer", True), ("training", False)])
def test_another_shift_of_the_same_team_is_shown_to_its_leader(client_of, leader, kind, is_warned):
    factories.published(title="同时的另一班", team=personas.team(), kind="volunteer")
    row = factories.draft(team=personas.team(), kind=kind)
    page = client_of(leader).get(reverse("admin:activities_activity_change", args=[row.pk])).content.decode()
    assert ("同一支队的班次" in page) is is_warned


def test_every_editable_field_with_a_value_is_shown(reference):
    fields = {"brand": Brand.objects.create(name="新e汇+"), "base": personas.base(), "online_url": "https://a.invalid/"}
    activity = factories.draft(bring="水杯", signup_opens=moment(17), **fields)
    rows = {str(row.label): str(row.value) for row in detail_rows_of(activity)}
    filled_in = [name for name in Activity.EDITABLE_FIELDS if getattr(activity, name) and name not in SHOWN_FIELDS]
    assert {str(Activity._meta.get_field(name).verbose_name) for name in filled_in} <= set(rows)
    assert (rows["要带"], rows["品牌"], rows["线上链接"]) == ("水杯", "新e汇+", "https://a.invalid/")


@pytest.mark.parametrize(("name", "status"), [("secretary", 403), ("liuting", 404), ("leader", 404), ("stranger", 404)])
def test_nobody_else_decides(client_of, submitted, name, status):
    answer = decide(client_of(personas.make(name)), extensions.todo_kind("activity"), submitted, "publish")
    submitted.refresh_from_db()
    assert (answer.status_code, submitted.state) == (status, "submitted")


@pytest.mark.parametrize(("choice", "state"), [("approve", "confirmed"), ("decline", "declined")])
def test_deciding_on_a_signup(client_of, organization, member, secretary, choice, state):
    signup = actions.sign_up(factories.published(by_review=True, organization=organization), actor=member)
    decide(client_of(secretary), extensions.todo_kind("signup"), signup, choice, "对象不符")
    signup.refresh_from_db()
    assert (signup.state, signup.due_on) == (state, None)


def test_completing_the_attendance(client_of, service, xiazhuang, settings):
    settings.PORTAL_CLOCK = moment(19, 12)
    decide(client_of(xiazhuang), extensions.todo_kind("attendance"), service, "finish")
    service.refresh_from_db()
    assert service.recorded_at == moment(19, 12)


# ---- lists ----------------------------------------------------------------------------------------------------------
def page(model, name, *args):
    return reverse(f"admin:activities_{model.__name__.lower()}_{name}", args=args)


@pytest.fixture
def rows(organization, xiazhuang):
    """One row of each table, of the organization of 夏庄, and a public activity of 流亭 that none of these personas manages."""
    service = factories.published(title="夏庄的", kind="volunteer", organization=organization)
    signup = factories.signed_up(service, name="曾国藩")
    checkin = CheckIn.objects.create(signup=signup, checked_in_at=service.starts, checked_out_at=service.ends)
    record = ServiceRecord.objects.create(checkin=checkin, hours=3)
    return {Activity: service, Signup: signup, CheckIn: checkin, ServiceRecord: record}


@pytest.mark.parametrize("model", [Activity, Signup, CheckIn, ServiceRecord])
def test_managers_open_the_rows(client_of, rows, model):
    found = {
        name
        for name in personas.NAMES
        if client_of(personas.make(name)).get(page(model, "change", rows[model].pk)).status_code == 200
    }
    assert found == {"district", "district_2", "xiazhuang", "secretary"}


@pytest.mark.parametrize("model", [Activity, Signup, CheckIn, ServiceRecord])
@pytest.mark.parametrize("name", ["liuting", "base_manager", "leader"])
def test_other_officers_have_empty_lists(client_of, rows, model, name):
    answer = client_of(personas.make(name)).get(page(model, "changelist"))
    assert (answer.status_code, answer.context["cl"].result_count) == (200, 0)


@pytest.mark.parametrize("model", [Activity, Signup, CheckIn, ServiceRecord])
@pytest.mark.parametrize("name", ["editor", "sysadmin", "auditor", "member", "stranger"])
def test_for_others_there_is_no_list(client_of, rows, model, name):
    assert client_of(personas.make(name)).get(page(model, "changelist")).status_code == 404


@pytest.mark.parametrize("model", [Programme, Brand])
@pytest.mark.parametrize(("name", "status"), [("district", 200), ("xiazhuang", 404), ("secretary", 404)])
def test_programmes_and_brands_are_the_districts(client_of, reference, model, name, status):
    assert client_of(personas.make(name)).get(page(model, "changelist")).status_code == status


@pytest.mark.parametrize("typed", ["zgf", "曾", "0001"])
def test_a_signup_is_found_by_name(client_of, rows, xiazhuang, typed):
    assert client_of(xiazhuang).get(page(Signup, "changelist"), {"q": typed}).context["cl"].result_count == 1


@pytest.mark.parametrize(
    "query", ["state__exact=x", "organization__id__exact=abc", "o=99", "p=999", "q=%F0%9F%8D%87", "e=1"]
)
def test_no_filter_breaks_a_list(client_of, rows, xiazhuang, query):
    assert client_of(xiazhuang).get(f"{page(Activity, 'changelist')}?{query}", follow=True).status_code in (200, 404)


def test_a_cancelled_activity_offers_neither_check_in_nor_poster(client_of, activity, xiazhuang):
    actions.cancel_activity(activity, reason="台风", actor=xiazhuang)
    browser = client_of(xiazhuang)
    for address in (page(Activity, "change", activity.pk), activity.get_absolute_url()):
        text = browser.get(address).content.decode()
        assert (f"/checkin/{activity.public_id}/" in text, f"{activity.public_id}/share/" in text) == (False, False)


def test_the_search_of_the_staff_site_finds_only_managed_rows(client_of, rows, xiazhuang, liuting):
    address = f"{reverse('admin:staff_search')}?q=夏庄的"
    assert "夏庄的" in client_of(xiazhuang).get(address).context["groups"][0][1][0][1]
    assert client_of(liuting).get(address).context["groups"] == []


@pytest.mark.parametrize("model", [Activity, Signup, CheckIn, ServiceRecord])
def test_queries_of_a_list_do_not_grow(client_of, rows, xiazhuang, model, organization):
    at_one = queries_of(client_of(xiazhuang), model)
    for number in (2, 3):
        service = factories.published(
            kind="volunteer", organization=organization, starts=moment(18), ends=moment(18, 11)
        )
        checkin = CheckIn.objects.create(signup=factories.signed_up(service, number), checked_out_at=clock.now())
        ServiceRecord.objects.create(checkin=checkin, hours=1)
    assert queries_of(client_of(xiazhuang), model) == at_one


def queries_of(browser, model):
    """Return how many queries the list of `model` takes, in a session that is warm."""
    browser.get(page(model, "changelist"))
    with CaptureQueriesContext(connection) as queries:
        browser.get(page(model, "changelist"))
    return len(queries)


# ---- forms ----------------------------------------------------------------------------------------------------------
TYPED = {
    "title": "非遗剪纸体验",
    "kind": "social",
    "mode": "onsite",
    "audience": "public",
    "place": "向阳会客厅",
    "summary": "学剪一张窗花。",
    "contact": "秘书处",
    "starts": "2026-09-20T14:00",
    "ends": "2026-09-20T16:00",
}


def test_a_secretary_drafts_for_the_organization(client_of, secretary, organization):
    client_of(secretary).post(page(Activity, "add"), {**TYPED, "organization": organization.pk})
    activity = Activity.objects.get()
    assert (activity.state, activity.organization, activity.drafted_by) == ("draft", organization, secretary)
    assert activity.starts == moment(20, 14)


@pytest.mark.parametrize("name", ["secretary", "leader", "base_manager"])
def test_an_organizer_must_choose_the_organizer(client_of, reference, name):
    answer = client_of(personas.make(name)).post(page(Activity, "add"), TYPED)
    assert (answer.status_code, Activity.objects.count()) == (409, 0)
    assert "请选你负责的主办组织" in answer.content.decode()
    assert 'value="非遗剪纸体验"' in answer.content.decode()


def test_a_draft_stays_with_an_organizer_that_the_user_acts_for(client_of, secretary, organization):
    draft = factories.draft(organization=organization)
    answer = client_of(secretary).post(page(Activity, "change", draft.pk), {**TYPED, "organization": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["organization"])


def test_a_leader_is_offered_no_organization(client_of, leader, organization):
    answer = client_of(leader).post(page(Activity, "add"), {**TYPED, "organization": organization.pk})
    assert (answer.status_code, Activity.objects.count()) == (400, 0)


@pytest.mark.parametrize("name", ["editor", "member", "stranger"])
def test_nobody_else_drafts(client_of, reference, name):
    assert client_of(personas.make(name)).post(page(Activity, "add"), TYPED).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"title": ""}, "title"), ({"starts": "2026-13-01T10:00"}, "starts"), ({"ends": "x"}, "ends"), ({"capacity": "0"}, "capacity"),
     ({"online_url": "javascript:alert(1)"}, "online_url"), ({"title": "a\x00"}, "title"), ({"kind": "x"}, "kind")],
)  # fmt: skip
def test_bad_input_keeps_the_form(client_of, district, fields, field):
    answer = client_of(district).post(page(Activity, "add"), {**TYPED, **fields})
    assert (answer.status_code, field in answer.context["form"].errors, Activity.objects.count()) == (400, True, 0)


def test_a_refusal_of_the_action_is_shown_at_its_field(client_of, district, activity):
    typed = {**TYPED, "kind": "volunteer", "subdistrict": activity.subdistrict_id}
    answer = client_of(district).post(page(Activity, "change", activity.pk), typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["kind"])


@pytest.mark.parametrize(
    ("verb", "data", "state"),
    [("publish", {}, "published"), ("cancel", {"reason": "不办了"}, "cancelled"), ("submit", {}, "submitted")],
)
def test_buttons_call_the_actions(client_of, xiazhuang, reference, verb, data, state):
    activity = factories.draft()
    client_of(xiazhuang).post(page(Activity, "do", activity.pk, verb), data)
    activity.refresh_from_db()
    assert activity.state == state


def test_a_secretary_is_offered_to_submit_but_not_to_publish(client_of, secretary, organization):
    activity = factories.draft(organization=organization)
    html = client_of(secretary).get(page(Activity, "change", activity.pk)).content.decode()
    assert [page(Activity, "do", activity.pk, verb) in html for verb in ("submit", "publish", "cancel")] == [
        True,
        False,
        True,
    ]


def test_hours_are_corrected_with_a_reason(client_of, rows, xiazhuang):
    record = rows[ServiceRecord]
    answer = client_of(xiazhuang).post(page(ServiceRecord, "change", record.pk), {"hours": "2.5", "reason": "早退"})
    record.refresh_from_db()
    assert (answer.status_code, record.hours, record.previous_hours) == (302, 2.5, 3)


@pytest.mark.parametrize(("hours", "status"), [("2.3", 400), ("25", 400), ("x", 400), ("3", 409)])
def test_hours_that_cannot_be_are_refused(client_of, rows, xiazhuang, hours, status):
    record = rows[ServiceRecord]
    answer = client_of(xiazhuang).post(page(ServiceRecord, "change", record.pk), {"hours": hours, "reason": "早退"})
    record.refresh_from_db()
    assert (answer.status_code, record.previous_hours) == (status, None)


def test_a_brand_is_added_and_a_programme_edited(client_of, district, reference):
    client_of(district).post(page(Brand, "add"), {"name": "新e汇+", "order": "1"})
    programme = factories.programme()
    client_of(district).post(
        page(Programme, "change", programme.pk), {"name": "新力汇", "summary": "出力", "order": "4"}
    )
    programme.refresh_from_db()
    assert (Brand.objects.get().name, programme.summary, programme.code) == ("新e汇+", "出力", "li")


def test_a_brand_that_is_there_already_is_refused(client_of, district, reference):
    Brand.objects.create(name="新e汇+")
    answer = client_of(district).post(page(Brand, "add"), {"name": "新e汇+", "order": "1"})
    assert (answer.status_code, Brand.objects.count()) == (400, 1)
