"""Conditions for the activities that are shown, to whom, and for those that an officer manages."""

from django.db.models import FilteredRelation, Q

from chengyang.platform.accounts.access import access_scope
from chengyang.platform.web import content
from chengyang.platform.web.fragments import per_version
from members.models import Person
from members.states import PersonState
from organizations.models import Organization
from organizations.states import MembershipState

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


def registered(user):
    """Return the persons in the registry that `user` is: one or none."""
    return Person.objects.active().filter(user=user)


def own_organizations(user):
    """Return the organizations that `user` is a member of."""
    return Organization.objects.filter(
        memberships__person__user=user,
        memberships__person__state=PersonState.ACTIVE,
        memberships__state=MembershipState.ACTIVE,
    )


def audience_of(user):
    """Return what `ActivityQuerySet.visible_to` depends on beside the rows: equal for all who see the same; None for officers.

    It is ("public",) or ("member", whether the person is in the registry, the ids of their organizations), and is kept until
    something changes.
    """
    if not user.is_authenticated:
        return ("public",)
    if access_scope(user).officer:
        return None
    key = ("activities.audience", user.pk)
    return per_version(key, lambda: _audience_of_member(user), names=(content.SITE, content.WORK))


def _audience_of_member(user):
    active = FilteredRelation("memberships", condition=Q(memberships__state=MembershipState.ACTIVE))
    rows = registered(user).annotate(active=active).order_by().values_list("active__organization", flat=True)
    return ("member", bool(rows), frozenset(rows) - {None})
