"""The base classes of all forms: errors stand next to their field, and typed values are kept.

A template writes `{{ form }}` for the whole, or `{% include "web/forms/_summary.html" %}` and `{{ form.name.as_field_group }}`.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from chengyang.errors import ActionError

from .form_fields import CodeField, DateField, DateTimeField, IdentifierField, NameField, PartialDateField, PhoneField
from .validators import MaxLength, refuse_control_characters
from .widgets import CheckBoxes, RadioBoxes

__all__ = [
    "CheckBoxes",
    "CodeField",
    "DateField",
    "DateTimeField",
    "Form",
    "IdentifierField",
    "ModelForm",
    "NameField",
    "PartialDateField",
    "PhoneField",
    "PortalForm",
    "RadioBoxes",
    "posted",
]

LINE_LENGTH, TEXT_LENGTH = 200, 5000  # characters, for fields without `max_length`: one line, several lines
BOX_TEMPLATE, CHECK_TEMPLATE = "web/forms/boxes.html", "web/forms/check.html"
_PLAIN_INPUTS = (forms.widgets.Input, forms.Textarea, forms.Select)
_BOXES = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_REPLACED = (MaxLengthValidator, ProhibitNullCharactersValidator)
# Messages that replace Django's. The first matching class wins, so special classes come first.
_MESSAGES = (
    (forms.BooleanField, "required", _("请勾选这一项。")),
    (forms.ChoiceField, "required", _("请选一项。")),
    (forms.ModelChoiceField, "required", _("请选一项。")),
    (forms.FileField, "required", _("请选一个文件。")),
    (forms.Field, "required", _("请填写这一项。")),
    (forms.EmailField, "invalid", _("邮箱应像 name@example.com 这样，请检查。")),
    (forms.URLField, "invalid", _("网址应以 https:// 开头，请从浏览器里完整复制。")),
)
_DEFAULT_MESSAGES = (
    forms.Field.default_error_messages["required"],
    forms.URLField.default_error_messages["invalid"],
    None,
)


class Renderer(TemplatesSetting):
    """Renders forms and fields with our templates, and widgets with Django's."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"


class PortalForm:
    """The mixin of all forms of the portal; it comes before Django's own class (see `Form` and `ModelForm`)."""

    default_renderer = Renderer
    # The browser's own messages are in the language of the browser and do not stand at the field.
    use_required_attribute = False
    label_suffix = ""
    marks_optional = True  # show "（选填）" beside optional fields
    creates = False  # what is sent twice is carried out once (see `sent_forms`)
    was_refused = False  # by an action, see `refuse`

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        for field in self.fields.values():
            _style(field)
            _harden(field)

    def refuse(self, error: ActionError) -> None:
        """Add the error of an action to its field, or above the form; the view responds with the form and its `status`."""
        self.was_refused = True
        for name, message in (error.each or {error.field: error.message}).items():
            field = name if name in self.fields else None
            self.add_error(field, ValidationError(message, code=error.code))

    @property
    def status(self) -> int:
        """The status of a page with this form: 200, 400 when it was filled in wrongly, 409 when an action refused it."""
        if not self.is_bound or not self.errors:
            return 200
        return 409 if self.was_refused else 400

    def problems(self) -> list[tuple[str, Any]]:
        """Return (id of the control, label) of each field with an error, in the order of the page."""
        return [(_first_id(field), field.label) for field in self.visible_fields() if field.errors]

    def sentences(self) -> list[str]:
        """Return the error messages that belong to no visible field."""
        hidden = [error for field in self.hidden_fields() for error in field.errors]
        return [*self.non_field_errors(), *hidden]


def _first_id(bound):
    """Return the id of the control; for a group of radio buttons or checkboxes, of the first one."""
    return f"{bound.auto_id}_0" if bound.field.widget.use_fieldset else bound.id_for_label or bound.auto_id


def _style(field):
    """Set the CSS class or the template of the widget of `field`."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput):
        field.template_name = field.template_name or CHECK_TEMPLATE
    elif isinstance(widget, _BOXES):
        widget.template_name = BOX_TEMPLATE
    elif isinstance(widget, _PLAIN_INPUTS) and not widget.is_hidden:
        if isinstance(widget, forms.Select):
            _label_empty_choice(field)
        widget.attrs["class"] = f"input {widget.attrs.get('class', '')}".strip()
        if isinstance(widget, forms.Textarea):
            widget.attrs.pop("cols", None)  # the CSS sets the width
            if widget.attrs.get("rows") == "10":  # Django's default, too high for a phone
                widget.attrs["rows"] = "4"


def _label_empty_choice(field):
    """Replace the dashes that Django shows for the empty choice by 请选择 or 不选."""
    (nothing, dashes), words = BLANK_CHOICE_DASH[0], _("请选择") if field.required else _("不选")
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = words if field.empty_label == dashes else field.empty_label
    elif isinstance(field, forms.ChoiceField):
        field.choices = [(nothing, words) if choice == (nothing, dashes) else choice for choice in field.choices]


def _harden(field):
    """Set our error messages, limit the length, and reject invisible characters."""
    for kind, code, sentence in _MESSAGES:
        if isinstance(field, kind) and field.error_messages.get(code) in _DEFAULT_MESSAGES:
            field.error_messages[code] = sentence
    if isinstance(field, SimpleArrayField):  # typed as one line, validated item by item
        _harden(field.base_field)
    elif isinstance(field, forms.CharField):
        _limit_length(field)
        _join_line_breaks(field)


def _join_line_breaks(field):
    """Make a line break one character: a browser counts it as one, but sends two (CR and LF)."""
    read = field.to_python
    field.to_python = lambda value: read(value.replace("\r\n", "\n") if isinstance(value, str) else value)


def _limit_length(field):
    if field.max_length is None:
        field.max_length = TEXT_LENGTH if isinstance(field.widget, forms.Textarea) else LINE_LENGTH
        field.widget.attrs.update(field.widget_attrs(field.widget))
    others = [rule for rule in field.validators if not isinstance(rule, _REPLACED)]
    field.validators = [refuse_control_characters, MaxLength(field.max_length), *others]


class Form(PortalForm, forms.Form):
    """A form without a model."""


class ModelForm(PortalForm, forms.ModelForm):
    """A form with the fields of a model. Actions write the row; `save()` is never called."""


class GroupedForm(ModelForm):
    """A form with its fields in groups with headings, two columns on a wide screen.

    `GROUPS` are (heading, names of fields), `WIDE` the names of the fields that take the whole width.
    """

    template_name = "web/forms/_grouped.html"
    GROUPS: Sequence[tuple[Any, Sequence[str]]] = ()
    WIDE: Collection[str] = ()

    def groups(self) -> list[tuple[Any, list[tuple[Any, bool]]]]:
        """Return (heading, [(bound field, whether it takes the whole width)]); fields of no group come last."""
        grouped = {name for _label, names in self.GROUPS for name in names}
        rest = tuple(name for name in self.fields if name not in grouped)
        return [
            (label, [(self[name], name in self.WIDE) for name in names if name in self.fields])
            for label, names in (*self.GROUPS, (_("其他"), rest))
            if any(name in self.fields for name in names)
        ]


def posted(request: HttpRequest) -> QueryDict | None:
    """Return the data for a form: `request.POST` for a POST request, also if it is empty (no box ticked); else None."""
    return request.POST if request.method == "POST" else None
