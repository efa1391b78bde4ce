"""Full-text search without a PostgreSQL parser: build `tsvector` and `tsquery` literals (requirements U02, U17, U18).

`to_tsvector('simple', …)` makes one word of a Chinese sentence, and `pg_trgm` cannot find two characters and finds
nothing in a C-locale database. Here a run of ideographs becomes overlapping pairs with positions, so that any part of two or
more characters is a phrase that the GIN index finds, in every locale. The literals are only cast,
`%s::tsvector` and `%s::tsquery`: never hand them to `to_tsvector`, `to_tsquery` or a plain `SearchQuery`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from .characters import CJK, DOT
from .folding import fold
from .pinyin import MAX_WORD, name_tokens, spellings

__all__ = [
    "Token",
    "any_query",
    "excerpt",
    "fold",
    "highlight",
    "name_query",
    "name_vector",
    "text_query",
    "text_vector",
    "tokens",
    "tsquery",
    "tsvector",
]

MAX_LEXEME = 100  # characters, at most 400 bytes; PostgreSQL takes 2,046
MAX_TEXT = 50_000  # characters of all parts together: keeps every vector below PostgreSQL's limit of a megabyte
MAX_POSITIONS = 255  # of one lexeme
MAX_QUERY = 100  # characters
MAX_TERMS = 10
TITLE = "A"  # the weight of a text's first part

_PIECE = re.compile(f"(?P<run>[{CJK}]+)|[^\\W_{CJK}]+")
_DOT_WITHIN = re.compile(f"(?<=[{CJK}]){DOT}(?=[{CJK}])")
_BETWEEN_TERMS = re.compile(
    f"[^\\w{CJK}·.@&+'-]+"
)  # other punctuation stays within a term: 2026-11-23, a.b@c, 党建+统战
_WORD_EDGE = f"(?<![^\\W_{CJK}])"


class Token(NamedTuple):
    """A lexeme with its position in the text, from 1; 0 means no position."""

    lexeme: str
    position: int = 0
    weight: str = ""  # A, B, C, or "" for D


class Piece(NamedTuple):
    """A run of ideographs, or a word, at the position of its first character."""

    text: str
    position: int
    is_run: bool

    @property
    def length(self) -> int:
        """Return how many positions the piece takes: one for each ideograph, one for a word."""
        return len(self.text) if self.is_run else 1


def _pieces(folded: str) -> Iterator[Piece]:
    """Yield the runs and words of a folded text; all that is between two of them takes one position."""
    position, end = 1, 0
    text = _DOT_WITHIN.sub("", folded)
    for match in _PIECE.finditer(text):
        if position > 1 and match.start() > end:
            position += 1
        piece = Piece(match.group(), position, match["run"] is not None)
        yield piece
        position, end = position + piece.length, match.end()


def _indexed(piece: Piece) -> Iterator[tuple[str, int]]:
    """Yield each pair of a run, and its last character alone, so that a prefix finds single characters anywhere."""
    if piece.is_run:
        yield from ((piece.text[i : i + 2], piece.position + i) for i in range(piece.length))
    else:
        yield piece.text[:MAX_LEXEME], piece.position


def _tokens(folded: str, *, after: int = 0, weight: str = "") -> list[Token]:
    return [
        Token(lexeme, after + position, weight) for piece in _pieces(folded) for lexeme, position in _indexed(piece)
    ]


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text: pairs of each run of ideographs and its last character, whole words and numbers."""
    return _tokens(fold(text[:MAX_TEXT])[:MAX_TEXT])


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def any_query(lexemes: Iterable[str]) -> str:
    """Return a `tsquery` literal that finds what has any of `lexemes`."""
    return " | ".join(map(_quoted, lexemes))


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def tsvector(words: Iterable[Token | str]) -> str:
    """Return a `tsvector` literal of tokens or bare words; empty words and NUL are left out, long ones cut."""
    places: dict[str, dict[str, None]] = {}
    for word in words:
        token = word if isinstance(word, Token) else Token(word)
        lexeme = _storable(token.lexeme)[:MAX_LEXEME]
        if lexeme:
            found = places.setdefault(lexeme, {})
            if token.position and len(found) < MAX_POSITIONS:
                found[f"{token.position}{token.weight}"] = None
    return " ".join(_quoted(lexeme) + (":" + ",".join(found) if found else "") for lexeme, found in places.items())


def text_vector(*parts: str) -> str:
    """Return the `tsvector` literal of a text: the title first (weight A), then less important parts (B, C, none).

    The first 50,000 characters of all parts together are searched. PostgreSQL counts positions to 16,383: further on,
    pairs and words are found, but phrases of three and more characters are not.  (U17)
    """
    found: list[Token] = []
    left, after = MAX_TEXT, 0
    for place, part in enumerate(parts):
        folded = fold(part[:left])[:left]
        found += _tokens(folded, after=after, weight="ABC"[place : place + 1])
        left -= len(folded)
        after = found[-1].position + 2 if found else 0  # a gap, so that no phrase spans two parts
    return tsvector(found)


def _phrase(pieces: list[Piece]) -> list[tuple[str, int, bool]]:
    """Return (lexeme, position, is a prefix) of a phrase; of a run only the pairs that are needed to cover it.

    A single ideograph that is not the end of the phrase is the last of its run in the text, too, and so a lexeme.
    """
    found = []
    for piece in pieces:
        last = piece.length - 2
        if piece.is_run and last >= 0:
            starts = [*range(0, last, 2), last]
            found += [(piece.text[i : i + 2], piece.position + i, False) for i in starts]
        else:
            found.append((piece.text[:MAX_LEXEME], piece.position, piece.is_run and piece is pieces[-1]))
    return found


