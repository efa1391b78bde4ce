"""The rows of the demo are possible and invented, and the demo has open work on its day."""

import datetime as dt
import re

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.db.models import Count, F, Max, Min, Q
from django.test.utils import CaptureQueriesContext

from activities.actions import anonymise_guests, expire_offers
from activities.models import Activity, CheckIn, ServiceRecord, Signup
from activities.states import SIGNUP_TAKES_PLACE
from bases.actions import erase_visits, expire_bookings, lapse_visits
from bases.models import Base, Room, RoomBooking, Visit
from chengyang import clock
from chengyang.demo import names
from chengyang.lib.chinese import phones
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Role, Subdistrict, User
from chengyang.platform.accounts.organizers import DatedPost
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy.models import Consent
from chengyang.platform.staff import todo_queue
from members.actions import run_periodic
from members.models import Application, Assessment, Person, Representative
from organizations.models import Membership
from services.actions import remind_handlers
from services.models import (
    CoSigner,
    Department,
    Follower,
    Outcome,
    OutcomeDouble,
    OutcomeParty,
    Promise,
    Proposal,
    ProposalEdition,
    Referral,
    Request,
)
from services.proposals.actions.upkeep import mark_late, remind_department, remind_of_promise
from services.states import EditionState
from tests.demo.demo_copy import TODAY
from tests.personas import NAMES

pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.django_db]

MIDNIGHT = clock.at(TODAY)
# domain.md, "What the portal refuses to hold"
REFUSED = re.compile(
    r"relig|宗教|信仰|思想|政治表现|研判|画像|风险|倾向|轨迹|longitude|latitude|人脸|\bface\b|指纹|家庭成员|社会关系|舆情|重点人员"
)


def member():
    return User.objects.get(email="member@demo.invalid")


# ---- invented -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", [User, Person])
def test_every_number_is_of_the_unassigned_prefix(model):
    numbers = [row.phone for row in model.objects.only("phone", "public_id")]
    assert numbers
    assert all(phones.is_demo_phone(number) for number in numbers)


def test_every_address_can_receive_no_mail():
    assert not User.objects.exclude(email=None).exclude(email__endswith="@demo.invalid").exists()


@pytest.mark.parametrize(
    "model",
    [
        *(User, Role, Person, Application, Assessment, Representative, Activity, Membership, Request, Outcome),
        *(Room, RoomBooking, Visit, OutcomeParty, OutcomeDouble),
        *(Proposal, CoSigner, Department, Referral, Promise, ProposalEdition, Follower),
    ],
)
def test_every_row_is_marked(model):
    assert model._base_manager.exists()
    assert not model._base_manager.filter(is_demo=False).exists()


def test_bases_have_open_work_and_nothing_that_the_periodic_task_would_have_done():
    assert (expire_bookings(), lapse_visits(), erase_visits()) == (0, 0, 0)
    manager = User.objects.get(email="base_manager@demo.invalid")
    waiting = {key.kind.code for key in todo_queue.keys(manager, "bases")}
    assert {"booking", "visit", "reception"} <= waiting
    assert Base.objects.filter(opening_times__isnull=False).distinct().count() >= 6


def test_nobody_has_the_name_of_a_well_known_person():
    used_names = {*Person.objects.values_list("name", flat=True), *Signup.objects.values_list("guest_name", flat=True)}
    assert not [name for name in used_names if names.is_known(name)]


@pytest.mark.parametrize("name", ["诸葛亮", "欧阳修", "曾国藩"])
def test_names_of_well_known_people_are_recognised(name):
    assert names.is_known(name)


@pytest.mark.parametrize(
    "part",
    ["·", "㻛", "䶮", "𬭚", "欧阳", "尉迟", "司马", "曾", "仇", "单", "解", "区", "查", "盖", "朴", "翟", "缪", "覃"],
)
def test_names_of_every_kind_are_there(part):
    assert Person.objects.active().filter(name__contains=part).exists()


