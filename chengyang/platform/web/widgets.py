"""Widgets: choices in boxes (the whole box is clickable, the native control stays visible), phone and date inputs."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms


class BoxesMixin:
    """The mixin of choices in boxes.

    `size` is "" (three or four in a row), "small" (short labels) or "one" (one below the other). `hints` maps a value, as text, to the line below its label.
    """

    template_name = "web/forms/boxes.html"

    def __init__(self, *args: Any, size: str = "", hints: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.size, self.hints = size, hints or {}

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["size"] = self.size
        return context

    def create_option(self, name, value, *args, **options):
        option = super().create_option(name, value, *args, **options)
        option["hint"] = self.hints.get(str(value), "")
        return option


class RadioBoxes(BoxesMixin, forms.RadioSelect):
    """Radio buttons in boxes."""


class CheckBoxes(BoxesMixin, forms.CheckboxSelectMultiple):
    """Checkboxes in boxes."""


class TelInput(forms.TextInput):
    """A text input for which phones show the keyboard of digits."""

    input_type = "tel"


class _PickerInput:
    """The picker of the browser. A value that it cannot show, such as 明天, is shown in a text input as it was typed."""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and not self.pattern.fullmatch(shown):
            context["widget"]["type"] = "text"
        return context


class DayInput(_PickerInput, forms.DateInput):
    input_type = "date"
    pattern = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(_PickerInput, forms.DateTimeInput):
    input_type = "datetime-local"
    pattern = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")
