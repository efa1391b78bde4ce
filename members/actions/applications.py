"""入册申请: drafting, submitting and withdrawing an application, and its two reviews (domain.md rules 1 and 2)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, optional_reason, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import readings
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.purposes import OPTIONAL
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions, reasons
from ..duplicates import alike
from ..models import Application, Person
from ..states import (
    APPLICATION_TRANSITIONS,
    APPLICATION_WITH_APPLICANT,
    APPLICATION_WITH_STAFF,
    FIRST_REVIEW_DAYS,
    SECOND_REVIEW_DAYS,
    ApplicationState,
    PersonState,
)
from .consents import decide_purpose, publish
from .locking import assign_details, follow_name, lock_account_first

ASK_AGAIN_AFTER = dt.timedelta(days=180)  # promised in the privacy rules


# ---- the applicant ---------------------------------------------------------------------------------------------------
@transaction.atomic
def begin_application(user: Any) -> Application:
    """Return the open application of `user`, or a new empty draft.

    Raises ActionError("registered") if the user is in the registry, ("consent") without consent to registration, because
    nothing is stored before it; NotAllowed for an inactive account.  (requirements P01, P05)
    """
    user = lock(user)  # two requests at once create one draft
    require(permissions.can_apply, user, user)
    if Person.objects.active().filter(user=user).exists():
        raise ActionError(_("你已经在册，不用再申请。"), code="registered", url=reverse("me:home"))
    if found := user.applications.open().first():
        return found
    _require_consent(user)
    application = Application.objects.create(user=user, is_demo=user.is_demo)
    audit.record("application.started", application, actor=user, user=user)
    return application


@transaction.atomic
def consent_and_begin(user: Any) -> Application:
    """Record the consent of `user` to registration and return the application; raises as `begin_application`."""
    privacy.give(user, "registration", actor=user)
    return begin_application(user)


@transaction.atomic
def save_step(application: Application, data: Mapping[str, Any], *, actor: Any, step: int | None = None) -> Application:
    """Save the registration details in `data`, any of `RegistrationDetails.EDITABLE_FIELDS`, to a draft or returned application.

    `step` is the step of the form that was reached (2 or 3). Raises ActionError("state") while it is under review or
    after the decision, TypeError for a name that cannot be edited, NotAllowed for all but the applicant.
    """
    application = lock_account_first(application)
    require(permissions.can_write_application, actor, application)
    if application.state not in APPLICATION_WITH_APPLICANT:
        raise ActionError(_("申请正在审核，不能再改。要改就先撤回。"), code="state", url=application.get_absolute_url())
    changed = assign_details(application, data)
    if step:
        application.step = step
    application.saved_at = clock.now()
    application.save(update_fields=[*changed, "step", "saved_at"])
    return application


@transaction.atomic
def submit_application(application: Application, *, actor: Any, purposes: Iterable[str] = ()) -> Application:
    """Submit the application, for the first time or after a return.

    `purposes` are the codes of the optional purposes that were ticked. Each one that was offered gets a row in the consent
    ledger: given if ticked, else refused, so that the person is not asked again soon (requirements P07). Raises
    ActionError("incomplete") with the first missing field, ("consent") if the consent to registration was withdrawn,
    ("purpose") for a purpose that does not exist, ("state"); NotAllowed for all but the applicant.
    """
    application = lock_account_first(application)
    require(permissions.can_write_application, actor, application)
    _require_consent(actor)
    _require_complete(application)
    now = clock.now()
    application = move(
        application,
        ApplicationState.SUBMITTED,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb="application.submitted",
        user=actor,
        submitted_at=now,
        due_on=due_on(now.date(), FIRST_REVIEW_DAYS),
        first_reviewer=None,
        first_reviewed_at=None,
        second_reviewer=None,
        **_last_step(actor, ""),
    )
    _decide_purposes(actor, set(purposes))
    _notify_applicant(application, "members/submitted")
    return application


@transaction.atomic
def withdraw_application(application: Application, *, actor: Any) -> Application:
    """Withdraw the application before the decision. Raises ActionError("state") afterwards, NotAllowed for others."""
    application = lock_account_first(application)
    require(permissions.can_write_application, actor, application)
    return _finish(application, ApplicationState.WITHDRAWN, "application.withdrawn", actor, "")


# ---- the reviewers ---------------------------------------------------------------------------------------------------
@transaction.atomic
def review_first(application: Application, *, actor: Any, reason: str = "") -> Application:
    """Pass the first review; `reason` is an optional opinion, which the applicant can read too.

    Raises ActionError("state") if it does not wait for the first review, ("too_long"); NotAllowed for the applicant and for
    all but the responsible staff (rule 2).
    """
    application = lock_account_first(application)
    require(permissions.can_review_first, actor, application)
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
        **_last_step(actor, reason),
    )
    _notify_applicant(application, "members/first_reviewed")
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
        **_last_step(actor, required_reason(reason)),
    )
    _notify_applicant(application, "members/returned")
    return application


@transaction.atomic
def decline_application(application: Application, *, actor: Any, reason: str) -> Application:
    """Decline the application; the applicant reads `reason` word for word. Raises as `return_application`."""
    application = lock_account_first(application)
    require(permissions.can_turn_down, actor, application)
    application = _finish(
        application, ApplicationState.DECLINED, "application.declined", actor, required_reason(reason)
    )
    _notify_applicant(application, "members/declined")
    return application


@transaction.atomic
def approve_application(application: Application, *, actor: Any, reason: str = "") -> Application:
    """Pass the second review and register the applicant, in one transaction.

    A record with the same verified phone number, or the applicant's own record from before they left, is used again instead
    of creating a second one. Raises ActionError("consent") if the applicant has withdrawn consent to registration,
    ("state"), ("too_long"); NotAllowed for the first reviewer, the applicant and all but district staff (rule 2).
    """
    application = lock_account_first(application)
    require(permissions.can_review_second, actor, application)
    _require_consent(application.user)
    application = _finish(
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


# ---- helpers --------------------------------------------------------------------------------------------------------
def _require_consent(user):
    if not privacy.holds(user, "registration"):
        raise ActionError(_("还没有同意为入册处理个人信息，不能办理。"), code="consent", url=reverse("members:join"))


def _require_complete(application):
    missing = application.missing()
    if missing:
        label = Application.label_of(missing[0])
        raise ActionError(
            _("还没有填“%(what)s”。") % {"what": label},
            code="incomplete",
            field=missing[0],
            url=reverse("members:join-about"),
        )


def _last_step(actor, reason):
    return {"acted_by": actor, "acted_at": clock.now(), "reason": optional_reason(reason)}


def _finish(application, state, verb, actor, reason, **changes):
    return move(
        application,
        state,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb=verb,
        user=application.user,
        code=reasons.reason_code(reason),
        decided_at=clock.now(),
        due_on=None,
        **_last_step(actor, reason),
        **changes,
    )


def offered_purposes(user: Any) -> list[str]:
    """Return the optional purposes to ask `user` about: not given, and not refused within 180 days (requirements P07)."""
    latest = privacy.latest_for(user)
    cutoff = clock.now() - ASK_AGAIN_AFTER
    return [code for code in OPTIONAL if code not in latest or not (latest[code].given or latest[code].at > cutoff)]


def _decide_purposes(user, ticked):
    if ticked - set(OPTIONAL):
        raise ActionError(_("没有这一项用途。"), code="purpose")
    for code in offered_purposes(user):
        decide_purpose(user, code, given=code in ticked, actor=user)


def _notify_applicant(application, template):
    notify(application.user, template, url=application.get_absolute_url(), application=application)


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
