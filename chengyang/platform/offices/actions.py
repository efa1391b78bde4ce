"""Editing the addresses, telephones and hours that the public reads."""

from typing import Any

from django.db import transaction

from chengyang.errors import require
from chengyang.platform.audit.editing import edit
from chengyang.platform.audit.transitions import lock

from .models import Office
from .permissions import can_edit_office


@transaction.atomic
def edit_office(office: Office, *, actor: Any, **data: Any) -> Office:
    """Change `data` (names in `Office.EDITABLE_FIELDS`). What an officer has edited is no longer demonstration data.

    Raises ActionError("invalid") with the field that the model refuses, TypeError for a name that cannot be edited,
    NotAllowed.
    """
    office = lock(office)
    require(can_edit_office, actor, office)
    if edit(office, data, fields=Office.EDITABLE_FIELDS, verb="office.updated", actor=actor) and office.is_demo:
        office.is_demo = False
        office.save(update_fields=["is_demo"])
    return office
