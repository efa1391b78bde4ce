"""Creating, changing, publishing and readdressing organizations, bases and teams, the same for all three.

The verbs are those of the model, such as `base.renamed`; the history of the row keeps the former values. Everything here is
for the responsible staff, but for the EDITABLE_FIELDS, which the manager changes too.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit, validate
from chengyang.platform.audit.transitions import lock

from .permissions import is_responsible
from .slugs import free_slug

MOVING = ("level", "subdistrict")


@transaction.atomic
def create(organizer: Any, *, actor: Any) -> Any:
    """Save the new row `organizer` with a slug made from its name, and return it.

    Raises ActionError("invalid") with the field that the model or a constraint refuses, NotAllowed outside the actor's
    subdistricts.
    """
    require(is_responsible, actor, organizer.subdistrict_id)
    organizer.slug = free_slug(organizer)
    validate(organizer)
    organizer.save(force_insert=True)
    audit.record(_verb(organizer, "created"), organizer, actor=actor)
    return organizer


@transaction.atomic
def change(organizer: Any, data: Mapping[str, Any], *, actor: Any) -> list[str]:
    """Save the values in `data` that differ (names in OFFICE_FIELDS and EDITABLE_FIELDS) and return the changed names.

    The caller has locked `organizer` and knows that `actor` may change EDITABLE_FIELDS. Staff move it only to where they
    are responsible, too. A new name and a move to another level or subdistrict have verbs of their own; the slug stays.
    Raises ActionError("invalid") with the field that the model refuses, TypeError for a name that cannot be edited,
    NotAllowed.
    """
    groups = {
        "renamed": ["name"],
        "moved": [name for name in MOVING if name in organizer.OFFICE_FIELDS],
        "updated": [
            name for name in (*organizer.OFFICE_FIELDS, *organizer.EDITABLE_FIELDS) if name not in ("name", *MOVING)
        ],
    }
    known = {name for names in groups.values() for name in names}
    if unknown := set(data) - known:
        raise TypeError(f"{', '.join(sorted(unknown))} cannot be edited on {type(organizer).__name__}.")
    _require_office(organizer, data, actor)
    changed = []
    for what, names in groups.items():
        part = {name: data[name] for name in names if name in data}
        changed += edit(organizer, part, fields=names, verb=_verb(organizer, what), actor=actor)
    return changed


@transaction.atomic
def publish(organizer: Any, *, actor: Any) -> Any:
    """Show `organizer` to the public and return it. Raises ActionError("state") when it is public already, NotAllowed."""
    return _set_published(organizer, True, actor)


@transaction.atomic
def hide(organizer: Any, *, actor: Any) -> Any:
    """Take `organizer` off the public site and return it. Raises ActionError("state") when it is hidden, NotAllowed."""
    return _set_published(organizer, False, actor)


@transaction.atomic
def renew_slug(organizer: Any, *, actor: Any) -> Any:
    """Give `organizer` the slug of its present name and return it; its former address leads to the new one.

    Raises ActionError("same") when the address already follows from the name, NotAllowed.
    """
    organizer = lock(organizer)
    require(is_responsible, actor, organizer.subdistrict_id)
    slug = free_slug(organizer)
    if slug == organizer.slug:
        raise ActionError(_("网址和名称一致，不用换。"), code="same")
    organizer.slug = slug
    organizer.save(update_fields=["slug"])
    audit.record(_verb(organizer, "readdressed"), organizer, actor=actor, fields=["slug"])
    return organizer


def _set_published(organizer: Any, is_published: bool, actor: Any) -> Any:
    organizer = lock(organizer)
    require(is_responsible, actor, organizer.subdistrict_id)
    if organizer.is_published == is_published:
        raise ActionError(_("已经是这样了，请刷新页面。"), code="state")
    organizer.is_published = is_published
    organizer.save(update_fields=["is_published"])
    what = _verb(organizer, "published" if is_published else "hidden")
    audit.record(what, organizer, actor=actor, fields=["is_published"])
    return organizer


def _require_office(organizer: Any, data: Mapping[str, Any], actor: Any) -> None:
    names = organizer.OFFICE_FIELDS
    changed = {name for name in names if name in data and data[name] != getattr(organizer, name)}
    if changed:
        require(is_responsible, actor, organizer.subdistrict_id)
    if "subdistrict" in changed:
        require(is_responsible, actor, data["subdistrict"].pk if data["subdistrict"] else None)


def _verb(organizer: Any, what: str) -> str:
    return f"{organizer._meta.model_name}.{what}"
