"""Drafting, approving, publishing, editing and cancelling activities."""

import datetime as dt

import pytest

from activities import actions
from activities.models import Activity
from chengyang import clock
from chengyang.errors import ActionError, NotAllowed
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.audit.models import Entry
from chengyang.platform.notices.models import Notice
from tests import personas

from . import factories
from .factories import moment

COMPLETE = {
    "title": "非遗剪纸体验",
    "place": "向阳会客厅",
    "summary": "学剪一张窗花。",
    "contact": "联合会秘书处",
    "starts": moment(20, 14),
    "ends": moment(20, 16),
}


def verbs():
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


def notified():
    """Return (kind, account) of each notice."""
    return [(notice.kind, notice.user_id) for notice in Notice.objects.order_by("pk")]


# ---- drafting -------------------------------------------------------------------------------------------------------
def test_an_organizer_drafts_its_own_activity(secretary, organization):
    activity = actions.draft_activity(actor=secretary, organization=organization, **COMPLETE)
    assert (activity.state, activity.drafted_by) == ("draft", secretary)


def test_a_draft_gets_the_subdistrict_of_its_organizer(secretary, organization):
    activity = actions.draft_activity(actor=secretary, organization=organization, **COMPLETE)
    assert activity.subdistrict == organization.subdistrict


def test_a_draft_of_a_district_organizer_gets_the_subdistrict_of_its_base(district, organization):
    activity = actions.draft_activity(actor=district, base=personas.base(), **COMPLETE)
    assert activity.subdistrict == personas.base().subdistrict


def elsewhere():
    """Return the subdistrict 流亭, whose staff have no authority over 夏庄."""
    return Subdistrict.objects.get(name="流亭街道")


def test_an_organizer_does_not_choose_whose_staff_approve(secretary, organization):
    activity = actions.draft_activity(actor=secretary, organization=organization, subdistrict=elsewhere(), **COMPLETE)
    assert actions.edit_activity(activity, actor=secretary, subdistrict=elsewhere()).subdistrict.name == "夏庄街道"
    assert activity.subdistrict.name == "夏庄街道"


def test_a_district_organizer_chooses_the_subdistrict(district, reference):
    union = personas.organization(slug="union", name="联合会", level="district", subdistrict=None)
    activity = actions.draft_activity(
        actor=district, organization=union, base=personas.base(), subdistrict=elsewhere(), **COMPLETE
    )
    assert activity.subdistrict == elsewhere()


def test_staff_draft_nothing_for_an_organizer_of_another_subdistrict(xiazhuang, reference):
    other = personas.organization(slug="liuting", name="流亭联谊会", subdistrict=elsewhere())
    with pytest.raises(NotAllowed):
        actions.draft_activity(actor=xiazhuang, organization=other, subdistrict=reference, **COMPLETE)


def test_a_draft_is_not_moved_to_another_organizer(secretary, organization):
    activity = actions.draft_activity(actor=secretary, organization=organization, **COMPLETE)
    other = personas.base(slug="other", name="别处驿站", subdistrict=elsewhere())
    with pytest.raises(NotAllowed):
        actions.edit_activity(activity, actor=secretary, organization=None, base=other, subdistrict=None)


def test_staff_move_nothing_to_another_subdistrict(xiazhuang, activity):
    with pytest.raises(NotAllowed):
        actions.edit_activity(activity, actor=xiazhuang, subdistrict=elsewhere())


@pytest.mark.parametrize("name", ["leader", "base_manager", "liuting", "member", "editor"])
def test_nobody_drafts_for_another_organizer(organization, name):
    with pytest.raises(NotAllowed):
        actions.draft_activity(actor=personas.make(name), organization=organization, **COMPLETE)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 31}, "title"),
        ({"ends": moment(20, 13)}, None),
        ({"capacity": 0}, "capacity"),
        ({"audience": "organization"}, None),
        ({"signup_opens": moment(19), "signup_closes": moment(18)}, None),
    ],
)
def test_an_impossible_draft_names_the_field(district, reference, fields, field):
    with pytest.raises(ActionError) as refusal:
        actions.draft_activity(actor=district, **{**COMPLETE, **fields})
    assert (refusal.value.code, refusal.value.field) == ("invalid", field)


