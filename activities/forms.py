"""What people type when they sign up, and what stands at the door."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.accounts.forms import CodeForm, PhoneForm
from chengyang.web.forms import Form, NameField

from .models import Activity

ACKNOWLEDGED = _("我看过可能的风险和保险安排，决定参加。")


class _About:
    """Forms about one activity: where it has risks, they are acknowledged first (requirements V13)."""

    def __init__(self, *args: Any, activity: Activity, **options: Any) -> None:
        super().__init__(*args, **options)
        if not activity.hazards:
            del self.fields["acknowledged"]


class SignupForm(_About, Form):
    """One click for who is signed in; who is not in the registry says their name."""

    guest_name = NameField(label=_("姓名"), help_text=_("签到时按姓名找你。"))
    acknowledged = forms.BooleanField(label=ACKNOWLEDGED)

    def __init__(self, *args: Any, is_guest: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_guest:
            del self.fields["guest_name"]


class GuestForm(_About, PhoneForm):
    """The first step of a visitor: name and number; the code follows."""

    guest_name = NameField(label=_("姓名"), help_text=_("签到时按姓名找你。"))
    acknowledged = forms.BooleanField(label=ACKNOWLEDGED)
    field_order = ["guest_name", "phone", "acknowledged"]


class GuestCodeForm(CodeForm):
    """The second step: the code."""


class ReasonForm(Form):
    """A reason that somebody will read."""

    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class FinishForm(Form):
    """What was counted by eye, where that was done."""

    headcount = forms.IntegerField(
        label=_("现场点数"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("按人头数过才填；没有数过就留空，以签到为准。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input--short"}),
    )


class TicketForm(Form):
    """A number that was scanned or read out at the door."""

    number = forms.CharField(label=_("票号"), max_length=200)
