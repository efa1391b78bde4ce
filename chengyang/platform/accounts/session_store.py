"""Sessions in the database, as Django's, read by a prepared query: every request of a signed-in person reads one."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from chengyang.platform.web.prepared import prepared


class SessionStore(db.SessionStore):
    """Django's store."""

    def _get_session_from_db(self):
        found = _session(self.session_key, timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None


@prepared
def _session(key, now):
    return Session.objects.filter(session_key=key, expire_date__gt=now)
