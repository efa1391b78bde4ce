"""How far an account reaches today: the only place that knows roles and posts (architecture.md, "The one way a thing happens")."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chengyang import clock

PostSource = Callable[[int, object], Iterable[int]]  # (user id, day) -> ids of what the posts held that day are about
_sources: dict[str, PostSource] = {}


@dataclass(frozen=True)
class Reach:
    """What `visible_to` and `can_…` read: plain sets of ids, never roles."""

    user_id: int | None = None
    district: bool = False
    editor: bool = False
    administrator: str = ""  # system, security or audit; such an account sees no member data
    subdistricts: frozenset[int] = field(default_factory=frozenset)
    organizations: frozenset[int] = field(default_factory=frozenset)
    bases: frozenset[int] = field(default_factory=frozenset)
    teams: frozenset[int] = field(default_factory=frozenset)

    @property
    def staff(self) -> bool:
        """Whether this is an officer of the district or of a subdistrict."""
        return self.district or bool(self.subdistricts)

    @property
    def officer(self) -> bool:
        """Whether any role or post is held today: who may enter /manage/."""
        posts = self.organizations or self.bases or self.teams
        return bool(self.staff or self.editor or self.administrator or posts)

    def covers(self, subdistrict_id: int | None) -> bool:
        """Return whether staff of this reach are responsible for the subdistrict (the district for all)."""
        return self.district or (subdistrict_id is not None and subdistrict_id in self.subdistricts)


NOBODY = Reach()


def register_posts(about: str, source: PostSource) -> None:
    """Let the app that keeps posts say what a user's posts are about: `organizations`, `bases` or `teams`."""
    _sources[about] = source


def reach(user) -> Reach:
    """Return how far `user` reaches today; remembered on the user object, so for one request at most."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOBODY
    day = clock.today()
    known = getattr(user, "_reach", None)
    if known is None or known[0] != day:
        known = user._reach = (day, _compute(user.pk, day))
    return known[1]


def forget(user) -> None:
    """Drop what was remembered, after a role or post of `user` changed."""
    user.__dict__.pop("_reach", None)


def _compute(user_id, day) -> Reach:
    from .models import Role

    roles = list(Role.objects.filter(user_id=user_id).on(day))
    administrator = next((role.kind for role in roles if role.kind in Role.ADMINISTRATORS), "")
    if administrator:  # whatever else such an account holds does not count (requirements S07)
        return Reach(user_id=user_id, administrator=administrator)
    kinds = {role.kind for role in roles}
    posts = {about: frozenset(source(user_id, day)) for about, source in _sources.items()}
    return Reach(
        user_id=user_id,
        district=Role.Kind.DISTRICT in kinds,
        editor=Role.Kind.EDITOR in kinds,
        subdistricts=frozenset(role.subdistrict_id for role in roles if role.kind == Role.Kind.SUBDISTRICT),
        **posts,
    )
