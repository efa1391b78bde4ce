"""What is too little to be told in public (domain.md rule 11)."""

FEWEST = 5  # persons; promised in the privacy rules (chengyang/platform/privacy/texts)


def suppress_small(number: int) -> int | None:
    """Return `number`, of persons or of what each stands for one, as the public reads it: None below five."""
    return number if number >= FEWEST else None
