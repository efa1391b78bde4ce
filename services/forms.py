"""Forms of the services."""

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.platform.accounts.models import Subdistrict
from chengyang.platform.web.forms import Form, IdentifierField

from .models import Request, Team


class RequestForm(Form):
    """A new request; with a team, one of its services can be chosen."""

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

    answer = forms.CharField(label=_("答复"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))


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


class _QueryCodeField(IdentifierField, forms.RegexField):
    """A code of six digits, which may be pasted."""


class QueryForm(Form):
    """The number and code that show a request without signing in."""

    number = IdentifierField(label=_("编号"), max_length=40, help_text=_("如 SQ20261123-001"))
    code = _QueryCodeField(
        r"^[0-9]{6}$",
        label=_("查询码"),
        max_length=20,
        strip=True,
        help_text=_("收到诉求的短信里有，六位数字"),
        error_messages={"invalid": _("查询码是六位数字。")},
    )


class RouteForm(Form):
    """The new handler of a request: a team, a subdistrict, or neither for the office."""

    team = forms.ModelChoiceField(Team.objects.none(), label=_("服务队"), required=False)
    subdistrict = forms.ModelChoiceField(Subdistrict.objects.all(), label=_("街道"), required=False)
    is_complex = forms.BooleanField(label=_("情况复杂，15 个工作日"), required=False)

    def __init__(self, *args, user, **options) -> None:
        super().__init__(*args, **options)
        self.fields["team"].queryset = Team.objects.visible_to(user)
