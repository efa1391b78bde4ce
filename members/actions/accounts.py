"""What happens to the rows of the registry when an account changes its number (slot `account_rows`)."""

from typing import Any

from chengyang.lib.vault.fields import columns_of
from chengyang.platform.audit import actions as audit

from ..models import Person


def move_number(user: Any, old: str, new: str, actor: Any) -> None:
    """Replace the number `old` to reach the person of `user` by `new` (empty: none), in the caller's transaction."""
    for person in Person.objects.filter(user=user).select_for_update(of=("self",)):
        if person.phone == old:
            person.phone = new
            person.save(update_fields=columns_of(Person, "phone"))
            audit.record("person.updated", person, actor=actor, person=person, user=user, fields=["phone"])
