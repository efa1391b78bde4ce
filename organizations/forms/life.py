"""The forms of charters, and of the steps in the life of an organization with their papers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.platform.web.forms import ModelForm

from ..models import Charter, LifeStep


class CharterForm(ModelForm):
    """One version of a charter with its PDF, which is needed for a new one."""

    upload = forms.FileField(
        label=_("章程文件"),
        help_text=_("PDF，人人可以下载"),
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
    )

    class Meta:
        model = Charter
        fields = ("organization", *Charter.EDITABLE_FIELDS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["upload"].required = self.instance.pk is None


class NewStepForm(ModelForm):
    """Which step is begun of which organization."""

    class Meta:
        model = LifeStep
        fields = ("organization", "kind")

    def _get_validation_exclusions(self) -> set[str]:
        return {field.name for field in LifeStep._meta.fields}  # the action checks what is under way


class StepForm(ModelForm):
    """A step and its papers; a draft may lack anything, and the action says what is missing when it is submitted."""

    upload = forms.FileField(
        label=_("再附一份材料"),
        required=False,
        help_text=_("决议、批复的扫描件：PDF、Word、表格或照片；只给经办和确认的人看"),
    )

    class Meta:
        model = LifeStep
        fields = LifeStep.EDITABLE_FIELDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kind = self.instance.kind
        unused = ("cause",) if kind == LifeStep.Kind.FOUND else ("plan",)
        for name in unused:
            self.fields.pop(name, None)
        if plan := self.fields.get("plan"):
            plan.widget.attrs["rows"] = 5

    def data_of(self) -> tuple[dict[str, Any], Any]:
        """Return the typed values without the upload, and the upload or None."""
        data = {name: value for name, value in self.cleaned_data.items() if name in LifeStep.EDITABLE_FIELDS}
        return data, self.cleaned_data.get("upload")
