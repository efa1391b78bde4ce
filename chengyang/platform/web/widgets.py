"""Choices drawn as boxes: the whole box is the target, the native control stays visible."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms


class BoxesMixin:
    """`size`: "" (three or four in a row), "small" (short words) or "one" (one below the other).

    `hints` maps a value, as text, to the line below its label.
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
    """One of several."""


class CheckBoxes(BoxesMixin, forms.CheckboxSelectMultiple):
    """Any of several."""


class TelInput(forms.TextInput):
    """Digits first on a phone's keyboard."""

    input_type = "tel"


class _PickerInput:
    """The browser's own picker; what it could not show (a date in other words, a wrong one) is shown as it was typed."""

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
