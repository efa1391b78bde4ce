"""The criteria of a draft: adding, editing, moving and removing them. Those of a published version stay (domain.md rule 5)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit import history
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock

from .. import numbers, permissions
from ..codes import code_for
from ..models import Criterion, Version

MOST_CRITERIA = 30  # in one version: each is a part of one page


@transaction.atomic
def add_criterion(version: Version, *, actor: Any, **data: Any) -> Criterion:
    """Add a criterion with `data` (names in EDITABLE_FIELDS) at the end of a draft, and return it.

    Raises ActionError("invalid") with the field that the model refuses, ("twice") for a name that the draft has, ("metric") for
    a number that does not exist for the subject, ("many") above 30; NotAllowed once the draft is submitted.
    """
    version = lock(version)
    require(permissions.can_edit_version, actor, version)
    known = list(version.criteria.all())
    if len(known) >= MOST_CRITERIA:
        raise ActionError(_("一版最多 %(n)d 项。") % {"n": MOST_CRITERIA}, code="many")
    former = version.former()
    taken = {one.code for one in known} | ({one.code for one in former.criteria.all()} if former else set())
    criterion = Criterion(version=version, code=code_for(data["name"], taken), **data)
    criterion.order = max((one.order for one in known), default=-1) + 1
    _require_fitting(criterion, known)
    validate(criterion)
    criterion.save(force_insert=True)
    audit.record("criterion.added", version, actor=actor)
    return criterion


@transaction.atomic
def edit_criterion(criterion: Criterion, *, actor: Any, **data: Any) -> Criterion:
    """Change `data` (names in EDITABLE_FIELDS) of a criterion of a draft, and return it. Raises as `add_criterion`."""
    version, criterion = _locked(criterion, actor)
    for name, value in data.items():
        setattr(criterion, name, value)
    _require_fitting(criterion, [one for one in version.criteria.all() if one.pk != criterion.pk])
    validate(criterion)  # all of it: a constraint may concern a field that did not change
    criterion.refresh_from_db()
    if changed := edit(criterion, data, fields=Criterion.EDITABLE_FIELDS, verb="criterion.edited", actor=actor):
        audit.record("version.edited", version, actor=actor, fields=changed)
    return criterion


@transaction.atomic
def remove_criterion(criterion: Criterion, *, actor: Any) -> Criterion:
    """Delete a criterion of a draft, and return it. Raises NotAllowed once the draft is submitted."""
    version, criterion = _locked(criterion, actor)
    audit.record("criterion.removed", version, actor=actor)
    history.delete_with_history(Criterion.objects.filter(pk=criterion.pk))
    return criterion


def move_criterion_up(criterion: Criterion, *, actor: Any) -> Criterion:
    """Move a criterion of a draft before the one above it. Raises ActionError("end") at the top, NotAllowed."""
    return _moved(criterion, -1, actor)


def move_criterion_down(criterion: Criterion, *, actor: Any) -> Criterion:
    """Move a criterion of a draft behind the one below it. Raises ActionError("end") at the bottom, NotAllowed."""
    return _moved(criterion, +1, actor)


@transaction.atomic
def _moved(criterion: Criterion, step: int, actor: Any) -> Criterion:
    version, criterion = _locked(criterion, actor)
    rows = list(version.criteria.order_by("order", "pk"))
    place = next(place for place, one in enumerate(rows) if one.pk == criterion.pk)
    if not 0 <= place + step < len(rows):
        raise ActionError(_("已经在最前面或最后面。"), code="end")
    rows[place], rows[place + step] = rows[place + step], rows[place]
    for order, one in enumerate(rows):
        if one.order != order:
            one.order = order
            one.save(update_fields=["order"])
    audit.record("criterion.moved", version, actor=actor)
    return next(one for one in rows if one.pk == criterion.pk)


def _locked(criterion: Criterion, actor: Any) -> tuple[Version, Criterion]:
    """Lock the version and then the criterion; return both."""
    version = lock(criterion.version)
    criterion = lock(criterion)
    require(permissions.can_edit_version, actor, version)
    return version, criterion


def _require_fitting(criterion: Criterion, others: list[Criterion]) -> None:
    """Raise ActionError where `criterion` does not fit into its version beside `others`."""
    if any(one.name == criterion.name for one in others):
        raise ActionError(_("这一版里已经有“%(name)s”。") % {"name": criterion.name}, code="twice", field="name")
    kind = criterion.version.standard.subject
    if criterion.metric and criterion.metric not in {metric.code for metric in numbers.metrics_for(kind)}:
        raise ActionError(_("这一类对象不能按这个数评定。"), code="metric", field="metric")
