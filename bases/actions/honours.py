"""Honours of bases: registered with their certificate, corrected, removed; who manages the base is reminded before one lapses."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang import clock
from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import assign, validate
from chengyang.platform.audit.transitions import lock
from chengyang.platform.files import actions as files
from chengyang.platform.notices.actions import notify
from chengyang.platform.staff.links import page_url

from .. import permissions
from ..models import Base, Honour
from .bookings import managers_of

REMIND_BEFORE = dt.timedelta(days=60)  # leaves time to apply again


@transaction.atomic
def add_honour(base: Base, *, actor, certificate: Any = None, **data: Any) -> Honour:
    """Register an honour of `base` with `data` (names in `Honour.EDITABLE_FIELDS`) and perhaps a scan of its certificate.

    The year follows from the day of the award where only that is given. Raises ActionError("twice") if the base has one with
    this title, ("invalid") with the field, as `files.store` for the upload, NotAllowed.
    """
    base = lock(base)
    require(permissions.can_honour, actor, base)
    honour = Honour(base=base, is_demo=False)
    _write(honour, data)
    honour.save(force_insert=True)
    if certificate:
        files.store(certificate, owner=actor, attached_to=honour)
    audit.record("honour.added", base, actor=actor)
    return honour


@transaction.atomic
def edit_honour(honour: Honour, data: Mapping[str, Any], *, actor, certificate: Any = None) -> Honour:
    """Correct `data` (names in `Honour.EDITABLE_FIELDS`) of an honour, and return it; the history keeps the former values.

    A new last day is reminded of anew. Raises as `add_honour`.
    """
    base = lock(honour.base)
    honour = lock(honour)
    require(permissions.can_honour, actor, base)
    if changed := _write(honour, data):
        if "valid_until" in changed:
            honour.reminded_on = None
        honour.save(update_fields=[*changed, "reminded_on"])
        audit.record("honour.corrected", honour, actor=actor, fields=changed)
    if certificate:
        files.store(certificate, owner=actor, attached_to=honour)
    return honour


def _write(honour: Honour, data: Mapping[str, Any]) -> list[str]:
    """Set `data` without saving, and return the changed names. Raises ActionError("twice"), ("invalid")."""
    same = honour.base.honours.filter(title=data.get("title", honour.title)).exclude(pk=honour.pk)
    if same.exists():
        raise ActionError(_("这项荣誉已经登记过。"), code="twice", field="title")
    changed = assign(honour, data, fields=Honour.EDITABLE_FIELDS)
    if honour.awarded_on and honour.year is None:
        honour.year = honour.awarded_on.year
        changed.append("year")
    validate(honour)
    return list(dict.fromkeys(changed))


@transaction.atomic
def remove_honour(honour: Honour, *, actor) -> Honour:
    """Delete an honour that was entered by mistake, with its history. Raises NotAllowed."""
    base = lock(honour.base)
    require(permissions.can_honour, actor, base)
    audit.record("honour.removed", base, actor=actor)
    history.delete_with_history(Honour.objects.filter(pk=honour.pk))
    return honour


@transaction.atomic
def remind_of_honours() -> int:
    """Remind who manages a base, once, that an honour lapses within 60 days; return how many. Safe to repeat."""
    today = clock.today()
    rows = Honour.objects.lapsing(today, today + REMIND_BEFORE).filter(reminded_on__isnull=True).select_related("base")
    found = list(rows.select_for_update(of=("self",), skip_locked=True)[:200])
    for honour in found:
        honour.reminded_on = today
        honour.save(update_fields=["reminded_on"])
        for user in managers_of(honour.base):
            notify(user, "bases/honour_lapses", url=page_url(honour.base), honour=honour)
    return len(found)
