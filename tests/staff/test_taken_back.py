"""A decision that its officer takes back within ten minutes: the row is as it was before, and who was notified is notified again."""

import datetime as dt
from decimal import Decimal

import pytest
from django.forms.models import model_to_dict
from django.urls import reverse

from activities import actions as activities
from bases import actions as bases
from chengyang import clock, extensions
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from chengyang.platform.objectives import actions as objectives
from chengyang.platform.staff.models import Settled
from chengyang.platform.standards import actions as standards
from members import actions as members
from organizations import actions as organizations
from services import actions as services
from services.models import OutcomeDouble, Request
from tests import personas
from tests.activities import factories
from tests.members import conftest as fixtures
from tests.members import factories as people
from tests.standards import conftest as standards_

pytestmark = pytest.mark.django_db
applicant, rules = fixtures.applicant, fixtures.rules
WHY = "请补材料"
TERM = {"starts": dt.date(2026, 12, 1), "ends": dt.date(2029, 12, 1)}


@pytest.fixture(autouse=True)
def stopped_clock(settings):
    settings.PORTAL_CLOCK = factories.NINE


@pytest.fixture
def people_of(request):
    """Return a function that returns the persona with a name."""
    return request.getfixturevalue


# ---- what waits, for each kind of item ------------------------------------------------------------------------------
def an_application(of, state, **columns):
    return people.in_state(of("applicant"), state, **columns)


def a_proposal(of):
    row = people.in_state(of("applicant"), "submitted")
    return members.propose_decline(row, actor=of("xiazhuang"), reason=WHY)


def an_objection(of):
    declined = members.confirm_decline(a_proposal(of), actor=of("district_2"))
    of("xiazhuang")
    return members.object_to_decline(declined, actor=of("applicant"), objection="单位去年搬来城阳了")


def a_nomination(of, *, reviewed=False, declined=False):
    of("rules")
    people.assessed(of("member").person, people.four_haves())
    row = members.nominate_representative(of("member").person, actor=of("district_2"), **TERM)
    if reviewed:
        row = members.first_review_representative(row, actor=of("xiazhuang"))
    return members.propose_decline_representative(row, actor=of("xiazhuang"), reason=WHY) if declined else row


def a_correction(of, **changed):
    member = of("member")
    return members.edit_own_details(member.person, changed, actor=member, reason=WHY)[0]


def an_outcome(of):
    data = {"kind": "money", "title": "助学款", "happened_on": dt.date(2026, 9, 1), "amount": Decimal("3000")}
    return services.report_outcome(personas.team(), actor=of("leader"), **data)


def a_double(of):
    """Two checked outcomes that may be the same thing."""
    data = {"kind": "money", "title": "助学款", "happened_on": dt.date(2026, 9, 1), "amount": Decimal("3000")}
    for _number in range(2):
        services.check_outcome(
            services.report_outcome(personas.team(), actor=of("leader"), **data), actor=of("district_2")
        )
    return OutcomeDouble.objects.get()


def an_activity(of):
    row = factories.draft(organization=personas.organization(), drafted_by=of("secretary"))
    return activities.submit_activity(row, actor=of("secretary"))


def a_request(of):
    return services.submit_request(actor=of("member"), title="劳务合同范本审阅", text="请帮忙看看")


def an_assessment(of, *, found=False, short=False, appealed=False):
    """A “六有” assessment that waits for the first officer, the second one, or (with an appeal) for the third one."""
    standards_.make_standard("six_haves")
    row = standards.open_assessment(personas.base(), actor=of("base_manager"))
    for code in standards_.CODES:
        row = standards.record_statement(row, code, note="有", actor=of("base_manager"))
    row = standards.submit_assessment(row, actor=of("base_manager"))
    if found or appealed:
        result = {"rules": "partly"} if short or appealed else {}
        row = standards.find_assessment(row, standards_.verdicts(**result), actor=of("xiazhuang"))
    if appealed:
        row = standards.confirm_assessment(row, actor=of("district_2"))
        row = standards.appeal_assessment(row, "制度在附件里", actor=of("base_manager"))
    return row


def a_draft(of):
    draft = standards.draft_version(standards_.make_standard("six_haves"), actor=of("district_2"))
    draft = standards.edit_version(draft, actor=of("district_2"), text="改过。")
    return standards.submit_version(draft, actor=of("district_2"))


