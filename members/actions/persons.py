"""人士: records made by staff, and reading full phone numbers (domain.md rules 1 and 12; requirements P10, P26)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, NotAllowed, require
from chengyang.lib.vault.fields import blind_index, columns_of
from chengyang.platform.accounts import alarms
from chengyang.platform.accounts.locks import advisory_lock
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.transitions import lock, move
from chengyang.platform.notices.actions import notify
from chengyang.platform.notices.models import Notice
from chengyang.platform.privacy import actions as privacy

from .. import permissions, reasons
from ..models import Application, Person, RegistrationDetails
from ..personal_data import as_data
from ..states import PERSON_TRANSITIONS, PersonState
from .locking import assign_details, follow_name

ASK_AGAIN_AFTER = dt.timedelta(hours=24)  # between two messages to one number
CONFIRM_WITHIN = dt.timedelta(days=30)  # domain.md rule 1; stated in the message to the person
# Reason codes of the audit.
REFUSED = "refused_by_person"
CANCELLED = "cancelled_by_staff"
OLD_ROW_USED = "old_row_taken_up"


# ---- records that staff make -----------------------------------------------------------------------------------------
@transaction.atomic
def enter_person(data: Mapping[str, Any], *, phone: str, actor: Any) -> Person:
    """Create an unconfirmed record at a person's request, and ask the person by text message to confirm it.

    `data` holds all of `RegistrationDetails.EDITABLE_FIELDS`, `phone` is in E.164 form. Until it is confirmed the record is
    in no list, export or statistic; after 30 days it is deleted. Raises ActionError("own") for the actor's own number,
    ("twice") if the number belongs to a person visible to the actor or to another unconfirmed record; NotAllowed outside the
    actor's subdistricts.  (domain.md rule 1, requirements X10)
    """
    subdistrict = data["subdistrict"]
    require(permissions.can_enter_person, actor, subdistrict.pk)
    _refuse_own(phone, actor)
    # There is no row to lock yet: without this lock two requests at once could both find the number unused.
    advisory_lock(f"registry/{blind_index('phone', phone)}")
    _refuse_twice(phone, actor)
    confirm_by = clock.today() + CONFIRM_WITHIN
    details = {field: data[field] for field in RegistrationDetails.EDITABLE_FIELDS}
    unconfirmed = {"state": PersonState.UNCONFIRMED, "confirm_by": confirm_by, "entered_by": actor}
    person = Person(phone=phone, **unconfirmed, **details)
    person.save(force_insert=True)
    audit.record("person.created", person, actor=actor, person=person)
    _ask_to_confirm(person)
    return person


def lock_numbers(indexes: set[str]) -> None:
    """Take the locks under which `enter_person` looks for the numbers with these indexes, in their order."""
    for index in sorted(indexes):
        advisory_lock(f"registry/{index}")


def _ask_to_confirm(person):
    url = reverse("members:confirm")
    notify(person.phone, "members/please_confirm", url=url, subdistrict=person.subdistrict, until=person.confirm_by)


@transaction.atomic
def resend_confirmation(person: Person, *, actor: Any) -> Person:
    """Ask the person of an unconfirmed record once more by text message; at most one message a day goes to a number.

    Raises ActionError("too_soon"); NotAllowed for confirmed records and outside the actor's subdistricts.
    """
    person = lock(person)
    require(permissions.can_edit_record, actor, person)
    asked = Notice.objects.filter(kind="members/please_confirm", user=None, at__gt=clock.now() - ASK_AGAIN_AFTER)
    if any(notice.address == person.phone for notice in asked):
        raise ActionError(_("24 小时内已经发过，明天再发。"), code="too_soon")
    _ask_to_confirm(person)
    audit.record("person.asked_again", person, actor=actor, person=person)
    return person


@transaction.atomic
def edit_record(person: Person, data: Mapping[str, Any], *, actor: Any, phone: str = "") -> Person:
    """Correct an unconfirmed record; a new `phone` (E.164, empty: unchanged) is asked to confirm at once.

    Raises ActionError as `enter_person`; NotAllowed for confirmed records and outside the actor's subdistricts.
    """
    person = lock(person)
    require(permissions.can_edit_record, actor, person)
    require(permissions.can_enter_person, actor, data.get("subdistrict", person.subdistrict).pk)
    changed = assign_details(person, data)
    fields = [field for field in changed if field in RegistrationDetails.EDITABLE_FIELDS]
    has_new_number = bool(phone) and phone != person.phone
    if has_new_number:
        _refuse_own(phone, actor)
        advisory_lock(f"registry/{blind_index('phone', phone)}")
        _refuse_twice(phone, actor)
        person.phone = phone
        changed, fields = [*changed, *columns_of(Person, "phone")], [*fields, "phone"]
    if changed:
        person.save(update_fields=changed)
        audit.record("person.updated", person, actor=actor, person=person, fields=fields)
    if has_new_number:
        _ask_to_confirm(person)
    return person


@transaction.atomic
def cancel_record(person: Person, *, actor: Any) -> None:
    """Delete an unconfirmed record that was made by mistake. Raises NotAllowed as `resend_confirmation`."""
    person = lock(person)
    require(permissions.can_edit_record, actor, person)
    audit.record("person.erased", person, actor=actor, person=person, reason=CANCELLED)
    history.delete_with_history(Person.objects.filter(pk=person.pk))


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
    """Confirm a record made by staff: `actor`, who has verified its phone number, is registered and gives the consent.

    If `actor` left the registry and is not erased yet, the old row becomes active again with the details of the record, and
    the record is deleted. Raises ActionError("registered") if `actor` is in the registry already, ("own") if `actor` made
    the record, ("state") if it is confirmed already; NotAllowed for another phone number.
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
        _merge_into_old_row(person, actor),
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
    follow_name(person)
    notify(person, "members/confirmed", url=reverse("me:home"), person=person)
    return person


