"""What leaving the registry, and being erased from it, does to the rows of upper floors (domain.md rule 12, P12).

An app registers in its `providers.py`:

    erasure.register(_("活动"), leave=cancel_open_signups, erase=strip_signups, said=_("还没参加的报名全部取消，名额让给别人。"))

`leave(person, actor)` runs when somebody leaves: it ends what is open. `erase(person)` runs 30 days later: it deletes the
rows, or takes out of them whatever tells who it was. Both run in the caller's transaction and are safe to repeat. `said`
is what the page says before somebody leaves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

NOBODY = "已删除"  # stands where a name or words stood; stored, so never translated


@dataclass(frozen=True)
class Rows:
    """The rows of one app that are about persons."""

    label: Any
    leave: Callable[[Any, Any], Any] | None = None
    erase: Callable[[Any], Any] | None = None
    said: Any = ""


_registered: list[Rows] = []


def register(label: Any, *, leave: Any = None, erase: Any = None, said: Any = "") -> None:
    """Add the rows of an app; see the module."""
    _registered.append(Rows(label, leave, erase, said))


def registered() -> list[Rows]:
    """Return what is registered, in order."""
    return list(_registered)


def leave(person: Any, actor: Any) -> None:
    """End what is open of `person` on all floors."""
    for rows in reversed(_registered):  # upper floors first: they lean on the lower ones
        if rows.leave:
            rows.leave(person, actor)


def erase(person: Any) -> None:
    """Delete or strip what all floors hold on `person`."""
    for rows in reversed(_registered):
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
