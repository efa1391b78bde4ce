"""The pages of allauth that the portal uses, under the URL names that allauth reverses. Its other pages do not exist here."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path, re_path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from chengyang.platform.web.counted_forms import redirected

from .step_up import required

# allauth reverses these names; the portal shows what they stand for on one page of its own.
to_security = require_safe(RedirectView.as_view(pattern_name="accounts:security"))

urlpatterns = [
    # /accounts/
    path("login/", redirected(account.login), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    # /accounts/password/
    path("password/change/", redirected(account.password_change), name="account_change_password"),
    path("password/set/", to_security, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[0-9a-z-]{1,64})/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # /accounts/2fa/
    path("2fa/", to_security, name="mfa_index"),
    path("2fa/authenticate/", redirected(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/totp/activate/", required(redirected(totp.activate_totp)), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", required(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", required(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/", required(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path(
        "2fa/recovery-codes/download/",
        required(recovery.download_recovery_codes, back="mfa_view_recovery_codes"),
        name="mfa_download_recovery_codes",
    ),
]
