"""The adapters of allauth: texts, login throttle, client address, redirects, and passwords that are set by our actions."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengyang.errors import ActionError
from chengyang.lib.chinese.phones import mask_phone
from chengyang.lib.vault.fields import decrypt_for, encrypt_for
from chengyang.platform.web.addresses import network_of
from chengyang.platform.web.redirects import is_ours

from . import actions, limits, login_throttle
from .access import access_scope
from .backends import PortalBackend
from .models import User

SIGN_INS = limits.Limit(
    "sign-in", 60, limits.MINUTE, _("操作太频繁，请过几分钟再试。")
)  # by password, from one network
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  (a value to store, nothing listens on it)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("这个账号已停用。"),
        "email_password_mismatch": _("邮箱或密码不对，请检查后再试。"),
        "enter_current_password": _("现在的密码不对，请重新填写。"),
        "incorrect_code": _("验证码不对，请看验证器上现在的 6 位数字。"),
        "incorrect_password": _("密码不对，请重新填写。"),
        "invalid_password_reset": _("这个链接失效了，请重新申请。"),
        "rate_limited": _("操作太频繁，请过几分钟再试。"),
        "too_many_login_attempts": _("失败次数太多，请过 15 分钟再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # citizens sign in by phone; the accounts of officers are created by an administrator

    # ---- passwords and throttle --------------------------------------------------------------------------------------
    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the account if the password is right, or None. Raises ValidationError while it is locked (requirements S03).

        The attempt is counted before the password is looked at: see `login_throttle`.
        """
        login = credentials.get("email") or ""
        try:
            limits.take(SIGN_INS, network_of(address_of(request)) or "")
            attempt = login_throttle.count_attempt(login, address=address_of(request))
        except ActionError as error:
            raise ValidationError(error.message, code=error.code) from None
        self.unstash()
        user = authenticate(request, **credentials) or self.unstash()
        if user:
            login_throttle.discard_attempt(attempt)
        else:
            login_throttle.record_failure(attempt, login, actor=request.user)
        return user

    def unstash(self) -> User | None:
        """Return the disabled account whose password was right, which the backend stored for this thread, or None.

        allauth redirects it to a page that says that the account is disabled.
        """
        return PortalBackend.unstash_authenticated_user()

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        return False  # `step_up` asks, in front of these pages, and asks everybody

    def set_password(self, user: User, password: str) -> None:
        request = context.request
        signed_in = request.user.is_authenticated
        actions.set_password(
            user,
            password,
            actor=request.user if signed_in else user,
            keep=request.session.session_key if signed_in else None,
            verb="password.changed" if signed_in else "password.reset",
        )

    # ---- redirects ---------------------------------------------------------------------------------------------------
    def is_safe_url(self, url: str) -> bool:
        return is_ours(context.request, url)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the page after a sign-in by password without `next`: the staff site for officers, /me/ for others."""
        return reverse("admin:index" if access_scope(request.user).officer else "me:home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:security")

    # ---- client address ----------------------------------------------------------------------------------------------
    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or UNKNOWN_ADDRESS


def address_of(request: HttpRequest) -> str | None:
    """Return the client's IP address as the trusted proxies report it, or None."""
    return getattr(request, "client_address", None)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("不能关闭两步验证。"),
        "cannot_generate_recovery_codes": _("先设置验证器，才能生成备用码。"),
        "incorrect_code": _("验证码不对，请看验证器上现在的 6 位数字。"),
    }
    # A seed has no row yet when it is encrypted, so the ciphertext is bound to the kind of value only, not to a row
    # (requirements S05).
    _place = ("mfa.Authenticator", "seed", "secret")

    def encrypt(self, text: str) -> str:
        return encrypt_for(*self._place, text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_for(*self._place, encrypted_text)

    def is_mfa_enabled(self, user: User, types: Any = None) -> bool:
        """Return whether `user` has a second factor. A passkey is none: who has one still signs in by phone elsewhere."""
        kinds = [kind for kind in types or Authenticator.Type if kind != Authenticator.Type.WEBAUTHN]
        return super().is_mfa_enabled(user, kinds) if kinds else False

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Return how the device names the account when it asks which passkey to use."""
        label = mask_phone(user.phone) or user.email or str(user)
        return {"id": user_pk_to_url_str(user).encode(), "name": label, "display_name": label}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": settings.SITE["name"]}

    def get_totp_label(self, user: User) -> str:
        return user.email or str(user)
