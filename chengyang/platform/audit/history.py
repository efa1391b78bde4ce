"""The history of domain rows: a trigger stores the old row at every UPDATE and DELETE, also at bulk and raw writes.

    @tracked(exclude=["taken", "search"])
    class Activity(models.Model): …

`activity.history` are the stored rows, newest last: `pgh_created_at`, `pgh_label` (`update` or `delete`), `pgh_context`
(the actor, see `changed_by`; null outside a request) and the old values of the fields. Encrypted fields are stored as
ciphertext; `vault.fields.decrypt_for` decrypts them. Exclude counters and search vectors: otherwise every sign-up would
copy the whole row. Erasing a person deletes the stored rows too (`delete_with_history`), so the tables are not append-only.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, overload

import pghistory
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from pghistory import runtime
from pghistory.models import Event as PlainEvent

NEVER_STORED = {"password"}  # an old password hash is useful to an attacker only

M = TypeVar("M", bound=type[models.Model])


class Event(PlainEvent):
    """An old version of a row; the concrete models are named `<Model>Event`."""

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
    """Store the old row at every change of a field that is not in `exclude`, and at every delete (a class decorator).

    Raises FieldDoesNotExist when `exclude` names a field that the model does not have.
    """
    if model is None:
        return lambda decorated: tracked(decorated, exclude=exclude)  # type: ignore[call-overload]
    excluded = set(exclude)
    own = {field.name for field in model._meta.local_fields}
    if unknown := excluded - own:
        raise FieldDoesNotExist(
            f"{model.__name__} has no field {', '.join(sorted(unknown))} to exclude from its history."
        )
    return pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(row=pghistory.Old),
        exclude=sorted(excluded | NEVER_STORED & own),
        obj_field=pghistory.ObjForeignKey(related_name="history"),
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]
        base_model=Event,
        meta={"default_permissions": (), "ordering": ["pgh_id"]},
    )(model)


def delete_history(rows: models.QuerySet[Any]) -> None:
    """Delete the history of `rows`, as erasure requires; call it before `rows` itself changes or is deleted."""
    event = rows.model.pgh_event_model
    event._base_manager.filter(pgh_obj_id__in=list(rows.values_list("pk", flat=True))).delete()


def delete_with_history(rows: models.QuerySet[Any], *, skip_locked: bool = False) -> int:
    """Delete `rows` and their history; return how many rows were deleted.

    The rows are locked first and the filter of `rows` is checked again under the lock: a row that no longer matches stays.
    `skip_locked` skips rows that other transactions have locked, for deletions that run again later. Needs a transaction.
    """
    pks = list(rows.select_for_update(of=("self",), skip_locked=skip_locked).values_list("pk", flat=True))
    event = rows.model.pgh_event_model
    rows.model._base_manager.filter(pk__in=pks).delete()
    event._base_manager.filter(pgh_obj_id__in=pks).delete()  # last: the deletion above has just stored a copy too
    return len(pks)


def changed_by(actor: Any, *, request_id: str = "") -> AbstractContextManager[Any]:
    """Return a context manager in which stored rows get the context `{"actor": public id, "request": request_id}`.

    It is entered once per request (`middleware.py`); inside another one it updates the context of the outer one.
    """
    return _Context(actor=getattr(actor, "public_id", "") or "", request=request_id)


class _Context(pghistory.context):
    """The context of the library, but sent to the database once per transaction instead of before every write."""

    def __enter__(self) -> Any:
        found = super().__enter__()
        if self._pre_execute_hook:
            wrappers = connection.execute_wrappers
            wrappers[wrappers.index(runtime._inject_history_context)] = _inject_once
        return found

    def __exit__(self, *exc: Any) -> None:
        if self._pre_execute_hook:
            wrappers = connection.execute_wrappers
            wrappers[wrappers.index(_inject_once)] = runtime._inject_history_context
        super().__exit__(*exc)


def _inject_once(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Send the context with the first write of a transaction, and again when it or the transaction has changed.

    Django replaces its list `run_on_commit` when the transaction ends and when a savepoint is rolled back, which also undoes
    the setting: so the setting is still there as long as the list is the same one.
    """
    database = context["connection"]
    sent = (id(database.run_on_commit), dict(runtime._tracker.value.metadata))
    if database.in_atomic_block and getattr(database, "history_sent", None) == sent:
        return execute(sql, params, many, context)
    result = runtime._inject_history_context(execute, sql, params, many, context)
    if database.in_atomic_block and runtime._can_inject_variable(context["cursor"], sql):
        database.history_sent, database.history_list = (
            sent,
            database.run_on_commit,
        )  # held, so that its id is not reused
    return result


def attribute_to(actor: Any) -> None:
    """Set the actor of rows that are stored from now on, inside `changed_by`.

    A request that signs somebody in has no known actor when it starts.
    """
    if public_id := getattr(actor, "public_id", ""):
        pghistory.context(actor=public_id)
