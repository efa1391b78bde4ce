"""Forms for signing in and for one's own account; those of allauth with the look and texts of the portal."""

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
    """The first step of `PhoneLogin`: the number. Other pages extend it with fields of their own."""

    phone = PhoneField(help_text=_("会收到一条短信验证码。港澳台和国外号码前面加 + 和区号。"))


class CodeForm(Form):
    """The second step of `PhoneLogin`: the code that was sent."""

    code = CodeField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs["autofocus"] = True


# ---- by e-mail and password -----------------------------------------------------------------------------------------
class _AllauthForm(PortalForm):
    """A form of allauth with labels instead of placeholders; `labels` maps a field to its label."""

    labels: dict[str, Any] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, label in self.labels.items():
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


class LoginForm(_AllauthForm, account.LoginForm):
    labels = {"login": _("邮箱"), "password": _("密码")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ChangePasswordForm(_AllauthForm, account.ChangePasswordForm):
    labels = {"oldpassword": _("现在的密码"), "password1": _("新密码"), "password2": _("新密码，再填一次")}


class ResetPasswordKeyForm(_AllauthForm, account.ResetPasswordKeyForm):
    labels = {"password1": _("新密码"), "password2": _("新密码，再填一次")}


class ReauthenticateForm(_AllauthForm, account.ReauthenticateForm):
    labels = {"password": _("密码")}


class ResetPasswordForm(_AllauthForm, account.ResetPasswordForm):
    """The form that asks for a link by e-mail; the worker sends it, so that known and unknown addresses are answered alike."""

    labels = {"email": _("邮箱")}

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def save(self, request: HttpRequest, **options: Any) -> str:
        found = User.objects.by_email(self.cleaned_data["email"]).filter(is_active=True).first()
        tasks.mail_password_reset.apply_async([found.pk if found else 0], retry=False, expires=tasks.MAIL_EXPIRES)
        return self.cleaned_data["email"]


# ---- second factor --------------------------------------------------------------------------------------------------
class _CodeForm(_AllauthForm):
    labels = {"code": _("验证码")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        attrs = self.fields["code"].widget.attrs
        attrs.update({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input input--code"})


class AuthenticateForm(_CodeForm, mfa.AuthenticateForm):
    pass


class ReauthenticateCodeForm(_CodeForm, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(_CodeForm, totp.ActivateTOTPForm):
    @property
    def grouped_secret(self) -> str:
        """The secret in groups of four characters, for typing it into an app by hand."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


class DeactivateTOTPForm(_AllauthForm, totp.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(_AllauthForm, _GenerateRecoveryCodesForm):
    pass