@transaction.atomic
def refuse_record(person: Person, *, actor: Any) -> None:
    """Delete an unconfirmed record at the wish of its person, without approval.

    Raises ActionError("state") once it is confirmed, NotAllowed for another phone number.
    """
    person = lock(person)
    require(permissions.can_confirm_person, actor, person)
    _require_unconfirmed(person)
    audit.record("person.erased", person, actor=actor, person=person, user=actor, reason=REFUSED)
    history.delete_with_history(Person.objects.filter(pk=person.pk))


def _require_unconfirmed(person):
    if person.state != PersonState.UNCONFIRMED:
        raise ActionError(_("这份登记已经确认。要退出请到“我的数据”。"), code="state", url=reverse("me:home"))


def _merge_into_old_row(record, user):
    """Return `record`, or the row of `user` from before they left, updated from `record`, which is then deleted."""
    own = Person.objects.select_for_update(of=("self",)).filter(user=user).first()
    if own is None:
        return record
    for field, value in record.registration_details().items():
        setattr(own, field, value)
    own.phone, own.entered_by = record.phone, record.entered_by
    own.save()
    audit.record("person.erased", record, actor=user, person=record, user=user, reason=OLD_ROW_USED)
    history.delete_with_history(Person.objects.filter(pk=record.pk))
    return own


# ---- reading ---------------------------------------------------------------------------------------------------------
def read_number(row: Any, reason: str, *, actor: Any) -> str:
    """Return the full phone number of an Application or a Person, and record who read it and why (requirements P26).

    `reason` is a value of `reasons.DisclosureReason`. Raises ActionError("reason") for any other, ("no_number") if there is
    no number; NotAllowed (`permissions.can_read_number`). Many readings or refusals of one officer are an alarm (S20).
    """
    try:
        return _read_number(row, reason, actor)
    except (ActionError, NotAllowed):
        alarms.count(alarms.NUMBERS_REFUSED, actor)  # after the rollback of what was refused
        raise


@transaction.atomic
def _read_number(row, reason, actor):
    row = lock(row)
    require(permissions.can_read_number, actor, row)
    if reason not in reasons.DisclosureReason.values:
        raise ActionError(_("请先选一个理由。"), code="reason", field="reason")
    is_application = isinstance(row, Application)
    number = row.user.phone if is_application else row.phone
    if not number:
        raise ActionError(_("这里没有手机号。"), code="no_number")
    person = row.person if is_application else row
    audit.record("person.read", row, actor=actor, person=person, user=row.user, fields=["phone"], reason=reason)
    alarms.count(alarms.NUMBERS_READ, actor)
    return number


@transaction.atomic
def export_own_data(user: Any) -> dict[str, Any]:
    """Return all data stored about `user` as plain values, and record the export (requirements P10, P14)."""
    audit.record("data.exported", user, actor=user, person=getattr(user, "person", None), user=user)
    return as_data(user)
