"""Runs the handlers of all apps when a person leaves the registry or is erased (domain.md rule 12, requirements P12)."""

from typing import Any

from chengyang import extensions

ERASED = "已删除"  # replaces a deleted name or text; stored in the database, therefore not translated


def leave(person: Any, actor: Any) -> None:
    """End the open rows of `person` in all apps (slot `person_rows`)."""
    for rows in reversed(extensions.person_rows()):  # upper layers first: their rows refer to those of lower layers
        if rows.leave:
            rows.leave(person, actor)


def erase(person: Any) -> None:
    """Delete or anonymise the rows about `person` in all apps (slot `person_rows`)."""
    for rows in reversed(extensions.person_rows()):  # upper layers first, as in `leave`
        if rows.erase:
            rows.erase(person)
