"""Forms of the way in and of one's own account; allauth's in our look and words."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm as _GenerateRecoveryCodesForm
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth import password_validation
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengyang.platform.web.forms import CodeField, Form, PhoneField, PortalForm

from . import tasks
from .models import User


# ---- by phone -------------------------------------------------------------------------------------------------------
class PhoneForm(Form):
    """The first step: the number. Flows extend it with fields of their own (see entry.py)."""

    phone = PhoneField(help_text=_("会收到一条短信验证码。港澳台和国外号码前面加 + 和区号。"))


class CodeForm(Form):
    """The second step: the code that was sent."""

    code = CodeField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs["autofocus"] = True


# ---- by e-mail and password -----------------------------------------------------------------------------------------
class _Ours(PortalForm):
    """Labels of ours instead of placeholders, on a form of allauth's; `words` maps a field to its label."""

    words: dict[str, Any] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, label in self.words.items():
            field = self.fields[name]
            field.label, field.help_text = label, ""
            field.widget.attrs.pop("placeholder", None)
        if "password1" in self.fields:
            self.fields["password1"].help_text = " ".join(password_validation.password_validators_help_texts()[:1])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for error in self.errors.get("password2", forms.utils.ErrorList()).as_data():
            error.message = _("两次填的不一样，请重新填写。") if error.code is None else error.message
        return cleaned


class LoginForm(_Ours, account.LoginForm):
    words = {"login": _("邮箱"), "password": _("密码")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ChangePasswordForm(_Ours, account.ChangePasswordForm):
    words = {"oldpassword": _("现在的密码"), "password1": _("新密码"), "password2": _("新密码，再填一次")}


class ResetPasswordKeyForm(_Ours, account.ResetPasswordKeyForm):
    words = {"password1": _("新密码"), "password2": _("新密码，再填一次")}


class ReauthenticateForm(_Ours, account.ReauthenticateForm):
    words = {"password": _("密码")}


class ResetPasswordForm(_Ours, account.ResetPasswordForm):
    """Asks for a link by mail; the worker looks the account up, so known and unknown addresses are answered alike."""

    words = {"email": _("邮箱")}

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def save(self, request: HttpRequest, **options: Any) -> str:
        found = User.objects.by_email(self.cleaned_data["email"]).filter(is_active=True).first()
        tasks.mail_password_reset.apply_async([found.pk if found else 0], retry=False, expires=tasks.MAIL_EXPIRES)
        return self.cleaned_data["email"]


# ---- second factor --------------------------------------------------------------------------------------------------
class _Code(_Ours):
    words = {"code": _("验证码")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        attrs = self.fields["code"].widget.attrs
        attrs.update({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input input--code"})


class AuthenticateForm(_Code, mfa.AuthenticateForm):
    pass


class ReauthenticateCodeForm(_Code, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(_Code, totp.ActivateTOTPForm):
    @property
    def grouped_secret(self) -> str:
        """The secret in groups of four, to be typed into an app by hand."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


class DeactivateTOTPForm(_Ours, totp.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(_Ours, _GenerateRecoveryCodesForm):
    pass