def a_term_change(of):
    days = {"number": 3, "starts": dt.date(2027, 1, 1), "ends": dt.date(2030, 1, 1)}
    organization, secretary, member = personas.organization(), of("secretary"), of("member")
    change = organizations.begin_term_change(organization, days, actor=secretary)
    row = organizations.nominate(change, person=member.person, kind="secretary", actor=secretary)
    organizations.elect(organizations.answer_nomination(row, agrees=True, actor=member), actor=secretary)
    met = {"met_on": dt.date(2026, 9, 1), "place": "会议室", "invited": 9, "present": 8}
    return organizations.submit_term_change(
        organizations.edit_term_change(change, met, actor=secretary), actor=secretary
    )


def a_booking(of):
    secretary, starts = of("secretary"), factories.NINE + dt.timedelta(days=5)
    hall = personas.base().rooms.create(name="会客厅", capacity=30)
    data = {"title": "读书会", "people": 12, "starts": starts, "ends": starts + factories.HOUR}
    return bases.book_room(hall, actor=secretary, organization=personas.organization(), **data)


def a_visit(of):
    base = bases.edit_base(
        personas.base(), actor=of("xiazhuang"), hours="每天 8:00–18:00", takes_visits=True, visit_times="9:30"
    )
    starts = factories.NINE + dt.timedelta(days=5, minutes=30)
    who = {"unit": "日照市新的社会阶层人士联谊会", "contact_name": "安知远", "people": 20}
    return bases.request_visit(base, actor=factories.guest(), starts=starts, **who)


def a_plan(of):
    secretary = of("secretary")
    plan = objectives.draft_plan(personas.organization(), year=2026, actor=secretary)
    objectives.add_objective(plan, actor=secretary, what="走访会员", unit="人次", target=Decimal(120))
    return objectives.submit_plan(plan, actor=secretary)


def an_objective(of):
    return objectives.publish_plan(a_plan(of), actor=of("xiazhuang")).objectives.get()


def a_figure(of):
    row = an_objective(of)
    return objectives.enter_figure(row, amount=Decimal(3), on=row.starts, note="走访", actor=of("secretary"))


def a_revision(of):
    return objectives.revise_objective(an_objective(of), target=Decimal(9), reason=WHY, actor=of("secretary"))


MET = {f"result_{code}": "met" for code in standards_.CODES}
AGAIN = "标准six_haves评定重新办理"
CASES = [
    ("assessment-base", an_assessment, "find", None),
    ("assessment-base", an_assessment, "return", AGAIN),
    ("assessment-base", lambda of: an_assessment(of, found=True), "confirm", AGAIN),
    ("assessment-base", lambda of: an_assessment(of, found=True), "send_back", AGAIN),
    ("assessment-base", lambda of: an_assessment(of, appealed=True), "uphold", AGAIN),
    ("assessment-base", lambda of: an_assessment(of, appealed=True), "change", AGAIN),
    ("standard-version", a_draft, "return", "标准草案仍在等复核"),
    ("objectives-plan", a_plan, "publish", "刚才的决定已撤销"),
    ("objectives-plan", a_plan, "return", "刚才的决定已撤销"),
    ("objectives-figure", a_figure, "check", None),
    ("objectives-figure", a_figure, "refuse", "刚才的决定已撤销"),
    ("objectives-revision", a_revision, "agree", "刚才的决定已撤销"),
    ("objectives-revision", a_revision, "decline", "刚才的决定已撤销"),
    ("term-change", a_term_change, "agree", "换届的确认撤回"),
    ("term-change", a_term_change, "return", None),
    ("booking", a_booking, "confirm", "场地预订重新答复"),
    ("booking", a_booking, "decline", "场地预订重新答复"),
    ("visit", a_visit, "confirm", "观摩夏新连心驿站重新答复"),
    ("visit", a_visit, "decline", "观摩夏新连心驿站重新答复"),
    ("application-first", lambda of: an_application(of, "submitted"), "review_first", "入册申请重新审核"),
    ("application-first", lambda of: an_application(of, "submitted"), "return", "入册申请重新审核"),
    ("application-first", lambda of: an_application(of, "submitted"), "decline", None),
    (
        "application-second",
        lambda of: an_application(of, "first_reviewed", first=of("xiazhuang")),
        "return",
        "入册申请重新审核",
    ),
    ("application-second", lambda of: an_application(of, "first_reviewed", first=of("xiazhuang")), "decline", None),
    ("application-decline", a_proposal, "confirm", "入册申请重新审核"),
    ("application-decline", a_proposal, "return", "入册申请重新审核"),
    ("application-decline", a_proposal, "resume", None),
    ("application-objection", an_objection, "accept", "入册申请重新审核"),
    ("application-objection", an_objection, "uphold", "入册申请重新审核"),
    ("correction", lambda of: a_correction(of, name="赵启明"), "accept", "更正申请重新核对"),
    ("correction", lambda of: a_correction(of, name="赵启明"), "refuse", "更正申请重新核对"),
    ("representative-first", a_nomination, "first_review", None),
    ("representative-first", a_nomination, "decline", None),
    ("representative-second", lambda of: a_nomination(of, reviewed=True), "name", "代表人士的评定还没有结束"),
    ("representative-second", lambda of: a_nomination(of, reviewed=True), "decline", None),
    ("representative-decline", lambda of: a_nomination(of, declined=True), "confirm", None),
    ("outcome", an_outcome, "check", None),
    ("outcome", an_outcome, "refuse", "一项成果重新核实"),
    ("outcome-double", a_double, "count-first", "成果的重复认定撤销了"),
    ("outcome-double", a_double, "count-second", "成果的重复认定撤销了"),
    ("outcome-double", a_double, "apart", None),
    ("activity", an_activity, "approve", "活动重新审批"),
    ("activity", an_activity, "return", "活动重新审批"),
    ("request", a_request, "answer", "诉求的答复撤回了"),
]


