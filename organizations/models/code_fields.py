"""The column of a 统一社会信用代码, which is typed with spaces or in small letters and stored as GB 32100-2015 writes it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from chengyang.lib.chinese import credit_codes


def validate_credit_code(value: str) -> None:
    """Raise ValidationError("credit_code") unless `value` is a code with its check digit."""
    if not credit_codes.is_valid(value):
        text = _("统一社会信用代码是 18 位，最后一位是校验码；这一串对不上，请照证书核对。")
        raise ValidationError(text, code="credit_code")


class CreditCodeFormField(forms.CharField):
    """Takes what is typed or copied from a certificate, with spaces, small letters or full-width characters."""

    def to_python(self, value: Any) -> str:
        return credit_codes.normal(super().to_python(value))


class CreditCodeField(models.CharField):
    """A code, or "" for an organization that is not registered."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": credit_codes.LENGTH, "blank": True, **options})
        self.validators.append(validate_credit_code)  # an empty value is not validated

    def to_python(self, value: Any) -> Any:
        return credit_codes.normal(value) if isinstance(value, str) else super().to_python(value)

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": CreditCodeFormField, **options})
