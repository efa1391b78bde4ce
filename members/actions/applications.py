"""入册申请: drafting, submitting, taking back and withdrawing an application, and objecting (domain.md rules 1 and 2)."""

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
    APPLICATION_CORRECTABLE,
    APPLICATION_TRANSITIONS,
    APPLICATION_WITH_APPLICANT,
    FIRST_REVIEW_DAYS,
    OBJECTION_DAYS,
    ApplicationState,
    PersonState,
)
from .consents import decide_purpose
from .locking import assign_details, lock_account_first

ASK_AGAIN_AFTER = dt.timedelta(days=180)  # promised in the privacy rules


# ---- the applicant ---------------------------------------------------------------------------------------------------
@transaction.atomic
def begin_application(user: Any) -> Application:
    """Return the open application of `user`, or a new draft, filled in with what the user typed before.

    Raises ActionError("registered") if the user is in the registry, ("consent") without consent to registration, because
    nothing is stored before it; NotAllowed for an inactive account.  (requirements P01, P05)
    """
    user = lock(user)  # two requests at once create one draft
    require(permissions.can_apply, user, user)
    if Person.objects.active().filter(user=user).exists():
        raise ActionError(_("你已经在册，不用再申请。"), code="registered", url=reverse("me:home"))
    if found := user.applications.open().first():
        return found
    require_consent(user)
    application = Application.objects.create(user=user, is_demo=user.is_demo, **_typed_before(user))
    audit.record("application.started", application, actor=user, user=user)
    return application


def _typed_before(user):
    """Return the details of the latest application of `user` that was withdrawn or declined, or of the row they left.

    Both are stored for 30 days, so nothing has to be typed again.
    """
    latest = user.applications.order_by("-decided_at", "-pk").first()
    row = latest or Person.objects.filter(user=user, state=PersonState.LEFT).first()
    return row.registration_details() if row else {}


@transaction.atomic
def consent_and_begin(user: Any) -> Application:
    """Record the consent of `user` to registration and return the application; raises as `begin_application`."""
    privacy.give(user, "registration", actor=user)
    return begin_application(user)


@transaction.atomic
def save_step(
    application: Application, data: Mapping[str, Any], *, actor: Any, step: int | None = None, version: str = ""
) -> Application:
    """Save the registration details in `data`, any of `RegistrationDetails.EDITABLE_FIELDS`, to a draft or returned application.

    `step` is the step of the form that was reached (2 or 3), `version` the `Application.version` that the form was opened
    with. Raises ActionError("changed") if another device or window has saved something else meanwhile, ("state") while it
    is under review or after the decision, TypeError for a name that cannot be edited, NotAllowed for all but the applicant.
    """
    application = lock_account_first(application)
    require(permissions.can_write_application, actor, application)
    if application.state not in APPLICATION_WITH_APPLICANT:
        raise ActionError(_("申请正在审核，不能再改。要改就先撤回。"), code="state", url=application.get_absolute_url())
    if version and version != application.version:
        _refuse_outdated(application, data)
    changed = assign_details(application, data)
    if step:
        application.step = step
    application.saved_at = clock.now()
    application.save(update_fields=[*changed, "step", "saved_at"])
    return application


def _refuse_outdated(application, data):
    """Raise ActionError("changed") with the fields in which `data` differs from what another device or window saved."""
    stored = {name: getattr(application, name) for name in data}
    differing = assign_details(application, data)
    labels = [str(Application.label_of(name)) for name in differing if name in Application.EDITABLE_FIELDS]
    for name, value in stored.items():
        setattr(application, name, value)
    if labels:
        words = _(
            "另一台设备或另一个窗口里刚改过，和这里不一样：%(what)s。要用那边的，重新打开这一页；再保存一次，以这里的为准。"
        )
        raise ActionError(words % {"what": "、".join(labels)}, code="changed", url=reverse("members:join-about"))


@transaction.atomic
def take_back_application(application: Application, *, actor: Any) -> Application:
    """Take a submitted application back to correct it; it becomes a draft with everything that was typed.

    Staff cannot read it until it is submitted again, and then both reviews begin anew. Raises ActionError("state") unless
    it waits for a review, NotAllowed for all but the applicant.
    """
    application = lock_account_first(application)
    require(permissions.can_write_application, actor, application)
    if application.state not in APPLICATION_CORRECTABLE:
        raise ActionError(_("现在不能收回来改。"), code="state", url=application.get_absolute_url())
    return move(
        application,
        ApplicationState.DRAFT,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb="application.taken_back",
        user=actor,
        due_on=None,
        saved_at=clock.now(),
        first_reviewer=None,
        first_reviewed_at=None,
        **last_step(actor, ""),
    )


@transaction.atomic
def object_to_decline(application: Application, *, actor: Any, objection: str) -> Application:
    """Object to a declined application within 30 days; somebody who took no part decides (rule 2).

    Raises ActionError("reason") without a text, ("too_long"), ("late") after 30 days and for a second objection, ("open")
    if the applicant has begun another application, ("consent") without consent to registration, ("state"); NotAllowed for
    all but the applicant.
    """
    application = lock_account_first(application)
    require(permissions.can_write_application, actor, application)
    require_consent(actor)
    until = application.objection_until
    if application.state == ApplicationState.DECLINED and (until is None or until < clock.today()):
        raise ActionError(_("已过 30 天，或者已经复核过。"), code="late", url=application.get_absolute_url())
    if actor.applications.open().exists():
        raise ActionError(_("你又开始了一份新的申请，先撤回那一份。"), code="open", url=application.get_absolute_url())
    now = clock.now()
    return move(
        application,
        ApplicationState.OBJECTED,
        table=APPLICATION_TRANSITIONS,
        actor=actor,
        verb="application.objected",
        user=actor,
        objection=required_reason(objection, missing=_("请写为什么不同意。")),
        objected_at=now,
        decided_at=None,
        due_on=due_on(now.date(), OBJECTION_DAYS),
        acted_by=actor,
        acted_at=now,
    )


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
    require_consent(actor)
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
        declined_by=None,
        decline_confirmed_by=None,
        reminded_at=None,
        **last_step(actor, ""),
    )
    _decide_purposes(actor, set(purposes))
    notify_applicant(application, "members/submitted")
    return application


@transaction.atomic
def withdraw_application(application: Application, *, actor: Any) -> Application:
    """Withdraw the application before the decision. Raises ActionError("state") afterwards, NotAllowed for others."""
    application = lock_account_first(application)
    require(permissions.can_write_application, actor, application)
    return finish(application, ApplicationState.WITHDRAWN, "application.withdrawn", actor, "")


# ---- helpers --------------------------------------------------------------------------------------------------------
def require_consent(user):
    """Raise ActionError("consent") unless `user` consents to registration."""
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


def last_step(actor, reason):
    """Return the columns of the last step: who, when, why. Raises ActionError("too_long")."""
    return {"acted_by": actor, "acted_at": clock.now(), "reason": optional_reason(reason)}


def finish(application, state, verb, actor, reason, **changes):
    """Move the locked `application` to a final state, with the reason that the applicant reads. Raises ActionError("state")."""
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
        **last_step(actor, reason),
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


def notify_applicant(application, template):
    """Notify the applicant with a link to the page of the application."""
    notify(application.user, template, url=application.get_absolute_url(), application=application)