def _operand(lexeme: str, is_prefix: bool, weight: str) -> str:
    flags = ("*" if is_prefix else "") + weight
    return _quoted(lexeme) + (f":{flags}" if flags else "")


def _term(pieces: list[Piece], prefix: bool, weight: str) -> str:
    phrase = _phrase(pieces)
    last = len(phrase) - 1
    text, before = "", 0
    for place, (lexeme, position, is_prefix) in enumerate(phrase):
        ends_word = place == last and prefix and not pieces[-1].is_run
        text += f" <{position - before}> " if place else ""
        text += _operand(lexeme, is_prefix or ends_word, weight)
        before = position
    return f"({text})" if last else text


def _terms(query: str) -> list[list[Piece]]:
    chunks = _BETWEEN_TERMS.split(fold(query[:MAX_QUERY])[:MAX_QUERY])
    found = (list(_pieces(chunk)) for chunk in chunks)
    return [pieces for pieces in found if pieces][:MAX_TERMS]


def _is_single(pieces: list[Piece]) -> bool:
    return len(pieces) == 1 and len(pieces[0].text) == 1


def tsquery(query: str, *, prefix: bool = True) -> str | None:
    """Return a `tsquery` literal for a typed query, or None when it has nothing to search for.

    Words between spaces or Chinese punctuation must all occur. A word is a phrase: `新e汇`, `2026-11-23` match as
    written, anywhere inside a run. With `prefix` a Latin word or number also finds longer ones. When every word has
    just one character, only titles (weight A) are searched, since a whole text contains nearly every character.
    The first 100 characters and ten words count.  (U17)
    """
    terms = _terms(query)
    weight = TITLE if all(map(_is_single, terms)) else ""
    return " & ".join(_term(pieces, prefix, weight) for pieces in terms) or None


text_query = tsquery


def name_vector(name: str, *extra: str, reading: str = "") -> str:
    """Return the `tsvector` literal of a name and of `extra` words, such as the last four digits of a phone.

    `reading` as in `pinyin.name_key`.  (U01, U02)
    """
    words = [*name_tokens(name, reading=reading), *(piece.text for word in extra for piece in _pieces(fold(word)))]
    return tsvector(dict.fromkeys(words))


def _name_operand(piece: Piece) -> str:
    if piece.is_run:
        return _operand(piece.text, len(piece.text) > 2, "")
    typed = spellings(piece.text[:MAX_WORD])
    alternatives = " | ".join(_operand(word, True, "") for word in typed)
    return f"({alternatives})" if len(typed) > 1 else alternatives


def name_query(query: str) -> str | None:
    """Return a `tsquery` literal that finds persons by any part of the name, pinyin, initials or an extra word.

    Case, spaces, full width, traditional characters and tone marks do not matter. Returns None without anything to
    search for.
    """
    pieces = [piece for chunk in _terms(query) for piece in chunk][:MAX_TERMS]
    return " & ".join(map(_name_operand, pieces)) or None


@lru_cache(maxsize=4096)
def _folded_character(character: str) -> str:
    return fold(character)


def _pattern(pieces: list[Piece]) -> str:
    """Return a regular expression that finds a term in a folded text: dots within runs, any punctuation between pieces."""
    pattern, end = "", 0
    for place, piece in enumerate(pieces):
        pattern += "[\\W_]{1,4}" if place and piece.position > end else ""
        pattern += "" if piece.is_run or (place and piece.position == end) else _WORD_EDGE
        pattern += f"{DOT}?".join(map(re.escape, piece.text)) if piece.is_run else re.escape(piece.text)
        end = piece.position + piece.length
    return pattern


def _hits(text: str, query: str) -> list[bool]:
    """Return for each character of `text` whether it belongs to a hit of the query."""
    origins = [(folded, i) for i, character in enumerate(text) for folded in _folded_character(character)]
    folded_text = "".join(folded for folded, _ in origins)
    marks = [False] * len(text)
    for pieces in _terms(query):
        for match in re.finditer(_pattern(pieces), folded_text):
            for _, i in origins[match.start() : match.end()]:
                marks[i] = True
    return marks


def _fragments(text: str, marks: list[bool]) -> list[tuple[str, bool]]:
    fragments: list[tuple[str, bool]] = []
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or marks[i] != marks[start]:
            fragments.append((text[start:i], marks[start]))
            start = i
    return fragments


def highlight(text: str, query: str) -> list[tuple[str, bool]]:
    """Return `text` as (piece, is a hit) pairs; the template escapes the pieces and adds `<mark>`."""
    return _fragments(text, _hits(text, query))


def excerpt(text: str, query: str, length: int = 80) -> list[tuple[str, bool]]:
    """Return about `length` characters of `text` around the first hit, as pairs like `highlight`, cuts as `…`."""
    marks = _hits(text, query)
    first = marks.index(True) if True in marks else 0
    start = max(0, min(first - length // 4, len(text) - length))
    end = start + length
    pieces = _fragments(text[start:end], marks[start:end])
    return [("…", False)] * (start > 0) + pieces + [("…", False)] * (end < len(text))
