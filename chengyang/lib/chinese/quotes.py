"""Chinese quotation marks: inside “ ” the marks are ‘ ’ (GB/T 15834)."""

_INNER = str.maketrans("“”", "‘’")


def quoted(text: object) -> str:
    """Return `text` in “ ”, with the marks that it contains as ‘ ’."""
    return f"“{str(text).translate(_INNER)}”"
