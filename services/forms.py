"""Forms of the services."""

from operator import attrgetter
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH
from chengyang.platform.accounts.access import access_scope
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.web.forms import (
    CheckBoxes,
    DateField,
    DateTimeField,
    Form,
    IdentifierField,
    ModelForm,
    PhoneField,
)

from . import suggestions
from .models import (
    CATEGORIES,
    MOST_EXTRA_DAYS,
    OFFICE,
    Diversion,
    Post,
    Readers,
    Request,
    Solved,
    Team,
    TeamApplication,
    Urgency,
    Useful,
)


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploads in one field; the value is a list."""

    widget = _ManyFiles

    def __init__(self, **options: Any) -> None:
        words = {
            "label": _("附件"),
            "help_text": _("图片或 PDF，最多 5 个；身份证、银行卡请遮住号码"),
            "required": False,
            "widget": _ManyFiles(attrs={"accept": "image/*,application/pdf"}),
        }
        super().__init__(**{**words, **options})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        found = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in found if one]


def _text(label: Any, length: int, rows: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, widget=forms.Textarea(attrs={"rows": rows}), **options)


def _reason(label: Any, help_text: Any = "", **options: Any) -> forms.CharField:
    return _text(label, REASON_LENGTH, 2, help_text=help_text, **options)


def readers_choices(team: Any) -> list[tuple[str, Any]]:
    """Return who may read a request that goes to `team` (None: to the office): with a team it is never the office alone."""
    left_out = Readers.OFFICE if team else Readers.TEAM
    return [(code, label) for code, label in Readers.choices if code != left_out]


class ReadersForm(Form):
    """Who may read a request, as its author says anew."""

    readers = forms.ChoiceField(label=_("给谁看"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, asked: Request, **options: Any) -> None:
        super().__init__(*args, initial={"readers": asked.readers}, **options)
        self.fields["readers"].choices = readers_choices(asked.team)


class RequestForm(Form):
    """A new request; with a team, one of its services can be chosen."""

    creates = True

    title = forms.CharField(
        label=_("一句话说明"),
        max_length=Request._meta.get_field("title").max_length,
        help_text=_("例如：劳务合同范本审阅"),
    )
    text = _text(_("说说情况"), 2000, 6, help_text=_("只有承办的人和你自己能看到；不要写身份证号和银行卡号"))
    service = forms.ChoiceField(label=_("点的服务"), required=False)
    category = forms.ChoiceField(label=_("哪一类"), required=False, choices=[("", _("说不清")), *CATEGORIES.items()])
    place = forms.CharField(label=_("在哪里"), max_length=60, required=False, help_text=_("和地点有关才填"))
    firm = forms.CharField(label=_("替单位提的，写单位名称"), max_length=60, required=False)
    urgency = forms.ChoiceField(
        label=_("急不急"), choices=Urgency.choices, initial=Urgency.NORMAL, required=False, widget=forms.RadioSelect
    )
    wanted_by = DateField(label=_("最好哪天前"), required=False, help_text=_("有日子要赶才填；期限照样按工作日算"))
    readers = forms.ChoiceField(
        label=_("给谁看"), choices=Readers.choices, initial=Readers.HANDLERS, required=False, widget=forms.RadioSelect
    )
    uploads = FilesField()

    def __init__(self, *args, team: Team | None = None, **options) -> None:
        super().__init__(*args, **options)
        self.fields["readers"].choices = readers_choices(team)
        if team is None:
            del self.fields["service"]
            return
        self.fields["service"].choices = [("", _("都不是，我写在下面")), *((name, name) for name in team.services)]

    def clean_urgency(self) -> str:
        return self.cleaned_data["urgency"] or Urgency.NORMAL

    def clean_readers(self) -> str:
        return self.cleaned_data["readers"] or Readers.HANDLERS


class PhoneRequestForm(RequestForm):
    """A request that an officer takes by telephone; the consent is read out and ticked."""

    phone = PhoneField(label=_("来电人的手机号"), help_text=_("编号和查询码发到这个号码"))
    consents = forms.BooleanField(label=_("上面的话念过了，对方说同意"), required=False)
    subdistrict = forms.ModelChoiceField(
        Subdistrict.objects.all(), label=_("先交给"), required=False, empty_label=str(OFFICE)
    )
    field_order = ("phone", "consents", "title", "text", "category", "place", "firm", "urgency", "wanted_by", "readers")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["uploads"]


class AnswerForm(Form):
    """The answer to a request."""

    creates = True

    answer = _text(_("答复"), Request._meta.get_field("answer").max_length, 5)
    uploads = FilesField()


class MessageForm(Form):
    """Something to add to the thread, of either side."""

    creates = True

    text = _text(_("补充"), 2000, 3)
    uploads = FilesField()


class AskForm(Form):
    """A question to the author, with or without a pause of the clock."""

    creates = True

    text = _text(_("问什么"), 2000, 3, help_text=_("一次问清，本人看到原文"))
    pauses = forms.BooleanField(label=_("等回答时暂停计时"), required=False)
    reason = forms.CharField(
        label=_("为什么要停"), max_length=REASON_LENGTH, required=False, help_text=_("要停才填；本人看到")
    )
    uploads = FilesField()


class StepForm(Form):
    """One line about what was done."""

    creates = True

    text = forms.CharField(label=_("做了什么"), max_length=200, help_text=_("本人看到的也是这一行"))


class AppointmentForm(Form):
    """Time and place of an appointment."""

    creates = True

    starts = DateTimeField(label=_("开始"), help_text=_("如 9月14日 10:00"))
    ends = DateTimeField(label=_("结束"))
    place = forms.CharField(label=_("地点"), max_length=60)
    text = forms.CharField(label=_("要带什么"), max_length=200, required=False)


class ExtensionForm(Form):
    """How many more working days, and why."""

    creates = True

    days = forms.IntegerField(label=_("延长几个工作日"), min_value=1, max_value=MOST_EXTRA_DAYS)
    reason = _reason(_("为什么要延期"), _("本人和批准的人看到"))


class YesNoForm(Form):
    """A decision with two answers, of which the second needs a reason; the labels are those of the page."""

    choice = forms.ChoiceField(label=_("怎么定"), widget=forms.RadioSelect)
    reason = _reason(_("理由"), required=False)

    def __init__(self, *args: Any, yes: Any, no: Any, why: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["choice"].choices = [("yes", yes), ("no", no)]
        self.fields["reason"].help_text = why


class HandInForm(Form):
    """What a helping team was asked for."""

    creates = True

    text = _text(_("意见"), 2000, 3, help_text=_("主办的队和本人看到"))


class HelperField(forms.ChoiceField):
    """A team, or a member of a team by name; the value is the argument of `actions.ask_for_help`."""

    def __init__(self, asked: Request, user: Any, **options: Any) -> None:
        teams, experts = suggestions.askable(asked, user)
        self.rows = {f"team:{team.pk}": {"team": team} for team in teams}
        self.rows |= {f"expert:{post.pk}": {"expert": post} for post in experts}
        choices = [
            ("", _("请选")),
            (_("服务队"), [(key, str(row["team"])) for key, row in self.rows.items() if "team" in row]),
            (
                _("点名请队员"),
                [(key, row["expert"].offered) for key, row in self.rows.items() if "expert" in row],
            ),
        ]
        super().__init__(choices=choices, label=_("请谁"), **options)

    def clean(self, value: Any) -> Any:
        return self.rows[super().clean(value)]


class HelpForm(Form):
    """Which team or expert helps, and with what."""

    creates = True

    reason = forms.CharField(label=_("请看什么"), max_length=REASON_LENGTH, required=False, help_text=_("本人看到"))

    def __init__(self, *args: Any, asked: Request, user: Any, **options: Any) -> None:
        self.base_fields = {"who": HelperField(asked, user), **type(self).base_fields}
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        """Return the arguments of `actions.ask_for_help`."""
        return self.cleaned_data.pop("who", {}) | self.cleaned_data


class InviteForm(Form):
    """Which teams and experts are asked to lead; the first to accept does."""

    creates = True

    teams = forms.ModelMultipleChoiceField(Team.objects.none(), label=_("服务队"), widget=CheckBoxes, required=False)
    experts = forms.ModelMultipleChoiceField(
        Post.objects.none(), label=_("点名请队员"), widget=CheckBoxes, required=False, help_text=_("他的队主办，他经办")
    )

    def __init__(self, *args: Any, asked: Request, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["teams"].queryset, experts = suggestions.askable(asked, user)
        rows = Post.objects.filter(pk__in=[post.pk for post in experts]).select_related("team", "person")
        self.fields["experts"].queryset = rows
        self.fields["experts"].label_from_instance = attrgetter("offered")
        if not experts:
            del self.fields["experts"]

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("teams") and not self.cleaned_data.get("experts") and not self.errors:
            self.add_error("teams", _("请选服务队或队员。"))
        return self.cleaned_data


class DescribeForm(ModelForm):
    """What somebody in a team can do, when they have time, and whether they may be asked by name."""

    class Meta:
        model = Post
        fields = ("skills", "times", "by_name")

    def __init__(self, *args: Any, is_holder: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_holder:
            del self.fields["by_name"]  # only the holder agrees to it


class TeamApplicationForm(ModelForm):
    """What somebody who wants to volunteer in a team can do, and when they have time."""

    creates = True

    class Meta:
        model = TeamApplication
        fields = ("skills", "times")


class CorrectionForm(Form):
    """The corrected words of a message."""

    text = _text(_("改成"), 2000, 4)


class DivertForm(Form):
    """The channel that a request belongs to."""

    to = forms.ChoiceField(label=_("该去的渠道"), choices=Diversion.choices, widget=forms.RadioSelect)


class RatingForm(Form):
    """Whether it is solved, and whether the answer was useful."""

    solved = forms.TypedChoiceField(label=_("解决了吗"), coerce=int, widget=forms.RadioSelect, choices=Solved.choices)
    useful = forms.TypedChoiceField(label=_("答复有用吗"), coerce=int, widget=forms.RadioSelect, choices=Useful.choices)
    words = _text(_("想说一句"), 200, 2, required=False, help_text=_("承办的人会看到"))


class ReopenForm(Form):
    """What an answer did not solve."""

    creates = True

    reason = _text(_("哪里没解决"), REASON_LENGTH, 3, help_text=_("承办的会收到；时限重新算。只能请再办一次"))


class _QueryCodeField(IdentifierField, forms.RegexField):
    """The code of a request, which may be pasted."""


class QueryForm(Form):
    """The number and code that show a request without signing in."""

    number = IdentifierField(label=_("编号"), max_length=40, help_text=_("如 SQ20261123-001"))
    code = _QueryCodeField(
        r"^([0-9a-zA-Z]{8}|\d{6})$",  # six digits: those of before
        label=_("查询码"),
        max_length=20,
        strip=True,
        help_text=_("收到诉求的短信里有，八位字母和数字"),
        error_messages={"invalid": _("查询码是八位字母和数字，请照短信填写。")},
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )


class HandlerField(forms.ChoiceField):
    """Who a request is handed over to: a team, a subdistrict or the office, but not who has it; required, none is chosen.

    The value is the arguments of `actions.route_request`.
    """

    def __init__(self, request: Request, user: Any, **options: Any) -> None:
        teams = Team.objects.visible_to(user).open().exclude(pk=request.team_id)
        if request.readers != Readers.HANDLERS:
            teams = teams.none()  # its author gives it to no other team
        areas = Subdistrict.objects.exclude(pk=request.subdistrict_id)
        self.rows = {f"team:{team.pk}": {"team": team} for team in teams}
        self.rows |= {f"subdistrict:{area.pk}": {"subdistrict": area} for area in areas}
        office = [("office", OFFICE)] if request.team_id or request.subdistrict_id else []
        choices = [
            ("", _("请选转给谁")),
            *office,
            (_("服务队"), [(f"team:{team.pk}", team.name) for team in teams]),
            (_("街道"), [(f"subdistrict:{area.pk}", area.name) for area in areas]),
        ]
        messages = {"required": _("请选转给谁。"), "invalid_choice": _("请从列出的里面选转给谁。")}
        super().__init__(choices=choices, label=_("转给"), error_messages=messages, **options)

    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        return self.rows.get(chosen, {}) if chosen else None


class ComplexField(forms.BooleanField):
    """Whether a request is complex; without effect on one that is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("情况复杂，从今天起 15 个工作日"), required=False, **options)


class RouteForm(Form):
    """The new handler of a request."""

    is_complex = ComplexField()
    reason = _reason(_("为什么转"), _("选填；本人和接的人看到"), required=False)

    def __init__(self, *args, asked: Request, user, **options) -> None:
        self.base_fields = {"handler": HandlerField(asked, user), **type(self).base_fields}
        super().__init__(*args, **options)
        if not access_scope(user).staff:
            del self.fields["is_complex"]  # a team asks for an extension, which somebody else decides

    def clean(self) -> dict[str, Any]:
        """Return the arguments of `actions.route_request`."""
        return self.cleaned_data.pop("handler", {}) | self.cleaned_data
