"""Validators of all text fields."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

# Bidirectional controls change the direction of the text after them; right-to-left scripts do not need them.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = frozenset("\t\n\r")


def _is_refused(character: str) -> bool:
    if character in BIDI_CONTROLS:
        return True
    return unicodedata.category(character) in ("Cc", "Cs") and character not in _BREAKS


def refuse_control_characters(text: str) -> None:
    """Raise ValidationError when `text` contains control characters, surrogates or bidirectional controls.

    Line breaks, tabs, emoji and every script are allowed.
    """
    if any(map(_is_refused, text)):
        raise ValidationError(_("这里有看不见的控制字符，请删掉后重新输入，不要直接粘贴。"), code="control_characters")


@deconstructible
class MaxLength(MaxLengthValidator):
    """Django's validator with a message that says what to do."""

    message = _("最多 %(limit_value)d 个字，现在有 %(show_value)d 个，请删短一些。")
