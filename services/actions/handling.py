"""Who handles a request, what is written into its thread, and who is notified."""

from typing import Any

from chengyang import clock
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Role, Subdistrict, User
from chengyang.platform.notices.actions import notify

from ..models import OFFICE, Post, Request, Share, Team, ThreadEntry
from ..states import SHARE_TAKEN, SHARE_WAITING

Kind = ThreadEntry.Kind


def handlers(request: Request) -> list[User]:
    """Return the accounts that handle `request` today: leaders of its team and the expert who leads, staff of its subdistrict, or of the district.

    District staff also handle what a team without a leader has.
    """
    if request.team:
        leading = request.shares.leading().filter(state__in=SHARE_TAKEN, team=request.team_id)
        leaders = leaders_of([request.team_id]) or staff_of(Role.Kind.DISTRICT)
        return _once([*leaders, *experts_of(leading)])
    kind = Role.Kind.SUBDISTRICT if request.subdistrict_id else Role.Kind.DISTRICT
    return staff_of(kind, request.subdistrict_id)


def leaders_of(teams: Any) -> list[User]:
    """Return the accounts of the leaders of `teams` (keys) today."""
    posts = Post.objects.on(clock.today()).filter(team__in=teams, kind=Post.Kind.LEADER, person__state="active")
    return list(User.objects.filter(is_active=True, person__in=posts.values("person")))


def experts_of(shares: Any) -> list[User]:
    """Return the accounts that are asked by name in `shares`, while they are in their teams."""
    posts = Post.objects.experts().filter(pk__in=shares.filter(expert__isnull=False).values("expert"))
    return list(User.objects.filter(is_active=True, person__in=posts.values("person")))


def asked_of(share: Share) -> list[User]:
    """Return the accounts to which `share` is addressed: the expert, or the leaders of the team."""
    if share.expert_id:
        return experts_of(Share.objects.filter(pk=share.pk))
    return leaders_of([share.team_id])


def _once(users: list[User]) -> list[User]:
    return list({user.pk: user for user in users}.values())


def staff_of(kind: str, subdistrict_id: int | None = None) -> list[User]:
    """Return the active accounts with a role of `kind` today, in the subdistrict."""
    roles = Role.objects.on(clock.today()).filter(kind=kind, subdistrict=subdistrict_id)
    return list(User.objects.filter(is_active=True, pk__in=roles.values("user")))


def workers(request: Request) -> list[User]:
    """Return the handlers of `request`, and the leaders and experts that lead it or help with it."""
    shared = request.shares.filter(state__in=SHARE_TAKEN)
    teams = shared.filter(expert__isnull=True).values("team")
    return _once([*handlers(request), *leaders_of(teams), *experts_of(shared)])


def involved(request: Request) -> list[User]:
    """Return the workers of `request` and those who are asked to be; it is read before shares end, to notify them."""
    asked = request.shares.filter(state__in=SHARE_WAITING)
    teams = asked.filter(expert__isnull=True).values("team")
    return _once([*workers(request), *leaders_of(teams), *experts_of(asked)])


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
    shared = request.shares.active().assigned_to(actor, teams).select_related("team").first()
    if shared:
        return str(shared.team)
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


def step(request: Request, text: Any, *, by: Any = None, share: Share | None = None) -> ThreadEntry:
    """Add one line to the thread of `request` that says what was done; its author reads the same line.

    Of what is about a `share`, `text` names the team; the name of an expert is shown from the share, and never stored in a text.
    """
    return write(request, Kind.STEP, str(text), by=by, share=share)


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


def notify_change(before: list[User], request: Request, *, but: Any = None) -> None:
    """Notify those of `before` (`involved`) who work on `request` no longer, and the helping ones of whom somebody else leads it now.

    Whoever handles it now is not among them. The notice names the number only, because many of them read the request no more.
    """
    leading, now = handlers(request), involved(request)
    for user in before:
        if user in (but, request.author, *(leading if request.is_open else ())):
            continue
        template = "services/request_lead_changed" if request.is_open and user in now else "services/request_ended"
        is_visible = Request.objects.visible_to(user).filter(pk=request.pk).exists()
        url = request.get_absolute_url() if is_visible else ""
        notify(user, template, url=url, about=request, request=request)
