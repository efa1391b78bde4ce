"""The form that asks for a report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengyang.platform.web.forms import Form

from . import periods
from .models import Report


class ReportForm(Form):
    """The period of a report, its note, and whether the Excel file lists the records, too."""

    creates = True

    period = forms.ChoiceField(label=_("哪一段"))
    note = forms.CharField(
        label=_("备注"),
        max_length=Report._meta.get_field("note").max_length,
        required=False,
        help_text=_("如：初稿、正式报送"),
    )
    with_records = forms.BooleanField(label=_("Excel 里连同记录"), required=False, initial=True)

    def __init__(self, *args: Any, span: periods.Span, **options: Any) -> None:
        super().__init__(*args, initial={"period": span.code}, **options)
        self.fields["period"].choices = [(one.code, one.label) for one in periods.choices(span)]