def test_given_names_have_one_to_three_characters():
    lengths = {len(name) for name in Person.objects.active().exclude(name__contains="·").values_list("name", flat=True)}
    assert lengths >= {2, 3, 4}


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Person, ("unit", "job")),
        (Application, ("unit", "job", "reason")),
        (Assessment, ("findings", "note")),
        (Representative, ("reason",)),
        (Request, ("title", "text", "answer")),
        (Proposal, ("title", "situation", "wish", "advice")),
    ],
)
def test_no_text_about_a_person_has_a_forbidden_subject(model, columns):
    texts = {str(text) for row in model.objects.values_list(*columns) for text in row}
    assert not [text for text in texts if REFUSED.search(text)]


# ---- possible -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("model", "column"),
    [
        (CheckIn, "checked_in_at"),
        (CheckIn, "checked_out_at"),
        (ServiceRecord, "at"),
        (Signup, "at"),
        (Signup, "changed_at"),
        (Signup, "forgotten_at"),
        (Activity, "published_at"),
        (Activity, "changed_at"),
        (Application, "saved_at"),
        (Application, "acted_at"),
        (Representative, "named_at"),
        (Request, "at"),
        (Request, "answered_at"),
        (Request, "escalated_at"),
        (Outcome, "checked_at"),
        (Proposal, "submitted_at"),
        (Proposal, "closed_at"),
        (Referral, "answered_at"),
        (ProposalEdition, "published_at"),
        (Notice, "at"),
        (Consent, "at"),
        (User, "date_joined"),
    ],
)
def test_nothing_has_happened_after_the_day_began(model, column):
    assert model.objects.aggregate(last=Max(column))["last"] <= MIDNIGHT


def test_nobody_checked_in_to_an_activity_that_has_not_ended():
    assert not CheckIn.objects.filter(signup__activity__ends__gt=MIDNIGHT).exists()


def test_nobody_signed_up_before_being_registered():
    early = Signup.objects.filter(person__isnull=False, activity__starts__date__lt=F("person__registered_on"))
    assert not early.exists()


def test_places_taken_are_those_confirmed_and_offered():
    taking = Count("signups", filter=Q(signups__state__in=SIGNUP_TAKES_PLACE))
    assert not Activity.objects.annotate(taking=taking).exclude(taken=F("taking")).exists()


def test_positions_have_no_gap():
    counted = Activity.objects.annotate(
        number=Count("signups"), first=Min("signups__position"), last=Max("signups__position")
    ).filter(number__gt=0)
    assert not counted.exclude(number=F("last_position"), last=F("last_position"), first=1).exists()


def test_the_waiting_list_comes_after_the_confirmed_places():
    lines = Activity.objects.annotate(
        placed=Max("signups__position", filter=Q(signups__state="confirmed")),
        waits=Min("signups__position", filter=Q(signups__state="waitlisted")),
    ).filter(waits__isnull=False)
    assert lines.exists()
    assert not lines.filter(placed__gt=F("waits")).exists()


def test_only_a_full_activity_has_a_waiting_list():
    waited = Activity.objects.filter(signups__state="waitlisted")
    assert not waited.exclude(taken=F("capacity")).exists()


def test_people_sign_up_by_day():
    hours = set(Signup.objects.values_list("at__hour", flat=True).distinct())
    assert hours <= set(range(7, 23))


def test_two_people_reviewed_every_representative():
    named = Representative.objects.filter(state__in=["named", "ended"])
    complete = named.filter(first_reviewer__isnull=False, second_reviewer__isnull=False, assessment__state="passed")
    assert complete.exclude(first_reviewer=F("second_reviewer")).count() == named.count()


def test_all_four_haves_of_a_representative_have_a_note():
    findings = Representative.objects.on(TODAY).values_list("assessment__findings", flat=True)
    assert all(
        len(found) == 4 and all(one["result"] == "met" and one["note"] for one in found.values()) for found in findings
    )


@pytest.mark.parametrize("model", DatedPost.__subclasses__(), ids=lambda model: model._meta.label)
def test_nobody_held_a_post_before_being_registered(model):
    assert model.objects.exists()
    assert not model.objects.filter(starts__lt=F("person__registered_on")).exists()