def test_counters_and_states_are_not_edited(district, reference):
    with pytest.raises(TypeError, match="taken"):
        actions.draft_activity(actor=district, taken=3, **COMPLETE)


# ---- approval -------------------------------------------------------------------------------------------------------
def test_an_activity_of_an_organizer_is_submitted_approved_and_published(secretary, xiazhuang, organization):
    activity = actions.draft_activity(actor=secretary, organization=organization, **COMPLETE)
    actions.submit_activity(activity, actor=secretary)
    actions.approve_activity(activity, actor=xiazhuang)
    activity = actions.publish_activity(activity, actor=secretary)
    assert (activity.state, activity.approved_by, activity.published_at) == ("published", xiazhuang, factories.NINE)
    assert verbs() == ["activity.created", "activity.submitted", "activity.approved", "activity.published"]


def test_a_submitted_activity_is_due_in_three_working_days(secretary, organization):
    activity = actions.submit_activity(factories.draft(organization=organization), actor=secretary)
    assert activity.due_on == dt.date(2026, 9, 20)  # Thursday, Friday, and the Sunday that is worked before the holiday


def test_staff_publish_their_own_draft_in_one_call(xiazhuang, reference):
    activity = actions.draft_activity(actor=xiazhuang, subdistrict=reference, **COMPLETE)
    activity = actions.publish_activity(activity, actor=xiazhuang)
    assert activity.state == "published"
    assert verbs()[1:] == ["activity.submitted", "activity.approved", "activity.published"]


def test_what_a_colleague_returned_is_not_published(secretary, xiazhuang, district, organization):
    activity = actions.submit_activity(factories.draft(organization=organization), actor=secretary)
    actions.return_activity(activity, reason="请写保险", actor=xiazhuang)
    with pytest.raises(ActionError, match="已经退回修改") as refused:
        actions.publish_activity(activity, actor=district)
    assert refused.value.code == "state"


def test_the_draft_of_somebody_else_is_submitted_before_it_is_published(secretary, xiazhuang, organization):
    activity = factories.draft(organization=organization, drafted_by=secretary)
    with pytest.raises(NotAllowed):
        actions.publish_activity(activity, actor=xiazhuang)
    actions.submit_activity(activity, actor=secretary)
    assert actions.publish_activity(activity, actor=xiazhuang).state == "published"


@pytest.mark.parametrize("name", ["secretary", "liuting", "leader", "member"])
def test_an_organizers_draft_is_not_published_without_staff(organization, name):
    activity = factories.draft(organization=organization, state="submitted")
    with pytest.raises(NotAllowed):
        actions.publish_activity(activity, actor=personas.make(name))


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"summary": ""}, "incomplete", "summary"),
        ({"place": ""}, "incomplete", "place"),
        ({"contact": ""}, "incomplete", "contact"),
        ({"hazards": "剪刀划伤"}, "incomplete", "insurance"),
        ({"starts": moment(16, 8)}, "past", "starts"),
        ({"kind": "volunteer", "ends": moment(20, 9)}, "long", "ends"),
    ],
)
def test_an_incomplete_activity_is_not_submitted(xiazhuang, reference, fields, code, field):
    with pytest.raises(ActionError) as refusal:
        actions.submit_activity(factories.draft(**fields), actor=xiazhuang)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_an_online_activity_needs_no_place(xiazhuang, reference):
    activity = actions.submit_activity(factories.draft(mode="online", place=""), actor=xiazhuang)
    assert activity.state == "submitted"


def test_a_returned_activity_has_the_reason(secretary, xiazhuang, organization):
    activity = factories.draft(organization=organization, state="submitted", drafted_by=secretary)
    activity = actions.return_activity(activity, reason=" 请写保险 ", actor=xiazhuang)
    assert (activity.state, activity.reason, activity.due_on) == ("returned", "请写保险", None)
    assert notified() == [("activities/returned", secretary.pk)]


def test_a_return_without_a_reason_is_refused(xiazhuang, reference):
    with pytest.raises(ActionError) as refusal:
        actions.return_activity(factories.draft(state="submitted"), reason=" ", actor=xiazhuang)
    assert refusal.value.code == "reason"


