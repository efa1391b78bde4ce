"""Form fields for phone numbers, codes, names and dates, tolerant of the ways people type them."""

import datetime as dt
import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chengyang import clock
from chengyang.lib.chinese import dates, names, phones

from .validators import BIDI_CONTROLS
from .widgets import DayInput, MomentInput, TelInput

_AROUND = "".join(BIDI_CONTROLS - {"\u202e"}) + " \t\r\n"
WHOLE_DAY = len("2026-11-23")
_CLOCK = re.compile(r"(.+?)[T\s]*(\d{1,2}):(\d{2})(?::\d{2})?", re.ASCII)


class IdentifierField(forms.CharField):
    """A number, code or name that is often pasted: direction marks, which address books put around it, are removed.

    Marks inside, and the one that shows text backwards, stay and are refused like everywhere.
    """

    def to_python(self, value):
        return super().to_python(value.strip(_AROUND) if isinstance(value, str) else value)


class _ParsedField(IdentifierField):
    """A text field whose value is `parse(text)`. A ValueError of `parse` is shown as the error of the field."""

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
    """A mobile number in any common notation; the value is `+8613…` (requirements U07)."""

    widget = TelInput
    parse = staticmethod(phones.normalise_phone)

    def __init__(self, **options):
        options = {"label": _("手机号"), "max_length": 40, **options}
        super().__init__(**options)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "autocomplete": "tel"}


class CodeField(_ParsedField):
    """The six-digit code of a text message (requirements U22)."""

    def __init__(self, **options):
        options = {"label": _("验证码"), "max_length": 20, **options}
        super().__init__(**options)

    @staticmethod
    def parse(text):
        digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise ValueError(_("验证码是短信里的 6 位数字。"))
        return digits

    def widget_attrs(self, widget):
        attrs = super().widget_attrs(widget)
        return {**attrs, "class": "input--code", "inputmode": "numeric", "autocomplete": "one-time-code"}


class NameField(_ParsedField):
    """The name of a person; the value is normalised (requirements U03)."""

    parse = staticmethod(names.normalise_name)

    def __init__(self, **options):
        # Longer than the limit of 50, because normalising removes spaces and merges look-alike characters.
        options = {"label": _("姓名"), "max_length": 80, **options}
        super().__init__(**options)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "autocomplete": "name"}


class PartialDateField(_ParsedField):
    """A past date that may be a year or a month only; the value is (text to store, first day), or None."""

    parse = staticmethod(dates.parse_partial)

    def __init__(self, **options):
        options.setdefault("max_length", 40)
        super().__init__(empty_value=None, **options)


def parse_day(text: str) -> dt.date:
    """Return the day in `text`: 2026-11-23, 2026/11/23, 2026.11.23, 20261123 or 2026年11月23日. Raises ValueError."""
    stored, day = dates.parse_partial(text)
    if len(stored) < WHOLE_DAY:
        raise ValueError(_("请写到哪一天，例如 2026年11月23日。"))
    return day


def parse_moment(text: str) -> dt.datetime:
    """Return the aware datetime in `text`: a day as in `parse_day`, and a time such as 14:00. Raises ValueError."""
    found = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text.strip()))
    if not found:
        raise ValueError(_("请写日期和时间，例如 2026年11月23日 14:00。"))
    day, hour, minute = parse_day(found[1]), int(found[2]), int(found[3])
    if hour > 23 or minute > 59:
        raise ValueError(_("没有这个时间，请写 00:00 至 23:59。"))
    return clock.at(day, dt.time(hour, minute))


class _ParsedTemporalField:
    """A date or datetime field that parses text with `read`."""

    def to_python(self, value):
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        try:
            return self.read(value)
        except ValueError as error:
            raise ValidationError(error.args[0], code="invalid") from None


class DateField(_ParsedTemporalField, forms.DateField):
    """A day between 1900 and 2100, in any notation of `parse_day`."""

    widget = DayInput
    read = staticmethod(parse_day)


class DateTimeField(_ParsedTemporalField, forms.DateTimeField):
    """A datetime in the time zone of the portal, in any notation of `parse_moment`."""

    widget = MomentInput
    read = staticmethod(parse_moment)
