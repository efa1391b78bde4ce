"""Mobile phone numbers, which can receive a message (requirement U07; docs/requirements.md, "Masks")."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

DEMO_PREFIX = "154"  # assigned to no carrier; every SMS gateway of the portal refuses it
STARS = "****"

_BETWEEN_DIGITS = re.compile(r"[\s\-‐‑‒–—―−().·]+")
_MAINLAND = re.compile(r"1[3-9][0-9]{9}")
_ABROAD = {  # only a plausibility check: the proof is the code that the phone receives
    "852": re.compile(r"[4-9][0-9]{7}"),  # Hong Kong
    "853": re.compile(r"6[0-9]{7}"),  # Macao
    "886": re.compile(r"9[0-9]{8}"),  # Taiwan
}
_ELSEWHERE = re.compile(r"[1-9][0-9]{6,14}")
_TRUNK_ZERO = re.compile(
    r"0(?=1[3-9][0-9]{9}$)"
)  # dialled before a mobile number of another city, in old address books
_FULL = re.compile(r"\+?([0-9]+)")


def _compact(text: str) -> str:
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    number = _BETWEEN_DIGITS.sub("", visible)
    return "+" + number[2:] if number.startswith("00") else number


def _mainland(number: str) -> str:
    number = _TRUNK_ZERO.sub("", number)
    if not _MAINLAND.fullmatch(number):
        raise ValueError(_("手机号应为 11 位数字，以 13 至 19 开头，请检查后重新填写。"))
    return "+86" + number


def _abroad(number: str) -> str:
    code, rest = number[:3], number[3:]
    if code == "886":
        rest = rest.removeprefix("0")
    if code in _ABROAD and not _ABROAD[code].fullmatch(rest):
        raise ValueError(_("这个港澳台手机号的位数或开头不对，请检查后重新填写。"))
    if not _ELSEWHERE.fullmatch(code + rest):
        raise ValueError(_("国际号码应为 + 加国家代码和号码，共 7 至 15 位数字。"))
    return "+" + code + rest


def normalise_phone(text: str) -> str:
    """Return a mobile number as `+8613…` (E.164).

    A mainland number may be given without prefix, with +86, 0086 or 86, with the trunk zero, with spaces, dashes and full-width digits; numbers of Hong
    Kong, Macao, Taiwan and elsewhere only in international form. Raises ValueError with a message for the
    user.  (U07)
    """
    number = _compact(text)
    if not number:
        raise ValueError(_("请填写手机号。"))
    if not re.fullmatch(r"\+?[0-9]+", number):
        raise ValueError(_("手机号只能有数字，前面可以有 +，请检查后重新填写。"))
    if number.startswith("+86"):
        return _mainland(number[3:])
    if number.startswith("+"):
        return _abroad(number[1:])
    if number.startswith("0") and not _TRUNK_ZERO.match(number):
        raise ValueError(_("这是固定电话，收不到验证码，请填写手机号。"))
    if len(number) in (13, 14) and number.startswith("86"):
        return _mainland(number[2:])
    if number[:3] in _ABROAD and _ABROAD[number[:3]].fullmatch(number[3:]):
        raise ValueError(_("港澳台和国外号码请写成国际形式，例如 +852 6123 4567。"))
    return _mainland(number)


def _digits(phone: str) -> str:
    found = _FULL.fullmatch(phone)
    return found.group(1) if found else ""


def mask_phone(phone: str) -> str:
    """Return the masked form of a stored number for lists: `138****5678`, `+852****4567`; at least four digits are hidden."""
    digits = _digits(phone)
    national = phone.removeprefix("+86")
    if _MAINLAND.fullmatch(national):
        return national[:3] + STARS + national[-4:]
    if len(digits) < 8:
        return STARS if phone else ""
    return "+" + digits[: min(3, len(digits) - 8)] + STARS + digits[-4:]


def spaced_phone(phone: str) -> str:
    """Return a stored mainland number with spaces: `138 1234 5678`; other numbers unchanged."""
    national = phone.removeprefix("+86")
    return f"{national[:3]} {national[3:7]} {national[7:]}" if national != phone else phone


def is_demo_phone(phone: str) -> bool:
    """Return whether a stored number belongs to the demo; no gateway sends to it."""
    return phone.startswith(("+86" + DEMO_PREFIX, DEMO_PREFIX))


# ---- telephones and mail addresses inside a text --------------------------------------------------------------------
_CONTACT = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w-])(?P<phone>\+86[ -]?\d{2,3}[ -]?\d{3,4}[ -]?\d{4}|(?:\+86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
    r"|0\d{2,3}[ -]?\d{3,4}[ -]?\d{4}|400[ -]?\d{3}[ -]?\d{4}|[3-9]\d{7}|12345)(?![\w-])",
    re.ASCII,
)


def contacts(text: str) -> list[tuple[str, str]]:
    """Return `text` in parts: (part, address), the address `tel:…` or `mailto:…` of a number or mail address, else empty.

    Numbers are those of mobiles, of land lines with or without area code, 400 numbers and 12345.
    """
    parts, end = [], 0
    for found in _CONTACT.finditer(text):
        url = f"mailto:{found['mail']}" if found["mail"] else "tel:" + re.sub(r"[ -]", "", found["phone"])
        parts += [(text[end : found.start()], ""), (found[0], url)]
        end = found.end()
    return [(part, url) for part, url in [*parts, (text[end:], "")] if part]
