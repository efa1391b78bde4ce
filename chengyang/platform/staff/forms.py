"""The forms of the decision page, of who works on an item, and of the export of a list."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengyang.errors import REASON_LENGTH, ActionError
from chengyang.extensions import DecisionOption, DetailRow
from chengyang.platform.accounts.models import User
from chengyang.platform.web import form_fields
from chengyang.platform.web.forms import CheckBoxes, Form, RadioBoxes

from . import export_columns
from .models import ExportFormat, ExportPurpose
from .models.lists import PER_PAGE_CHOICES


def reason_field(length: int) -> forms.CharField:
    """Return the field of the reason of a decision, with at most `length` characters."""
    return forms.CharField(
        label=_("理由"),
        required=False,
        max_length=length,
        widget=forms.Textarea(attrs={"rows": 2 if length <= REASON_LENGTH else 5}),
        help_text=_("退回和不予通过必填，本人会看到原文"),
    )


class DecisionForm(Form):
    """A decision and its reason. The person concerned reads the reason exactly as it is typed."""

    marks_optional = False  # whether a field is needed depends on the decision

    choice = forms.ChoiceField(
        label=_("决定"), widget=forms.RadioSelect, error_messages={"required": _("请先选一个决定。")}
    )
    reason = reason_field(REASON_LENGTH)

    def __init__(
        self, *args: Any, options: Sequence[DecisionOption], words: tuple[Any, Any] | None = None, **kwargs: Any
    ) -> None:
        """Offer `options`; `words` are (label, hint) of the reason where it has another name, such as an answer."""
        super().__init__(*args, **kwargs)
        if words:
            self.fields["reason"].label, self.fields["reason"].help_text = words
        self.options = {option.code: option for option in options}
        self.needed = {name for option in options for name in option.asks if self.fields[name].required}
        for name in self.needed:  # only for the option that asks for it, see `clean`
            self.fields[name].required = False
        self.fields["choice"].choices = [(option.code, option.label) for option in options]

    @property
    def takes_reason(self) -> bool:
        """Return whether any of the options needs a reason."""
        return any(option.needs_reason for option in self.options.values())

    def groups(self) -> list[tuple[DecisionOption, list[Any]]]:
        """Return each option with the fields that it asks for, without those that stand beside a detail row."""
        return [
            (option, [self[name] for name in option.asks if name not in self.beside])
            for option in self.options.values()
        ]

    @cached_property
    def beside(self) -> set[str]:
        """The names of the fields that stand beside a detail row, see `rows_with_fields`."""
        return set()

    def rows_with_fields(self, rows: Sequence[DetailRow]) -> list[tuple[DetailRow, list[Any]]]:
        """Return those of `rows` that have fields of this form beside them, each with its fields."""
        found = [(row, [self[name] for name in row.asks if name in self.fields]) for row in rows]
        self.beside |= {field.name for _row, fields in found for field in fields}
        return [(row, fields) for row, fields in found if fields]

    @property
    def asked(self) -> dict[str, Any]:
        """Return the values that the chosen option of a valid form asks for."""
        return {name: self.cleaned_data[name] for name in self.chosen.asks}

    @property
    def chosen(self) -> DecisionOption:
        """Return the chosen option of a valid form."""
        return self.options[self.cleaned_data["choice"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        picked = self.options.get(data.get("choice", ""))
        if picked and picked.needs_reason and not data.get("reason"):
            self.add_error("reason", _("请写%(what)s，本人会看到原文。") % {"what": self.fields["reason"].label})
        for name in picked.asks if picked else ():
            if name in self.needed and data.get(name) is None and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return data


def with_new_reason(form_class: type) -> type:
    """Return `form_class` with an empty, required field `reason`: a correction has its own reason, not that of the last one."""

    class Correction(form_class):  # type: ignore[misc, valid-type]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.initial["reason"] = ""
            if field := self.fields.get("reason"):  # a page that is only read has no fields
                field.required, field.help_text = True, _("本人会看到原文")

    return type(form_class.__name__, (Correction,), {"__module__": form_class.__module__})


class ReasonForm(Form):
    """The reason beside a button of a record's page."""

    reason = forms.CharField(required=False, max_length=REASON_LENGTH)

    def typed_reason(self) -> str:
        """Return what was typed. Raises ActionError("invalid") for text that no field of ours takes, such as a NUL."""
        if not self.is_valid():
            raise ActionError(self.errors["reason"][0], code="invalid", field="reason")
        return self.cleaned_data["reason"]


