"""For whom an account acts: the office, organization, base or team, in words. People read this instead of an officer's name.

Upper floors add the posts they keep:

    offices.register(lambda user_ids: {user_id: "夏庄街道联谊会秘书长", …})
"""

from collections.abc import Callable, Collection, Mapping

from django.utils.translation import gettext as _

from chengyang.accounts.models import Role

Source = Callable[[Collection[int]], Mapping[int, str]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source of words; roles of the office go before posts."""
    _sources.append(source)


def offices(user_ids: Collection[int]) -> dict[int, str]:
    """Return for each account what it acts for, also when that is over; one that never acted is 工作人员."""
    wanted = {pk for pk in user_ids if pk}
    found = dict.fromkeys(wanted, _("工作人员"))
    for source in (*reversed(_sources), _roles):
        found.update({pk: words for pk, words in source(wanted).items() if pk in wanted})
    return found


def office_of(user_id: int | None) -> str:
    """Return what one account acts for; 系统 for none."""
    return offices([user_id])[user_id] if user_id else _("系统")


def _roles(user_ids):
    roles = Role.objects.filter(user__in=user_ids).select_related("subdistrict").order_by("starts", "pk")
    return {role.user_id: _words(role) for role in roles}


def _words(role):
    if role.kind == Role.Kind.SUBDISTRICT:
        return _("%(subdistrict)s工作人员") % {"subdistrict": role.subdistrict}
    return str(role.get_kind_display())
