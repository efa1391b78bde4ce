"""Forms of proposals."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH
from chengyang.platform.web.forms import DateField, Form, ModelForm, PhoneField

from ..forms import FilesField
from ..models import Intake, Openness, Proposal, Result, Satisfaction
from ..models.proposals import TEXT_LENGTH
from ..models.referrals import ANSWER_LENGTH, NOTE_LENGTH, PROMISE_LENGTH

PROMISES = 5  # rows of the form of a department


def _text(label: Any, length: int, rows: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, widget=forms.Textarea(attrs={"rows": rows}), **options)


class ProposalForm(ModelForm):
    """A proposal, step 1: what it is about."""

    creates = True

    situation = _text(
        _("现在是什么样"), TEXT_LENGTH, 4, help_text=_("哪里、什么时候、多少人，有数字更好；不写别人的姓名和电话")
    )
    wish = _text(_("建议怎么做"), TEXT_LENGTH, 4, help_text=_("一条一条写，每条能答“行”或“不行”"))
    uploads = FilesField()

    class Meta:
        model = Proposal
        fields = Proposal.EDITABLE_FIELDS
        widgets = {"openness": forms.RadioSelect}


class TakenProposalForm(ProposalForm):
    """A proposal that an officer writes down for somebody who telephones or brings it on paper."""

    phone = PhoneField(label=_("提出人的手机号"), help_text=_("登记时用的号码；建言归他，进展发给他"))
    intake = forms.ChoiceField(label=_("怎么提的"), choices=Intake.choices[1:], widget=forms.RadioSelect)
    consents = forms.BooleanField(label=_("记的内容念给他听或给他看过，他同意交给承办单位"), required=False)
    field_order = (
        "phone",
        "intake",
        "title",
        "topic",
        "situation",
        "wish",
        "uploads",
        "openness",
        "joinable",
        "consents",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["openness"].initial = Openness.CLOSED  # until they say otherwise, or decide themselves


class OpennessForm(Form):
    """What the author agrees to."""

    openness = forms.ChoiceField(label=_("愿不愿意公开"), choices=Openness.choices, widget=forms.RadioSelect)


class CoSignForm(Form):
    """Whether the name is shown in a public edition."""

    shows_name = forms.BooleanField(
        label=_("公开时写我的名字"), required=False, help_text=_("不勾，只写“另有几人附议”；以后可以改")
    )


class RateForm(Form):
    """Whether the answer satisfies."""

    rating = forms.TypedChoiceField(
        label=_("满不满意"), coerce=int, choices=Satisfaction.choices, widget=forms.RadioSelect
    )
    words = _text(_("想说一句"), 200, 2, required=False, help_text=_("办公室和一起提的人会看到，不公开"))


class WhyForm(Form):
    """A reason."""

    creates = True

    reason = _text(_("理由"), REASON_LENGTH, 3)


class PromiseForm(Form):
    """Something that an answer promises, written down by an officer."""

    creates = True

    what = forms.CharField(label=_("答应做什么"), max_length=PROMISE_LENGTH, help_text=_("会公开，不写个人信息"))
    due_on = DateField(label=_("哪天前"))


# ---- of a department ------------------------------------------------------------------------------------------------
class CodeForm(Form):
    """The code that belongs to a link."""

    code = forms.CharField(
        label=_("校验码"),
        max_length=20,
        help_text=_("办公室告诉你的八位字母和数字"),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )


class UnitAnswerForm(Form):
    """The answer of a department, with what it promises."""

    result = forms.ChoiceField(label=_("采不采用"), choices=Result.choices, widget=forms.RadioSelect)
    answer = _text(_("答复"), ANSWER_LENGTH, 8, help_text=_("一条一条答；不写提出人的姓名和电话，作者同意时答复会公开"))
    uploads = FilesField(help_text=_("图片或 PDF，最多 5 个"))

    def __init__(self, *args: Any, sent: Iterable[Any] = (), **options: Any) -> None:
        """Ask for an answer; `sent` are the files of the one that is corrected, which stay unless others come or they are ticked."""
        rows: dict[str, forms.Field] = {}
        if choices := [(file.public_id, file.name) for file in sent]:
            words = _("图片或 PDF，最多 5 个；不选，现在附着的 %(n)d 个留着，选了就换成这次选的")
            rows["uploads"] = FilesField(help_text=words % {"n": len(choices)})
            rows["dropped"] = forms.MultipleChoiceField(
                label=_("不换，只去掉其中几个"),
                choices=choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("勾上的不再附在答复里，和原来的答复放在一起"),
            )
        for n in range(1, PROMISES + 1):
            label = _("答应的事 %(n)d") % {"n": n}
            rows[f"what_{n}"] = forms.CharField(label=label, max_length=PROMISE_LENGTH, required=False)
            rows[f"due_{n}"] = DateField(label=_("哪天前"), required=False)
        self.base_fields = {**type(self).base_fields, **rows}
        super().__init__(*args, **options)

    def promise_rows(self) -> list[tuple[Any, Any]]:
        """Return the pairs of fields for what is promised."""
        return [(self[f"what_{n}"], self[f"due_{n}"]) for n in range(1, PROMISES + 1)]

    def main_fields(self) -> list[Any]:
        """Return the other fields."""
        return [self[name] for name in ("result", "answer", "uploads", "dropped") if name in self.fields]

    @property
    def promises(self) -> list[tuple[str, Any]]:
        """Return what a valid form promises: (what, day); a row with only one of the two is a mistake of `clean`."""
        rows = [(self.cleaned_data.get(f"what_{n}"), self.cleaned_data.get(f"due_{n}")) for n in range(1, PROMISES + 1)]
        return [(what, day) for what, day in rows if what]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for n in range(1, PROMISES + 1):
            what, day = data.get(f"what_{n}"), data.get(f"due_{n}")
            if what and not day and f"due_{n}" not in self.errors:
                self.add_error(f"due_{n}", _("请写哪天前。"))
            if day and not what and f"what_{n}" not in self.errors:
                self.add_error(f"what_{n}", _("请写答应做什么。"))
        return data


class UnitPromiseForm(Form):
    """What became of a promise, reported by the department."""

    choice = forms.ChoiceField(
        label=_("怎么样了"),
        choices=[("keep", _("做到了")), ("move", _("改日子")), ("drop", _("做不到"))],
        widget=forms.RadioSelect,
    )
    words = _text(_("做到了什么，或为什么"), REASON_LENGTH, 2)
    done_on = DateField(label=_("哪天做到的"), required=False, help_text=_("做到了才写；不写就是今天"))
    due_on = DateField(label=_("改到哪天"), required=False, help_text=_("改日子才写"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("choice") == "move" and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("请写改到哪天。"))
        if data.get("choice") == "keep" and len(data.get("words", "")) > NOTE_LENGTH:
            self.add_error("words", _("做到了什么，最多写 %(n)d 个字。") % {"n": NOTE_LENGTH})
        return data
