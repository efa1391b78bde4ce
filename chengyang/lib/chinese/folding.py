"""Folding of text for search: index and query both pass through `fold` (requirement U17)."""

import unicodedata
from functools import lru_cache
from typing import Any

from .characters import one_dot, standard_characters

_DROPPED = ("Cc", "Cf", "Cs", "Cn")
_VARIATION = frozenset(range(0xFE00, 0xFE10)) | frozenset(range(0xE0100, 0xE01F0))


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


class _Simplify(dict[int, int | str]):
    """A `str.translate` table that converts traditional characters, calling OpenCC once for each character.

    OpenCC converts whole words differently: it leaves 乾隆 as it is but makes 干 of a single 乾. Converting character by
    character makes sure that a part of a text is found in the whole text.
    """

    def __missing__(self, code: int) -> int | str:
        self[code] = code if code < 0x3400 else _converter().convert(chr(code))
        return self[code]


class _Visible(dict[int, int | None]):
    """A `str.translate` table that drops controls, format characters, lone surrogates and variation selectors."""

    def __missing__(self, code: int) -> int | None:
        blank = code in (9, 10, 13, 0x85)
        is_invisible = code in _VARIATION or (unicodedata.category(chr(code)) in _DROPPED and code < 0x20000)
        self[code] = 32 if blank else None if is_invisible else code
        return self[code]


_simplify = _Simplify()
_visible = _Visible()


def fold(text: str) -> str:
    """Return `text` in the form that is indexed: NFKC, case-folded, simplified, one kind of dot, no invisible characters.

    Never raises; NUL, control characters and lone surrogates are dropped, so the result is always storable.
    """
    visible = one_dot(standard_characters(text).translate(_visible))
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return one_dot(plain.translate(_simplify).translate(_visible))
