"""Words of a Chinese text, so that a heading breaks between them and not inside 阶层.

Written Chinese has no spaces, and browsers break it between any two characters. The words come from a list of our own
(`words.txt`) and from the phrases of pypinyin, the longest match first. What neither knows stays unbroken.
"""

import re
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from .characters import is_cjk

LONGEST = 6  # characters of a word that is looked up
OPENING, CLOSING = "“‘（《「", "”’）》」"
_PHRASE = re.compile(r'^"([^"]+)": \[', re.MULTILINE)
UNKNOWN = 4  # characters in a row that no word covers and that stay together


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    own = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()
    # The keys of the file, without importing the package: its dictionary keeps the readings too and takes 45 MB.
    package = find_spec("pypinyin")
    assert package is not None  # it is a requirement of the project
    assert package.origin is not None
    phrases = Path(package.origin).with_name("phrases_dict.json").read_text(encoding="utf-8")
    return frozenset(own) | frozenset(_PHRASE.findall(phrases))


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[str, ...]:
    """Return `text` cut where a line may break: `城阳区`, `新的`, `社会阶层`. Joined, the parts are the text.

    A part ends between two ideographs, after a closing sign and before an opening one; other signs, digits and letters stay
    with what is beside them.
    """
    cuts = [place for place in _word_ends(text) if 0 < place < len(text) and _may_break(text[place - 1], text[place])]
    return tuple(text[first:last] for first, last in pairwise([0, *cuts, len(text)]) if first < last)


def _may_break(before: str, after: str) -> bool:
    return (is_cjk(before) or before in CLOSING) and (is_cjk(after) or after in OPENING)


def _word_ends(text: str) -> list[int]:
    """Return the places at which a word begins or ends, in order."""
    ends, place, unknown = [], 0, 0
    while place < len(text):
        length = next((size for size in range(LONGEST, 1, -1) if text[place : place + size] in _known()), 0)
        if length or unknown == UNKNOWN:
            ends.append(place)
            unknown = 0
        if length:
            place += length
            ends.append(place)
        else:
            unknown = unknown + 1 if is_cjk(text[place]) else 0
            place += 1
    return sorted(set(ends))
