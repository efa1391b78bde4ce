"""Conditions for the activities that are shown, and for those that an officer manages."""

from django.db.models import Q

from ..states import ACTIVITY_SHOWN

# An activity that was published once stays visible, also when it is cancelled. A draft that was cancelled (abandoned) was
# never published and stays hidden.
SHOWN = Q(state__in=ACTIVITY_SHOWN, published_at__isnull=False)


def managed_q(scope, prefix=""):
    """Return the condition for the activities that `scope` manages: as organizer, as host base or as subdistrict staff.

    The district is left out: it manages everything and needs no condition. `prefix` is the lookup path to the activity.
    """
    managed = Q(pk__in=[])
    for column in ("organization", "base", "team"):
        if ids := scope.managed(column):
            managed |= Q(**{f"{prefix}{column}__in": ids})
    if scope.subdistricts:
        managed |= Q(**{f"{prefix}subdistrict__in": scope.subdistricts})
    return managed
