"""Leaving the registry and being erased from it, in the rows of all apps (domain.md rule 12, P12)."""

from typing import Any

from django.db import models

from chengyang import extensions

ERASED = "已删除"  # stands where a name or words stood; stored, so never translated


def leave(person: Any, actor: Any) -> None:
    """End what is open of `person` in all apps (slot `person_rows`)."""
    for rows in reversed(extensions.person_rows()):  # upper layers first: they refer to the lower ones
        if rows.leave:
            rows.leave(person, actor)


def erase(person: Any) -> None:
    """Delete or anonymise what all apps hold on `person`."""
    for rows in reversed(extensions.person_rows()):
        if rows.erase:
            rows.erase(person)


def forget_history(rows: models.QuerySet) -> None:
    """Delete the kept former states of `rows`, as erasing asks; call it before the rows themselves change or go."""
    event = rows.model._meta.get_field("history").related_model
    event._base_manager.filter(pgh_obj_id__in=list(rows.values_list("pk", flat=True))).delete()


def delete_with_history(rows: models.QuerySet, *, skip_locked: bool = False) -> int:
    """Delete `rows` and everything their history kept; return how many rows there were.

    Each row is locked and asked once more whether it belongs to `rows`: who was quicker keeps it. `skip_locked` leaves
    alone what somebody works on at this moment, for deletions that come again. Needs a transaction.
    """
    pks = list(rows.select_for_update(of=("self",), skip_locked=skip_locked).values_list("pk", flat=True))
    event = rows.model._meta.get_field("history").related_model
    rows.model._base_manager.filter(pk__in=pks).delete()
    event._base_manager.filter(pgh_obj_id__in=pks).delete()  # also the copy that this deletion left behind
    return len(pks)
