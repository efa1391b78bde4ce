"""Forms for signing up, for check-in and for the staff site."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH
from chengyang.platform.accounts.forms import CodeForm, PhoneForm
from chengyang.platform.web.forms import Form, ModelForm, NameField

from .models import Activity, ServiceRecord

ACKNOWLEDGED = _("我看过可能的风险和保险安排，决定参加。")


class _AcknowledgesRisks:
    """A mixin for sign-up forms: asks to acknowledge the risks, if the activity has any (requirements V13)."""

    def __init__(self, *args: Any, activity: Activity, **options: Any) -> None:
        super().__init__(*args, **options)
        if not activity.hazards:
            del self.fields["acknowledged"]


class SignupForm(_AcknowledgesRisks, Form):
    """The sign-up of a signed-in account; asks for a name if the account has no person in the registry."""

    guest_name = NameField(label=_("姓名"), help_text=_("签到时按姓名找你。"))
    acknowledged = forms.BooleanField(label=ACKNOWLEDGED)

    def __init__(self, *args: Any, is_guest: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_guest:
            del self.fields["guest_name"]


class GuestForm(_AcknowledgesRisks, PhoneForm):
    """The first step of a visitor who is not signed in: name and phone number."""

    guest_name = NameField(label=_("姓名"), help_text=_("签到时按姓名找你。"))
    acknowledged = forms.BooleanField(label=ACKNOWLEDGED)
    field_order = ["guest_name", "phone", "acknowledged"]


class GuestCodeForm(CodeForm):
    """The second step: the code that was sent to the phone."""


class FinishForm(Form):
    """The headcount, when the attendance is declared complete."""

    headcount = forms.IntegerField(
        label=_("现场点数"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("按人头数过才填；没有数过就留空，以签到为准。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input--short"}),
    )


class TicketForm(Form):
    """A ticket number that was scanned or typed at check-in."""

    number = forms.CharField(label=_("票号"), max_length=200)


# ---- on the staff site ----------------------------------------------------------------------------------------------
class ActivityForm(ModelForm):
    """The editable fields of an activity."""

    online_url = forms.URLField(
        label=_("线上链接"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=_("只在报名成功的票上看得到。"),
    )

    class Meta:
        model = Activity
        fields = Activity.EDITABLE_FIELDS
        help_texts = {
            "title": _("最多 30 个字，日历上不会被截断。"),
            "kind": _("只有志愿服务记时长；发布以后不能再改。"),
            "organization": _("主办组织和主办服务队只填一个；都不填、也没有基地，就是办公室主办，街道的要选街道。"),
            "base": _("在哪个基地办；没有主办组织和服务队时，就是这个基地主办。"),
            "subdistrict": _(
                "主办方属于哪个街道就是哪个街道；不属于街道的可以选，不填就跟着基地。由这个街道的工作人员批准。"
            ),
            "place_subdistrict": _("活动在哪个街道，市民按它筛选；不填就跟着基地。主办方的街道写在上面。"),
            "agenda": _("每行一项，时间写在前面，例如：08:30 集合。"),
            "hazards": _("写了风险就要写保险怎么安排；报名的人要先看过。"),
            "summary": _("一两句话，说清来的人做什么；发布前要写。"),
            "contact": _("会公开，发布前要写。写办公室或本人同意公开的电话。"),
            "capacity": _("不填就是不限。"),
            "signup_opens": _("不填就从发布起。"),
            "signup_closes": _("不填就到活动开始。"),
        }


class HoursForm(ModelForm):
    """A correction of hours with its reason; the person reads both."""

    reason = forms.CharField(
        label=_("更正理由"), max_length=REASON_LENGTH, help_text=_("本人会看到，原来的时长和理由都留着。")
    )

    class Meta:
        model = ServiceRecord
        fields = ("hours", "reason")
        help_texts = {"hours": _("以半小时为一档，0 到 24。")}