@pytest.mark.parametrize("model", [*DatedPost.__subclasses__(), Representative], ids=lambda model: model._meta.label)
def test_nobody_is_shown_in_public_without_consent(model):
    agreed = Consent.objects.latest().filter(purpose__code="publication", given=True).values("user")
    shown = model.objects.filter(is_public=True)
    assert shown.exists()
    assert not shown.exclude(person__user__in=agreed).exists()


def test_every_registered_person_with_an_account_has_agreed_to_be_registered():
    agreed = Consent.objects.latest().filter(purpose__code="registration", given=True).values("user")
    assert not Person.objects.active().filter(user__isnull=False).exclude(user__in=agreed).exists()


def test_the_first_periodic_run_of_members_has_nothing_to_do():
    assert set(run_periodic().values()) == {0}


def test_the_first_periodic_run_of_activities_has_nothing_to_do():
    assert (expire_offers(), anonymise_guests()) == (0, 0)


def test_nobody_has_to_be_reminded_of_a_request():
    waiting = Request.objects.filter(state__in=["submitted", "routed"])
    assert [remind_handlers(request, TODAY) for request in waiting] == [0] * waiting.count()


# ---- open work on the day ---------------------------------------------------------------------------------------------------------
def test_the_accounts_file_lists_the_personas_and_only_its_owner_reads_it(demo_home):
    file = demo_home / "demo-accounts.txt"
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    assert file.stat().st_mode & 0o777 == 0o600
    assert [(name, sign_in) for name, sign_in, _, _ in rows] == [
        (name, f"{name}@demo.invalid") for name in _persona_order()
    ]


def _persona_order():
    first = ["district", "district_2", "xiazhuang", "liuting", "editor"]
    last = ["secretary", "base_manager", "leader", "member", "stranger", "sysadmin", "secadmin", "auditor"]
    assert {*first, *last} == set(NAMES)
    return first + last


def test_the_passwords_of_the_file_sign_in(demo_home):
    for line in (demo_home / "demo-accounts.txt").read_text(encoding="utf-8").splitlines():
        _, sign_in, password, _ = line.split("\t")
        assert check_password(password, User.objects.get(email=sign_in).password)


def test_only_personas_have_a_password():
    others = User.objects.exclude(email__in=[f"{name}@demo.invalid" for name in NAMES])
    assert others.filter(password="!").count() == others.count() > 500


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("district", "district"),
        ("xiazhuang", "subdistricts"),
        ("secretary", "posts"),
        ("base_manager", "posts"),
        ("leader", "posts"),
    ],
)
def test_a_persona_has_the_scope_that_its_name_says(name, of):
    assert getattr(access_scope(User.objects.get(email=f"{name}@demo.invalid")), of)


@pytest.mark.parametrize(
    "name", ["district", "district_2", "xiazhuang", "liuting", "secretary", "base_manager", "leader"]
)
def test_a_persona_has_open_work(name):
    assert len(todo_queue.keys(User.objects.get(email=f"{name}@demo.invalid"))) >= 3


@pytest.mark.parametrize("name", ["district", "xiazhuang", "liuting", "secretary", "leader"])
def test_something_is_overdue_or_due_today(name):
    due = {key.due_on for key in todo_queue.keys(User.objects.get(email=f"{name}@demo.invalid"))}
    assert min(due) <= TODAY


def test_an_officer_has_applied_too():
    applicants = Application.objects.filter(state="submitted", user__roles__kind=Role.Kind.SUBDISTRICT)
    assert [application.user.email for application in applicants] == ["liuting@demo.invalid"]


@pytest.mark.parametrize(
    "state", ["draft", "submitted", "returned", "first_reviewed", "approved", "declined", "withdrawn"]
)
def test_applications_are_in_every_state(state):
    assert Application.objects.filter(state=state).exists()


def test_every_day_of_the_month_has_something():
    first, last = TODAY.replace(day=1), dt.date(2026, 11, 30)
    shown = Activity.objects.published()
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    assert all(shown.overlapping(clock.at(day), clock.at(day + dt.timedelta(days=1))).exists() for day in days)


def test_six_years_of_activities_end_with_the_weeks_to_come():
    first = Activity.objects.aggregate(first=Min("starts"))["first"].date()
    assert dt.date(2020, 11, 24) <= first < dt.date(2020, 12, 31)


