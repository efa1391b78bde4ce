"""The authentication backend."""

from allauth.account.auth_backends import AuthenticationBackend

from chengyang.platform.web.prepared import prepared

from .models import User


@prepared
def _account(user_id):
    return User.objects.filter(pk=user_id)


class PortalBackend(AuthenticationBackend):
    """Authentication by e-mail and password. A form that passes a user name, such as Django's own, signs nobody in."""

    def get_user(self, user_id):
        """Return the account `user_id` of a session, or None when it is gone or may not sign in."""
        found = _account(user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None

    def _authenticate(self, request, **credentials):
        user = User.objects.by_email(credentials.get("email") or "").first()
        return self._check_password(user, credentials["password"])
