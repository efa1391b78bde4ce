"""成果类型: kinds of outcomes are added, renamed, and no longer offered."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from chengyang.errors import require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock

from .. import permissions
from ..models import OutcomeKind


@transaction.atomic
def add_outcome_kind(*, actor: Any, **data: Any) -> OutcomeKind:
    """Add a kind; `data` has names in `FIXED_FIELDS` and `EDITABLE_FIELDS`. Raises ActionError("invalid") with the field, NotAllowed."""
    kind = OutcomeKind(**data)
    require(permissions.can_keep_outcome_kinds, actor, kind)
    validate(kind)
    kind.save(force_insert=True)
    audit.record("outcome_kind.added", kind, actor=actor)
    return kind


@transaction.atomic
def edit_outcome_kind(kind: OutcomeKind, data: Mapping[str, Any], *, actor: Any) -> OutcomeKind:
    """Change `data` (names in EDITABLE_FIELDS) of a kind. One that is no longer offered stays with its outcomes. Raises as `add_outcome_kind`."""
    kind = lock(kind)
    require(permissions.can_keep_outcome_kinds, actor, kind)
    edit(kind, data, fields=OutcomeKind.EDITABLE_FIELDS, verb="outcome_kind.updated", actor=actor)
    return kind
