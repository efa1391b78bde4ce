"""The form in which a subject says how it meets each criterion, and how it has put right what was short of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from chengyang.platform.web.forms import ModelForm

from . import numbers
from .links import LINK_LENGTH
from .models.assessments import NOTE_LENGTH
from .states import AssessmentState

ENTRIES = ("note", "link", "file")  # fields of each criterion


class StatementsForm(ModelForm):
    """A sentence, an address and a file for each criterion; use `statements_form` for an assessment."""

    template_name = "standards/_statements.html"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = asked_of(self.instance)

    def groups(self) -> list[tuple[Any, Any, str, list[Any]]]:
        """Return (criterion, finding, what its number must reach, fields) of each criterion that is asked for."""
        return [
            (criterion, finding, numbers.requirement(criterion), [self[f"{name}_{criterion.code}"] for name in ENTRIES])
            for criterion, finding in self.asked
        ]

    def statements(self) -> list[dict[str, Any]]:
        """Return the typed values for each criterion: its code, `note`, `link`, and `upload` (a file, or None)."""
        data = self.cleaned_data
        return [
            {
                "criterion": criterion.code,
                "note": data[f"note_{criterion.code}"],
                "link": data[f"link_{criterion.code}"],
                "upload": data[f"file_{criterion.code}"],
            }
            for criterion, _finding in self.asked
        ]


def asked_of(assessment: Any) -> list[tuple[Any, Any]]:
    """Return the criteria that the subject fills in now, with their findings: after a failed assessment those to put right."""
    return assessment.short() if assessment.state == AssessmentState.FAILED else assessment.rows()


def statements_form(assessment: Any) -> type[StatementsForm]:
    """Return the form class for the criteria of `assessment` that the subject fills in now."""
    fields: dict[str, Any] = {}
    is_fixing = assessment.state == AssessmentState.FAILED
    note = _("补了什么") if is_fixing else _("怎么做到的")
    for criterion, finding in asked_of(assessment):
        stated = finding.fixed if is_fixing else finding
        fields[f"note_{criterion.code}"] = forms.CharField(
            label=note,
            required=False,
            initial=stated.get("note", ""),
            max_length=NOTE_LENGTH,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        fields[f"link_{criterion.code}"] = forms.CharField(
            label=_("本站记录的网址"), required=False, initial=stated.get("link", ""), max_length=LINK_LENGTH
        )
        fields[f"file_{criterion.code}"] = forms.FileField(
            label=_("材料"), required=False, help_text=_("已有一份，再选会换掉") if stated.get("file") else ""
        )
    meta = type("Meta", (), {"model": type(assessment), "fields": []})
    return type("StatementsForm", (StatementsForm,), {"Meta": meta, "__module__": __name__, **fields})