def decided(client, code, row, option):
    url = reverse("admin:staff_decide", args=[code, row.public_id])
    version = client.get(url).context_data["page"].version
    client.post(url, {"choice": option, "reason": WHY, "version": version, **(MET if "assessment" in code else {})})
    made = Settled.objects.get()
    assert (made.option, type(row).objects.get(pk=row.pk).state != row.state) == (option, True)
    return made


def columns(row):
    """Return the columns of `row`, except when it was last changed."""
    row = type(row).objects.get(pk=row.pk)
    return {name: value for name, value in model_to_dict(row).items() if name != "changed_at"} | {
        one.name: getattr(row, one.attname) for one in row._meta.concrete_fields if one.name != "changed_at"
    }


@pytest.mark.parametrize(("code", "waiting", "option", "title"), CASES, ids=[f"{case[0]}-{case[2]}" for case in CASES])
def test_the_row_is_as_before_and_who_was_notified_is_notified(
    client_of, people_of, district, code, waiting, option, title
):
    row = waiting(people_of)
    before, client = columns(row), client_of(district)
    made = decided(client, code, row, option)
    Notice.objects.all().delete()
    answer = client.post(reverse("admin:staff_undo", args=[made.pk]), follow=True)
    assert "已撤销" in answer.content.decode()
    assert columns(row) == before
    titles = [notice.title for notice in Notice.objects.all()]
    assert [text[: len(title or "")] for text in titles] == ([title] if title else [])
    offered = extensions.todo_kind(code).options(type(row).objects.get(pk=row.pk), district)
    assert option in [choice.code for choice in offered]


def test_every_option_that_a_kind_undoes_is_tried_above():
    tried = {option for _code, _waiting, option, _title in CASES}
    # tests/services/proposals has those of proposals
    elsewhere = ("membership", "signup", "proposal", "proposal-promise")
    undone = {option for kind in extensions.todo_kinds() if kind.code not in elsewhere for option in kind.undoes}
    # tests/bases/test_visits.py has the first, which asks for a time, tests/standards/test_amending.py the second
    assert undone - {"propose", "amend"} == tried


# ---- what stands ----------------------------------------------------------------------------------------------------
def test_an_application_that_was_handed_in_again_is_not_taken_from_the_applicant(applicant, xiazhuang):
    row = members.return_application(people.in_state(applicant, "submitted"), actor=xiazhuang, reason=WHY)
    row = members.submit_application(row, actor=applicant)
    with pytest.raises(NotAllowed):  # the last step is that of the applicant
        members.undo_review(row, actor=xiazhuang)


def test_a_registered_applicant_stays_registered(applicant, xiazhuang, district):
    row = people.in_state(applicant, "first_reviewed", first=xiazhuang)
    row = members.approve_application(row, actor=district)
    with pytest.raises(ActionError):
        members.undo_review(row, actor=district)


