"""Forms of the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH
from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.web.forms import Form, IdentifierField, ModelForm

from .models import OFFICE, Request, Team


class RequestForm(Form):
    """A new request; with a team, one of its services can be chosen."""

    creates = True

    title = forms.CharField(
        label=_("一句话说明"),
        max_length=Request._meta.get_field("title").max_length,
        help_text=_("例如：劳务合同范本审阅"),
    )
    text = forms.CharField(
        label=_("说说情况"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("只有承办的人和你自己能看到；不要写身份证号和银行卡号"),
    )
    service = forms.ChoiceField(label=_("点的服务"), required=False)

    def __init__(self, *args, team: Team | None = None, **options) -> None:
        super().__init__(*args, **options)
        if team is None:
            del self.fields["service"]
        else:
            self.fields["service"].choices = [("", _("都不是，我写在下面")), *((name, name) for name in team.services)]


class AnswerForm(Form):
    """The answer to a request."""

    creates = True

    answer = forms.CharField(
        label=_("答复"),
        max_length=Request._meta.get_field("answer").max_length,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class RatingForm(Form):
    """The rating of an answer, from 1 to 5."""

    rating = forms.TypedChoiceField(
        label=_("这次办得怎么样"),
        coerce=int,
        widget=forms.RadioSelect,
        choices=[
            (5, _("5 很好")),
            (4, _("4 好")),
            (3, _("3 一般")),
            (2, _("2 不太好")),
            (1, _("1 很不满意")),
        ],
    )


class ReopenForm(Form):
    """What an answer did not solve."""

    creates = True

    reason = forms.CharField(
        label=_("哪里没解决"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("承办的会收到；时限重新算。只能请再办一次"),
    )


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


class OutcomeForm(ModelForm):
    """An outcome, with a file that shows it."""

    file = forms.FileField(
        label=_("凭证"), required=False, help_text=_("收据、合同、名单的照片或 PDF；只给核实的人看，不公开")
    )


class HandlerField(forms.ChoiceField):
    """Who a request is handed over to: a team, a subdistrict or the office, but not who has it; required, none is chosen.

    The value is the arguments of `actions.route_request`.
    """

    def __init__(self, request: Request, user: Any, **options: Any) -> None:
        teams = Team.objects.visible_to(user).open().exclude(pk=request.team_id)
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

    def __init__(self, *args, asked: Request, user, **options) -> None:
        self.base_fields = {"handler": HandlerField(asked, user), **type(self).base_fields}
        super().__init__(*args, **options)
