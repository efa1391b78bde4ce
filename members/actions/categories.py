"""新阶层四类: the code table of categories, edited by district staff (requirements M02)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengyang.errors import ActionError, require
from chengyang.platform.audit import actions as audit
from chengyang.platform.audit.editing import edit
from chengyang.platform.audit.transitions import lock

from .. import permissions
from ..models import Category


@transaction.atomic
def add_category(data: Mapping[str, Any], *, actor: Any) -> Category:
    """Add a category from `data`: `code` and names in `Category.EDITABLE_FIELDS`.

    Raises ActionError("twice") if the code exists, NotAllowed for all but district staff.
    """
    require(permissions.can_edit_categories, actor, None)
    if Category.objects.filter(code=data["code"]).exists():
        raise ActionError(_("这个代码已经有了。"), code="twice", field="code")
    category = Category.objects.create(
        code=data["code"], **{name: data[name] for name in Category.EDITABLE_FIELDS if name in data}
    )
    audit.record("settings.changed", category, actor=actor, reason="category")
    return category


@transaction.atomic
def edit_category(category: Category, data: Mapping[str, Any], *, actor: Any) -> Category:
    """Change `data` (names in `Category.EDITABLE_FIELDS`).

    Raises ActionError("invalid") with the field that the model refuses, TypeError for a name that cannot be edited,
    NotAllowed for all but district staff.
    """
    category = lock(category)
    require(permissions.can_edit_categories, actor, category)
    edit(category, data, fields=Category.EDITABLE_FIELDS, verb="settings.changed", actor=actor, code="category")
    return category
