"""Filters of the list of bases, read from the query string, and the forms of visits and of the staff site."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.errors import ActionError
from chengyang.platform.accounts.forms import PhoneForm
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.web.form_fields import parse_moment
from chengyang.platform.web.forms import CheckBoxes, Form, GroupedForm, ModelForm, NameField, RadioBoxes

from .models import ANSWER_DAYS, Base, Equipment, Visit

OFFER = "offer"  # the button of an alternative: its value replaces what was typed for room and time


class BaseFilter:
    """The filters `?level=`, `?subdistrict=`, each a code, and `?open=1`; `is_complete` is False when an unknown value was left out."""

    def __init__(self, query: QueryDict) -> None:
        self.values = {name: query.get(name, "") for name in ("level", "subdistrict", "open")}
        self.subdistricts = list(Subdistrict.objects.all())
        known = {
            "level": Base.Level.values,
            "subdistrict": [area.code for area in self.subdistricts],
            "open": ["1"],
        }
        read = {name: value if value in known[name] else "" for name, value in self.values.items()}
        self.is_complete = read == self.values
        self.values = read

    def apply(self, rows: QuerySet) -> QuerySet:
        """Return `rows` filtered by the chosen values."""
        lookups = {"level": self.values["level"], "subdistrict__code": self.values["subdistrict"]}
        rows = rows.filter(**{name: value for name, value in lookups.items() if value})
        return rows.open_at(clock.now()) if self.values["open"] else rows


class BaseForm(GroupedForm):
    """A base, in the groups in which its manager thinks of it."""

    GROUPS = (
        (_("是哪个基地"), ("name", "level", "subdistrict", "operator", "brand", "summary", "contact")),
        (_("在哪里、什么时候开"), ("place", "address", "latitude", "longitude", "hours", "opens_on_holidays")),
        (_("观摩"), ("takes_visits", "visit_times", "visit_minutes", "visit_least", "visit_most")),
    )
    WIDE = ("name", "summary", "contact", "address", "hours", "opens_on_holidays", "takes_visits")
    WITH_DEFAULT = ("visit_minutes", "visit_least", "visit_most")  # left empty, they stay as they are

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.fields.keys() & set(self.WITH_DEFAULT):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in self.WITH_DEFAULT:
            if name in data and data[name] is None:
                data[name] = getattr(self.instance, name)
        return data


class RoomForm(ModelForm):
    """A room of a base."""

    equipment = forms.MultipleChoiceField(
        label=_("设备"), choices=Equipment.choices, required=False, widget=CheckBoxes(size="small")
    )


class OpeningExceptionForm(ModelForm):
    """Days with other hours than usual; without times the base is closed."""

    opens = forms.TimeField(label=_("开放"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    closes = forms.TimeField(
        label=_("关闭"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("全天不开放，两个时间都不填"),
    )


class HonourForm(ModelForm):
    """An honour, with a scan of its certificate."""

    certificate = forms.FileField(
        label=_("证书"), required=False, help_text=_("证书的照片或 PDF；只给管理这个基地的人看，不公开")
    )


class BookingForm(ModelForm):
    """A booking of a room. When it is refused, free alternatives are buttons that send the same form with another room or time."""

    template_name = "bases/_booking_form.html"
    offers: list[Any]

    needs = forms.MultipleChoiceField(
        label=_("要用的设备"), choices=Equipment.choices, required=False, widget=CheckBoxes(size="small")
    )
    is_closure = forms.BooleanField(
        label=_("基地自己停用这段时间（维修、布展），不是预订"), required=False, help_text=_("管这个基地的人才能选")
    )

    def __init__(self, data: Any = None, *args: Any, **options: Any) -> None:
        self.offers = []
        super().__init__(_with_offer(data), *args, **options)
        if "people" in self.fields:
            self.fields["people"].widget.attrs["class"] = "input input--short"
        if "starts" in self.fields and not self.instance.pk:
            self.fields["ends"].help_text = _("别的单位来订，基地 %(n)d 个工作日内答复") % {"n": ANSWER_DAYS}

    def refuse(self, error: ActionError) -> None:
        self.offers = getattr(error, "offers", [])
        super().refuse(error)


def offered(data: Any) -> dict[str, str]:
    """Return `room` (its key), `starts` and `ends` of the alternative that was pressed, empty for none."""
    parts = (data or {}).get(OFFER, "").split("/")
    return dict(zip(("room", "starts", "ends"), parts, strict=True)) if len(parts) == 3 else {}


def _with_offer(data: Any) -> Any:
    """Return `data` with the room and the time of the pressed alternative, if one was pressed; a closed period has no people."""
    if not data:
        return data
    data = data.copy()
    for name, value in offered(data).items():
        data[name] = value
    if data.get("is_closure") and not data.get("people"):
        data["people"] = "1"
    return data


# ---- visits ---------------------------------------------------------------------------------------------------------
class _VisitFields(Form):
    """Who comes, when and why."""

    slot = forms.CharField(label=_("哪天、几点到"), max_length=20, error_messages={"required": _("请选一个空档。")})
    unit = forms.CharField(
        label=_("单位"),
        max_length=Visit._meta.get_field("unit").max_length,
        help_text=_("写全称，接待牌照这个写"),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    people = forms.IntegerField(
        label=_("一共几位"),
        min_value=1,
        max_value=1000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input--short"}),
    )
    purpose = forms.ChoiceField(
        label=_("为什么来"), choices=Visit.Purpose.choices, initial=Visit.Purpose.LEARN, widget=RadioBoxes(size="small")
    )
    wishes = forms.CharField(
        label=_("想多看看什么"),
        required=False,
        max_length=Visit._meta.get_field("wishes").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    needs = forms.MultipleChoiceField(
        label=_("路上和现场"), choices=Visit.Need.choices, required=False, widget=CheckBoxes(size="small")
    )
    contact_name = NameField(label=_("联系人"))

    def __init__(self, data: Any = None, *args: Any, base: Base, **options: Any) -> None:
        self.offers: list[Any] = []
        super().__init__(_with_slot(data), *args, **options)
        about = {"least": base.visit_least, "most": base.visit_most}
        self.fields["people"].help_text = _("%(least)d–%(most)d 位，大概数就行，前一天可以改") % about

    def refuse(self, error: ActionError) -> None:
        self.offers = getattr(error, "offers", [])
        super().refuse(error)

    def clean_slot(self) -> str:
        """Return the chosen time as it was sent; the action reads whether it is free."""
        text = self.cleaned_data["slot"]
        try:
            parse_moment(text)
        except ValueError:
            raise forms.ValidationError(_("请选一个空档。"), code="invalid") from None
        return text


class VisitForm(_VisitFields):
    """A visit that a signed-in account asks for."""

    creates = True


class VisitPhoneForm(_VisitFields, PhoneForm):
    """The first step of a visitor who is not signed in: the visit and the phone number."""

    field_order = ["slot", "unit", "people", "purpose", "wishes", "needs", "contact_name", "phone"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["phone"].help_text = _("只用来答复这次预约；会收到一条短信验证码")


class PeopleForm(Form):
    """How many come."""

    people = forms.IntegerField(
        label=_("一共几位"),
        min_value=1,
        max_value=1000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input--short"}),
    )


class FeedbackForm(Form):
    """How a visit was."""

    rating = forms.TypedChoiceField(
        label=_("看得怎么样"),
        coerce=int,
        widget=RadioBoxes(size="small"),
        choices=[(5, _("5 很好")), (4, _("4 好")), (3, _("3 一般")), (2, _("2 不太好")), (1, _("1 不好"))],
    )
    feedback = forms.CharField(
        label=_("想说的话"),
        required=False,
        max_length=Visit._meta.get_field("feedback").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class VisitPlanForm(ModelForm):
    """How the base receives a visit: who, and the programme of stops."""


class ReceptionForm(ModelForm):
    """What became of a visit: how many came, and what is worth remembering."""

    record = forms.CharField(
        label=_("接待记录"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


def _with_slot(data: Any) -> Any:
    """Return `data` with the time of the pressed alternative, if one was pressed."""
    if not data or not data.get(OFFER):
        return data
    data = data.copy()
    data["slot"] = data[OFFER]
    return data
