"""Locking rows and moving them from one state to another (docs/architecture.md, "State")."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, reduce
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from chengyang.errors import ActionError
from chengyang.platform.web.prepared import prepared

from .actions import record


def lock(obj: Any) -> Any:
    """Return `obj` read again and locked until the transaction ends; related rows are not locked.

    FOR NO KEY UPDATE lets other transactions insert rows with a foreign key to `obj`. With FOR UPDATE, inserting a notice
    would wait for the account of its recipient, which could deadlock with a transaction that has locked the account and
    waits for the subject of the notice. Raises the DoesNotExist of the model when the row is gone.
    """
    rows = _locking(obj.__class__)(obj.pk)
    if not rows:
        raise obj.DoesNotExist(f"{obj.__class__.__name__} {obj.pk} is gone")
    return rows[0]


def lock_parents(obj: Any, paths: Iterable[str]) -> dict[str, Any]:
    """Lock the rows to which the foreign keys `paths` of `obj` lead (`person__user`), in their order; return path → row."""
    found = {path: reduce(lambda row, name: row and getattr(row, name), path.split("__"), obj) for path in paths}
    return {path: lock(row) for path, row in found.items() if row}


@cache
def _locking(model: type[Model]) -> prepared:
    return prepared(lambda pk: model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=pk))


@transaction.atomic
def move(
    obj: Any,
    new: str,
    *,
    table: Mapping[Any, set],
    actor: Any,
    verb: str,
    person: Any = None,
    user: Any = None,
    code: str = "",
    **changes: Any,
) -> Any:
    """Move `obj` (locked by the caller) to the state `new`, save `changes` with it, record `verb`, and return `obj`.

    `table` maps each state to the states that may follow. `person` or `user` is the one whom the audit entry concerns, and
    `code` its reason code. A reason that an officer wrote is a field of the row and belongs into `changes` (`reason=…`): it
    must not go into the audit.

    Raises ActionError("state") if `table` does not allow the step: somebody else was faster, or the page was outdated.
    """
    if new not in table[obj.state]:
        raise _outdated(obj)
    obj.state = new
    for field, value in changes.items():
        setattr(obj, field, value)
    obj.save(update_fields=["state", *changes])
    record(verb, obj, actor=actor, person=person, user=user, reason=code, fields=["state", *changes])
    return obj


@transaction.atomic
def step_back(
    obj: Any,
    states: Collection[str],
    fields: Sequence[str],
    *,
    actor: Any,
    verb: str,
    decided: Sequence[str] = (),
    person: Any = None,
    user: Any = None,
) -> str:
    """Take the last change of the state of `obj` (locked by the caller) back, record `verb`, and return the state that it leaves.

    The state and `fields` get the values that they had before, from the stored history of `obj` (`history.tracked`), so that
    no table of transitions has to name every way back. `states` are the states that can be left so, and one of the columns
    `decided` must have been written with the last change: it was the decision, and not a later step of somebody else.

    Raises ActionError("state") otherwise. The caller checks that nobody has built on the decision.
    """
    former = obj.history.exclude(pgh_label="delete").exclude(state=obj.state).order_by("-pgh_id").first()
    if obj.state not in states or former is None or (decided and not any(_moved(obj, former, decided))):
        raise ActionError(_("后来又有了变化，不能撤销。"), code="state")
    left, names = obj.state, ["state", *fields]
    for name in names:
        attname = obj._meta.get_field(name).attname
        setattr(obj, attname, getattr(former, attname))
    obj.save(update_fields=names)
    record(verb, obj, actor=actor, person=person, user=user, fields=names)
    return left


def _moved(obj: Any, former: Any, names: Sequence[str]) -> Iterator[bool]:
    """Yield for each of the columns `names` whether it was written after the version `former` of `obj`."""
    for name in names:
        attname = obj._meta.get_field(name).attname
        yield getattr(former, attname) != getattr(obj, attname)


def require_state(obj: Any, state: str) -> None:
    """Raise ActionError("state") unless `obj` (locked) is in `state`; for a step whose new state also follows other states."""
    if obj.state != state:
        raise _outdated(obj)


def _outdated(obj):
    text = _("现在是“%(state)s”，不能这样做。请刷新页面看最新情况。") % {"state": obj.get_state_display()}
    return ActionError(text, code="state")
