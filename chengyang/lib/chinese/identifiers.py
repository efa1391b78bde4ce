"""Identity numbers of persons and credit codes of organizations (requirements U05, U06; docs/requirements.md, "Masks").

No library covers them all: those that were tried accept future birth dates, or reject the residence permits of Hong Kong,
Macao and Taiwan, the cards of foreigners, or credit codes that begin with a letter.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise

RESIDENT, HMT_RESIDENCE, FOREIGNER = "resident", "hmt_residence", "foreigner"
MALE, FEMALE = "male", "female"
MAX_AGE = 120
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z
USCC_KINDS = {
    "11": _("机关"),
    "12": _("事业单位"),
    "51": _("社会团体"),
    "52": _("民办非企业单位"),
    "53": _("基金会"),
    "91": _("企业"),
    "92": _("个体工商户"),
    "93": _("农民专业合作社"),
}

_HMT_REGIONS = frozenset({"810000", "820000", "830000"})
# Every province code that GB/T 2260 ever had. Counties change often, so the other region digits are not checked.
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
_ID_CHECK = "10X98765432"  # check character by the weighted sum modulo 11 (ISO 7064 MOD 11-2, GB 11643)
_ID_WEIGHTS = [2**i % 11 for i in range(17, 0, -1)]
_USCC_WEIGHTS = [3**i % 31 for i in range(17)]
_BLANK = re.compile(r"[\s\-‐‑–—·]+")


@dataclass(frozen=True)
class IdNumber:
    """The data in an 18-digit identity number."""

    number: str
    kind: str  # RESIDENT, HMT_RESIDENCE or FOREIGNER
    birth_date: dt.date
    gender: str  # MALE or FEMALE
    warnings: tuple[Sentence, ...] = ()

    def conflicts_with(self, *, birth_date: dt.date | None = None, gender: str | None = None) -> tuple[Sentence, ...]:
        """Return a message for each given value that contradicts the number.  (U05)"""
        found: list[Sentence] = []
        if birth_date and birth_date != self.birth_date:
            found.append(_("填写的出生日期与证件号码不一致，请核对。"))
        if gender and gender != self.gender:
            found.append(_("填写的性别与证件号码不一致，请核对。"))
        return tuple(found)


def _compact(text: str) -> str:
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return _BLANK.sub("", visible).upper()


def _require_shape(number: str) -> None:
    if not number:
        raise ValueError(_("请填写证件号码。"))
    if re.fullmatch(r"[0-9]{15}", number):
        raise ValueError(_("15 位的旧身份证号已停用，请填写 18 位的新号码。"))
    if re.fullmatch(r"[0-9.]+E\+?[0-9]+", number):
        raise ValueError(_("证件号码被表格软件改成了科学计数，请按原证件重新填写。"))
    if len(number) != 18:
        raise ValueError(_("证件号码应为 18 位，现在有 %(now)d 位。") % {"now": len(number)})
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise ValueError(_("证件号码前 17 位应为数字，最后一位为数字或 X。"))


def _birth_date(number: str, today: dt.date) -> dt.date:
    try:
        birth_date = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError(_("证件号码中的出生日期不存在，请核对第 7 至 14 位。")) from None
    if birth_date > today:
        raise ValueError(_("证件号码中的出生日期在今天之后，请核对第 7 至 14 位。"))
    if today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day)) > MAX_AGE:
        raise ValueError(_("证件号码中的出生日期超过 120 年，请核对第 7 至 14 位。"))
    return birth_date


def _require_check_digit(number: str) -> None:
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    if _ID_CHECK[total % 11] != number[17]:
        raise ValueError(_("证件号码的校验位不对，可能有一位输错，请逐位核对。"))


def _kind(number: str) -> str:
    if number[0] == "9":
        return FOREIGNER
    return HMT_RESIDENCE if number[:6] in _HMT_REGIONS else RESIDENT


def _warnings(number: str, kind: str) -> tuple[Sentence, ...]:
    region = number[1:3] if kind == FOREIGNER else number[:2]
    if kind == HMT_RESIDENCE or _PROVINCE.fullmatch(region):
        return ()
    return (_("证件号码的地区代码不常见，请核对前几位。"),)


def check_id_number(text: str, *, today: dt.date) -> IdNumber:
    """Return the data in an identity number, normalised to 18 half-width characters with a capital X.

    Accepts numbers of residents, of residence permits for people of Hong Kong, Macao and Taiwan (81, 82, 83 0000) and of
    foreigners' permanent residence cards (9…). An unknown region is only a warning. Raises ValueError with a message for the user:
    empty, wrong length or characters, a birth date that does not exist, is after `today` or older than 120 years, a
    wrong check digit.  (U05)
    """
    number = _compact(text)
    _require_shape(number)
    birth_date = _birth_date(number, today)
    _require_check_digit(number)
    kind = _kind(number)
    gender = MALE if int(number[16]) % 2 else FEMALE
    return IdNumber(number, kind, birth_date, gender, _warnings(number, kind))


def check_uscc(text: str) -> str:
    """Return a unified social credit code in capitals; raise ValueError with a message for the user if it is invalid.  (U06)

    GB 32100: 18 characters of an alphabet without I, O, S, V, Z, a region of six digits, weights 3^i modulo 31.
    """
    code = _compact(text)
    if not code:
        raise ValueError(_("请填写统一社会信用代码。"))
    if len(code) != 18:
        raise ValueError(_("统一社会信用代码应为 18 位，现在有 %(now)d 位。") % {"now": len(code)})
    if strange := sorted(set(code) - set(USCC_ALPHABET)):
        raise ValueError(_("统一社会信用代码中没有“%(strange)s”，请核对。") % {"strange": "、".join(strange)})
    if not code[2:8].isdigit():
        raise ValueError(_("统一社会信用代码的第 3 至 8 位应为数字，请核对。"))
    total = sum(USCC_ALPHABET.index(c) * weight for c, weight in zip(code, _USCC_WEIGHTS, strict=False))
    if USCC_ALPHABET[-total % 31] != code[17]:
        raise ValueError(_("统一社会信用代码的校验位不对，可能有一位输错，请逐位核对。"))
    return code


def uscc_kind(code: str) -> Sentence:
    """Return the kind of organization to which a valid credit code was issued, or ""."""
    return USCC_KINDS.get(code[:2], "")


def mask_id(number: str, *, first: int = 0) -> str:
    """Return an identity number with stars: the last four characters, and at most four at the start.  (1.3)"""
    shown = min(max(first, 0), 4)
    if len(number) < 8 + shown:
        return "*" * len(number)
    return number[:shown] + "*" * (len(number) - shown - 4) + number[-4:]
