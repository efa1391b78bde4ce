"""Shared by the actions of this package: the order of locks, assigning registration details, the name of the account."""

from collections.abc import Mapping
from typing import Any

from chengyang.platform.accounts.models import User
from chengyang.platform.audit.editing import assign
from chengyang.platform.audit.transitions import lock

from ..models import Person, RegistrationDetails


def lock_account_first(row: Any) -> Any:
    """Return the Application or Person `row` locked, after locking its account.

    The withdrawal of a consent locks the account first and then these rows. Any other order would deadlock with it
    (requirements P06).
    """
    if row.user_id:
        lock(row.user)
    return lock(row)


def lock_people(accounts: set[Any], persons: set[Any]) -> None:
    """Lock accounts, then persons, with these keys, as `lock_account_first` locks one of each, in the order of the keys."""
    for model, pks in ((User, accounts), (Person, persons)):
        if pks:
            rows = model._base_manager.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",), no_key=True)
            list(rows.values_list("pk"))


def follow_name(person: Any) -> None:
    """Set the name of the account of `person` to that of the person; the caller has locked the account."""
    if person.user_id and person.user.name != person.name:
        person.user.name = person.name
        person.user.save(update_fields=["name"])


def assign_details(row: Any, data: Mapping[str, Any]) -> list[str]:
    """Set what `data` changes of the registration details of `row` without saving; return the columns to save.

    The columns derived from them are among these. Raises TypeError for a name that is not in
    `RegistrationDetails.EDITABLE_FIELDS`.
    """
    # The same codes in another order are no change: forms send them in the order of the choices, old rows may differ.
    data = {name: value for name, value in data.items() if not _same_codes(getattr(row, name, None), value)}
    changed = assign(row, data, fields=RegistrationDetails.EDITABLE_FIELDS)
    return [*changed, *(derived for name in changed for derived in RegistrationDetails.DERIVED.get(name, ()))]


def _same_codes(before, after):
    return isinstance(before, list) and isinstance(after, list) and sorted(before) == sorted(after)
