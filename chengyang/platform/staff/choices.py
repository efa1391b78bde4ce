"""The choices of a form of the staff site: only what the officer may choose, chosen already where there is one.

An officer sees more organizations, bases and teams than they manage, because these have public pages. A form that offered
them all would refuse most of them.
"""

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengyang.errors import ActionError
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict

from .filters import visible_rows


def own_rows(rows: QuerySet, user: Any) -> QuerySet:
    """Return those of `rows` that `user` acts for; rows that are no organizers and no subdistricts are returned as they are."""
    scope = access_scope(user)
    if scope.district:
        return rows
    if hasattr(rows, "managed_q"):
        return rows.filter(rows.managed_q(scope))
    if rows.model is Subdistrict and scope.subdistricts:
        return rows.filter(pk__in=scope.subdistricts)
    return rows


def limited(form_class: type[forms.BaseForm], user: Any, *, free: Collection[str] = ()) -> type[Any]:
    """Return `form_class` with the choices of `user`; of the fields `free` any visible row may be chosen.

    The value that a row already has stays a choice. A single choice is chosen, except an organizer that staff may leave out.
    """

    class Limited(form_class):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            for name, field in self.fields.items():
                if isinstance(field, forms.ModelChoiceField) and name not in free:
                    _limit(self, name, field, user)

    return type(form_class.__name__, (Limited,), {"__module__": form_class.__module__})


def refusal_at_choice(form: Any) -> ActionError | None:
    """Return the error for the first field of `form` that names an organizer or a subdistrict, None without such a field.

    For an action that refused the choice although the form offered it, for example because a post has just ended.
    """
    for name, field in form.fields.items():
        if isinstance(field, forms.ModelChoiceField) and _is_own(field.queryset):
            return ActionError(_not_yours(), code="not_yours", field=name)
    return None


def _limit(form: Any, name: str, field: Any, user: Any) -> None:
    if not _is_own(field.queryset) or isinstance(field, forms.ModelMultipleChoiceField):
        return
    present = getattr(getattr(form, "instance", None), f"{name}_id", None)
    own = own_rows(visible_rows(field.queryset.model, user), user)
    field.queryset = field.queryset.filter(Q(pk__in=own.values("pk")) | Q(pk=present))
    field.error_messages["invalid_choice"] = _not_yours()
    only = list(field.queryset[:2])
    may_leave_out = not field.required and access_scope(user).staff and field.queryset.model is not Subdistrict
    if len(only) == 1 and not present and not may_leave_out and not access_scope(user).district:
        form.initial.setdefault(name, only[0])


def _is_own(rows: QuerySet) -> bool:
    return hasattr(rows, "managed_q") or rows.model is Subdistrict


def _not_yours() -> str:
    return _("这一项不归你管，请从列出的里面选。")
