"""Who makes, corrects and withdraws reports; `owners.can_see_board` says who sees which board."""

from typing import Any

from .owners import can_see_board


def can_make_report(actor: Any, owner: Any) -> bool:
    """Return whether `actor` may make a report about `owner` (None: the district): who sees its board."""
    return can_see_board(actor, owner)


def can_see_report(actor: Any, report: Any) -> bool:
    """Return whether `actor` may read `report`: who sees the board of its owner."""
    return can_see_board(actor, report.owner)


def can_edit_report(actor: Any, report: Any) -> bool:
    """Return whether `actor` may change the note of `report`: who made it, while they see the board."""
    return actor.pk == report.made_by_id and can_see_report(actor, report)


def can_withdraw_report(actor: Any, report: Any) -> bool:
    """Return whether `actor` may withdraw `report`: who made it."""
    return not report.is_withdrawn and can_edit_report(actor, report)


def can_restore_report(actor: Any, report: Any) -> bool:
    """Return whether `actor` may take the withdrawal of `report` back: who made it."""
    return report.is_withdrawn and can_edit_report(actor, report)
