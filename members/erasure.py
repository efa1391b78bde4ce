"""Leaving the registry and being erased from it, in the rows of all apps (domain.md rule 12, P12)."""

from typing import Any

from chengyang import extensions

ERASED = "已删除"  # stands where a name or words stood; stored, so never translated


def leave(person: Any, actor: Any) -> None:
    """End what is open of `person` in all apps (slot `person_rows`)."""
    for rows in reversed(extensions.person_rows()):  # upper layers first: they refer to the lower ones
        if rows.leave:
            rows.leave(person, actor)


def erase(person: Any) -> None:
    """Delete or anonymise what all apps hold on `person`."""
    for rows in reversed(extensions.person_rows()):
        if rows.erase:
            rows.erase(person)
