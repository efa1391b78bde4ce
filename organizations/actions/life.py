"""成立、暂停、恢复、注销: prepared by one officer, agreed by a second one, in effect at midnight of the day by query."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock, move, require_state
from chengyang.platform.files import actions as files
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays.deadlines import due_on

from .. import founding, permissions
from ..commitments import acted_on, commitments
from ..models import LifeStep, Organization
from ..states import CHANGE_TRANSITIONS, ORGANIZATION_TRANSITIONS, ChangeState, OrganizationState
from .life_effects import EFFECTS, announce, dates_before, dates_of, end_posts, restore_posts, take_effect
from .register import lock_register

AGREE_WITHIN = 5  # working days in which a second officer looks at it
FROM = {
    LifeStep.Kind.FOUND: {OrganizationState.PREPARING},
    LifeStep.Kind.SUSPEND: {OrganizationState.FOUNDED},
    LifeStep.Kind.RESUME: {OrganizationState.SUSPENDED},
    LifeStep.Kind.DISSOLVE: {OrganizationState.PREPARING, OrganizationState.FOUNDED, OrganizationState.SUSPENDED},
}


@transaction.atomic
def begin_step(organization: Organization, *, kind: str, actor: Any) -> LifeStep:
    """Begin to prepare the step `kind` (a `LifeStep.Kind`) of `organization`, or return the one that is prepared.

    Raises ActionError `state` (it is not in the state from which the step leads), `open` (another step is under way), NotAllowed.
    """
    organization = lock(organization)
    require(permissions.can_prepare_step, actor, organization)
    running = organization.life_steps.open().first()
    if running is not None and running.kind == kind and running.state == ChangeState.PREPARING:
        running.was_found = True  # so that nobody reads that one was added
        return running
    if running is not None:
        raise ActionError(_("正在办“%(what)s”，办完再说。") % {"what": running.get_kind_display()}, code="open")
    if organization.state not in FROM[LifeStep.Kind(kind)]:
        text = _("现在是“%(state)s”，不能办这一件。") % {"state": organization.get_state_display()}
        raise ActionError(text, code="state")
    step = organization.life_steps.create(kind=kind, prepared_by=actor, is_demo=organization.is_demo)
    audit.record("life_step.begun", step, actor=actor)
    return step


@transaction.atomic
def edit_step(step: LifeStep, data: Mapping[str, Any], *, upload: Any = None, actor: Any) -> LifeStep:
    """Write `data` (names in EDITABLE_FIELDS) while the step is prepared, by whoever goes on with it; `upload` is a paper more.

    A draft may lack anything. Raises ActionError `state`, `invalid` with the field, as `files.store`, NotAllowed.
    """
    step = _locked(step)
    require(permissions.can_prepare_step, actor, step.organization)
    require_state(step, ChangeState.PREPARING)
    changed = assign(step, data, fields=LifeStep.EDITABLE_FIELDS)
    if changed:
        validate(step, changed)
        step.save(update_fields=changed)
        audit.record("life_step.updated", step, actor=actor, fields=changed)
    if upload:
        try:
            files.store(upload, owner=actor, attached_to=step)
        except ActionError as error:
            error.field = "upload"
            raise
        audit.record("life_step.updated", step, actor=actor, fields=["file"])
    return step


@transaction.atomic
def submit_step(step: LifeStep, *, actor: Any) -> LifeStep:
    """Hand the step to a second officer, who has five working days, and at most until the day before it takes effect.

    Raises ActionError `incomplete` (papers, dates, or what a foundation needs), `dates`, `assessment` (domain.md rule 4),
    `commitments` (something of it takes place later), `children` (others are below it), `state`, NotAllowed.
    """
    step = _locked(step)
    require(permissions.can_prepare_step, actor, step.organization)
    require_state(step, ChangeState.PREPARING)
    _check(step)
    return move(
        step,
        ChangeState.SUBMITTED,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="life_step.submitted",
        submitted_by=actor,
        submitted_at=clock.now(),
        due_on=_due(step),
        reason="",
    )


@transaction.atomic
def submit_with_papers(step: LifeStep, data: Mapping[str, Any], *, upload: Any = None, actor: Any) -> LifeStep:
    """Write `data` and submit the step, both or neither; raises as `edit_step` and `submit_step`."""
    return submit_step(edit_step(step, data, upload=upload, actor=actor), actor=actor)


@transaction.atomic
def return_step(step: LifeStep, *, reason: str, actor: Any) -> LifeStep:
    """Send the step back, as the second officer, with a reason that who submitted it reads.

    Raises ActionError `state`, `reason`, `too_long`, NotAllowed for who submitted it.
    """
    step = _locked(step)
    require(permissions.can_agree_to_step, actor, step)
    require_state(step, ChangeState.SUBMITTED)
    returned = move(
        step,
        ChangeState.PREPARING,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="life_step.returned",
        user=step.submitted_by,
        reason=required_reason(reason),
        due_on=None,
    )
    _notify_submitter(returned, "organizations/step_returned")
    return returned


@transaction.atomic
def submit_step_again(step: LifeStep, *, actor: Any) -> LifeStep:
    """Take back that the step was sent back: it waits for a second officer again.

    Raises ActionError `state` when who prepares it has changed something since, as `submit_step`, NotAllowed.
    """
    step = _locked(step)
    require(permissions.can_agree_to_step, actor, step)
    last = step.history.order_by("-pgh_id").first()  # type: ignore[attr-defined]
    if step.state != ChangeState.PREPARING or last is None or last.state != ChangeState.SUBMITTED:
        raise ActionError(_("经办的人已经在改，不能撤销。"), code="state")
    _check(step)
    return move(
        step,
        ChangeState.SUBMITTED,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="life_step.return_undone",
        user=step.submitted_by,
        reason="",
        due_on=_due(step),
    )


@transaction.atomic
def agree_to_step(step: LifeStep, *, actor: Any) -> LifeStep:
    """Agree to the step as the second officer: from midnight of its day the organization has its new state, by query.

    On the day itself it takes effect at once. The posts of an organization that is dissolved get an end on the day. Members and
    people in post are notified. Raises ActionError `late` (the day has passed), as `submit_step`, NotAllowed for who prepared
    or submitted it and for who holds a post in the organization.
    """
    step = _locked(step)
    organization = step.organization
    require(permissions.can_agree_to_step, actor, step)
    require_state(step, ChangeState.SUBMITTED)
    if step.day < clock.today():
        raise ActionError(_("写的日子已经过了，请退回改日期。"), code="late")
    _check(step)
    organization.next_state, organization.next_on = step.target, step.day
    changes = dates_of(step)
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.save(update_fields=["next_state", "next_on", *changes])
    ended = end_posts(step, actor) if step.kind == LifeStep.Kind.DISSOLVE else {}
    agreed = move(
        step,
        ChangeState.AGREED,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="life_step.agreed",
        agreed_by=actor,
        agreed_at=clock.now(),
        due_on=None,
        ended=ended,
    )
    announce(agreed, "organizations/step_announced")
    _notify_submitter(agreed, "organizations/step_agreed")
    if step.day <= clock.today():
        take_effect(agreed, actor)
    return agreed


@transaction.atomic
def withdraw_step(step: LifeStep, *, actor: Any) -> LifeStep:
    """Take the agreement back: before its midnight, and on the day itself while nobody has acted on it.

    The organization and the posts that were to end are as before, everybody concerned is notified, and it waits for a second
    officer again. Raises ActionError `state` (not agreed, it has happened, or somebody has acted on it), NotAllowed for all but
    those who may agree.
    """
    step = _locked(step)
    organization = step.organization
    require(permissions.can_withdraw_step, actor, step)
    is_over = step.kind == LifeStep.Kind.DISSOLVE and not step.is_coming
    if step.state != ChangeState.AGREED or step.day < clock.today() or is_over:
        raise ActionError(_("已经生效，不能撤回。"), code="state")
    if step.day <= clock.today() and acted_on(step):
        raise ActionError(_("后来又有了变化，不能撤回。"), code="state")
    before = dates_before(step)
    for name, value in before.items():
        setattr(organization, name, value)
    organization.next_state, organization.next_on = "", None
    changed = ["next_state", "next_on", *before]
    if step.day <= clock.today():
        organization.state = EFFECTS[LifeStep.Kind(step.kind)].undone
        changed.append("state")
    organization.save(update_fields=changed)
    restore_posts(step, actor)
    withdrawn = move(
        step,
        ChangeState.SUBMITTED,
        table=CHANGE_TRANSITIONS,
        actor=actor,
        verb="life_step.withdrawn",
        user=step.submitted_by,
        agreed_by=None,
        agreed_at=None,
        effected_at=None,
        due_on=_due(step),
        ended={},
    )
    announce(withdrawn, "organizations/step_withdrawn")
    return withdrawn


@transaction.atomic
def drop_step(step: LifeStep, *, actor: Any) -> LifeStep:
    """End the preparation: the step is not taken. What was written stays. Raises ActionError `state`, NotAllowed."""
    step = _locked(step)
    require(permissions.can_prepare_step, actor, step.organization)
    return move(step, ChangeState.DROPPED, table=CHANGE_TRANSITIONS, actor=actor, verb="life_step.dropped", due_on=None)


def carry_out_steps(*, actor: Any = None) -> int:
    """Enter the state of organizations whose midnight has come, and end the memberships of dissolved ones; return how many.

    Nothing waits for it: pages and rights read the day. Safe to run twice, and at any time after midnight.
    """
    due = LifeStep.objects.filter(state=ChangeState.AGREED, effected_at__isnull=True, on__lte=clock.today())
    done = 0
    for step in due.select_related("organization").order_by("on", "pk"):
        with transaction.atomic():
            locked = _locked(step)
            if locked.state == ChangeState.AGREED and locked.effected_at is None and locked.day <= clock.today():
                take_effect(locked, actor)
                done += 1
    return done


# ---- parts -----------------------------------------------------------------------------------------------------------
def _locked(step: LifeStep) -> LifeStep:
    """Lock the organization, then the step; the organization is that of the step."""
    organization = lock(step.organization)
    step = lock(step)
    step.organization = organization
    return step


def _due(step: LifeStep) -> dt.date:
    eve = step.day - dt.timedelta(days=1)
    return min(due_on(clock.today(), AGREE_WITHIN), max(eve, clock.today()))


def _notify_submitter(step: LifeStep, template: str) -> None:
    if step.submitted_by is not None:
        notify(step.submitted_by, template, url=step.get_absolute_url(), step=step)


def _check(step: LifeStep) -> None:
    """Raise the ActionErrors of `submit_step`; the caller has locked the organization and the step."""
    today = clock.today()
    organization = step.organization
    state, kind = OrganizationState(organization.state), LifeStep.Kind(step.kind)
    if step.target not in ORGANIZATION_TRANSITIONS[state] or state not in FROM[kind]:
        text = _("现在是“%(state)s”，不能办这一件。") % {"state": organization.get_state_display()}
        raise ActionError(text, code="state")
    if missing := founding.missing_papers(step):
        fields = [LifeStep._meta.get_field(name) for name in missing]
        names = "、".join(str(field.verbose_name) for field in fields)  # type: ignore[union-attr]
        text = _("请写这一项。")
        raise ActionError(
            _("还没有写：%(names)s。") % {"names": names}, code="incomplete", each=dict.fromkeys(missing, text)
        )
    earliest = today + dt.timedelta(days=1) if step.kind == LifeStep.Kind.DISSOLVE else today
    if step.day < earliest:
        text = _("注销从明天或以后的一天起。") if step.kind == LifeStep.Kind.DISSOLVE else _("日期不能早于今天。")
        raise ActionError(text, code="dates", field="on")
    for name in ("resolved_on", "approved_on"):
        if getattr(step, name) > today:
            raise ActionError(_("日期不能晚于今天。"), code="dates", field=name)
    if step.kind == LifeStep.Kind.FOUND:
        _check_foundation(organization)
    else:
        _check_nothing_left(step)


def _check_foundation(organization: Organization) -> None:
    if not organization.assessments.passed_on(clock.today()).exists():
        raise ActionError(_("要先通过“五好”评定，才能成立。"), code="assessment")
    if missing := founding.missing(organization):
        raise ActionError(_("还缺：%(names)s。") % {"names": "、".join(missing)}, code="incomplete")


def _check_nothing_left(step: LifeStep) -> None:
    if step.kind == LifeStep.Kind.RESUME:
        return
    lock_register()
    organization = step.organization
    if step.kind == LifeStep.Kind.DISSOLVE:
        below = organization.children.exclude(pk__in=Organization.objects.in_state(OrganizationState.DISSOLVED))
        if names := "、".join(map(str, below[:5])):
            text = _("还有下级组织：%(names)s。先给它们换上级，或先注销它们。")
            raise ActionError(text % {"names": names}, code="children")
    if left := commitments(organization, step.day):
        names = "、".join(str(item.title) for item in left[:5])
        text = _("%(n)d 件事排在那天以后：%(names)s。先取消或改由别人办。")
        raise ActionError(text % {"n": len(left), "names": names}, code="commitments")
