"""The password rule, password expiry and one-time passwords (requirements S01, S02)."""

import datetime as dt
import re
import secrets
import string
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chengyang import clock

from .access import access_scope
from .models import FormerPassword

SHORTEST = 10  # characters
CLASSES_NEEDED = 3  # of lower-case letters, capitals, digits and other characters
OWN_CHARACTERS = 4  # characters outside every pattern; "Abc@2026!!" has three
REMEMBERED = 5  # former passwords that cannot be used again
LONGEST_LIFE = dt.timedelta(days=90)

_CLASSES = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())
_KEYBOARD = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "!@#$%^&*()",
    "1qaz2wsx3edc4rfv5tgb",
    string.ascii_lowercase,
)
_RUNS = tuple(row[at : at + 3] for line in _KEYBOARD for row in (line, line[::-1]) for at in range(len(line) - 2))
_WORDS = ("password", "passwd", "admin", "root", "user", "test", "guest", "login", "welcome", "iloveyou", "woaini")
_LEET = str.maketrans("@0135$7!", "aoiessti")  # P@ssw0rd is password
_YEARS = re.compile(r"(?:19|20)\d\d(?:[01]?\d[0-3]?\d)?|[01]\d[0-3]\d(?:19|20)\d\d")
_SAME = re.compile(r"(.)\1\1+")
_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])"
_FINAL = (
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|ia|ie|iu|ua|uo|ui|un|ue|ve|er|[aeiouv])"
)
_SYLLABLE = re.compile(f"{_INITIAL}{_FINAL}|ang|ai|ao|an|en|er|ou|[aeo]")
_PINYIN = re.compile(f"(?:{_SYLLABLE.pattern})+")
_MOST_SYLLABLES = 4  # a name or a place; longer pinyin is a sentence, which is hard to guess


# ---- the rule -------------------------------------------------------------------------------------------------------
class OfficerPasswordValidator:
    """The password rule of S01, for all accounts. Former hashes are compared last, because that is slow."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with one sentence for each rule that `password` breaks."""
        broken = [*_shape(password), *_personal(password, user)]
        if not broken and is_guessable(password):
            broken = [
                (_("这个密码太好猜：不要用键盘上相邻的键、拼音加年份、常见单词，再加几个没有规律的字。"), "guessable")
            ]
        if not broken and _was_used(password, user):
            broken = [(_("最近 5 次用过的密码不能再用，请换一个。"), "used_before")]
        if broken:
            raise ValidationError([ValidationError(text, code=code) for text, code in broken])

    def get_help_text(self) -> str:
        return _("至少 10 个字符，小写字母、大写字母、数字、符号里至少三种；不含姓名、手机号、邮箱名。")


def _shape(password):
    if len(password) < SHORTEST:
        yield _("密码至少 10 个字符，请再长一些。"), "too_short"
    if sum(any(map(is_of, password)) for is_of in _CLASSES) < CLASSES_NEEDED:
        yield _("小写字母、大写字母、数字、符号里至少要有三种。"), "too_plain"


def _personal(password, user):
    lowered = password.lower()
    names = (_mobile(user), (getattr(user, "email", None) or "").partition("@")[0], getattr(user, "name", ""))
    if any(len(name) > 1 and name.lower() in lowered for name in names):
        yield _("密码里不要有你的手机号、邮箱名或姓名。"), "personal"


def _mobile(user):
    return (getattr(user, "phone", "") or "").removeprefix("+86").removeprefix("+")


def _was_used(password, user):
    if not getattr(user, "pk", None):
        return False
    former = FormerPassword.objects.filter(user=user)[:REMEMBERED].values_list("password", flat=True)
    hashes = dict.fromkeys([user.password, *former])
    return any(check_password(password, one) for one in hashes if one)


# ---- patterns -------------------------------------------------------------------------------------------------------
def is_guessable(password: str) -> bool:
    """Return whether fewer than four characters of `password` lie outside common patterns.

    Patterns are runs on the keyboard and of the alphabet, years and dates, repetitions, common words (also as P@ssw0rd),
    and names in pinyin: Qwer1234, Abc@2026, zhangwei1990.
    """
    lowered = password.lower()
    covered: set[int] = set()
    for first, end in _patterns(lowered):
        covered.update(range(first, end))
    return len(lowered) - len(covered) < OWN_CHARACTERS


def _patterns(lowered):
    plain = lowered.translate(_LEET)
    yield from _positions(lowered, _RUNS)
    yield from _positions(plain, _WORDS)
    for pattern in (_YEARS, _SAME):
        yield from (found.span() for found in pattern.finditer(lowered))
    for found in _PINYIN.finditer(lowered):
        if len(found[0]) > 2 and len(_SYLLABLE.findall(found[0])) <= _MOST_SYLLABLES:
            yield found.span()


def _positions(text, parts):
    """Yield start and end of each occurrence of one of `parts` in `text`, overlapping ones too."""
    for part in parts:
        at = text.find(part)
        while at >= 0:
            yield at, at + len(part)
            at = text.find(part, at + 1)


# ---- expiry and history ---------------------------------------------------------------------------------------------
def must_change(user: Any) -> bool:
    """Return whether `user` has to change the password first: it is a one-time one, or an officer's and expired."""
    if user.must_change_password:
        return True
    return bool(user.password_set_at) and is_old(user) and access_scope(user).officer


def is_old(user: Any) -> bool:
    """Return whether the password was set more than ninety days ago (requirements S02)."""
    return clock.now() - user.password_set_at > LONGEST_LIFE


def set_on(user: Any) -> dt.date | None:
    """Return the day on which the password was set, or None."""
    return localtime(user.password_set_at).date() if user.password_set_at else None


def remember(user: Any) -> None:
    """Store the hash that was just set, and delete all but the last five."""
    FormerPassword.objects.create(user=user, password=user.password)
    newest = FormerPassword.objects.filter(user=user).values_list("pk", flat=True)[:REMEMBERED]
    FormerPassword.objects.filter(user=user).exclude(pk__in=list(newest)).delete()


def one_time_password() -> str:
    """Return a random password of 16 characters in four groups, easy to read aloud, that meets the password rule."""
    while True:
        groups = ("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))
        password = "-".join(groups)
        if not list(_shape(password)) and not is_guessable(password):
            return password


_READABLE = "".join(character for character in string.ascii_letters + string.digits if character not in "0O1lIoi")
