"""The access scope of an account today; no other module reads roles and posts.

See architecture.md, "The one way a thing happens".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from django.contrib.auth import get_user_model
from django.db.models import CharField, Value

from chengyang import clock, extensions
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.prepared import prepared

from .roles import ADMINISTRATORS, RoleKind


@dataclass(frozen=True)
class AccessScope:
    """What an account may see and manage today: the plain ids that `visible_to` and `can_…` read, never roles."""

    user_id: int | None = None
    district: bool = False
    editor: bool = False
    administrator: str = ""  # "system", "security" or "audit"; such an account sees no member data
    subdistricts: frozenset[int] = field(default_factory=frozenset)
    posts: Mapping[str, frozenset[int]] = field(default_factory=dict)  # subject → ids managed by a post

    @property
    def staff(self) -> bool:
        """Whether the account is staff of the district or of a subdistrict."""
        return self.district or bool(self.subdistricts)

    @property
    def officer(self) -> bool:
        """Whether the account has a role or manages an organizer by a post: it may enter /manage/."""
        return bool(self.responsible or self.editor or self.administrator)

    @property
    def responsible(self) -> bool:
        """Whether the account is staff, or manages an organization, a base or a team by a post."""
        return self.staff or any(self.posts.values())

    def managed(self, subject: str) -> frozenset[int]:
        """Return the ids of the rows of `subject` (a `PostType.subject`, such as `organization`) managed by a post."""
        return self.posts.get(subject, frozenset())

    def covers(self, subdistrict_id: int | None) -> bool:
        """Return whether the account is staff of the subdistrict; district staff are responsible for all, also for None."""
        return self.district or (subdistrict_id is not None and subdistrict_id in self.subdistricts)


NOBODY = AccessScope()


def access_scope(user) -> AccessScope:
    """Return the access scope of `user` today.

    It is computed once until something changes that the public pages or officers see (`web.fragments.per_version`: roles and
    posts are among it) or the day ends, and is cached on the user object, which lives for one request.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOBODY
    day = clock.today()
    known = getattr(user, "_access_scope", None)
    if known is None or known[0] != day:
        scope = per_version(("accounts.access", user.pk, day), partial(_compute, user, day))
        known = user._access_scope = (day, scope)
    return known[1]


def clear_access_scope(user) -> None:
    """Drop the scope that is cached on `user`; called after a role or post changed."""
    user.__dict__.pop("_access_scope", None)


def _compute(user, day) -> AccessScope:
    found = _roles_and_posts(user.pk, day)
    roles = [(kind, subdistrict_id) for subject, kind, subdistrict_id in found if not subject]
    administrator = next((kind for kind, _subdistrict_id in roles if kind in ADMINISTRATORS), "")
    if administrator:  # other roles and posts of an administrator do not count (requirements S07)
        return AccessScope(user_id=user.pk, administrator=administrator)
    kinds = {kind for kind, _subdistrict_id in roles}
    posts = {post.subject: set() for post in extensions.post_types()}
    for subject, _kind, organizer_id in found:
        if subject:
            posts[subject].add(organizer_id)
    return AccessScope(
        user_id=user.pk,
        district=RoleKind.DISTRICT in kinds,
        editor=RoleKind.EDITOR in kinds,
        subdistricts=frozenset(area for kind, area in roles if kind == RoleKind.SUBDISTRICT),
        posts={subject: frozenset(ids) for subject, ids in posts.items()},
    )


MOST_COLLEAGUES = 200  # officers that are looked at


def colleagues_of(user, suits):
    """Return the accounts, by name, that are officers today beside `user` and for which `suits(account)` is true.

    What one may do is asked account by account, so this is for a page on which somebody chooses a colleague.
    """
    day = clock.today()
    accounts = get_user_model()
    role = accounts._meta.get_field("roles").related_model
    found = set(role.objects.on(day).values_list("user", flat=True)[:MOST_COLLEAGUES])
    for post in extensions.post_types():
        rows = post.model.objects.on(day).filter(
            kind=post.manager_kind, person__state="active", person__user__isnull=False
        )
        found |= set(rows.order_by().values_list("person__user", flat=True)[:MOST_COLLEAGUES])
    rows = accounts.objects.filter(pk__in=found - {user.pk}, is_active=True).order_by("name", "pk")
    return rows.filter(pk__in=[account.pk for account in rows[:MOST_COLLEAGUES] if suits(account)])


@prepared
def _roles_and_posts(user_id, day):
    """By one query, the roles of an account on `day` as ("", kind, subdistrict) and the posts that manage as (subject, "", id)."""
    # not through Role: models.py imports this module
    roles = get_user_model()._meta.get_field("roles").related_model.objects.on(day).filter(user=user_id).order_by()
    rows = [roles.values_list(_text(""), "kind", "subdistrict_id")]
    for post in extensions.post_types():
        found = post.model.objects.on(day).order_by()
        found = found.filter(person__user_id=user_id, person__state="active", kind=post.manager_kind)
        rows.append(found.values_list(_text(post.subject), _text(""), f"{post.subject}_id"))
    return rows[0].union(*rows[1:], all=True)


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())
