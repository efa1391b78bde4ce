"""Who handles a request, what is written into its thread, and who is notified."""

from typing import Any

from chengyang import clock
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Role, Subdistrict, User
from chengyang.platform.notices.actions import notify

from ..models import OFFICE, Post, Request, Share, Team, ThreadEntry
from ..states import ShareState

Kind = ThreadEntry.Kind


def handlers(request: Request) -> list[User]:
    """Return the accounts that handle `request` today: leaders of its team, staff of its subdistrict, or district staff."""
    if request.team:
        return leaders_of([request.team_id])
    kind = Role.Kind.SUBDISTRICT if request.subdistrict_id else Role.Kind.DISTRICT
    return staff_of(kind, request.subdistrict_id)


def leaders_of(teams: Any) -> list[User]:
    """Return the accounts of the leaders of `teams` (keys) today."""
    posts = Post.objects.on(clock.today()).filter(team__in=teams, kind=Post.Kind.LEADER, person__state="active")
    return list(User.objects.filter(is_active=True, person__in=posts.values("person")))


def staff_of(kind: str, subdistrict_id: int | None = None) -> list[User]:
    """Return the active accounts with a role of `kind` today, in the subdistrict."""
    roles = Role.objects.on(clock.today()).filter(kind=kind, subdistrict=subdistrict_id)
    return list(User.objects.filter(is_active=True, pk__in=roles.values("user")))


def workers(request: Request) -> list[User]:
    """Return the handlers of `request` and the leaders of the teams that lead it or help with it."""
    shared = request.shares.filter(state__in=(ShareState.ACCEPTED, ShareState.DONE)).values("team")
    found = {user.pk: user for user in [*handlers(request), *leaders_of(shared)]}
    return list(found.values())


def deciders(request: Request) -> list[User]:
    """Return the accounts that may decide on an extension of `request`: district staff, and staff of its subdistrict."""
    found = staff_of(Role.Kind.DISTRICT)
    if request.subdistrict_id:
        found += staff_of(Role.Kind.SUBDISTRICT, request.subdistrict_id)
    return found


def unit_of(actor: Any, request: Request) -> str:
    """Return the name of the team, subdistrict or office for which `actor` works on `request`; empty for its author."""
    if actor is None or actor == request.author:
        return ""
    scope = access_scope(actor)
    teams = scope.managed("team")
    if request.team_id in teams:
        return str(request.team)
    shared = Team.objects.filter(pk__in=teams, shares__in=Share.objects.active().filter(request=request)).first()
    if shared:
        return str(shared)
    return _own_unit(scope, teams)


def _own_unit(scope, teams):
    """Return the unit of an officer, or of the leader of a team that no longer works on the request."""
    if scope.district:
        return str(OFFICE)
    area = Subdistrict.objects.filter(pk__in=scope.subdistricts).first()
    return str(area or Team.objects.filter(pk__in=teams).first() or "")


def write(request: Request, kind: str, text: str = "", *, by: Any = None, **fields: Any) -> ThreadEntry:
    """Add an entry to the thread of `request` (locked by the caller); `by` is its writer, None for the portal itself."""
    return request.entries.create(
        kind=kind, text=text, by=by, unit=unit_of(by, request), is_demo=request.is_demo, **fields
    )


def step(request: Request, text: Any, *, by: Any = None) -> ThreadEntry:
    """Add one line to the thread of `request` that says what was done; its author reads the same line."""
    return write(request, Kind.STEP, str(text), by=by)


def notify_author(request: Request, template: str, **context: Any) -> None:
    """Notify the author of `request`, if it is not erased."""
    if request.author:
        notify(request.author, template, url=request.get_absolute_url(), request=request, **context)


def notify_handlers(request: Request, template: str, *, but: Any = None, **context: Any) -> None:
    """Notify those who handle `request` today, except `but`, who knows, and its author."""
    notify_all(handlers(request), request, template, but=but, **context)


def notify_all(users: list[User], request: Request, template: str, *, but: Any = None, **context: Any) -> None:
    """Notify `users` of `request`, except `but` and its author."""
    for user in users:
        if user not in (but, request.author):
            notify(user, template, url=request.get_absolute_url(), request=request, **context)
