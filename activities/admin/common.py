"""What the lists of activities and of their sign-ups share: filters, and who they are for."""

from typing import Any

from django.utils.translation import gettext_lazy

from chengyang.extensions import Section
from chengyang.lib.chinese import dates
from chengyang.platform.staff.admin import ScopedAdmin
from chengyang.platform.staff.filters import LatestFilter

from ..models import Activity
from ..permissions import manages_activities

PERSON_HELP = gettext_lazy("姓名、拼音、首字母、手机尾号四位或票号")


class _ActivityFilter(LatestFilter):
    title, parameter_name = gettext_lazy("活动"), "activity"

    def rows(self, user: Any) -> Any:
        return Activity.objects.managed_by(user).order_by("-starts", "-pk")

    def describe(self, row: Activity) -> str:
        return f"{dates.day(row.first_day)} {row.title}"


def activity_filter(path: str) -> type[LatestFilter]:
    """Return a filter of a list by activity; `path` is the lookup from the list to the activity."""
    return type("ActivityFilter", (_ActivityFilter,), {"path": path})


class ManagedRowsAdmin(ScopedAdmin):
    """Rows that belong to an activity, for those who manage the activity."""

    section = Section.ACTIVITIES

    def is_for(self, scope: Any) -> bool:
        return manages_activities(scope)

    def get_queryset(self, request: Any) -> Any:
        # Not of `visible_to`, whose condition for own rows would be one more OR around the one for managed rows.
        return self.model._default_manager.managed_by(request.user).order_by(*self.ordering)
