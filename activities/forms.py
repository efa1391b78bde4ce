"""Forms for signing up, for check-in and for the staff site."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bases.forms import offered
from bases.models import Room
from chengyang.errors import REASON_LENGTH, ActionError
from chengyang.platform.accounts.forms import CodeForm, PhoneForm
from chengyang.platform.web.forms import (
    CheckBoxes,
    Form,
    GroupedForm,
    IdentifierField,
    ModelForm,
    NameField,
    PhoneField,
)

from .models import Activity, CheckIn, ServiceRecord, Signup

TICKET_LENGTH = 200  # characters; a ticket may be scanned as a whole URL
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


class _AnyChoiceField(forms.MultipleChoiceField):
    """Checkboxes whose list may have changed since the page was opened; the action ignores who is not on it."""

    def valid_value(self, value: str) -> bool:
        return len(value) <= TICKET_LENGTH


class SignUpForForm(ModelForm):
    """A sign-up that an organizer enters for somebody who has called."""

    guest_name = NameField(label=_("姓名"), help_text=_("签到时按姓名找。"))
    phone = PhoneField(label=_("手机号"), help_text=_("会收到一条短信，里面有票。"))

    class Meta:
        model = Signup
        fields = ("activity",)


class FinishForm(Form):
    """The end of the attendance: the headcount, and at a volunteer service who stayed until the end.

    `present` are the check-ins without a check-out (`actions.without_check_out`). `listed` repeats their ticket numbers, so
    that the action knows which names the organizer has looked at.
    """

    stayed = _AnyChoiceField(
        label=_("待到结束的，打勾"),
        required=False,
        widget=CheckBoxes,
        help_text=_("没有打勾的不记时长；本人会收到通知。"),
    )
    listed = forms.CharField(required=False, max_length=100_000, widget=forms.HiddenInput)
    headcount = forms.IntegerField(
        label=_("现场点数"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("按人头数过才填；没有数过就留空，以签到为准。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input--short"}),
    )

    def __init__(self, *args: Any, present: Sequence[CheckIn] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.present = present
        self.listed_now = " ".join(row.signup.public_id for row in present)
        if not present:
            del self.fields["stayed"], self.fields["listed"]
            return
        self.fields["stayed"].choices = [(row.signup.public_id, _present_label(row)) for row in present]
        self.fields["listed"].initial = self.listed_now

    def show_current_list(self) -> None:
        """Send the list that is shown now with the next answer, after an answer to an older list was refused."""
        self.data = self.data.copy()
        self.data["listed"] = self.listed_now

    def answers(self) -> dict[str, Any]:
        """Return the arguments of `finish_activity`; the button 都待到结束 (`all`) means everybody who was listed."""
        listed = self.cleaned_data.get("listed", "").split()
        stayed = listed if "all" in self.data else self.cleaned_data.get("stayed", [])
        return {"headcount": self.cleaned_data["headcount"], "listed": listed, "stayed": stayed}


def _present_label(checkin: CheckIn) -> str:
    """Return name, masked number and time of the check-in: who is meant among people of the same name."""
    arrived = timezone.localtime(checkin.checked_in_at)
    how = checkin.get_method_display() if checkin.method == CheckIn.Method.LATE else _("签到")
    return f"{checkin.signup.display_name}　{checkin.signup.masked_phone}　{arrived:%H:%M} {how}"


class TicketForm(Form):
    """A ticket number that was scanned or typed at check-in."""

    number = IdentifierField(label=_("票号"), max_length=TICKET_LENGTH)


# ---- on the staff site ----------------------------------------------------------------------------------------------
class ActivityForm(GroupedForm):
    """The editable fields of an activity, in the groups in which an organizer thinks of them.

    When a room that is booked for it is taken at the new time, free alternatives are buttons that send the form with them.
    """

    template_name = "activities/_form.html"
    GROUPS = (
        (_("是什么"), ("title", "kind", "programme", "brand", "summary")),
        (_("谁来办"), ("organization", "team", "base", "subdistrict", "contact")),
        (
            _("什么时候、在哪里"),
            ("starts", "ends", "mode", "place", "address", "place_subdistrict", "online_url", "agenda"),
        ),
        (_("来的人要知道"), ("bring", "hazards", "insurance")),
        (_("报名"), ("audience", "audience_note", "capacity", "by_review", "signup_opens", "signup_closes")),
    )
    WIDE = {
        "title",
        "summary",
        "agenda",
        "bring",
        "hazards",
        "insurance",
        "address",
        "online_url",
    }  # of the whole width

    online_url = forms.URLField(
        label=_("线上链接"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=_("只在报名成功的票上看得到。"),
    )

    def __init__(self, data: Any = None, *args: Any, **options: Any) -> None:
        self.offers: list[Any] = []
        self.offer = offered(data)
        if self.offer:
            data = data.copy()
            data["starts"], data["ends"] = self.offer["starts"], self.offer["ends"]
        super().__init__(data, *args, **options)

    def refuse(self, error: ActionError) -> None:
        self.offers = getattr(error, "offers", [])
        super().refuse(error)

    @property
    def offered_room(self) -> Room | None:
        """Return the room of the alternative that was pressed, None for none."""
        key = self.offer.get("room", "")
        return Room.objects.filter(pk=key).first() if key.isdecimal() and len(key) <= 18 else None

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
