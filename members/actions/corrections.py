"""Corrections of registration details: at once, or by a correction that staff decide (requirements P11, M01)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require, required_reason
from chengyang.lib.vault.fields import columns_of
from chengyang.platform.accounts.models import Role, User
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.files import actions as files
from chengyang.platform.notices.actions import notify
from chengyang.platform.workdays.deadlines import due_on

from .. import permissions, reasons
from ..models import Category, Correction, Person, RegistrationDetails
from ..states import CORRECTION_DAYS, CORRECTION_TRANSITIONS, CorrectionState
from .locking import assign_details, follow_name, lock_account_first

CHECKED_FIELDS = tuple(Correction.Field.values)


# ---- the person ------------------------------------------------------------------------------------------------------
@transaction.atomic
def edit_own_details(
    person: Person, data: Mapping[str, Any], *, actor: Any, reason: str = "", evidence: Any = None
) -> list[Correction]:
    """Correct the person's own registration details; return the corrections that staff have to decide.

    `data` holds any of `RegistrationDetails.EDITABLE_FIELDS`. Unit, job, subdistrict, skills and wishes change at once, and
    a change of the subdistrict notifies the staff of both. A changed name or category becomes a `Correction` with `reason`
    and the optional upload `evidence`; the former value stays until staff accept it, also in public. Raises
    ActionError("reason") for a correction without a reason, ("too_long"), ("pending") if another one of the same field
    waits, ("state") if the person is not active, TypeError for a name that cannot be edited, NotAllowed for others; for the
    upload as `files.store`.  (requirements P11, M01)
    """
    person = lock_account_first(person)
    require(permissions.can_edit_own_details, actor, person)
    require_active(person)
    change_details(person, {name: value for name, value in data.items() if name not in CHECKED_FIELDS}, actor)
    to_check = [name for name in CHECKED_FIELDS if name in data and data[name] != getattr(person, name)]
    return [_ask(person, name, data[name], reason=reason, evidence=evidence, actor=actor) for name in to_check]


def _ask(person, field, value, *, reason, evidence, actor):
    new = _stored(value)
    waiting = person.corrections.waiting().filter(field=field).first()
    if waiting and waiting.new == new:
        return waiting
    if waiting:
        message = _("这一项已经有一份更正申请在办（%(what)s）。要改成别的，先撤回那一份。") % {"what": waiting}
        raise ActionError(message, code="pending", field=field, url=reverse("members:data"))
    row = person.corrections.create(
        field=field,
        old=_stored(getattr(person, field)),
        new=new,
        reason=required_reason(reason, missing=_("姓名、类别要核对，请写一句为什么改。")),
        due_on=due_on(clock.today(), CORRECTION_DAYS),
        is_demo=person.is_demo,
    )
    if evidence:
        evidence.seek(0)  # two corrections at once have the same evidence
        files.store(evidence, owner=actor, attached_to=row)
    audit.record("correction.asked", row, actor=actor, person=person, user=person.user, fields=[field])
    return row


def _stored(value):
    return value.code if isinstance(value, Category) else value


@transaction.atomic
def withdraw_correction(correction: Correction, *, actor: Any) -> Correction:
    """Withdraw a correction that waits. Raises ActionError("state") after the decision, NotAllowed for others."""
    correction = lock(correction)
    require(permissions.can_edit_own_details, actor, correction.person)
    return _move(correction, CorrectionState.WITHDRAWN, "correction.withdrawn", actor, decided_at=clock.now())


def withdraw_corrections_of(person: Person, actor: Any) -> None:
    """Withdraw the waiting corrections of `person`, who leaves the registry."""
    for correction in person.corrections.waiting().select_for_update(of=("self",)):
        _move(correction, CorrectionState.WITHDRAWN, "correction.withdrawn", actor, decided_at=clock.now())


@transaction.atomic
def adopt_number(person: Person, *, actor: Any) -> Person:
    """Replace the contact number of the person by the number the account signs in with (decisions.md, "phone").

    Raises ActionError("no_number") if the account has none, ("state") if the person is not active; NotAllowed for others.
    """
    person = lock(person)
    require(permissions.can_edit_own_details, actor, person)
    require_active(person)
    if not actor.phone:
        raise ActionError(_("你的账号还没有手机号。"), code="no_number", url=reverse("members:data"))
    person.phone = actor.phone
    columns = columns_of(Person, "phone")
    person.save(update_fields=columns)
    audit.record("person.updated", person, actor=actor, person=person, user=person.user, fields=["phone"])
    return person


# ---- staff -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def accept_correction(correction: Correction, *, actor: Any) -> Correction:
    """Change the field of the person as the correction says, also in public, and notify the person.

    Raises ActionError("state") if it does not wait, or its person is not active; NotAllowed outside the actor's
    subdistricts and for the actor's own.  (requirements P11, M01)
    """
    person, correction = _lock(correction, actor)
    done = _move(
        correction, CorrectionState.ACCEPTED, "correction.accepted", actor, decided_by=actor, decided_at=clock.now()
    )
    changes = {done.field: _value(done.field, done.new)}
    change_details(person, changes, actor, code=reasons.DisclosureReason.CORRECTION)
    notify(person, "members/correction_accepted", url=reverse("members:data"), correction=done)
    return done


@transaction.atomic
def refuse_correction(correction: Correction, *, actor: Any, reason: str) -> Correction:
    """Refuse a correction; the person reads `reason` word for word.

    Raises ActionError("reason") without a reason, ("too_long"), otherwise as `accept_correction`.
    """
    person, correction = _lock(correction, actor)
    changes = {"decided_by": actor, "decided_at": clock.now(), "answer": required_reason(reason)}
    done = _move(correction, CorrectionState.REFUSED, "correction.refused", actor, **changes)
    notify(person, "members/correction_refused", url=reverse("members:data"), correction=done)
    return done


@transaction.atomic
def undo_correction(correction: Correction, *, actor: Any) -> Correction:
    """Take the decision on a correction back: it waits again, an accepted value is the former one, and the person is notified.

    Raises ActionError("state") when the value has changed since, or the person has asked again; otherwise as
    `accept_correction`.
    """
    person, correction = _lock(correction, actor)
    if person.corrections.waiting().filter(field=correction.field).exists():
        raise ActionError(_("本人已经重新提出，不能撤销。"), code="state")
    was_accepted = correction.state == CorrectionState.ACCEPTED
    if was_accepted and _stored(getattr(person, correction.field)) != correction.new:
        raise ActionError(_("后来又改过，不能撤销。"), code="state")
    undecided = {"decided_by": None, "decided_at": None, "answer": ""}
    waiting = _move(correction, CorrectionState.WAITING, "correction.decision_undone", actor, **undecided)
    if was_accepted:
        change_details(person, {waiting.field: _value(waiting.field, waiting.old)}, actor)
    notify(person, "members/correction_undone", url=reverse("members:data"), correction=waiting)
    return waiting


def _value(field, stored):
    """Return the value of the column `field` for what a correction stores of it; the opposite of `_stored`."""
    return Category.objects.get(code=stored) if field == Correction.Field.CATEGORY else stored


def _lock(correction, actor):
    person = lock_account_first(correction.person)
    correction = lock(correction)
    require(permissions.can_correct_person, actor, person)
    require_active(person)
    return person, correction


def _move(correction, state, verb, actor, **changes):
    person = correction.person
    return move(
        correction,
        state,
        table=CORRECTION_TRANSITIONS,
        actor=actor,
        verb=verb,
        person=person,
        user=person.user,
        **changes,
    )


@transaction.atomic
def correct_person(
    person: Person, data: Mapping[str, Any], *, actor: Any, code: str = reasons.DisclosureReason.CORRECTION
) -> Person:
    """Correct registration details at the person's request, and notify the person of the changed fields.

    `data` holds any of `RegistrationDetails.EDITABLE_FIELDS`, `code` is the reason code for the audit. Raises
    ActionError("state") if the person is not active, TypeError for a name that cannot be edited; NotAllowed outside the
    actor's subdistricts and for the actor themself.  (requirements P11)
    """
    person = lock_account_first(person)
    require(permissions.can_correct_person, actor, person)
    require_active(person)
    if changed := change_details(person, data, actor, code=code):
        labels = [str(Person.label_of(field)) for field in changed]
        notify(person, "members/corrected", url=reverse("members:data") if person.user else "", labels=labels)
    return person


# ---- helpers ---------------------------------------------------------------------------------------------------------
def require_active(person: Person) -> None:
    """Raise ActionError("state") unless `person` is in the registry."""
    if not person.is_active:
        raise ActionError(_("这个人现在不在册。"), code="state", url=reverse("members:data"))


def change_details(person: Person, data: Mapping[str, Any], actor: Any, *, code: str = "") -> list[str]:
    """Save what `data` changes of the details of `person`, whose row and account are locked; return the changed fields.

    The name of the account follows. A new subdistrict notifies the staff of both subdistricts.
    """
    before = person.subdistrict
    columns = assign_details(person, data)
    changed = [field for field in columns if field in RegistrationDetails.EDITABLE_FIELDS]
    if changed:
        person.save(update_fields=columns)
        audit.record(
            "person.updated", person, actor=actor, person=person, user=person.user, fields=changed, reason=code
        )
    if "name" in changed:
        follow_name(person)
    if "subdistrict" in changed:
        _notify_subdistricts(person, before, actor)
    return changed


def _notify_subdistricts(person, before, actor):
    roles = Role.objects.on(clock.today()).filter(kind=Role.Kind.SUBDISTRICT)
    for area in (before, person.subdistrict):
        staff = User.objects.filter(is_active=True, pk__in=roles.filter(subdistrict=area).values("user"))
        url = person.get_absolute_url() if area == person.subdistrict else reverse("admin:index")
        for officer in staff.exclude(pk=actor.pk):
            notify(officer, "members/moved", url=url, person=person, before=before)
