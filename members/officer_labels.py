"""For whom an account acts: the office, organization, base or team, in words. People read this instead of an officer's name."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from chengyang.platform.accounts.models import Role

from . import posts


def labels_of(user_ids: Collection[int]) -> dict[int, str]:
    """Return for each account what it acts for, also when that is over; one that never acted is 工作人员."""
    wanted = {pk for pk in user_ids if pk}
    found = dict.fromkeys(wanted, _("工作人员"))
    if wanted:
        found.update(_posts(wanted))
        found.update(_roles(wanted))  # a role of the office goes before a post
    return found


def _roles(user_ids):
    roles = Role.objects.filter(user__in=user_ids).select_related("subdistrict").order_by("starts", "pk")
    return {role.user_id: _words(role) for role in roles}


def _posts(user_ids):
    held = (post for rows in posts.posts_of(user_ids) for post in rows)
    return {post.person.user_id: f"{post.subject}{post.get_kind_display()}" for post in held}


def _words(role):
    if role.kind == Role.Kind.SUBDISTRICT:
        return _("%(subdistrict)s工作人员") % {"subdistrict": role.subdistrict}
    return str(role.get_kind_display())
