"""统一社会信用代码: the 18 characters that a registered organization has, with their check digit (GB 32100-2015)."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters: no I, O, S, V, Z
LENGTH = 18
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, len(ALPHABET)) for place in range(LENGTH - 1))
_WIDE = {ord("０") + place: str(place) for place in range(10)} | {
    ord("Ａ") + place: chr(ord("A") + place) for place in range(26)
}


def normal(text: str) -> str:
    """Return `text` as a code is written: capitals, half width, without spaces and hyphens."""
    return "".join((text or "").upper().translate(_WIDE).split()).replace("-", "")


def check_digit(body: str) -> str:
    """Return the 18th character of the code that begins with the 17 characters `body`. Raises KeyError for another character."""
    total = sum(_VALUES[character] * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


def is_valid(code: str) -> bool:
    """Return whether `code` (see `normal`) has 18 characters of the alphabet, the digits of a district, and its check digit."""
    if len(code) != LENGTH or any(character not in _VALUES for character in code):
        return False
    return code[2:8].isdecimal() and check_digit(code[:-1]) == code[-1]
