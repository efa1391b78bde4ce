"""The reviews of an application: two people pass it, two decline it, a third decides an objection (domain.md rules 1 and 2)."""

from typing import Any

from django.db import transaction
from django.urls import reverse

from chengyang import clock
from chengyang.errors import require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import readings
from chengyang.platform.audit.transitions import lock, move, require_state, step_back
from chengyang.platform.notices.actions import notify
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions, reasons
from ..duplicates import alike
from ..models import Application, Person
from ..states import (
    APPLICATION_TRANSITIONS,
    APPLICATION_WITH_STAFF,
    FIRST_REVIEW_DAYS,
    SECOND_REVIEW_DAYS,
    ApplicationState,
    PersonState,
)
from .applications import finish, last_step, notify_applicant, require_consent
from .consents import publish
from .locking import follow_name, lock_account_first


# ---- the reviewers ---------------------------------------------------------------------------------------------------
@transaction.atomic
def review_first(application: Application, *, actor: Any, reason: str = "") -> Application:
    """Pass the first review; `reason` is an optional opinion, which the applicant can read too.

    Raises ActionError("state") if it does not wait for the first review, ("too_long"); NotAllowed for the applicant and for
    all but the responsible staff (rule 2).
    """
    application = lock_account_first(application)
    require(permissions.can_review_first, actor, application)
    require_state(application, ApplicationState.SUBMITTED)
    now = clock.now()
    application = move(
        application,
        ApplicationState.FIRST_REVIEWED,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb="application.first_reviewed",
        user=application.user,
        first_reviewer=actor,
        first_reviewed_at=now,
        due_on=due_on(now.date(), SECOND_REVIEW_DAYS),
        **last_step(actor, reason),
    )
    notify_applicant(application, "members/first_reviewed")
    return application


@transaction.atomic
def return_application(application: Application, *, actor: Any, reason: str) -> Application:
    """Return the application for correction; the applicant reads `reason` word for word.

    Raises ActionError("reason") without a reason, ("too_long"), ("state"); NotAllowed for actors who may not decide on it.
    """
    application = lock_account_first(application)
    require(permissions.can_turn_down, actor, application)
    application = move(
        application,
        ApplicationState.RETURNED,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb="application.returned",
        user=application.user,
        code=reasons.reason_code(reason),
        due_on=None,
        **last_step(actor, required_reason(reason)),
    )
    notify_applicant(application, "members/returned")
    return application


# ---- declining takes two people --------------------------------------------------------------------------------------
@transaction.atomic
def propose_decline(application: Application, *, actor: Any, reason: str) -> Application:
    """Propose to decline the application; another officer decides. Raises as `return_application`."""
    application = lock_account_first(application)
    require(permissions.can_turn_down, actor, application)
    now = clock.now()
    return move(
        application,
        ApplicationState.DECLINE_PROPOSED,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb="application.decline_proposed",
        user=application.user,
        code=reasons.reason_code(reason),
        declined_by=actor,
        due_on=due_on(now.date(), SECOND_REVIEW_DAYS),
        **last_step(actor, required_reason(reason)),
    )


@transaction.atomic
def confirm_decline(application: Application, *, actor: Any, reason: str = "") -> Application:
    """Decline the application as another officer proposed; the applicant reads the reason word for word.

    `reason` replaces that of the proposal. Raises ActionError("state"), ("too_long"); NotAllowed for the proposer, the
    applicant and all but district staff (rule 2).
    """
    application = lock_account_first(application)
    require(permissions.can_confirm_decline, actor, application)
    require_state(application, ApplicationState.DECLINE_PROPOSED)
    reason = reason.strip() or application.reason
    application = finish(
        application, ApplicationState.DECLINED, "application.declined", actor, reason, decline_confirmed_by=actor
    )
    notify_applicant(application, "members/declined")
    return application


@transaction.atomic
def resume_review(application: Application, *, actor: Any, reason: str) -> Application:
    """Reject the proposal to decline: the review goes on where it was. Raises as `confirm_decline`, and ("reason")."""
    application = lock_account_first(application)
    require(permissions.can_confirm_decline, actor, application)
    require_state(application, ApplicationState.DECLINE_PROPOSED)
    had_first_review = application.first_reviewer_id is not None
    days = SECOND_REVIEW_DAYS if had_first_review else FIRST_REVIEW_DAYS
    return move(
        application,
        ApplicationState.FIRST_REVIEWED if had_first_review else ApplicationState.SUBMITTED,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb="application.resumed",
        user=application.user,
        declined_by=None,
        due_on=due_on(clock.today(), days),
        **last_step(actor, required_reason(reason)),
    )


# ---- objections, decided by a third person ---------------------------------------------------------------------------
@transaction.atomic
def uphold_decline(application: Application, *, actor: Any, reason: str) -> Application:
    """Decide that the application stays declined; the applicant reads `reason`, and cannot object again.

    Raises ActionError("reason"), ("too_long"), ("state"); NotAllowed for who took part in declining it, the applicant and
    all but district staff (rule 2).
    """
    application = lock_account_first(application)
    require(permissions.can_decide_objection, actor, application)
    require_state(application, ApplicationState.OBJECTED)
    application = finish(
        application,
        ApplicationState.DECLINED,
        "application.declined",
        actor,
        required_reason(reason),
        objection_decided_by=actor,
    )
    notify_applicant(application, "members/declined")
    return application