def test_only_who_decided_takes_a_decision_on_a_person_back(applicant, member, xiazhuang, district):
    row = members.review_first(people.in_state(applicant, "submitted"), actor=xiazhuang)
    nominated = members.nominate_representative(member.person, actor=district, **TERM)
    nominated = members.first_review_representative(nominated, actor=xiazhuang)
    answered = services.answer_request(
        services.submit_request(actor=member, title="合同", text="请看"), actor=district, answer="可以。"
    )
    for act, target, actor in (
        (members.undo_review, row, district),
        (members.undo_representative_review, nominated, district),
        (services.withdraw_answer, answered, xiazhuang),
        (services.withdraw_answer, answered, member),
    ):
        with pytest.raises(NotAllowed):
            act(target, actor=actor)


def test_a_correction_stands_when_the_value_has_changed_since(member, district):
    done = members.accept_correction(
        members.edit_own_details(member.person, {"name": "赵启明"}, actor=member, reason=WHY)[0], actor=district
    )
    members.correct_person(member.person, {"name": "赵启新"}, actor=district)
    with pytest.raises(ActionError):
        members.undo_correction(done, actor=district)
    member.person.refresh_from_db()
    assert member.person.name == "赵启新"


def test_a_correction_stands_when_the_person_has_asked_again(member, district):
    done = members.refuse_correction(
        members.edit_own_details(member.person, {"name": "赵启明"}, actor=member, reason=WHY)[0],
        actor=district,
        reason=WHY,
    )
    members.edit_own_details(member.person, {"name": "赵启新"}, actor=member, reason=WHY)
    with pytest.raises(ActionError):
        members.undo_correction(done, actor=district)


def test_an_activity_that_was_published_since_is_not_taken_back(district, secretary):
    row = factories.draft(organization=personas.organization(), drafted_by=secretary)
    row = activities.approve_activity(activities.submit_activity(row, actor=secretary), actor=district)
    row = activities.publish_activity(row, actor=secretary)
    with pytest.raises(ActionError):
        activities.undo_approval(row, actor=district)


def test_a_rated_answer_is_not_taken_back(member, district):
    row = services.submit_request(actor=member, title="合同", text="请看")
    row = services.answer_request(row, actor=district, answer="可以。")
    services.rate_request(row, actor=member, solved=1, useful=1)
    with pytest.raises(ActionError):
        services.withdraw_answer(row, actor=district)


# ---- what people see of it ------------------------------------------------------------------------------------------
def test_a_withdrawn_answer_leaves_the_thread_and_an_earlier_one_stays(member, district):
    row = services.submit_request(actor=member, title="合同", text="请看")
    row = services.answer_request(row, actor=district, answer="第一次答复。")
    row = services.reopen_request(row, actor=member, reason="没有说到点上")
    row = services.answer_request(row, actor=district, answer="发错的答复。")
    row = services.withdraw_answer(row, actor=district)
    row = Request.objects.get(pk=row.pk)
    assert (row.state, row.answer) == ("routed", "第一次答复。")
    assert [entry.text for entry in row.thread()] == ["第一次答复。", "没有说到点上", "撤回了答复，重新办理"]


def test_the_figure_of_a_checked_outcome_goes_back_with_the_check(leader, district):
    data = {"kind": "money", "title": "助学款", "happened_on": dt.date(2026, 9, 1), "amount": Decimal("3000")}
    row = services.check_outcome(services.report_outcome(personas.team(), actor=leader, **data), actor=district)
    assert extensions.metric("donations").of() == Decimal("3000")
    services.reopen_outcome(row, actor=district)
    assert extensions.metric("donations").of() == 0
    assert Entry.objects.filter(verb="outcome.decision_undone", actor=district.public_id).exists()


def test_a_name_that_was_accepted_by_mistake_is_the_former_one_also_of_the_account(member, district):
    name = member.person.name
    done = members.accept_correction(
        members.edit_own_details(member.person, {"name": "赵启明"}, actor=member, reason=WHY)[0], actor=district
    )
    members.undo_correction(done, actor=district)
    member.refresh_from_db()
    member.person.refresh_from_db()
    assert (member.person.name, member.name) == (name, name)
    assert clock.today() <= done.due_on
