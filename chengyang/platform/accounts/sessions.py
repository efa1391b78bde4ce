"""How long a sign-in lasts, and ending it on the server (requirements S04; docs/decisions.md, "sessions").

When it began and when it was last used stand in the session itself, which lives in the database: a browser cannot make
its own session younger.
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
TOUCH_EVERY = dt.timedelta(minutes=1)  # a write for each page would be a write too many; an idle half hour is 29 to 30
# What a person recognises a device by; the first mark that fits counts, for each browser also names its forebears.
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
LIFE = dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)  # of people who are no officers


def start(session: SessionBase) -> None:
    """Note in `session` that somebody signed in just now."""
    session[BEGAN] = session[SEEN] = clock.now().timestamp()


def began(session: SessionBase) -> dt.datetime:
    """Return when the sign-in of `session` happened."""
    return _moment(session, BEGAN)


def why_over(request: HttpRequest) -> str:
    """Return why the sign-in of this request is over: `idle`, `life`, or an empty text while it lasts.

    Officers: 30 minutes without a request, 8 hours in all. Everybody else: 14 days.
    """
    now, session = clock.now(), request.session
    if BEGAN not in session:  # made before this rule, or by a tool: it begins now
        start(session)
    officer = access_scope(request.user).officer
    if now - began(session) >= (settings.STAFF_SESSION_LIFE if officer else LIFE):
        return "life"
    return "idle" if officer and now - _moment(session, SEEN) >= settings.STAFF_SESSION_IDLE else ""


def touch(session: SessionBase) -> None:
    """Note that `session` was used, at most once a minute."""
    if clock.now() - _moment(session, SEEN) >= TOUCH_EVERY:
        session[SEEN] = clock.now().timestamp()


def end(request: HttpRequest) -> None:
    """Sign out on the server: the row goes, and the request goes on as a visitor's."""
    logout(request)


def of(user: Any) -> list[UserSession]:
    """Return the sessions in which `user` is signed in, the newest first; dead rows are removed on the way."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True)


def find(user: Any, pk: int) -> UserSession | None:
    """Return the session `pk` of `user`, or None when it is somebody else's or over."""
    return UserSession.objects.filter(user=user, pk=pk).first()


def others(user: Any, key: str | None) -> QuerySet:
    """Return the sessions of `user` except the one with the key `key`."""
    return UserSession.objects.filter(user=user).exclude(session_key=key or "")


def end_rows(rows: Iterable[UserSession]) -> int:
    """End these sessions on the server; return how many."""
    return len([row.end() for row in rows])


def end_all(user: Any, *, keep: str | None = None) -> int:
    """End every session of `user` except the one with the key `keep`; return how many."""
    return end_rows(others(user, keep))


def clear_expired() -> None:
    """Delete the rows of sessions that are over, and of the list that people see."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.exclude(Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()


def device(agent: str) -> str:
    """Return what a person calls the browser and system of a User-Agent header: `微信 · iPhone`; 其他设备 if unknown."""
    names = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(str(name) for name in names if name) or _("其他设备")


def _moment(session, key):
    return dt.datetime.fromtimestamp(session.get(key, 0), tz=clock.now().tzinfo)