@transaction.atomic
def accept_objection(application: Application, *, actor: Any, reason: str = "") -> Application:
    """Undo that the application was declined: both reviews begin anew. Raises as `uphold_decline`, `reason` is optional."""
    application = lock_account_first(application)
    require(permissions.can_decide_objection, actor, application)
    require_state(application, ApplicationState.OBJECTED)
    now = clock.now()
    application = move(
        application,
        ApplicationState.SUBMITTED,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb="application.objection_accepted",
        user=application.user,
        # The decision is undone: if it is declined once more, that is by two people again, and open to an objection.
        declined_by=None,
        decline_confirmed_by=None,
        objected_at=None,
        first_reviewer=None,
        first_reviewed_at=None,
        due_on=due_on(now.date(), FIRST_REVIEW_DAYS),
        **last_step(actor, reason),
    )
    notify_applicant(application, "members/objection_accepted")
    return application


# ---- taking a decision back ------------------------------------------------------------------------------------------
_REVIEW_COLUMNS = (
    "first_reviewer",
    "first_reviewed_at",
    "declined_by",
    "decline_confirmed_by",
    "objection_decided_by",
    "objected_at",
    "decided_at",
    "due_on",
    "acted_by",
    "acted_at",
    "reason",
)
_UNDOABLE = (
    ApplicationState.FIRST_REVIEWED,
    ApplicationState.RETURNED,
    ApplicationState.DECLINE_PROPOSED,
    ApplicationState.DECLINED,
    ApplicationState.SUBMITTED,  # the review was resumed, or an objection accepted
)


@transaction.atomic
def undo_review(application: Application, *, actor: Any) -> Application:
    """Take the last decision on the application back, unless it registered the applicant; who was notified of it is notified.

    Raises ActionError("state") when the applicant, or somebody else, has acted since, or it was registered; NotAllowed for
    all but the officer who decided.
    """
    application = lock_account_first(application)
    require(permissions.can_undo_review, actor, application)
    left = step_back(
        application,
        _UNDOABLE,
        _REVIEW_COLUMNS,
        decided=("acted_at", "acted_by", "reason"),
        actor=actor,
        verb="application.review_undone",
        user=application.user,
    )
    was_notified = ApplicationState.DECLINE_PROPOSED not in (left, application.state) or left in (
        ApplicationState.RETURNED,
        ApplicationState.DECLINED,
    )
    if was_notified:
        notify_applicant(application, "members/review_undone")
    return application


# ---- registering -----------------------------------------------------------------------------------------------------
@transaction.atomic
def approve_application(application: Application, *, actor: Any, reason: str = "") -> Application:
    """Pass the second review and register the applicant, in one transaction.

    A record with the same verified phone number, or the applicant's own record from before they left, is used again instead
    of creating a second one. Raises ActionError("consent") if the applicant has withdrawn consent to registration,
    ("state"), ("too_long"); NotAllowed for the first reviewer, the applicant and all but district staff (rule 2).
    """
    application = lock_account_first(application)
    require(permissions.can_review_second, actor, application)
    require_consent(application.user)
    application = finish(
        application,
        ApplicationState.APPROVED,
        "application.approved",
        actor,
        reason,
        second_reviewer=actor,
    )
    application.person = _register(application, actor)
    application.save(update_fields=["person"])
    notify(application.user, "members/approved", url=reverse("me:home"), application=application)
    return application


def _register(application, actor):
    """Return the person registered by the approved application: a new row, or an existing one used again."""
    user = lock(application.user)
    person = _existing_record(user) or Person(is_demo=application.is_demo)
    if person.pk:  # a person has one application: unlink the one that created the record the first time
        Application.objects.filter(person=person).update(person=None)
    for field, value in application.registration_details().items():
        setattr(person, field, value)
    person.user, person.phone = user, user.phone
    person.state, person.confirm_by, person.left_on = PersonState.ACTIVE, None, None
    person.registered_on = clock.today()
    person.save()
    follow_name(person)
    audit.record("person.created", person, actor=actor, person=person, user=user)
    if privacy.holds(user, "publication"):
        publish(person, True)
    return person


def _existing_record(user):
    """Return the record of `user` to use again, or None.

    It is the user's own record from before they left, or else one without an account that staff made with the same phone
    number.
    """
    own = Person.objects.select_for_update().filter(user=user).first()
    if own or not user.phone_index:
        return own
    unclaimed = Person.objects.select_for_update().filter(user__isnull=True, phone_index=user.phone_index)
    return unclaimed.exclude(state=PersonState.LEFT).first()


# ---- reading ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def record_opening(row: Any, *, actor: Any) -> None:
    """Record in the audit that an officer opened a page about a person, who can see it on 我的数据 (requirements P10).

    `row` is an Application, a Person, or a row with a `person`: a Representative or an Assessment. A person's own visits
    are not recorded.
    """
    verb = "application.read" if isinstance(row, Application) else "person.seen"
    person = row if isinstance(row, Person) else row.person
    user = row.user if isinstance(row, Application) else person.user
    if user != actor:
        audit.record(verb, row, actor=actor, user=user, person=person)
    if isinstance(row, Application) and row.state in APPLICATION_WITH_STAFF:
        # The page shows them beside the applicant, so they are read too.
        readings.record("alike.read", [other for other, _same in alike(row, actor)], actor=actor, subject=Person)
