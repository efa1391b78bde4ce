"""Limits on the life of a session, and ending sessions on the server (requirements S04; docs/decisions.md, "sessions").

The moments of sign-in and of last use are stored in the session, which is in the database: a browser cannot change them.
"""

import datetime as dt
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengyang import clock

from .access import access_scope

BEGAN, SEEN = "signed_in_at", "seen_at"  # seconds since 1970
TOUCH_EVERY = dt.timedelta(minutes=1)  # not at every request, to save writes; 30 idle minutes are therefore 29 to 30
# (mark in the User-Agent header, name). The first mark found counts: most browsers also name the ones they descend from.
_BROWSERS = (
    ("MicroMessenger", gettext_lazy("微信")),
    ("DingTalk", gettext_lazy("钉钉")),
    ("HuaweiBrowser", gettext_lazy("华为浏览器")),
    ("QQBrowser", gettext_lazy("QQ浏览器")),
    ("UCBrowser", gettext_lazy("UC浏览器")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", gettext_lazy("鸿蒙")),
    ("Android", gettext_lazy("安卓")),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
LIFE = dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)  # of accounts that are no officers


def start(session: SessionBase) -> None:
    """Store in `session` that the user signed in now."""
    session[BEGAN] = session[SEEN] = clock.now().timestamp()


def began(session: SessionBase) -> dt.datetime:
    """Return the moment of sign-in of `session`."""
    return _moment(session, BEGAN)


def expiry_reason(request: HttpRequest) -> str:
    """Return why the session of `request` has expired: `idle`, `idle_administrator` or `life`; "" while it is valid.

    Officers: 30 minutes without a request (administrators: 15), 8 hours in total. Everybody else: 14 days.
    """
    now, session = clock.now(), request.session
    if BEGAN not in session:  # created before this rule existed, or by a tool: its life starts now
        start(session)
    scope = access_scope(request.user)
    if now - began(session) >= (settings.STAFF_SESSION_LIFE if scope.officer else LIFE):
        return "life"
    idle = settings.ADMINISTRATOR_SESSION_IDLE if scope.administrator else settings.STAFF_SESSION_IDLE
    if scope.officer and now - _moment(session, SEEN) >= idle:
        return "idle_administrator" if scope.administrator else "idle"
    return ""


def touch(session: SessionBase) -> None:
    """Store that `session` is in use; writes at most once a minute."""
    if clock.now() - _moment(session, SEEN) >= TOUCH_EVERY:
        session[SEEN] = clock.now().timestamp()


def end(request: HttpRequest) -> None:
    """Delete the session of `request` on the server; the request continues as that of a visitor."""
    logout(request)


def of(user: Any) -> list[UserSession]:
    """Return the open sessions of `user`, newest first, and delete the rows of expired ones."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True)


def find(user: Any, pk: int) -> UserSession | None:
    """Return the session `pk` of `user`, or None when it belongs to somebody else or does not exist."""
    return UserSession.objects.filter(user=user, pk=pk).first()


def others(user: Any, key: str | None) -> QuerySet:
    """Return the sessions of `user` except the one with the key `key`."""
    return UserSession.objects.filter(user=user).exclude(session_key=key or "")


def end_rows(rows: Iterable[UserSession]) -> int:
    """Delete these sessions on the server; return how many."""
    return len([row.end() for row in rows])


def end_all(user: Any, *, keep: str | None = None) -> int:
    """Delete the sessions of `user` on the server, except the one with the key `keep`; return how many."""
    return end_rows(others(user, keep))


def clear_expired() -> None:
    """Delete expired sessions, and the rows of the list of sessions whose session is gone."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.exclude(Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()


def device(agent: str) -> str:
    """Return a readable name for a User-Agent header: browser and system, as `微信 · iPhone`, or 其他设备 if unknown."""
    names = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(str(name) for name in names if name) or _("其他设备")


def _moment(session, key):
    return dt.datetime.fromtimestamp(session.get(key, 0), tz=clock.now().tzinfo)
