"""Permissions on activities, sign-ups and attendance (domain.md rules 7 and 8).

Each `can_…` checks who the actor is, not whether the state allows the step: the action checks the state, so that a page that
is out of date gets 409 and not 403. `offers` combines both for the buttons of a page.
"""

from chengyang.platform.accounts.access import access_scope

from .states import ACTIVITY_EDITABLE, ACTIVITY_TRANSITIONS, ActivityState

_STEP_TO = {
    "submit": ActivityState.SUBMITTED,
    "return": ActivityState.RETURNED,
    "approve": ActivityState.APPROVED,
    "publish": ActivityState.PUBLISHED,
    "cancel": ActivityState.CANCELLED,
}


# ---- activities -----------------------------------------------------------------------------------------------------
def is_staff_of(actor, activity):
    """Return whether `actor` is staff of the subdistrict of `activity`, or of the district."""
    return access_scope(actor).covers(activity.subdistrict_id)


def acts_for_organizer(actor, activity):
    """Return whether `actor` holds a post today that lets them act for the organizer of `activity`."""
    scope = access_scope(actor)
    if activity.organization_id:
        return activity.organization_id in scope.managed("organization")
    if activity.team_id:
        return activity.team_id in scope.managed("team")
    return activity.base_id is not None and activity.base_id in scope.managed("base")


def manages_activities(scope):
    """Return whether `scope` is staff or acts for an organizer."""
    return bool(scope.staff or scope.managed("organization") or scope.managed("base") or scope.managed("team"))


def can_manage_activity(actor, activity):
    """Return whether `actor` manages it: for its organizer, or as staff of its subdistrict or the district."""
    return acts_for_organizer(actor, activity) or is_staff_of(actor, activity)


def can_draft_activity(actor, activity):
    """Organizers draft their own activities, staff any in their area (rule 7)."""
    return can_manage_activity(actor, activity)


def can_edit_activity(actor, activity):
    """Organizers edit drafts and returned activities. Once submitted, only staff edit it: nothing changes unseen after approval."""
    if activity.state in ACTIVITY_EDITABLE:
        return can_manage_activity(actor, activity)
    return is_staff_of(actor, activity)


def can_submit_activity(actor, activity):
    return can_manage_activity(actor, activity)


def can_approve_activity(actor, activity):
    """Staff of its area approve, also an activity of the office that they drafted themselves.

    Staff who hold a post in the organizer do not approve for it: the activity of an organizer needs a second person.
    """
    return is_staff_of(actor, activity) and not acts_for_organizer(actor, activity)


can_return_activity = can_approve_activity


def can_publish_activity(actor, activity):
    """Staff who may approve it publish it, its organizer only once it is approved.

    A draft is published without having been submitted only by who wrote it, and a returned one has to be submitted again:
    otherwise one officer would publish what another has just returned.
    """
    if can_approve_activity(actor, activity):
        is_own = activity.state == ActivityState.DRAFT and activity.drafted_by_id in (None, actor.pk)
        return activity.state not in ACTIVITY_EDITABLE or is_own
    return activity.state == ActivityState.APPROVED and acts_for_organizer(actor, activity)


def can_cancel_activity(actor, activity):
    """The organizer and staff cancel it, at any time and without approval: a storm does not wait."""
    return can_manage_activity(actor, activity)


def can_delete_past_activity(actor, activity):
    """Staff who may approve it delete what was entered later by mistake, others only what waits for approval."""
    if can_approve_activity(actor, activity):
        return True
    return activity.state != ActivityState.PUBLISHED and acts_for_organizer(actor, activity)


_CAN = {
    "submit": can_submit_activity,
    "return": can_return_activity,
    "approve": can_approve_activity,
    "publish": can_publish_activity,
    "cancel": can_cancel_activity,
}


def offers(verb, actor, activity):
    """Return whether a page shows the button for `verb`: `actor` may do it and the state has that transition."""
    step = _STEP_TO[verb] in ACTIVITY_TRANSITIONS[activity.state]
    if verb == "publish":  # staff publish from any earlier state in one call
        step = step or activity.state in (*ACTIVITY_EDITABLE, ActivityState.SUBMITTED)
    return step and _CAN[verb](actor, activity)


def can_manage_programmes(actor, row):
    """Only the district office edits programmes and brands."""
    return access_scope(actor).district


# ---- sign-ups -------------------------------------------------------------------------------------------------------
def can_sign_up(actor, activity):
    """Members of the audience sign themselves up; staff who only see the activity do not."""
    return activity.is_shown() and activity.admits(actor)


def can_answer_signup(actor, signup):
    """Only the person who signed up confirms an offer or cancels."""
    return signup.is_of(actor)


def can_review_signup(actor, signup):
    """Those who manage the activity decide on pending sign-ups, except on their own."""
    return can_manage_activity(actor, signup.activity) and not signup.is_of(actor)


def can_manage_signup(actor, signup):
    """Those who manage the activity cancel, confirm and move sign-ups for people who call, except their own."""
    return can_manage_activity(actor, signup.activity) and not signup.is_of(actor)


# ---- attendance -----------------------------------------------------------------------------------------------------
def can_check_in(actor, activity):
    """Those who manage the activity, and the managers of the base where it takes place, check people in."""
    return can_manage_activity(actor, activity) or (
        activity.base_id is not None and activity.base_id in access_scope(actor).managed("base")
    )


def can_finish_activity(actor, activity):
    return can_manage_activity(actor, activity)


def can_correct_hours(actor, record):
    """Those who manage the activity correct hours, except their own."""
    signup = record.checkin.signup
    return can_manage_activity(actor, signup.activity) and not signup.is_of(actor)
