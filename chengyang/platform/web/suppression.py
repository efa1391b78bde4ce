"""Suppression of small numbers in public (domain.md rule 11)."""

FEWEST = 5  # persons; promised in the privacy rules (chengyang/platform/privacy/texts)


def suppress_small(number: int) -> int | None:
    """Return `number`, or None below five. It applies to numbers of persons, and of objects that each stand for one person."""
    return number if number >= FEWEST else None
