"""The base of every form: says what is wrong next to the field, and keeps everything typed.

A page writes `{{ form }}` for the whole, or `{% include "web/forms/_summary.html" %}` and `{{ form.name.as_field_group }}`.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from chengyang.chinese import dates, names, phones
from chengyang.errors import ActionError

from .validators import MaxLength, refuse_control_characters
from .widgets import CheckBoxes, DayInput, MomentInput, RadioBoxes

__all__ = ["CheckBoxes", "CodeField", "DateField", "DateTimeField", "Form", "ModelForm", "NameField", "PartialDateField",
           "PhoneField", "PortalForm", "RadioBoxes"]

LINE_LENGTH, TEXT_LENGTH = 200, 5000  # of a field that says nothing about its length: one line, several lines
BOX_TEMPLATE, CHECK_TEMPLATE = "web/forms/boxes.html", "web/forms/check.html"
_PLAIN_INPUTS = (forms.widgets.Input, forms.Textarea, forms.Select)
_BOXES = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_REQUIRED = forms.Field.default_error_messages["required"]


class Renderer(TemplatesSetting):
    """Our templates for forms and fields; widgets keep Django's."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"


class PortalForm:
    """What all forms of the portal share; mixed in before Django's own class (see `Form` and `ModelForm`)."""

    default_renderer = Renderer
    use_required_attribute = False  # the browser's bubbles speak its own language; the server's sentences stand at the field
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

    def problem_count(self) -> int:
        """Return how many things are to be put right before the form is accepted."""
        return len(self.problems()) + len(self.sentences())


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
        widget.attrs["class"] = f"input {widget.attrs.get('class', '')}".strip()
        if isinstance(widget, forms.Textarea):
            widget.attrs.pop("cols", None)


def _guard(field):
    """Say what is wrong in our words, bound the length, refuse characters that nobody can see."""
    if field.error_messages.get("required") == _REQUIRED:
        choice = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
        field.error_messages["required"] = _("请选一项。") if choice else _("请填写这一项。")
    if not isinstance(field, forms.CharField):
        return
    if field.max_length is None:
        field.max_length = TEXT_LENGTH if isinstance(field.widget, forms.Textarea) else LINE_LENGTH
        field.widget.attrs.update(field.widget_attrs(field.widget))
    kept = [rule for rule in field.validators
            if not isinstance(rule, MaxLengthValidator | ProhibitNullCharactersValidator)]
    field.validators = [refuse_control_characters, MaxLength(field.max_length), *kept]


class Form(PortalForm, forms.Form):
    """A form that writes no row by itself."""


class ModelForm(PortalForm, forms.ModelForm):
    """A form over a model's fields; the action saves, `save()` is not called."""


# ---- fields --------------------------------------------------------------------------------------------------------
class _ParsedField(forms.CharField):
    """A text that `parse` turns into a value, or refuses with a ValueError whose text is for the person."""

    parse = staticmethod(str)

    def clean(self, value):
        text = super().clean(value)
        if text in self.empty_values:
            return self.empty_value
        try:
            return self.parse(text)
        except ValueError as error:
            raise ValidationError(error.args[0], code="invalid") from None


class PhoneField(_ParsedField):
    """A mobile number as people type it; the value is `+8613…` (requirements U07)."""

    parse = staticmethod(phones.normalise_phone)

    def __init__(self, *, label=_("手机号"), **options):
        options.setdefault("max_length", 40)
        super().__init__(label=label, **options)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "type": "tel", "inputmode": "tel", "autocomplete": "tel"}


class CodeField(_ParsedField):
    """The six digits that were sent to a phone (requirements U22)."""

    def __init__(self, *, label=_("验证码"), **options):
        options.setdefault("max_length", 20)
        super().__init__(label=label, **options)

    @staticmethod
    def parse(text):
        digits = "".join(character for character in text if not character.isspace())
        if len(digits) != 6 or not digits.isdecimal():
            raise ValueError(_("验证码是短信里的 6 位数字。"))
        return "".join(str(int(digit)) for digit in digits)  # full-width digits too

    def widget_attrs(self, widget):
        return {
            **super().widget_attrs(widget),
            "class": "input--code", "inputmode": "numeric", "autocomplete": "one-time-code",
        }


class NameField(_ParsedField):
    """A person's name as it is stored (requirements U03)."""

    parse = staticmethod(names.normalise_name)

    def __init__(self, *, label=_("姓名"), **options):
        options.setdefault("max_length", 80)  # before tidying: spaces go, look-alikes join; the rule itself says 50
        super().__init__(label=label, **options)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "autocomplete": "name"}


class PartialDateField(_ParsedField):
    """A date of the past that may be only a year or a month; the value is (text to store, first day)."""

    parse = staticmethod(dates.parse_partial)


class DateField(forms.DateField):
    """A day: `2026-11-23`, `2026/11/23`, `2026.11.23`, `20261123` or `2026年11月23日`, between 1900 and 2100."""

    widget = DayInput

    def to_python(self, value):
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        try:
            text, day = dates.parse_partial(value)
        except ValueError as error:
            raise ValidationError(error.args[0], code="invalid") from None
        if len(text) < len("2026-11-23"):
            raise ValidationError(_("请写到哪一天，例如 2026年11月23日。"), code="invalid")
        return day