@pytest.mark.parametrize(
    "condition",
    [
        Q(mode="online"),
        Q(mode="both"),
        Q(capacity=None),
        Q(capacity=F("taken")),
        Q(capacity__lte=F("taken") + 4, capacity__gt=F("taken")),
        Q(state="cancelled"),
        Q(audience="members"),
        Q(audience="organization"),
        Q(by_review=True),
        Q(ends__gt=F("starts") + dt.timedelta(days=2)),
    ],
    ids=str,
)
def test_coming_activities_are_of_every_kind(condition):
    assert Activity.objects.shown().filter(condition, starts__gt=MIDNIGHT).exists()


def test_an_activity_lasts_from_one_week_into_the_next():
    spans = Activity.objects.shown().filter(starts__gt=MIDNIGHT, ends__gt=F("starts") + dt.timedelta(days=1))
    assert [one for one in spans if one.last_day.isocalendar().week != one.first_day.isocalendar().week]


def test_the_member_has_a_ticket_in_three_days():
    ticket = Signup.objects.get(person__user=member(), activity__starts__date=TODAY + dt.timedelta(days=3))
    assert (ticket.state, ticket.activity.kind) == ("confirmed", "volunteer")


@pytest.mark.parametrize("state", ["offered", "waitlisted"])
def test_the_member_waits_and_is_offered_a_place(state):
    assert Signup.objects.filter(person__user=member(), state=state, activity__starts__gt=MIDNIGHT).count() == 1


def test_the_member_has_hours_of_this_year():
    served = ServiceRecord.objects.filter(checkin__signup__person__user=member(), at__year=TODAY.year)
    assert served.total() >= 5


def test_the_member_has_read_some_notices_and_not_others():
    mine = Notice.objects.filter(user=member())
    assert 0 < mine.unread().count() < mine.count()


@pytest.mark.parametrize(("light", "least"), [("green", 3), ("amber", 2), ("red", 1)])
def test_bases_show_every_light(light, least):
    from bases.models import Assessment as SixHaves

    passed = SixHaves.objects.filter(state="passed")
    assert len([one for one in passed if one.light(TODAY) == light]) >= least


def test_no_activity_names_another_subdistrict_than_that_of_its_place():
    names = set(Subdistrict.objects.values_list("name", flat=True))
    rows = Activity.objects.exclude(place_subdistrict=None).select_related("place_subdistrict")
    named = [(row.place_subdistrict.name, {name for name in names if name in row.place + row.address}) for row in rows]
    assert [(own, others) for own, others in named if others - {own}] == []
    assert any(others for _own, others in named)


def test_what_is_stored_about_a_person_costs_a_statement_only_for_tables_with_rows(client):
    client.force_login(member(), backend="chengyang.platform.accounts.backends.PortalBackend")
    client.get("/me/data/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/me/data/").status_code == 200
    assert len(asked) <= 45


# ---- proposals ------------------------------------------------------------------------------------------------------
def test_proposals_are_at_every_stage_and_nothing_is_left_to_the_periodic_task():
    states = set(Proposal.objects.values_list("state", flat=True))
    assert states >= {"draft", "submitted", "returned", "reviewed", "forwarded", "answered", "closed"}
    referrals, promises = Referral.objects.filter(state="open"), Promise.objects.filter(state="open")
    assert not [row for row in referrals if remind_department(row, TODAY) or mark_late(row, TODAY)]
    assert not [row for row in promises if remind_of_promise(row, TODAY)]


def test_two_officers_published_each_proposal_after_its_answer():
    rows = ProposalEdition.objects.filter(state=EditionState.PUBLISHED)
    assert rows.count() >= 6
    assert not rows.filter(cleaned_by=F("checked_by")).exists()
    assert not [row for row in rows if row.published_at < row.proposal.answered_at]


def test_the_district_has_proposals_to_decide_on():
    district = User.objects.get(email="district@demo.invalid")
    waiting = {key.kind.code for key in todo_queue.keys(district, "services")}
    assert {"proposal", "proposal-late", "proposal-promise"} <= waiting
