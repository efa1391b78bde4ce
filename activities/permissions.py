"""Who may do what to activities, sign-ups and attendance (domain.md rules 7 and 8).

Each `can_…` says who; whether the state allows it is the action's question, so that an old page answers 409 and not 403.
`offers` joins the two for the buttons of a page.
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
    """Return whether `actor` is staff of its scope: of its subdistrict, or of the district."""
    return access_scope(actor).covers(activity.subdistrict_id)


def acts_for_organizer(actor, activity):
    """Return whether `actor` holds a post today in the body that organises it."""
    scope = access_scope(actor)
    if activity.organization_id:
        return activity.organization_id in scope.managed("organization")
    if activity.team_id:
        return activity.team_id in scope.managed("team")
    return activity.base_id is not None and activity.base_id in scope.managed("base")


def can_keep_activity(actor, activity):
    """Return whether `actor` is responsible for it: for its organizer, or as staff of its scope."""
    return acts_for_organizer(actor, activity) or is_staff_of(actor, activity)


def can_draft_activity(actor, activity):
    """A body drafts its own activities, staff any of their scope (rule 7)."""
    return can_keep_activity(actor, activity)


def can_edit_activity(actor, activity):
    """The organizer edits until it is handed in; from then on what was approved is staff's to change."""
    if activity.state in ACTIVITY_EDITABLE:
        return can_keep_activity(actor, activity)
    return is_staff_of(actor, activity)


def can_submit_activity(actor, activity):
    return can_keep_activity(actor, activity)


def can_approve_activity(actor, activity):
    """Staff of its scope approve, also what they drafted for the office themself; but a body's draft needs other eyes:

    an officer who also holds a post in the organizing body does not approve for it.
    """
    return is_staff_of(actor, activity) and not acts_for_organizer(actor, activity)


can_return_activity = can_approve_activity


def can_publish_activity(actor, activity):
    """Staff who may approve it also publish it; its organizer publishes once it is approved."""
    if can_approve_activity(actor, activity):
        return True
    return activity.state == ActivityState.APPROVED and acts_for_organizer(actor, activity)


def can_cancel_activity(actor, activity):
    """The organizer and staff may both stop it, at any time: storms do not wait for an approval."""
    return can_keep_activity(actor, activity)


_CAN = {
    "submit": can_submit_activity,
    "return": can_return_activity,
    "approve": can_approve_activity,
    "publish": can_publish_activity,
    "cancel": can_cancel_activity,
}


def offers(verb, actor, activity):
    """Return whether a page should offer `verb`: it is `actor`'s to do, and the activity's state has that step."""
    step = _STEP_TO[verb] in ACTIVITY_TRANSITIONS[activity.state]
    if verb == "publish":  # staff go through the steps before in one stroke
        step = step or activity.state in (*ACTIVITY_EDITABLE, ActivityState.SUBMITTED)
    return step and _CAN[verb](actor, activity)


def can_keep_programmes(actor, row):
    """Programmes and brands are the district's."""
    return access_scope(actor).district


# ---- sign-ups -------------------------------------------------------------------------------------------------------
def can_sign_up(actor, activity):
    """Everybody it is meant for signs up themself; who only sees it as staff does not."""
    return activity.is_shown() and activity.admits(actor)


def can_answer_signup(actor, signup):
    """Confirming an offer and cancelling are one's own decisions."""
    return signup.is_of(actor)


def can_review_signup(actor, signup):
    """Who is responsible for the activity decides on pending sign-ups, but not on their own."""
    return can_keep_activity(actor, signup.activity) and not signup.is_of(actor)


# ---- attendance -----------------------------------------------------------------------------------------------------
def can_check_in(actor, activity):
    """The organizer, staff of its scope, and whoever keeps the base it takes place at stand at the door."""
    return can_keep_activity(actor, activity) or (
        activity.base_id is not None and activity.base_id in access_scope(actor).managed("base")
    )


def can_finish_activity(actor, activity):
    return can_keep_activity(actor, activity)


def can_correct_hours(actor, record):
    """Who is responsible for the activity corrects hours, but not their own."""
    signup = record.checkin.signup
    return can_keep_activity(actor, signup.activity) and not signup.is_of(actor)
