"""The bar of decisions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH
from chengyang.extensions import DecisionOption
from chengyang.platform.web.forms import Form


class DecisionForm(Form):
    """Which decision, and the reason where the decision needs one; the person concerned reads the reason word for word."""

    choice = forms.ChoiceField(
        label=_("决定"), widget=forms.RadioSelect, error_messages={"required": _("请先选一个决定。")}
    )
    reason = forms.CharField(
        label=_("理由"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("退回和不予通过必填，本人会看到原文"),
    )

    def __init__(
        self, *args: Any, choices: Sequence[DecisionOption], words: tuple[Any, Any] | None = None, **options: Any
    ) -> None:
        """`words` are the label of the reason and the hint beside it, where it is called something else."""
        super().__init__(*args, **options)
        if words:
            self.fields["reason"].label, self.fields["reason"].help_text = words
        self.choices = {choice.code: choice for choice in choices}
        self.fields["choice"].choices = [(choice.code, choice.label) for choice in choices]

    @property
    def takes_reason(self) -> bool:
        """Return whether any of the decisions needs a reason."""
        return any(choice.needs_reason for choice in self.choices.values())

    @property
    def chosen(self) -> DecisionOption:
        """Return the chosen decision of a valid form."""
        return self.choices[self.cleaned_data["choice"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        picked = self.choices.get(data.get("choice", ""))
        if picked and picked.needs_reason and not data.get("reason"):
            self.add_error("reason", _("请写%(what)s，本人会看到原文。") % {"what": self.fields["reason"].label})
        return data
