"""入册申请: from the first saved letter to a decision by two people (domain.md rules 1 and 2)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, optional_reason, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.privacy import actions as privacy
from chengyang.platform.privacy.purposes import OPTIONAL
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions, reasons
from ..models import Application, Person
from ..states import (
    APPLICATION_TRANSITIONS,
    APPLICATION_WITH_APPLICANT,
    FIRST_REVIEW_DAYS,
    SECOND_REVIEW_DAYS,
    ApplicationState,
    PersonState,
)
from .consents import decide_purpose, publish
from .locking import lock_account_first, put_particulars

ASK_AGAIN_AFTER = dt.timedelta(days=180)  # promised in the privacy rules


# ---- the applicant ---------------------------------------------------------------------------------------------------
@transaction.atomic
def begin_application(user: Any) -> Application:
    """Return the open application of `user`, or an empty draft.

    Raises ActionError("registered") for who is in the registry, ("consent") before consent to being registered: nothing
    is stored without it.  (requirements P01, P05)
    """
    user = lock(user)  # two clicks make one draft
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
    """Write the consent to being registered into the ledger, and begin; errors as `begin_application`."""
    privacy.give(user, "registration", actor=user)
    return begin_application(user)


@transaction.atomic
def save_step(application: Application, data: Mapping[str, Any], *, actor: Any, step: int | None = None) -> Application:
    """Keep what was typed so far: `data` holds any of `Particulars.PARTICULARS`; other keys are not taken.

    `step` is the step reached (2 or 3). Raises ActionError("state") once it is with the reviewers.
    """
    application = lock_account_first(application)
    require(permissions.can_write_application, actor, application)
    if application.state not in APPLICATION_WITH_APPLICANT:
        raise ActionError(_("申请正在审核，不能再改。要改就先撤回。"), code="state", url=application.get_absolute_url())
    changed = put_particulars(application, data)
    if step:
        application.step = step
    application.saved_at = clock.now()
    application.save(update_fields=[*changed, "step", "saved_at"])
    return application


@transaction.atomic
def submit_application(application: Application, *, actor: Any, purposes: Iterable[str] = ()) -> Application:
    """Send it in, first or again after a return; `purposes` are the optional ones ticked, each gets its ledger row.

    Those that were asked about and left unticked are recorded as refused, so that nobody is asked again soon (P07). Raises ActionError("incomplete") naming what is missing, ("consent") when consent was withdrawn,
    ("purpose") for one that is not on offer, ("state").
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
        **_acted(actor, ""),
    )
    _decide_purposes(actor, set(purposes))
    _tell_applicant(application, "members/submitted")
    return application


@transaction.atomic
def withdraw_application(application: Application, *, actor: Any) -> Application:
    """Take it back at any time before the decision. Raises ActionError("state") afterwards."""
    application = lock_account_first(application)
    require(permissions.can_write_application, actor, application)
    return _finish(application, ApplicationState.WITHDRAWN, "application.withdrawn", actor, "")


# ---- the reviewers ---------------------------------------------------------------------------------------------------
@transaction.atomic
def review_first(application: Application, *, actor: Any, reason: str = "") -> Application:
    """Pass the first review, by staff of the subdistrict; `reason` is an opinion that the applicant reads too.

    Raises NotAllowed for anybody else and for the applicant (rule 2), ActionError("state").
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
        **_acted(actor, reason),
    )
    _tell_applicant(application, "members/first_reviewed")
    return application


@transaction.atomic
def return_application(application: Application, *, actor: Any, reason: str) -> Application:
    """Give it back to be put right; the applicant reads `reason` word for word.

    Raises ActionError("reason") without one, ("state"), NotAllowed for who does not have it to decide.
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
        code=reasons.code_of(reason),
        due_on=None,
        **_acted(actor, required_reason(reason)),
    )
    _tell_applicant(application, "members/returned")
    return application


@transaction.atomic
def decline_application(application: Application, *, actor: Any, reason: str) -> Application:
    """Decline it, with a `reason` that the applicant reads word for word. Errors as `return_application`."""
    application = lock_account_first(application)
    require(permissions.can_turn_down, actor, application)
    application = _finish(
        application, ApplicationState.DECLINED, "application.declined", actor, required_reason(reason)
    )
    _tell_applicant(application, "members/declined")
    return application


@transaction.atomic
def approve_application(application: Application, *, actor: Any, reason: str = "") -> Application:
    """Pass the second review: the applicant is in the registry from this moment, in one transaction with the decision.

    A record under the same proved number, or the applicant's own of before they left, is taken up again instead of
    making a second one. Raises NotAllowed for the first reviewer, the applicant and all but the district office (rule
    2), ActionError("consent") when the applicant has withdrawn consent, ("state").
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
def note_reading(row: Any, *, actor: Any) -> None:
    """Write down that an officer opened a page about somebody, whose own page says so (P10).

    `row` is an Application, a Person, or a row of a person's: a Representative, an Assessment.
    """
    verb = "application.read" if isinstance(row, Application) else "person.seen"
    person = row if isinstance(row, Person) else row.person
    user = row.user if isinstance(row, Application) else person.user
    if user != actor:
        audit.record(verb, row, actor=actor, user=user, person=person)


# ---- parts -----------------------------------------------------------------------------------------------------------
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


def _acted(actor, reason):
    return {"acted_by": actor, "acted_at": clock.now(), "reason": optional_reason(reason)}


def _finish(application, state, verb, actor, reason, **changes):
    return move(
        application,
        state,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb=verb,
        user=application.user,
        code=reasons.code_of(reason),
        decided_at=clock.now(),
        due_on=None,
        **_acted(actor, reason),
        **changes,
    )


def offered_purposes(user: Any) -> list[str]:
    """Return the optional purposes to ask `user` about: not given, and not refused within 180 days (P07)."""
    latest = privacy.latest_for(user)
    soon = clock.now() - ASK_AGAIN_AFTER
    return [code for code in OPTIONAL if code not in latest or not (latest[code].given or latest[code].at > soon)]


def _decide_purposes(user, ticked):
    if ticked - set(OPTIONAL):
        raise ActionError(_("没有这一项用途。"), code="purpose")
    for code in offered_purposes(user):
        decide_purpose(user, code, given=code in ticked, actor=user)


def _tell_applicant(application, template):
    notify(application.user, template, url=application.get_absolute_url(), application=application)


def _register(application, actor):
    """Return the active person that the application makes, or brings back."""
    user = lock(application.user)
    person = _known(user) or Person(is_demo=application.is_demo)
    if person.pk:  # the application that made the record the first time lets go of it
        Application.objects.filter(person=person).update(person=None)
    for field, value in application.particulars().items():
        setattr(person, field, value)
    person.user, person.phone = user, user.phone
    person.state, person.confirm_by, person.left_on = PersonState.ACTIVE, None, None
    person.registered_on = clock.today()
    person.save()
    if not user.name:
        user.name = person.name
        user.save(update_fields=["name"])
    audit.record("person.created", person, actor=actor, person=person, user=user)
    if privacy.holds(user, "publication"):
        publish(person, True)
    return person


def _known(user):
    """Return the record to take up again: the person's own from before they left, or one made with their number."""
    own = Person.objects.select_for_update().filter(user=user).first()
    if own or not user.phone_index:
        return own
    free = Person.objects.select_for_update().filter(user__isnull=True, phone_index=user.phone_index)
    return free.exclude(state=PersonState.LEFT).first()
