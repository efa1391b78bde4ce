"""The authentication backend."""

from allauth.account.auth_backends import AuthenticationBackend

from .models import User


class PortalBackend(AuthenticationBackend):
    """Authentication by e-mail and password. A form that passes a user name, such as Django's own, signs nobody in."""

    def _authenticate(self, request, **credentials):
        user = User.objects.by_email(credentials.get("email") or "").first()
        return self._check_password(user, credentials["password"])
