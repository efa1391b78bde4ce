"""Codes of standards and criteria, made from their names: parts of addresses and keys of findings."""

from collections.abc import Collection

from django.utils.text import slugify

CODE_LENGTH = 24


def code_for(name: str, taken: Collection[str]) -> str:
    """Return a code in pinyin for `name` that is not among `taken`; a number makes it different."""
    from pypinyin import lazy_pinyin  # its dictionary takes 45 MB and 0.2 s, and few processes ever make a code

    wanted = slugify(" ".join(lazy_pinyin(name)))[:CODE_LENGTH].strip("-") or "c"
    numbered = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(code for code in numbered if code not in taken)