class HandOverForm(Form):
    """Who is to decide an item, and what they should know."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("转给谁"), widget=forms.RadioSelect, empty_label=None)
    note = forms.CharField(
        label=_("留言"), required=False, max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, colleagues: QuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].queryset = colleagues


class AbsenceForm(Form):
    """From when to when an officer is away, and who stands in."""

    creates = True

    starts = form_fields.DateField(label=_("第一天"))
    last = form_fields.DateField(label=_("最后一天"))
    substitute = forms.ModelChoiceField(
        User.objects.none(), label=_("谁替班"), empty_label=_("请选择"), help_text=_("只列出有你全部权限的同事")
    )

    def __init__(self, *args: Any, colleagues: QuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["substitute"].queryset = colleagues


SHEET_FORMATS = [(one.value, one.label) for one in (ExportFormat.XLSX, ExportFormat.CSV)]


class ExportForm(Form):
    """Which columns of a list are exported, how, and what for."""

    creates = True
    marks_optional = False  # what a purpose needs depends on the columns

    columns = forms.MultipleChoiceField(label=_("栏目"), widget=CheckBoxes(size="small"))
    file_format = forms.ChoiceField(
        label=_("格式"), choices=SHEET_FORMATS, initial=ExportFormat.XLSX, widget=RadioBoxes
    )
    with_keys = forms.BooleanField(
        label=_("带行编号和行版本"), required=False, help_text=_("改好以后要再导入时勾选；这两栏请不要改")
    )
    purpose = forms.ChoiceField(label=_("用途"), choices=ExportPurpose.choices, required=False, widget=RadioBoxes())
    note = forms.CharField(
        label=_("用途说明"), required=False, max_length=200, help_text=_("如：9月20日座谈会的通知；写在文件第一页")
    )
    numbers_note = forms.CharField(
        label=_("为什么要完整手机号"),
        required=False,
        max_length=200,
        help_text=_("不写就只有尾号；写了会记入审计，人数多时安全管理员会收到提醒"),
    )

    def __init__(self, *args: Any, model_admin: Any, **options: Any) -> None:
        """Offer the columns of `model_admin`; without personal ones there is no question for the purpose."""
        super().__init__(*args, **options)
        columns = export_columns.columns_of(model_admin)
        self.fields["columns"].choices = [(column.code, column.header) for column in columns]
        self.fields["columns"].initial = export_columns.shown_codes(model_admin)
        if not any(column.personal for column in columns):
            del self.fields["purpose"], self.fields["note"]
        if not any(column.whole for column in columns):
            del self.fields["numbers_note"]

    def data_of(self) -> dict[str, Any]:
        """Return the typed values, with empty ones for fields that this list does not have."""
        return {"purpose": "", "note": "", "numbers_note": "", **self.cleaned_data}


def bulk_form(verb: Any) -> type[Form]:
    """Return the form of the summary before many rows are done: the fields of `verb`, and its reason where it needs one."""
    fields: dict[str, forms.Field] = dict(verb.fields())
    if verb.needs_reason:
        fields["reason"] = forms.CharField(
            label=_("理由"),
            max_length=REASON_LENGTH,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("每个人都看到同样的原文"),
            error_messages={"required": _("请写理由，本人会看到原文。")},
        )
    return type("BulkForm", (Form,), fields)


class ColumnsForm(Form):
    """Which columns a list shows to its reader, and how many rows a page has."""

    columns = forms.MultipleChoiceField(label=_("显示哪些列"), required=False, widget=CheckBoxes(size="small"))
    per_page = forms.TypedChoiceField(
        label=_("一页多少条"), choices=[(n, _("%(n)d 条") % {"n": n}) for n in PER_PAGE_CHOICES], coerce=int
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["columns"].choices = list(choices)


class ViewForm(Form):
    """The name of a saved view, who has it, and whether its number of rows stands on 今日待办."""

    marks_optional = False

    name = forms.CharField(label=_("名称"), max_length=30)
    is_shared = forms.BooleanField(label=_("本办公室的同事也看得到"), required=False)
    is_watched = forms.BooleanField(label=_("条数放到我的今日待办"), required=False)

    def __init__(self, *args: Any, can_share: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not can_share:
            del self.fields["is_shared"]
