"""Normalise, recognise and split names of persons (requirements U03)."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from .characters import DOT, HAN, compose, is_han, one_dot, standard_characters
from .surnames import COMPOUND_SURNAMES

MAX_LENGTH = 50  # U03: names joined by · are long; there is no "two to four characters" rule

_FULLWIDTH = {code: code - 0xFEE0 for code in (0xFF07, 0xFF0D, *range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
_FULLWIDTH |= {code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)} | {0xFF0E: "."}
_BLANK = frozenset("\t\n\r")
_JOINERS = frozenset("\u200c\u200d")  # some scripts cannot be written without them
_SPACES = re.compile(r"\s+")
_SPACE_WITHIN = re.compile(f"(?<=[{HAN}{DOT}])\\s+(?=[{HAN}{DOT}])|(?<={DOT})\\s+|\\s+(?={DOT})")
_MARKS = frozenset(" ·'’.-\u200c\u200d")


def _is_noncharacter(character: str) -> bool:
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _reject_unwritable(text: str) -> None:
    for character in text:
        category = unicodedata.category(character)
        if category == "Cc" and character not in _BLANK:
            raise ValueError(_("姓名中有看不见的控制字符，请删除后重新输入。"))
        if category in ("Co", "Cs") or _is_noncharacter(character):
            raise ValueError(_("姓名中有别的电脑显示不出的自造字，请改用标准汉字。"))


def _tidy(text: str) -> str:
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf" or c in _JOINERS)
    name = compose(one_dot(visible).translate(_FULLWIDTH))
    name = _SPACE_WITHIN.sub("", one_dot(name))  # composing can produce another dot
    return _SPACES.sub(" ", name).strip()


def normalise_name(text: str) -> str:
    """Return a name in the form that is stored (U03).

    Full-width Latin letters and digits become half-width, every look-alike of the dot becomes `·`, invisible format
    characters are removed, spaces collapse (between ideographs they are removed: `张　三` becomes `张三`). Radicals and private
    code points that stand for an ideograph become that ideograph (`standard_characters`); ideographs are never replaced.
    Raises ValueError with a message for the user when it is empty, longer than 50 characters or has control
    characters or private-use characters.
    """
    text = standard_characters(text)
    _reject_unwritable(text)
    name = _tidy(text)
    if not name:
        raise ValueError(_("请填写姓名。"))
    if len(name) > MAX_LENGTH:
        raise ValueError(_("姓名最多 %(max)d 个字，现在有 %(now)d 个。") % {"max": MAX_LENGTH, "now": len(name)})
    return name


def _belongs_in_name(character: str) -> bool:
    return character in _MARKS or is_han(character) or unicodedata.category(character)[0] in "LM"


def is_name_like(text: str) -> bool:
    """Return whether `text` could be a name: letters and ideographs, joined by `·`, space, hyphen or apostrophe."""
    try:
        name = normalise_name(text)
    except ValueError:
        return False
    return all(map(_belongs_in_name, name)) and any(c.isalpha() or is_han(c) for c in name)


def split_surname(name: str) -> tuple[str, str]:
    """Return (surname, given name), for sorting only; ("", name) for a name with `·` or in letters."""
    if DOT in name or not name or not is_han(name[0]):
        return "", name
    length = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:length], name[length:]
