"""The history of domain rows: every UPDATE and DELETE keeps the row as it was, by trigger, also of bulk and raw writes.

    @tracked(exclude=["taken", "search"])
    class Activity(models.Model): …

`activity.history` are the kept rows, newest last: `pgh_created_at`, `pgh_label` (`update` or `delete`), `pgh_context`
(who, see `changed_by`; null when no request did it) and the fields as they were. Encrypted fields are kept as
ciphertext; `vault.fields.decrypt_for` opens them. Counters and search vectors are excluded: they would copy the whole
row at every sign-up. Erasing a person deletes the kept rows as well (`delete_with_history`), so they are not append-only.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, overload

import pghistory
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from pghistory.models import Event as PlainEvent

NEVER_KEPT = {"password"}  # old password hashes are of use to nobody but a thief

M = TypeVar("M", bound=type[models.Model])


class Event(PlainEvent):
    """A row as it was before a change; event models are named `<Model>Event`."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["pgh_id"]


@overload
def tracked(model: M) -> M: ...
@overload
def tracked(*, exclude: Iterable[str] = ()) -> Callable[[M], M]: ...
def tracked(model: Any = None, *, exclude: Iterable[str] = ()) -> Any:
    """Class decorator: keep the old row at every change of a field that is not in `exclude`, and at every delete.

    Raises FieldDoesNotExist when `exclude` names a field that the model does not have.
    """
    if model is None:
        return lambda decorated: tracked(decorated, exclude=exclude)  # type: ignore[call-overload]
    left_out = set(exclude)
    own = {field.name for field in model._meta.local_fields}
    if unknown := left_out - own:
        raise FieldDoesNotExist(
            f"{model.__name__} has no field {', '.join(sorted(unknown))} to leave out of its history."
        )
    return pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(row=pghistory.Old),
        exclude=sorted(left_out | NEVER_KEPT & own),
        obj_field=pghistory.ObjForeignKey(related_name="history"),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]
        base_model=Event,
        meta={"default_permissions": (), "ordering": ["pgh_id"]},
    )(model)


def forget_history(rows: models.QuerySet[Any]) -> None:
    """Delete the kept former states of `rows`, as erasure demands; call it before the rows themselves change or go."""
    event = rows.model.pgh_event_model
    event._base_manager.filter(pgh_obj_id__in=list(rows.values_list("pk", flat=True))).delete()


def delete_with_history(rows: models.QuerySet[Any], *, skip_locked: bool = False) -> int:
    """Delete `rows` and everything their history kept; return how many rows there were.

    Each row is locked and asked once more whether it belongs to `rows`: a row that changed meanwhile stays. `skip_locked`
    leaves out rows that are being worked on, for deletions that are repeated. Needs a transaction.
    """
    pks = list(rows.select_for_update(of=("self",), skip_locked=skip_locked).values_list("pk", flat=True))
    event = rows.model.pgh_event_model
    rows.model._base_manager.filter(pk__in=pks).delete()
    event._base_manager.filter(pgh_obj_id__in=pks).delete()  # also the copy that this deletion left behind
    return len(pks)


def changed_by(actor: Any, *, request_id: str = "") -> AbstractContextManager[Any]:
    """Return a block in which every kept row says `{"actor": public id, "request": request_id}`.

    Entered once at the top (`middleware.py` for requests); inside another block it only completes the outer one.
    """
    return pghistory.context(actor=getattr(actor, "public_id", "") or "", request=request_id)


def attribute_to(actor: Any) -> None:
    """Name the actor from here on, if a block is open: somebody who signs in is known only half-way through."""
    if public_id := getattr(actor, "public_id", ""):
        pghistory.context(actor=public_id)
