"""Choices drawn as boxes: the whole box is the target, the native control stays visible."""

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


class DayInput(forms.DateInput):
    """The browser's own calendar; what it cannot show (a wrong date) is shown as it was typed."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")
