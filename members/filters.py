"""Filters of the lists of persons that ask for rows of upper layers, by the names of their relations."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengyang.platform.staff.filters import offered

from .models import Person


class MemberOf(admin.SimpleListFilter):
    """The members of one organization, by the memberships that the officer may see."""

    title, parameter_name = _("组织"), "organization"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        organizations = _memberships()._meta.get_field("organization").related_model
        return [(str(pk), name) for pk, name in offered(organizations, request.user)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not (self.value() or "").isdecimal():
            return queryset
        rows = (
            _memberships().objects.visible_to(request.user).filter(state="active", organization=int(self.value()[:18]))
        )
        return queryset.filter(pk__in=rows.order_by().values("person"))


def _memberships() -> Any:
    return Person._meta.get_field("memberships").related_model
