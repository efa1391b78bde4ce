"""Labels of officers by role or post, which people read instead of an officer's name."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from chengyang.platform.accounts.models import Role

from . import posts


def officer_labels(user_ids: Collection[int]) -> dict[int, str]:
    """Return a label for each account: its latest role or else post, also a former one; 工作人员 for an account with neither."""
    wanted = {pk for pk in user_ids if pk}
    found = dict.fromkeys(wanted, _("工作人员"))
    if wanted:
        by_role = _role_labels(wanted)  # a role takes precedence over a post
        found.update(by_role)
        if others := wanted - by_role.keys():
            found.update(posts.labels_of(others))
    return found


def _role_labels(user_ids):
    roles = Role.objects.filter(user__in=user_ids).select_related("subdistrict").order_by("starts", "pk")
    return {role.user_id: _role_label(role) for role in roles}


def _role_label(role):
    if role.kind == Role.Kind.SUBDISTRICT:
        return _("%(subdistrict)s工作人员") % {"subdistrict": role.subdistrict}
    return str(role.get_kind_display())
