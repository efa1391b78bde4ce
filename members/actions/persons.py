"""人士: records that staff make, what a person changes of their own, and reading a whole number (rules 1 and 12, P10, P26)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.lib.vault.fields import blind_index, columns_of
from chengyang.platform.accounts.locks import advisory_lock
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.privacy import actions as privacy

from .. import permissions, reasons
from ..models import Application, Particulars, Person
from ..personal_data import as_data
from ..states import PERSON_TRANSITIONS, PersonState
from .locking import put_particulars

CONFIRM_WITHIN = dt.timedelta(days=30)  # domain.md rule 1; said in the message to the person
REFUSED = "refused_by_person"
TAKEN_UP = "old_row_taken_up"


# ---- records that staff make -----------------------------------------------------------------------------------------
@transaction.atomic
def enter_person(data: Mapping[str, Any], *, phone: str, actor: Any) -> Person:
    """Make a record for somebody who asked an officer to, and ask them by text message to confirm it.

    Until they do, the record stands in no list, export or statistic, and after 30 days it is deleted. `phone` is E.164.
    Raises ActionError("own") for the officer's own number: they apply like everybody. Raises ActionError("twice") when the number is registered in a subdistrict of the officer's or waits for confirmation
    already.  (domain.md rule 1, requirements X10)
    """
    subdistrict = data["subdistrict"]
    require(permissions.can_enter_person, actor, subdistrict.pk)
    _refuse_own(phone, actor)
    advisory_lock(f"registry/{blind_index('phone', phone)}")
    _refuse_twice(phone, actor)
    confirm_by = clock.today() + CONFIRM_WITHIN
    particulars = {field: data[field] for field in Particulars.PARTICULARS}
    waiting = {"state": PersonState.UNCONFIRMED, "confirm_by": confirm_by, "entered_by": actor}
    person = Person(phone=phone, **waiting, **particulars)
    person.save(force_insert=True)
    audit.record("person.created", person, actor=actor, person=person)
    notify(phone, "members/please_confirm", url=reverse("members:confirm"), subdistrict=subdistrict, until=confirm_by)
    return person


def _refuse_own(phone, actor):
    if actor.phone_index and actor.phone_index == blind_index("phone", phone):
        raise ActionError(
            _("这是你自己的手机号。自己入册请到“加入”页面申请，由别的工作人员审核。"), code="own", field="phone"
        )


def _refuse_twice(phone, actor):
    same = Person.objects.filter(phone_index=blind_index("phone", phone))
    if same.visible_to(actor).exists() or same.filter(state=PersonState.UNCONFIRMED).exists():
        raise ActionError(_("这个手机号已经登记过。"), code="twice", field="phone")


@transaction.atomic
def confirm_person(person: Person, *, actor: Any) -> Person:
    """Make a record that staff made a registered person's own; `actor` has proved the number and agrees to be registered.

    Who left and is not erased yet takes their old row up again, with what the record says. Raises
    ActionError("registered") when the account is in the registry already: the second record is then refused instead.
    Raises ActionError("own") for who made the record themself, NotAllowed for another number, ActionError("state").
    """
    lock(actor)
    person = lock(person)
    require(permissions.can_confirm_person, actor, person)
    _require_unconfirmed(person)
    if person.entered_by_id == actor.pk:
        raise ActionError(
            _("这份登记是你自己录入的，不能由你确认。请选“不是我，删掉”，再申请入册。"),
            code="own",
            url=reverse("members:confirm"),
        )
    if Person.objects.active().filter(user=actor).exists():
        raise ActionError(
            _("你已经在册，这份重复的登记请选“不是我，删掉”。"), code="registered", url=reverse("members:confirm")
        )
    privacy.give(actor, "registration", actor=actor)
    person = move(
        _taken_up(person, actor),
        PersonState.ACTIVE,
        table=PERSON_TRANSITIONS,
        actor=actor,
        verb="person.confirmed",
        person=person,
        user=actor,
        registered_on=clock.today(),
        confirm_by=None,
        left_on=None,
    )
    person.user = actor
    person.save(update_fields=["user"])
    notify(person, "members/confirmed", url=reverse("me:home"), person=person)
    return person


@transaction.atomic
def refuse_record(person: Person, *, actor: Any) -> None:
    """Delete a record that its person does not want; nobody is asked. Raises ActionError("state") once confirmed."""
    person = lock(person)
    require(permissions.can_confirm_person, actor, person)
    _require_unconfirmed(person)
    audit.record("person.erased", person, actor=actor, person=person, user=actor, reason=REFUSED)
    history.delete_with_history(Person.objects.filter(pk=person.pk))


def _require_unconfirmed(person):
    if person.state != PersonState.UNCONFIRMED:
        raise ActionError(_("这份登记已经确认。要退出请到“我的数据”。"), code="state", url=reverse("me:home"))


def _taken_up(record, user):
    """Return the row of `user` from before they left, with what `record` says and instead of it; without one, `record`."""
    own = Person.objects.select_for_update(of=("self",)).filter(user=user).first()
    if own is None:
        return record
    for field, value in record.particulars().items():
        setattr(own, field, value)
    own.phone, own.entered_by = record.phone, record.entered_by
    own.save()
    audit.record("person.erased", record, actor=user, person=record, user=user, reason=TAKEN_UP)
    history.delete_with_history(Person.objects.filter(pk=record.pk))
    return own


# ---- what a person changes -------------------------------------------------------------------------------------------
@transaction.atomic
def edit_own_particulars(person: Person, data: Mapping[str, Any], *, actor: Any) -> Person:
    """Write what the person corrects of their own (`Particulars.PARTICULARS`); it counts at once, history keeps the old.

    Raises ActionError("state") for somebody who left.  (requirements P11, M01)
    """
    person = lock(person)
    require(permissions.can_edit_particulars, actor, person)
    _require_active(person)
    return _change(person, data, actor)


@transaction.atomic
def adopt_number(person: Person, *, actor: Any) -> Person:
    """Reach the person at the number they sign in with (decisions.md, "phone"). Raises ActionError("no_number")."""
    person = lock(person)
    require(permissions.can_edit_particulars, actor, person)
    _require_active(person)
    if not actor.phone:
        raise ActionError(_("你的账号还没有手机号。"), code="no_number", url=reverse("members:data"))
    person.phone = actor.phone
    columns = columns_of(Person, "phone")
    person.save(update_fields=columns)
    audit.record("person.updated", person, actor=actor, person=person, user=person.user, fields=["phone"])
    return person


@transaction.atomic
def correct_person(
    person: Person, data: Mapping[str, Any], *, actor: Any, code: str = reasons.DisclosureReason.CORRECTION
) -> Person:
    """Write a correction that the person asked an officer for; they are told what was changed, and by which office.

    Raises NotAllowed outside the officer's subdistricts and for themself, ActionError("state").  (requirements P11)
    """
    person = lock(person)
    require(permissions.can_correct_person, actor, person)
    _require_active(person)
    before = person.particulars()
    person = _change(person, data, actor, code=code)
    changed = [field for field, value in person.particulars().items() if value != before[field]]
    if changed:
        labels = [str(Person.label_of(field)) for field in changed]
        notify(person, "members/corrected", url=reverse("members:data") if person.user else "", labels=labels)
    return person


def _require_active(person):
    if not person.is_active:
        raise ActionError(_("这个人现在不在册。"), code="state", url=reverse("members:data"))


def _change(person, data, actor, code=""):
    changed = put_particulars(person, data)
    if changed:
        person.save(update_fields=changed)
        fields = [field for field in changed if field in Particulars.PARTICULARS]
        audit.record("person.updated", person, actor=actor, person=person, user=person.user, fields=fields, reason=code)
    return person


# ---- reading ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def read_number(row: Any, reason: str, *, actor: Any) -> str:
    """Return the whole number of an Application or a Person, and write down who read it and why (requirements P26).

    `reason` is one of `reasons.Reading`. Raises ActionError("reason") without one, ("no_number"), NotAllowed.
    """
    require(permissions.can_read_number, actor, row)
    if reason not in reasons.DisclosureReason.values:
        raise ActionError(_("请先选一个理由。"), code="reason", field="reason")
    is_application = isinstance(row, Application)
    number = row.user.phone if is_application else row.phone
    if not number:
        raise ActionError(_("这里没有手机号。"), code="no_number")
    person = row.person if is_application else row
    audit.record("person.read", row, actor=actor, person=person, user=row.user, fields=["phone"], reason=reason)
    return number


@transaction.atomic
def export_own_data(user: Any) -> dict[str, Any]:
    """Return everything held on `user` as plain values, and write down that a copy was taken (P10, P14)."""
    audit.record("data.exported", user, actor=user, person=getattr(user, "person", None), user=user)
    return as_data(user)