def test_a_step_that_is_no_transition_is_refused(xiazhuang, activity):
    with pytest.raises(ActionError) as refusal:
        actions.approve_activity(activity, actor=xiazhuang)
    assert refusal.value.code == "state"


def test_attendance_of_a_volunteer_service_is_due_in_ten_working_days(xiazhuang, reference):
    activity = actions.publish_activity(factories.draft(kind="volunteer"), actor=xiazhuang)
    assert activity.due_on == dt.date(2026, 10, 9)  # of 19 September; Mid-Autumn and National Day lie between


def test_attendance_of_other_activities_is_not_due(xiazhuang, reference):
    assert actions.publish_activity(factories.draft(), actor=xiazhuang).due_on is None


# ---- editing a published activity -----------------------------------------------------------------------------------
def test_a_published_activity_gets_a_new_revision(xiazhuang, activity):
    activity = actions.edit_activity(activity, actor=xiazhuang, bring="水杯")
    assert (activity.sequence, activity.bring) == (1, "水杯")


def test_an_edit_that_changes_nothing_writes_nothing(xiazhuang, activity):
    activity = actions.edit_activity(activity, actor=xiazhuang, title=activity.title)
    assert (activity.sequence, verbs()) == (0, [])


def test_a_draft_has_no_revisions(xiazhuang, reference):
    assert actions.edit_activity(factories.draft(), actor=xiazhuang, bring="水杯").sequence == 0


def test_another_place_is_notified(xiazhuang, activity):
    signup = factories.signed_up(activity)
    Notice.objects.all().delete()
    actions.edit_activity(activity, actor=xiazhuang, place="向阳会客厅")
    assert notified() == [("activities/changed", signup.person.user_id)]


def test_another_agenda_is_not_notified(xiazhuang, activity):
    factories.signed_up(activity)
    Notice.objects.all().delete()
    actions.edit_activity(activity, actor=xiazhuang, agenda="08:30 集合")
    assert notified() == []


@pytest.mark.parametrize(
    ("fields", "code"), [({"kind": "volunteer"}, "kind"), ({"capacity": 1}, "capacity"), ({"title": ""}, "invalid")]
)
def test_impossible_edits_of_a_published_activity(xiazhuang, activity, fields, code):
    factories.queue(activity, 2)
    with pytest.raises(ActionError) as refusal:
        actions.edit_activity(activity, actor=xiazhuang, **fields)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"summary": ""}, "incomplete", "summary"),
        ({"place": ""}, "incomplete", "place"),
        ({"contact": ""}, "incomplete", "contact"),
        ({"hazards": "落水"}, "incomplete", "insurance"),
        ({"ends": moment(20, 9)}, "long", "ends"),
        ({"starts": moment(16, 8)}, "past", "starts"),
    ],
)
def test_a_published_activity_stays_complete(xiazhuang, service, fields, code, field):
    with pytest.raises(ActionError) as refusal:
        actions.edit_activity(service, actor=xiazhuang, **fields)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_an_activity_that_has_begun_is_edited(xiazhuang, activity, settings):
    settings.PORTAL_CLOCK = moment(19, 9)
    assert actions.edit_activity(activity, actor=xiazhuang, bring="水杯").bring == "水杯"


def test_the_time_of_a_past_activity_stays(xiazhuang, activity, settings):
    settings.PORTAL_CLOCK = moment(20)
    with pytest.raises(ActionError) as refusal:
        actions.edit_activity(activity, actor=xiazhuang, ends=moment(22))
    assert refusal.value.code == "over"


def test_new_places_go_to_the_waiting_list(xiazhuang, activity):
    factories.queue(activity, 4)
    actions.edit_activity(activity, actor=xiazhuang, capacity=3)
    assert factories.states(activity) == ["confirmed", "confirmed", "offered", "waitlisted"]
    assert factories.counted(activity) == (3, 3)


