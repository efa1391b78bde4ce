"""Pinyin of names: the sort key and the search words (requirements U01, U02).

`pypinyin` gives dictionary readings, which are wrong for many surnames (曾 is *zeng*, not *ceng*), and ICU sorts by the
same readings. So the sort key uses the table in `surnames.py`, and the search words use all readings.
"""

import re
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from .characters import CJK, DOT, is_cjk, without_accents
from .folding import fold
from .names import split_surname
from .surnames import SURNAME_READINGS

MAX_READINGS = 64  # most combinations of readings that a name is indexed by
MAX_WORD = 40  # letters of a typed word that are compared
KEY_LENGTH = 200  # of `name_key`; the column has this size

_UNIT = re.compile(f"[{CJK}]|[^\\W_{CJK}]+")
_RUN = re.compile(f"[{CJK}]+")
_LAST = "zz"  # no syllable begins so: characters without a reading sort after z in every collation


class Unit(NamedTuple):
    """One ideograph of a name, or one word of a name in another script."""

    text: str
    readings: tuple[
        str, ...
    ]  # the first one is the sort key; empty for words and for ideographs that are not in the dictionary


def _plain(syllable: str) -> str:
    return without_accents(syllable.replace("ü", "v"))


@lru_cache(maxsize=8192)
def _in_dictionary(character: str) -> tuple[str, ...]:
    """Return every reading of a character, simplified or traditional; empty when the dictionary does not have it."""
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(map(_plain, found[0])) if found else ()


def _unread(characters: str) -> list[str]:
    return [""] * len(characters)


@lru_cache(maxsize=4096)
def _in_words(text: str) -> tuple[tuple[str, ...], ...]:
    """Return for each character of `text` the reading it has in the words it forms (重阳 is *chong yang*), if any."""
    from pypinyin import lazy_pinyin

    found = lazy_pinyin(text, errors=_unread)  # type: ignore[arg-type]  # the stub lacks the form that returns a list
    return tuple((_plain(reading),) if reading else () for reading in found)


def _of_surname(surname: str) -> tuple[tuple[str, ...], ...]:
    """Return for each character of a surname the readings the table lists."""
    listed = SURNAME_READINGS.get(surname) or SURNAME_READINGS.get(fold(surname)) or ()
    if len(surname) == 1:
        return (listed,)
    return tuple((reading,) for reading in listed[0].split(",")) if listed else _in_words(surname)


def _units(name: str) -> list[Unit]:
    texts = _UNIT.findall(name)
    # A compound surname alone is read as one, although it could be a surname and a given name.
    surname = name if len(name) == 2 and name in SURNAME_READINGS else split_surname(name)[0]
    preferred = iter(_of_surname(surname) + _in_words("".join(filter(is_cjk, texts[len(surname) :]))))
    return [
        Unit(text, tuple(dict.fromkeys(next(preferred, ()) + _in_dictionary(text)))) if is_cjk(text) else Unit(text, ())
        for text in texts
    ]


def _corrected(units: list[Unit], reading: str) -> list[Unit]:
    """Return the units with the syllables of `reading`, one for each ideograph, as their first readings.

    Raises ValueError with a message for the user when their numbers differ or a syllable is not ASCII letters.
    """
    given = _plain(reading.lower()).split()
    if len(given) != sum(is_cjk(unit.text) for unit in units) or not all(s.isascii() and s.isalpha() for s in given):
        raise ValueError(_("请按每个字一个音节填写拼音，用空格分开，例如 zeng guo fan。"))
    syllables = iter(given)
    return [
        Unit(unit.text, tuple(dict.fromkeys((next(syllables), *unit.readings)))) if is_cjk(unit.text) else unit
        for unit in units
    ]


def _read(name: str, reading: str) -> list[Unit]:
    return _corrected(_units(name), reading) if reading else _units(name)


def _ascii(unit: Unit) -> str:
    word = unit.readings[0] if unit.readings else without_accents(unit.text.lower())
    return word if word.isascii() else _LAST + "".join(f"{ord(character):x}" for character in word)


def name_key(name: str, *, reading: str = "") -> str:
    """Return the sort key of a name: ASCII pinyin syllables, then the name itself; at most 200 characters.

    Each surname character carries its code point, so that surnames with the same pronunciation (张, 章) do not mix.
    `reading` overrides the guess: one syllable for each ideograph (`"zeng guo fan"`), else ValueError.
    Compare byte by byte (`db_collation="C"`), though other collations give nearly the same.  (U01)
    """
    surname, _given = split_surname(name)
    words = [
        f"{_ascii(unit)}{ord(unit.text):x}" if place < len(surname) else _ascii(unit)
        for place, unit in enumerate(_read(name, reading))
    ]
    return " ".join([*words, name])[:KEY_LENGTH]


def spellings(word: str) -> list[str]:
    """Return the ways to type a word: as it is, without accents, and with v for ü."""
    return list(dict.fromkeys((word, without_accents(word), _plain(word))))


def _typed(unit: Unit) -> list[str]:
    """Return the ways to type a unit in a query: its syllables, with ü as v, u and yu; else the text itself."""
    typed: list[str] = []
    for syllable in unit.readings:
        typed.append(syllable)
        if syllable.startswith(("lv", "nv")):
            typed += [syllable.replace("v", "u", 1), syllable.replace("v", "yu", 1)]
    return list(dict.fromkeys(typed)) or spellings(fold(unit.text)) or [unit.text]


def _within_limit(choices: list[list[str]]) -> list[list[str]]:
    """Drop the rarest readings until there are at most `MAX_READINGS` combinations; the first reading of each always stays."""
    while prod(map(len, choices)) > MAX_READINGS:
        max(choices, key=len).pop()
    return choices


def _latin_tokens(units: list[Unit]) -> set[str]:
    found = set()
    for syllables in product(*_within_limit([_typed(unit) for unit in units])):
        initials = "".join(syllable[0] for syllable in syllables)
        for start in range(len(syllables)):
            found |= {"".join(syllables[start:])[:MAX_WORD], initials[start:]}
    return found


def _written_tokens(name: str) -> set[str]:
    found = set()
    for run in _RUN.findall(fold(name).replace(DOT, "")):
        for start, character in enumerate(run):
            found |= {character, run[start : start + 2], run[start:]}
    return found


def name_tokens(name: str, *, reading: str = "") -> list[str]:
    """Return the search words of a name, sorted (U01, U02).

    For every combination of readings (at most 64) the pinyin and the initials from each character on, so that a prefix
    search finds `guofan` and `gf` too; the characters, pairs and endings of the name, simplified; Latin words in lower
    case. A character without a reading is a search word itself. `reading` as in `name_key`.
    """
    return sorted(_latin_tokens(_read(name, reading)) | _written_tokens(name))
