"""Forms for signing in and for one's own account; those of allauth with the look and texts of the portal."""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm as _GenerateRecoveryCodesForm
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal import auth
from django import forms
from django.contrib.auth import password_validation
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chengyang.errors import ActionError
from chengyang.platform.web import counted_forms
from chengyang.platform.web.addresses import network_of
from chengyang.platform.web.context import current
from chengyang.platform.web.forms import CodeField, Form, NameField, PhoneField, PortalForm

from . import limits, second_factor, tasks
from .models import User

PASSWORD_CHANGES = limits.Limit("password-change", 5, limits.MINUTE, _("操作太频繁，请过几分钟再试。"))
RESETS = limits.Limit("reset", 3, limits.QUARTER, _("操作太频繁，请过几分钟再试。"))  # for one e-mail
RESETS_OF_NETWORK = limits.Limit("reset-network", 20, limits.MINUTE, _("操作太频繁，请过几分钟再试。"))


def _count(limit: limits.Limit, value: str) -> Any:
    """Count an attempt. Raises ValidationError when `limit` is reached."""
    try:
        return limits.take(limit, value)
    except ActionError as error:
        raise forms.ValidationError(error.message, code=error.code) from None


# ---- by phone -------------------------------------------------------------------------------------------------------
class PhoneForm(Form):
    """The first step of `PhoneLogin`: the number. Other pages extend it with fields of their own."""

    phone = PhoneField(help_text=_("会收到一条短信验证码。港澳台和国外号码前面加 + 和区号。"))


class OwnNumberForm(Form):
    """The first step where the number is the one of the account: only a button."""

    def __init__(self, data: Any, *, phone: str) -> None:
        super().__init__(data)
        self.phone = phone

    def clean(self) -> dict[str, Any]:
        return {"phone": self.phone}


class SurnameForm(Form):
    """The question to somebody who proves the number of a person that nobody has used for half a year."""

    surname = forms.CharField(label=_("登记的姓"), max_length=50, help_text=_("只填姓，比如“欧阳”。"))


class LostNumberForm(PhoneForm):
    """The request of somebody who cannot receive codes any more: who they are, the number so far, and the one from now on."""

    name = NameField(label=_("姓名"), help_text=_("入册时登记的姓名。"))
    former = PhoneField(label=_("原来的手机号"), help_text=_("现在收不到短信的那个。"))
    field_order = ["name", "former", "phone"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["phone"].label = _("现在用的手机号")
        self.fields["phone"].help_text = _("会收到一条验证码；号码没换也可以填原来的。")


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

    def clean_oldpassword(self) -> str:
        _count(PASSWORD_CHANGES, str(self.user.pk))
        return super().clean_oldpassword()


class ResetPasswordKeyForm(_AllauthForm, account.ResetPasswordKeyForm):
    labels = {"password1": _("新密码"), "password2": _("新密码，再填一次")}


class PasswordForm(Form):
    """The question of `step_up` to an account without a number and without a second factor."""

    password = forms.CharField(
        label=_("密码"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )


class ResetPasswordForm(_AllauthForm, account.ResetPasswordForm):
    """The form that asks for a link by e-mail; the worker sends it, so that known and unknown addresses are answered alike."""

    labels = {"email": _("邮箱")}

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        _count(RESETS_OF_NETWORK, network_of(current().address) or "")
        _count(RESETS, email)
        return email

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

    def clean_code(self) -> str:
        """Count a try of the second factor, which its being right takes out of the count (requirements S03)."""
        attempt = _count(second_factor.TRIES, str(self.user.pk))
        code = super().clean_code()
        limits.give_back(attempt)
        return code


class AuthenticateForm(_CodeForm, mfa.AuthenticateForm):
    pass


class ReauthenticateCodeForm(_CodeForm, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(_CodeForm, totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        session, key = context.request.session, auth.SECRET_SESSION_KEY
        before = session.get(key)
        super().__init__(*args, **options)
        is_refused = counted_forms.find(context.request, context.request.path)
        if before and is_refused and not self.is_bound:  # what was scanned into the app before a wrong code stays valid
            self.secret = session[key] = before

    @property
    def grouped_secret(self) -> str:
        """The secret in groups of four characters, for typing it into an app by hand."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


class DeactivateTOTPForm(_AllauthForm, totp.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(_AllauthForm, _GenerateRecoveryCodesForm):
    pass