def test_no_offer_outlives_an_earlier_start(xiazhuang, activity):
    factories.queue(activity, 3)
    actions.edit_activity(activity, actor=xiazhuang, capacity=3)
    actions.edit_activity(activity, actor=xiazhuang, starts=moment(16, 10))
    assert activity.signups.get(state="offered").offer_expires_at == moment(16, 10)


def test_the_due_date_of_the_attendance_follows_the_end(xiazhuang, service):
    activity = actions.edit_activity(service, actor=xiazhuang, starts=moment(17), ends=moment(17, 10))
    assert activity.due_on == dt.date(2026, 10, 8)


def test_a_cancelled_activity_is_not_edited(xiazhuang, activity):
    actions.cancel_activity(activity, reason="台风", actor=xiazhuang)
    with pytest.raises(ActionError) as refusal:
        actions.edit_activity(activity, actor=xiazhuang, bring="伞")
    assert refusal.value.code == "state"


# ---- cancelling -----------------------------------------------------------------------------------------------------
def test_cancelling_is_notified_to_open_signups(xiazhuang, activity):
    signups = factories.queue(activity, 3)
    actions.cancel_signup(signups[0], actor=signups[0].person.user)
    Notice.objects.all().delete()
    actions.cancel_activity(activity, reason="台风", actor=xiazhuang)
    assert notified() == [("activities/called_off", signup.person.user_id) for signup in signups[1:]]


def test_a_cancelled_activity_keeps_its_reason_and_revision(secretary, organization):
    activity = actions.cancel_activity(factories.published(organization=organization), reason="台风", actor=secretary)
    assert (activity.state, activity.reason, activity.sequence, activity.cancelled_at) == (
        "cancelled", "台风", 1, factories.NINE,
    )  # fmt: skip


def test_an_abandoned_draft_is_on_no_calendar(xiazhuang, reference):
    actions.cancel_activity(factories.draft(), reason="不办了", actor=xiazhuang)
    assert not Activity.objects.published().exists()


def test_a_past_activity_is_not_cancelled(xiazhuang, activity, settings):
    settings.PORTAL_CLOCK = moment(19, 12)
    with pytest.raises(ActionError) as refusal:
        actions.cancel_activity(activity, reason="台风", actor=xiazhuang)
    assert refusal.value.code == "over"


@pytest.mark.parametrize("name", ["liuting", "leader", "member", "editor"])
def test_nobody_else_cancels_it(activity, name):
    with pytest.raises(NotAllowed):
        actions.cancel_activity(activity, reason="台风", actor=personas.make(name))


def test_the_clock_of_these_tests_stands():
    assert clock.now() == factories.NINE


# ---- the subdistrict of the place -----------------------------------------------------------------------------------
def test_the_place_takes_the_subdistrict_of_its_base(reference, district):
    liuting = Subdistrict.objects.get(name="流亭街道")
    base = personas.base(subdistrict=liuting)
    activity = actions.draft_activity(actor=district, **dict(COMPLETE, organization=personas.organization(), base=base))
    assert (activity.subdistrict, activity.place_subdistrict) == (reference, liuting)


def test_a_given_subdistrict_of_the_place_stays(reference, district):
    hetao = Subdistrict.objects.create(name="河套街道", code="370214007")
    activity = actions.draft_activity(actor=district, **dict(COMPLETE, base=personas.base(), place_subdistrict=hetao))
    assert activity.place_subdistrict == hetao
    other = personas.base(slug="other", name="别的基地", subdistrict=Subdistrict.objects.get(name="流亭街道"))
    assert actions.edit_activity(activity, actor=district, base=other).place_subdistrict == hetao


def test_the_place_moves_with_its_base(reference, district):
    activity = actions.draft_activity(actor=district, **dict(COMPLETE, base=personas.base()))
    liuting = Subdistrict.objects.get(name="流亭街道")
    other = personas.base(slug="other", name="别的基地", subdistrict=liuting)
    assert actions.edit_activity(activity, actor=district, base=other).place_subdistrict == liuting


def test_what_is_only_online_is_in_no_subdistrict(reference, district):
    activity = actions.draft_activity(actor=district, **dict(COMPLETE, base=personas.base()))
    assert actions.edit_activity(activity, actor=district, mode="online").place_subdistrict is None
