"""The forms of Word templates and of Word files."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang import extensions
from chengyang.extensions import Paper
from chengyang.platform.staff.models import ExportPurpose
from chengyang.platform.web.forms import Form, ModelForm, RadioBoxes

from .models import PaperTemplate


class TemplateForm(ModelForm):
    """A new version of the template of a paper."""

    creates = True

    paper = forms.ChoiceField(label=_("哪一种"))
    upload = forms.FileField(
        label=_("文件"),
        help_text=_("Word 文档（.docx），最多 2 MB；不能有宏、外部链接和嵌入的对象"),
        widget=forms.FileInput(attrs={"accept": ".docx"}),
    )

    class Meta:
        model = PaperTemplate
        fields = ("paper", "note")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["paper"].choices = [(one.code, one.label) for one in extensions.papers() if one.has_word]
        self.order_fields(("paper", "upload", "note"))


class FileForm(Form):
    """How a paper is filled into Word, and what for."""

    creates = True
    marks_optional = False  # what a purpose needs depends on the paper

    order = forms.ChoiceField(label=_("名单的顺序"), required=False, widget=RadioBoxes)
    joined = forms.ChoiceField(
        label=_("怎么放"),
        choices=[("", _("每份一个文件，放在一个压缩包里")), ("1", _("接在一个文件里，方便一次打印"))],
        required=False,
        widget=RadioBoxes,
    )
    purpose = forms.ChoiceField(label=_("用途"), choices=ExportPurpose.choices, required=False, widget=RadioBoxes)
    note = forms.CharField(label=_("用途说明"), required=False, max_length=200, help_text=_("如：9月20日座谈会的会务"))
    numbers_note = forms.CharField(
        label=_("为什么要完整手机号"),
        required=False,
        max_length=200,
        help_text=_("不写就只有尾号；写了会记入审计，人数多时安全管理员会收到提醒"),
    )

    def __init__(self, *args: Any, paper: Paper, is_one: bool, **options: Any) -> None:
        """Ask what `paper` needs to know; `is_one` says that it is filled for one row."""
        super().__init__(*args, **options)
        orders = [(one.code, one.label) for one in paper.orders]
        self.fields["order"].choices = orders
        self.initial.setdefault("order", orders[0][0] if orders else "")
        asked = {
            "order": len(orders) > 1,
            "joined": not is_one,
            "purpose": paper.is_personal,
            "note": paper.is_personal,
            "numbers_note": paper.has_whole,
        }
        for name in [name for name, needed in asked.items() if not needed]:
            del self.fields[name]

    def data_of(self) -> dict[str, Any]:
        """Return the typed values, with empty ones for what is not asked."""
        return {"order": "", "joined": "", "purpose": "", "note": "", "numbers_note": "", **self.cleaned_data}
