"""Forms of outcomes on the staff site."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH
from chengyang.platform.web.forms import Form, ModelForm

from .models import ORGANIZERS, PARTS, Outcome, OutcomeKind

EVIDENCE_HELP = _("收据、合同、名单的照片或 PDF；只给核实的人看，不公开")


def _explain(form: Any) -> None:
    """Say beside the fields which number a kind has, and what shows that it is true."""
    words = {
        "amount": _("按金额算的填，如 捐款；捐物填折价"),
        "quantity": _("按数量算的填；一家、一件的可以不填"),
        "kind": "；".join(f"{kind}：{kind.evidence}" for kind in OutcomeKind.objects.offered() if kind.evidence),
    }
    for name, text in words.items():
        if name in form.fields:
            form.fields[name].help_text = text


class OutcomeForm(ModelForm):
    """An outcome, for which of the organizers that the officer acts for, with a file that shows it."""

    file = forms.FileField(label=_("凭证"), required=False, help_text=EVIDENCE_HELP)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _explain(self)
        for name in ORGANIZERS:
            if name in self.fields and len(self._offered()) > 1:
                self.fields[name].help_text = _("组织、基地、服务队里选一个")

    def _offered(self) -> list[str]:
        return [name for name in ORGANIZERS if name in self.fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        offered = self._offered()
        chosen = [name for name in offered if data.get(name)]
        if offered and len(chosen) != 1 and not any(name in self.errors for name in offered):
            self.add_error(offered[-1], ValidationError(_("写是谁做的：组织、基地、服务队里选一个，只选一个。")))
        return data


class PartyForm(ModelForm):
    """Who took part: one of the fields."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if sum(bool(data.get(name)) for name in PARTS) != 1 and not self.errors:
            raise ValidationError(_("选一个，只选一个；有几个就添几次。"))
        return data


class CorrectionForm(ModelForm):
    """What is right about a checked outcome, and why it is corrected."""

    reason = forms.CharField(
        label=_("为什么更正"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("核实的人看，写清错在哪里"),
    )
    file = forms.FileField(label=_("凭证"), required=False, help_text=EVIDENCE_HELP)

    class Meta:
        model = Outcome
        fields = Outcome.EDITABLE_FIELDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _explain(self)


class EvidenceForm(Form):
    """One more file that shows an outcome."""

    creates = True
    file = forms.FileField(label=_("凭证"), help_text=EVIDENCE_HELP)
