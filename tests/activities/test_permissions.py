"""The truth table of every can_… over all personas; the activity is in 夏庄."""

import pytest

from activities import permissions as may
from activities.actions import sign_up
from activities.models import CheckIn, ServiceRecord
from chengyang.platform.accounts.models import Role
from tests import personas

from . import factories

ORGANIZERS = {"organization": personas.organization, "base": personas.base, "team": personas.team}
STAFF = {"district", "district_2", "xiazhuang"}
MANAGERS = {
    "office": STAFF,
    "organization": STAFF | {"secretary"},
    "base": STAFF | {"base_manager"},
    "team": STAFF | {"leader"},
}


def organised_by(who, **fields):
    organizer = {} if who == "office" else {who: ORGANIZERS[who]()}
    return factories.draft(**organizer, **fields)


def who_may(check, obj):
    return {name for name in personas.NAMES if check(personas.make(name), obj)}


@pytest.mark.parametrize("who", MANAGERS)
@pytest.mark.parametrize("verb", ["draft", "submit", "cancel", "finish", "manage", "edit"])
def test_managers_draft_submit_and_cancel(reference, verb, who):
    assert who_may(getattr(may, f"can_{verb}_activity"), organised_by(who)) == MANAGERS[who]


@pytest.mark.parametrize("who", MANAGERS)
@pytest.mark.parametrize("verb", ["approve", "return"])
def test_only_staff_of_its_scope_approve_or_return(reference, verb, who):
    assert who_may(getattr(may, f"can_{verb}_activity"), organised_by(who, state="submitted")) == STAFF


@pytest.mark.parametrize("state", ["submitted", "approved", "published", "cancelled"])
def test_a_submitted_activity_is_edited_by_staff_only(reference, state):
    fields = {"published_at": factories.NINE, "cancelled_at": factories.NINE, "reason": "雨"}
    assert who_may(may.can_edit_activity, organised_by("organization", state=state, **fields)) == STAFF


@pytest.mark.parametrize(
    ("state", "publishers"), [("draft", STAFF), ("submitted", STAFF), ("approved", STAFF | {"leader"})]
)
def test_the_organizer_publishes_what_is_approved(reference, state, publishers):
    assert who_may(may.can_publish_activity, organised_by("team", state=state)) == publishers


def test_an_activity_without_subdistrict_is_approved_by_the_district(reference):
    assert who_may(may.can_approve_activity, factories.draft(subdistrict=None)) == {"district", "district_2"}


def test_staff_who_hold_a_post_in_the_organizer_do_not_approve_for_it(secretary, reference):
    Role.objects.create(user=secretary, kind="subdistrict_staff", subdistrict=reference)
    assert not may.can_approve_activity(secretary, organised_by("organization", state="submitted"))


def test_the_manager_of_the_base_checks_in_too(reference):
    activity = factories.published(organization=personas.organization(), base=personas.base())
    assert who_may(may.can_check_in, activity) == STAFF | {"secretary", "base_manager"}


AUDIENCE = {
    "public": set(personas.NAMES),
    "members": {"secretary", "base_manager", "leader", "member"},
    "organization": {"member"},
}


@pytest.mark.parametrize("audience", AUDIENCE)
def test_the_audience_signs_up(reference, audience):
    activity = factories.published(audience=audience, organization=personas.organization())
    assert who_may(may.can_sign_up, activity) == AUDIENCE[audience]


def test_a_visitor_signs_nobody_up(activity, visitor):
    assert not may.can_sign_up(visitor, activity)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "approved"])
def test_nobody_signs_up_for_what_is_not_published(reference, state):
    assert who_may(may.can_sign_up, factories.draft(state=state)) == set()


def test_only_the_person_answers_their_signup(activity, member):
    assert who_may(may.can_answer_signup, sign_up(activity, actor=member)) == {"member"}


def of_the_organization(account, **fields):
    """Sign `account` up for something that the organization of 夏庄 organises."""
    return sign_up(factories.published(organization=personas.organization(), **fields), actor=account)


def test_a_pending_signup_is_reviewed_by_the_managers(member):
    assert who_may(may.can_review_signup, of_the_organization(member, by_review=True)) == MANAGERS["organization"]


def test_nobody_reviews_their_own_signup(secretary):
    signup = of_the_organization(secretary, by_review=True)
    assert who_may(may.can_review_signup, signup) == STAFF


def hours_of(account):
    """Create a record of 2 hours of `account` at a volunteer service of the organization."""
    signup = of_the_organization(account, kind="volunteer")
    checkin = CheckIn.objects.create(signup=signup, checked_out_at=factories.moment(20))
    return ServiceRecord.objects.create(checkin=checkin, hours=2)


def test_hours_are_corrected_by_the_managers(member):
    assert who_may(may.can_correct_hours, hours_of(member)) == MANAGERS["organization"]


def test_nobody_corrects_their_own_hours(secretary):
    assert who_may(may.can_correct_hours, hours_of(secretary)) == STAFF


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        ("draft", {"submit", "publish", "cancel"}),
        ("submitted", {"return", "approve", "publish", "cancel"}),
        ("returned", {"submit", "cancel"}),
        ("approved", {"return", "publish", "cancel"}),
        ("published", {"cancel"}),
        ("cancelled", set()),
    ],
)
def test_buttons_that_staff_are_offered(reference, xiazhuang, state, verbs):
    activity = factories.draft(state=state, published_at=factories.NINE, cancelled_at=factories.NINE, reason="雨")
    assert {verb for verb in may._CAN if may.offers(verb, xiazhuang, activity)} == verbs
