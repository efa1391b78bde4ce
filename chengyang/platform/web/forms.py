"""The base of every form: says what is wrong next to the field, and keeps everything typed.

A page writes `{{ form }}` for the whole, or `{% include "web/forms/_summary.html" %}` and `{{ form.name.as_field_group }}`.
"""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from chengyang.errors import ActionError

from .form_fields import CodeField, DateField, DateTimeField, NameField, PartialDateField, PhoneField
from .validators import MaxLength, refuse_control_characters
from .widgets import CheckBoxes, RadioBoxes

__all__ = [
    "CheckBoxes",
    "CodeField",
    "DateField",
    "DateTimeField",
    "Form",
    "ModelForm",
    "NameField",
    "PartialDateField",
    "PhoneField",
    "PortalForm",
    "RadioBoxes",
]

LINE_LENGTH, TEXT_LENGTH = 200, 5000  # of a field that says nothing about its length: one line, several lines
BOX_TEMPLATE, CHECK_TEMPLATE = "web/forms/boxes.html", "web/forms/check.html"
_PLAIN_INPUTS = (forms.widgets.Input, forms.Textarea, forms.Select)
_BOXES = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_REPLACED = (MaxLengthValidator, ProhibitNullCharactersValidator)
# What we say instead of Django; the first kind that fits, so the special ones stand first.
_SENTENCES = (
    (forms.BooleanField, "required", _("请勾选这一项。")),
    (forms.ChoiceField, "required", _("请选一项。")),
    (forms.ModelChoiceField, "required", _("请选一项。")),
    (forms.FileField, "required", _("请选一个文件。")),
    (forms.Field, "required", _("请填写这一项。")),
    (forms.EmailField, "invalid", _("邮箱应像 name@example.com 这样，请检查。")),
    (forms.URLField, "invalid", _("网址应以 https:// 开头，请从浏览器里完整复制。")),
)
_DJANGOS = (
    forms.Field.default_error_messages["required"],
    forms.URLField.default_error_messages["invalid"],
    None,
)


class Renderer(TemplatesSetting):
    """Our templates for forms and fields; widgets keep Django's."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"


class PortalForm:
    """What all forms of the portal share; mixed in before Django's own class (see `Form` and `ModelForm`)."""

    default_renderer = Renderer
    use_required_attribute = (
        False  # the browser's bubbles speak its own language; the server's sentences stand at the field
    )
    label_suffix = ""
    marks_optional = True  # "（选填）" beside what may stay empty

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        for field in self.fields.values():
            _dress(field)
            _guard(field)

    def refuse(self, error: ActionError) -> None:
        """Show what an action refused at its field, or above the form; the view then answers 409 with the form."""
        field = error.field if error.field in self.fields else None
        self.add_error(field, ValidationError(error.message, code=error.code))

    def problems(self) -> list[tuple[str, Any]]:
        """Return (id to jump to, label) of each field with an error, in the order of the page."""
        return [(_first_id(field), field.label) for field in self.visible_fields() if field.errors]

    def sentences(self) -> list[str]:
        """Return the errors that belong to no visible field."""
        hidden = [error for field in self.hidden_fields() for error in field.errors]
        return [*self.non_field_errors(), *hidden]


def _first_id(bound):
    """Return the id of the control to jump to; of a group of boxes the first one."""
    return f"{bound.auto_id}_0" if bound.field.widget.use_fieldset else bound.id_for_label or bound.auto_id


def _dress(field):
    """Give the field's widget our class or template."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput):
        field.template_name = field.template_name or CHECK_TEMPLATE
    elif isinstance(widget, _BOXES):
        widget.template_name = BOX_TEMPLATE
    elif isinstance(widget, _PLAIN_INPUTS) and not widget.is_hidden:
        if isinstance(widget, forms.Select):
            _name_nothing(field)
        widget.attrs["class"] = f"input {widget.attrs.get('class', '')}".strip()
        if isinstance(widget, forms.Textarea):
            widget.attrs.pop("cols", None)  # the sheet sets the width
            if widget.attrs.get("rows") == "10":  # Django's default: more than a phone shows
                widget.attrs["rows"] = "4"


def _name_nothing(field):
    """Say in words what choosing nothing means, where Django draws a row of dashes."""
    (nothing, dashes), words = BLANK_CHOICE_DASH[0], _("请选择") if field.required else _("不选")
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = words if field.empty_label == dashes else field.empty_label
    elif isinstance(field, forms.ChoiceField):
        field.choices = [(nothing, words) if choice == (nothing, dashes) else choice for choice in field.choices]


def _guard(field):
    """Say what is wrong in our words, bound the length, refuse characters that nobody can see."""
    for kind, code, sentence in _SENTENCES:
        if isinstance(field, kind) and field.error_messages.get(code) in _DJANGOS:
            field.error_messages[code] = sentence
    if isinstance(field, SimpleArrayField):  # typed as one line, checked item by item
        _guard(field.base_field)
    elif isinstance(field, forms.CharField):
        _bound(field)


def _bound(field):
    if field.max_length is None:
        field.max_length = TEXT_LENGTH if isinstance(field.widget, forms.Textarea) else LINE_LENGTH
        field.widget.attrs.update(field.widget_attrs(field.widget))
    kept = [rule for rule in field.validators if not isinstance(rule, _REPLACED)]
    field.validators = [refuse_control_characters, MaxLength(field.max_length), *kept]


class Form(PortalForm, forms.Form):
    """A form that writes no row by itself."""


class ModelForm(PortalForm, forms.ModelForm):
    """A form over a model's fields; the action saves, `save()` is not called."""
